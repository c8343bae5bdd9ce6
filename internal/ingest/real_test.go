package ingest

import "testing"

func TestRealSmoke(t *testing.T) {
	for _, name := range []string{"unodc_ids/ids_2011_2015.csv.gz", "unodc_annual/unodc_seizures_annual_1970_2018.csv",
		"colombia/estupefacientes_2016_2017.csv.gz", "brazil_fortaleza/fortaleza_2009_2024.csv.gz",
		"us_cbp/nationwide-drugs-fy19-fy22.csv", "us_cbp/nationwide-drugs-fy20-fy23.csv"} {
		f := open(t, data(t, name))
		t.Log(f.Container, f.Format, f.Encoding, string(f.Delimiter), f.DecimalComma, f.HeaderRow, f.Recognised, f.Header)
		if !f.Recognised {
			t.Error(name)
			continue
		}
		rows, rep := readAll(t, f, f.Profile, Options{})
		t.Log(f.Profile.Name, len(rows), rep.Read, rep.Accepted, rep.Refused, rep.SetAside, rep.Identical, rep.First, rep.Last, rep.Notes)
	}
}
