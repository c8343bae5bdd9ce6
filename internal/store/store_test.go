package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// engines runs a test on each database engine.
func engines(t *testing.T, fn func(t *testing.T, s *store.Store, target string)) {
	t.Helper()
	for _, e := range []struct {
		name   string
		target func(t *testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "node.paiza") }},
		{"postgres", func(t *testing.T) string { return pgtest.New(t) }},
	} {
		t.Run(e.name, func(t *testing.T) {
			target := e.target(t)
			s, err := store.Open(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			fn(t, s, target)
		})
	}
}

func seizure(day int, substance string, grams int64) paiza.Seizure {
	return paiza.Seizure{Date: paiza.NewDate(2024, 1+day%12, 1+day%28), Country: "KAZ", Place: "Алматы", Routing: paiza.RoutingInland,
		RoutingBasis: paiza.BasisStated, Substance: substance, SubstanceText: substance, AmountText: fmt.Sprint(grams), UnitText: "g", Unit: "gram",
		Amount: paiza.Amount{Dim: paiza.DimMass, Base: grams * 1e6}, Equivalent: grams * 1e6, Factor: "measured", Count: 1,
		Handling: amber, Version: 1, Recorded: time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC)}
}

func key() (k store.Key) { rand.Read(k[:]); return k }

func insert(t *testing.T, s *store.Store, z *paiza.Seizure) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.InsertSeizure(key(), z) }); err != nil {
		t.Fatal(err)
	}
}

// all is the condition of who may read everything.
const all = access.Const(true)

// amber is how the records of these tests are handled.
var amber = paiza.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeStatistics, Owner: paiza.HomeAgency}

