package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/desk"
)

// crowd is people of several agencies, and records of every label.
type crowd struct {
	agencies []string
	people   []paiza.Actor
	cases    []string
}

// fill opens agencies, accounts and cases, and lets people record, relabel,
// withdraw and propose at random.
func fill(t *testing.T, d *desk.Desk) crowd {
	t.Helper()
	ctx, op := t.Context(), paiza.Operator("t")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := crowd{agencies: []string{paiza.HomeAgency}}
	for _, kind := range []paiza.AgencyKind{paiza.AgencyCustoms, paiza.AgencyHealth} {
		a, err := d.CreateAgency(ctx, op, paiza.NewAgency{Name: "Agency of " + string(kind), Kind: kind})
		must(err)
		c.agencies = append(c.agencies, a.ID)
	}
	for i, roles := range [][]paiza.Role{{paiza.RoleRegistrar, paiza.RoleAnalyst}, {paiza.RoleProsecutor}, {paiza.RoleViewer}, {paiza.RolePressOfficer}, {paiza.RoleAdministrator}, {paiza.RoleAuditor}} {
		for j, agency := range c.agencies {
			p, err := d.CreatePerson(ctx, op, paiza.NewPerson{Login: "p" + string(rune('a'+i)) + string(rune('a'+j)), Name: "Duty analyst", Agency: agency, Roles: roles, Password: "tablets of the relay"})
			must(err)
			who, _, err := d.Actor(ctx, p.ID, "192.0.2.7")
			must(err)
			c.people = append(c.people, who)
		}
	}
	made, err := d.CreateCase(ctx, op, paiza.NewCase{Reference: "1/26", Members: []string{c.people[0].ID, c.people[4].ID}})
	must(err)
	c.cases = append(c.cases, made.ID)
	var ids []string
	for _, who := range []paiza.Actor{c.people[0], c.people[1], op} {
		who.Cases = c.cases
		for i, tlp := range append(paiza.TLPs(), paiza.TLPAmber, paiza.TLPGreen) {
			if tlp == paiza.TLPClear {
				tlp = paiza.TLPAmber
			}
			in := paiza.NewSeizure{Date: "2024-05-0" + string(rune('1'+i)), Country: "KAZ", Substance: "heroin", Amount: "1", Unit: "kg", Handling: paiza.NewHandling{TLP: string(tlp)}}
			if i%3 == 0 {
				in.Handling.Agencies = c.agencies[1:2]
			}
			if i == 6 {
				in.Handling.Case = c.cases[0]
			}
			z, err := d.RecordSeizure(ctx, who, in)
			must(err)
			ids = append(ids, z.ID)
		}
	}
	_, err = d.RelabelSeizure(ctx, op, ids[1], 0, paiza.NewHandling{TLP: "red", Persons: []string{c.people[0].ID}}, "narrower")
	must(err)
	_, err = d.RelabelSeizure(ctx, op, ids[2], 0, paiza.NewHandling{TLP: "green"}, "wider")
	must(err)
	_, err = d.WithdrawSeizure(ctx, op, ids[5], 0, "wrong")
	must(err)
	_, err = d.ProposeRelease(ctx, op, paiza.NewRelease{Subject: "seizure/" + ids[0], Audience: "UZB", Reason: "asked for"})
	must(err)
	_, err = d.RaiseAlert(ctx, op, paiza.NewAlert{Title: "A new substance", Handling: paiza.NewHandling{TLP: "green"}})
	must(err)
	_, err = d.UpdateCase(ctx, op, made.ID, paiza.NewCase{Reference: "2/26", Members: []string{c.people[0].ID}})
	must(err)
	return c
}

// done is an entry of the ledger with its subject as it is handled now.
type done struct {
	paiza.Act
	object access.Object
	right  paiza.Right
}

// ledgerOf reads the entries that may be events.
func ledgerOf(t *testing.T, d *desk.Desk) []done {
	t.Helper()
	ctx, op := t.Context(), paiza.Operator("t")
	acts, err := d.Ledger(ctx, op, 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(acts)
	var out []done
	for _, a := range acts {
		if !slices.Contains(desk.EventTypes(), a.Action) {
			continue
		}
		kind, id, _ := strings.Cut(a.Subject, "/")
		one := done{Act: a}
		switch kind {
		case "seizure":
			z, err := d.Seizure(ctx, op, id)
			if err != nil {
				t.Fatal(err)
			}
			one.right, one.object = paiza.RightReadSeizure, access.Object{Kind: access.KindSeizure, Handling: z.Handling, Withdrawn: z.Withdrawn}
		case "alert":
			x, err := d.Alert(ctx, op, id)
			if err != nil {
				t.Fatal(err)
			}
			one.right, one.object = paiza.RightReadAlert, access.Object{Kind: access.KindAlert, Handling: x.Handling, Withdrawn: x.Withdrawn}
		case "case":
			x, err := d.Case(ctx, op, id)
			if err != nil {
				t.Fatal(err)
			}
			one.right, one.object = paiza.RightReadCase, access.Object{Kind: access.KindCase, Handling: paiza.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeInvestigation, Owner: x.Owner, Case: x.ID}}
		default:
			one.right = map[string]paiza.Right{"person": paiza.RightManagePeople, "agency": paiza.RightManageAgencies}[kind]
		}
		out = append(out, one)
	}
	return out
}

