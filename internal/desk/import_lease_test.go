package desk_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
)

func seizureFile(t *testing.T, name string, rows int) desk.ImportRequest {
	t.Helper()
	var b strings.Builder
	b.WriteString("date,country,division,place,routing,substance,amount,unit\n")
	for i := range rows {
		fmt.Fprintf(&b, "2024-03-%02d,KAZ,,%s %d,inland,heroin,%d,g\n", 1+i%28, name, i, 1+i)
	}
	path := filepath.Join(t.TempDir(), name+".csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return desk.ImportRequest{Path: path, Profile: "paiza", Reason: "exercise"}
}

func countRows(t *testing.T, d *desk.Desk) int64 {
	t.Helper()
	list, err := d.Seizures(t.Context(), who, paiza.SeizureFilter{}, paiza.Page{Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	return list.Count
}

// TestTwoImports: who takes a file in while the same process takes in another is
// told so, and the other goes on and has all of its rows. The same process's job
// that clears away what was cut off leaves it alone, too.
func TestTwoImports(t *testing.T) {
	onBoth(t, func(t *testing.T, target string) {
		d := openWith(t, target, desk.Options{})
		second, asked := seizureFile(t, "second", 10), false
		imp, err := d.Import(t.Context(), who, seizureFile(t, "first", 500), func(paiza.Progress) {
			asked = true
			if _, err := d.Import(t.Context(), who, second, nil); !errors.Is(err, paiza.ErrConflict) {
				t.Errorf("a second import at the same time: %v", err)
			}
			if err := d.Purge(t.Context()); err != nil {
				t.Errorf("the purge at the same time: %v", err)
			}
		})
		if err != nil || !asked || imp.Counts.Imported != 500 || countRows(t, d) != 500 {
			t.Errorf("the first import: %v, %+v, %d rows", err, imp.Counts, countRows(t, d))
		}
		if imp, err := d.Import(t.Context(), who, second, nil); err != nil || imp.Counts.Imported != 10 {
			t.Errorf("the second import after the first: %v, %+v", err, imp.Counts)
		}
	})
}

// TestImportTakenForDead: a process that was silent so long that another took it
// for dead and removed its rows cannot say afterwards that its import is done.
func TestImportTakenForDead(t *testing.T) {
	onBoth(t, func(t *testing.T, target string) {
		clock := newClock()
		d := openWith(t, target, desk.Options{Now: clock.now})
		d.Abandon() // as if it were on another machine
		_, err := d.Import(t.Context(), who, seizureFile(t, "slow", 500), func(p paiza.Progress) {
			if p.Finishing {
				clock.advance(time.Minute)
				openWith(t, target, desk.Options{Now: clock.now})
			}
		})
		if !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("the import ends with %v", err)
		}
		list, err := d.Imports(t.Context(), who)
		if err != nil || len(list) != 1 || list[0].State != paiza.StateFailed || countRows(t, d) != 0 {
			t.Errorf("the import is %+v, %v, with %d rows", list, err, countRows(t, d))
		}
	})
}