// load takes rows in as one import and answers its number.
func load(t *testing.T, s *store.Store, source string, rows []store.ImportRow) (int64, *store.Loader) {
	t.Helper()
	ctx := t.Context()
	imp := &paiza.Import{File: "f.csv", Profile: "test", Source: source, Kind: paiza.KindSeizures, Started: time.Now(), Actor: "T", Handling: amber}
	var num, handling int64
	err := s.Write(ctx, func(tx *store.Tx) (err error) { num, handling, err = tx.BeginImport(imp); return err })
	if err != nil {
		t.Fatal(err)
	}
	earlier, err := s.HasEarlier(ctx, source, num)
	if err != nil {
		t.Fatal(err)
	}
	l := s.NewLoader(num, handling, !earlier)
	for len(rows) > 0 {
		n := min(len(rows), 7)
		if err := l.Load(ctx, store.Pack(rows[:n]), nil, paiza.Progress{}, func(*store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		rows = rows[n:]
	}
	err = s.Write(ctx, func(tx *store.Tx) error {
		if _, err := l.Settle(tx); err != nil {
			return err
		}
		imp.Finished = time.Now()
		return tx.FinishImport(num, imp, []string{"a", "b"}, l.Sum)
	})
	if err != nil {
		t.Fatal(err)
	}
	return num, l
}

func sound(t *testing.T, s *store.Store) {
	t.Helper()
	proofs, err := s.Fsck(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range proofs {
		if p.Fault != "" {
			t.Errorf("fsck %s: %s", p.What, p.Fault)
		}
	}
}

func cells(t *testing.T, s *store.Store) (rows, micrograms int64) {
	t.Helper()
	ch, err := s.ChangesSince(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range ch.Cells {
		rows += c.Rows
		micrograms += c.Micrograms
	}
	return rows, micrograms
}

func TestSeizureRoundTrip(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		want := seizure(3, "heroin", 1200)
		want.Route = paiza.Route{Producing: "AFG", Departure: "TJK", Destination: "RUS"}
		want.Division, want.DivisionText, want.Agency, want.Exhibit = "KZ-75", "г. Алматы", "Полиция", "EX-1/24"
		want.Flags, want.Persons, want.Transport = paiza.FlagInferred, 2, "road"
		insert(t, s, &want)
		got, err := s.Seizure(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if _, err := s.Seizure(t.Context(), "999"); !errors.Is(err, paiza.ErrNotFound) {
			t.Errorf("a missing row: %v", err)
		}
		sound(t, s)
	})
}

// TestSearch finds rows in three scripts, without regard to case and accents.
func TestSearch(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		for _, place := range []string{"Алматы, аэропорт", "乌鲁木齐海关", "Medellín", "Ёлкино"} {
			z := seizure(1, "heroin", 10)
			z.Place = place
			insert(t, s, &z)
		}
		for query, want := range map[string]string{
			"АЛМАТЫ": "Алматы, аэропорт", "аэроп": "Алматы, аэропорт", "木齐": "乌鲁木齐海关", "海关": "乌鲁木齐海关",
			"medellin": "Medellín", "елкино": "Ёлкино", "алматы heroin": "Алматы, аэропорт",
		} {
			list, err := s.Seizures(t.Context(), paiza.SeizureFilter{Text: query}, paiza.Page{Size: 10}, all)
			if err != nil {
				t.Fatal(err)
			}
			if len(list.Seizures) != 1 || list.Seizures[0].Place != want {
				t.Errorf("%q found %d rows, want %q alone", query, len(list.Seizures), want)
			}
		}
		for _, hostile := range []string{`"`, `' OR 1=1`, `* NEAR(`, "алматы\x00", ":*&|!"} {
			if _, err := s.Seizures(t.Context(), paiza.SeizureFilter{Text: hostile}, paiza.Page{Size: 10}, all); err != nil {
				t.Errorf("%q: %v", hostile, err)
			}
		}
	})
}

// TestPages walks a list by its cursor and meets every row once.
func TestPages(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		for i := range 53 {
			z := seizure(i, "heroin", int64(i+1))
			insert(t, s, &z)
		}
		seen := map[string]bool{}
		last := paiza.Date(99999999)
		page := paiza.Page{Size: 10}
		for {
			list, err := s.Seizures(t.Context(), paiza.SeizureFilter{}, page, all)
			if err != nil {
				t.Fatal(err)
			}
			if page.After == "" && list.Count != 53 {
				t.Errorf("count %d, want 53", list.Count)
			}
			for _, z := range list.Seizures {
				if seen[z.ID] || z.Date > last {
					t.Fatalf("row %s comes twice or out of order", z.ID)
				}
				seen[z.ID], last = true, z.Date
			}
			if list.Next == "" {
				break
			}
			page.After = list.Next
		}
		if len(seen) != 53 {
			t.Errorf("met %d rows, want 53", len(seen))
		}
	})
}

func TestFilter(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		rows := []paiza.Seizure{seizure(1, "heroin", 1), seizure(2, "opium", 2), seizure(3, "heroin", 3)}
		rows[0].Date, rows[1].Date, rows[2].Date = 20230000, 20230600, 20240215
		rows[1].Country, rows[1].Routing, rows[1].Flags = "UZB", paiza.RoutingInbound, paiza.FlagImplausible
		rows[2].Route.Departure = "AFG"
		for i := range rows {
			insert(t, s, &rows[i])
		}
		for name, tc := range map[string]struct {
			f    paiza.SeizureFilter
			want int
		}{
			"all":                  {paiza.SeizureFilter{}, 3},
			"whole year":           {paiza.SeizureFilter{Slice: paiza.Slice{Period: paiza.Period{From: 20230000, To: 20230000}}}, 2},
			"half a year":          {paiza.SeizureFilter{Slice: paiza.Slice{Period: paiza.Period{From: 20230100, To: 20230600}}}, 1},
			"one month":            {paiza.SeizureFilter{Slice: paiza.Slice{Period: paiza.Period{From: 20240200, To: 20240200}}}, 1},
			"country":              {paiza.SeizureFilter{Slice: paiza.Slice{Countries: []paiza.Country{"UZB"}}}, 1},
			"two substances":       {paiza.SeizureFilter{Slice: paiza.Slice{Substances: []string{"heroin", "opium"}}}, 3},
			"routing":              {paiza.SeizureFilter{Slice: paiza.Slice{Routings: []paiza.Routing{paiza.RoutingInbound}}}, 1},
			"without the doubtful": {paiza.SeizureFilter{Slice: paiza.Slice{WithoutDoubtful: true}}, 2},
			"flag":                 {paiza.SeizureFilter{Flags: paiza.FlagImplausible}, 1},
			"touching":             {paiza.SeizureFilter{Slice: paiza.Slice{Via: "AFG"}}, 1},
			"route":                {paiza.SeizureFilter{Route: &paiza.Route{Departure: "AFG"}}, 1},
			"typed in":             {paiza.SeizureFilter{Slice: paiza.Slice{Imports: []string{""}}}, 3},
			"of an import":         {paiza.SeizureFilter{Slice: paiza.Slice{Imports: []string{"7"}}}, 0},
		} {
			list, err := s.Seizures(t.Context(), tc.f, paiza.Page{Size: 10}, all)
			if err != nil {
				t.Fatal(err)
			}
			if len(list.Seizures) != tc.want {
				t.Errorf("%s: %d rows, want %d", name, len(list.Seizures), tc.want)
			}
		}
	})
}

