package wire

import (
	"slices"
	"time"
)

const (
	magicCarriage = "PZZ1"
	// MaxCarriage is the most bytes of a carriage.
	MaxCarriage      = 16 << 10
	maxCarriedProofs = 4
)

// Carriage shows that a relay took over a parcel in which a part of a log
// travelled, and what it said of it. The relay saw neither: in the parcel's header
// stands only a commitment, which the sender opens by the salt.
type Carriage struct {
	Head     []byte // header of the parcel with its signature
	Salt     [32]byte
	First    uint64
	End      Cursor // the last message that it carried
	Receipts [][]byte
}

// Sending is a part of a log on its way in a parcel.
type Sending struct {
	Parcel *Parcel
	Salt   [32]byte // opens the commitment in its header
	First  uint64
	End    Cursor
}

// Commit hides, by 32 random bytes, which part of a log a parcel carries: from the message First of
// End's epoch to End.
func Commit(salt [32]byte, first uint64, end Cursor) Hash {
	w := &writer{}
	w.raw(salt[:])
	w.u64(first)
	writeCursor(w, end)
	return sum(carriedDomain, w.b)
}

// Encode gives the bytes of a carriage.
func (c *Carriage) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicCarriage))
	w.bytes(c.Head)
	w.raw(c.Salt[:])
	w.u64(c.First)
	writeCursor(w, c.End)
	writeList(w, c.Receipts)
	return w.b
}

// ParseCarriage reads a carriage and checks its form.
func ParseCarriage(raw []byte) (*Carriage, error) {
	r := &reader{b: raw}
	r.magic(magicCarriage)
	c := &Carriage{Head: slices.Clone(r.bytes(parcelHead))}
	r.fixed(c.Salt[:])
	c.First, c.End = r.u64(), readCursor(r)
	c.Receipts = readList(r, maxCarriedProofs, 2048)
	if err := r.done(); err != nil {
		return nil, err
	}
	if c.First == 0 || c.End.Seq < c.First || len(c.Receipts) == 0 {
		return nil, refuse(ReasonMalformed, "a carriage of nothing")
	}
	_, err := c.Header()
	return c, err
}

// Header reads the header of the parcel.
func (c *Carriage) Header() (*ParcelHeader, error) {
	h := &ParcelHeader{}
	r := &reader{b: c.Head}
	h.decode(r)
	r.take(parcelHead - parcelCore)
	return h, r.done()
}

// Relayed is what a relay said of a parcel, verified.
type Relayed struct {
	Relay  NodeID
	Event  Event
	At     time.Time
	Reason Reason
}

// Verify checks that the sender signed the parcel's header, that the part of the
// log is the one to which it commits, and that the relay's receipts are of that
// parcel.
func (c *Carriage) Verify(nodes map[NodeID]*History) (*ParcelHeader, []Relayed, error) {
	h, err := c.Header()
	if err != nil {
		return nil, nil, err
	}
	from := nodes[h.From]
	if from == nil {
		return nil, nil, refuse(ReasonSender, "the card of %s is not in the proof", h.From)
	}
	key, err := from.Signer(h.Signer, h.Made)
	if err != nil {
		return nil, nil, err
	}
	if err := verifyParcel(c.Head, h.Signer, key); err != nil {
		return nil, nil, err
	}
	if Commit(c.Salt, c.First, c.End) != h.Carried {
		return nil, nil, refuse(ReasonConflict, "the parcel carried another part of the log")
	}
	var out []Relayed
	for _, raw := range c.Receipts {
		x, err := ParseReceipt(raw)
		if err != nil {
			return nil, nil, err
		}
		if err := x.Verify(nodes[x.Issuer]); err != nil {
			return nil, nil, err
		}
		if x.Issuer != h.Relay || !x.OfParcel(h, sum(parcelDomain, c.Head[:parcelCore])) {
			return nil, nil, refuse(ReasonPosition, "a receipt does not speak of this parcel")
		}
		out = append(out, Relayed{x.Issuer, x.Event, x.At, x.Reason})
	}
	return h, out, nil
}

// ParcelReceipt is the form in which a relay speaks of a parcel that it was
// given: its number stands where a log's would, its hash for the chain's.
func ParcelReceipt(h *ParcelHeader, hash Hash, event Event, why Reason, at time.Time) Receipt {
	return Receipt{Event: event, Issuer: h.Relay, From: h.From, To: h.To, Epoch: parcelEpoch, First: h.Number, Last: h.Number, Hash: hash, At: at, Reason: why}
}

// OfParcel reports whether a receipt is one of a relay and speaks of the parcel.
func (x *Receipt) OfParcel(h *ParcelHeader, hash Hash) bool {
	return x.relayed() && x.Epoch == parcelEpoch && x.First == h.Number && x.Last == h.Number && x.Hash == hash && x.From == h.From && x.To == h.To
}

func (x *Receipt) relayed() bool {
	return x.Event == EventRelayAcceptance || x.Event == EventRelayRejection || x.Event == EventRelayFailure
}
