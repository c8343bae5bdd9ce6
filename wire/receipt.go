package wire

import (
	"crypto/ed25519"
	"slices"
	"time"
)

// Event is what a receipt states, by the names of ETSI EN 319 522-1 §6.
type Event string

// The events.
const (
	// The sender's own node has kept the message for sending.
	EventSubmissionAcceptance Event = "SubmissionAcceptance"
	EventSubmissionRejection  Event = "SubmissionRejection"
	// A node that relays has taken a sealed parcel over; it cannot open it.
	EventRelayAcceptance Event = "RelayAcceptance"
	EventRelayRejection  Event = "RelayRejection" // the parcel was refused
	EventRelayFailure    Event = "RelayFailure"   // it was not collected in time, or the receiver refused it
	// The message is durable in the recipient's node, and its signature, chain and
	// hash were verified. Messages in Refused are durable there in quarantine.
	EventContentConsignment        Event = "ContentConsignment"
	EventContentConsignmentFailure Event = "ContentConsignmentFailure"
	// The officials of the addressed desk were told.
	EventContentConsignmentNotification        Event = "ContentConsignmentNotification"
	EventContentConsignmentNotificationFailure Event = "ContentConsignmentNotificationFailure"
	// A named official opened the message.
	EventContentHandover        Event = "ContentHandover"
	EventContentHandoverFailure Event = "ContentHandoverFailure"
)

var events = []Event{EventSubmissionAcceptance, EventSubmissionRejection, EventRelayAcceptance, EventRelayRejection,
	EventRelayFailure, EventContentConsignment, EventContentConsignmentFailure, EventContentConsignmentNotification,
	EventContentConsignmentNotificationFailure, EventContentHandover, EventContentHandoverFailure}

func (e Event) failure() bool {
	switch e {
	case EventSubmissionRejection, EventRelayRejection, EventRelayFailure, EventContentConsignmentFailure,
		EventContentConsignmentNotificationFailure, EventContentHandoverFailure:
		return true
	}
	return false
}

const (
	magicReceipt = "PZR1"
	// MaxReceipt is the most bytes that a receipt may have.
	MaxReceipt = 96 << 10
)

// Receipt is a signed statement about messages of a log: those from First to
// Last of one epoch. One receipt does for a whole batch.
type Receipt struct {
	Event       Event
	Issuer      NodeID // who states it
	From, To    NodeID // of the log
	Epoch       uint64
	First, Last uint64
	Hash        Hash // chain hash at Last, which binds every message up to it
	At          time.Time
	Official    string // who opened it, by name and authority; for ContentHandover
	Reason      Reason // for rejections and failures
	Refused     []RefusedMessage
	signed      *Signed
}

// RefusedMessage is one message of the range that was kept in quarantine.
type RefusedMessage struct {
	Seq    uint64
	Reason Reason
}

// NewReceipt makes a receipt and signs it.
func NewReceipt(in Receipt, key ed25519.PrivateKey) (*Receipt, error) {
	w := &writer{}
	w.text(string(in.Event))
	w.raw(in.Issuer[:])
	w.raw(in.From[:])
	w.raw(in.To[:])
	w.u64(in.Epoch)
	w.u64(in.First)
	w.u64(in.Last)
	w.raw(in.Hash[:])
	w.time(in.At)
	w.text(in.Official)
	w.text(string(in.Reason))
	w.u16(uint16(len(in.Refused)))
	for _, x := range in.Refused {
		w.u64(x.Seq)
		w.text(string(x.Reason))
	}
	s := &Signed{Kind: magicReceipt, Body: w.b}
	s.Sign(key)
	return ParseReceipt(s.Encode())
}

// ParseReceipt reads a receipt and checks its form. Verify checks who signed it.
func ParseReceipt(raw []byte) (*Receipt, error) {
	s, err := parseSigned(raw, magicReceipt, MaxReceipt)
	if err != nil {
		return nil, err
	}
	x := &Receipt{signed: s}
	r := &reader{b: s.Body}
	x.Event = Event(r.text(64))
	r.fixed(x.Issuer[:])
	r.fixed(x.From[:])
	r.fixed(x.To[:])
	x.Epoch, x.First, x.Last = r.u64(), r.u64(), r.u64()
	r.fixed(x.Hash[:])
	x.At, x.Official, x.Reason = r.time(), r.text(maxName), Reason(r.text(maxReason))
	for range r.count(MaxBatchItems) {
		x.Refused = append(x.Refused, RefusedMessage{r.u64(), Reason(r.text(maxReason))})
	}
	if err := r.done(); err != nil {
		return nil, err
	}
	return x, x.check()
}