// TestImportOverlap loads a file, the same file again, and a later one that
// overlaps it: only what is new is added; undo takes back exactly one file.
func TestImportOverlap(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		var rows []store.ImportRow
		for i := range 40 {
			z := seizure(i, "heroin", int64(i+1))
			rows = append(rows, store.ImportRow{Key: key(), Cells: []string{"источник", fmt.Sprint(i)}, Seizure: &z})
		}
		first, l := load(t, s, "series", rows[:30])
		if l.Imported != 30 || l.Repeated != 0 {
			t.Errorf("first: imported %d, repeated %d", l.Imported, l.Repeated)
		}
		if _, l = load(t, s, "series", rows[:30]); l.Imported != 0 || l.Repeated != 30 {
			t.Errorf("again: imported %d, repeated %d", l.Imported, l.Repeated)
		}
		second, l := load(t, s, "series", rows[10:])
		if l.Imported != 10 || l.Repeated != 20 {
			t.Errorf("overlap: imported %d, repeated %d", l.Imported, l.Repeated)
		}
		sound(t, s)
		if n, ug := cells(t, s); n != 40 || ug != 40*41/2*1e6 {
			t.Errorf("cells hold %d rows, %d µg", n, ug)
		}
		list, err := s.Seizures(t.Context(), paiza.SeizureFilter{Slice: paiza.Slice{Imports: []string{fmt.Sprint(second)}}}, paiza.Page{Size: 50}, all)
		if err != nil || len(list.Seizures) != 10 {
			t.Fatalf("rows of the second import: %d, %v", len(list.Seizures), err)
		}
		for _, z := range list.Seizures {
			_, got, err := s.SourceRow(t.Context(), z)
			if err != nil || len(got) != 2 || got[1] != fmt.Sprint(z.Amount.Base/1e6-1) {
				t.Errorf("source row of %s: %q, %v", z.ID, got, err)
			}
		}
		undo(t, s, first)
		if n, _ := cells(t, s); n != 30 {
			t.Errorf("after the undo of the first file %d rows count, want the 30 of the second", n)
		}
		list, err = s.Seizures(t.Context(), paiza.SeizureFilter{Slice: paiza.Slice{Imports: []string{fmt.Sprint(second)}}}, paiza.Page{Size: 50}, all)
		if err != nil || len(list.Seizures) != 30 {
			t.Fatalf("the second import holds %d rows, %v", len(list.Seizures), err)
		}
		for _, z := range list.Seizures {
			_, got, err := s.SourceRow(t.Context(), z)
			if err != nil || len(got) != 2 || got[1] != fmt.Sprint(z.Amount.Base/1e6-1) {
				t.Errorf("source row of %s after the undo: %q, %v", z.ID, got, err)
			}
		}
		sound(t, s)
		if _, l = load(t, s, "series", rows[:30]); l.Imported != 10 || l.Repeated != 20 {
			t.Errorf("after the undo imported %d, repeated %d", l.Imported, l.Repeated)
		}
		sound(t, s)
	})
}

