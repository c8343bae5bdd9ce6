package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// When something about the exchange becomes a concern.
const (
	LongSilent = 30 * time.Minute    // a peer that does not answer for longer
	EndsSoon   = 30 * 24 * time.Hour // a key or a directory that ends within
	// refusedOften is after how many tries that a peer refuses in a row: one is
	// often mended by the next.
	refusedOften = 3
)

// Concern is something about the exchange that an operator should look at.
type Concern struct {
	Kind  string    // one of ConcernKinds
	Node  string    // name of the peer; empty for this node itself
	Until time.Time // when a key or the directory ends, or was last good; zero where nothing ends
	N     int64     // messages, or zero
	Why   string    // wire.Reason of a refusal; empty for none
}

// ConcernKinds are the kinds of concerns, the worst first. Each is an act of the
// ledger, notice.<kind>, when it begins, and so an event.
var ConcernKinds = []string{"fork", "key_ended", "directory_ended", "refused", "silent", "quarantine", "key_ends", "card_ends", "directory_ends"}

// noticeOver is the act that a concern is none any more.
const noticeOver = "notice.over"

// concernMeta is the setting with the concerns as they were last looked at.
const concernMeta = "concerns"

// Concerns are what was of concern when the node last looked, a minute ago at
// most, the worst first.
func (d *Desk) Concerns(ctx context.Context, who paiza.Actor) ([]Concern, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return nil, err
	}
	return d.concerns(ctx)
}

func (d *Desk) concerns(ctx context.Context) ([]Concern, error) {
	text, err := d.store.Meta(ctx, concernMeta)
	if err != nil || text == "" {
		return nil, err
	}
	var out []Concern
	return out, json.Unmarshal([]byte(text), &out)
}

// NoteConcerns looks at the exchange with every peer, at this node's keys and at
// the trust directory, writes into the ledger what has become of concern since it
// last looked and what is none any more, and says how many there are: a job.
func (d *Desk) NoteConcerns(ctx context.Context) (int, error) {
	before, err := d.concerns(ctx)
	if err != nil {
		return 0, err
	}
	now, self, err := d.atExchange(ctx)
	if err != nil || slices.Equal(before, now) {
		return len(now), err
	}
	raw, err := json.Marshal(now)
	if err != nil {
		return len(now), err
	}
	note := func(action string, c Concern) error {
		subject, detail := "node/"+self, c.Kind
		if c.Node != "" {
			subject = "peer/" + c.Node
		}
		if !c.Until.IsZero() {
			detail += ", " + c.Until.UTC().Format(time.RFC3339)
		}
		if c.Why != "" {
			detail += ", " + c.Why
		}
		if c.N > 0 {
			detail += fmt.Sprintf(", %d messages", c.N)
		}
		return d.act(ctx, node(), func(t *store.Tx) (entry, error) {
			return entry{action: action, subject: subject, detail: detail}, nil
		})
	}
	same := func(a Concern) func(Concern) bool {
		return func(b Concern) bool { return a.Kind == b.Kind && a.Node == b.Node }
	}
	for _, c := range now {
		if !slices.ContainsFunc(before, same(c)) {
			if err := note("notice."+c.Kind, c); err != nil {
				return len(now), err
			}
		}
	}
	for _, c := range before {
		if !slices.ContainsFunc(now, same(c)) {
			if err := note(noticeOver, c); err != nil {
				return len(now), err
			}
		}
	}
	// Last: after a crash somebody is told twice, rather than never.
	return len(now), d.store.Write(ctx, func(t *store.Tx) error { return t.SetMeta(concernMeta, string(raw)) })
}

// atExchange finds what is of concern now.
func (d *Desk) atExchange(ctx context.Context) (out []Concern, self string, err error) {
	k, err := d.who(ctx)
	if err != nil || k.identity == nil {
		return nil, "", err
	}
	list, err := d.store.Peers(ctx)
	if err != nil {
		return nil, "", err
	}
	now := d.now()
	for _, p := range list {
		if p.Status != paiza.PeerActive {
			continue
		}
		add := func(kind string, until time.Time, n int64) {
			out = append(out, Concern{Kind: kind, Node: p.Node, Until: until, N: n})
		}
		switch {
		case wire.Reason(p.Refused) == wire.ReasonFork:
			add("fork", time.Time{}, 0)
		case p.Refused != "" && p.Failed >= refusedOften:
			out = append(out, Concern{Kind: "refused", Node: p.Node, Why: p.Refused})
		}
		if p.Failed > 0 && now.Sub(later(p.Contact, p.Added)) > LongSilent {
			add("silent", later(p.Contact, p.Added), 0)
		}
		if p.SetAside > 0 {
			add("quarantine", time.Time{}, int64(p.SetAside))
		}
		if id, err := wire.ParseNodeID(p.Node); err == nil && k.histories[id] != nil && k.histories[id].Latest() != nil {
			out = ending(out, p.Node, "key_ended", "key_ends", k.histories[id].Latest().NotAfter, now)
		}
	}
	out = ending(out, "", "card_ends", "card_ends", k.identity.Card().NotAfter, now)
	if k.Directory != nil {
		out = ending(out, "", "directory_ended", "directory_ends", k.Directory.Expires, now)
	}
	slices.SortStableFunc(out, func(a, b Concern) int { return slices.Index(ConcernKinds, a.Kind) - slices.Index(ConcernKinds, b.Kind) })
	return out, k.self.String(), nil
}

// ending adds a concern about what has ended, or ends soon.
func ending(list []Concern, node, ended, ends string, until, now time.Time) []Concern {
	switch {
	case now.After(until):
		return append(list, Concern{Kind: ended, Node: node, Until: until})
	case until.Sub(now) < EndsSoon:
		return append(list, Concern{Kind: ends, Node: node, Until: until})
	}
	return list
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
