package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"paiza/internal/exchange"
	"paiza/internal/exchange/exchangetest"
	"paiza/internal/exchange/memory"
	"paiza/wire"
)

const (
	nodes    = 5
	liar     = 4 // lies in half of the runs
	subjects = 3 // of each node
)

// step is one thing that happens in the model.
type step struct {
	Do   string
	A, B int
	For  time.Duration
}

var steps = []string{"send", "send", "send", "send", "group", "group", "backup", "restore", "restart", "rotate", "part", "part", "join", "sleep", "sleep", "sleep"}

// script is a run of the model, drawn before it begins.
type script struct {
	Seed  uint64
	Lie   bool
	Skew  []time.Duration // of each node's clock
	Steps []step
}

func drawScript(t *rapid.T) script {
	s := script{Seed: rapid.Uint64().Draw(t, "seed"), Lie: rapid.Bool().Draw(t, "lie")}
	for i := range nodes {
		s.Skew = append(s.Skew, time.Duration(rapid.IntRange(-24, 24).Draw(t, fmt.Sprintf("skew %d", i)))*time.Hour)
	}
	n := rapid.IntRange(5, 60).Draw(t, "steps")
	for range n {
		s.Steps = append(s.Steps, step{rapid.SampledFrom(steps).Draw(t, "do"), rapid.IntRange(0, nodes-1).Draw(t, "a"), rapid.IntRange(0, nodes-1).Draw(t, "b"),
			rapid.SampledFrom([]time.Duration{10 * time.Millisecond, time.Second, time.Minute, time.Hour, 7 * 24 * time.Hour}).Draw(t, "for")})
	}
	return s
}

// model is five nodes, what goes wrong between them, and what was promised.
type model struct {
	script
	net     *exchangetest.Network
	ids     []wire.NodeID
	stores  []*memory.Node
	parties []*exchangetest.Party
	backups []func()
	keys    []int // how often a node has changed its keys
	groups  []*wire.Group
	sent    int

	mu     sync.Mutex
	random *rand.Rand
	calm   bool
	apart  map[[2]int]bool

	promised map[promise]bool
	errs     []string
}

// promise is a content that a node had a receipt for.
type promise struct {
	from, to int
	content  wire.Hash
}

func (m *model) fail(format string, args ...any) {
	m.errs = append(m.errs, fmt.Sprintf(format, args...))
}

func (m *model) chance(percent int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.calm && m.random.IntN(100) < percent
}

func (m *model) number(id wire.NodeID) int { return slices.Index(m.ids, id) }

func (m *model) fault(from, to wire.NodeID, verb exchange.Verb) (f exchangetest.Fault) {
	a, b := m.number(from), m.number(to)
	m.mu.Lock()
	apart := m.apart[[2]int{min(a, b), max(a, b)}]
	m.mu.Unlock()
	f.Lost = apart || m.chance(10)
	f.Unheard, f.Doubled = m.chance(10), m.chance(10)
	if m.chance(30) {
		m.mu.Lock()
		f.Delay = time.Duration(m.random.IntN(3000)) * time.Millisecond
		m.mu.Unlock()
	}
	return f
}

// clumsy is the inbox of an honest node whose machine fails it.
type clumsy struct {
	exchange.Inbox
	m *model
}

func (c clumsy) Commit(ctx context.Context, peer wire.NodeID, b []*wire.Opened, sign wire.Sign) ([]*wire.Receipt, error) {
	if c.m.chance(5) {
		return nil, errors.New("crash before the commit")
	}
	r, err := c.Inbox.Commit(ctx, peer, b, sign)
	if err == nil && c.m.chance(5) {
		return nil, errors.New("crash after the commit")
	}
	return r, err
}

// crooked is the inbox of a node that lies about where it is and signs what is
// not so.
type crooked struct {
	exchange.Inbox
	m *model
}