func undo(t *testing.T, s *store.Store, num int64) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.UndoImport(num, time.Now()) }); err != nil {
		t.Fatal(err)
	}
	if err := s.PurgeImport(t.Context(), num); err != nil {
		t.Fatal(err)
	}
}

// TestRevision: a later vintage of an aggregated series replaces the rows it
// revises; undoing it brings them back.
func TestRevision(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		row := func(ident byte, grams int64) store.ImportRow {
			z := seizure(1, "cocaine", grams)
			return store.ImportRow{Key: store.Key{ident, byte(grams)}, Ident: store.Key{ident}, Cells: []string{"x"}, Seizure: &z}
		}
		load(t, s, "monthly", []store.ImportRow{row(1, 10), row(2, 20), row(2, 21), row(3, 30)})
		later, l := load(t, s, "monthly", []store.ImportRow{row(1, 10), row(2, 22), row(4, 40)})
		if l.Imported != 2 || l.Repeated != 1 {
			t.Errorf("imported %d, repeated %d", l.Imported, l.Repeated)
		}
		if _, ug := cells(t, s); ug != (10+22+30+40)*1e6 {
			t.Errorf("after the revision %d g", ug/1e6)
		}
		sound(t, s)
		undo(t, s, later)
		if _, ug := cells(t, s); ug != (10+20+21+30)*1e6 {
			t.Errorf("after its undo %d g", ug/1e6)
		}
		sound(t, s)
	})
}

// TestRunningImportIsUnseen: rows of an import that is not finished are in no
// list and no figure, and a cut-off one is removed without a trace.
func TestRunningImportIsUnseen(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		ctx := t.Context()
		imp := &paiza.Import{Source: "x", Kind: paiza.KindSeizures, Started: time.Now()}
		var num, handling int64
		if err := s.Write(ctx, func(tx *store.Tx) (err error) { num, handling, err = tx.BeginImport(imp); return err }); err != nil {
			t.Fatal(err)
		}
		z := seizure(1, "heroin", 5)
		l := s.NewLoader(num, handling, true)
		if err := l.Load(ctx, store.Pack([]store.ImportRow{{Key: key(), Seizure: &z}}), nil, paiza.Progress{}, func(*store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Seizures(ctx, paiza.SeizureFilter{}, paiza.Page{Size: 5}, all); err != nil || len(list.Seizures) != 0 {
			t.Errorf("a running import shows %d rows, %v", len(list.Seizures), err)
		}
		sound(t, s)
		_, running, err := s.Unpurged(ctx)
		if err != nil || len(running) != 1 {
			t.Fatalf("unpurged: %v, %v", running, err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.FailImport(num, time.Now(), nil) }); err != nil {
			t.Fatal(err)
		}
		if err := s.PurgeImport(ctx, num); err != nil {
			t.Fatal(err)
		}
		if stale, running, err := s.Unpurged(ctx); err != nil || len(stale)+len(running) != 0 {
			t.Errorf("after the purge: %v %v %v", stale, running, err)
		}
		sound(t, s)
	})
}

