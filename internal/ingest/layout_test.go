package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paiza"
)

// confirmed is the proposal of a file as a person confirms it.
func confirmed(t testing.TB, f *File, constant map[Field]string) *Profile {
	t.Helper()
	p, err := ParseProfile(f.Propose().TOML())
	if err == nil || keyOf(err) == "ingest.profile.needs_field" {
		if p.Constant == nil {
			p.Constant = map[Field]string{}
		}
		for k, v := range constant {
			p.Constant[k] = v
		}
		err = p.Validate()
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, p.TOML())
	}
	return p
}

// errs lists the rows that are refused or set aside.
func errs(rows []Row) map[int]string {
	out := map[int]string{}
	for _, row := range rows {
		if row.Err != nil {
			out[row.Line] = row.Err.Key
		}
	}
	return out
}

func TestTitlesAndRepeatedHeader(t *testing.T) {
	f := open(t, write(t, "a.csv", []byte("Изъятия наркотиков;;;;\n\nпо данным за 2014 год;;;;\n"+
		"Дата;Страна;\"Вещество\nнаркотик\";Количество, кг;;\n"+
		"1;2;3;4;;\n"+
		"14.02.2014;Россия;  героин ;1,5;;\n"+
		"Дата;Страна;Вещество наркотик;Количество, кг;;\n"+
		"15.02.2014;Россия;гашиш;1 000,25;;\n"+
		"Итого;;;1001,75;;\n"+
		"Данные предварительные;;;;;\n")))
	if f.HeaderRow != 4 || len(f.Titles) != 2 || f.Delimiter != ';' || !f.DecimalComma {
		t.Errorf("header in row %d, titles %q, delimiter %q, comma %v", f.HeaderRow, f.Titles, f.Delimiter, f.DecimalComma)
	}
	if diff := cmp.Diff([]string{"Дата", "Страна", "Вещество наркотик", "Количество, кг"}, f.Header); diff != "" {
		t.Error(diff)
	}
	p := confirmed(t, f, nil)
	if p.Constant[FieldUnit] != "kg" {
		t.Errorf("unit %q, want kg from the heading", p.Constant[FieldUnit])
	}
	rows, rep := readAll(t, f, p, Options{})
	want := map[int]string{6: "ingest.row.column_numbers", 8: "ingest.row.header_again", 10: "ingest.row.total", 11: "ingest.row.remark"}
	if diff := cmp.Diff(want, errs(rows)); diff != "" {
		t.Error(diff)
	}
	if rep.Accepted != 2 || rows[3].Seizure.Equivalent != 1_000_250_000_000 || rows[1].Seizure.SubstanceText != "героин" {
		t.Errorf("accepted %d, %+v", rep.Accepted, rows[3].Seizure)
	}
	if diff := cmp.Diff([]TotalCheck{{Row: 10, Column: "Количество, кг", Claims: "1001.75", Sum: "1001.75", Agrees: true}}, rep.Checks); diff != "" {
		t.Error(diff)
	}
}

func TestTotalRows(t *testing.T) {
	body := "date,country,division,place,routing,substance,amount,unit,count\n" +
		"2014-02-14,RUS,A,,,heroin,1.5,kg,1\n" +
		"2014-02-15,RUS,A,,,heroin,2.5,kg,1\n" +
		"Sub-total,,,,,,4,,2\n" +
		"2014-02-16,RUS,B,Total filling station,,heroin,10,kg,1\n" +
		"2014-02-17,RUS,B,,,heroin,0.1,kg,1\n" +
		"Total B,,,,,,10.1,,2\n" +
		"TOTAL,,,,,,14.1,,4\n" +
		"2014,RUS,,,,Total,99,kg,4\n" +
		",,,,,,14.1,,4\n" +
		",,,,,,77,,\n" +
		"合计,,,,,,14.2,,4\n"
	f := open(t, write(t, "a.csv", []byte(body)))
	rows, rep := readAll(t, f, f.Profile, Options{})
	want := map[int]string{4: "ingest.row.total", 7: "ingest.row.total", 8: "ingest.row.total", 9: "ingest.row.total_differs",
		10: "ingest.row.total", 11: "ingest.row.no_date", 12: "ingest.row.total_differs"}
	if diff := cmp.Diff(want, errs(rows)); diff != "" {
		t.Error(diff)
	}
	if rep.Accepted != 4 || rep.SetAside != 6 || rep.Refused != 1 {
		t.Errorf("report %+v", rep)
	}
	agrees := 0
	for _, c := range rep.Checks {
		if c.Agrees {
			agrees++
		}
	}
	if len(rep.Checks) != 12 || agrees != 10 {
		t.Errorf("%d checks, %d agree", len(rep.Checks), agrees)
	}
}

