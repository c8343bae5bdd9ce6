package matrix

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/desk"
)

// Item is one object in one state.
type Item struct {
	Kind, State, ID string
	Object          access.Object
	Proposer        string // of a release
}

// World is a node with people of every role in two agencies and an object of
// every kind in every state.
type World struct {
	People []paiza.Actor // first those of the home agency, then those of the other
	Items  []*Item
}

// Password is that of every account.
const Password = "tablets of the relay"

// Make fills a desk.
func Make(t *testing.T, d *desk.Desk) *World {
	t.Helper()
	m := &maker{t: t, d: d, ctx: t.Context(), w: &World{}}
	other, err := d.CreateAgency(m.ctx, paiza.Operator("test"), paiza.NewAgency{Name: "State Customs", Kind: paiza.AgencyCustoms})
	m.must(err)
	m.other = other.ID
	m.home, m.away = m.person("matrix.home", paiza.HomeAgency, paiza.Roles()...), m.person("matrix.away", other.ID, paiza.Roles()...)
	var everybody []string
	for _, agency := range []string{paiza.HomeAgency, other.ID} {
		for _, role := range paiza.Roles() {
			p := m.person("matrix."+agency[:4]+"."+string(role), agency, role)
			m.w.People = append(m.w.People, p)
			everybody = append(everybody, p.ID)
		}
	}
	m.everybody = everybody
	m.cases()
	for i, who := range m.w.People { // they are members now
		m.w.People[i] = m.actor(who.ID)
	}
	m.home, m.away = m.actor(m.home.ID), m.actor(m.away.ID)
	m.records()
	m.imports()
	m.releases()
	return m.w
}

type maker struct {
	t          *testing.T
	d          *desk.Desk
	ctx        context.Context
	w          *World
	other      string
	home, away paiza.Actor // have every role and made the objects
	everybody  []string
	open, shut string // cases: everybody is a member, only their opener is
}

func (m *maker) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *maker) actor(id string) paiza.Actor {
	m.t.Helper()
	who, _, err := m.d.Actor(m.ctx, id, "test")
	m.must(err)
	return who
}

func (m *maker) person(login, agency string, roles ...paiza.Role) paiza.Actor {
	m.t.Helper()
	p, err := m.d.CreatePerson(m.ctx, paiza.Operator("test"), paiza.NewPerson{Login: login, Name: login, Agency: agency, Roles: roles, Password: Password})
	m.must(err)
	return m.actor(p.ID)
}

func (m *maker) add(kind, state, id string, h paiza.Handling, withdrawn bool, proposer string) {
	object := access.Kind(kind)
	if kind == "release" {
		object = access.KindSeizure
	}
	m.w.Items = append(m.w.Items, &Item{Kind: kind, State: state, ID: id, Proposer: proposer,
		Object: access.Object{Kind: object, Handling: h, Withdrawn: withdrawn}})
}

// cases are one of which everybody is a member and one of which nobody else is.
func (m *maker) cases() {
	for state, members := range map[string][]string{"member": m.everybody, "no member": nil} {
		c, err := m.d.CreateCase(m.ctx, m.home, paiza.NewCase{Reference: state, Members: members})
		m.must(err)
		m.add("case", state, c.ID, paiza.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeInvestigation, Owner: c.Owner, Case: c.ID}, false, "")
		if members == nil {
			m.shut = c.ID
		} else {
			m.open = c.ID
		}
	}
}

// state is a way in which a record is handled.
type state struct {
	name     string
	by       paiza.Actor
	handling paiza.NewHandling
	withdraw bool
}

func (m *maker) states() []state {
	return []state{
		{name: "amber", by: m.home},
		{name: "amber, shared", by: m.home, handling: paiza.NewHandling{Agencies: []string{m.other}}},
		{name: "green", by: m.home, handling: paiza.NewHandling{TLP: "green"}},
		{name: "clear", by: m.home, handling: paiza.NewHandling{TLP: "clear"}},
		{name: "amber+strict", by: m.home, handling: paiza.NewHandling{TLP: "amber+strict"}},
		{name: "red, named", by: m.home, handling: paiza.NewHandling{TLP: "red", Persons: m.everybody}},
		{name: "red, not named", by: m.home, handling: paiza.NewHandling{TLP: "red"}},
		{name: "in a case, member", by: m.home, handling: paiza.NewHandling{Case: m.open}},
		{name: "in a case, no member", by: m.home, handling: paiza.NewHandling{Case: m.shut}},
		{name: "withdrawn, green", by: m.home, handling: paiza.NewHandling{TLP: "green"}, withdraw: true},
		{name: "withdrawn by the other, green", by: m.away, handling: paiza.NewHandling{TLP: "green"}, withdraw: true},
		{name: "amber+strict of the other", by: m.away, handling: paiza.NewHandling{TLP: "amber+strict"}},
	}
}

func (m *maker) seizure(s state) paiza.Seizure {
	m.t.Helper()
	z, err := m.d.RecordSeizure(m.ctx, s.by, paiza.NewSeizure{Date: "2026-02-03", Country: "KAZ", Substance: "heroin", Amount: "1", Unit: "kg", Handling: s.handling})
	m.must(err)
	return z
}

func (m *maker) records() {
	for _, s := range m.states() {
		z := m.seizure(s)
		a, err := m.d.RaiseAlert(m.ctx, s.by, paiza.NewAlert{Title: s.name, Handling: s.handling})
		m.must(err)
		if s.withdraw {
			z, err = m.d.WithdrawSeizure(m.ctx, s.by, z.ID, 0, "test")
			m.must(err)
			a, err = m.d.WithdrawAlert(m.ctx, s.by, a.ID, 0, "test")
			m.must(err)
		}
		m.add("seizure", s.name, z.ID, z.Handling, z.Withdrawn, "")
		m.add("alert", s.name, a.ID, a.Handling, a.Withdrawn, "")
	}
}

func (m *maker) imports() {
	for i, s := range m.states() {
		if s.withdraw || s.by.ID != m.home.ID {
			continue
		}
		file := filepath.Join(m.t.TempDir(), "rows.csv")
		text := "date,country,division,place,routing,substance,amount,unit\n2024-02-0" + string(rune('1'+i)) + ",KAZ,,Khorgos,,Heroin,1.5,kg\n"
		m.must(os.WriteFile(file, []byte(text), 0o600))
		imp, err := m.d.Import(m.ctx, s.by, desk.ImportRequest{Path: file, Accept: true, Handling: s.handling, Reason: "test"}, nil)
		m.must(err)
		m.add("import", s.name, imp.ID, imp.Handling, false, "")
	}
}

// releases are proposals to another state.
func (m *maker) releases() {
	for _, s := range m.states() {
		if s.by.ID != m.home.ID {
			continue
		}
		z := m.seizure(s)
		r, err := m.d.ProposeRelease(m.ctx, s.by, paiza.NewRelease{Subject: "seizure/" + z.ID, Audience: "KGZ", Reason: "test"})
		m.must(err)
		if s.withdraw {
			z, err = m.d.WithdrawSeizure(m.ctx, s.by, z.ID, 0, "test")
			m.must(err)
		}
		m.add("release", s.name, r.ID, z.Handling, z.Withdrawn, s.by.ID)
	}
}
