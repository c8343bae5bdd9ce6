package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"paiza"
)

func TestParseFilter(t *testing.T) {
	for _, tt := range []struct {
		query string
		want  paiza.SeizureFilter
	}{
		{"", paiza.SeizureFilter{}},
		{"from=2014&to=2014-06", paiza.SeizureFilter{Slice: paiza.Slice{Period: paiza.Period{From: 20140000, To: 20140600}}}},
		{"country=KAZ&country=RUS&country=KAZ&group=opioids&routing=inbound",
			paiza.SeizureFilter{Slice: paiza.Slice{Countries: []paiza.Country{"KAZ", "RUS"}, Groups: []paiza.Group{paiza.GroupOpioids}, Routings: []paiza.Routing{paiza.RoutingInbound}}}},
		{"substance=cocaine-base&division=RU-NVS&import=12&via=AFG&doubtful=without",
			paiza.SeizureFilter{Slice: paiza.Slice{Substances: []string{"cocaine-base"}, Divisions: []string{"RU-NVS"}, Imports: []string{"12"}, Via: "AFG", WithoutDoubtful: true}}},
		{"q=+героин++Ош+&flag=implausible&flag=no_amount",
			paiza.SeizureFilter{Text: "героин Ош", Flags: paiza.FlagImplausible | paiza.FlagNoAmount}},
		{"label=red&label=amber%2Bstrict&case=k4&red=without&withdrawn=only",
			paiza.SeizureFilter{TLPs: []paiza.TLP{paiza.TLPRed, paiza.TLPAmberStrict}, Case: "k4", WithoutRed: true, Withdrawn: true}},
		{"origin=others", paiza.SeizureFilter{Origin: paiza.OriginOthers}},
		{"origin=uimzi54jubhnaedp5suwzoinki", paiza.SeizureFilter{Origin: "uimzi54jubhnaedp5suwzoinki"}},
		{"departure=AFG&destination=RUS", paiza.SeizureFilter{Route: &paiza.Route{Departure: "AFG", Destination: "RUS"}}},
		{"departure=-", paiza.SeizureFilter{Route: &paiza.Route{}}},
		{"country=&substance=&from=&q=&doubtful=&by=year&level=group&after=x", paiza.SeizureFilter{}},
	} {
		got, err := parseFilter(must(url.ParseQuery(tt.query)))
		if err != nil {
			t.Errorf("%s: %v", tt.query, err)
		}
		if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.query, diff)
		}
		again, err := parseFilter(formatFilter(got))
		if diff := cmp.Diff(got, again, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%s is not reproduced by its address: %v\n%s", tt.query, err, diff)
		}
	}
}

func TestParseFilterRefuses(t *testing.T) {
	for query, field := range map[string]string{
		"from=2014-13":                  "from",
		"from=yesterday":                "from",
		"from=2015&to=2014":             "to",
		"country=Kazakhstan":            "country",
		"country=kaz":                   "country",
		"group=drugs":                   "group",
		"routing=by+sea":                "routing",
		"substance=%22%3E%3Cscript%3E":  "substance",
		"flag=nice":                     "flag",
		"label=purple":                  "label",
		"red=only":                      "red",
		"origin=KAZ":                    "origin",
		"withdrawn=yes":                 "withdrawn",
		"via=everywhere":                "via",
		"doubtful=maybe":                "doubtful",
		"q=" + strings.Repeat("x", 301): "q",
		"departure=Afghanistan":         "departure",
		"import=" + strings.Repeat("1", maxCode+1): "import",
	} {
		_, err := parseFilter(must(url.ParseQuery(query)))
		e, ok := err.(*paiza.Error)
		if !ok || e.Kind != paiza.ErrInvalid || len(e.Fields) != 1 || e.Fields[0].Field != field {
			t.Errorf("%.60s: %v, want a refusal of %s", query, err, field)
		}
	}
	many := url.Values{}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			many.Add("country", "X"+string(a)+string(b))
		}
	}
	if _, err := parseSlice(many); err == nil {
		t.Error("hundreds of states are taken")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func FuzzParseSlice(f *testing.F) {
	for _, q := range []string{"", "from=2014&to=2015-02&country=KAZ&group=opioids", "departure=-&via=AFG&flag=identical", "doubtful=without&q=%D0%BE%D1%88", "country=%00&import=%ff"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		got, err := parseFilter(q)
		if err != nil {
			if _, ok := err.(*paiza.Error); !ok {
				t.Fatalf("%T is not an error of the field", err)
			}
			return
		}
		again, err := parseFilter(formatFilter(got))
		if err != nil {
			t.Fatalf("the address of %q is refused: %v", raw, err)
		}
		if diff := cmp.Diff(got, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%q is not reproduced (-asked +again):\n%s", raw, diff)
		}
		if s, err := parseSlice(formatSlice(got.Slice)); err != nil || !cmp.Equal(s, got.Slice, cmpopts.EquateEmpty()) {
			t.Fatalf("slice of %q is not reproduced: %v", raw, err)
		}
	})
}
