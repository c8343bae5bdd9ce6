package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// What this node keeps at most for others.
const (
	ParcelsOfPair   = 1000      // parcels from one node to one other that wait here
	BytesOfPair     = 256 << 20 // of those
	ParcelsOfSender = 4000      // parcels of one node that wait here
	BytesOfSender   = 1 << 30   // of those
	// ParcelsKept is how long a parcel waits for its receiver. Then its sender is
	// told that it was not collected.
	ParcelsKept = 14 * 24 * time.Hour
)

// Post implements exchange.Relay. All that is taken over at once has one entry in
// the ledger, with addresses, sizes and hashes: nothing else of a parcel is known
// here.
func (x *Exchange) Post(ctx context.Context, from wire.NodeID, raws [][]byte, sign wire.Sign) (receipts []*wire.Receipt, err error) {
	k, p, err := x.peer(ctx, from)
	if err != nil {
		return nil, err
	}
	parcels := make([]*wire.Parcel, len(raws))
	for i, raw := range raws {
		// The receipt speaks of the number and the hash: what has none is refused whole.
		if parcels[i], err = wire.ParseParcel(raw); err != nil {
			return nil, err
		}
		if parcels[i].Relay != k.self || parcels[i].From != from {
			return nil, &wire.Refusal{Reason: wire.ReasonRecipient, Detail: "the parcel is not given here by who sent it"}
		}
	}
	now := x.d.now()
	why := make([]wire.Reason, len(parcels))
	err = x.d.act(ctx, machine(from), func(t *store.Tx) (entry, error) {
		var taken []string
		for i, one := range parcels {
			if why[i], err = x.mayRelay(t, k, one); err != nil {
				return entry{}, err
			}
			if why[i] != "" {
				if err := t.CountRefused(one.From.String(), one.To.String(), why[i], now); err != nil {
					return entry{}, err
				}
				continue
			}
			if known, err := t.HasParcel(one.Hash()); err != nil || known {
				if err != nil {
					return entry{}, err
				}
				continue
			}
			if err := t.KeepParcel(one, now); err != nil {
				return entry{}, err
			}
			taken = append(taken, parcelText(one))
		}
		if len(taken) == 0 {
			return entry{}, errNothing
		}
		return entry{action: "relay.take", subject: "peer/" + p.Node, detail: listed(taken)}, nil
	})
	if errors.Is(err, errNothing) {
		err = x.countRefused(ctx, parcels, why, now)
	}
	if err != nil {
		return nil, err
	}
	for i, one := range parcels {
		event := wire.EventRelayAcceptance
		if why[i] != "" {
			event = wire.EventRelayRejection
		}
		r, err := sign(wire.ParcelReceipt(&one.ParcelHeader, one.Hash(), event, why[i], now))
		if err != nil {
			return nil, err
		}
		receipts = append(receipts, r)
	}
	return receipts, nil
}

// countRefused keeps that parcels were refused when nothing was taken over, and
// so nothing stands in the ledger.
func (x *Exchange) countRefused(ctx context.Context, parcels []*wire.Parcel, why []wire.Reason, now time.Time) error {
	return x.d.store.Write(ctx, func(t *store.Tx) error {
		for i, one := range parcels {
			if why[i] == "" {
				continue
			}
			if err := t.CountRefused(one.From.String(), one.To.String(), why[i], now); err != nil {
				return err
			}
		}
		return nil
	})
}

func parcelText(p *wire.Parcel) string {
	return fmt.Sprintf("%s to %s, %d bytes, %s", p.From, p.To, len(p.Bytes()), p.Hash())
}

// listed is a list for the ledger: of a long one its beginning, and a hash that
// binds all of it.
func listed(list []string) string {
	all := strings.Join(list, "; ")
	if len(list) <= 20 {
		return all
	}
	return fmt.Sprintf("%s; and %d more, together %s", strings.Join(list[:20], "; "), len(list)-20, wire.Digest([]byte(all)))
}

