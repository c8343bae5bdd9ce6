package desk

import (
	"context"
	"slices"

	"paiza"
	"paiza/wire"
)

// What a first version says before anybody has changed it.
const (
	directoryLife = 365 // days
	directoryWarn = 30
	directoryKeep = 60
)

// DirectoryDraft is the version of the trust directory that is being made here,
// beside the one that it follows.
type DirectoryDraft struct {
	*wire.Directory  // nil for none
	From             *wire.Directory
	Words            wire.Fingerprint
	Signatures       []DirectorySignature
	Missing, Before  int  // signatures that are still owed: of its own bodies, and of those of the version before
	Stale            bool // a version with this number has come in the meantime
	Body, Signed     bool // this node is one of the bodies of either version, and has signed
	Added, Gone      []*wire.Card
	Renewed          []*wire.Card // with a later card than before
	Left             []paiza.Peer // partners that it does not admit
	Offered          []paiza.Peer // partners that could be admitted
	Eligible, Chosen []DirectoryBody
}

// DirectorySignature is one body of the version, or of the one before, and
// whether it has signed.
type DirectorySignature struct {
	DirectoryBody
	Signed, New, Old bool
}

// DirectoryBody is a body that signs, or a node that could be one.
type DirectoryBody struct {
	Code string
	Key  string // id of its key
	Node string // name of the node that has the key on its card; empty for none
}

// Complete reports whether enough bodies have signed.
func (d DirectoryDraft) Complete() bool { return d.Owed() == 0 && !d.Stale }

// Owed is how many more bodies must sign at least.
func (d DirectoryDraft) Owed() int { return max(d.Missing, d.Before) }

// DirectoryChange is one change to the version that is being made; what is empty
// stays as it is.
type DirectoryChange struct {
	Card   string // of a node that is admitted, or its later card, as text
	Peer   string // name of a peer whose card is here and who is admitted
	Remove string // name of a node that is admitted no more
	Rule   *DirectoryRule
}

// DirectoryRule is what a version says besides its nodes.
type DirectoryRule struct {
	Expires     string // day, such as 2027-01-31
	Warn, Known string // days of warning, and then of known peers alone
	Threshold   string // how many bodies must sign
	Bodies      []string
}

// DirectoryDraft reads it.
func (d *Desk) DirectoryDraft(ctx context.Context, who paiza.Actor) (DirectoryDraft, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return DirectoryDraft{}, err
	}
	k, err := d.who(ctx)
	if err != nil {
		return DirectoryDraft{}, err
	}
	draft, err := d.store.DirectoryDraft(ctx)
	if err != nil || draft == nil || k.identity == nil || k.Directory != nil && k.Directory.Hash() == draft.Hash() {
		return DirectoryDraft{}, err // none, or what was made here has come into use by a partner
	}
	peers, err := d.Peers(ctx, who)
	if err != nil {
		return DirectoryDraft{}, err
	}
	return k.describe(draft, peers), nil
}

// describe says how far a version is, and what it would change.
func (k *community) describe(draft *wire.Directory, peers []paiza.Peer) DirectoryDraft {
	out := DirectoryDraft{Directory: draft, From: k.Directory, Words: draft.Fingerprint(), Stale: !k.continues(draft)}
	out.signatures(k)
	for _, c := range draft.Cards {
		switch was := k.before(c.Node); {
		case was == nil:
			out.Added = append(out.Added, c)
		case was.Serial != c.Serial:
			out.Renewed = append(out.Renewed, c)
		}
		out.Eligible = append(out.Eligible, DirectoryBody{c.Body, c.Signing().String(), c.Title("en")})
	}
	for _, b := range draft.Bodies {
		id := wire.KeyIDOf(b.Key).String()
		i := slices.IndexFunc(out.Eligible, func(e DirectoryBody) bool { return e.Key == id })
		if i < 0 { // a key that is on no card, or on a former one
			i = len(out.Eligible)
			out.Eligible = append(out.Eligible, DirectoryBody{Code: b.Code, Key: id})
		}
		out.Chosen = append(out.Chosen, out.Eligible[i])
	}
	if k.Directory != nil {
		for _, c := range k.Directory.Cards {
			if draft.Card(c.Node) == nil {
				out.Gone = append(out.Gone, c)
			}
		}
	}
	for _, p := range peers {
		node, err := wire.ParseNodeID(p.Node)
		if err != nil || p.Status != paiza.PeerActive && p.Status != paiza.PeerPaused {
			continue
		}
		if draft.Card(node) == nil {
			out.Left, out.Offered = append(out.Left, p), append(out.Offered, p)
		} else if h := k.histories[node]; h != nil && h.Latest().Serial > draft.Card(node).Serial {
			out.Offered = append(out.Offered, p)
		}
	}
	return out
}

// signatures says who has signed, and how many are missing.
func (d *DirectoryDraft) signatures(k *community) {
	own := k.identity.Card().Signing()
	add := func(b wire.Body, old bool) {
		id := wire.KeyIDOf(b.Key)
		i := slices.IndexFunc(d.Signatures, func(s DirectorySignature) bool { return s.Key == id.String() })
		if i < 0 {
			i = len(d.Signatures)
			d.Signatures = append(d.Signatures, DirectorySignature{DirectoryBody: DirectoryBody{Code: b.Code, Key: id.String()}, Signed: d.SignedBy(b.Key)})
			for _, c := range d.Cards {
				if c.Signing() == id {
					d.Signatures[i].Node = c.Title("en")
				}
			}
		}
		s := &d.Signatures[i]
		s.Old, s.New = s.Old || old, s.New || !old
		if id == own {
			d.Body, d.Signed = true, s.Signed
		}
	}
	for _, b := range d.Bodies {
		add(b, false)
	}
	d.Missing = d.Threshold
	if d.From != nil {
		d.Before = d.From.Threshold
		for _, b := range d.From.Bodies {
			add(b, true)
		}
	}
	for _, s := range d.Signatures {
		if s.Signed && s.New {
			d.Missing--
		}
		if s.Signed && s.Old {
			d.Before--
		}
	}
	d.Missing, d.Before = max(d.Missing, 0), max(d.Before, 0)
}

// continues reports whether a version is the next one here.
func (k *community) continues(dir *wire.Directory) bool {
	if k.Directory == nil {
		return dir.Version == 1
	}
	return dir.Version == k.Directory.Version+1 && dir.Previous == k.Directory.Hash()
}

// before is the card of a node on the version that is in use; nil for none.
func (k *community) before(node wire.NodeID) *wire.Card {
	if k.Directory == nil {
		return nil
	}
	return k.Directory.Card(node)
}
