package demo

import (
	"path/filepath"
	"testing"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/picture"
	"paiza/internal/store"
)

// TestFill makes a demonstration twice: the data is there once, marked as a
// demonstration, in figures that equal their rows, and every account signs in.
func TestFill(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, filepath.Join(t.TempDir(), "demo.paiza"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d, err := desk.Open(ctx, desk.Options{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	who := paiza.Operator("test")
	var rows int64
	for range 2 {
		people, err := Fill(ctx, d, who)
		if err != nil {
			t.Fatal(err)
		}
		seen, err := d.Overview(ctx, who)
		if err != nil {
			t.Fatal(err)
		}
		if rows != 0 && seen.Rows != rows {
			t.Errorf("the second start has %d rows, the first %d", seen.Rows, rows)
		}
		if rows = seen.Rows; rows < 2000 || seen.Countries < 20 {
			t.Errorf("%d rows of %d states", rows, seen.Countries)
		}
		for _, p := range people {
			if _, err := d.SignIn(ctx, p.Login, p.Password, desk.Visitor{From: "test"}); err != nil {
				t.Errorf("%s: %v", p.Login, err)
			}
		}
	}
	for _, m := range imports(t, d) {
		if m.Counts.Refused != 0 {
			t.Errorf("%s: %d rows refused", m.File, m.Counts.Refused)
		}
	}
	if marked, err := d.Demo(ctx); err != nil || !marked {
		t.Errorf("not marked as a demonstration: %v", err)
	}
	cov, err := d.Coverage(ctx, who, paiza.Slice{})
	if err != nil {
		t.Fatal(err)
	}
	both := 0
	for _, r := range cov.Rows {
		if r.State == picture.BothSides {
			both++
		}
	}
	if both < 100 {
		t.Errorf("seizures and official totals meet in %d figures only", both)
	}
	totals, err := d.Totals(ctx, who, paiza.Slice{Countries: []paiza.Country{"RUS"}, Groups: []paiza.Group{paiza.GroupOpioids}, Period: paiza.Period{From: 20120000, To: 20120000}})
	if err != nil || len(totals) == 0 {
		t.Errorf("official figures under a figure: %d, %v", len(totals), err)
	}
	for _, z := range totals {
		if z.Country != "RUS" || z.Year != 2012 {
			t.Errorf("a figure of another slice: %+v", z)
		}
	}
	if r, err := d.Fsck(ctx, who); err != nil || !r.Sound {
		t.Errorf("fsck: %+v, %v", r, err)
	}
}

func imports(t *testing.T, d *desk.Desk) []paiza.Import {
	t.Helper()
	list, err := d.Imports(t.Context(), paiza.Operator("test"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}
