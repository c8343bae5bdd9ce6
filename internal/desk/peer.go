package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
	"paiza/wire"
)

// Pairing is a peer on its way: what two people compare by voice. Equal words on
// both sides mean that each has the card that the other sent.
type Pairing struct {
	Peer        paiza.Peer
	Fingerprint wire.Fingerprint
}

// parseCard reads a card that a person was given as text.
func parseCard(text string) (*wire.Card, error) {
	raw, err := wire.Unarmour(CardTitle, text)
	if err != nil {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "peer.card_unreadable", Args: paiza.Args{"reason": err.Error()}, Err: err}
	}
	c, err := wire.ParseCard(raw)
	if err != nil {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "peer.card_unreadable", Args: paiza.Args{"reason": err.Error()}, Err: err}
	}
	return c, nil
}

// Pair takes the card of another node, as text. Nothing is exchanged before a
// person has compared the words and confirmed them (ConfirmPair).
func (d *Desk) Pair(ctx context.Context, who paiza.Actor, text string) (Pairing, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return Pairing{}, err
	}
	k, err := d.node(ctx)
	if err != nil {
		return Pairing{}, err
	}
	c, err := parseCard(text)
	if err != nil {
		return Pairing{}, err
	}
	if c.Node == k.self {
		return Pairing{}, paiza.Conflict("peer.own_card", nil)
	}
	out := Pairing{Fingerprint: wire.PairFingerprint(k.identity.Card(), c),
		Peer: paiza.Peer{Node: c.Node.String(), Name: c.Title("en"), Body: c.Body, Status: paiza.PeerInvited, Added: d.now()}}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		old, err := t.Peer(out.Peer.Node)
		switch {
		case errors.Is(err, paiza.ErrNotFound):
			_, err = t.InsertPeer(out.Peer, c)
		case err != nil:
		case old.Status == paiza.PeerInvited || old.Status == paiza.PeerEnded:
			// Nobody vouches for the cards that were here: the new one stands alone.
			if err = errors.Join(t.DropCards(c.Node), t.InsertCard(c), t.SetPeerStatus(old.Num, paiza.PeerInvited, "")); err != nil {
				return entry{}, err
			}
		default:
			return entry{}, paiza.Conflict("peer.known", paiza.Args{"name": old.Name})
		}
		return entry{action: "peer.invite", subject: "peer/" + out.Peer.Node, detail: cardText(c)}, err
	})
	return out, err
}

// Pairing gives the words of a peer again.
func (d *Desk) Pairing(ctx context.Context, who paiza.Actor, node string) (Pairing, error) {
	k, p, id, err := d.peerFor(ctx, who, node)
	if err != nil {
		return Pairing{}, err
	}
	h, err := k.history(id)
	if err != nil {
		return Pairing{}, err
	}
	return Pairing{Peer: p.Peer, Fingerprint: wire.PairFingerprint(k.identity.Card(), h.Latest())}, nil
}

// peerFor reads a peer for an act of an administrator.
func (d *Desk) peerFor(ctx context.Context, who paiza.Actor, node string) (*community, store.Peer, wire.NodeID, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return nil, store.Peer{}, wire.NodeID{}, err
	}
	k, err := d.node(ctx)
	if err != nil {
		return k, store.Peer{}, wire.NodeID{}, err
	}
	id, err := wire.ParseNodeID(node)
	p, ok := k.peers[id]
	if err != nil || !ok {
		return k, p, id, paiza.NotFound("peer", node)
	}
	return k, p, id, nil
}

// ConfirmPair says that the words agree on both sides: from now on messages go
// both ways. Who confirms has just proved that it is he.
func (d *Desk) ConfirmPair(ctx context.Context, who paiza.Actor, node, reason string) error {
	k, p, id, err := d.peerFor(ctx, who, node)
	if err != nil {
		return err
	}
	if !access.SteppedUp(who, d.now()) {
		return &paiza.Error{Kind: paiza.ErrForbidden, Key: "error.rule.step-up", Args: paiza.Args{"right": string(paiza.RightManagePeers)}}
	}
	if p.Status == paiza.PeerActive {
		return paiza.Conflict("peer.active", nil)
	}
	h, err := k.history(id)
	if err != nil {
		return err
	}
	groups, err := d.store.Groups(ctx)
	if err != nil {
		return err
	}
	print := wire.PairFingerprint(k.identity.Card(), h.Latest())
	defer d.nodes.changed()
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.SetPeerStatus(p.Num, paiza.PeerActive, ""); err != nil {
			return entry{}, err
		}
		for _, g := range groups { // what was sent to a group waits for them
			if g.Owner == k.self && g.Has(id) {
				if err := d.tell(t, k, wire.TypeGroup, g.Bytes(), p); err != nil {
					return entry{}, err
				}
			}
		}
		return entry{action: "peer.confirm", subject: "peer/" + p.Node, reason: reason, detail: cardText(h.Latest()) + ", compared " + print.Digits()}, nil
	})
}

// PausePeer stops all exchange with a peer, or lets it go on. What is written
// for him in between waits. Who decides it has just proved that it is he.
func (d *Desk) PausePeer(ctx context.Context, who paiza.Actor, node string, pause bool, reason string) error {
	_, p, _, err := d.peerFor(ctx, who, node)
	if err != nil {
		return err
	}
	if err := d.decided(who, reason); err != nil {
		return err
	}
	from, to, action := paiza.PeerActive, paiza.PeerPaused, "peer.pause"
	if !pause {
		from, to, action = to, from, "peer.resume"
	}
	if p.Status != from {
		return paiza.Conflict("peer.status", nil)
	}
	defer d.nodes.changed()
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: action, subject: "peer/" + p.Node, reason: reason}, t.SetPeerStatus(p.Num, to, reason)
	})
}

