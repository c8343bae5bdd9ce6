package desk_test

import (
	"path/filepath"
	"testing"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// TestRecallForgotten: an alert was taken back and its owner's backup has
// forgotten that. Whoever corrects it meanwhile does not show it again to the one
// from whom it was taken; and one that is taken back after the restore stays so,
// whatever had been said of it.
func TestRecallForgotten(t *testing.T) {
	for name, forgotten := range map[string]func(a *nation, alert paiza.Alert, now *time.Time) (since func()){
		"taken back before": func(a *nation, alert paiza.Alert, now *time.Time) func() {
			a.withdraw(alert.ID)
			return func() {
				a.correct(alert.ID, "said otherwise")
				a.correct(alert.ID, "and otherwise again")
			}
		},
		"taken back since": func(a *nation, alert paiza.Alert, now *time.Time) func() {
			a.correct(alert.ID, "said otherwise")
			a.correct(alert.ID, "and otherwise again")
			return func() { a.withdraw(alert.ID) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, now, op := t.Context(), exchangeDay, paiza.Operator("T")
			file, saved := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "saved")
			a, b := newNation(t, file, "KAZ", &now), newNation(t, filepath.Join(t.TempDir(), "b"), "UZB", &now)
			a.pair(b)
			b.pair(a)
			alert, err := a.d.RaiseAlert(ctx, op, paiza.NewAlert{Title: "A new route", Kind: "route", Urgency: "routine", Handling: paiza.NewHandling{TLP: "green"}})
			if err != nil {
				t.Fatal(err)
			}
			r, err := a.d.ProposeRelease(ctx, official("p", paiza.HomeAgency, paiza.RoleAnalyst, paiza.RoleProsecutor),
				paiza.NewRelease{Subject: "alert/" + alert.ID, Audience: "node:" + b.id.String(), Reason: "asked for"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.d.ConfirmRelease(ctx, official("q", paiza.HomeAgency, paiza.RoleProsecutor), r.ID, "seen"); err != nil {
				t.Fatal(err)
			}
			a.carry(b)
			shown := func() int {
				t.Helper()
				list, err := b.d.Alerts(ctx, op, paiza.AlertFilter{}, "", 10)
				if err != nil {
					t.Fatal(err)
				}
				return len(list)
			}
			if shown() != 1 {
				t.Fatal("the alert has not come")
			}
			if err := a.s.Backup(ctx, saved); err != nil {
				t.Fatal(err)
			}
			fork := a.end(b)
			now = now.Add(time.Hour)
			since := forgotten(a, alert, &now)
			a.carry(b)
			a.reopen(file, saved, &now)
			now = now.Add(time.Hour)
			since()
			a.takeBackAfter(b, fork)
			a.carry(b)
			if n := shown(); n != 0 {
				t.Errorf("the peer shows %d alerts that were taken back", n)
			}
			own, err := a.d.Alerts(ctx, op, paiza.AlertFilter{}, "", 10)
			if err != nil || name == "taken back since" && len(own) != 0 {
				t.Errorf("the owner shows %d alerts that it has withdrawn, %v", len(own), err)
			}
			a.sound()
			b.sound()
		})
	}
}

func (n *nation) correct(id, text string) {
	n.t.Helper()
	now, err := n.d.Alert(n.t.Context(), paiza.Operator("T"), id)
	if err == nil {
		_, err = n.d.CorrectAlert(n.t.Context(), paiza.Operator("T"), id, now.Version, paiza.NewAlert{Title: "A new route", Text: text, Kind: "route", Urgency: "routine", Reason: "exercise"})
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *nation) withdraw(id string) {
	n.t.Helper()
	now, err := n.d.Alert(n.t.Context(), paiza.Operator("T"), id)
	if err == nil {
		_, err = n.d.WithdrawAlert(n.t.Context(), paiza.Operator("T"), id, now.Version, "exercise")
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// TestLastContent: an alert is taken back from who leaves a group and goes to
// somebody else afterwards, under one number of version. What it says is still what
// it said.
func TestLastContent(t *testing.T) {
	ctx, now, op := t.Context(), exchangeDay, paiza.Operator("T")
	a := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now)
	var others []*nation
	for _, body := range []string{"UZB", "TJK", "KGZ"} {
		b := newNation(t, filepath.Join(t.TempDir(), body), body, &now)
		a.pair(b)
		b.pair(a)
		others = append(others, b)
	}
	name := func(i int) string { return others[i].id.String() }
	g, err := a.d.CreateGroup(ctx, op, "Task force", []string{name(0), name(1)}, "exercise")
	if err != nil {
		t.Fatal(err)
	}
	alert, err := a.d.RaiseAlert(ctx, op, paiza.NewAlert{Title: "A new route", Kind: "route", Urgency: "routine", Handling: paiza.NewHandling{TLP: "green"}})
	if err != nil {
		t.Fatal(err)
	}
	release := func(audience string) {
		t.Helper()
		r, err := a.d.ProposeRelease(ctx, official("p", paiza.HomeAgency, paiza.RoleAnalyst, paiza.RoleProsecutor),
			paiza.NewRelease{Subject: "alert/" + alert.ID, Audience: audience, Reason: "asked for"})
		if err == nil {
			_, err = a.d.ConfirmRelease(ctx, official("q", paiza.HomeAgency, paiza.RoleProsecutor), r.ID, "seen")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	release("group:" + g.ID)
	if _, err := a.d.ChangeGroup(ctx, op, g.ID, "Task force", []string{name(1)}, "exercise"); err != nil {
		t.Fatal(err)
	}
	release("node:" + name(2))
	for i, want := range []int{0, 1, 1} {
		a.carry(others[i])
		list, err := others[i].d.Alerts(ctx, op, paiza.AlertFilter{}, "", 10)
		if err != nil || len(list) != want {
			t.Errorf("%s shows %d alerts, want %d, %v", name(i), len(list), want, err)
		}
	}
	err = a.s.Write(ctx, func(tx *store.Tx) error {
		i, _, err := tx.ItemOf("alert", 1)
		if err != nil {
			return err
		}
		content, err := tx.ContentOf(&i)
		if err != nil {
			return err
		}
		m, err := wire.ParseMessage(wire.Place(content, a.id, a.id, 1, 1, wire.Hash{}))
		if err == nil && m.Type != wire.TypeAlert {
			t.Errorf("what is said last is a %s", m.Type)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
