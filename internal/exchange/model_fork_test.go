package exchange_test

import (
	"context"

	"paiza/internal/exchange/memory"
	"paiza/wire"
)

// twoFaced is the store of a node that shows some peers another history of its
// log than the one that they have. It keeps the true one.
type twoFaced struct {
	*memory.Node
	m *model
}

// Read implements exchange.Outbox.
func (f twoFaced) Read(ctx context.Context, peer wire.NodeID, after wire.Cursor, most, size int) ([]wire.Row, error) {
	kind, on := f.m.forking(f.m.number(peer))
	if !on || after == (wire.Cursor{}) {
		return f.Node.Read(ctx, peer, after, most, size)
	}
	sent, err := f.Sent(ctx, peer, []wire.Cursor{after})
	if err != nil || sent[0] != after {
		return nil, err // the end of the other history
	}
	prev, err := f.before(ctx, peer, after)
	if err != nil {
		return nil, err
	}
	f.m.count("forks shown")
	return f.m.other(f.m.number(peer), after, prev, kind), nil
}

// Confirm implements exchange.Outbox. A peer who was put back may take the other
// history for the first: what he states of it is kept when it is the true one too.
func (f twoFaced) Confirm(ctx context.Context, peer wire.NodeID, have wire.Cursor, receipts []*wire.Receipt) error {
	sent, err := f.Sent(ctx, peer, []wire.Cursor{have})
	if err != nil || have != (wire.Cursor{}) && sent[0] != have {
		return err
	}
	return f.Node.Confirm(ctx, peer, have, receipts)
}

// before is the chain hash before a place that is in the log.
func (f twoFaced) before(ctx context.Context, peer wire.NodeID, at wire.Cursor) (wire.Hash, error) {
	if at.Seq > 1 {
		sent, err := f.Sent(ctx, peer, []wire.Cursor{{Epoch: at.Epoch, Seq: at.Seq - 1}})
		return sent[0].Hash, err
	}
	epochs, err := f.Epochs(ctx, peer)
	for _, e := range epochs {
		if e.Epoch == at.Epoch {
			return wire.Start(f.ID(), peer, e.Epoch, e.Base), err
		}
	}
	return wire.Hash{}, err
}

// forking says whether a peer is shown another history, and which kind of it.
func (m *model) forking(victim int) (kind int, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kind, on = m.forks[victim]
	return kind, on
}

const elsewhere = 3 // the kind of fork that names no other hash for a place of an epoch that is there

// other is a history that parts from the true one at a place which the peer has.
func (m *model) other(victim int, at wire.Cursor, prev wire.Hash, kind int) []wire.Row {
	instead := m.row(liar, victim, at.Epoch, at.Seq, prev, "FORKED")
	next := m.row(liar, victim, at.Epoch, at.Seq+1, instead.Hash, "FORKED")
	switch kind {
	case 0:
		return []wire.Row{instead} // all of it is there, otherwise
	case 1:
		return []wire.Row{instead, next}
	case 2:
		return []wire.Row{next}
	}
	epoch := wire.NewEpoch(at.Epoch, 0)
	return []wire.Row{m.row(liar, victim, epoch, 1, wire.Start(m.ids[liar], m.ids[victim], epoch, instead.Cursor), "FORKED")}
}

// fork begins or ends to show a peer another history.
func (m *model) fork(s step) {
	if !m.Fork || s.B == liar {
		return
	}
	m.mu.Lock()
	if _, on := m.forks[s.B]; on {
		delete(m.forks, s.B)
	} else {
		m.forks[s.B] = s.A % (elsewhere + 1)
	}
	m.mu.Unlock()
	m.parties[liar].Node.Wake(m.ids[s.B])
}

// grown holds that no log which a node has taken in was changed or became
// shorter, but by a restore of that node.
func (m *model) grown(restored int) {
	ctx := context.Background()
	for b, n := range m.stores {
		for a, id := range m.ids {
			end := &m.ends[b][a]
			if b != restored {
				there, err := n.Taken(ctx, id, []wire.Cursor{*end})
				m.must(err)
				if *end != (wire.Cursor{}) && there[0] != *end {
					m.fail("node %d took in another history of node %d in the place of the first", b, a)
				}
			}
			var err error
			*end, err = n.Have(ctx, id)
			m.must(err)
		}
	}
}

// chained holds that each message which a node took in leads to the next.
func (m *model) chained(b int) {
	for a, id := range m.ids {
		received := m.stores[b].Received(id)
		for i := 1; i < len(received); i++ {
			was, it := received[i-1], received[i]
			prev := was.Hash
			if it.Epoch != was.Epoch {
				prev = wire.Start(id, m.ids[b], it.Epoch, was.Cursor)
			}
			if it.Raw != nil && wire.Next(prev, it.Epoch, it.Seq, wire.Digest(it.Raw)) != it.Hash {
				m.fail("node %d took in message %x/%d of node %d, which does not follow the one before", b, it.Epoch, it.Seq, a)
			}
		}
	}
}

// checkForks holds that whom another history is shown to the end has refused it,
// that both sides can read why, and that he keeps what proves it: two headers that
// the peer signed and that cannot both be true.
func (m *model) checkForks() {
	ctx := context.Background()
	for victim := range nodes {
		m.chained(victim)
		kind, on := m.forking(victim)
		have, err := m.stores[victim].Have(ctx, m.ids[liar])
		m.must(err)
		if !on || have == (wire.Cursor{}) {
			continue
		}
		m.count("forks to the end")
		if s := m.parties[liar].Node.State(m.ids[victim]); s.Refused != wire.ReasonFork {
			m.fail("node %d is shown another history, and who shows it reads %q %s", victim, s.Refused, s.Detail)
		}
		if kind == elsewhere {
			continue
		}
		proofs := m.stores[victim].Forks(m.ids[liar])
		if len(proofs) == 0 {
			m.fail("node %d was shown another history and keeps no evidence of it", victim)
		}
		for _, f := range proofs {
			m.count("forks proved")
			if f.Ours.Epoch != f.Theirs.Epoch || f.Ours.End() == f.Theirs.End() || !m.signed(f.Ours) || !m.signed(f.Theirs) {
				m.fail("what node %d keeps of another history proves nothing", victim)
			}
		}
	}
}

// signed reports whether the node that forks signed a header.
func (m *model) signed(e *wire.Evidence) bool {
	for _, c := range m.stores[liar].Identity().Cards {
		if c.Signing() == e.Signer {
			return e.Verify(c.SigningKey) == nil
		}
	}
	return false
}