// TestGroupCommit: many acts at once all become durable, a failing one leaves
// nothing, and the ledger is one chain.
func TestGroupCommit(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		var wg sync.WaitGroup
		fails := errors.New("refused")
		for i := range 60 {
			wg.Go(func() {
				err := s.Write(context.Background(), func(tx *store.Tx) error {
					z := seizure(i, "heroin", 1)
					if err := tx.InsertSeizure(key(), &z); err != nil {
						return err
					}
					if err := tx.Append(&paiza.Act{At: time.Now(), Actor: paiza.Actor{ID: "p", Name: "П"}, Action: "seizure.record", Subject: z.ID}); err != nil {
						return err
					}
					if i%3 == 0 {
						return fails
					}
					return nil
				})
				if i%3 == 0 != errors.Is(err, fails) || i%3 != 0 && err != nil {
					t.Errorf("act %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n, _ := cells(t, s); n != 40 {
			t.Errorf("%d rows count, want 40", n)
		}
		if n, err := s.VerifyLedger(t.Context()); err != nil || n != 40 {
			t.Errorf("ledger: %d entries, %v", n, err)
		}
		sound(t, s)
	})
}

func TestBackupRestore(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, target string) {
		ctx := t.Context()
		var rows []store.ImportRow
		for i := range 25 {
			z := seizure(i, "опий", int64(i+1))
			rows = append(rows, store.ImportRow{Key: key(), Cells: []string{fmt.Sprint(i)}, Seizure: &z})
		}
		load(t, s, "series", rows)
		z := seizure(1, "heroin", 7)
		insert(t, s, &z)
		if err := s.Write(ctx, func(tx *store.Tx) error {
			return tx.Append(&paiza.Act{At: time.Now(), Actor: paiza.Actor{ID: "p"}, Action: "test"})
		}); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "node.backup")
		if err := s.Backup(ctx, file); err != nil {
			t.Fatal(err)
		}
		if err := s.Backup(ctx, file); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("a backup over an existing file: %v", err)
		}
		want, wantUG := cells(t, s)
		later := seizure(2, "heroin", 1000)
		insert(t, s, &later)
		s.Close()
		if !store.IsPostgres(target) {
			other, err := store.Open(ctx, target)
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Restore(ctx, file, target, true); !errors.Is(err, paiza.ErrConflict) {
				t.Errorf("a restore over a store that is open: %v", err)
			}
			other.Close()
		}
		if err := store.Restore(ctx, file, target, false); !errors.Is(err, paiza.ErrConflict) {
			t.Errorf("a restore over a store without being told to: %v", err)
		}
		if err := store.Restore(ctx, file, target, true); err != nil {
			t.Fatal(err)
		}
		again, err := store.Open(ctx, target)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if got, gotUG := cells(t, again); got != want || gotUG != wantUG {
			t.Errorf("restored %d rows, %d µg; want %d, %d", got, gotUG, want, wantUG)
		}
		if list, err := again.Seizures(ctx, paiza.SeizureFilter{Text: "опий алматы"}, paiza.Page{Size: 50}, all); err != nil || len(list.Seizures) != 25 {
			t.Errorf("search after the restore: %d, %v", len(list.Seizures), err)
		}
		sound(t, again)
	})
}