// decided refuses an act on trust between nodes without a reason, or of somebody
// who has not just proved that it is he.
func (d *Desk) decided(who paiza.Actor, reason string) error {
	if err := needReason(reason); err != nil {
		return err
	}
	return d.steppedUp(who)
}

// EndPeer ends the exchange with a peer for good. What was exchanged stays; to
// begin anew, both pair again. Who decides it has just proved that it is he.
func (d *Desk) EndPeer(ctx context.Context, who paiza.Actor, node, reason string) error {
	_, p, _, err := d.peerFor(ctx, who, node)
	if err != nil {
		return err
	}
	if err := d.decided(who, reason); err != nil {
		return err
	}
	defer d.nodes.changed()
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "peer.end", subject: "peer/" + p.Node, reason: reason}, t.SetPeerStatus(p.Num, paiza.PeerEnded, reason)
	})
}

// Peers lists the other nodes with what was last seen of them. Whoever may send
// to them may know them.
func (d *Desk) Peers(ctx context.Context, who paiza.Actor) ([]paiza.Peer, error) {
	if allow(who, paiza.RightManagePeers) != nil && allow(who, paiza.RightReadMessage) != nil {
		return nil, paiza.Forbidden(paiza.RightManagePeers)
	}
	k, err := d.who(ctx)
	if err != nil {
		return nil, err
	}
	list, err := d.store.Peers(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]paiza.Peer, len(list))
	for i, p := range list {
		out[i] = p.Peer
		out[i].Via = k.Ways[p.Node]
		id, err := wire.ParseNodeID(p.Node)
		if err != nil {
			return nil, err
		}
		h := k.histories[id]
		if h == nil || h.Latest() == nil {
			continue
		}
		c := h.Latest()
		out[i].Serial, out[i].KeyUntil, out[i].Addresses = int64(c.Serial), c.NotAfter, c.Addresses
		out[i].Names = map[string]string{}
		for _, n := range c.Names {
			out[i].Names[n.Language] = n.Value
		}
		for _, a := range c.Authorities {
			name := a.Key
			if len(a.Names) > 0 {
				name = a.Names[0].Value
			}
			out[i].Authorities = append(out[i].Authorities, paiza.Authority{Key: a.Key, Name: name})
		}
	}
	return out, nil
}

// Health is what an operator should look at.
type Health struct {
	Peers     []paiza.Peer
	Standing  wire.Standing // of the trust directory; empty when there is none
	Expires   time.Time     // of the trust directory
	CardUntil time.Time     // when this node's own keys expire
}

// PeersHealth says how the exchange with each peer goes.
func (d *Desk) PeersHealth(ctx context.Context, who paiza.Actor) (Health, error) {
	peers, err := d.Peers(ctx, who)
	if err != nil {
		return Health{}, err
	}
	h := Health{Peers: peers}
	k, err := d.who(ctx)
	if err != nil {
		return h, err
	}
	if k.identity != nil {
		h.CardUntil = k.identity.Card().NotAfter
	}
	if k.Directory != nil {
		h.Standing, h.Expires = k.Directory.Standing(d.now()), k.Directory.Expires
	}
	return h, nil
}

// Active lists the peers to which this node sends.
func (x *Exchange) Active(ctx context.Context) ([]wire.NodeID, error) {
	k, err := x.d.who(ctx)
	if err != nil {
		return nil, err
	}
	var out []wire.NodeID
	for id, p := range k.peers {
		if p.Status == paiza.PeerActive {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b wire.NodeID) int { return slices.Compare(a[:], b[:]) })
	return out, nil
}

// Heads is the end of the log for each peer.
func (x *Exchange) Heads(ctx context.Context) (map[string]wire.Cursor, error) {
	return x.d.store.Heads(ctx)
}

// Lease takes or keeps the sending to a peer for this process; one process of
// the node sends to a peer at a time.
func (x *Exchange) Lease(ctx context.Context, peer wire.NodeID, d time.Duration) (ok bool, err error) {
	err = x.d.store.Write(ctx, func(t *store.Tx) error {
		ok, err = t.TakeLease("exchange/"+peer.String(), x.d.holder, x.d.now(), d)
		if err == nil && !ok {
			holder, err := t.LeaseHolder("exchange/" + peer.String())
			if err == nil && diedHere(holder) {
				if err := t.DropLease("exchange/"+peer.String(), holder); err != nil {
					return err
				}
				ok, err = t.TakeLease("exchange/"+peer.String(), x.d.holder, x.d.now(), d)
				return err
			}
			return err
		}
		return err
	})
	return ok, err
}

// Release gives the sending to a peer back.
func (x *Exchange) Release(ctx context.Context, peer wire.NodeID) error {
	return x.d.store.Write(ctx, func(t *store.Tx) error { return t.DropLease("exchange/"+peer.String(), x.d.holder) })
}

// Note keeps what was last seen of a peer, for people: the fields of a peer from
// Contact on.
func (x *Exchange) Note(ctx context.Context, p paiza.Peer) error { return x.d.store.NotePeer(ctx, p) }
