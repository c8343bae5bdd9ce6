package desk

import (
	"context"
	"encoding/json"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// ExchangeForTest is the exchange with subjects of any content, and without the
// guard at the exit: the contract sends what the guard would stop.
func (d *Desk) ExchangeForTest() *Exchange {
	any := func(in *intake, m *wire.Message, i *store.Item, own bool) (wire.Reason, error) {
		i.Content = m.ContentBytes()
		return "", nil
	}
	return &Exchange{d: d, takers: map[string]taker{wire.TypeSeizure: any}}
}

// UseIdentityForTest gives the node an identity that was made elsewhere.
func (d *Desk) UseIdentityForTest(ctx context.Context, ident *wire.Identity) error {
	r, err := newKeyring()
	if err != nil {
		return err
	}
	r.Node, r.Sign, r.Seal = ident.Card().Node.String(), ident.Sign.Seed(), nil
	for _, key := range ident.Open {
		raw, err := key.Bytes()
		if err != nil {
			return err
		}
		r.Seal = append(r.Seal, raw)
	}
	secret, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return d.act(ctx, paiza.Operator("T"), func(t *store.Tx) (entry, error) {
		for _, c := range ident.Cards {
			if err := t.InsertCard(c); err != nil {
				return entry{}, err
			}
		}
		return entry{action: "node.init"}, t.SetSecret(metaKeys, string(secret))
	})
}

// PairForTest takes a peer's card as it is.
func (d *Desk) PairForTest(ctx context.Context, c *wire.Card) error {
	return d.act(ctx, paiza.Operator("T"), func(t *store.Tx) (entry, error) {
		_, err := t.InsertPeer(paiza.Peer{Node: c.Node.String(), Name: "P", Body: c.Body, Status: paiza.PeerActive, Added: d.now()}, c)
		return entry{action: "peer.confirm"}, err
	})
}

// SendForTest writes the next version of a subject with the name for peers.
func (d *Desk) SendForTest(ctx context.Context, to []wire.NodeID, name string, body []byte) error {
	k, err := d.node(ctx)
	if err != nil {
		return err
	}
	return d.act(ctx, paiza.Operator("T"), func(t *store.Tx) (entry, error) {
		i, found, err := t.ItemNamed("", name)
		if err != nil {
			return entry{}, err
		}
		if !found {
			i = store.Item{Name: name, Kind: wire.TypeSeizure}
			if err := t.NumberItem(&i); err != nil {
				return entry{}, err
			}
		}
		named := map[int64]bool{}
		for _, p := range to {
			named[k.peers[p].Num] = true
			if err := t.AddAudience(i.Num, store.Audience{Peer: k.peers[p].Num, Node: p.String()}); err != nil {
				return entry{}, err
			}
		}
		return entry{action: "t.send"}, d.sendVersion(t, k, &i, letter{Type: wire.TypeSeizure, Body: body, TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence,
			Owner: paiza.HomeAgency}, func(a store.Audience) bool { return named[a.Peer] })
	})
}

// EnqueueForTest writes contents of whatever form for a peer.
func (d *Desk) EnqueueForTest(ctx context.Context, to wire.NodeID, typ string, contents ...[]byte) error {
	k, err := d.node(ctx)
	if err != nil {
		return err
	}
	return d.act(ctx, paiza.Operator("T"), func(t *store.Tx) (entry, error) {
		list := make([]store.Outgoing, len(contents))
		for i, c := range contents {
			list[i] = store.Outgoing{Type: typ, Content: c, At: d.now()}
		}
		_, err := t.Enqueue(k.self, k.peers[to].Num, to, list)
		return entry{action: "t.send"}, err
	})
}

// RefusedForTest is why a peer set a message aside, by his receipts.
func (d *Desk) RefusedForTest(ctx context.Context, peer int64, at wire.Cursor) (wire.Reason, error) {
	s := store.Sending{Peer: peer}
	s.Epoch, s.Seq = at.Epoch, at.Seq
	err := d.became(ctx, &s)
	return wire.Reason(s.Refused), err
}

// UnguardedForTest lets everything pass the exit: what a node of another make
// might send.
func (x *Exchange) UnguardedForTest() { x.guarded = false }

// SetRoom lets a test say how much room a disk has.
func (d *Desk) SetRoom(room func(string) (free, all int64)) { d.room = room }

// Abandon makes the desk's claims those of a process that died without a word.
func (d *Desk) Abandon() { d.holder = "elsewhere/1/x" }

// Store is what the desk stands over, for a second desk beside it.
func (d *Desk) Store() *store.Store { return d.store }
