package ingest

import (
	"context"
	"testing"

	"paiza"
	"paiza/internal/catalog"
)

// fullCatalog is the catalog as the desk gives it to Read.
type fullCatalog struct{ *catalog.Catalog }

func bare(r catalog.Resolution) Resolution { return Resolution{Code: r.Code, How: r.How} }

func (c fullCatalog) ResolveSubstance(t string) Resolution {
	return bare(c.Catalog.ResolveSubstance(t))
}
func (c fullCatalog) ResolveUnit(t string) Resolution    { return bare(c.Catalog.ResolveUnit(t)) }
func (c fullCatalog) ResolveCountry(t string) Resolution { return bare(c.Catalog.ResolveCountry(t)) }
func (c fullCatalog) ResolveDivision(of paiza.Country, t string) Resolution {
	return bare(c.Catalog.ResolveDivision(of, t))
}
func (c fullCatalog) ResolveRouting(t string) Resolution { return bare(c.Catalog.ResolveRouting(t)) }
func (c fullCatalog) ResolveTransport(t string) Resolution {
	return bare(c.Catalog.ResolveTransport(t))
}
func (c fullCatalog) ResolveHiding(t string) Resolution { return bare(c.Catalog.ResolveHiding(t)) }
func (c fullCatalog) ResolveInstallation(t string) Resolution {
	return bare(c.Catalog.ResolveInstallation(t))
}
func (c fullCatalog) Convert(d paiza.Decimal, unit, substance string, of paiza.Country, year int) (Conversion, bool) {
	got, ok := c.Catalog.Convert(d, unit, substance, of, year)
	return Conversion(got), ok
}

// The real files with the real catalog: no row is refused but for a missing
// amount, and hardly a substance or a unit stays unresolved.
func TestRealFilesWithCatalog(t *testing.T) {
	cat := fullCatalog{catalog.Default()}
	for _, test := range []struct {
		file, profile string
		refused       int64
		unresolved    int // rows with a substance or unit that is not resolved, at most
	}{
		{"unodc_ids/ids_2011_2015.csv.gz", "unodc-ids", 0, 447},
		{"unodc_annual/unodc_seizures_annual_1970_2018.csv", "unodc-annual", 507, 963},
		{"colombia/estupefacientes_2016_2017.csv.gz", "colombia", 0, 0},
		{"brazil_fortaleza/fortaleza_2009_2024.csv.gz", "fortaleza", 0, 0},
		{"us_cbp/nationwide-drugs-fy19-fy22.csv", "us-cbp", 0, 0},
		{"us_cbp/nationwide-drugs-fy20-fy23.csv", "us-cbp", 0, 0},
	} {
		f := open(t, data(t, test.file))
		if f.Profile.Name != test.profile {
			t.Errorf("%s is taken for %s", test.file, f.Profile.Name)
			continue
		}
		flags, reasons, texts := map[string]int{}, map[string]int{}, map[string]int{}
		unresolved := 0
		rep, err := Read(context.Background(), f, f.Profile, cat, Options{}, func(b *Batch) error {
			for _, row := range b.Rows {
				var fl paiza.Flags
				switch {
				case row.Err != nil:
					reasons[row.Err.Key+" "+row.Err.Value]++
				case row.Seizure != nil:
					fl = row.Seizure.Flags
					if fl&paiza.FlagUnresolvedSubstance != 0 {
						texts[row.Seizure.SubstanceText]++
					}
					if fl&paiza.FlagUnresolvedUnit != 0 {
						texts["unit "+row.Seizure.UnitText]++
					}
				default:
					fl = row.Total.Flags
					if fl&paiza.FlagUnresolvedSubstance != 0 {
						texts[row.Total.SubstanceText]++
					}
				}
				for _, one := range fl.Each() {
					flags[one.Key()]++
				}
				if fl&(paiza.FlagUnresolvedSubstance|paiza.FlagUnresolvedUnit) != 0 {
					unresolved++
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: read %d, refused %d %v, flags %v, unresolved %v", test.profile, rep.Read, rep.Refused, reasons, flags, texts)
		if rep.Refused != test.refused {
			t.Errorf("%s: refused %d, want %d", test.profile, rep.Refused, test.refused)
		}
		if unresolved > test.unresolved {
			t.Errorf("%s: %d rows unresolved, want at most %d", test.profile, unresolved, test.unresolved)
		}
	}
}
