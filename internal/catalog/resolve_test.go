package catalog

import (
	"strings"
	"testing"

	"paiza"
)

func TestResolveSubstance(t *testing.T) {
	c := Default()
	for _, test := range []struct{ text, code, how string }{
		{"Heroin", "heroin", HowName},
		{"  heroin ", "heroin", HowCode}, {"HEROIN", "heroin", HowFolded},
		{"cocaine-base", "cocaine-base", HowCode},
		{"HEROÍNA", "heroin", HowFolded},
		{"Героин", "heroin", HowName},
		{"ГЕРОИН", "heroin", HowFolded},
		{"гашиш", "cannabis-resin", HowFolded},
		{"марихуана", "cannabis-herb", HowFolded},
		{"мефедрон", "mephedrone", HowFolded},
		{"Эфедрон", "methcathinone", HowFolded},
		{"Ephedrone", "methcathinone", HowSynonym},
		{"метадон", "methadone", HowFolded},
		{"амфетамин", "amphetamine", HowFolded},
		{"альфа-ПВП", "alpha-pvp", HowSynonym},
		{"海洛因", "heroin", HowName},
		{"冰毒", "methamphetamine", HowSynonym},
		{"大麻", "cannabis", ""},
		{"氯胺酮", "ketamine", HowName},
		{"鸦片", "opium", HowName},
		{"ＬＳＤ", "lsd", HowFolded}, // full width
		{"Coca paste", "coca-paste", HowName},
		{"Cocaine Base", "cocaine-base", HowFolded},
		{"Cocaine HCL", "cocaine-hydrochloride", HowSynonym},
		{"fentanyl powder", "fentanyl", HowPart}, {"Captagon tablets", "captagon", HowPart},
		{"метамфетамин в таблетках", "methamphetamine", HowPart}, {"Heroína en polvo", "heroin", HowPart},
		{"Cocaine", "cocaine", HowSynonym},
		{"Crack", "crack", HowSynonym},
		{"BASE DE COCA", "cocaine-base", HowSynonym},
		{"BASUCO", "basuco", HowSynonym},
		{"Maconha", "cannabis-herb", HowSynonym},
		{"Khat (Catha Edulis)", "khat", HowSynonym},
		{"Other Drugs**", "other", HowSynonym},
		{"Taren", "taren", HowSynonym},
		{"GABA", "gaba", HowSynonym},
		{"N-Methylephedrone", "n-methylephedrone", HowSynonym},
		{"α-PVP", "alpha-pvp", HowFolded},
		{"JWH 018", "jwh-018", HowFolded},
		{"5F-AKB-48", "5f-apinaca", HowFolded},
		{"Tramadol Citrate", "tramadol", HowPart},
		{"Diazepam (Stesolid)", "diazepam", HowPart},
		{"Methamphetamin", "methamphetamine", "spelling, 1 letter"},
		{"Phenobarbitol", "phenobarbital", "spelling, 1 letter"},
		{"героинн", "heroin", "spelling, 1 letter"},
	} {
		r := c.ResolveSubstance(test.text)
		if r.Code != test.code || test.how != "" && r.How != test.how {
			t.Errorf("%q: got %q by %q (%s), want %q by %q; %v", test.text, r.Code, r.How, r.Reason, test.code, test.how, r.Steps)
		}
	}
}

