package access_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"paiza"
	"paiza/internal/access"
)

// TestRoles holds the table of roles against the one that the guides describe: a
// right that slips into a role is found here.
func TestRoles(t *testing.T) {
	const (
		viewer, registrar, analyst, chemist = paiza.RoleViewer, paiza.RoleRegistrar, paiza.RoleAnalyst, paiza.RoleChemist
		prosecutor, duty, press             = paiza.RoleProsecutor, paiza.RoleDutyOfficer, paiza.RolePressOfficer
		auditor, admin                      = paiza.RoleAuditor, paiza.RoleAdministrator
	)
	table := map[paiza.Right][]paiza.Role{
		paiza.RightReadSeizure:     {viewer, registrar, analyst, chemist, prosecutor, duty, press},
		paiza.RightReadPicture:     {viewer, registrar, analyst, chemist, prosecutor, duty, press},
		paiza.RightReadCatalog:     {viewer, registrar, analyst, chemist, prosecutor, duty, press, auditor, admin},
		paiza.RightReadCase:        {viewer, registrar, analyst, chemist, prosecutor, duty},
		paiza.RightReadAlert:       {viewer, registrar, analyst, chemist, prosecutor, duty, press},
		paiza.RightRaiseAlert:      {analyst, chemist, prosecutor, duty},
		paiza.RightRecordSeizure:   {registrar, duty},
		paiza.RightCorrectSeizure:  {registrar, chemist},
		paiza.RightWithdrawSeizure: {registrar, prosecutor},
		paiza.RightRelabel:         {analyst, prosecutor},
		paiza.RightImport:          {registrar},
		paiza.RightUndoImport:      {registrar},
		paiza.RightExport:          {analyst, prosecutor, press},
		paiza.RightManageCase:      {prosecutor},
		paiza.RightProposeRelease:  {analyst, prosecutor, duty},
		paiza.RightConfirmRelease:  {prosecutor},
		paiza.RightManagePeople:    {admin},
		paiza.RightRecoverPerson:   {admin},
		paiza.RightManageAgencies:  {admin},
		paiza.RightReadLedger:      {auditor, admin},
		paiza.RightOperate:         {admin},
		paiza.RightManagePeers:     {admin},
		paiza.RightReadMessage:     {registrar, analyst, prosecutor, duty},
		paiza.RightSendMessage:     {registrar, analyst, prosecutor, duty},
	}
	for _, right := range paiza.Rights() {
		roles, ok := table[right]
		if !ok {
			t.Errorf("%s stands in no row of this test", right)
		}
		for _, role := range paiza.Roles() {
			err := access.Allow(paiza.Actor{ID: "p", Roles: []paiza.Role{role}}, right)
			if want := slices.Contains(roles, role); want != (err == nil) {
				t.Errorf("%s, %s: %v", role, right, err)
			}
			if err != nil && !errors.Is(err, paiza.ErrForbidden) {
				t.Errorf("%s, %s: the refusal is of another kind: %v", role, right, err)
			}
		}
		if access.Allow(paiza.Actor{Roles: paiza.Roles()}, right) == nil {
			t.Errorf("%s: nobody is allowed", right)
		}
		if access.Allow(paiza.Actor{ID: "p", Roles: []paiza.Role{"", "root"}}, right) == nil {
			t.Errorf("%s: a role that is none is allowed", right)
		}
	}
	for _, role := range paiza.Roles() {
		for _, right := range access.Rights(role) {
			if table[right] == nil {
				t.Errorf("%s holds %s, which stands in no table", role, right)
			}
		}
	}
	if access.Allow(paiza.Operator("x"), "no.such.right") == nil {
		t.Error("a right that stands nowhere is granted")
	}
}

var (
	now    = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	amber  = paiza.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeStatistics, Owner: "customs"}
	police = paiza.Actor{ID: "p1", Agency: "police", AgencyKind: paiza.AgencyPolice, Via: paiza.ViaPage, Roles: []paiza.Role{paiza.RoleRegistrar, paiza.RoleAnalyst}}
)

// with changes a copy.
func with[T any](v T, change ...func(*T)) T {
	for _, c := range change {
		c(&v)
	}
	return v
}

