package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// Groups lists the groups of nodes that this one keeps or is a member of.
func (d *Desk) Groups(ctx context.Context, who paiza.Actor) ([]paiza.NodeGroup, error) {
	if allow(who, paiza.RightManagePeers) != nil && allow(who, paiza.RightReadMessage) != nil {
		return nil, paiza.Forbidden(paiza.RightManagePeers)
	}
	k, err := d.who(ctx)
	if err != nil {
		return nil, err
	}
	list, err := d.store.Groups(ctx)
	out := make([]paiza.NodeGroup, len(list))
	for i, g := range list {
		out[i] = groupValue(k, g)
	}
	return out, err
}

func groupValue(k *community, g *wire.Group) paiza.NodeGroup {
	out := paiza.NodeGroup{ID: g.Group.String(), Version: int64(g.Version), Name: g.Name, At: g.At}
	if g.Owner != k.self {
		out.Owner = g.Owner.String()
	}
	for _, m := range g.Members {
		out.Members = append(out.Members, m.String())
	}
	return out
}

// CreateGroup makes a group of nodes; this node is a member. The members learn
// its name and who is in it, and nobody else does.
func (d *Desk) CreateGroup(ctx context.Context, who paiza.Actor, name string, members []string, reason string) (paiza.NodeGroup, error) {
	b := wire.GroupBody{Version: 1, Name: name}
	rand.Read(b.Group[:])
	b.Group[6], b.Group[8] = b.Group[6]&0x0f|0x40, b.Group[8]&0x3f|0x80 // RFC 9562 §5.4
	return d.putGroup(ctx, who, "group.create", b, nil, members, reason)
}

// ChangeGroup makes the next version of a group of this node. An empty name
// stays as it is. Who is not in it any more has what went to the group taken
// back; an empty list of members is nobody.
func (d *Desk) ChangeGroup(ctx context.Context, who paiza.Actor, id, name string, members []string, reason string) (paiza.NodeGroup, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return paiza.NodeGroup{}, err
	}
	k, err := d.node(ctx)
	if err != nil {
		return paiza.NodeGroup{}, err
	}
	last, err := d.store.LatestGroup(ctx, id)
	if err != nil {
		return paiza.NodeGroup{}, err
	}
	if last.Owner != k.self {
		return paiza.NodeGroup{}, paiza.Conflict("peer.group_owner", nil)
	}
	if strings.TrimSpace(name) == "" {
		name = last.Name
	}
	return d.putGroup(ctx, who, "group.change", wire.GroupBody{Group: last.Group, Version: last.Version + 1, Previous: last.Hash(), Name: name}, last, members, reason)
}

func (d *Desk) putGroup(ctx context.Context, who paiza.Actor, action string, b wire.GroupBody, last *wire.Group, members []string, reason string) (paiza.NodeGroup, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return paiza.NodeGroup{}, err
	}
	if err := needReason(reason); err != nil {
		return paiza.NodeGroup{}, err
	}
	k, err := d.node(ctx)
	if err != nil {
		return paiza.NodeGroup{}, err
	}
	if b.Name = strings.TrimSpace(b.Name); b.Name == "" || len(b.Name) > 200 {
		return paiza.NodeGroup{}, fieldFault("name", "peer.name_form")
	}
	b.Owner, b.At = k.self, d.now()
	for _, m := range members {
		id, err := wire.ParseNodeID(m)
		if _, ok := k.peers[id]; err != nil || !ok && id != k.self {
			return paiza.NodeGroup{}, fieldFault("members", "exchange.no_peer")
		}
		b.Members = append(b.Members, id)
	}
	if len(b.Members) > 0 && !slices.Contains(b.Members, k.self) {
		b.Members = append(b.Members, k.self)
	}
	slices.SortFunc(b.Members, func(x, y wire.NodeID) int { return bytes.Compare(x[:], y[:]) })
	b.Members = slices.Compact(b.Members)
	g, err := wire.NewGroup(b, k.identity.Sign)
	if err != nil {
		return paiza.NodeGroup{}, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Err: err}
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if now, err := t.GroupVersions(g.Group.String()); err != nil {
			return entry{}, err
		} else if len(now) > 0 && now[len(now)-1].Version != g.Version-1 {
			return entry{}, paiza.Conflict("peer.group_changed", nil)
		}
		if err := t.InsertGroup(g); err != nil {
			return entry{}, err
		}
		if err := d.tell(t, k, wire.TypeGroup, g.Bytes(), k.members(g)...); err != nil {
			return entry{}, err
		}
		n, err := d.leave(t, k, g, last, reason)
		return entry{action: action, subject: "group/" + g.Group.String(), reason: reason, version: int64(g.Version),
			detail: fmt.Sprintf("%d members, hash %s, %d subjects taken back from who left", len(g.Members), g.Hash(), n)}, err
	})
	return groupValue(k, g), err
}

// members are the peers in a group for whom a message may be written.
func (k *community) members(g *wire.Group) []store.Peer {
	return slices.DeleteFunc(k.reached(), func(p store.Peer) bool {
		id, err := wire.ParseNodeID(p.Node)
		return err != nil || !g.Has(id)
	})
}

// leave takes what went to a group back from those who are in it no more, and
// says how many subjects that were.
func (d *Desk) leave(t *store.Tx, k *community, g, last *wire.Group, reason string) (n int, err error) {
	if last == nil {
		return 0, nil
	}
	items, err := t.PartyItems(g.Group.String())
	if err != nil {
		return 0, err
	}
	for _, i := range items {
		list, err := t.AudienceOf(i.Num)
		if err != nil {
			return n, err
		}
		out := map[int64]bool{}
		for _, a := range list {
			id, err := wire.ParseNodeID(a.Node)
			if err != nil {
				return n, err
			}
			out[a.Peer] = a.Party == g.Group.String() && !a.Gone && !g.Has(id)
		}
		if !slices.ContainsFunc(list, func(a store.Audience) bool { return out[a.Peer] }) {
			continue
		}
		m, err := lastContent(t, &i)
		if err != nil {
			return n, err
		}
		n++
		h := paiza.Handling{Purpose: m.Purpose, Owner: m.Owner}
		if err := d.recall(t, k, &i, h, reason, func(a store.Audience) bool { return out[a.Peer] }); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Decisions lists the acts of people on a peer or a group, newest first.
func (d *Desk) Decisions(ctx context.Context, who paiza.Actor, subject string) ([]paiza.Act, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(subject, "peer/") && !strings.HasPrefix(subject, "group/") {
		return nil, paiza.NotFound("subject", subject)
	}
	return d.store.DecisionsOn(ctx, subject, 50)
}
