package main

import (
	"context"
	"testing"
	"time"

	"paiza"
	"paiza/internal/exchange"
	"paiza/wire"
)

// TestOtherVersion: a real node beside one of another version of the protocol.
// With an older one that shares no version, in what it says or in the formats in
// which it says it, nothing moves, both say why, and no message is withheld; with
// a newer one that still speaks ours all goes, and so it does when the older one
// was brought up to date.
func TestOtherVersion(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	t.Parallel()
	a, b := newMember(t, "a", "XAA", ""), newMember(t, "b", "XBB", "")
	pair(a, b)
	a.open()
	r := play(t, b, a)
	quiet(t, a, b)
	speaks := func(versions ...uint16) *func(exchange.Verb, []byte) []byte {
		f := func(_ exchange.Verb, raw []byte) []byte {
			h, err := wire.ParseHello(raw)
			if err != nil {
				return raw
			}
			h.Versions = versions
			return h.Encode()
		}
		return &f
	}
	// What the digit of a format stands for a reader only learns from it.
	older := func(_ exchange.Verb, raw []byte) []byte {
		if len(raw) < 4 {
			return raw
		}
		return append([]byte{raw[0], raw[1], raw[2], '0'}, raw[4:]...)
	}
	for _, c := range []struct {
		name       string
		asks, says *func(exchange.Verb, []byte) []byte
		goes       bool
	}{
		{"older", speaks(0), speaks(0), false},
		{"newer, speaks both", speaks(2, 1), speaks(2, 1), true},
		{"newer, speaks its own alone", speaks(2), speaks(2), false},
		{"older formats", &older, &older, false},
	} {
		r.asks.Store(c.asks)
		r.says.Store(c.says)
		there, back := a.write(b, 300), b.write(a, 300)
		if c.goes {
			quiet(t, a, b)
		} else {
			until(t, c.name+": both say why nothing goes", func() bool {
				return refusedFor(t, a, b) == wire.ReasonVersion && r.link.Node().State(a.id).Refused == wire.ReasonVersion
			})
			if b.notes(false)[there] != 0 || a.notes(false)[back] != 0 {
				t.Errorf("%s: something went", c.name)
			}
		}
		r.asks.Store(nil)
		r.says.Store(nil)
		quiet(t, a, b)
	}
	judge(t, a, b)
	for _, way := range [][2]*member{{a, b}, {b, a}} {
		list, err := way[0].desk.Outbox(t.Context(), post(paiza.RoleAdministrator), way[1].id.String(), wire.Cursor{}, 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if d.Withheld != "" || d.Refused != "" {
				t.Errorf("%s→%s %d: withheld %q, refused %q", way[0].name, way[1].name, d.Seq, d.Withheld, d.Refused)
			}
		}
	}
}

// refusedFor is why a node says that the exchange with another does not go, as
// its people read it.
func refusedFor(t *testing.T, m, other *member) wire.Reason {
	t.Helper()
	h, err := m.desk.PeersHealth(context.WithoutCancel(t.Context()), post(paiza.RoleAdministrator))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range h.Peers {
		if p.Node == other.id.String() {
			return wire.Reason(p.Refused)
		}
	}
	t.Fatalf("%s does not know %s", m.name, other.name)
	return ""
}

// until waits for what the network brings.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("it did not come about: %s", what)
}
