package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"paiza"
	"paiza/wire"
)

func someSeizure() paiza.Seizure {
	return paiza.Seizure{Date: paiza.NewDate(2024, 3, 5), Country: "KAZ", Division: "KZ-75", DivisionText: "г. Алматы", Place: "Алматы", Routing: paiza.RoutingInland,
		RoutingBasis: paiza.BasisStated, Substance: "heroin", SubstanceText: "героин <смесь>", AmountText: "1,2", UnitText: "кг", Unit: "kilogram",
		Amount: paiza.Amount{Dim: paiza.DimMass, Base: 1_200_000_000}, Equivalent: 1_200_000_000, Factor: "measured", Count: 1,
		Route: paiza.Route{Producing: "AFG", Destination: "RUS"}, Transport: "road", Agency: "Полиция", Reference: "12/24", Persons: 2,
		Flags: paiza.FlagInferred, Caveat: "not for court", Recorded: noon}
}

func someAlert() paiza.Alert {
	return paiza.Alert{Kind: paiza.AlertSubstance, Urgency: paiza.UrgencyPriority, Title: "A new powder", Text: "Seen twice.\nWhite.", Substance: "unknown",
		Structure: "CCO", Country: "KAZ", Date: paiza.NewDate(2024, 3, 0), Caveat: "preliminary", Exercise: true, Recorded: noon}
}

// TestItems: what one state gives, the other reads: nothing of a record is lost
// or changed on the way.
func TestItems(t *testing.T) {
	z, a := someSeizure(), someAlert()
	raw, err := wire.NewSeizureItem(z).Encode()
	if err != nil {
		t.Fatal(err)
	}
	x, err := wire.ParseSeizureItem(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(z, x.Seizure()); diff != "" {
		t.Error(diff)
	}
	if raw, err = wire.NewAlertItem(a).Encode(); err != nil {
		t.Fatal(err)
	}
	y, err := wire.ParseAlertItem(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, y.Alert()); diff != "" {
		t.Error(diff)
	}
}

// TestItemsRefused: a body has one form, and no value that would damage a figure
// or deceive a reader.
func TestItemsRefused(t *testing.T) {
	good, err := wire.NewSeizureItem(someSeizure()).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string][2]string{
		"a field that is not known":    {`"count":1`, `"count":1,"more":2`},
		"a field given twice":          {`"count":1`, `"count":1,"count":1`},
		"a field in capitals":          {`"count"`, `"COUNT"`},
		"a blank":                      {`"count":1`, `"count": 1`},
		"a negative amount":            {`"base":1200000000`, `"base":-1200000000`},
		"more than is seized anywhere": {`"base":1200000000`, `"base":9000000000000000000`},
		"no events":                    {`"count":1`, `"count":0`},
		"a date that is none":          {`"date":20240305`, `"date":20241305`},
		"a state of four letters":      {`"KAZ"`, `"KAZA"`},
		"a flag that nobody knows":     {`"flags":32`, `"flags":4096`},
		"text that turns around":       {`not for court`, "not for\u202ecourt"},
		"a kind of place nobody knows": {`"inland"`, `"outland"`},
		"something after the end":      {`}`, `}}`},
	} {
		raw := strings.Replace(string(good), change[0], change[1], 1)
		if raw == string(good) {
			t.Fatalf("%s: nothing changed in %s", what, good)
		}
		if _, err := wire.ParseSeizureItem([]byte(raw)); wire.ReasonOf(err) == "" {
			t.Errorf("%s is read: %v", what, err)
		}
	}
}
