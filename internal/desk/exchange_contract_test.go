package desk_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"paiza/internal/desk"
	"paiza/internal/exchange/exchangetest"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
	"paiza/wire"
)

// TestExchangeContract: the node's database keeps to the contract of package
// exchange, on both engines: through accidents, restores and a lying peer.
func TestExchangeContract(t *testing.T) {
	pgtest.New(t) // the server starts outside of the bubbles in which the suite runs
	for name, target := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "node.paiza") },
		"postgres": func(t *testing.T) string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) {
			exchangetest.Run(t, func(t *testing.T, ident *wire.Identity, now func() time.Time) exchangetest.Store {
				n := &kept{t: t, target: target(t), now: now, dir: t.TempDir()}
				n.open()
				t.Cleanup(n.close)
				if err := n.d.UseIdentityForTest(context.Background(), ident); err != nil {
					t.Fatal(err)
				}
				return n
			})
		})
	}
}

// kept is a node over a database, which a restore takes away for a moment.
type kept struct {
	t      *testing.T
	target string
	dir    string
	now    func() time.Time
	mu     sync.RWMutex
	s      *store.Store
	d      *desk.Desk
	x      *desk.Exchange
	copies int
}

func (n *kept) open() {
	n.t.Helper()
	var err error
	if n.s, err = store.Open(context.Background(), n.target); err != nil {
		n.t.Fatal(err)
	}
	if n.d, err = desk.Open(context.Background(), desk.Options{Store: n.s, Now: n.now}); err != nil {
		n.t.Fatal(err)
	}
	n.x = n.d.ExchangeForTest()
}

func (n *kept) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.d.Close()
	if err := n.s.Close(); err != nil {
		n.t.Error(err)
	}
}

// TestCounted: what is said to wait for a peer is what lies in his log after the
// place that he has, in one epoch and over several.
func TestCounted(t *testing.T) {
	engines(t, func(t *testing.T, target func() string) {
		ctx := t.Context()
		n := &kept{t: t, target: target(), now: time.Now, dir: t.TempDir()}
		n.open()
		t.Cleanup(n.close)
		n.fail(n.d.UseIdentityForTest(ctx, exchangetest.NewIdentity(t, "a", time.Now())))
		peer := exchangetest.NewIdentity(t, "b", time.Now()).Card()
		n.Pair(peer)
		send := func(many int) {
			for i := range many {
				n.SendContent(peer.Node, fmt.Appendf(nil, "message %d", i))
			}
		}
		has := func(place int) {
			n.fail(n.s.Write(ctx, func(t *store.Tx) error {
				_, err := t.Confirm(n.num(peer.Node), n.Written(peer.Node)[place-1].Cursor, nil)
				return err
			}))
		}
		reopen := func(place int) {
			n.fail(n.x.Reopen(ctx, peer.Node, n.Written(peer.Node)[place-1].Cursor, func(func(*wire.Opened, error) bool) {}))
		}
		for i, step := range []struct {
			do   func()
			want int64
		}{
			{func() {}, 0},
			{func() { send(5) }, 5},
			{func() { has(3) }, 2},
			{func() { reopen(2) }, 3}, // in another epoch
			{func() { send(2) }, 5},
			{func() { has(4) }, 3},
			{func() { has(1) }, 6}, // the peer was put back
			{func() { has(7) }, 0},
		} {
			step.do()
			if got := n.counted(); got != step.want {
				t.Errorf("step %d: %d wait, want %d", i, got, step.want)
			}
		}
	})
}

// counted compares the counts of the only peer with the messages that lie there,
// and says how many wait.
func (n *kept) counted() (waits int64) {
	ctx := context.Background()
	peers, err := n.s.Peers(ctx)
	n.fail(err)
	for _, p := range peers {
		st, err := n.s.LogState(ctx, p.Num)
		n.fail(err)
		id, err := wire.ParseNodeID(p.Node)
		n.fail(err)
		var waiting, unproven, aside int64
		for _, it := range n.Written(id) {
			if it.Compare(st.Have) > 0 {
				waiting++
			}
			if it.Compare(st.Proven) > 0 {
				unproven++
			}
		}
		for _, it := range n.Received(id) {
			if it.Refused != "" {
				aside++
			}
		}
		if p.Waiting != waiting || p.Unproven != unproven || p.SetAside != aside || (waiting > 0) == p.Oldest.IsZero() {
			n.t.Errorf("for %s %d are said to wait, %d unproven, %d set aside, the oldest of %v; they are %d, %d, %d", p.Node, p.Waiting, p.Unproven, p.SetAside, p.Oldest, waiting, unproven, aside)
		}
		waits = p.Waiting
	}
	return waits
}

func (n *kept) fail(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *kept) Identity() *wire.Identity {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Identity()
}

func (n *kept) Pair(c *wire.Card) { n.fail(n.d.PairForTest(context.Background(), c)) }

func (n *kept) Send(to []wire.NodeID, name string, body []byte, groups ...wire.GroupRef) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.d.SendForTest(context.Background(), to, name, body)
}

func (n *kept) SendContent(to wire.NodeID, content []byte) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	n.fail(n.d.EnqueueForTest(context.Background(), to, "", content))
}

