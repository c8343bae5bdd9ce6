package ingest

import (
	"testing"
)

func TestProposeReal(t *testing.T) {
	for _, name := range []string{"us_nflis/2017NFLISWebsiteTable3.csv", "uk_police/Quantities16-17.csv", "uk_police/Seizures16-17.csv",
		"russia_spb/registered_drug_users.csv", "russia_crimestat/crimestat_social_portrait.csv", "precursors/Fentanyl_Precursor_List_Combined_with_schedule_dates.xlsx"} {
		f := open(t, data(t, name))
		t.Log(f.Format, f.Encoding, string(f.Delimiter), f.HeaderRow, f.Recognised, len(f.Header), f.Titles, len(f.Sheets))
		p := f.Profile
		t.Log(p.Kind, p.Constant, p.Reasons, p.Validate())
		if p.Pivot != nil {
			t.Log(p.Pivot)
		}
		for _, c := range p.Columns {
			t.Log("   ", c.Header, c.Field, c.Confidence, c.Reason)
		}
	}
}
