package wire

import (
	"slices"
	"time"
)

// Limits of a proof file.
const (
	MaxProof      = 16 << 20
	magicProof    = "PZP1"
	maxProofCards = 256
	maxPath       = 1<<16 - 1
)

// Proof is everything that shows, without a node and without a network, that
// one node said something to another, and what became of it: `paiza proof` makes
// it, `paiza verify` reads it.
type Proof struct {
	Message     []byte   // as it was written into the log
	Path        []Hash   // digests of the messages after it, to the signed head and the last receipt
	Evidence    []byte   // header and signature of the batch it travelled in
	Cards       [][]byte // of the sender and of those who signed receipts, in their order
	Revocations [][]byte
	Receipts    [][]byte // of both nodes; and carriages, where nodes in between relayed it
	Ledger      [][]byte // proofs of the nodes' ledgers, which package ledger reads
}

// Encode gives the bytes of the file.
func (p *Proof) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicProof))
	w.bytes(p.Message)
	w.u16(uint16(len(p.Path)))
	for _, h := range p.Path {
		w.raw(h[:])
	}
	w.bytes(p.Evidence)
	writeList(w, p.Cards)
	writeList(w, p.Revocations)
	writeList(w, p.Receipts)
	writeList(w, p.Ledger)
	return w.b
}

// ParseProof reads a proof file. Nothing in it is verified yet.
func ParseProof(raw []byte) (*Proof, error) {
	if len(raw) > MaxProof {
		return nil, refuse(ReasonLimit, "a proof of %d bytes", len(raw))
	}
	r := &reader{b: raw}
	r.magic(magicProof)
	p := &Proof{Message: slices.Clone(r.bytes(MaxMessage))}
	for range r.count(maxPath) {
		var h Hash
		r.fixed(h[:])
		p.Path = append(p.Path, h)
	}
	p.Evidence = slices.Clone(r.bytes(evidenceSize))
	p.Cards = readList(r, maxProofCards, MaxCard)
	p.Revocations = readList(r, maxProofCards, 2048)
	p.Receipts = readList(r, maxReceipts, MaxReceipt)
	p.Ledger = readList(r, maxReceipts, MaxNote)
	return p, r.done()
}

// Report is what a proof shows.
type Report struct {
	Message  *Message
	Digest   Hash
	Place    Cursor // of the message, with the chain hash there
	Sender   *Card  // the card whose key signed
	Cards    []*Card
	Durable  time.Time // when the receiver stated that it has it; zero when no receipt says so
	Refused  Reason    // why it lies in quarantine there
	Opened   []Opening
	Receipts []*Receipt // all of the two nodes, verified
	Relayed  []Relayed  // what nodes that relayed it said
	Ledger   [][]byte   // not verified here
}

// Opening is that a named official opened the message.
type Opening struct {
	Official string
	At       time.Time
}

// Verify checks the whole proof: the cards continue each other, the sender's key
// signed the head of the chain, the message leads to it, every receipt is signed,
// speaks of this message at this place and denies no other. The error says
// exactly what does not hold. Whose the cards are is for the reader to judge, by
// their fingerprints or their countersignatures.
func (p *Proof) Verify() (*Report, error) {
	nodes, err := p.histories()
	if err != nil {
		return nil, err
	}
	m, err := ParseMessage(p.Message)
	if err != nil {
		return nil, err
	}
	rep := &Report{Message: m, Digest: Digest(p.Message), Ledger: p.Ledger}
	rep.Place = Cursor{m.Epoch, m.Seq, Next(m.Prev, m.Epoch, m.Seq, Digest(p.Message))}
	if err := p.verifyHead(rep, nodes); err != nil {
		return nil, err
	}
	for _, h := range nodes {
		rep.Cards = append(rep.Cards, h.Cards()...)
	}
	slices.SortFunc(rep.Cards, func(a, b *Card) int {
		if c := slices.Compare(a.Node[:], b.Node[:]); c != 0 {
			return c
		}
		return cmp(a.Serial, b.Serial)
	})
	if err := p.verifyReceipts(rep, nodes); err != nil {
		return nil, err
	}
	return rep, p.verifyTime(rep, nodes[m.From])
}

