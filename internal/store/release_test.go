package store_test

import (
	"context"
	"testing"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
)

// TestWaitingReleases: a person is told of the open proposals that others of
// his agency made, for records that he may read, and of no others.
func TestWaitingReleases(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		ctx := context.Background()
		propose := func(id, proposer, owner, tlp string, audience string) {
			t.Helper()
			z := seizure(1, "heroin", 5)
			z.Handling = paiza.Handling{TLP: paiza.TLP(tlp), Purpose: paiza.PurposeStatistics, Owner: owner}
			insert(t, s, &z)
			err := s.Write(ctx, func(tx *store.Tx) error {
				return tx.InsertRelease(paiza.Release{ID: id, Subject: "seizure/" + z.ID, Version: 1, Audience: audience, Owner: owner,
					State: paiza.ReleaseProposed, Proposer: proposer, ProposerName: proposer, Proposed: time.UnixMilli(1)})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		propose("r1", "ann", "police", "amber", "KGZ")
		propose("r2", "ben", "police", "green", "KGZ")
		propose("r3", "ann", "police", "red", "KGZ")
		propose("r4", "eve", "customs", "green", "KGZ")
		a := paiza.Alert{Title: "t", Kind: "substance", Urgency: "routine", Handling: paiza.Handling{TLP: "green", Purpose: paiza.PurposeStatistics, Owner: "police"}}
		err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.InsertAlert(&a, ""); err != nil {
				return err
			}
			return tx.InsertRelease(paiza.Release{ID: "r5", Subject: "alert/" + a.ID, Version: 1, Audience: "KGZ", Owner: "police",
				State: paiza.ReleaseProposed, Proposer: "eve", ProposerName: "eve", Proposed: time.UnixMilli(1)})
		})
		if err != nil {
			t.Fatal(err)
		}
		count := func(who string) int {
			t.Helper()
			actor := paiza.Actor{ID: who, Agency: "police", Roles: []paiza.Role{paiza.RoleProsecutor}, Via: paiza.ViaPage}
			n, err := s.WaitingReleases(ctx, "police", who, access.Filter(actor, paiza.RightReadSeizure, access.Context{}),
				access.Filter(actor, paiza.RightReadAlert, access.Context{}))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for who, want := range map[string]int{"ann": 2, "ben": 2, "cid": 3} {
			if got := count(who); got != want {
				t.Errorf("for %s wait %d, want %d", who, got, want)
			}
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			return tx.DecideRelease(paiza.Release{ID: "r1", State: paiza.ReleaseRefused, Decider: "ben", Decided: time.UnixMilli(2)})
		})
		if err != nil || count("cid") != 2 {
			t.Errorf("a decided release still waits: %v", err)
		}
	})
}

// TestActsWhere narrows the ledger by each of its filters, and by all.
func TestActsWhere(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		ctx := context.Background()
		day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		for i, a := range []paiza.Act{
			{Action: "seizure.record", Subject: "seizure/1", Actor: paiza.Actor{ID: "ann", Agency: "police"}},
			{Action: "seizure.correct", Subject: "seizure/1", Actor: paiza.Actor{ID: "ben", Agency: "police"}},
			{Action: "seizure.record", Subject: "seizure/2", Actor: paiza.Actor{ID: "eve", Agency: "customs"}},
		} {
			a.At = day.AddDate(0, 0, i)
			if err := s.Write(ctx, func(tx *store.Tx) error { return tx.Append(&a) }); err != nil {
				t.Fatal(err)
			}
		}
		for name, tt := range map[string]struct {
			f      paiza.ActFilter
			before int64
			want   string
		}{
			"all":        {paiza.ActFilter{}, 0, "321"},
			"subject":    {paiza.ActFilter{Subject: "seizure/1"}, 0, "21"},
			"person":     {paiza.ActFilter{Person: "ben"}, 0, "2"},
			"agency":     {paiza.ActFilter{Agency: "police"}, 0, "21"},
			"action":     {paiza.ActFilter{Action: "seizure.record"}, 0, "31"},
			"from":       {paiza.ActFilter{From: day.AddDate(0, 0, 1)}, 0, "32"},
			"until":      {paiza.ActFilter{Until: day.AddDate(0, 0, 1)}, 0, "1"},
			"older page": {paiza.ActFilter{Agency: "police"}, 2, "1"},
			"together":   {paiza.ActFilter{Agency: "police", Action: "seizure.record", Until: day}, 0, ""},
		} {
			list, err := s.ActsWhere(ctx, tt.f, tt.before, 10)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, a := range list {
				got += string(rune('0' + a.Seq))
			}
			if got != tt.want {
				t.Errorf("%s: entries %q, want %q", name, got, tt.want)
			}
		}
	})
}

// TestFilterOfHandling narrows a list by label and by case.
func TestFilterOfHandling(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store, _ string) {
		for _, h := range []paiza.Handling{{TLP: paiza.TLPGreen}, {TLP: paiza.TLPRed}, {TLP: paiza.TLPAmber, Case: "c1"}, {TLP: paiza.TLPRed, Case: "c1"}} {
			z := seizure(1, "heroin", 5)
			h.Owner, h.Purpose = "police", paiza.PurposeStatistics
			z.Handling = h
			insert(t, s, &z)
		}
		for _, tt := range []struct {
			f    paiza.SeizureFilter
			want int64
		}{
			{paiza.SeizureFilter{}, 4},
			{paiza.SeizureFilter{TLPs: []paiza.TLP{paiza.TLPRed}}, 2},
			{paiza.SeizureFilter{Case: "c1"}, 2},
			{paiza.SeizureFilter{Case: "c1", WithoutRed: true}, 1},
			{paiza.SeizureFilter{WithoutRed: true, TLPs: []paiza.TLP{paiza.TLPRed, paiza.TLPGreen}}, 1},
			{paiza.SeizureFilter{Case: "c2"}, 0},
		} {
			list, err := s.Seizures(context.Background(), tt.f, paiza.Page{Size: 10}, access.Const(true))
			if err != nil || list.Count != tt.want {
				t.Errorf("%+v: %d rows, want %d: %v", tt.f, list.Count, tt.want, err)
			}
		}
	})
}
