package wire_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"paiza"
	"paiza/wire"
)

// TestSeizureRoundTrip: a row survives its shape, whatever is known of it.
func TestSeizureRoundTrip(t *testing.T) {
	text := rapid.StringN(0, 20, 60)
	country := rapid.SampledFrom([]paiza.Country{"", "KAZ", "AFG", "RUS"})
	rapid.Check(t, func(rt *rapid.T) {
		dim := rapid.SampledFrom([]paiza.Dimension{paiza.DimNone, paiza.DimMass, paiza.DimVolume, paiza.DimCount, paiza.DimArea}).Draw(rt, "dim")
		z := paiza.Seizure{ID: text.Draw(rt, "id"), Date: rapid.SampledFrom([]paiza.Date{0, 20140000, 20140200, 20140214}).Draw(rt, "date"),
			Country: country.Draw(rt, "country"), Place: text.Draw(rt, "place"), Routing: rapid.SampledFrom(paiza.Routings()).Draw(rt, "routing"),
			RoutingBasis: paiza.BasisStated, Substance: "heroin", SubstanceText: text.Draw(rt, "substance"), AmountText: text.Draw(rt, "amount"),
			Count: rapid.Int64Range(1, 1e6).Draw(rt, "count"), Route: paiza.Route{Departure: country.Draw(rt, "departure"), Via: country.Draw(rt, "via")},
			Persons: rapid.IntRange(0, 9).Draw(rt, "persons"), Flags: paiza.Flags(rapid.Int64Range(0, 255).Draw(rt, "flags")),
			Handling: paiza.Handling{TLP: paiza.TLPRed, Purpose: paiza.PurposeEvidence, Owner: "home", Case: text.Draw(rt, "case"), Persons: []string{"a", "b"}},
			Source:   paiza.Source{Import: "7", Row: 12}, Recorded: time.Unix(1700000000, 0).UTC()}
		if dim != paiza.DimNone {
			z.Amount = paiza.Amount{Dim: dim, Base: rapid.Int64Range(0, paiza.MaxAmount).Draw(rt, "base")}
		}
		if rapid.Bool().Draw(rt, "converted") {
			z.Factor, z.Equivalent = "measured", rapid.Int64Range(0, paiza.MaxAmount).Draw(rt, "equivalent")
		}
		raw, err := json.Marshal(wire.FromSeizure(&z))
		if err != nil {
			rt.Fatal(err)
		}
		var shape wire.Seizure
		if err := json.Unmarshal(raw, &shape); err != nil {
			rt.Fatal(err)
		}
		got, err := shape.ToSeizure()
		if err != nil {
			rt.Fatalf("%s: %v", raw, err)
		}
		// A text that is no UTF-8 does not travel; none is drawn.
		if diff := cmp.Diff(z, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("%s (-row +again):\n%s", raw, diff)
		}
	})
}

// TestSeizureRefuses: two amounts that contradict each other are no row.
func TestSeizureRefuses(t *testing.T) {
	one := int64(1)
	for name, z := range map[string]wire.Seizure{
		"mass and micrograms": {Kilograms: "1", Micrograms: &one},
		"mass and volume":     {Kilograms: "1", Litres: "1"},
		"equivalent":          {Equivalent: "1", EquivalentMicro: &one, Factor: "x"},
		"date":                {Date: "2024-13"},
		"flag":                {Flags: []string{"nice"}},
		"huge":                {Kilograms: "1e30"},
	} {
		if got, err := z.ToSeizure(); err == nil {
			t.Errorf("%s is taken: %+v", name, got)
		}
	}
}

// TestUnknownIsAbsent: what is not known is not zero.
func TestUnknownIsAbsent(t *testing.T) {
	raw, err := json.Marshal(wire.FromSeizure(&paiza.Seizure{ID: "1", Amount: paiza.Amount{Dim: paiza.DimCount, Base: 1000}}))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kilograms", "micrograms", "kilograms_equivalent", "micrograms_equivalent", "litres", "persons", "until", "import"} {
		if v, ok := got[name]; ok {
			t.Errorf("%s is %v", name, v)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add("from=2014&to=2014-06&country=KAZ&q=героин&flag=implausible&departure=-")
	f.Add("country=%zz&via=AFG&doubtful=without")
	f.Fuzz(func(t *testing.T, text string) {
		q, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		got, err := wire.ParseFilter(q)
		if err != nil {
			return
		}
		again, err := wire.ParseFilter(wire.FormatFilter(got))
		if diff := cmp.Diff(got, again, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%q is not reproduced by its address: %v\n%s", text, err, diff)
		}
	})
}

func FuzzSeizure(f *testing.F) {
	f.Add([]byte(`{"id":"1","date":"2024","kilograms":"1.5","micrograms":1500000000}`))
	f.Add([]byte(`{"kilograms":"1e400"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var shape wire.Seizure
		if json.Unmarshal(raw, &shape) != nil {
			return
		}
		z, err := shape.ToSeizure()
		if err != nil {
			return
		}
		again, err := wire.FromSeizure(&z).ToSeizure()
		if diff := cmp.Diff(z, again, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", raw, err, diff)
		}
	})
}