// mayRelay says why a parcel is not taken over; empty when it is.
func (x *Exchange) mayRelay(t *store.Tx, k *community, p *wire.Parcel) (wire.Reason, error) {
	h, err := k.history(p.From)
	if err != nil {
		return wire.ReasonOf(err), nil
	}
	key, err := h.Signer(p.Signer, x.d.now())
	if err == nil {
		err = p.Verify(key)
	}
	if err != nil {
		return wire.ReasonOf(err), nil
	}
	if to, ok := k.peers[p.To]; !ok || to.Status == paiza.PeerInvited || to.Status == paiza.PeerEnded {
		return wire.ReasonAbsent, nil
	}
	byName, byDirectory, err := t.RelayAllowed(p.From.String(), p.To.String())
	if err != nil {
		return "", err
	}
	admitted := func(node wire.NodeID) bool {
		return k.Directory != nil && k.Directory.Card(node) != nil && k.Directory.Admits(node, x.d.now(), true)
	}
	if !byName && !(byDirectory && admitted(p.From) && admitted(p.To)) {
		return wire.ReasonRelay, nil
	}
	load, err := t.RelayLoad(p.From.String(), p.To.String(), p.Run)
	if err != nil {
		return "", err
	}
	size := int64(len(p.Bytes()))
	if load.Parcels >= ParcelsOfPair || load.Bytes+size > BytesOfPair || load.AllParcels >= ParcelsOfSender || load.AllBytes+size > BytesOfSender {
		return wire.ReasonLimit, nil
	}
	return "", nil
}

// Acked implements exchange.Relay.
func (x *Exchange) Acked(ctx context.Context, by wire.NodeID, acks []wire.Ack, sign wire.Sign) error {
	_, p, err := x.peer(ctx, by)
	if err != nil {
		return err
	}
	err = x.d.act(ctx, machine(by), func(t *store.Tx) (entry, error) {
		var given []string
		for _, a := range acks {
			one, err := t.GiveParcel(p.Node, a.Hash)
			if err != nil {
				return entry{}, err
			}
			if one == nil {
				if err := t.HeardReceipt(p.Node, a.Hash); err != nil {
					return entry{}, err
				}
				continue
			}
			text := parcelText(one)
			if a.Reason != "" {
				text += ", refused: " + string(a.Reason)
				if err := x.failed(t, one, a.Reason, sign); err != nil {
					return entry{}, err
				}
			}
			given = append(given, text)
		}
		if len(given) == 0 {
			return entry{}, errNothing
		}
		return entry{action: "relay.give", subject: "peer/" + p.Node, detail: listed(given)}, nil
	})
	if !errors.Is(err, errNothing) {
		return err
	}
	return x.d.store.Write(ctx, func(t *store.Tx) error {
		for _, a := range acks {
			if err := t.HeardReceipt(p.Node, a.Hash); err != nil {
				return err
			}
		}
		return nil
	})
}

// failed tells the sender of a parcel that it was not delivered.
func (x *Exchange) failed(t *store.Tx, p *wire.Parcel, why wire.Reason, sign wire.Sign) error {
	now := x.d.now()
	r, err := sign(wire.ParcelReceipt(&p.ParcelHeader, p.Hash(), wire.EventRelayFailure, why, now))
	if err != nil {
		return err
	}
	return t.TellSender(r, now)
}

// Waiting implements exchange.Relay.
func (x *Exchange) Waiting(ctx context.Context, node wire.NodeID, asked []wire.Hash, bytes int) (*wire.Collected, error) {
	out := &wire.Collected{}
	var err error
	if out.Parcels, out.Receipts, err = x.d.store.ParcelsFor(ctx, node.String(), 64, bytes); err != nil {
		return nil, err
	}
	for _, hash := range asked {
		waits, err := x.d.store.ParcelWaits(ctx, node.String(), hash)
		if err != nil {
			return nil, err
		}
		if waits {
			out.Waiting = append(out.Waiting, hash)
		}
	}
	return out, nil
}

