package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"paiza/internal/store"
)

// TestBackupIsWhole: every table of the store is in a backup with every column,
// or is named among those that belong to running processes. A migration that
// forgets the backup fails here.
func TestBackupIsWhole(t *testing.T) {
	s, err := store.Open(t.Context(), t.TempDir()+"/n.paiza")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	found, err := s.QueryForTest(ctx, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	kept, left := store.TablesForTest()
	made := func(name string) bool { // by the engine, the migrations, or from the rows
		return strings.HasPrefix(name, "sqlite_") || strings.HasPrefix(name, "goose_") || strings.HasPrefix(name, "seizure_text")
	}
	for _, name := range found {
		if made(name) || slices.Contains(left, name) {
			continue
		}
		if !slices.Contains(kept, name) {
			t.Errorf("table %s is in no backup", name)
			continue
		}
		columns, err := s.QueryForTest(ctx, "SELECT name FROM pragma_table_info($1)", name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range columns {
			if !slices.Contains(store.ColumnsForTest(name), c) {
				t.Errorf("column %s of table %s is in no backup", c, name)
			}
		}
	}
	for _, name := range append(kept, left...) {
		if !slices.Contains(found, name) {
			t.Errorf("a backup names the table %s, which is not there", name)
		}
	}
}