// TestRestoreRefusesDamage: a damaged backup is refused and the store stays as
// it was.
func TestRestoreRefusesDamage(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	target := filepath.Join(dir, "node.paiza")
	s, err := store.Open(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		z := seizure(i, "heroin", 7)
		insert(t, s, &z)
	}
	file := filepath.Join(dir, "b")
	if err := s.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	s.Close()
	before, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func([]byte) []byte{
		"cut": func(b []byte) []byte { return b[:len(b)/2] },
		"flipped": func(b []byte) []byte {
			c := append([]byte(nil), b...)
			copy(c[len(c)/2:], strings.Repeat("x", 4096))
			return c
		},
		"not ours": func([]byte) []byte { return []byte("REGION;COUNTRY\n") },
	} {
		bad := filepath.Join(dir, "bad-"+strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(bad, damage(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := store.Restore(ctx, bad, target, true); err == nil {
			t.Errorf("%s: a damaged backup was restored", name)
		}
		if after, _ := os.ReadFile(target); !cmp.Equal(before, after) {
			t.Fatalf("%s: the store was touched", name)
		}
	}
}

// TestFsckFindsDamage changes rows behind the store's back.
func TestFsckFindsDamage(t *testing.T) {
	for what, q := range map[string]string{
		"rollup": "UPDATE seizure SET amount = amount + 1 WHERE num = 2",
		"routes": "UPDATE route_cell SET events = 7",
		"ledger": "UPDATE act SET reason = 'another' WHERE seq = 1",
		"search": "DELETE FROM seizure_text WHERE rowid = 1",
	} {
		engines(t, func(t *testing.T, s *store.Store, _ string) {
			for i := range 3 {
				z := seizure(i, "heroin", 7)
				insert(t, s, &z)
			}
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				if err := tx.Append(&paiza.Act{At: time.Now(), Action: "test", Reason: "this"}); err != nil {
					return err
				}
				return tx.Append(&paiza.Act{At: time.Now(), Action: "test"})
			}); err != nil {
				t.Fatal(err)
			}
			sound(t, s)
			if err := s.ExecForTest(t.Context(), q); err != nil {
				t.Fatal(err)
			}
			proofs, err := s.Fsck(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, p := range proofs {
				found = found || p.What == what && p.Fault != ""
			}
			if !found {
				t.Errorf("%s: the damage was not found: %+v", what, proofs)
			}
		})
	}
}

func TestSession(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		ss := s.Sessions()
		if err := ss.Commit("token", []byte("data"), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := ss.Find("token"); err != nil || !ok || string(got) != "data" {
			t.Errorf("find: %q %v %v", got, ok, err)
		}
		if err := ss.Commit("old", []byte("data"), time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := ss.Find("old"); err != nil || ok {
			t.Errorf("an expired session was found, %v", err)
		}
		if err := ss.Delete("token"); err != nil {
			t.Fatal(err)
		}
		if _, ok, _ := ss.Find("token"); ok {
			t.Error("a deleted session was found")
		}
	})
}

func TestUpload(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		body := strings.Repeat("дата;место\n", 200_000)
		u, err := s.SaveUpload(t.Context(), store.Upload{ID: "u1", Name: "x.csv", At: time.Now()}, strings.NewReader(body), 10<<20, func(*store.Tx, store.Upload) error { return nil })
		if err != nil || u.Size != int64(len(body)) {
			t.Fatalf("%+v, %v", u, err)
		}
		var b strings.Builder
		if err := s.ReadUpload(t.Context(), "u1", &b); err != nil || b.String() != body {
			t.Errorf("read back %d bytes, %v", b.Len(), err)
		}
		if _, err := s.SaveUpload(t.Context(), store.Upload{ID: "u2"}, strings.NewReader(body), 1000, func(*store.Tx, store.Upload) error { return nil }); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("an upload over the limit: %v", err)
		}
		broken := io.MultiReader(strings.NewReader(body[:1000]), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := s.SaveUpload(t.Context(), store.Upload{ID: "u3"}, broken, 10<<20, func(*store.Tx, store.Upload) error { return nil }); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("an upload that broke off: %v", err)
		}
		if _, err := s.Upload(t.Context(), "u2"); !errors.Is(err, paiza.ErrNotFound) {
			t.Errorf("the refused upload: %v", err)
		}
	})
}

func TestLease(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		now := time.Now()
		take := func(holder string, at time.Time) (ok bool) {
			t.Helper()
			if err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
				ok, err = tx.TakeLease("import", holder, at, time.Minute)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if !take("a", now) || !take("a", now) || take("b", now.Add(30*time.Second)) || !take("b", now.Add(2*time.Minute)) {
			t.Error("a lease has one holder until it runs out")
		}
	})
}

func TestOpenRefusesForeignFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data.csv")
	if err := os.WriteFile(file, []byte("REGION;COUNTRY\nAsia;X\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), file); !errors.Is(err, paiza.ErrInvalid) {
		t.Errorf("a CSV file was opened as a store: %v", err)
	}
	if _, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "file")); !errors.Is(err, paiza.ErrUnavailable) {
		t.Errorf("a store in a missing folder: %v", err)
	}
}

// TestImpossibleSums: amounts that cannot be real together are refused whole.
func TestImpossibleSums(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		imp := &paiza.Import{Source: "x", Kind: paiza.KindSeizures, Started: time.Now()}
		var num, handling int64
		if err := s.Write(t.Context(), func(tx *store.Tx) (err error) { num, handling, err = tx.BeginImport(imp); return err }); err != nil {
			t.Fatal(err)
		}
		l := s.NewLoader(num, handling, true)
		var rows []store.ImportRow
		for range 12 {
			z := seizure(1, "heroin", 1)
			z.Amount.Base, z.Equivalent = paiza.MaxAmount, paiza.MaxAmount
			rows = append(rows, store.ImportRow{Key: key(), Seizure: &z})
		}
		if err := l.Load(t.Context(), store.Pack(rows), nil, paiza.Progress{}, func(*store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.FinishImport(num, imp, nil, l.Sum) })
		if !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("impossible sums were written: %v", err)
		}
	})
}

