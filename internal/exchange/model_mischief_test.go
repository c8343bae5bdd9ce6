package exchange_test

import (
	"bytes"
	"context"
	"fmt"

	"paiza"
	"paiza/internal/exchange"
	"paiza/wire"
)

// stick is a courier's file on its way.
type stick struct {
	to   int
	file []byte
}

// overheard is a request that somebody kept.
type overheard struct {
	from, to wire.NodeID
	verb     exchange.Verb
	body     []byte
}

const (
	unfitFor = 3  // to him nothing goes that says that it is unfit
	kept     = 64 // requests that are remembered
)

// overhear keeps batches.
func (m *model) overhear(from, to wire.NodeID, verb exchange.Verb, body []byte) {
	if verb != exchange.VerbBatch {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.calm && len(m.heard) < kept {
		m.heard = append(m.heard, overheard{from, to, verb, body})
	}
}

// tamper cuts a request off or changes a bit of it.
func (m *model) tamper(body []byte) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(body) == 0 {
		return body
	}
	m.did["tampered"]++
	at := m.random.IntN(len(body))
	if m.random.IntN(2) == 0 {
		return body[:at]
	}
	body[at] ^= 1 << m.random.IntN(8)
	return body
}

// guard stops at every exit what is unfit for the one who may not have it.
func (m *model) guard(int) func(wire.NodeID, []byte) wire.Reason {
	return func(peer wire.NodeID, raw []byte) wire.Reason {
		if m.number(peer) == unfitFor && bytes.Contains(raw, []byte("UNFIT")) {
			return wire.ReasonHandling
		}
		return ""
	}
}

// mischief is what is done by hand.
func (m *model) mischief(s step) {
	ctx := context.Background()
	switch s.Do {
	case "unfit":
		m.sent++
		m.must(m.stores[s.A].Send(m.audience(s.A, 0), fmt.Sprintf("unfit/%d", s.A), fmt.Appendf(nil, "UNFIT %d", m.sent)))
	case "odd":
		if s.A != s.B {
			m.stores[s.A].SendContent(m.ids[s.B], m.odd(s.A))
		}
	case "export":
		var file bytes.Buffer
		if s.A == s.B {
			return
		}
		if _, err := m.parties[s.A].Node.Export(ctx, m.ids[s.B], wire.Cursor{}, &file); err == nil {
			m.sticks = append(m.sticks, stick{s.B, file.Bytes()})
		} else {
			m.must(err)
		}
	case "import":
		if len(m.sticks) > 0 { // it stays where it is, and may be taken in again
			x := m.sticks[(s.A*nodes+s.B)%len(m.sticks)]
			_, err := m.parties[x.to].Node.Import(ctx, bytes.NewReader(x.file))
			switch { // one of another history is refused
			case wire.ReasonOf(err) == wire.ReasonKeyRevoked:
				m.count("old batches under a revoked key")
			case err == nil:
				m.count("from a stick")
			}
		}
	case "replay":
		m.mu.Lock()
		n := len(m.heard)
		var x overheard
		if n > 0 {
			x = m.heard[(s.A*31+s.B*7+m.sent)%n]
		}
		m.mu.Unlock()
		if n == 0 {
			return
		}
		// To whom it was for, to somebody else, and as if somebody else had sent it.
		_, err := m.net.Deliver(ctx, x.from, x.to, x.verb, x.body)
		switch {
		case wire.ReasonOf(err) == wire.ReasonKeyRevoked:
			m.count("old batches under a revoked key")
		case err == nil:
			m.count("replayed and answered")
		}
		_, _ = m.net.Deliver(ctx, x.from, m.ids[s.A], x.verb, x.body)
		_, _ = m.net.Deliver(ctx, m.ids[s.B], x.to, x.verb, x.body)
	}
}

// odd is a content that no node takes up: of a type that nobody knows, with a
// label that nobody knows, or no content at all.
func (m *model) odd(owner int) []byte {
	m.sent++
	c := wire.Content{Salt: wire.NewSalt(), Type: "riddle", Subject: fmt.Sprintf("riddle/%d", m.sent), Version: 1, Created: m.now(owner)(), Body: []byte("odd"),
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: m.ids[owner]}}
	switch m.sent % 3 {
	case 0:
		return fmt.Appendf(nil, "no content %d", m.sent)
	case 1:
		c.Type, c.Handling.TLP = "seizure", "mauve"
	}
	raw, err := c.Encode()
	m.must(err)
	return raw
}