// ReturnParcels tells the senders of parcels that nobody collected in time, and
// lets go of them.
func (x *Exchange) ReturnParcels(ctx context.Context) error {
	before := x.d.now().Add(-ParcelsKept)
	any, err := x.d.store.OldParcel(ctx, before)
	if err != nil || !any {
		return err
	}
	return x.d.returnParcels(ctx, paiza.Actor{ID: "exchange", Name: "exchange", Agency: paiza.HomeAgency}, wire.ReasonReturned,
		func(t *store.Tx) ([]*wire.Parcel, error) { return t.OldParcels(before, 500) }, "relay.return", "node/relay", "")
}

// returnParcels lets go of parcels, tells their senders why, and writes the entry.
func (d *Desk) returnParcels(ctx context.Context, who paiza.Actor, why wire.Reason, which func(*store.Tx) ([]*wire.Parcel, error), action, subject, reason string) error {
	x := &Exchange{d: d}
	k, err := d.node(ctx)
	if err != nil {
		return err
	}
	sign := func(r wire.Receipt) (*wire.Receipt, error) { return wire.NewReceipt(r, k.identity.Sign) }
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		list, err := which(t)
		if err != nil {
			return entry{}, err
		}
		text := make([]string, len(list))
		for i, p := range list {
			text[i] = parcelText(p)
			if err := x.failed(t, p, why, sign); err != nil {
				return entry{}, err
			}
		}
		return entry{action: action, subject: subject, reason: reason, detail: listed(text)}, nil
	})
}

// RelayState is what this node carries for others.
type RelayState struct {
	Pairs []paiza.RelayPair
	Flows []paiza.RelayFlow
}

// Relayed reads it.
func (d *Desk) Relayed(ctx context.Context, who paiza.Actor) (out RelayState, err error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return out, err
	}
	if out.Pairs, err = d.store.RelayPairs(ctx); err != nil {
		return out, err
	}
	out.Flows, err = d.store.RelayFlows(ctx)
	return out, err
}

// AllowRelay has this node carry parcels between two of its peers, in both
// directions; with two empty names, between all members of the trust directory.
// Who decides it has just proved that it is he.
func (d *Desk) AllowRelay(ctx context.Context, who paiza.Actor, a, b, reason string) error {
	a, b, subject, err := d.relayPair(ctx, who, a, b, reason)
	if err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "relay.allow", subject: subject, reason: reason, detail: pairText(a, b)},
			t.AllowRelay(paiza.RelayPair{A: a, B: b, Reason: reason, Person: who.ID, At: d.now()})
	})
}

// EndRelay takes it back. What waits between two that are named goes back to its
// senders; of members of the directory it is still handed over.
func (d *Desk) EndRelay(ctx context.Context, who paiza.Actor, a, b, reason string) error {
	a, b, subject, err := d.relayPair(ctx, who, a, b, reason)
	if err != nil {
		return err
	}
	return d.returnParcels(ctx, who, wire.ReasonRelay, func(t *store.Tx) ([]*wire.Parcel, error) {
		there, err := t.EndRelay(a, b)
		if err == nil && !there {
			err = paiza.Conflict("relay.not_allowed", nil)
		}
		if err != nil || a == "" {
			return nil, err
		}
		return t.ParcelsBetween(a, b)
	}, "relay.end", subject, reason)
}

func pairText(a, b string) string {
	if a == "" {
		return "all members of the trust directory"
	}
	return a + " and " + b
}

// relayPair checks two nodes for an act on what is carried, and puts them in
// their order.
func (d *Desk) relayPair(ctx context.Context, who paiza.Actor, a, b, reason string) (string, string, string, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return "", "", "", err
	}
	if err := d.decided(who, reason); err != nil {
		return "", "", "", err
	}
	k, err := d.node(ctx)
	if err != nil {
		return "", "", "", err
	}
	if a == "" && b == "" {
		return "", "", "node/" + k.self.String(), nil
	}
	if a == b {
		return "", "", "", paiza.Conflict("relay.same", nil)
	}
	for _, one := range []string{a, b} {
		if _, _, _, err := d.peerFor(ctx, who, one); err != nil {
			return "", "", "", err
		}
	}
	return min(a, b), max(a, b), "peer/" + a, nil
}