func TestTotalText(t *testing.T) {
	for text, want := range map[string]totalKind{"TOTAL": totalWhole, "Total:": totalWhole, "Итого": totalWhole, "ВСЕГО": totalWhole,
		"Total Class A": totalBegin, "Grand Total": totalWhole, "合计": totalWhole, "合计（公斤）": totalBegin, "All drugs": totalWhole,
		"Totally": totalNot, "Всеволожск": totalNot, "heroin": totalNot, "Totana": totalNot, "Итоговое": totalNot, "Sum of parts": totalNot, "": totalNot} {
		if got := totalText(text, nil); got != want {
			t.Errorf("totalText(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestWideTable(t *testing.T) {
	f := open(t, write(t, "Quantities16-17.csv", []byte("\ufeffPolice Force, Cocaine , Heroin ,\"Herbal\nCannabis\",All Drugs\n"+
		" Kent ,1.5,0.00,\"1,200.5\",1202\nSurrey,2.5,x,,2.5\nSussex,0,0,0,0\nEssex,0,0,0,0\nDorset,0,0,0,0\nTotal,4.0,0,1200.5,1204.5\n")))
	p := confirmed(t, f, map[Field]string{FieldCountry: "PER"})
	if p.Constant[FieldYear] != "2016/17" || p.Pivot == nil || p.Pivot.Label != FieldSubstance {
		t.Fatalf("year %q, pivot %+v", p.Constant[FieldYear], p.Pivot)
	}
	p.Kind = paiza.KindSeizures
	rows, rep := readAll(t, f, p, Options{})
	var got []string
	for _, row := range rows {
		if s := row.Seizure; s != nil {
			got = append(got, s.Agency+"|"+s.SubstanceText+"|"+s.AmountText+"|"+s.Date.String()+"|"+s.Until.String())
		}
	}
	if diff := cmp.Diff([]string{"Kent|Cocaine|1.5|2016|2017", "Kent|Herbal Cannabis|1,200.5|2016|2017", "Surrey|Cocaine|2.5|2016|2017"}, got); diff != "" {
		t.Error(diff)
	}
	if rep.Refused != 1 || rep.SetAside != 1 || len(rep.Checks) < 2 || !rep.Checks[0].Agrees {
		t.Errorf("report %+v", rep)
	}
}

func TestCarryDown(t *testing.T) {
	f := open(t, write(t, "a.csv", []byte("Country,Year,Drug,Kg\nPeru,2014,Cocaine,1.5\n,,Heroin,2\n,2015,Cocaine,3\nBrazil,,Cocaine,4\n")))
	p := confirmed(t, f, nil)
	p.Kind, p.CarryDown = paiza.KindTotals, []string{"Country", "Year"}
	rows, _ := readAll(t, f, p, Options{})
	var got []string
	for _, row := range rows {
		if row.Total == nil {
			t.Fatalf("row %d: %v", row.Line, row.Err)
		}
		got = append(got, string(row.Total.Country)+" "+row.Total.SubstanceText+" "+row.Cells[0])
	}
	if diff := cmp.Diff([]string{"PER Cocaine Peru", "PER Heroin ", "PER Cocaine ", "BRA Cocaine Brazil"}, got); diff != "" {
		t.Error(diff)
	}
	if rows[2].Total.Year != 2015 || rows[3].Total.Year != 2015 {
		t.Errorf("years %d and %d", rows[2].Total.Year, rows[3].Total.Year)
	}
}

func TestOrderOfDates(t *testing.T) {
	head := "date,country,substance,amount,unit,place\n"
	early := strings.Repeat("01/02/2014,RUS,heroin,1,kg,x\n", 3000)
	for _, test := range []struct{ name, body, want, note string }{
		{"open", early, "2014-02-01", "ingest.note.date_order"},
		{"month first, told by the last row", early + "01/13/2014,RUS,heroin,1,kg,x\n", "2014-01-02", ""},
		{"day first, told by the last row", early + "13/01/2014,RUS,heroin,1,kg,x\n", "2014-02-01", ""},
	} {
		f := open(t, write(t, "a.csv", []byte(head+test.body)))
		rows, rep := readAll(t, f, confirmed(t, f, nil), Options{})
		if got := rows[0].Seizure.Date.String(); got != test.want || rep.Refused != 0 {
			t.Errorf("%s: %s, want %s; refused %d", test.name, got, test.want, rep.Refused)
		}
		note := ""
		for _, n := range rep.Notes {
			if n.Key == "ingest.note.date_order" {
				note = n.Key
			}
		}
		if note != test.note {
			t.Errorf("%s: notes %v", test.name, rep.Notes)
		}
	}
}

func TestRowsRefusedAndFlagged(t *testing.T) {
	body := ours +
		",RUS,,,,heroin,1,kg,1\n" + // 2
		"soon,RUS,,,,heroin,1,kg,1\n" + // 3
		"1850-01-01,RUS,,,,heroin,1,kg,1\n" + // 4
		"2014-02-14,,,,,heroin,1,kg,1\n" + // 5
		"2014-02-14,Atlantis,,,,heroin,1,kg,1\n" + // 6
		"2014-02-14,RUS,,,,heroin,much,kg,1\n" + // 7
		"2014-02-14,RUS,,,,heroin,-1,kg,1\n" + // 8
		"2014-02-14,RUS,,,,heroin,1,kg,few\n" + // 9
		"2014-02-14,RUS,,,,heroin,,kg,\n" + // 10
		"2014-02-14,RUS,,,,heroin,1,,1\n" + // 11
		"2014-02-14,RUS,,,,heroin,1,barrel,1\n" + // 12
		"2014-02-14,RUS,,,,,1,kg,1\n" + // 13
		"2014-02-14,RUS,,,,heroin,4500000,kg,1\n" + // 14
		"2030-01-01,RUS,,,,heroin,1,kg,1\n" + // 15
		"2014-02-14,RUS,Nowhere,,,heroin,1,kg,1\n" + // 16
		"2014-02-14,RUS,ANTIOQUIA,,,heroin,NULL,kg,1\n" // 17
	f := open(t, write(t, "a.csv", []byte(body)))
	rows, _ := readAll(t, f, f.Profile, Options{Day: paiza.NewDate(2026, 1, 1)})
	want := map[int]string{2: "ingest.row.no_date", 3: "ingest.row.date", 4: "ingest.row.date_before_1900", 5: "ingest.row.no_country",
		6: "ingest.row.country", 7: "ingest.row.amount", 8: "ingest.row.negative", 9: "ingest.row.count"}
	if diff := cmp.Diff(want, errs(rows)); diff != "" {
		t.Error(diff)
	}
	if e := rows[5].Err; e.Row != 7 || e.Column != "amount" || e.Value != "much" {
		t.Errorf("row error %+v", e)
	}
	flags := map[int]paiza.Flags{}
	for _, row := range rows {
		if row.Seizure != nil {
			flags[row.Line] = row.Seizure.Flags
		}
	}
	wantFlags := map[int]paiza.Flags{10: paiza.FlagNoAmount, 11: paiza.FlagUnresolvedUnit, 12: paiza.FlagUnresolvedUnit,
		13: paiza.FlagUnresolvedSubstance, 14: paiza.FlagImplausible, 15: paiza.FlagFutureDate, 16: paiza.FlagUnresolvedPlace,
		17: paiza.FlagNoAmount}
	if diff := cmp.Diff(wantFlags, flags); diff != "" {
		t.Error(diff)
	}
}

func TestUnitInTheAmount(t *testing.T) {
	body := "date,country,division,place,routing,substance,amount,unit\n" +
		"2014-02-14,RUS,,,,heroin,\"1,5 кг\",\n2014-02-14,RUS,,,,heroin,20г.,\n2014-02-14,RUS,,,,heroin,3 kg,Kilogram\n" +
		"2014-02-14,RUS,,,,heroin,3 kg,Gram\n2014-02-14,RUS,,,,heroin,3 barrels,\n2014-02-14,RUS,,,,heroin,about 3,kg\n"
	f := open(t, write(t, "a.csv", []byte(body)))
	rows, _ := readAll(t, f, f.Profile, Options{})
	var got []string
	for _, row := range rows {
		if row.Seizure != nil {
			got = append(got, paiza.Kilograms(row.Seizure.Equivalent)+" "+row.Seizure.UnitText)
		}
	}
	if diff := cmp.Diff([]string{"1.5 кг", "0.02 г", "3 kg"}, got); diff != "" {
		t.Error(diff)
	}
	want := map[int]string{5: "ingest.row.amount", 6: "ingest.row.amount", 7: "ingest.row.amount"}
	if diff := cmp.Diff(want, errs(rows)); diff != "" {
		t.Error(diff)
	}
}

func TestPlaceAgencyRouting(t *testing.T) {
	body := strings.TrimSpace(ours) + ",installation,departure\n" +
		"2014-02-14,RUS,Federal Customs Service,Cotonou,,heroin,1,kg,1,,\n" +
		"2014-02-14,RUS,,Cotonou,,heroin,1,kg,1,Airport,Peru\n" +
		"2014-02-14,RUS,,,inland,heroin,1,kg,1,Airport,Peru\n" +
		"2014-02-14,RUS,,,,heroin,1,kg,1,Street,Unknown\n"
	f := open(t, write(t, "a.csv", []byte(body)))
	rows, _ := readAll(t, f, f.Profile, Options{})
	a, b, c, d := rows[0].Seizure, rows[1].Seizure, rows[2].Seizure, rows[3].Seizure
	if a.Agency != "Federal Customs Service" || a.DivisionText != "Federal Customs Service" || a.Division != "Cotonou" {
		t.Errorf("agency in the division column: %q, %q, %q", a.Agency, a.DivisionText, a.Division)
	}
	if b.Division != "Cotonou" || b.Routing != paiza.RoutingInbound || b.RoutingBasis != paiza.BasisInferred || b.Flags != paiza.FlagInferred {
		t.Errorf("inferred: %q %s %s %v", b.Division, b.Routing, b.RoutingBasis, b.Flags)
	}
	if c.Routing != paiza.RoutingInland || c.RoutingBasis != paiza.BasisStated || c.Route.Departure != "PER" {
		t.Errorf("stated: %s %s %q", c.Routing, c.RoutingBasis, c.Route.Departure)
	}
	if d.Routing != paiza.RoutingUnknown || d.Route.Departure != "" || d.Flags != 0 {
		t.Errorf("unknown: %s %q %v", d.Routing, d.Route.Departure, d.Flags)
	}
}

func TestColombiaVintages(t *testing.T) {
	merged := "\"FECHA\",\"AÑO\",\"MES\",\"DIA_MES\",\"DIA\",\"DEPARTAMENTO\",\"MUNICIPIO\",\"ZONA\",\"CLASE DE SITIO\",\"CLASE DE ESTUPEFACIENTE\",\"UNIDAD DE MEDIDA\",\"CANTIDAD\"\n" +
		"\"2018-01-31\",2018,1,31,\"Miércoles\",\"ANTIOQUIA\",\"MEDELLÍN (CT)\",\"URBANA\",\"VIAS PUBLICAS\",\"BASE DE COCA\",\"GRAMO\",46.5\n" +
		"NA,NA,NA,NA,\"\",\"\",\"\",\"\",\"\",\"\",\"\",46.5\n"
	single := "FECHA,DEPARTAMENTO,MUNICIPIO,DIA,CLASE DE ESTUPEFACIENTE,CLASE DE SITIO,ZONA,UNIDAD DE MEDIDA,CODIGO DANE,CANTIDAD\n" +
		"01/31/2018 12:00:00 AM,ANTIOQUIA,MEDELLÍN (CT),Miércoles,BASE DE COCA,VIAS PUBLICAS,URBANA,GRAMO,5001000,46.5\n" +
		"TOTAL,,,,,,,,,46.5\n"
	var keys [][16]byte
	for _, body := range []string{merged, single} {
		f := open(t, write(t, "a.csv", []byte(body)))
		if f.Profile.Name != "colombia" {
			t.Fatalf("profile %s", f.Profile.Name)
		}
		rows, rep := readAll(t, f, f.Profile, Options{})
		if rep.Accepted != 1 || rep.SetAside != 1 || len(rep.Checks) != 1 || !rep.Checks[0].Agrees {
			t.Errorf("report %+v, %v", rep, errs(rows))
		}
		keys = append(keys, rows[0].Key)
	}
	if keys[0] != keys[1] {
		t.Error("the same row of two vintages has two keys")
	}
}

// The order of columns, blanks around values and the writing of numbers do not
// change a key; the occurrence does.
func TestKeysProperty(t *testing.T) {
	head := strings.Split(strings.TrimSpace(ours), ",")
	rapid.Check(t, func(t *rapid.T) {
		cells := []string{"2014-02-14", "RUS", "", "Moscow region", "inland", "heroin", "1.5", "kg", "1"}
		cells[3] = rapid.SampledFrom([]string{"Moscow region", "Москва", "北京", ""}).Draw(t, "place")
		order := rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6, 7, 8}).Draw(t, "order")
		var h, a []string
		for _, i := range order {
			h = append(h, head[i])
			text := cells[i]
			switch head[i] {
			case "amount":
				text = rapid.SampledFrom([]string{"1.5", "1.50", "15e-1", "1.5000000000000002", "1.4999999999999998"}).Draw(t, "amount")
			case "date":
				text = rapid.SampledFrom([]string{"2014-02-14", "14.02.2014", "14 февраля 2014", "41684"}).Draw(t, "date")
			case "place":
				text = strings.ReplaceAll(text, " ", rapid.SampledFrom([]string{" ", "  ", "\u00a0"}).Draw(t, "blank"))
			}
			a = append(a, rapid.SampledFrom([]string{"", " "}).Draw(t, "pad")+text)
		}
		get := func(body string) []Row {
			f := openText(t, body)
			defer f.Close()
			p, _ := ParseProfile(f.Profile.TOML())
			p.DateOrder = orderDMY
			var rows []Row
			if _, err := Read(t.Context(), f, p, plainCatalog{}, Options{}, func(b *Batch) error { rows = append(rows, b.Rows...); return nil }); err != nil {
				t.Fatal(err)
			}
			return rows
		}
		plain := strings.Join(cells, ",") + "\n"
		one := get(ours + plain + plain)
		two := get(strings.Join(h, ";") + "\n" + strings.Join(a, ";") + "\n")
		if two[0].Err != nil || one[0].Key != two[0].Key {
			t.Fatalf("keys differ: %q (%v)", a, two[0].Err)
		}
		if one[0].Key == one[1].Key || one[1].Seizure.Flags&paiza.FlagIdentical == 0 || one[0].Seizure.Flags&paiza.FlagIdentical != 0 {
			t.Fatal("the second of two equal rows must have a key of its own and the flag")
		}
	})
}
