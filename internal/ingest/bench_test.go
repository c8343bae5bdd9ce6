package ingest

import (
	"context"
	"testing"
)

// BenchmarkReadIDS reads the 257,536 rows of the UNODC file with everything but
// the catalog: unpacking, splitting, dates, numbers, keys, seizures.
func BenchmarkReadIDS(b *testing.B) {
	path := data(b, "unodc_ids/ids_2011_2015.csv.gz")
	b.ReportAllocs()
	rows := int64(0)
	for b.Loop() {
		f, err := Open(context.Background(), path, "ids.csv.gz", Limits{})
		if err != nil {
			b.Fatal(err)
		}
		rep, err := Read(context.Background(), f, f.Profile, plainCatalog{}, Options{}, func(*Batch) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		rows += rep.Read
		f.Close()
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