func (n *kept) num(peer wire.NodeID) int64 {
	p, err := n.s.Peer(context.Background(), peer.String())
	n.fail(err)
	return p.Num
}

func (n *kept) Received(from wire.NodeID) []exchangetest.Item {
	list, err := n.s.InMessages(context.Background(), n.num(from), wire.Cursor{}, 100_000)
	n.fail(err)
	out := make([]exchangetest.Item, len(list))
	for i, m := range list {
		out[i] = item(exchangetest.Item{Cursor: m.Cursor, Raw: m.Raw, Refused: m.Refused})
	}
	return out
}

func item(it exchangetest.Item) exchangetest.Item {
	if m, err := wire.ParseMessage(it.Raw); err == nil {
		it.Content, it.Type = m.ContentHash(), m.Type
	}
	return it
}

func (n *kept) Written(to wire.NodeID) []exchangetest.Item {
	ctx, peer := context.Background(), n.num(to)
	var out []exchangetest.Item
	at := wire.Cursor{}
	for {
		rows, err := n.s.OutRows(ctx, peer, at, 1000, 1<<30)
		n.fail(err)
		if len(rows) == 0 {
			return out
		}
		for _, r := range rows {
			at = r.Cursor
			raw, _, err := n.s.OutMessage(ctx, peer, at)
			n.fail(err)
			refused, err := n.d.RefusedForTest(ctx, peer, at)
			n.fail(err)
			out = append(out, item(exchangetest.Item{Cursor: at, Raw: raw, Refused: refused}))
		}
	}
}

func (n *kept) Subject(owner wire.NodeID, name string) (uint64, []byte) {
	origin := owner.String()
	if owner == n.Identity().Card().Node {
		origin = ""
	}
	i, found, err := n.s.ItemNamed(context.Background(), origin, name)
	n.fail(err)
	if !found {
		return 0, nil
	}
	var content []byte
	n.fail(n.s.Write(context.Background(), func(t *store.Tx) (err error) {
		content, err = t.ContentOf(&i)
		return err
	}))
	m, err := wire.ParseMessage(wire.Place(content, owner, owner, 1, 1, wire.Hash{}))
	n.fail(err)
	return i.Version, m.Body
}

func (n *kept) Receipts(peer wire.NodeID) (good, denials []*wire.Receipt) {
	good, denials, err := n.s.AllReceipts(context.Background(), n.num(peer))
	n.fail(err)
	return good, denials
}

func (n *kept) Backup() (restore func()) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	n.copies++
	file := filepath.Join(n.dir, fmt.Sprintf("copy-%d", n.copies))
	n.fail(n.s.Backup(context.Background(), file))
	return func() {
		n.close()
		n.mu.Lock()
		defer n.mu.Unlock()
		n.fail(store.Restore(context.Background(), file, n.target, true))
		n.open()
	}
}

func (n *kept) State(ctx context.Context, p wire.NodeID) (wire.LogState, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.State(ctx, p)
}

func (n *kept) Read(ctx context.Context, p wire.NodeID, after wire.Cursor, most, bytes int) ([]wire.Row, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Read(ctx, p, after, most, bytes)
}

func (n *kept) Confirm(ctx context.Context, p wire.NodeID, have wire.Cursor, receipts []*wire.Receipt) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Confirm(ctx, p, have, receipts)
}

func (n *kept) Withhold(ctx context.Context, p wire.NodeID, at wire.Cursor, why wire.Reason) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Withhold(ctx, p, at, why)
}

func (n *kept) Epochs(ctx context.Context, p wire.NodeID) ([]wire.Epoch, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Epochs(ctx, p)
}

func (n *kept) Sent(ctx context.Context, p wire.NodeID, places []wire.Cursor) ([]wire.Cursor, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Sent(ctx, p, places)
}

func (n *kept) Reopen(ctx context.Context, p wire.NodeID, fork wire.Cursor, back func(func(*wire.Opened, error) bool)) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Reopen(ctx, p, fork, back)
}

func (n *kept) Have(ctx context.Context, p wire.NodeID) (wire.Cursor, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Have(ctx, p)
}

func (n *kept) Commit(ctx context.Context, p wire.NodeID, batches []*wire.Opened, sign wire.Sign) ([]*wire.Receipt, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Commit(ctx, p, batches, sign)
}

func (n *kept) Taken(ctx context.Context, p wire.NodeID, places []wire.Cursor) ([]wire.Cursor, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Taken(ctx, p, places)
}

func (n *kept) Batch(ctx context.Context, p wire.NodeID, after wire.Cursor) (*wire.Kept, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Batch(ctx, p, after)
}

func (n *kept) Issued(ctx context.Context, p wire.NodeID, after wire.Cursor, most int) ([]*wire.Receipt, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Issued(ctx, p, after, most)
}

func (n *kept) History(ctx context.Context, node wire.NodeID) (*wire.History, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.History(ctx, node)
}

func (n *kept) Learn(ctx context.Context, node wire.NodeID, cards []*wire.Card) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Learn(ctx, node, cards)
}

func (n *kept) Pinned(ctx context.Context, pin wire.Hash) (wire.NodeID, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.x.Pinned(ctx, pin)
}
