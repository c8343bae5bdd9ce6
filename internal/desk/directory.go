package desk

import (
	"context"
	"fmt"
	"strings"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// Admit gives the card of another node with this node's signature: a body that
// keeps a trust directory admits it by that.
func (d *Desk) Admit(ctx context.Context, who paiza.Actor, text, reason string) (string, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return "", err
	}
	if err := d.decided(who, reason); err != nil {
		return "", err
	}
	k, err := d.node(ctx)
	if err != nil {
		return "", err
	}
	c, err := parseCard(text)
	if err != nil {
		return "", err
	}
	signed := c.Countersign(k.identity.Sign)
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "node.admit", subject: "peer/" + c.Node.String(), reason: reason, detail: cardText(c)}, nil
	})
	return wire.Armour(CardTitle, signed.Bytes()), err
}

// ImportDirectory takes a version of the trust directory. The first one is
// believed because a person brings it and compares its hash; each later one is
// signed by enough bodies of the one before and of its own.
func (d *Desk) ImportDirectory(ctx context.Context, who paiza.Actor, raw []byte, reason string) (*wire.Directory, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return nil, err
	}
	if err := d.decided(who, reason); err != nil {
		return nil, err
	}
	dir, err := wire.ParseDirectory(raw)
	if err != nil {
		return nil, directoryRefused(err)
	}
	k, err := d.node(ctx)
	if err != nil {
		return nil, err
	}
	if err := k.mayTake(dir); err != nil {
		return nil, directoryRefused(err)
	}
	return dir, d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "node.directory", subject: "node/" + k.self.String(), reason: reason, detail: directoryText(dir)}, d.takeDirectory(t, k, dir)
	})
}

func directoryRefused(err error) error {
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "peer.directory_refused", Args: paiza.Args{"reason": strings.TrimPrefix(wire.ReasonOf(err).Key(), "reason.")}, Err: err}
}

func directoryText(dir *wire.Directory) string {
	return fmt.Sprintf("version %d, %d nodes, hash %s", dir.Version, len(dir.Cards), dir.Hash())
}

// mayTake checks the signatures under a version, and that it follows the one that
// is here.
func (k *community) mayTake(dir *wire.Directory) error {
	if k.Directory == nil {
		return dir.VerifyFirst()
	}
	return dir.Follows(k.Directory)
}

// takeDirectory keeps a version that a person brought and passes it on to the
// peers that it admits. The first one nobody takes from a peer. One that is too
// large for a message goes by hand.
func (d *Desk) takeDirectory(t *store.Tx, k *community, dir *wire.Directory) error {
	if err := d.keepDirectory(t, k, dir); err != nil {
		return err
	}
	if dir.Version == 1 || k.Directory != nil && k.Directory.Hash() == dir.Hash() {
		return nil
	}
	return d.tell(t, k, wire.TypeDirectory, dir.Bytes(), k.listed(dir)...)
}

// keepDirectory keeps a version that was checked, and what it says of peers:
// later cards, which its bodies vouch for where no former key can, and keys that
// count no more.
func (d *Desk) keepDirectory(t *store.Tx, k *community, dir *wire.Directory) error {
	if err := t.InsertDirectory(dir); err != nil {
		return err
	}
	for _, c := range dir.Cards {
		h := k.histories[c.Node]
		if _, ok := k.peers[c.Node]; !ok || h == nil || c.Serial <= h.Latest().Serial {
			continue
		}
		next := copyOf(h)
		if next.Add(c) != nil && next.Readmit(c) != nil {
			continue
		}
		if err := t.InsertCard(c); err != nil {
			return err
		}
	}
	for _, v := range dir.Revoked {
		if h := k.histories[v.Node]; h != nil && copyOf(h).Revoke(v) == nil {
			if err := t.InsertRevocation(v); err != nil {
				return err
			}
		}
	}
	return nil
}
