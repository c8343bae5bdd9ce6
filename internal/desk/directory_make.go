package desk

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// drafting is the beginning of every act on the version that is being made.
func (d *Desk) drafting(ctx context.Context, who paiza.Actor) (*community, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return nil, err
	}
	if err := d.steppedUp(who); err != nil {
		return nil, err
	}
	return d.node(ctx)
}

// BeginDirectory begins the next version of the trust directory with what the
// present one says, or the first one with this node alone.
func (d *Desk) BeginDirectory(ctx context.Context, who paiza.Actor, reason string) error {
	k, err := d.drafting(ctx, who)
	if err != nil {
		return err
	}
	if err := needReason(reason); err != nil {
		return err
	}
	card := k.identity.Card()
	in := wire.DirectoryBody{Version: 1, Warn: directoryWarn * 24 * time.Hour, Known: directoryKeep * 24 * time.Hour, Threshold: 1,
		Bodies: []wire.Body{{Code: card.Body, Key: card.SigningKey}}, Cards: []*wire.Card{card}}
	if k.Directory != nil {
		in = k.Directory.DirectoryBody
		in.Version, in.Previous = in.Version+1, k.Directory.Hash()
	}
	in.Issued = d.now().Truncate(time.Second)
	in.Expires = in.Issued.AddDate(0, 0, directoryLife)
	draft, err := wire.NewDirectory(in)
	if err != nil {
		return directoryRefused(err)
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if old, err := t.DirectoryDraft(); err != nil || old != nil && k.continues(old) {
			return entry{}, errors.Join(err, paiza.Conflict("peer.draft_there", nil))
		}
		return k.drafted("node.directory_begin", reason, directoryText(draft)), t.SetDirectoryDraft(draft)
	})
}

func (k *community) drafted(action, reason, detail string) entry {
	return entry{action: action, subject: "node/" + k.self.String(), reason: reason, detail: detail}
}

// draftAct does an act on the version that the person has before him; another one
// than hash, as text, is a conflict.
func (d *Desk) draftAct(ctx context.Context, who paiza.Actor, hash string, fn func(t *store.Tx, draft *wire.Directory) (entry, error)) error {
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		draft, err := t.DirectoryDraft()
		switch {
		case err != nil:
			return entry{}, err
		case draft == nil:
			return entry{}, paiza.NotFound("draft", "")
		case draft.Hash().String() != hash:
			return entry{}, paiza.Conflict("peer.draft_changed", nil)
		}
		return fn(t, draft)
	})
}

// ChangeDirectory changes the version that is being made. Signatures under it are
// lost: they were for what it said before.
func (d *Desk) ChangeDirectory(ctx context.Context, who paiza.Actor, hash string, in DirectoryChange) error {
	k, err := d.drafting(ctx, who)
	if err != nil {
		return err
	}
	return d.draftAct(ctx, who, hash, func(t *store.Tx, old *wire.Directory) (entry, error) {
		body := old.DirectoryBody
		body.Cards, body.Bodies = slices.Clone(body.Cards), slices.Clone(body.Bodies)
		detail, err := d.redraft(k, &body, in)
		if err != nil {
			return entry{}, err
		}
		if body.Issued = d.now().Truncate(time.Second); k.Directory != nil && body.Issued.Before(k.Directory.Issued) {
			body.Issued = k.Directory.Issued
		}
		next, err := wire.NewDirectory(body)
		if err != nil {
			return entry{}, directoryRefused(err)
		}
		return k.drafted("node.directory_change", "", fmt.Sprintf("version %d: %s", next.Version, detail)), t.SetDirectoryDraft(next)
	})
}

func (d *Desk) redraft(k *community, body *wire.DirectoryBody, in DirectoryChange) (string, error) {
	switch {
	case in.Rule != nil:
		return d.changeRule(body, *in.Rule)
	case in.Remove != "":
		i := slices.IndexFunc(body.Cards, func(c *wire.Card) bool { return c.Node.String() == in.Remove })
		if i < 0 {
			return "", paiza.NotFound("peer", in.Remove)
		}
		gone := body.Cards[i]
		if slices.ContainsFunc(body.Bodies, func(b wire.Body) bool { return b.Key.Equal(gone.SigningKey) }) {
			return "", paiza.Conflict("peer.draft_body", nil)
		}
		body.Cards = slices.Delete(body.Cards, i, i+1)
		return "without " + in.Remove, nil
	}
	c, err := k.admission(in)
	if err != nil {
		return "", err
	}
	body.Cards = slices.DeleteFunc(body.Cards, func(o *wire.Card) bool { return o.Node == c.Node })
	body.Cards = append(body.Cards, c)
	slices.SortFunc(body.Cards, func(a, b *wire.Card) int { return strings.Compare(a.Node.String(), b.Node.String()) })
	return "with " + c.Node.String() + ", " + cardText(c), nil
}

