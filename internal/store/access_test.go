package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
)

var (
	someAgencies = []string{paiza.HomeAgency, "customs", "police", "press"}
	somePeople   = []string{"p1", "p2", "p3"}
	someCases    = []string{"c1", "c2"}
)

func drawSome(t *rapid.T, from []string, label string) []string {
	var out []string
	for _, v := range from {
		if rapid.Bool().Draw(t, label+" "+v) {
			out = append(out, v)
		}
	}
	return out
}

func drawHandling(t *rapid.T) paiza.Handling {
	h := paiza.Handling{TLP: rapid.SampledFrom(paiza.TLPs()).Draw(t, "tlp"), Purpose: rapid.SampledFrom(paiza.Purposes()).Draw(t, "purpose"),
		Owner: rapid.SampledFrom(someAgencies).Draw(t, "owner"), Origin: rapid.SampledFrom([]string{"", "", "node-b"}).Draw(t, "origin"),
		Case:     rapid.SampledFrom(append([]string{"", ""}, someCases...)).Draw(t, "case"),
		Agencies: drawSome(t, someAgencies, "shared with"), Persons: drawSome(t, somePeople, "named")}
	return h.Clean()
}

func drawActor(t *rapid.T) paiza.Actor {
	a := paiza.Actor{ID: rapid.SampledFrom(append([]string{""}, somePeople...)).Draw(t, "who"), Name: "N", Agency: rapid.SampledFrom(someAgencies).Draw(t, "of"),
		AgencyKind: rapid.SampledFrom(paiza.AgencyKinds()).Draw(t, "kind"), Cases: drawSome(t, someCases, "member of"),
		Via: rapid.SampledFrom([]paiza.Via{paiza.ViaPage, paiza.ViaPage, paiza.ViaToken, paiza.ViaConsole}).Draw(t, "via")}
	for _, r := range paiza.Roles() {
		if rapid.IntRange(0, 2).Draw(t, string(r)) == 0 {
			a.Roles = append(a.Roles, r)
		}
	}
	if a.Via == paiza.ViaToken {
		a.Scopes = []paiza.Right{rapid.SampledFrom(paiza.Rights()).Draw(t, "scope"), paiza.RightReadSeizure}
	}
	if rapid.Bool().Draw(t, "stepped up") {
		a.StepUp = time.Unix(1_000_000, 0)
	}
	return a
}

// TestFilterEqualsDecide: for any actor, any right and any records, what the
// query gives is exactly what Decide allows, record by record; a list can show
// nothing that a page refuses, and hides nothing that it opens.
func TestFilterEqualsDecide(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		ctx := context.Background()
		byID := map[string]paiza.Seizure{}
		rapid.Check(t, func(t *rapid.T) {
			for i := range rapid.IntRange(0, 4).Draw(t, "records") {
				z := seizure(i+1, "heroin", 5)
				z.Handling = drawHandling(t)
				out := rapid.IntRange(0, 3).Draw(t, "withdrawn") == 0
				err := s.Write(ctx, func(tx *store.Tx) error {
					if err := tx.InsertSeizure(key(), &z); err != nil || !out {
						return err
					}
					var err error
					z, err = tx.ChangeSeizure(z.ID, 1, func(now *paiza.Seizure) error { now.Withdrawn = true; return nil })
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				byID[z.ID] = z
			}
			who := drawActor(t)
			right := rapid.SampledFrom(paiza.Rights()).Draw(t, "right")
			c := access.Context{Now: time.Unix(1_000_060, 0), Proposer: rapid.SampledFrom(append([]string{""}, somePeople...)).Draw(t, "proposer"),
				Public: rapid.Bool().Draw(t, "public")}
			may := access.Filter(who, right, c)
			for _, withdrawn := range []bool{false, true} {
				want := map[string]bool{}
				for id, z := range byID {
					if z.Withdrawn == withdrawn && access.Decide(who, right, access.Object{Kind: access.KindSeizure, Handling: z.Handling, Withdrawn: z.Withdrawn}, c).Allow {
						want[id] = true
					}
				}
				got := map[string]bool{}
				err := s.EachSeizure(ctx, paiza.SeizureFilter{Withdrawn: withdrawn}, may, func(z paiza.Seizure) error {
					got[z.ID] = true
					if !z.Handling.Equal(byID[z.ID].Handling) || z.Withdrawn != withdrawn {
						return fmt.Errorf("seizure %s reads back as %+v", z.ID, z.Handling)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				for id := range byID {
					if got[id] != want[id] {
						t.Fatalf("%s %s by %+v in %+v: the query gives it %v, Decide says %+v", right, id, who, c, got[id],
							access.Decide(who, right, access.Object{Kind: access.KindSeizure, Handling: byID[id].Handling, Withdrawn: withdrawn}, c))
					}
				}
			}
		})
		sound(t, s)
	})
}

// TestHandlingIsKeptOnce: equal handlings are one row, whoever makes them.
func TestHandlingIsKeptOnce(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		ctx := t.Context()
		h := paiza.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeEvidence, Owner: "customs", Agencies: []string{"police", "customs", "press", "police"}}
		ids := make([]int64, 8)
		errs := make(chan error, len(ids))
		for i := range ids {
			go func() {
				errs <- s.Write(ctx, func(tx *store.Tx) (err error) { ids[i], err = tx.Handling(h); return err })
			}()
		}
		for range ids {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
		if slices.Max(ids) != slices.Min(ids) {
			t.Errorf("one handling has the numbers %v", ids)
		}
		list, err := s.Handlings(ctx, ids[0]-1)
		if err != nil || len(list) != 1 || !list[0].Handling.Equal(h.Clean()) || !slices.Equal(list[0].Agencies, []string{"police", "press"}) {
			t.Errorf("handlings: %+v, %v", list, err)
		}
	})
}

// TestRelabelImport: the rows of an import change their handling as one, those
// that were given another one keep it, and the cells follow.
func TestRelabelImport(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		ctx := t.Context()
		var rows []store.ImportRow
		for i := range 20 {
			z := seizure(i+1, []string{"heroin", "opium"}[i%2], int64(i))
			rows = append(rows, store.ImportRow{Key: key(), Seizure: &z})
		}
		num, _ := load(t, s, "a series", rows)
		list, err := s.Seizures(ctx, paiza.SeizureFilter{}, paiza.Page{Size: 50}, all)
		if err != nil || len(list.Seizures) != 20 {
			t.Fatal(len(list.Seizures), err)
		}
		own, green := amber, amber
		own.TLP, own.Case = paiza.TLPAmberStrict, "c1"
		green.TLP = paiza.TLPGreen
		err = s.Write(ctx, func(tx *store.Tx) error {
			for _, z := range list.Seizures[:3] {
				if _, err := tx.ChangeSeizure(z.ID, 0, func(now *paiza.Seizure) error { now.Handling = own; return nil }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		sound(t, s)
		err = s.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.RelabelImport(num, green)
			if n != 17 {
				t.Errorf("%d rows changed", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		sound(t, s)
		for tlp, want := range map[paiza.TLP]int{paiza.TLPGreen: 17, paiza.TLPAmberStrict: 3, paiza.TLPAmber: 0} {
			list, err := s.Seizures(ctx, paiza.SeizureFilter{TLPs: []paiza.TLP{tlp}}, paiza.Page{Size: 50}, all)
			if err != nil || len(list.Seizures) != want {
				t.Errorf("%s: %d rows, %v", tlp, len(list.Seizures), err)
			}
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.UndoImport(num, time.Now()) }); err != nil {
			t.Fatal(err)
		}
		sound(t, s)
	})
}
