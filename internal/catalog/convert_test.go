package catalog

import (
	"testing"

	"paiza"
)

func TestConvert(t *testing.T) {
	c := Default()
	for _, test := range []struct {
		number, unit, substance string
		country                 paiza.Country
		dim                     paiza.Dimension
		base, equivalent        int64
		factor                  string
	}{
		{"1.5", "kilogram", "heroin", "RUS", paiza.DimMass, 1_500_000_000, 1_500_000_000, FactorMeasured},
		{"0.1", "milligram", "lsd", "RUS", paiza.DimMass, 100, 100, FactorMeasured},
		{"1", "pound", "cocaine", "USA", paiza.DimMass, 453_592_370, 453_592_370, FactorMeasured},
		{"1", "ounce", "cocaine", "USA", paiza.DimMass, 28_349_523, 28_349_523, FactorMeasured},
		{"5", "viss", "heroin", "MMR", paiza.DimMass, 8_164_662_660, 8_164_662_660, FactorMeasured},
		{"19", "paper-100mg", "25c-nbome", "LVA", paiza.DimMass, 1_900_000, 1_900_000, FactorMeasured},
		{"1.0499999999999998", "block-350g", "heroin", "MMR", paiza.DimMass, 367_500_000, 367_500_000, FactorMeasured},
		{"2", "litre", "ghb", "FIN", paiza.DimVolume, 2_000_000, 2_000_000_000, "unodc-litre"},
		{"1500", "cubic-centimetre", "ayahuasca", "ESP", paiza.DimVolume, 1_500_000, 1_500_000_000, "unodc-litre"},
		{"1", "gallon-us", "sulphuric-acid", "USA", paiza.DimVolume, 3_785_412, 3_785_411_784, "unodc-litre"},
		{"1", "gallon-uk", "sulphuric-acid", "IND", paiza.DimVolume, 4_546_090, 4_546_090_000, "unodc-litre"},
		{"1000", "tablet", "mdma", "FRA", paiza.DimCount, 1_000_000, 271_000_000, "unodc-tablet-mdma-europe"},
		{"1000", "tablet", "methamphetamine", "THA", paiza.DimCount, 1_000_000, 90_000_000, "unodc-tablet-methamphetamine-asia"},
		{"728", "thousand-doses", "methamphetamine", "THA", paiza.DimCount, 728_000_000, 65_520_000_000, "unodc-tablet-methamphetamine-asia"},
		{"10", "capsule", "captagon", "SYR", paiza.DimCount, 10_000, 1_700_000, "unodc-tablet-captagon-near-east"},
		{"10", "tablet", "diazepam", "FRA", paiza.DimCount, 10_000, 0, ""},
		{"10", "bottle", "mdma", "FRA", paiza.DimCount, 10_000, 0, ""},
		{"10", "tablet", "mdma", "", paiza.DimCount, 10_000, 0, ""}, // no region, no factor
		{"15", "acre", "opium-poppy", "IND", paiza.DimArea, 60_702_846, 0, ""},
		{"4500000", "kilogram", "amphetamine", "THA", paiza.DimMass, 4_500_000_000_000_000, 4_500_000_000_000_000, FactorMeasured},
	} {
		d, ok := paiza.ParseDecimal(test.number)
		if !ok {
			t.Fatal(test.number)
		}
		got, ok := c.Convert(d, test.unit, test.substance, test.country, 2014)
		want := Conversion{paiza.Amount{Dim: test.dim, Base: test.base}, test.equivalent, test.factor}
		if !ok || got != want {
			t.Errorf("%s %s of %s in %s: got %+v %v, want %+v", test.number, test.unit, test.substance, test.country, got, ok, want)
		}
	}
	if _, ok := c.Convert(paiza.Decimal{Coef: 1}, "furlong", "heroin", "RUS", 2014); ok {
		t.Error("a unit that is not in the catalog converts")
	}
}

func TestPlausible(t *testing.T) {
	c := Default()
	kg := func(n int64) paiza.Amount {
		return paiza.Amount{Dim: paiza.DimMass, Base: n * paiza.MicrogramsPerKilogram}
	}
	units := func(n int64) paiza.Amount { return paiza.Amount{Dim: paiza.DimCount, Base: n * 1000} }
	for _, test := range []struct {
		amount    paiza.Amount
		substance string
		want      bool
	}{
		{kg(4_500_000), "amphetamine", false},
		{units(927_611_728), "poppy-straw", false},
		{units(80_378_723), "poppy-straw", true},
		{units(22_000_000), "amphetamine", true},
		{kg(15_000), "methamphetamine", true},
		{kg(400_000), "coca-leaf", true},
		{kg(103_563), "acetic-anhydride", true},
		{kg(237_000), "cannabis-resin", true},
		{kg(21_500), "cocaine", true},
		{kg(5_000), "lsd", false},
		{paiza.Amount{Dim: paiza.DimMass, Base: -1}, "heroin", false},
		{kg(1), "no-such-code", true},
		{paiza.Amount{}, "heroin", true},
	} {
		if got := c.Plausible(test.amount, test.substance); got != test.want {
			t.Errorf("%+v of %s: plausible %v, want %v", test.amount, test.substance, got, test.want)
		}
	}
}

func TestInferRouting(t *testing.T) {
	c := Default()
	for _, test := range []struct {
		installation string
		route        paiza.Route
		want         paiza.Routing
	}{
		{"airport", paiza.Route{}, paiza.RoutingBorder},
		{"airport", paiza.Route{Departure: "BRA"}, paiza.RoutingBorder},
		{"airport", paiza.Route{Departure: "BRA", Destination: "ESP"}, paiza.RoutingInbound},
		{"airport", paiza.Route{Departure: "ESP", Destination: "ITA"}, paiza.RoutingOutbound},
		{"airport", paiza.Route{Departure: "BRA", Destination: "ITA"}, paiza.RoutingTransit},
		{"", paiza.Route{Departure: "BRA", Destination: "ITA"}, paiza.RoutingTransit},
		{"", paiza.Route{Departure: "ESP", Destination: "ITA"}, ""},
		{"flat", paiza.Route{Departure: "BRA", Destination: "ITA"}, ""},
		{"post-office", paiza.Route{}, ""},
		{"post-office", paiza.Route{Departure: "CHN"}, paiza.RoutingBorder},
		{"checkpoint", paiza.Route{}, paiza.RoutingBorder},
		{"roadblock", paiza.Route{}, ""},
		{"international-waters", paiza.Route{}, paiza.RoutingWaters},
		{"street", paiza.Route{}, ""},
		{"", paiza.Route{}, ""},
	} {
		got, ok := c.InferRouting(test.installation, test.route, "ESP")
		if got != test.want || ok != (test.want != "") {
			t.Errorf("%s %+v: got %q %v, want %q", test.installation, test.route, got, ok, test.want)
		}
	}
	for code := range inside {
		if c.Name(KindInstallation, code, "en") == code {
			t.Errorf("installation %s is not in the catalog", code)
		}
	}
	for code := range gates {
		if c.Name(KindInstallation, code, "en") == code {
			t.Errorf("installation %s is not in the catalog", code)
		}
	}
}
