package exchange_test

import (
	"context"
	"crypto/ed25519"
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
	liar     = 4 // lies in half of the runs, forks its logs in a quarter
	subjects = 3 // of each node
)

// step is one thing that happens in the model.
type step struct {
	Do   string
	A, B int
	For  time.Duration
}

var steps = []string{"send", "send", "send", "send", "group", "group", "backup", "restore", "restart", "rotate", "part", "part", "join", "sleep", "sleep", "sleep",
	"unfit", "odd", "export", "import", "replay", "recall", "recall", "revoke", "fork", "fork", "fork", "jump", "jump"}

// script is a run of the model, drawn before it begins.
type script struct {
	Seed  uint64
	Lie   bool
	Fork  bool            // the liar shows other histories instead
	Bent  bool            // and does so to the end
	Skew  []time.Duration // of each node's clock
	Steps []step
}

func drawScript(t *rapid.T) script {
	s := script{Seed: rapid.Uint64().Draw(t, "seed"), Lie: rapid.Bool().Draw(t, "lie")}
	s.Fork = rapid.Bool().Draw(t, "fork") && !s.Lie
	s.Bent = rapid.Bool().Draw(t, "bent") && s.Fork
	for i := range nodes {
		s.Skew = append(s.Skew, time.Duration(rapid.IntRange(-24, 24).Draw(t, fmt.Sprintf("skew %d", i)))*time.Hour)
	}
	n := rapid.IntRange(20, 90).Draw(t, "steps")
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
	keys    [][]ed25519.PrivateKey // former ones of each node
	revoked []revoked
	listed  []listed
	groups  []*wire.Group
	sent    int
	said    map[saying]int // how much had been sent when a subject was last sent
	recalls []recalled
	ends    [nodes][nodes]wire.Cursor // how far logs were taken in
	did     map[string]int            // what was seen, so that a run that saw nothing does not count
	sticks  []stick
	heard   []overheard

	mu     sync.Mutex
	random *rand.Rand
	calm   bool
	apart  map[[2]int]bool
	skew   []time.Duration
	forks  map[int]int // to whom the liar shows another history, and the kind of it

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

// count notes that something was seen.
func (m *model) count(what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.did[what]++
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
	if a == liar && m.Lie && m.chance(20) {
		f.Tampered = m.tamper
	}
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
	return func() time.Time {
		m.mu.Lock()
		defer m.mu.Unlock()
		return time.Now().Add(m.skew[i])
	}
}

// jump changes a node's clock while it runs. No clock is more than a day off.
func (m *model) jump(s step) {
	by := []time.Duration{-24, -5, -1, 7, 24}[s.B] * time.Hour
	m.mu.Lock()
	was := m.skew[s.A]
	m.skew[s.A] = max(-24*time.Hour, min(24*time.Hour, was+by))
	is := m.skew[s.A]
	m.mu.Unlock()
	switch {
	case is > was:
		m.count("clocks put forward")
	case is < was:
		m.count("clocks put back")
	}
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
	var store exchangetest.Store = m.stores[i]
	if i == liar && m.Fork {
		store = twoFaced{m.stores[i], m}
	}
	m.parties[i] = exchangetest.JoinGuarded(m.net, store, wrap, m.guard(i), m.now(i), exchange.Limits{Idle: 4 * time.Hour, MaxBackoff: time.Hour}, peers...)
	m.stores[i].OnGrown(m.parties[i].Node.Wake)
}

func newModel(t *testing.T, s script) *model {
	m := &model{script: s, net: exchangetest.NewNetwork(), random: rand.New(rand.NewPCG(s.Seed, 1)), apart: map[[2]int]bool{},
		skew: slices.Clone(s.Skew), forks: map[int]int{}, said: map[saying]int{}, keys: make([][]ed25519.PrivateKey, nodes),
		promised: map[promise]bool{}, did: map[string]int{}, parties: make([]*exchangetest.Party, nodes), backups: make([]func(), nodes)}
	m.net.Fault(m.fault)
	m.net.Overhear(m.overhear)
	m.net.Answered(m.answered)
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
		of := saying{s.A, fmt.Sprintf("seizure/%d", k)}
		m.said[of] = m.sent
		m.must(m.stores[s.A].Send(m.audience(s.A, k), of.name, []byte(fmt.Sprintf("said %d", m.sent))))
	case "recall":
		m.recall(s)
	case "group":
		m.group(s)
	case "backup":
		m.backups[s.A] = m.stores[s.A].Backup()
	case "restore":
		m.parties[s.A].Leave()
		synctest.Wait()
		// What it signs after is later than what it signed before, also by a clock that
		// was put back: of two statements the later one counts, and it has forgotten
		// when the first one was.
		time.Sleep(max(0, m.stores[s.A].Stated().Sub(m.now(s.A)())) + time.Second)
		m.grown(-1)
		m.chained(s.A)
		m.backups[s.A]()
		for _, l := range m.listed {
			m.admit(s.A, l)
		}
		m.grown(s.A)
		m.forgive()
		m.join(s.A)
	case "restart":
		m.parties[s.A].Leave()
		synctest.Wait()
		m.join(s.A)
	case "rotate":
		m.rotate(t, s.A)
	case "revoke":
		m.revoke(t, s)
	case "fork":
		m.fork(s)
	case "jump":
		m.jump(s)
	case "part", "join":
		m.mu.Lock()
		m.apart[[2]int{min(s.A, s.B), max(s.A, s.B)}] = s.Do == "part"
		m.mu.Unlock()
	case "sleep":
		time.Sleep(s.For)
	default:
		m.mischief(s)
	}
	m.promise()
	m.grown(-1)
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

// honest reports whether nothing but accidents happens to the log of a for b. Who
// shows other histories is honest again when he has stopped.
func (m *model) honest(a, b int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, forked := m.forks[b]
	return a != b && (!m.Lie || a != liar && b != liar) && !(m.calm && a == liar && forked)
}

// promise notes what the nodes have receipts for now.
func (m *model) promise() {
	for a := range nodes {
		for b := range nodes {
			if !m.honest(a, b) {
				continue
			}
			state, _ := m.stores[a].State(context.Background(), m.ids[b])
			for _, it := range m.stores[a].Written(m.ids[b]) {
				if it.Refused == "" && it.Compare(state.Proven) <= 0 {
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

// TestModel runs networks of five nodes through drawn accidents: lost, doubled
// and late requests, old ones again and at the wrong node, crashes around
// commits, partitions up to a week, restores of any node followed by new traffic,
// courier files that arrive twice or years late, new keys, wrong clocks, messages
// that the guard stops or that nobody can read, a group whose members change, and
// in half of the runs one node that lies about its place, signs false receipts
// and sends what was cut or changed. Subjects are taken back and sent again, former
// keys are revoked, clocks jump while a node runs, and in a quarter of the runs one
// node shows peers another history of its log than they have. When the accidents end, the network must
// come together without a loss. -rapid.checks says how many networks there are.
func TestModel(t *testing.T) {
	did := map[string]int{}
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
			if !m.Bent {
				clear(m.forks)
			}
			m.mu.Unlock()
			time.Sleep(48 * time.Hour)
			synctest.Wait()
			m.check()
			for _, p := range m.parties {
				p.Leave()
			}
			errs = m.errs
			m.did["networks"], m.did["steps"] = 1, len(s.Steps)
			for what, n := range m.did {
				did[what] += n
			}
		})
		if len(errs) > 0 {
			rt.Fatalf("%s\n%+v", strings.Join(errs[:min(len(errs), 6)], "\n"), s)
		}
	})
	t.Log(did)
	for _, what := range []string{"tampered", "from a stick", "replayed and answered", "logs with several epochs", "withheld", "set aside", "taken up", "group messages",
		"recalls", "sent again after a recall", "revocations", "batches in flight under a revoked key", "evidence of a revoked key", "clocks put forward", "clocks put back",
		"forks shown", "forks refused", "forks to the end", "forks proved"} {
		if did[what] == 0 && !t.Failed() {
			t.Errorf("no network has seen %q: this proves less than it says", what)
		}
	}
}