func (c crooked) Have(ctx context.Context, peer wire.NodeID) (wire.Cursor, error) {
	at, err := c.Inbox.Have(ctx, peer)
	if c.m.chance(30) {
		at.Seq += 3
		at.Hash[0]++
		at.Epoch = max(at.Epoch, 1)
	}
	return at, err
}

func (c crooked) Commit(ctx context.Context, peer wire.NodeID, b []*wire.Opened, sign wire.Sign) ([]*wire.Receipt, error) {
	return c.Inbox.Commit(ctx, peer, b, func(r wire.Receipt) (*wire.Receipt, error) {
		if c.m.chance(30) {
			r.Hash[5]++
		}
		return sign(r)
	})
}

func (m *model) now(i int) func() time.Time {
	return func() time.Time { return time.Now().Add(m.Skew[i]) }
}

// join starts a node's exchange, as after a restart of its program.
func (m *model) join(i int) {
	var peers []wire.NodeID
	for j, id := range m.ids {
		if j != i {
			peers = append(peers, id)
		}
	}
	wrap := func(in exchange.Inbox) exchange.Inbox { return clumsy{in, m} }
	if i == liar && m.Lie {
		wrap = func(in exchange.Inbox) exchange.Inbox { return crooked{in, m} }
	}
	m.parties[i] = exchangetest.Join(m.net, m.stores[i], wrap, m.now(i), exchange.Limits{Idle: 4 * time.Hour, MaxBackoff: time.Hour}, peers...)
	m.stores[i].OnGrown(m.parties[i].Node.Wake)
}

func newModel(t *testing.T, s script) *model {
	m := &model{script: s, net: exchangetest.NewNetwork(), random: rand.New(rand.NewPCG(s.Seed, 1)), apart: map[[2]int]bool{},
		promised: map[promise]bool{}, keys: make([]int, nodes), parties: make([]*exchangetest.Party, nodes), backups: make([]func(), nodes)}
	m.net.Fault(m.fault)
	for i := range nodes {
		ident := exchangetest.NewIdentity(t, fmt.Sprint("node", i), time.Now())
		m.ids = append(m.ids, ident.Card().Node)
		m.stores = append(m.stores, memory.New(ident, m.now(i)))
	}
	for i, n := range m.stores {
		for j, o := range m.stores {
			if i != j {
				n.Pair(o.Identity().Card())
			}
		}
	}
	for i := range nodes {
		m.join(i)
		m.backups[i] = m.stores[i].Backup()
	}
	return m
}

// audience is for whom a subject of a node is: always the same nodes.
func (m *model) audience(owner, subject int) (to []wire.NodeID) {
	for i, id := range m.ids {
		if i != owner && (owner+subject+i)%3 != 0 {
			to = append(to, id)
		}
	}
	return to
}

func (m *model) do(t *testing.T, s step) {
	switch s.Do {
	case "send":
		m.sent++
		k := s.B % subjects
		m.must(m.stores[s.A].Send(m.audience(s.A, k), fmt.Sprintf("seizure/%d", k), []byte(fmt.Sprintf("said %d", m.sent))))
	case "group":
		m.group(s)
	case "backup":
		m.backups[s.A] = m.stores[s.A].Backup()
	case "restore":
		m.parties[s.A].Leave()
		synctest.Wait()
		m.backups[s.A]()
		m.forgive()
		m.join(s.A)
	case "restart":
		m.parties[s.A].Leave()
		synctest.Wait()
		m.join(s.A)
	case "rotate":
		m.keys[s.A]++
		n := m.stores[s.A]
		n.SetIdentity(exchangetest.Rotate(t, n.Identity(), fmt.Sprintf("node%d-key%d", s.A, m.keys[s.A]), time.Now()))
	case "part", "join":
		m.mu.Lock()
		m.apart[[2]int{min(s.A, s.B), max(s.A, s.B)}] = s.Do == "part"
		m.mu.Unlock()
	case "sleep":
		time.Sleep(s.For)
	}
	m.promise()
}

