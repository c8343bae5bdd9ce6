package exchange_test

import (
	"bytes"
	"context"
	"slices"

	"paiza/internal/exchange/exchangetest"
	"paiza/wire"
)

func (m *model) check() {
	m.promise()
	for a := range nodes {
		for b := range nodes {
			if m.honest(a, b) {
				m.checkLog(a, b)
				m.checkReaders(a, b)
			}
		}
	}
	for p := range m.promised {
		if m.honest(p.from, p.to) && !slices.ContainsFunc(m.stores[p.to].Received(m.ids[p.from]), func(it exchangetest.Item) bool { return it.Content == p.content }) {
			m.fail("node %d had a receipt of node %d for %s, and node %d does not have it", p.from, p.to, p.content, p.to)
		}
	}
	m.checkRecalls()
	m.checkKeys()
	m.checkForks()
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
	if epochs, _ := m.stores[a].Epochs(ctx, m.ids[b]); len(epochs) > 1 {
		m.count("logs with several epochs")
	}
	taken := map[wire.Hash]bool{}
	for i, r := range received {
		w := written[i]
		switch {
		case r.Refused == wire.ReasonWithheld:
			m.count("withheld")
		case r.Refused != "":
			m.count("set aside")
		default:
			m.count("taken up")
		}
		if r.Cursor != w.Cursor || !bytes.Equal(r.Raw, w.Raw) && r.Refused != wire.ReasonWithheld && w.Refused != wire.ReasonWithheld {
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
	good, denied := m.stores[a].Receipts(m.ids[b])
	for range denied {
		m.count("denied receipts")
	}
	for _, r := range good {
		if places, _ := m.stores[b].Taken(ctx, m.ids[a], []wire.Cursor{r.End()}); places[0] != r.End() {
			m.fail("log %d to %d: a receipt for %x/%d is of something else", a, b, r.Epoch, r.Last)
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
				m.count("group messages")
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