func tlp(l paiza.TLP) func(*paiza.Handling)      { return func(h *paiza.Handling) { h.TLP = l } }
func owner(a string) func(*paiza.Handling)       { return func(h *paiza.Handling) { h.Owner = a } }
func caseOf(c string) func(*paiza.Handling)      { return func(h *paiza.Handling) { h.Case = c } }
func shared(a ...string) func(*paiza.Handling)   { return func(h *paiza.Handling) { h.Agencies = a } }
func named(p ...string) func(*paiza.Handling)    { return func(h *paiza.Handling) { h.Persons = p } }
func use(p paiza.Purpose) func(*paiza.Handling)  { return func(h *paiza.Handling) { h.Purpose = p } }
func origin(n string) func(*paiza.Handling)      { return func(h *paiza.Handling) { h.Origin = n } }
func roles(r ...paiza.Role) func(*paiza.Actor)   { return func(a *paiza.Actor) { a.Roles = r } }
func kind(k paiza.AgencyKind) func(*paiza.Actor) { return func(a *paiza.Actor) { a.AgencyKind = k } }
func member(c ...string) func(*paiza.Actor)      { return func(a *paiza.Actor) { a.Cases = c } }

// TestRules has for every rule a case that it decides: the table of the design
// note in examples. A rule that no case reaches fails the test.
func TestRules(t *testing.T) {
	read, prosecutor := paiza.RightReadSeizure, with(police, roles(paiza.RoleProsecutor))
	fresh := with(prosecutor, func(a *paiza.Actor) { a.StepUp = now.Add(-time.Minute) })
	own := with(amber, owner("police"))
	public := access.Context{Now: now, Public: true, Proposer: "p2"}
	for _, tt := range []struct {
		who   paiza.Actor
		right paiza.Right
		h     paiza.Handling
		out   bool
		c     access.Context
		allow bool
		rule  string
	}{
		{who: paiza.Actor{}, right: read, h: amber, rule: "nobody"},
		{who: with(police, func(a *paiza.Actor) { a.Scopes = []paiza.Right{paiza.RightReadPicture} }), right: read, h: own, rule: "token-scope"},
		{who: with(police, roles(paiza.RoleAdministrator)), right: read, h: own, rule: "role"},
		{who: with(police, roles(paiza.RoleAuditor)), right: read, h: own, rule: "role"},

		{who: police, right: read, h: own, allow: true, rule: "own"},
		{who: police, right: read, h: amber, rule: "tlp-amber"},
		{who: police, right: read, h: with(amber, shared("police")), allow: true, rule: "shared"},
		{who: police, right: read, h: with(amber, tlp(paiza.TLPGreen)), allow: true, rule: "community"},
		{who: police, right: read, h: with(amber, tlp(paiza.TLPClear)), allow: true, rule: "community"},
		{who: police, right: read, h: with(amber, tlp(paiza.TLPAmberStrict)), rule: "tlp-amber-strict"},
		{who: police, right: read, h: with(own, tlp(paiza.TLPAmberStrict)), allow: true, rule: "own"},
		{who: police, right: read, h: with(own, tlp(paiza.TLPRed)), rule: "tlp-red"},
		{who: police, right: read, h: with(own, tlp(paiza.TLPRed), named("p1")), allow: true, rule: "own"},
		{who: police, right: read, h: with(amber, tlp(paiza.TLPRed), named("p1")), allow: true, rule: "named"},
		{who: police, right: paiza.RightReadPicture, h: with(own, tlp(paiza.TLPRed), named("p1")), rule: "tlp-red-figure"},
		{who: police, right: paiza.RightExport, h: with(own, tlp(paiza.TLPRed), named("p1")), rule: "tlp-red-export"},
		{who: police, right: read, h: with(own, caseOf("c1")), rule: "case"},
		{who: with(police, member("c1")), right: read, h: with(own, caseOf("c1")), allow: true, rule: "own"},
		{who: with(police, member("c1")), right: read, h: with(amber, caseOf("c1")), allow: true, rule: "member"},
		{who: with(police, member("c1")), right: read, h: with(amber, caseOf("c1"), tlp(paiza.TLPAmberStrict)), rule: "tlp-amber-strict"},

		{who: with(police, kind(paiza.AgencyHealth)), right: read, h: own, rule: "aggregate-agency"},
		{who: with(police, kind(paiza.AgencyHealth)), right: paiza.RightReadPicture, h: own, allow: true, rule: "own"},
		{who: with(police, roles(paiza.RolePressOfficer)), right: read, h: own, rule: "press"},
		{who: with(police, roles(paiza.RolePressOfficer, paiza.RoleViewer)), right: read, h: own, allow: true, rule: "own"},
		{who: with(police, roles(paiza.RolePressOfficer)), right: read, h: with(own, tlp(paiza.TLPClear)), allow: true, rule: "own"},

		{who: police, right: read, h: with(amber, shared("police")), out: true, rule: "withdrawn"},
		{who: police, right: read, h: own, out: true, allow: true, rule: "own"},
		{who: police, right: paiza.RightCorrectSeizure, h: own, out: true, rule: "withdrawn"},
		{who: police, right: paiza.RightRelabel, h: with(amber, shared("police")), rule: "originator"},
		{who: police, right: paiza.RightWithdrawSeizure, h: with(amber, tlp(paiza.TLPGreen)), rule: "originator"},
		{who: paiza.Operator("x"), right: paiza.RightRelabel, h: with(own, origin("another node")), rule: "sovereign"},
		{who: paiza.Operator("x"), right: read, h: with(amber, tlp(paiza.TLPRed), caseOf("c1")), allow: true, rule: "console"},

		{who: prosecutor, right: paiza.RightProposeRelease, h: with(own, use(paiza.PurposeEvidence)), c: public, rule: "purpose"},
		{who: prosecutor, right: paiza.RightProposeRelease, h: with(own, use(paiza.PurposeEvidence)), c: access.Context{Now: now}, allow: true, rule: "own"},
		{who: prosecutor, right: paiza.RightProposeRelease, h: with(own, tlp(paiza.TLPAmberStrict)), c: public, rule: "not-public"},
		{who: with(prosecutor, member("c1")), right: paiza.RightProposeRelease, h: with(own, caseOf("c1")), c: public, rule: "not-public"},
		{who: fresh, right: paiza.RightConfirmRelease, h: own, c: public, allow: true, rule: "own"},
		{who: fresh, right: paiza.RightConfirmRelease, h: own, c: access.Context{Now: now, Proposer: "p1"}, rule: "four-eyes"},
		{who: fresh, right: paiza.RightConfirmRelease, h: own, c: access.Context{Now: now}, rule: "four-eyes"},
		{who: prosecutor, right: paiza.RightConfirmRelease, h: own, c: public, rule: "step-up"},
		{who: with(fresh, func(a *paiza.Actor) { a.StepUp = now.Add(-access.FreshStepUp) }), right: paiza.RightConfirmRelease, h: own, c: public, rule: "step-up"},
		{who: with(fresh, func(a *paiza.Actor) { a.StepUp = now.Add(time.Hour) }), right: paiza.RightConfirmRelease, h: own, c: public, rule: "step-up"},
		{who: police, right: read, h: with(amber, tlp("unknown label")), rule: "default"},
	} {
		tt.c.Now = now
		o := access.Object{Kind: access.KindSeizure, Handling: tt.h, Withdrawn: tt.out}
		got := access.Decide(tt.who, tt.right, o, tt.c)
		if want := (access.Decision{Allow: tt.allow, Rule: tt.rule}); got != want {
			t.Errorf("%s of %s, %v, agency %s to %+v: %+v, want %+v", tt.right, tt.who.ID, tt.who.Roles, tt.who.Agency, o, got, want)
		}
		reached[tt.rule] = true
	}
	for _, id := range access.Rules() {
		if !reached[id] {
			t.Errorf("no case of this test is decided by the rule %s", id)
		}
	}
}