// TestNotResolved: what the catalog must not guess.
func TestNotResolved(t *testing.T) {
	c := Default()
	for _, test := range []struct {
		kind         Kind
		text, reason string
	}{
		{KindSubstance, "", ReasonEmpty},
		{KindSubstance, " - ", ReasonEmpty},
		{KindSubstance, "Unknown", ReasonStated},
		{KindSubstance, "Неизвестно", ReasonStated},
		{KindSubstance, "n/a", ReasonStated},
		{KindSubstance, "MDMA & Mephedrone", ReasonMixture},
		{KindSubstance, "Quinoline", ReasonTruncated},
		{KindSubstance, "Roche", ReasonAmbiguous},
		{KindSubstance, "Total Class A", ReasonTotal},
		{KindSubstance, "Итого", ReasonTotal},
		{KindSubstance, "JWH-019", ReasonNotListed}, // one figure from jwh-018
		{KindSubstance, "Propylone", ReasonNotListed},
		{KindSubstance, "2-FA", ReasonNotListed},
		{KindSubstance, "Coceine", ReasonAmbiguous}, // codeine or cocaine
		{KindSubstance, "Heroin (cocaine)", ReasonAmbiguous},
		{KindSubstance, "12.5", ReasonNumber},
		{KindUnit, "", ReasonEmpty},
		{KindUnit, "other", ReasonOther},
		{KindUnit, "Trip", ReasonNoUnit},
		{KindUnit, "gallons", ReasonAmbiguous},
		{KindCountry, "Unknown", ReasonStated},
		{KindCountry, "N/A", ReasonStated}, // not Namibia
		{KindCountry, "NULL", ReasonStated},
		{KindCountry, "Other", ReasonOther},
		{KindCountry, "Multiple Countries", ReasonSeveral},
		{KindCountry, "Korea", ReasonAmbiguous},
		{KindCountry, "Atlantis", ReasonNotListed},
		{KindRouting, "", ReasonEmpty},
		{KindRouting, "Unknown", ReasonStated},
		{KindTransport, "Unknown", ReasonStated},
	} {
		var r Resolution
		switch test.kind {
		case KindSubstance:
			r = c.ResolveSubstance(test.text)
		case KindUnit:
			r = c.ResolveUnit(test.text)
		case KindCountry:
			r = c.ResolveCountry(test.text)
		case KindRouting:
			r = c.ResolveRouting(test.text)
		case KindTransport:
			r = c.ResolveTransport(test.text)
		}
		if r.Code != "" || r.Reason != test.reason {
			t.Errorf("%s %q: got %q, %q; want %q; %v", test.kind, test.text, r.Code, r.Reason, test.reason, r.Steps)
		}
		if ReasonText(r.Reason) == r.Reason {
			t.Errorf("reason %q has no text", r.Reason)
		}
	}
}

func TestResolveCountry(t *testing.T) {
	c := Default()
	for text, want := range map[string]string{
		"Russian Federation": "RUS", "Россия": "RUS", "俄罗斯": "RUS", "RUS": "RUS", "RU": "RUS",
		"Bolivia, Plurinational State of": "BOL", "Bolivia (Plurinational State of)": "BOL",
		"Lao Peoples Democratic Republic": "LAO", "Iran, Islamic Republic of": "IRN", "Иран": "IRN",
		"Congo": "COG", "Congo, the Democratic Republic of the": "COD", "Côte d'Ivoire": "CIV", "Cote d'Ivoire": "CIV",
		"Iraq (Kurdistan Region)": "IRQ", "United Kingdom (England and Wales)": "GBR", "Kosovo under UNSCR 1244": "XKX",
		"Libyan Arab Jamahiriya": "LBY", "Macau, SAR of China": "MAC", "China, Hong Kong SAR": "HKG",
		"Macedonia, the former Yugoslav Republic of": "MKD", "Netherlands Antilles": "ANT", "USSR": "SUN",
		"Czechoslovakia": "CSK", "Federal Republic of Germany": "DEU", "German Democratic Republic": "DDR",
		"Serbia and Montenegro": "SCG", "Swaziland": "SWZ", "Burma": "MMR", "España": "ESP", "Estados Unidos": "USA",
		"Кыргызстан": "KGZ", "Киргизия": "KGZ", "中国": "CHN", "Австрия": "AUT", "Österreich": "AUT", "Deutschland": "DEU",
		"Türkiye": "TUR", "Turkey": "TUR", "日本": "JPN", "Қазақстан": "KAZ", "Polska": "POL", "افغانستان": "AFG",
		"Azerbaidjan": "AZE", "Venezula": "VEN",
	} {
		if r := c.ResolveCountry(text); r.Code != want {
			t.Errorf("%q: got %q (%s), want %q; %v", text, r.Code, r.Reason, want, r.Steps)
		}
	}
}

