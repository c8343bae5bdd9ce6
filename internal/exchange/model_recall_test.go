package exchange_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"paiza/internal/exchange/exchangetest"
	"paiza/wire"
)

// saying names a subject of a node.
type saying struct {
	owner int
	name  string
}

// recalled is a subject that its owner has taken back from a node.
type recalled struct {
	saying
	from    int
	content wire.Hash // of the tombstone
	at      int       // how much had been sent then
}

// recall takes a subject back from everybody who has it, or from one of them.
func (m *model) recall(s step) {
	k := s.B % subjects
	of := saying{s.A, fmt.Sprintf("seizure/%d", k)}
	from := m.audience(s.A, k)
	if s.For < time.Hour {
		from = from[m.sent%len(from):][:1]
	}
	told, err := m.stores[s.A].Recall(from, of.name)
	m.must(err)
	for _, id := range told {
		b := m.number(id)
		written := m.stores[s.A].Written(id)
		m.recalls = append(m.recalls, recalled{of, b, written[len(written)-1].Content, m.sent})
	}
}

// checkRecalls holds that nobody shows what its owner took back and did not send
// again since. A tombstone that both sides have lost, each with a restore, binds
// nobody.
func (m *model) checkRecalls() {
	for _, r := range m.recalls {
		a, b := m.stores[r.owner], m.stores[r.from]
		if !m.honest(r.owner, r.from) || m.said[r.saying] > r.at {
			continue
		}
		is := func(it exchangetest.Item) bool { return it.Content == r.content }
		if !slices.ContainsFunc(a.Written(m.ids[r.from]), is) && !slices.ContainsFunc(b.Received(m.ids[r.owner]), is) {
			m.count("recalls that were forgotten")
			continue
		}
		m.count("recalls")
		if version, body := b.Subject(m.ids[r.owner], r.name); body != nil {
			m.fail("node %d took %s back from node %d, which shows version %d %q", r.owner, r.name, r.from, version, body)
		}
	}
}

// checkReaders holds that each subject is at each reader what its owner says it
// is there: the latest that was said, or gone.
func (m *model) checkReaders(a, b int) {
	for _, name := range m.stores[a].Subjects(m.ids[a]) {
		kind, _, _ := strings.Cut(name, "/")
		if strings.HasPrefix(kind, "group") || kind == "unfit" || kind == "riddle" {
			continue // waits for a group whose owner was put back, was stopped at the exit, or cannot be read
		}
		gone, reads := m.stores[a].Readers(name)[m.ids[b]]
		av, ab := m.stores[a].Subject(m.ids[a], name)
		bv, bb := m.stores[b].Subject(m.ids[a], name)
		switch {
		case !reads:
			if bv != 0 {
				m.fail("%s of node %d is %q at node %d, which never got it", name, a, bb, b)
			}
		case gone && bb != nil:
			m.fail("%s of node %d was taken back from node %d, which shows version %d %q", name, a, b, bv, bb)
		case !gone && (av != bv || string(ab) != string(bb)):
			m.fail("%s of node %d is version %d %q there and %d %q at node %d", name, a, av, ab, bv, bb, b)
		case !gone && m.taken(a, b, name):
			m.count("sent again after a recall")
		}
	}
}

// taken reports whether a tombstone of the subject is among what a node took up.
// One with a later version than what the node shows is a failure.
func (m *model) taken(a, b int, name string) (any bool) {
	version, body := m.stores[b].Subject(m.ids[a], name)
	for _, it := range m.stores[b].Received(m.ids[a]) {
		if it.Type != wire.TypeTombstone || it.Refused != "" {
			continue
		}
		msg, err := wire.ParseMessage(it.Raw)
		if err != nil || msg.Subject != name {
			continue
		}
		any = true
		if body != nil && version <= msg.Version {
			m.fail("%s of node %d was taken back with version %d, and node %d shows version %d", name, a, msg.Version, b, version)
		}
	}
	return any
}
