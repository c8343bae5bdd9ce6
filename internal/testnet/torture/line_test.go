package torture

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"paiza"
	"paiza/internal/exchange"
	"paiza/internal/testnet"
	"paiza/wire"
)

// impatient are nodes that do not wait long after a failure.
var impatient = exchange.Limits{Backoff: 10 * time.Millisecond, MaxBackoff: 100 * time.Millisecond, BatchItems: 8, Wait: 500 * time.Millisecond}

var three = []testnet.NodePlan{{Name: "a", Body: "XAA"}, {Name: "b", Body: "XBB"}, {Name: "c", Body: "XCC"}}

func live(t *testing.T, tr *testnet.Traffic, acts int) {
	t.Helper()
	for range acts {
		if e, err := tr.Next(t.Context()); err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
	}
}

// whole checks that every message arrived with its content.
func whole(t *testing.T, n *testnet.Net) {
	t.Helper()
	for _, a := range n.Nodes() {
		for _, b := range n.Nodes() {
			if a == b {
				continue
			}
			list, err := a.Desk().Outbox(t.Context(), paiza.Operator("T"), b.ID().String(), wire.Cursor{}, 500)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range list {
				if d.Withheld != "" || d.Refused != "" {
					t.Errorf("%s→%s %d: withheld %q, refused %q", a.Name(), b.Name(), d.Seq, d.Withheld, d.Refused)
				}
			}
		}
	}
}

var errLost = errors.New("lost on the way")

// mischief does something bad to every other request.
type mischief struct {
	mu   sync.Mutex
	rnd  *rand.Rand
	past map[wire.NodeID][][]byte // batches by their sender, for whomever they were
	did  [8]int
}

func (m *mischief) choose(r testnet.Request) (deed int, old []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Verb == exchange.VerbBatch {
		m.past[r.From] = append(m.past[r.From], r.Body)
	}
	if m.rnd.IntN(2) == 0 {
		return 0, nil
	}
	deed = m.rnd.IntN(len(m.did))
	m.did[deed]++
	if list := m.past[r.From]; len(list) > 0 {
		old = list[m.rnd.IntN(len(list))]
	}
	return deed, old
}

func (m *mischief) meddle(_ context.Context, r testnet.Request) ([]byte, error) {
	deed, old := m.choose(r)
	switch deed {
	case 1: // twice
		_, _ = r.Send(r.Body)
	case 2: // late, so that others overtake it
		time.Sleep(30 * time.Millisecond)
	case 3: // an old one again, perhaps one that was for somebody else
		if r.Verb == exchange.VerbBatch {
			_, _ = r.Send(old)
		}
	case 4: // cut off
		return r.Send(r.Body[:len(r.Body)/2])
	case 5: // one bit
		body := append([]byte(nil), r.Body...)
		body[len(body)/2] ^= 4
		return r.Send(body)
	case 6: // the answer is lost
		_, _ = r.Send(r.Body)
		return nil, errLost
	case 7:
		return nil, errLost
	}
	return r.Send(r.Body)
}

// TestHostileLine: between three nodes requests are repeated, held back, given to
// the wrong one, cut, changed and lost. In the end everything is there once, with
// its content.
func TestHostileLine(t *testing.T) {
	t.Parallel()
	n := open(t, testnet.Plan{Nodes: three, Limits: impatient, Groups: []testnet.GroupPlan{{Name: "Task force", Owner: "a", Members: []string{"b", "c"}}}})
	m := &mischief{rnd: rand.New(rand.NewPCG(1, 2)), past: map[wire.NodeID][][]byte{}}
	quiet(t, n)
	n.Meddle(m.meddle)
	tr := n.Traffic(3)
	for range rounds(4) {
		live(t, tr, 15)
		time.Sleep(200 * time.Millisecond)
	}
	n.Meddle(nil)
	calm(n)
	quiet(t, n)
	whole(t, n)
	for deed, times := range m.did {
		if deed > 0 && times == 0 {
			t.Errorf("deed %d was never done: this proves less than it says", deed)
		}
	}
}

// calm has every node try again at once.
func calm(n *testnet.Net) {
	for i, a := range n.Nodes() {
		for _, b := range n.Nodes()[i+1:] {
			n.Cut(a, b, false)
		}
	}
}

// TestLyingPeer: a peer that says what is not so gets nothing by it, can be told
// from a silent one, and harms nobody else; when he tells the truth again all
// goes on.
func TestLyingPeer(t *testing.T) {
	t.Parallel()
	n := open(t, testnet.Plan{Nodes: three, Limits: impatient})
	a, b, c := n.Node("a"), n.Node("b"), n.Node("c")
	quiet(t, n)
	for name, lie := range map[string]func(*wire.Hello, *wire.Answer){
		"he has less than he was given": func(_ *wire.Hello, x *wire.Answer) {
			if x != nil {
				x.Have = wire.Cursor{}
			}
		},
		"he has more than there is": func(h *wire.Hello, _ *wire.Answer) {
			if h != nil {
				h.Have.Seq += 1000
				h.Have.Hash[0] ^= 1
			}
		},
		"he has another history": func(h *wire.Hello, _ *wire.Answer) {
			if h != nil {
				h.Have.Hash[5] ^= 1
			}
		},
		"his receipts are forged": func(h *wire.Hello, x *wire.Answer) {
			var list [][]byte
			if h != nil {
				list = h.Receipts
			} else {
				list = x.Receipts
			}
			for i := range list {
				list[i] = append([]byte(nil), list[i]...)
				list[i][len(list[i])-3] ^= 1
			}
		},
		"he speaks another version": func(h *wire.Hello, _ *wire.Answer) {
			if h != nil {
				h.Versions = []uint16{77}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			n.Meddle(func(ctx context.Context, r testnet.Request) ([]byte, error) {
				out, err := r.Send(r.Body)
				if err != nil || r.From != a.ID() || r.To != b.ID() {
					return out, err
				}
				switch r.Verb {
				case exchange.VerbHello:
					if h, err := wire.ParseHello(out); err == nil {
						lie(h, nil)
						return h.Encode(), nil
					}
				case exchange.VerbBatch:
					if x, err := wire.ParseAnswer(out); err == nil {
						lie(nil, x)
						return x.Encode(), nil
					}
				}
				return out, nil
			})
			for _, to := range []*testnet.Node{b, c} {
				if _, err := a.Desk().SendNote(t.Context(), a.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: to.ID().String(), Title: name, Exercise: true}); err != nil {
					t.Fatal(err)
				}
			}
			asked := 0
			until(t, "the liar is found out and the other is served", func() bool {
				// A lie about one batch is over with the next greeting, which may come
				// between two looks: he is given more to lie about.
				if asked++; asked%100 == 0 {
					if _, err := a.Desk().SendNote(t.Context(), a.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: b.ID().String(), Title: name, Exercise: true}); err != nil {
						t.Fatal(err)
					}
				}
				s := a.Traffic(b)
				return s.Failed > 0 && s.Detail != "" && notes(t, c, false)[name] == 1
			})
			n.Meddle(nil)
			calm(n)
			quiet(t, n)
			whole(t, n)
		})
	}
}

// until waits for what the network brings.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("it did not come about: %s", what)
}