func TestResolveDivision(t *testing.T) {
	c := Default()
	for _, test := range []struct {
		country    paiza.Country
		text, want string
	}{
		{"RUS", "г. Москва", "RU-MOW"}, {"RUS", "Moscow city", "RU-MOW"}, {"RUS", " г. Москва", "RU-MOW"},
		{"RUS", "Московская область        ", "RU-MOS"}, {"RUS", "Moscow Region, Domodedovo city", "RU-MOS"},
		{"RUS", "Moscow Region, Moscow", "RU-MOS"}, {"RUS", "Московская обл.", "RU-MOS"},
		{"RUS", "г. Санкт-Петербург и Ленинградская область", "RU-SPE-LEN"},
		{"RUS", "Санкт-Петербург и ЛО", "RU-SPE-LEN"},
		{"RUS", "Leningrad Region, St. Peterburg", "RU-SPE-LEN"}, {"RUS", "Leningrad Region, Vyborg", "RU-SPE-LEN"},
		{"RUS", "Ленинградская область", "RU-LEN"}, {"RUS", "Leningrad Region", "RU-LEN"}, {"RUS", "г. Санкт-Петербург", "RU-SPE"},
		{"RUS", "Новосибиркая область", "RU-NVS"}, {"RUS", "Novosibirsk Region, Novosibirsk city", "RU-NVS"},
		{"RUS", "Ханты-мансийский автономный округ", "RU-KHM"}, {"RUS", "Khanty-Mansi Autonomous Area, Surgut", "RU-KHM"},
		{"RUS", "Республика Саха (Якутия)", "RU-SA"}, {"RUS", "Republic of Sakha (Yakutia), Mirnyy", "RU-SA"},
		{"RUS", "Республика Северна Осетия-Алания", "RU-SE"}, {"RUS", "Republic of North Ossetia - Alania, Vladikavkaz city", "RU-SE"},
		{"RUS", "Удмуртская Республика", "RU-UD"}, {"RUS", "Udmurtian Republic, Izhevsk city", "RU-UD"},
		{"RUS", "Kaluga Region, Kirov city", "RU-KLU"}, {"RUS", "Архангельская", "RU-ARK"}, {"RUS", "Altai Territory , Barnaul city", "RU-ALT"},
		{"RUS", "RU-NVS", "RU-NVS"}, {"RUS", "Республика Крым", ""}, {"RUS", "Altai", ""}, {"RUS", "Unknown", ""},
		{"COL", "Bogotá, D.C.", "CO-DC"}, {"COL", "BOGOTA, D.C.", "CO-DC"}, {"COL", "VALLE DEL CAUCA", "CO-VAC"}, {"COL", "VALLE", "CO-VAC"},
		{"COL", "ATLANTICO", "CO-ATL"}, {"COL", "GUAJIRA", "CO-LAG"}, {"COL", "MEDELLIN", "CO-ANT"}, {"COL", "PANAMA", ""}, {"COL", "MAR PACÍFICO", ""},
		{"COL", "ARCHIPIÉLAGO DE SAN ANDRÉS, PROVIDENCIA Y SANTA CATALINA", "CO-SAP"}, {"COL", "BARRANQUILLITA", ""},
		{"ITA", "RM", "IT-RM"}, {"ITA", "PS", "IT-PU"}, {"ITA", "rm", ""},
		{"ECU", "D.M. GUAYAQUIL", "EC-DM-GYE"}, {"ECU", "SANTO DOMINGO DE LOS TSACHILAS", "EC-SD"},
		{"VEN", "DISTRITO_CAPITAL", "VE-A"}, {"VEN", "178.0", ""},
		{"AFG", "Kandarhar", "AF-KAN"}, {"AFG", "کابل", "AF-KAB"}, {"AFG", "kabul", "AF-KAB"}, {"AFG", "بلخ", "AF-BAL"},
		{"MMR", "Shan (North)", "MM-17"}, {"MMR", "Not region: Anti Narc", ""},
		{"GTM", "Mixco, Guatemala", "GT-01"}, {"GTM", "Coban, Alta Verapaz", "GT-16"},
		{"IND", "Goa Police", "IN-GA"}, {"IND", "NCB Delhi", ""}, {"IND", "Delhi Police", "IN-DL"},
		{"BOL", "Cochabamba", "BO-C"}, {"THA", "Phetchabun ; Bangkok", ""}, {"PER", "PERU", ""},
		{"KAZ", "г. Алматы", "KZ-75"}, {"KAZ", "Алматинская область", "KZ-19"}, {"KGZ", "Ош", "KG-GO"}, {"KGZ", "Osh", ""},
		{"UZB", "Ташкент", "UZ-TK"}, {"CHN", "云南省", "CN-YN"}, {"CHN", "云南", "CN-YN"},
		{"MEX", "México", ""}, {"MEX", "Estado de México", "MX-MEX"}, {"LUX", "Luxembourg", ""}, {"DOM", "Santo Domingo", ""},
		{"", "Moscow", ""}, {"DNK", "South Zealand", "DK-85"},
	} {
		if r := c.ResolveDivision(test.country, test.text); r.Code != test.want {
			t.Errorf("%s %q: got %q (%s, %s), want %q; %v", test.country, test.text, r.Code, r.How, r.Reason, test.want, r.Steps)
		}
	}
}