func (x *Receipt) check() error {
	switch {
	case !slices.Contains(events, x.Event):
		return refuse(ReasonMalformed, "a receipt of the event %q", x.Event)
	case x.Epoch == 0 || x.First == 0 || x.Last < x.First || x.At.IsZero():
		return refuse(ReasonMalformed, "a receipt of nothing")
	case x.Event.failure() != (x.Reason != ""):
		return refuse(ReasonMalformed, "a failure has a reason, and nothing else has")
	case (x.Event == EventContentHandover) != (x.Official != ""):
		return refuse(ReasonMalformed, "a hand-over names who opened it, and nothing else does")
	case len(x.Refused) > 0 && x.Event != EventContentConsignment:
		return refuse(ReasonMalformed, "only a consignment sets messages aside")
	}
	last := x.First - 1
	for _, m := range x.Refused {
		if m.Seq <= last || m.Seq > x.Last || m.Reason == "" {
			return refuse(ReasonMalformed, "the refused messages are not in order")
		}
		last = m.Seq
	}
	return nil
}

// Bytes gives the receipt as it travels.
func (x *Receipt) Bytes() []byte { return x.signed.Encode() }

// End is the place of the last message that the receipt speaks of.
func (x *Receipt) End() Cursor { return Cursor{x.Epoch, x.Last, x.Hash} }

// Covers reports whether the receipt speaks of the message, and why it was
// refused when it was.
func (x *Receipt) Covers(epoch, seq uint64) (bool, Reason) {
	if epoch != x.Epoch || seq < x.First || seq > x.Last {
		return false, ""
	}
	for _, m := range x.Refused {
		if m.Seq == seq {
			return true, m.Reason
		}
	}
	return true, x.Reason
}

// Verify checks that the issuer signed the receipt with a key that was good at
// the time it states.
func (x *Receipt) Verify(issuer *History) error {
	if issuer == nil || issuer.Latest() == nil || issuer.Latest().Node != x.Issuer {
		return refuse(ReasonSender, "no card of %s is known", x.Issuer)
	}
	err := refuse(ReasonSignature, "the receipt is not signed")
	for _, s := range x.signed.Signatures {
		key, e := issuer.Signer(s.Key, x.At)
		if e != nil {
			err = e
			continue
		}
		if x.signed.SignedBy(key) {
			return nil
		}
	}
	return err
}

// Contradicts says how the receipt denies what the same issuer stated earlier;
// nil when both can be true. A message may first be refused and then be taken,
// when what was missing has come; never the other way round.
func (x *Receipt) Contradicts(earlier *Receipt) error {
	if x.Issuer != earlier.Issuer || x.From != earlier.From || x.To != earlier.To || x.Epoch != earlier.Epoch {
		return nil
	}
	if x.Last == earlier.Last && x.Hash != earlier.Hash {
		return refuse(ReasonConflict, "two chain hashes at message %d", x.Last)
	}
	if !earlier.delivered() {
		return nil
	}
	if x.Event != EventContentConsignment && x.Event != EventContentConsignmentFailure {
		return nil
	}
	if x.Reason == "" {
		for _, m := range x.Refused {
			if covers, then := earlier.Covers(x.Epoch, m.Seq); covers && then == "" {
				return refuse(ReasonConflict, "message %d was taken and is now refused: %s", m.Seq, m.Reason)
			}
		}
		return nil
	}
	first, last := max(x.First, earlier.First), min(x.Last, earlier.Last)
	refused := uint64(0)
	for _, m := range earlier.Refused {
		if m.Seq >= first && m.Seq <= last {
			refused++
		}
	}
	if first <= last && last-first+1 > refused {
		return refuse(ReasonConflict, "a message from %d to %d was taken and is now refused: %s", first, last, x.Reason)
	}
	return nil
}

// delivered reports whether the receipt says that content is durable.
func (x *Receipt) delivered() bool {
	return x.Event == EventContentConsignment || x.Event == EventContentConsignmentNotification || x.Event == EventContentHandover
}