// group makes a version of the group, or sends something to its members. Nodes
// 0 to 3 are in it by turns; node 4 never is.
func (m *model) group(s step) {
	if len(m.groups) == 0 || s.A == 0 {
		in := wire.GroupBody{Group: wire.UUID{7}, Version: uint64(len(m.groups) + 1), Owner: m.ids[0], Name: "SECRET NAME", At: m.now(0)(),
			Members: []wire.NodeID{m.ids[0], m.ids[1+s.B%3], m.ids[1+(s.B+1)%3]}}
		if n := len(m.groups); n > 0 {
			in.Previous = m.groups[n-1].Hash()
		}
		g, err := wire.NewGroup(in, m.stores[0].Identity().Sign)
		m.must(err)
		m.groups = append(m.groups, g)
		m.must(m.stores[0].SendGroup(g))
		return
	}
	g := m.groups[len(m.groups)-1]
	if !g.Has(m.ids[s.A]) {
		return
	}
	var to []wire.NodeID
	for _, id := range g.Members {
		if id != m.ids[s.A] {
			to = append(to, id)
		}
	}
	m.sent++
	m.must(m.stores[s.A].Send(to, fmt.Sprintf("group%d/%d", g.Version, s.A), []byte(fmt.Sprintf("SECRET BODY %d of version %d", m.sent, g.Version)), g.Ref()))
}

func (m *model) must(err error) {
	if err != nil {
		m.fail("%v", err)
	}
}

// honest reports whether nothing but accidents happens between the two.
func (m *model) honest(a, b int) bool { return a != b && (!m.Lie || (a != liar && b != liar)) }

// promise notes what the nodes have receipts for now.
func (m *model) promise() {
	for a := range nodes {
		for b := range nodes {
			if !m.honest(a, b) {
				continue
			}
			state, _ := m.stores[a].State(context.Background(), m.ids[b])
			for _, it := range m.stores[a].Written(m.ids[b]) {
				if it.Compare(state.Proven) <= 0 {
					m.promised[promise{a, b, it.Content}] = true
				}
			}
		}
	}
}

// forgive takes back the promises that nobody can keep any more: both sides were
// put back to before the message.
func (m *model) forgive() {
	for p := range m.promised {
		has := func(items []exchangetest.Item) bool {
			return slices.ContainsFunc(items, func(it exchangetest.Item) bool { return it.Content == p.content })
		}
		if !has(m.stores[p.from].Written(m.ids[p.to])) && !has(m.stores[p.to].Received(m.ids[p.from])) {
			delete(m.promised, p)
		}
	}
}

func (m *model) check() {
	m.promise()
	for a := range nodes {
		for b := range nodes {
			if m.honest(a, b) {
				m.checkLog(a, b)
			}
		}
	}
	for p := range m.promised {
		if !slices.ContainsFunc(m.stores[p.to].Received(m.ids[p.from]), func(it exchangetest.Item) bool { return it.Content == p.content }) {
			m.fail("node %d had a receipt of node %d for %s, and node %d does not have it", p.from, p.to, p.content, p.to)
		}
	}
	m.checkSubjects()
	m.checkSecrets()
}

