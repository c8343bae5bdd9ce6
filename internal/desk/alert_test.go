package desk_test

import (
	"path/filepath"
	"slices"
	"testing"

	"paiza"
)

// TestAlertsByOrigin: alerts are narrowed by the node that they came from.
func TestAlertsByOrigin(t *testing.T) {
	ctx, now, op := t.Context(), exchangeDay, paiza.Operator("T")
	a, b := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now), newNation(t, filepath.Join(t.TempDir(), "b"), "UZB", &now)
	a.pair(b)
	b.pair(a)
	raise := func(n *nation) paiza.Alert {
		t.Helper()
		one, err := n.d.RaiseAlert(ctx, op, paiza.NewAlert{Title: "A new route", Kind: "route", Urgency: "routine", Handling: paiza.NewHandling{TLP: "green"}})
		if err != nil {
			t.Fatal(err)
		}
		return one
	}
	first, second := official("p", paiza.HomeAgency, paiza.RoleAnalyst, paiza.RoleProsecutor), official("q", paiza.HomeAgency, paiza.RoleProsecutor)
	r, err := a.d.ProposeRelease(ctx, first, paiza.NewRelease{Subject: "alert/" + raise(a).ID, Audience: "node:" + b.id.String(), Reason: "asked for"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.d.ConfirmRelease(ctx, second, r.ID, "seen"); err != nil {
		t.Fatal(err)
	}
	own := raise(b)
	a.carry(b)
	for origin, want := range map[string]int{"": 2, paiza.OriginOwn: 1, paiza.OriginOthers: 1, a.id.String(): 1, b.id.String(): 0} {
		list, err := b.d.Alerts(ctx, op, paiza.AlertFilter{Origin: origin}, "", 10)
		if err != nil || len(list) != want {
			t.Errorf("from %q: %d alerts, %v, want %d", origin, len(list), err, want)
		}
		if origin == paiza.OriginOwn && err == nil && list[0].ID != own.ID {
			t.Errorf("the own alert is %+v", list[0])
		}
	}
	// The release of an alert is an event for who may read that alert, whatever
	// stands under the same number among the seizures.
	page, err := a.d.Events(ctx, first, 0, 100)
	if err != nil || !slices.ContainsFunc(page.Events, func(e paiza.Event) bool { return e.Type == "release.confirm" }) {
		t.Errorf("the release is no event: %+v, %v", page.Events, err)
	}
}
