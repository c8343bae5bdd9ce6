package ingest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"paiza"
)

func TestShippedProfiles(t *testing.T) {
	var names []string
	for _, p := range Profiles() {
		names = append(names, p.Name)
		if p.Title == "" || p.Source == "" || len(p.Recognise) == 0 {
			t.Errorf("%s: title, source and headings must be given", p.Name)
		}
		again, err := ParseProfile(p.TOML())
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Errorf("%s does not survive its TOML: %s", p.Name, diff)
		}
		// A file with all its headings is recognised as it and nothing else.
		var heads []string
		for _, c := range p.Columns {
			heads = append(heads, c.Header[0])
		}
		if got := recognise(heads); got != p {
			t.Errorf("the headings of %s are taken for %v", p.Name, got)
		}
	}
	want := []string{"colombia", "fortaleza", "paiza", "paiza-totals", "unodc-annual", "unodc-ids", "us-cbp", "us-cbp-amo"}
	slices.Sort(names)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

const minimal = "name = \"x\"\nkind = \"seizures\"\n[constant]\ncountry = \"RUS\"\nsubstance = \"heroin\"\nyear = \"2014\"\n[[column]]\nheader = [\"kg\"]\nfield = \"amount\"\n"

func TestProfileErrors(t *testing.T) {
	if _, err := ParseProfile([]byte(minimal)); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text, key string }{
		{"syntax", "name = ", "ingest.profile.syntax"},
		{"unknown key", "colour = \"red\"\n" + minimal, "ingest.profile.unknown_key"},
		{"unknown key of a column", minimal + "colour = \"red\"\n", "ingest.profile.unknown_key"},
		{"wrong type", "version = \"one\"\n" + minimal, "ingest.profile.syntax"},
		{"name", strings.Replace(minimal, `"x"`, `"X Y"`, 1), "ingest.profile.value"},
		{"kind", strings.Replace(minimal, `"seizures"`, `"rows"`, 1), "ingest.profile.value"},
		{"field", strings.Replace(minimal, `"amount"`, `"colour"`, 1), "ingest.profile.value"},
		{"constant", strings.Replace(minimal, `substance`, `colour`, 1), "ingest.profile.value"},
		{"date order", "date-order = \"dym\"\n" + minimal, "ingest.profile.value"},
		{"decimal", "decimal = \"dot\"\n" + minimal, "ingest.profile.value"},
		{"fiscal year", "fiscal-start = 13\n" + minimal, "ingest.profile.value"},
		{"routing map", minimal + "[[column]]\nheader = [\"r\"]\nfield = \"routing\"\n[column.map]\na = \"somewhere\"\n", "ingest.profile.value"},
		{"pivot", minimal + "[pivot]\nlabel = \"substance\"\nvalue = \"place\"\n", "ingest.profile.value"},
		{"no country", strings.Replace(minimal, "country = \"RUS\"\n", "", 1), "ingest.profile.needs_field"},
		{"no date", strings.Replace(minimal, "year = \"2014\"\n", "", 1), "ingest.profile.needs_field"},
		{"empty header", strings.Replace(minimal, `["kg"]`, `[" "]`, 1), "ingest.profile.value"},
	}
	for _, test := range tests {
		if _, err := ParseProfile([]byte(test.text)); keyOf(err) != test.key {
			t.Errorf("%s: got %v, want %s", test.name, err, test.key)
		}
	}
}

func TestProfileDoesNotFit(t *testing.T) {
	f := open(t, write(t, "a.csv", ourRows(3)))
	p, _ := ProfileByName("unodc-ids")
	if err := f.Fits(p); keyOf(err) != "ingest.profile.column_missing" {
		t.Errorf("got %v", err)
	}
	p, err := ParseProfile([]byte(strings.Replace(minimal, "RUS", "Atlantis", 1)))
	if err != nil {
		t.Fatal(err)
	}
	p.Columns[0].Header = []string{"amount"}
	if _, err := Read(t.Context(), f, p, plainCatalog{}, Options{}, func(*Batch) error { return nil }); keyOf(err) != "ingest.profile.constant" {
		t.Errorf("got %v", err)
	}
}

func FuzzProfile(f *testing.F) {
	for _, p := range Profiles() {
		f.Add(p.TOML())
	}
	f.Add([]byte(minimal))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParseProfile(text)
		if err != nil {
			if _, ok := Messages[keyOf(err)]; !ok {
				t.Fatalf("no sentence for %v", err)
			}
			return
		}
		if _, err := ParseProfile(p.TOML()); err != nil {
			t.Fatalf("%v\n%s", err, p.TOML())
		}
	})
}

// Every key that the code uses has a sentence, every sentence is used, and the
// arguments that a sentence asks for are given where the key is used with any.
func TestMessages(t *testing.T) {
	used := map[string]bool{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") || e.Name() == "messages.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, _ := strconv.Unquote(lit.Value); strings.HasPrefix(s, "ingest.") {
					used[s] = true
				}
			}
			return true
		})
	}
	for key := range used {
		if Messages[key] == "" {
			t.Errorf("%s has no sentence", key)
		}
	}
	name := regexp.MustCompile(`\{([a-z_0-9]+)\}`)
	for key, text := range Messages {
		if !used[key] {
			t.Errorf("%s is not used", key)
		}
		if strings.Count(text, "{") != len(name.FindAllString(text, -1)) {
			t.Errorf("%s: malformed placeholder in %q", key, text)
		}
	}
}

// The rows of the real files give every argument that their sentences ask for.
func TestMessageArguments(t *testing.T) {
	name := regexp.MustCompile(`\{([a-z_0-9]+)\}`)
	given := func(key string, args paiza.Args) {
		for _, m := range name.FindAllStringSubmatch(Messages[key], -1) {
			if _, ok := args[m[1]]; !ok {
				t.Errorf("%s is used without {%s}", key, m[1])
			}
		}
	}
	body := ours + "2014-02-14,RUS,,,,heroin,1,kg,1\n2014-02-14,RUS,,,,heroin,1,kg,1\nTOTAL,,,,,,2,,2\nTOTAL,,,,,,3,,\nTOTAL,,,,,,,,\n,RUS,,,,x,1,kg,1\nremark,,,,,,,,\n"
	f := open(t, write(t, "a.csv", []byte(body)))
	rows, rep := readAll(t, f, f.Profile, Options{})
	for _, row := range rows {
		if row.Err != nil {
			given(row.Err.Key, row.Err.Args)
		}
	}
	for _, n := range rep.Notes {
		given(n.Key, n.Args)
	}
	for _, file := range []string{"us_nflis/2017NFLISWebsiteTable3.csv", "uk_police/Quantities16-17.csv"} {
		p := open(t, data(t, file)).Profile
		for _, n := range p.Reasons {
			given(n.Key, n.Args)
		}
		for _, c := range p.Columns {
			given(c.Reason.Key, c.Reason.Args)
		}
	}
}