// admission is the card of a node that is admitted: as it was brought, or as the
// pairing with the peer left it.
func (k *community) admission(in DirectoryChange) (*wire.Card, error) {
	if in.Peer == "" {
		return parseCard(in.Card)
	}
	node, err := wire.ParseNodeID(in.Peer)
	p, ok := k.peers[node]
	if err != nil || !ok || p.Status != paiza.PeerActive && p.Status != paiza.PeerPaused {
		return nil, paiza.NotFound("peer", in.Peer)
	}
	h, err := k.history(node)
	if err != nil {
		return nil, err
	}
	return h.Latest(), nil
}

// SignDirectory puts this node's signature under the version that is being made.
// It counts when this node's key is that of one of its bodies, or of the bodies
// of the version before.
func (d *Desk) SignDirectory(ctx context.Context, who paiza.Actor, hash, reason string) error {
	k, err := d.drafting(ctx, who)
	if err != nil {
		return err
	}
	if err := needReason(reason); err != nil {
		return err
	}
	return d.draftAct(ctx, who, hash, func(t *store.Tx, draft *wire.Directory) (entry, error) {
		if now := k.describe(draft, nil); !now.Body || now.Stale {
			return entry{}, paiza.Conflict("peer.draft_no_body", nil)
		}
		return k.drafted("node.directory_sign", reason, directoryText(draft)), t.SetDirectoryDraft(draft.Sign(k.identity.Sign))
	})
}

// TakeDraft takes the version that another body is making, from its file. When
// the same one is here, the signatures of both are put together; another one that
// is here gives way.
func (d *Desk) TakeDraft(ctx context.Context, who paiza.Actor, raw []byte, reason string) error {
	k, err := d.drafting(ctx, who)
	if err != nil {
		return err
	}
	if err := needReason(reason); err != nil {
		return err
	}
	theirs, err := wire.ParseDirectory(raw)
	if err != nil {
		return directoryRefused(err)
	}
	if !k.continues(theirs) {
		return paiza.Conflict("peer.draft_stale", nil)
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		next, err := t.DirectoryDraft()
		if err != nil {
			return entry{}, err
		}
		if next == nil || next.Hash() != theirs.Hash() {
			if next, err = wire.NewDirectory(theirs.DirectoryBody); err != nil {
				return entry{}, directoryRefused(err)
			}
		}
		bodies := theirs.Bodies
		if k.Directory != nil {
			bodies = append(slices.Clone(bodies), k.Directory.Bodies...)
		}
		var keys []ed25519.PublicKey
		for _, b := range bodies {
			keys = append(keys, b.Key)
		}
		if next, err = next.Join(theirs, keys...); err != nil {
			return entry{}, directoryRefused(err)
		}
		return k.drafted("node.directory_draft", reason, directoryText(next)), t.SetDirectoryDraft(next)
	})
}

// PublishDirectory takes the version that was made into use, when enough bodies
// have signed it, and passes it on to the peers.
func (d *Desk) PublishDirectory(ctx context.Context, who paiza.Actor, hash, reason string) error {
	k, err := d.drafting(ctx, who)
	if err != nil {
		return err
	}
	if err := needReason(reason); err != nil {
		return err
	}
	return d.draftAct(ctx, who, hash, func(t *store.Tx, draft *wire.Directory) (entry, error) {
		if err := k.mayTake(draft); err != nil {
			return entry{}, directoryRefused(err)
		}
		if err := t.SetDirectoryDraft(nil); err != nil {
			return entry{}, err
		}
		return k.drafted("node.directory", reason, directoryText(draft)), d.takeDirectory(t, k, draft)
	})
}

// DropDraft forgets the version that is being made here. Copies that other bodies
// have are theirs.
func (d *Desk) DropDraft(ctx context.Context, who paiza.Actor, hash, reason string) error {
	k, err := d.drafting(ctx, who)
	if err != nil {
		return err
	}
	if err := needReason(reason); err != nil {
		return err
	}
	return d.draftAct(ctx, who, hash, func(t *store.Tx, draft *wire.Directory) (entry, error) {
		return k.drafted("node.directory_drop", reason, directoryText(draft)), t.SetDirectoryDraft(nil)
	})
}
