package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
	"paiza/internal/testnet"
	"paiza/wire"
)

// member is a real node that talks to others: a process of `paiza serve`, the
// cable on which the others reach it, and people at its desk, who write from
// this process on the same store.
type member struct {
	*node
	t     *testing.T
	name  string
	id    wire.NodeID
	dir   string
	cable *cable
	store *store.Store
	desk  *desk.Desk

	written int
	mu      sync.Mutex
	kept    map[string]*member // titles of notes that were acknowledged, and for whom
}

// newMember makes a node with its keys. Nothing of it runs but its cable.
func newMember(t *testing.T, name, body, target string) *member {
	t.Helper()
	m := &member{t: t, name: name, dir: t.TempDir(), kept: map[string]*member{}}
	if target == "" {
		target = filepath.Join(m.dir, "node.paiza")
	}
	var err error
	if m.node, err = newNode(built, target, m.dir, name); err != nil {
		t.Fatal(err)
	}
	temp := filepath.Join(m.dir, "temp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	m.env = append(m.env, "XDG_CONFIG_HOME="+os.Getenv("XDG_CONFIG_HOME"), "TMPDIR="+temp)
	if m.exchange, err = freeAddress(); err != nil {
		t.Fatal(err)
	}
	if m.cable, err = layCable("127.0.0.1:0", m.exchange, t.Output()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.cable.end)
	m.must("node", "init", "--state", body, "--address", "https://"+m.cable.at, "Node "+name)
	var card struct{ Node string }
	if err := json.Unmarshal([]byte(m.must("node", "card", "--json")), &card); err != nil {
		t.Fatal(err)
	}
	if m.id, err = wire.ParseNodeID(card.Node); err != nil {
		t.Fatal(err)
	}
	return m
}

// must runs a verb that has to succeed.
func (m *member) must(args ...string) string {
	m.t.Helper()
	out, err := m.verb(context.WithoutCancel(m.t.Context()), "", args...)
	if err != nil {
		m.t.Fatal(err)
	}
	return out
}

// pair has every two of the nodes take each other's cards.
func pair(members ...*member) {
	for _, a := range members {
		for _, b := range members {
			if a == b {
				continue
			}
			a.t.Helper()
			file := filepath.Join(a.dir, b.name+".card")
			if err := os.WriteFile(file, []byte(b.must("node", "card")), 0o600); err != nil {
				a.t.Fatal(err)
			}
			a.must("node", "pair", file)
			a.must("node", "confirm", b.id.String())
		}
	}
}

// open starts the process and seats people at the desk.
func (m *member) open() {
	m.t.Helper()
	begin(m.t, m.node)
	m.sit()
}

func (m *member) sit() {
	m.t.Helper()
	var err error
	if m.store, err = store.Open(m.t.Context(), m.target); err != nil {
		m.t.Fatal(err)
	}
	if m.desk, err = desk.Open(m.t.Context(), desk.Options{Store: m.store}); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(m.rise)
}

// rise has the people leave the desk.
func (m *member) rise() {
	if m.store == nil {
		return
	}
	m.desk.Close()
	if err := m.store.Close(); err != nil {
		m.t.Error(err)
	}
	m.store = nil
}

func post(roles ...paiza.Role) paiza.Actor {
	return paiza.Actor{ID: "post-" + string(roles[0]), Name: "Duty " + string(roles[0]), Agency: paiza.HomeAgency, AgencyKind: paiza.AgencyCoordination,
		Roles: roles, Via: paiza.ViaConsole, StepUp: time.Now()}
}

// write sends a note with so many letters and gives its title. What is refused
// was not acknowledged.
func (m *member) write(to *member, letters int) string {
	m.mu.Lock()
	m.written++
	title := fmt.Sprintf("%s writes to %s %d", m.name, to.name, m.written)
	m.mu.Unlock()
	text := strings.Repeat("exercise ", letters/9)
	_, err := m.desk.SendNote(context.WithoutCancel(m.t.Context()), post(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: to.id.String(), Title: title, Text: text, Exercise: true})
	if err != nil {
		m.t.Logf("%s: %v", title, err)
		return ""
	}
	m.mu.Lock()
	m.kept[title] = to
	m.mu.Unlock()
	return title
}

// chat has two nodes write to each other until the function that it gives is
// called.
func chat(letters int, a, b *member) (end func()) {
	stop := make(chan struct{})
	var work sync.WaitGroup
	for _, way := range [][2]*member{{a, b}, {b, a}} {
		work.Go(func() {
			for {
				way[0].write(way[1], letters)
				select {
				case <-stop:
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		})
	}
	return func() { close(stop); work.Wait() }
}

// notes counts the notes at a node by their titles.
func (m *member) notes(sent bool) map[string]int {
	m.t.Helper()
	out := map[string]int{}
	f := desk.NoteFilter{Sent: sent, Size: 500}
	for {
		list, err := m.desk.Notes(m.t.Context(), post(paiza.RoleAnalyst), f)
		if err != nil {
			m.t.Fatal(err)
		}
		for _, x := range list {
			out[x.Title]++
			f.Before = x.ID
		}
		if len(list) < f.Size {
			return out
		}
	}
}

// state says what is not yet where it should be of what a node wrote for another.
func (m *member) waiting(to *member) string {
	ctx := m.t.Context()
	st, err := m.desk.Exchange().State(ctx, to.id)
	if err != nil {
		return err.Error()
	}
	have, err := to.desk.Exchange().Have(ctx, m.id)
	if err != nil {
		return err.Error()
	}
	if st.Head == have && st.Proven == have {
		return ""
	}
	return fmt.Sprintf("%s→%s: written %x/%d, there %x/%d, proven %x/%d", m.name, to.name, st.Head.Epoch, st.Head.Seq, have.Epoch, have.Seq, st.Proven.Epoch, st.Proven.Seq)
}

// quiet waits until everything that the two wrote is there and receipted.
func quiet(t *testing.T, a, b *member) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		missing := a.waiting(b) + b.waiting(a)
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the two do not come to rest: %s\n%s%s", missing, a.must("node", "peers"), b.must("node", "peers"))
		}
	}
}

