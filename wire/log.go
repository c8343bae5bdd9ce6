package wire

import (
	"crypto/ed25519"
	"crypto/hpke"
	"time"
)

// Row is one message of a log that this node keeps for a peer.
type Row struct {
	Cursor      // its place, and the chain hash there
	Prev   Hash // the chain hash before it
	Item
}

// LogState is how far a log for a peer goes.
type LogState struct {
	Head   Cursor // its end
	Have   Cursor // how far the peer said that he has it
	Proven Cursor // how far the peer's receipts say so
}

// Epoch is a part of a log: it begins at the place Base of the epochs before it
// and has Last messages so far.
type Epoch struct {
	Epoch uint64
	Base  Cursor
	Last  uint64
}

// Kept is a batch of a peer's log as it lies in the archive: his signed header
// and the messages.
type Kept struct {
	Evidence *Evidence
	Items    []Item
}

// Identity is this node: its cards and its secret keys.
type Identity struct {
	Cards []*Card // all of them, the present one last
	Sign  ed25519.PrivateKey
	Open  map[KeyID]hpke.PrivateKey // the sealing keys of all cards
}

// Card is the present card.
func (i *Identity) Card() *Card { return i.Cards[len(i.Cards)-1] }

// Sign signs a receipt of this node.
type Sign func(Receipt) (*Receipt, error)

// Fresh gives the messages of a batch that are not here yet.
func Fresh(o *Opened, have Cursor) []OpenedItem {
	if o.Epoch != have.Epoch || o.First > have.Seq {
		return o.Items
	}
	return o.Items[have.Seq+1-o.First:]
}

// Consign makes the receipts that messages of a peer's log are durable here: one
// for as many as follow each other in one epoch. items are all messages of a
// commit in order, each with why it was set aside.
func Consign(self, peer NodeID, items []OpenedItem, at time.Time, sign Sign) ([]*Receipt, error) {
	var out []*Receipt
	for len(items) > 0 {
		r := Receipt{Event: EventContentConsignment, Issuer: self, From: peer, To: self, Epoch: items[0].Epoch, First: items[0].Seq, At: at}
		n := 0
		for ; n < len(items) && items[n].Epoch == r.Epoch && len(r.Refused) < MaxBatchItems; n++ {
			r.Last, r.Hash = items[n].Seq, items[n].Hash
			if items[n].Refused != "" {
				r.Refused = append(r.Refused, RefusedMessage{Seq: items[n].Seq, Reason: items[n].Refused})
			}
		}
		signed, err := sign(r)
		if err != nil {
			return nil, err
		}
		out, items = append(out, signed), items[n:]
	}
	return out, nil
}
