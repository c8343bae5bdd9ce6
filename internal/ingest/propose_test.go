package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"paiza"
)

// proposed is the field of each heading of a text.
func proposed(t *testing.T, name, body string) (map[string]Field, *Profile) {
	t.Helper()
	f := open(t, write(t, name, []byte(body)))
	if f.Recognised {
		t.Fatalf("recognised as %s", f.Profile.Name)
	}
	got := map[string]Field{}
	for _, c := range f.Profile.Columns {
		if c.Field != FieldSource {
			got[c.Header[0]] = c.Field
		}
		if (c.Confidence > 0) != (c.Field != FieldSource) || Messages[c.Reason.Key] == "" {
			t.Errorf("%s: confidence %v for %s, reason %q", c.Header[0], c.Confidence, c.Field, c.Reason.Key)
		}
	}
	return got, f.Profile
}

func TestProposeLanguages(t *testing.T) {
	tests := []struct {
		name, body string
		want       map[string]Field
		unit       string
	}{
		{"English", "Incident date,Country of seizure,Province,City,Drug type,Net weight (kg),Country of origin,Destination country,Means of transport,Case number,Remarks\n" +
			"14/02/2014,Pakistan,Sindh,Karachi,Heroin,12.5,Afghanistan,Italy,Sea,K-12/2014,none\n15/02/2014,Pakistan,Punjab,Lahore,Opium,3,,,Road,L-3/2014,\n",
			map[string]Field{"Incident date": FieldDate, "Country of seizure": FieldCountry, "Province": FieldDivision, "City": FieldPlace,
				"Drug type": FieldSubstance, "Net weight (kg)": FieldAmount, "Country of origin": FieldProducing,
				"Destination country": FieldDestination, "Means of transport": FieldTransport, "Case number": FieldReference}, "kg"},
		{"Russian", "№;Дата изъятия;Страна;Регион;Место изъятия;Наименование вещества;Количество;Ед. изм.;Страна назначения;Способ сокрытия;Номер экспертизы;Примечание\n" +
			"1;14.02.2014;Россия;Омская область;Омск;героин;1,5;кг;Китай;тайник в автомобиле;Э-15;срочно\n2;15.02.2014;Россия;Омская область;Омск;гашиш;20,25;г;;;Э-16;\n",
			map[string]Field{"Дата изъятия": FieldDate, "Страна": FieldCountry, "Регион": FieldDivision, "Место изъятия": FieldPlace,
				"Наименование вещества": FieldSubstance, "Количество": FieldAmount, "Ед. изм.": FieldUnit, "Страна назначения": FieldDestination,
				"Способ сокрытия": FieldHiding, "Номер экспертизы": FieldExhibit}, ""},
		{"Chinese", "查获日期,省份,查获地点,毒品种类,数量,计量单位,目的地,运输方式,查获单位,抓获人数\n" +
			"2014年2月14日,云南省,昆明市,海洛因,1.5,公斤,广东,公路,昆明海关,2\n2014年2月15日,广西,南宁市,冰毒,20,克,,,公安局,1\n",
			map[string]Field{"查获日期": FieldDate, "省份": FieldDivision, "查获地点": FieldPlace, "毒品种类": FieldSubstance, "数量": FieldAmount,
				"计量单位": FieldUnit, "目的地": FieldDestination, "运输方式": FieldTransport, "查获单位": FieldAgency, "抓获人数": FieldPersons}, ""},
		{"Spanish", "Fecha del hecho;País;Departamento;Municipio;Tipo de droga;Cantidad incautada (gramos);Medio de transporte;Capturados\n" +
			"14/02/2014;Perú;Loreto;Iquitos;Cocaína;1.500,5;Fluvial;2\n15/02/2014;Perú;Lima;Callao;Marihuana;20;Terrestre;0\n",
			map[string]Field{"Fecha del hecho": FieldDate, "País": FieldCountry, "Departamento": FieldDivision, "Municipio": FieldPlace,
				"Tipo de droga": FieldSubstance, "Cantidad incautada (gramos)": FieldAmount, "Medio de transporte": FieldTransport, "Capturados": FieldPersons}, "g"},
		{"Portuguese", "Data da apreensão;UF;Cidade;Tipo de Entorpecente;Quantidade (Kg);Órgão\n14/02/2014;CE;Fortaleza;Maconha;1,5;PM\n15/02/2014;CE;Sobral;Crack;0,01;PC\n",
			map[string]Field{"Data da apreensão": FieldDate, "UF": FieldDivision, "Cidade": FieldPlace, "Tipo de Entorpecente": FieldSubstance,
				"Quantidade (Kg)": FieldAmount, "Órgão": FieldAgency}, "kg"},
		{"French", "Date de saisie;Pays;Ville;Type de drogue;Quantité;Unité;Pays de provenance;Pays de destination\n14/02/2014;Bénin;Cotonou;Cocaïne;1,5;kg;Brésil;France\n15/02/2014;Togo;Lomé;Héroïne;20;g;;\n",
			map[string]Field{"Date de saisie": FieldDate, "Pays": FieldCountry, "Ville": FieldPlace, "Type de drogue": FieldSubstance,
				"Quantité": FieldAmount, "Unité": FieldUnit, "Pays de provenance": FieldDeparture, "Pays de destination": FieldDestination}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, p := proposed(t, "a.csv", test.body)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if p.Constant[FieldUnit] != test.unit {
				t.Errorf("unit %q, want %q", p.Constant[FieldUnit], test.unit)
			}
		})
	}
}