// TestKnownNames is a short list of our own of what the real files hold, so
// that the resolver is held to it where those files are absent.
func TestKnownNames(t *testing.T) {
	c := Default()
	for kind, texts := range map[Kind]string{
		KindSubstance: "Coca paste|Heroin|Amphetamine|Ecstasy|Opium|Methamphetamine|Coca leaf|Synthetic Cannabinoid|JWH-018|MDPV|Poppy straw|Benzodiazepine|Non-specified NPS|Alcohol|LSD|AB-FUBINACA|Desomorphine|2C-H|GHB|Captagon|Acetic Anhydride|Non-specified precursors|25I-NBOMe|Dimethyltryptamine (DMT)|STP (\"DOM\")|β-Keto-Methylbenzodioxolylpentanamine|Marijuana (herb)|Hashish (resin)|Coca paste/cocaine base|Herbal Cannabis|Mephedrone\n(non-injection)|Acetyl fentanyl|ANPP|Cocaína|Haxixe",
		KindUnit:      "Kilogram|Gram|Unit|Tablet|Litre|Millilitre|Piece|Pill|Capsule|Bottles|Blotting paper|Cc|Acres|Dose|Plants|Cubic Centimeter|Gallons (US, liquid)|Stamp|Ampoule|Injection|Milligram|Blotter|Bush|Vials|Ton|Ounce|Microgram|Paper (1/10 gm)|Flacons|Mark|Thousand of doses|Barette|Thousand of tablets|Gallons (UK)|Viss|Hectars|Joint|Hundred of units|100 gram|Block (350gr)|Packages|GRAMO|KILOGRAMO|lbs|pounds|г|кг|таблетка|克|公斤|mg|ml",
		KindRouting:   "National territory/domestic seizure|Border - inbound|Border - outbound|Border - transit/free trade zone|International waters/unclaimed territory|Other",
	} {
		for text := range strings.SplitSeq(texts, "|") {
			found := false
			for _, r := range c.Resolve(text) {
				found = found || r.Kind == kind && r.Code != ""
			}
			if !found {
				t.Errorf("%s %q does not resolve: %+v", kind, text, c.Resolve(text))
			}
		}
	}
}

func TestResolveAllKinds(t *testing.T) {
	c := Default()
	kinds := func(text string) (out []Kind) {
		for _, r := range c.Resolve(text) {
			if r.Code != "" {
				out = append(out, r.Kind)
			}
		}
		return out
	}
	if got := kinds("Armenia"); len(got) < 2 || got[0] != KindCountry {
		t.Errorf("Armenia: %v, want the state and a division", got)
	}
	if got := c.Resolve("what is this"); len(got) != 1 || got[0].Reason != ReasonNotListed || len(got[0].Steps) == 0 {
		t.Errorf("unknown text: %+v", got)
	}
	for _, r := range c.Resolve("Новосибирская область") {
		if r.Code != "" && (r.Kind != KindDivision || r.Code != "RU-NVS") {
			t.Errorf("%+v", r)
		}
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{"", "Heroin", "г. Москва", "α-PVP", "(", "Alprazolam (Xanax)", "盐酸", "a/b,c;d", "\xff\xfe", "Leningrad Region, x", strings.Repeat("я", 300)} {
		f.Add(s)
	}
	c := Default()
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range append(c.Resolve(text), c.ResolveDivision("RUS", text), c.ResolveDivision("COL", text)) {
			if (r.Code == "") == (r.Reason == "") {
				t.Errorf("%q as %s: code %q, reason %q", text, r.Kind, r.Code, r.Reason)
			}
			if r.Code != "" && c.Name(r.Kind, r.Code, "en") == "" {
				t.Errorf("%q as %s: %q has no name", text, r.Kind, r.Code)
			}
			if r.Reason != "" && ReasonText(r.Reason) == r.Reason {
				t.Errorf("%q: reason %q has no text", text, r.Reason)
			}
		}
	})
}

func BenchmarkResolve(b *testing.B) {
	c := Default()
	for _, text := range []string{"Heroin", "COCAÍNA", "not in the catalog at all"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				c.ResolveSubstance(text)
			}
		})
	}
	b.Run("division", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			c.ResolveDivision("RUS", "Московская область ")
		}
	})
	b.Run("load", func(b *testing.B) {
		for range b.N {
			load()
		}
	})
}