// checkLog holds that the two sides of a log agree, in what was sent, in what was
// taken up once, and in why something was not.
func (m *model) checkLog(a, b int) {
	ctx := context.Background()
	state, _ := m.stores[a].State(ctx, m.ids[b])
	have, _ := m.stores[b].Have(ctx, m.ids[a])
	if state.Head != have || state.Proven != have {
		m.fail("log %d to %d ends at %x/%d, is proven to %x/%d, and is there to %x/%d: %+v", a, b, state.Head.Epoch, state.Head.Seq,
			state.Proven.Epoch, state.Proven.Seq, have.Epoch, have.Seq, m.parties[a].Node.State(m.ids[b]))
		return
	}
	written, received := m.stores[a].Written(m.ids[b]), m.stores[b].Received(m.ids[a])
	if len(written) != len(received) {
		m.fail("log %d to %d: %d written, %d received", a, b, len(written), len(received))
		return
	}
	taken := map[wire.Hash]bool{}
	for i, r := range received {
		w := written[i]
		if r.Cursor != w.Cursor || !bytes.Equal(r.Raw, w.Raw) {
			m.fail("log %d to %d: message %d differs", a, b, i)
		}
		if r.Refused == "" && taken[r.Content] {
			m.fail("log %d to %d: message %d was taken up twice", a, b, i)
		}
		taken[r.Content] = taken[r.Content] || r.Refused == ""
		if (r.Refused == "") != (w.Refused == "") {
			m.fail("log %d to %d: message %d was set aside because %q, and its sender reads %q", a, b, i, r.Refused, w.Refused)
		}
	}
	good, _ := m.stores[a].Receipts(m.ids[b])
	for _, r := range good {
		if places, _ := m.stores[b].Taken(ctx, m.ids[a], []wire.Cursor{r.End()}); places[0] != r.End() {
			m.fail("log %d to %d: a receipt for %x/%d is of something else", a, b, r.Epoch, r.Last)
		}
	}
}

// checkSubjects holds that whoever has a subject has its owner's latest version.
func (m *model) checkSubjects() {
	for a := range nodes {
		for b := range nodes {
			if !m.honest(a, b) {
				continue
			}
			for _, name := range m.stores[b].Subjects(m.ids[a]) {
				if strings.HasPrefix(name, "group") {
					continue // may wait for a group whose owner was put back to before it
				}
				av, ab := m.stores[a].Subject(m.ids[a], name)
				bv, bb := m.stores[b].Subject(m.ids[a], name)
				if av != bv || !bytes.Equal(ab, bb) {
					m.fail("%s of node %d is version %d %q there and %d %q at node %d", name, a, av, ab, bv, bb, b)
				}
			}
		}
	}
}

// checkSecrets holds that nobody outside a version of the group has its name or
// what was sent to it.
func (m *model) checkSecrets() {
	for i, n := range m.stores {
		for j := range nodes {
			for _, it := range n.Received(m.ids[j]) {
				if !bytes.Contains(it.Raw, []byte("SECRET")) {
					continue
				}
				msg, err := wire.ParseMessage(it.Raw)
				if err != nil {
					m.fail("%v", err)
					continue
				}
				version := uint64(0)
				if msg.Type == wire.TypeGroup {
					g, _ := wire.ParseGroup(msg.Body)
					version = g.Version
				} else {
					version = msg.Groups[0].Version
				}
				if !m.groups[version-1].Has(m.ids[i]) {
					m.fail("node %d, which is not in version %d of the group, has %q", i, version, msg.Type)
				}
			}
		}
	}
}

// TestModel runs networks of five nodes through drawn accidents: lost, doubled
// and late requests, crashes around commits, partitions, restores of any node
// followed by new traffic, new keys, wrong clocks, and in half of the runs one
// node that lies about its place and signs false receipts. When the accidents
// end, the network must come together without a loss.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScript(rt)
		var errs []string
		synctest.Test(t, func(t *testing.T) {
			m := newModel(t, s)
			for _, st := range s.Steps {
				m.do(t, st)
			}
			m.mu.Lock()
			m.calm, m.apart = true, map[[2]int]bool{}
			m.mu.Unlock()
			time.Sleep(48 * time.Hour)
			synctest.Wait()
			m.check()
			for _, p := range m.parties {
				p.Leave()
			}
			errs = m.errs
		})
		if len(errs) > 0 {
			rt.Fatalf("%s\n%+v", strings.Join(errs[:min(len(errs), 6)], "\n"), s)
		}
	})
}