func (p *Proof) histories() (map[NodeID]*History, error) {
	nodes := map[NodeID]*History{}
	for _, raw := range p.Cards {
		c, err := ParseCard(raw)
		if err != nil {
			return nil, err
		}
		if nodes[c.Node] == nil {
			nodes[c.Node] = &History{}
		}
		if err := nodes[c.Node].Add(c); err != nil {
			return nil, err
		}
	}
	for _, raw := range p.Revocations {
		v, err := ParseRevocation(raw)
		if err != nil {
			return nil, err
		}
		h := nodes[v.Node]
		if h == nil {
			return nil, refuse(ReasonSender, "a revocation of %s, whose card is not in the proof", v.Node)
		}
		if err := h.Revoke(v); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

func (p *Proof) verifyHead(rep *Report, nodes map[NodeID]*History) error {
	e, err := ParseEvidence(p.Evidence)
	if err != nil {
		return err
	}
	m := rep.Message
	if e.Kind != BatchLog || e.From != m.From || e.To != m.To || e.Epoch != m.Epoch || m.Seq < e.First || m.Seq > e.Last() {
		return refuse(ReasonPosition, "the signed head is not of the place of the message")
	}
	if err := p.leadsTo(rep.Place, e.End(), "the signed head"); err != nil {
		return err
	}
	h := nodes[m.From]
	if h == nil {
		return refuse(ReasonSender, "the card of %s is not in the proof", m.From)
	}
	for _, c := range h.Cards() {
		if c.Signing() == e.Signer {
			rep.Sender = c
		}
	}
	if rep.Sender == nil {
		return refuse(ReasonKey, "the key %s is on no card of the sender", e.Signer)
	}
	return e.Verify(rep.Sender.SigningKey)
}

// verifyTime checks that the sender's key was good when it signed: after the
// message was written and before the receiver had it. Of a key that was revoked
// later only the receiver's word says that it signed before.
func (p *Proof) verifyTime(rep *Report, h *History) error {
	at := rep.Message.Created
	if rep.Sender.NotBefore.After(at) {
		at = rep.Sender.NotBefore
	}
	for _, v := range h.Revocations() {
		if v.Key == rep.Sender.Signing() && rep.Durable.IsZero() {
			return refuse(ReasonKeyRevoked, "the sender's key was revoked, and no receipt says that the message is older")
		}
	}
	if !rep.Durable.IsZero() && rep.Durable.After(at) {
		at = rep.Durable
	}
	_, err := h.Signer(rep.Sender.Signing(), at)
	return err
}

func (p *Proof) verifyReceipts(rep *Report, nodes map[NodeID]*History) error {
	m := rep.Message
	for _, raw := range p.Receipts {
		if len(raw) >= 4 && string(raw[:3]) == magicCarriage[:3] {
			if err := p.verifyCarriage(rep, raw, nodes); err != nil {
				return err
			}
			continue
		}
		x, err := ParseReceipt(raw)
		if err != nil {
			return err
		}
		if err := x.Verify(nodes[x.Issuer]); err != nil {
			return err
		}
		covers, refused := x.Covers(m.Epoch, m.Seq)
		if x.From != m.From || x.To != m.To || !covers {
			return refuse(ReasonPosition, "a receipt does not speak of this message")
		}
		if x.Issuer != m.To && x.Issuer != m.From {
			return refuse(ReasonSender, "a receipt by %s, who had no part in it", x.Issuer)
		}
		if err := p.leadsTo(rep.Place, x.End(), "a receipt"); err != nil {
			return err
		}
		for _, old := range rep.Receipts {
			if err := x.Contradicts(old); err != nil {
				return err
			}
		}
		rep.Receipts = append(rep.Receipts, x)
		if x.Issuer != m.To {
			continue
		}
		switch x.Event {
		case EventContentConsignment:
			if rep.Durable.IsZero() || x.At.Before(rep.Durable) {
				rep.Durable = x.At
			}
			rep.Refused = refused
		case EventContentHandover:
			rep.Opened = append(rep.Opened, Opening{x.Official, x.At})
		}
	}
	return nil
}

// verifyCarriage takes up what a relay said of a parcel in which the message
// travelled.
func (p *Proof) verifyCarriage(rep *Report, raw []byte, nodes map[NodeID]*History) error {
	c, err := ParseCarriage(raw)
	if err != nil {
		return err
	}
	h, said, err := c.Verify(nodes)
	if err != nil {
		return err
	}
	m := rep.Message
	if h.From != m.From || h.To != m.To || c.End.Epoch != m.Epoch || m.Seq < c.First || m.Seq > c.End.Seq {
		return refuse(ReasonPosition, "a relay's receipt does not speak of this message")
	}
	if err := p.leadsTo(rep.Place, c.End, "the end of a parcel"); err != nil {
		return err
	}
	rep.Relayed = append(rep.Relayed, said...)
	return nil
}

// leadsTo checks the chain from the message to an end that lies on the path.
func (p *Proof) leadsTo(from, end Cursor, what string) error {
	n := end.Seq - from.Seq
	if n > uint64(len(p.Path)) {
		return refuse(ReasonChain, "the path ends before %s", what)
	}
	at := from.Hash
	for i, d := range p.Path[:n] {
		at = Next(at, from.Epoch, from.Seq+1+uint64(i), d)
	}
	if at != end.Hash {
		return refuse(ReasonChain, "the message does not lead to %s", what)
	}
	return nil
}