// expected are the entries of which an actor may be told: those whose subject
// package access lets him read, and that are not TLP:RED.
func expected(list []done, who paiza.Actor) (out []string) {
	for _, a := range list {
		ok := access.Allow(who, a.right) == nil
		if a.object.Kind != "" {
			ok = a.object.Handling.TLP != paiza.TLPRed && access.Decide(who, a.right, a.object, access.Context{}).Allow
		}
		if strings.HasPrefix(a.Action, "release.") && a.object.Handling.Owner != who.Agency {
			ok = false
		}
		if ok {
			out = append(out, paiza.Event{Seq: a.Seq}.ID()+" "+a.Action+" "+a.Subject)
		}
	}
	return out
}

// TestEventsAreWhatOneMayRead: for any actor, with any roles, agency, cases and
// scopes, the events are exactly the entries whose subject he may read now, in
// their order, whatever the size of the pages.
func TestEventsAreWhatOneMayRead(t *testing.T) {
	desks(t, []paiza.Role{paiza.RoleAnalyst}, func(t *testing.T, d *desk.Desk, _ *clock, _ paiza.Actor) {
		c := fill(t, d)
		list := ledgerOf(t, d)
		shown := 0
		rapid.Check(t, func(r *rapid.T) {
			who := rapid.SampledFrom(c.people).Draw(r, "person")
			who.Roles = rapid.SliceOfNDistinct(rapid.SampledFrom(paiza.Roles()), 0, 3, func(x paiza.Role) paiza.Role { return x }).Draw(r, "roles")
			who.Agency = rapid.SampledFrom(c.agencies).Draw(r, "agency")
			who.AgencyKind = rapid.SampledFrom(paiza.AgencyKinds()).Draw(r, "kind")
			who.Cases = rapid.SampledFrom([][]string{nil, c.cases}).Draw(r, "cases")
			if rapid.Bool().Draw(r, "token") {
				who.Via, who.Scopes = paiza.ViaToken, rapid.SliceOfNDistinct(rapid.SampledFrom(paiza.Rights()), 0, 4, func(x paiza.Right) paiza.Right { return x }).Draw(r, "scopes")
			}
			n := rapid.IntRange(1, 40).Draw(r, "page")
			var got []string
			for after, more := int64(0), true; more; {
				page, err := d.Events(t.Context(), who, after, n)
				if err != nil {
					r.Fatal(err)
				}
				for _, e := range page.Events {
					if e.TLP == paiza.TLPRed {
						r.Fatal("an event is TLP:RED")
					}
					got = append(got, e.ID()+" "+e.Type+" "+e.Subject)
				}
				after, more = page.Next, page.More
			}
			want := expected(list, who)
			if diff := cmp.Diff(want, got); diff != "" {
				r.Fatalf("%+v:\n%s", who, diff)
			}
			shown += len(got)
			last, err := d.LastEvent(t.Context(), who)
			if err != nil {
				r.Fatal(err)
			}
			if page, err := d.Events(t.Context(), who, last, 1); err != nil || len(page.Events) > 0 {
				r.Fatalf("after the last one there is %+v, %v", page.Events, err)
			}
		})
		if shown == 0 {
			t.Error("nobody was shown anything")
		}
		if _, err := d.Events(t.Context(), paiza.Actor{}, 0, 10); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// TestWatch: who waits is woken by an act.
func TestWatch(t *testing.T) {
	desks(t, []paiza.Role{paiza.RoleAnalyst}, func(t *testing.T, d *desk.Desk, _ *clock, who paiza.Actor) {
		w := d.Watch()
		defer w.Close()
		// The beginning may wake twice: at once and after the first look.
		wait(t, w)
		op := paiza.Operator("t")
		before, err := d.LastEvent(t.Context(), op)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.RaiseAlert(t.Context(), op, paiza.NewAlert{Title: "A new route"}); err != nil {
			t.Fatal(err)
		}
		for {
			wait(t, w)
			page, err := d.Events(t.Context(), op, before, 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Events) == 1 {
				break
			}
		}
	})
}

func wait(t *testing.T, w *desk.Watch) {
	t.Helper()
	select {
	case <-w.C:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody was woken")
	}
}
