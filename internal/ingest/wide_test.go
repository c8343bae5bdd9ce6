package ingest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"paiza"
)

// A wide table is proposed whatever its headings call the period, its blank
// labels are carried down, and units stand where the headings have them.
func TestProposeWide(t *testing.T) {
	country := map[Field]string{FieldCountry: "PER", FieldUnit: "kg"}
	tests := []struct {
		name, body string
		constant   map[Field]string
		want       Pivot
		carry      []string
		kind       paiza.ImportKind
		rows       []string // date, division, substance, amount in base units
		aside      int64
	}{
		{"years with gaps and labels written once",
			"Region,Drug,2011,2012,2013,Total\nNorth,heroin,1,2,7e+06,7000003\n,cocaine,3,-,n/a,3\n,Total of the above,4,2,7e+06,\nSouth,heroin,5,,,5\n,cocaine,6,,,6\nTOTAL,,15,2,7e+06,\n",
			country, Pivot{Columns: []string{"2011", "2012", "2013"}, Label: FieldYear, Value: FieldAmount}, []string{"Region"}, paiza.KindSeizures,
			[]string{"2011 North heroin 1", "2012 North heroin 2", "2013 North heroin 7e+06", "2011 North cocaine 3", "2011 South heroin 5", "2011 South cocaine 6"}, 2},
		{"Chinese years", "毒品,2011年,2012年,合计\nheroin,1,2,3\ncocaine,10,20,30\n合计,11,22,33\n",
			country, Pivot{Columns: []string{"2011年", "2012年"}, Label: FieldYear, Value: FieldAmount}, nil, paiza.KindTotals,
			[]string{"2011 heroin 1", "2012 heroin 2", "2011 cocaine 10", "2012 cocaine 20"}, 1},
		{"Russian years", "Вид наркотика;2011 г.;2012 г.;2013 год\nheroin;1;2;3\ncocaine;1,5;0;\nИТОГО;2,5;2;3\n",
			country, Pivot{Columns: []string{"2011 г.", "2012 г.", "2013 год"}, Label: FieldYear, Value: FieldAmount}, nil, paiza.KindTotals,
			[]string{"2011 heroin 1", "2012 heroin 2", "2013 heroin 3", "2011 cocaine 1,5"}, 1},
		{"fiscal years", "Drug,FY2011,FY2012\nheroin,1,2\ncocaine,3,4\n",
			country, Pivot{Columns: []string{"FY2011", "FY2012"}, Label: FieldFiscalYear, Value: FieldAmount}, nil, paiza.KindSeizures,
			[]string{"2011  heroin 1", "2012  heroin 2", "2011  cocaine 3", "2012  cocaine 4"}, 0},
		{"quarters", "Drug,2011 Q1,2011 Q2\nheroin,1,2\ncocaine,3,4\n",
			country, Pivot{Columns: []string{"2011 Q1", "2011 Q2"}, Label: FieldDate, Value: FieldAmount}, nil, paiza.KindSeizures,
			[]string{"2011-01  heroin 1", "2011-04  heroin 2", "2011-01  cocaine 3", "2011-04  cocaine 4"}, 0},
		{"split years", "Drug,2010/11,2011/12\nheroin,1,2\n",
			country, Pivot{Columns: []string{"2010/11", "2011/12"}, Label: FieldFiscalYear, Value: FieldAmount}, nil, paiza.KindSeizures,
			[]string{"2011  heroin 1", "2012  heroin 2"}, 0},
		{"months of a year", "Drug,2011-10,2011-11,2011-12\nheroin,1,2,3\n",
			country, Pivot{Columns: []string{"2011-10", "2011-11", "2011-12"}, Label: FieldDate, Value: FieldAmount}, nil, paiza.KindSeizures,
			[]string{"2011-10  heroin 1", "2011-11  heroin 2", "2011-12  heroin 3"}, 0},
		{"units in headings", "Year,Month,Heroin (kg),Cocaine (g),\"Hashish, kg\"\n2015,January,1,2,3\n2015,Feb,1,,3\n",
			map[Field]string{FieldCountry: "PER"},
			Pivot{Columns: []string{"Heroin (kg)", "Cocaine (g)", "Hashish, kg"}, Label: FieldSubstance, Value: FieldAmount,
				Units: map[string]string{"Heroin (kg)": "kg", "Cocaine (g)": "g", "Hashish, kg": "kg"}}, nil, paiza.KindSeizures,
			[]string{"2015-01  Heroin (kg) 1", "2015-01  Cocaine (g) 2", "2015-01  Hashish, kg 3", "2015-02  Heroin (kg) 1", "2015-02  Hashish, kg 3"}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := open(t, write(t, "a.csv", []byte(test.body)))
			p := f.Profile
			if p.Pivot == nil {
				t.Fatalf("no pivot proposed: %+v", p.Columns)
			}
			if diff := cmp.Diff(test.want, *p.Pivot); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.carry, p.CarryDown); diff != "" {
				t.Error(diff)
			}
			if p.Kind != test.kind {
				t.Errorf("kind %s, want %s", p.Kind, test.kind)
			}
			rows, rep := readAll(t, f, confirmed(t, f, test.constant), Options{})
			var got []string
			for _, r := range rows {
				switch {
				case r.Seizure != nil:
					got = append(got, fmt.Sprintf("%v %s %s %s", r.Seizure.Date, r.Seizure.DivisionText, r.Seizure.SubstanceText, r.Seizure.AmountText))
				case r.Total != nil:
					got = append(got, fmt.Sprintf("%d %s %s", r.Total.Year, r.Total.SubstanceText, r.Total.AmountText))
				}
			}
			if diff := cmp.Diff(test.rows, got); diff != "" {
				t.Error(diff)
			}
			if rep.SetAside != test.aside || rep.Refused != 0 {
				t.Errorf("%d set aside, %d refused", rep.SetAside, rep.Refused)
			}
			for _, c := range rep.Checks {
				if !c.Agrees {
					t.Errorf("total %+v", c)
				}
			}
		})
	}
}

// A list of events with a few unknown divisions is not a report with labels
// written once.
func TestProposeCarryDownOnlyLabels(t *testing.T) {
	for _, body := range []string{
		"Region,Date,Drug,Kg\nNorth,2014-02-14,heroin,1\nNorth,2014-02-15,heroin,1\n,2014-02-16,heroin,1\n,2014-02-17,heroin,1\n,2014-02-18,heroin,1\nSouth,2014-02-19,heroin,1\n",
		"Region,Date,Drug,Kg\n,2014-02-14,heroin,1\nNorth,2014-02-15,heroin,1\n,2014-02-16,heroin,1\n,2014-02-17,heroin,1\n,2014-02-18,heroin,1\nSouth,2014-02-19,heroin,1\n",
		"Region,Date,Drug,Kg\nNorth,2014-02-14,heroin,1\nSouth,2014-02-15,heroin,1\n,2014-02-16,heroin,1\nEast,2014-02-17,heroin,1\nNorth,2014-02-18,heroin,1\nSouth,2014-02-19,heroin,1\n",
	} {
		if _, p := proposed(t, "a.csv", body); p.CarryDown != nil {
			t.Errorf("carried down: %v in\n%s", p.CarryDown, body)
		}
	}
}
