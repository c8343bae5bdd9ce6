package desk_test

import (
	"path/filepath"
	"testing"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
)

// BenchmarkImportIDS takes the individual drug seizures in, everything
// included, on SQLite.
func BenchmarkImportIDS(b *testing.B) {
	path, _ := filepath.Abs("../../../shared/data/unodc_ids/ids_2011_2015.csv.gz")
	for b.Loop() {
		s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "node.paiza"))
		if err != nil {
			b.Fatal(err)
		}
		d, err := desk.Open(b.Context(), desk.Options{Store: s})
		if err != nil {
			b.Fatal(err)
		}
		imp, err := d.Import(b.Context(), paiza.Operator("bench"), desk.ImportRequest{Path: path}, nil)
		if err != nil {
			b.Skip(err)
		}
		b.ReportMetric(float64(imp.Counts.Read)/imp.Finished.Sub(imp.Started).Seconds(), "rows/s")
		d.Close()
		s.Close()
	}
}
