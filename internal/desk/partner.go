package desk

import (
	"context"
	"slices"
	"time"

	"paiza"
	"paiza/wire"
)

// PeerDetail is another node with all that an administrator should know of it.
type PeerDetail struct {
	paiza.Peer
	Cards       []CardDetail // the present one first
	Fingerprint wire.Fingerprint
	Listed      bool        // the trust directory has it
	Acts        []paiza.Act // of people, newest first
	Files       int64       // bytes of its files here; at most PeerQuota
	Aside       []paiza.Arrival
	Ledger      ShownLedger // as he shows it
	Cosigned    *Cosigner   // how far he cosigned this node's; nil for not yet
	Quota       QuotaDetail // how much of him is taken in a day
	Forks       []Fork      // two histories of one log that he signed both
}

// CardDetail is one card of a node and what was said of it.
type CardDetail struct {
	*wire.Card
	Admitted []string  // codes of the bodies of the trust directory, and nodes known here, that signed it
	Revoked  time.Time // from when its signatures count no more; zero for never
	Reason   string    // why it was revoked
	// Fingerprint is that of it with this node's card, for one that was read to be
	// looked at (ReadCard).
	Fingerprint wire.Fingerprint
}

// Partner reads one peer with its cards, its quarantine both ways and its
// history.
func (d *Desk) Partner(ctx context.Context, who paiza.Actor, node string) (PeerDetail, error) {
	k, p, id, err := d.peerFor(ctx, who, node)
	if err != nil {
		return PeerDetail{}, err
	}
	all, err := d.Peers(ctx, who)
	if err != nil {
		return PeerDetail{}, err
	}
	out := PeerDetail{Peer: p.Peer, Listed: k.Directory != nil && k.Directory.Card(id) != nil}
	if i := slices.IndexFunc(all, func(one paiza.Peer) bool { return one.Node == node }); i >= 0 {
		out.Peer = all[i]
	}
	h, err := k.history(id)
	if err != nil {
		return out, err
	}
	out.Cards = k.cards(h)
	out.Fingerprint = wire.PairFingerprint(k.identity.Card(), h.Latest())
	if out.Files, err = d.store.FileBytes(ctx, p.Num); err != nil {
		return out, err
	}
	if out.Acts, err = d.store.DecisionsOn(ctx, "peer/"+p.Node, 50); err != nil {
		return out, err
	}
	if out.Aside, _, err = d.Quarantine(ctx, who, node, 0, 100); err != nil {
		return out, err
	}
	if out.Ledger, err = d.shownLedger(ctx, p.Num); err != nil {
		return out, err
	}
	if c, any, err := d.lastCosigned(ctx, p); err != nil {
		return out, err
	} else if any {
		out.Cosigned = &Cosigner{c.Node, c.Name, c.Size, c.Signed}
	}
	if out.Quota, err = d.quotaOf(ctx, p.Num); err != nil {
		return out, err
	}
	out.Forks, err = d.forks(ctx, p.Num)
	return out, err
}

// cards are the cards of a node, the present one first, with who else signed
// each and what was revoked.
func (k *community) cards(h *wire.History) []CardDetail {
	var out []CardDetail
	for _, c := range h.Cards() {
		one := CardDetail{Card: c, Admitted: k.admitted(c)}
		for _, v := range h.Revocations() {
			if v.Key == c.Signing() {
				one.Revoked, one.Reason = v.At, v.Reason
			}
		}
		out = append(out, one)
	}
	slices.Reverse(out)
	return out
}

// admitted names who signed a card besides its own node.
func (k *community) admitted(c *wire.Card) []string {
	var out []string
	if k.Directory != nil {
		for _, b := range k.Directory.Bodies {
			if c.SignedBy(b.Key) {
				out = append(out, b.Code)
			}
		}
	}
	for node, h := range k.histories {
		if node == c.Node || h.Latest() == nil || slices.Contains(out, h.Latest().Body) {
			continue
		}
		if slices.ContainsFunc(h.Cards(), func(o *wire.Card) bool { return c.SignedBy(o.SigningKey) }) {
			out = append(out, h.Latest().Title("en"))
		}
	}
	slices.Sort(out)
	return out
}

// OwnNode is this node among others: its card, its keys and its history.
type OwnNode struct {
	Node  string // empty while it has no identity
	Text  string // the present card, as text to give to others
	Cards []CardDetail
	Acts  []paiza.Act
}

// OwnNode reads it. A node without an identity is not an error: its page offers
// to make one.
func (d *Desk) OwnNode(ctx context.Context, who paiza.Actor) (OwnNode, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return OwnNode{}, err
	}
	k, err := d.who(ctx)
	if err != nil || k.identity == nil {
		return OwnNode{}, err
	}
	h, err := k.history(k.self)
	if err != nil {
		return OwnNode{}, err
	}
	out := OwnNode{Node: k.self.String(), Cards: k.cards(h), Text: wire.Armour(CardTitle, k.identity.Card().Bytes())}
	out.Acts, err = d.store.DecisionsOn(ctx, "node/"+out.Node, 50)
	return out, err
}

// TrustDirectory is the version of the trust directory that is here.
type TrustDirectory struct {
	*wire.Directory // nil for none
	Standing        wire.Standing
	Signed          []string        // codes of its bodies that signed it
	Known           map[string]bool // nodes of it that are peers
}

// TrustDirectory reads it.
func (d *Desk) TrustDirectory(ctx context.Context, who paiza.Actor) (TrustDirectory, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return TrustDirectory{}, err
	}
	k, err := d.who(ctx)
	if err != nil || k.Directory == nil {
		return TrustDirectory{}, err
	}
	out := TrustDirectory{Directory: k.Directory, Standing: k.Directory.Standing(d.now()), Known: map[string]bool{}}
	for _, b := range k.Directory.Bodies {
		if k.Directory.SignedBy(b.Key) {
			out.Signed = append(out.Signed, b.Code)
		}
	}
	for id, p := range k.peers {
		out.Known[id.String()] = p.Status == paiza.PeerActive || p.Status == paiza.PeerPaused
	}
	return out, nil
}

// ReadCard reads the card of another node that a person was given as text and
// keeps nothing: for a look at it before it is signed.
func (d *Desk) ReadCard(ctx context.Context, who paiza.Actor, text string) (CardDetail, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return CardDetail{}, err
	}
	k, err := d.who(ctx)
	if err != nil {
		return CardDetail{}, err
	}
	c, err := parseCard(text)
	if err != nil {
		return CardDetail{}, err
	}
	out := CardDetail{Card: c, Admitted: k.admitted(c)}
	if k.identity != nil {
		out.Fingerprint = wire.PairFingerprint(k.identity.Card(), c)
	}
	return out, nil
}