var reached = map[string]bool{}

// TestNever are the promises that hold whatever else an actor or a record has.
func TestNever(t *testing.T) {
	agencies, people, cases := []string{"police", "customs"}, []string{"p1", "p2"}, []string{"c1"}
	some := func(t *rapid.T, list []string, label string) []string {
		return list[:rapid.IntRange(0, len(list)).Draw(t, label)]
	}
	rapid.Check(t, func(t *rapid.T) {
		h := paiza.Handling{TLP: rapid.SampledFrom(paiza.TLPs()).Draw(t, "tlp"), Purpose: rapid.SampledFrom(paiza.Purposes()).Draw(t, "purpose"),
			Owner: rapid.SampledFrom(agencies).Draw(t, "owner"), Case: rapid.SampledFrom([]string{"", "c1"}).Draw(t, "case"),
			Origin: rapid.SampledFrom([]string{"", "n"}).Draw(t, "origin"), Agencies: some(t, agencies, "shared"), Persons: some(t, people, "named")}.Clean()
		who := paiza.Actor{ID: "p1", Agency: rapid.SampledFrom(agencies).Draw(t, "agency"), AgencyKind: rapid.SampledFrom(paiza.AgencyKinds()).Draw(t, "kind"),
			Roles: rapid.SliceOfDistinct(rapid.SampledFrom(paiza.Roles()), func(r paiza.Role) paiza.Role { return r }).Draw(t, "roles"),
			Cases: some(t, cases, "cases"), Via: paiza.ViaPage, StepUp: now}
		right := rapid.SampledFrom(paiza.Rights()).Draw(t, "right")
		o := access.Object{Kind: access.KindSeizure, Handling: h, Withdrawn: rapid.Bool().Draw(t, "withdrawn")}
		c := access.Context{Now: now, Proposer: rapid.SampledFrom(people).Draw(t, "proposer"), Public: rapid.Bool().Draw(t, "public")}
		got := access.Decide(who, right, o, c)
		if !got.Allow {
			return
		}
		records := []paiza.Right{paiza.RightReadSeizure, paiza.RightReadAlert, paiza.RightReadMessage}
		changing := !slices.Contains(append(records, paiza.RightReadPicture, paiza.RightExport, paiza.RightReadCase, paiza.RightReadCatalog), right)
		switch {
		case h.TLP == paiza.TLPRed && !slices.Contains(h.Persons, who.ID):
			t.Fatal("who is not named reaches a TLP:RED record")
		case h.Case != "" && !slices.Contains(who.Cases, h.Case):
			t.Fatal("who is no member reaches a record of a case")
		case h.TLP == paiza.TLPAmberStrict && h.Owner != who.Agency:
			t.Fatal("TLP:AMBER+STRICT leaves its agency")
		case o.Withdrawn && !slices.Contains(records, right):
			t.Fatal("something is done to a withdrawn record")
		case right == paiza.RightConfirmRelease && c.Proposer == who.ID:
			t.Fatal("one person is four eyes")
		case changing && access.Allow(with(who, roles(paiza.RoleViewer)), right) == nil:
			t.Fatal("a viewer changes something")
		}
		// A narrower token, or fewer roles, never opens more.
		less := with(who, func(a *paiza.Actor) { a.Scopes = []paiza.Right{paiza.RightReadCatalog} })
		if right != paiza.RightReadCatalog && access.Decide(less, right, o, c).Allow {
			t.Fatal("a token does more than its scope")
		}
	})
}

// TestCanGrant: nobody gives a role one of whose rights he lacks.
func TestCanGrant(t *testing.T) {
	admin := with(police, roles(paiza.RoleAdministrator))
	all := with(police, roles(paiza.Roles()...))
	for _, role := range paiza.Roles() {
		want := role == paiza.RoleAdministrator || role == paiza.RoleAuditor
		if got := access.CanGrant(admin, []paiza.Role{role}) == nil; got != want {
			t.Errorf("an administrator grants %s: %v", role, got)
		}
		if err := access.CanGrant(all, []paiza.Role{role}); err != nil {
			t.Errorf("who holds all roles grants %s: %v", role, err)
		}
	}
	narrow := with(all, func(a *paiza.Actor) { a.Scopes = []paiza.Right{paiza.RightManagePeople} })
	if access.CanGrant(narrow, []paiza.Role{paiza.RoleViewer}) == nil {
		t.Error("a token grants what is outside of its scope")
	}
}