// judge holds both sides against each other and against what was acknowledged.
func judge(t *testing.T, a, b *member) {
	t.Helper()
	quiet(t, a, b)
	for _, way := range [][2]*member{{a, b}, {b, a}} {
		from, to := way[0], way[1]
		if err := testnet.SameLog(t.Context(), from.store, to.store, from.id, to.id); err != nil {
			t.Errorf("the log of %s for %s: %v", from.name, to.name, err)
		}
		there, own := to.notes(false), from.notes(true)
		acknowledged := 0
		for title, whose := range from.kept {
			if whose != to {
				continue
			}
			if acknowledged++; there[title] != 1 || own[title] != 1 {
				t.Errorf("%q was acknowledged; its writer has it %d times, its reader %d times", title, own[title], there[title])
			}
		}
		if acknowledged == 0 {
			t.Error("nothing was acknowledged: this proves nothing")
		}
		for title, n := range there {
			if n != 1 {
				t.Errorf("%q is there %d times", title, n)
			}
		}
		list, _, err := to.desk.Quarantine(t.Context(), post(paiza.RoleAdministrator), from.id.String(), 0, 100)
		if err != nil || len(list) > 0 {
			t.Errorf("set aside at %s: %+v, %v", to.name, list, err)
		}
		t.Logf("%s→%s: %d acknowledged", from.name, to.name, acknowledged)
	}
	sound(t, a.node)
	sound(t, b.node)
}

// rounds is how often chance is tried; make torture says more.
func rounds(short int) int {
	if n, err := strconv.Atoi(os.Getenv("PAIZA_TORTURE")); err == nil && n > 0 {
		return n
	}
	return short
}

// both runs a test with two nodes on SQLite, and with the second on PostgreSQL.
func both(t *testing.T, test func(t *testing.T, a, b *member)) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			a, b := twins(t, engine)
			test(t, a, b)
		})
	}
}

// twins are two nodes that talk to each other, the first on SQLite and the
// second on the engine.
func twins(t *testing.T, engine string) (a, b *member) {
	t.Helper()
	target := ""
	if engine == "postgres" {
		var err error
		if target, err = newDatabase(server(t), "torture"); err != nil {
			t.Fatal(err)
		}
	}
	a, b = newMember(t, "a", "XAA", ""), newMember(t, "b", "XBB", target)
	pair(a, b)
	a.open()
	b.open()
	return a, b
}
