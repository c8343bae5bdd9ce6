package ingest

import (
	"context"
	"os"
	"testing"

	"paiza/internal/catalog"
)

// The demonstration data, which is in our own layout, is recognised and every
// row of it is taken.
func TestDemonstrationData(t *testing.T) {
	cat := fullCatalog{catalog.Default()}
	for file, profile := range map[string]string{"seizures.csv": "paiza", "totals.csv": "paiza-totals"} {
		path := "../demo/data/" + file
		if _, err := os.Stat(path); err != nil {
			t.Skipf("%s is not there", path)
		}
		f := open(t, path)
		if !f.Recognised || f.Profile.Name != profile {
			t.Errorf("%s is taken for %s", file, f.Profile.Name)
			continue
		}
		rep, err := Read(context.Background(), f, f.Profile, cat, Options{}, func(b *Batch) error {
			for _, row := range b.Rows {
				if row.Err != nil {
					t.Errorf("%s, row %d: %s %q", file, row.Line, row.Err.Key, row.Err.Value)
				}
			}
			return nil
		})
		if err != nil || rep.Read == 0 || len(rep.Notes) > 0 && rep.Notes[0].Key == "ingest.note.unmapped" {
			t.Errorf("%s: %+v, %v", file, rep, err)
		}
		t.Logf("%s: %d rows, %d identical", file, rep.Read, rep.Identical)
	}
}