// TestWhatCountsIsTheStandingImports takes random editions of a small series in
// and out, and compares what counts with what the standing editions say alone:
// the order of imports and undos leaves no trace.
func TestWhatCountsIsTheStandingImports(t *testing.T) {
	type cell struct{ ident, value byte }
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		r := mrand.New(mrand.NewPCG(7, 7))
		editions := map[int64][]cell{}
		var order []int64
		for step := range 40 {
			if len(order) > 0 && r.IntN(3) == 0 {
				i := r.IntN(len(order))
				undo(t, s, order[i])
				delete(editions, order[i])
				order = append(order[:i], order[i+1:]...)
			} else {
				var rows []store.ImportRow
				var cells []cell
				for ident := byte(1); ident <= 4; ident++ {
					for value := byte(1); value <= 3; value++ {
						if r.IntN(3) != 0 {
							continue
						}
						z := seizure(1, "cocaine", int64(ident)*100+int64(value))
						rows = append(rows, store.ImportRow{Key: store.Key{ident, value}, Ident: store.Key{ident}, Cells: []string{"x"}, Seizure: &z})
						cells = append(cells, cell{ident, value})
					}
				}
				before := standing(editions, order)
				num, l := load(t, s, "series", rows)
				after := append(append([]int64(nil), order...), num)
				editions[num] = cells
				if l.Imported == 0 && before == standing(editions, after) {
					delete(editions, num) // changed nothing and leaves nothing
				} else {
					order = after
				}
			}
			if _, ug := cells(t, s); ug != standing(editions, order) {
				t.Fatalf("step %d: %d g count, the standing editions hold %d", step, ug/1e6, standing(editions, order)/1e6)
			}
		}
		sound(t, s)
	})
}

// standing is what the editions hold: of each identity the newest that names it.
func standing[C interface{ ~struct{ ident, value byte } }](editions map[int64][]C, order []int64) int64 {
	type cell = struct{ ident, value byte }
	of := map[byte]int64{}
	for _, num := range order {
		for _, c := range editions[num] {
			of[cell(c).ident] = max(of[cell(c).ident], num)
		}
	}
	var sum int64
	for ident, num := range of {
		for _, c := range editions[num] {
			if cell(c).ident == ident {
				sum += (int64(ident)*100 + int64(cell(c).value)) * 1e6
			}
		}
	}
	return sum
}

// TestFsckWhileWriting: a proof of a store at work reads one state of it and
// raises no false alarm.
func TestFsckWhileWriting(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				err := s.Write(context.Background(), func(tx *store.Tx) error {
					z := seizure(i, "heroin", 1)
					if err := tx.InsertSeizure(key(), &z); err != nil {
						return err
					}
					return tx.Append(&paiza.Act{At: time.Now(), Actor: paiza.Actor{ID: "p"}, Action: "seizure.record", Subject: "seizure/" + z.ID})
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
		for range 25 {
			sound(t, s)
		}
		close(stop)
		wg.Wait()
		sound(t, s)
	})
}

// TestFsckWhilePurging: the removal of an undone import goes on while the store
// is proved.
func TestFsckWhilePurging(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		var rows []store.ImportRow
		for i := range 3000 {
			z := seizure(i, "heroin", int64(i+1))
			rows = append(rows, store.ImportRow{Key: key(), Cells: []string{fmt.Sprint(i)}, Seizure: &z})
		}
		for range 3 {
			num, _ := load(t, s, "series", rows)
			sound(t, s)
			if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.UndoImport(num, time.Now()) }); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := s.PurgeImport(context.Background(), num); err != nil {
					t.Error(err)
				}
			})
			for range 5 {
				sound(t, s)
			}
			wg.Wait()
			sound(t, s)
		}
	})
}
