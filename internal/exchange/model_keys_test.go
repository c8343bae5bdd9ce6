package exchange_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"testing"
	"time"

	"paiza"
	"paiza/internal/exchange"
	"paiza/internal/exchange/exchangetest"
	"paiza/wire"
)

// revoked is a former key of a node that counts no more.
type revoked struct {
	owner int
	key   ed25519.PrivateKey
	at    time.Time
	known bool // to everybody
}

// listed is a revocation in the trust directory.
type listed struct {
	owner int
	cards []*wire.Card
	v     *wire.Revocation
}

func (m *model) admit(i int, l listed) {
	m.must(m.stores[i].Admit(context.Background(), m.ids[l.owner], l.cards, l.v))
}

func (r revoked) id() wire.KeyID { return wire.KeyIDOf(r.key.Public().(ed25519.PublicKey)) }

// rotate gives a node new keys.
func (m *model) rotate(t *testing.T, i int) {
	n := m.stores[i]
	m.keys[i] = append(m.keys[i], n.Identity().Sign)
	n.SetIdentity(exchangetest.Rotate(t, n.Identity(), fmt.Sprintf("node%d-key%d", i, len(m.keys[i])), time.Now()))
}

// revoke has a node revoke a former key: from some time ago, with a message to its
// peers; or from now on, and they have it at once from a trust directory, while
// batches that it signed are still on their way.
func (m *model) revoke(t *testing.T, s step) {
	public := s.B%2 != 0
	if public {
		m.do(t, step{Do: "send", A: s.A, B: s.B})
		time.Sleep(500 * time.Millisecond)
	}
	if public || len(m.keys[s.A]) == 0 {
		m.rotate(t, s.A)
	}
	keys := m.keys[s.A]
	r := revoked{s.A, keys[len(keys)-1], m.now(s.A)().Truncate(time.Millisecond), public}
	if !public {
		r.key, r.at = keys[s.B%len(keys)], r.at.Add(-s.For)
	}
	v, err := m.stores[s.A].Revoke(r.id(), r.at, "it may have been seen")
	m.must(err)
	m.revoked = append(m.revoked, r)
	if !public {
		return
	}
	m.listed = append(m.listed, listed{s.A, m.stores[s.A].Identity().Cards, v})
	for b := range nodes {
		if b != s.A {
			m.admit(b, m.listed[len(m.listed)-1])
		}
	}
}

// answered counts how batches end.
func (m *model) answered(_, _ wire.NodeID, verb exchange.Verb, err error) {
	if verb != exchange.VerbBatch {
		return
	}
	switch wire.ReasonOf(err) {
	case wire.ReasonKeyRevoked:
		m.count("batches in flight under a revoked key")
	case wire.ReasonFork:
		m.count("forks refused")
	}
}

// checkKeys holds that the nodes agree on which keys are revoked, that nobody
// takes anything that a thief signs with such a key, and that what was signed with
// it before is still evidence.
func (m *model) checkKeys() {
	ctx := context.Background()
	for _, r := range m.revoked {
		owner, err := m.stores[r.owner].History(ctx, m.ids[r.owner])
		m.must(err)
		for b := range nodes {
			if !m.honest(r.owner, b) {
				continue
			}
			h, err := m.stores[b].History(ctx, m.ids[r.owner])
			m.must(err)
			_, there := owner.Signer(r.id(), r.at)
			_, here := h.Signer(r.id(), r.at)
			if wire.ReasonOf(there) != wire.ReasonOf(here) {
				m.fail("a key of node %d is %v there and %v at node %d", r.owner, there, here, b)
				continue
			}
			if wire.ReasonOf(here) != wire.ReasonKeyRevoked {
				if r.known {
					m.fail("node %d takes a revoked key of node %d for good: %v", b, r.owner, here)
				}
				m.count("revocations that were forgotten")
				continue
			}
			m.count("revocations")
			if _, err := m.net.Deliver(ctx, m.ids[r.owner], m.ids[b], exchange.VerbBatch, m.stolen(r, b)); wire.ReasonOf(err) != wire.ReasonKeyRevoked {
				m.fail("node %d was sent a batch signed with a revoked key of node %d and answered %v", b, r.owner, err)
			}
			m.checkEvidence(r, b, h)
		}
	}
}

// stolen is the next batch of a node's log, of somebody who has its former key.
func (m *model) stolen(r revoked, to int) []byte {
	m.sent++
	have, err := m.stores[to].Have(context.Background(), m.ids[r.owner])
	m.must(err)
	prev := have.Hash
	if have == (wire.Cursor{}) {
		have.Epoch = 1 << 32
		prev = wire.Start(m.ids[r.owner], m.ids[to], have.Epoch, wire.Cursor{})
	}
	row := m.row(r.owner, to, have.Epoch, have.Seq+1, prev, "STOLEN")
	card := m.stores[to].Identity().Card()
	batch, err := wire.Seal(wire.Header{From: m.ids[r.owner], Epoch: row.Epoch, First: row.Seq, Prev: prev}, []wire.Item{row.Item}, r.key, card, wire.SuiteAES)
	m.must(err)
	return batch
}

// row is a message that stands in no log.
func (m *model) row(from, to int, epoch, seq uint64, prev wire.Hash, body string) wire.Row {
	c := wire.Content{Salt: wire.NewSalt(), Type: "seizure", Version: 1, Created: time.Now(), Body: []byte(body),
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: m.ids[from]}}
	c.Subject = fmt.Sprintf("other/%x", c.Salt[:4])
	content, err := c.Encode()
	m.must(err)
	raw := wire.Place(content, m.ids[from], m.ids[to], epoch, seq, prev)
	return wire.Row{Cursor: wire.Cursor{Epoch: epoch, Seq: seq, Hash: wire.Next(prev, epoch, seq, wire.Digest(raw))}, Prev: prev, Item: wire.Item{Raw: raw}}
}

// checkEvidence holds that the headers of batches that the key signed are good
// until the moment of its revocation, and no longer.
func (m *model) checkEvidence(r revoked, at int, h *wire.History) {
	ctx := context.Background()
	for place := (wire.Cursor{}); ; {
		kept, err := m.stores[at].Batch(ctx, m.ids[r.owner], place)
		if err != nil {
			return
		}
		place = kept.Evidence.End()
		if kept.Evidence.Signer != r.id() {
			continue
		}
		m.count("evidence of a revoked key")
		key, err := h.Signer(r.id(), m.earliest(r).Add(-time.Millisecond))
		if err != nil || kept.Evidence.Verify(key) != nil {
			m.fail("a batch of node %d at node %d is no evidence any more: %v", r.owner, at, err)
		}
	}
}

// earliest is the moment from which a key counts no more: it may have been
// revoked twice, and the second time may have been forgotten.
func (m *model) earliest(r revoked) time.Time {
	at := r.at
	for _, o := range m.revoked {
		if o.id() == r.id() && o.at.Before(at) {
			at = o.at
		}
	}
	return at
}