func TestProposeByValues(t *testing.T) {
	got, _ := proposed(t, "a.csv", "a,b,c,d\n2014-02-14,heroin,1.5,x\n2014-02-15,opium,2.25,y\n2014-02-16,opium,3,z\n")
	if diff := cmp.Diff(map[string]Field{"a": FieldDate, "c": FieldAmount}, got); diff != "" {
		t.Error(diff)
	}
	got, p := proposed(t, "seizures-2014.csv", "Drug,Kg\nheroin,1.5\nopium,2\n")
	if diff := cmp.Diff(map[string]Field{"Drug": FieldSubstance, "Kg": FieldAmount}, got); diff != "" {
		t.Error(diff)
	}
	if p.Constant[FieldYear] != "2014" || p.Constant[FieldUnit] != "kg" || p.Kind != paiza.KindTotals {
		t.Errorf("year %q, unit %q, kind %s", p.Constant[FieldYear], p.Constant[FieldUnit], p.Kind)
	}
	// Amounts with their unit typed behind them are amounts.
	got, _ = proposed(t, "a.csv", "Дата;Наркотик;Кол-во\n01.02.2014;Героин;1,5 кг\n02.02.2014;Героин;200 г\n03.02.2014;Метадон;10 таблеток\n")
	if diff := cmp.Diff(map[string]Field{"Дата": FieldDate, "Наркотик": FieldSubstance, "Кол-во": FieldAmount}, got); diff != "" {
		t.Error(diff)
	}
	// A heading that promises what the values do not hold is not believed.
	got, _ = proposed(t, "a.csv", "Date,Amount,Drug\nsoon,many,heroin\nlater,few,opium\nnever,none,opium\n")
	if diff := cmp.Diff(map[string]Field{"Drug": FieldSubstance}, got); diff != "" {
		t.Error(diff)
	}
}

// The same headings in another order are the same series; other headings are
// another.
func TestProposedSeries(t *testing.T) {
	_, a := proposed(t, "a.csv", "Date,Drug,Kg\n2014-02-14,heroin,1.5\n")
	_, b := proposed(t, "b.csv", "Kg;Drug;Date\n1,5;heroin;14.02.2014\n")
	_, c := proposed(t, "c.csv", "Date,Drug,Gram\n2014-02-14,heroin,1.5\n")
	if a.Source != b.Source || a.Source == c.Source {
		t.Errorf("series %s, %s, %s", a.Source, b.Source, c.Source)
	}
}

func TestProposeRealWideTables(t *testing.T) {
	for _, test := range []struct {
		file         string
		label, value Field
		columns      int
		year         string
		rows         int64
	}{
		{"us_nflis/2017NFLISWebsiteTable3.csv", FieldDivision, FieldCount, 13, "2017", 0},
		{"us_nflis/2018NFLISWebsiteTable3.csv", FieldDivision, FieldCount, 13, "2018", 0},
		{"us_nflis/NFLISPublicData_2019_Table3.csv", FieldDivision, FieldCount, 13, "2019", 0},
		{"uk_police/Quantities16-17.csv", FieldSubstance, FieldAmount, 17, "2016/17", 0},
		{"uk_police/Seizures16-17.csv", FieldSubstance, FieldCount, 20, "2016/17", 0},
	} {
		f := open(t, data(t, test.file))
		p := f.Profile
		if p.Pivot == nil || p.Pivot.Label != test.label || p.Pivot.Value != test.value || len(p.Pivot.Columns) != test.columns ||
			p.Constant[FieldYear] != test.year {
			t.Errorf("%s: pivot %+v, year %q", test.file, p.Pivot, p.Constant[FieldYear])
			continue
		}
		p = confirmed(t, f, map[Field]string{FieldCountry: "USA"})
		rows, rep := readAll(t, f, p, Options{})
		for line, key := range errs(rows) {
			if key != "ingest.row.total" && key != "ingest.row.remark" && key != "ingest.row.header_again" && !strings.HasPrefix(key, "ingest.row.total_") {
				t.Errorf("%s: row %d: %s", test.file, line, key)
			}
		}
		t.Logf("%s: %d values, %d set aside, checks %v", test.file, rep.Accepted, rep.SetAside, rep.Checks)
	}
}

// The counts of the laboratory table, in four blocks of states under each
// other, are those of a second reading.
func TestWideTableSum(t *testing.T) {
	for _, file := range []string{"us_nflis/2017NFLISWebsiteTable3.csv", "us_nflis/2018NFLISWebsiteTable3.csv", "us_nflis/NFLISPublicData_2019_Table3.csv"} {
		wideTable(t, open(t, data(t, file)))
	}
}

func wideTable(t *testing.T, f *File) {
	want, states := map[string]int64{}, []string(nil)
	for _, r := range f.main.probe[f.main.header:] {
		switch {
		case r.cells[0] == "Drug", r.cells[0] == "State":
			states = r.cells
			continue
		case strings.TrimSpace(r.cells[0]) == "" || len(nonEmpty(r.cells)) < 5:
			continue
		}
		for i, c := range r.cells {
			n := int64(0)
			for _, d := range strings.TrimSpace(c) {
				if d >= '0' && d <= '9' {
					n = n*10 + int64(d-'0')
				}
			}
			if state := strings.TrimSpace(states[i]); i > 0 && state != "" && n > 0 {
				want[state] += n
			}
		}
	}
	rows, _ := readAll(t, f, confirmed(t, f, map[Field]string{FieldCountry: "USA"}), Options{})
	got := map[string]int64{}
	for _, row := range rows {
		if row.Seizure != nil {
			got[row.Seizure.DivisionText] += row.Seizure.Count
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) < 45 {
		t.Errorf("%d states (-want +got):\n%s", len(got), diff)
	}
}
