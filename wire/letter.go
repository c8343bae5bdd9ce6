package wire

import "slices"

const (
	magicLetters = "PZI1"
	maxLetters   = 256
	maxVerb      = 16
)

// LetterKind says what a letter is.
type LetterKind uint8

// The kinds.
const (
	LetterAsk    LetterKind = 0 // a request of the conversation
	LetterAnswer LetterKind = 1 // its answer
	LetterRefuse LetterKind = 2 // its refusal
)

// Letter is one request or one answer of the conversation of two nodes inside a
// parcel: what a direct line would carry, the same bytes.
type Letter struct {
	Kind LetterKind
	Call uint64 // the asker's number of the request, random
	Verb string
	Body []byte
}

// Letters are what one parcel carries.
type Letters struct {
	// Cards of the sender: who has not got his present one yet could not check the
	// parcel's signature.
	Cards   [][]byte
	Letters []Letter
}

// Size is how many bytes a letter adds.
func (l *Letter) Size() int { return 1 + 8 + 2 + len(l.Verb) + 4 + len(l.Body) }

// Encode gives the bytes of the letters.
func (l *Letters) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicLetters))
	writeList(w, l.Cards)
	w.u16(uint16(len(l.Letters)))
	for _, x := range l.Letters {
		w.u8(uint8(x.Kind))
		w.u64(x.Call)
		w.text(x.Verb)
		w.bytes(x.Body)
	}
	return w.b
}

// ParseLetters reads letters.
func ParseLetters(raw []byte) (*Letters, error) {
	r := &reader{b: raw}
	r.magic(magicLetters)
	l := &Letters{Cards: readList(r, maxHelloCards, MaxCard)}
	for range r.count(maxLetters) {
		x := Letter{Kind: LetterKind(r.u8()), Call: r.u64(), Verb: r.text(maxVerb), Body: slices.Clone(r.bytes(MaxLetters))}
		if r.err == nil && x.Kind > LetterRefuse {
			r.fail(ReasonMalformed, "a letter of the kind %d", x.Kind)
		}
		l.Letters = append(l.Letters, x)
	}
	return l, r.done()
}

const (
	magicPost      = "PZJ1"
	magicPosted    = "PZO1"
	magicCollect   = "PZE1"
	magicCollected = "PZU1"
	maxParcels     = 64
	maxAsked       = 1024
	// MaxPost is the most bytes of parcels that are given to a relay at once.
	MaxPost = 8 << 20
	// MaxPosted is the most bytes of its answer.
	MaxPosted = 64 + maxParcels*2048
	// MaxCollect is the most bytes of a question for parcels.
	MaxCollect = 64 + maxAsked*(32+2+maxReason+32)
	// MaxCollected is the most bytes of its answer.
	MaxCollected = MaxPost + 64 + maxParcels*2048 + maxAsked*32
)

// Post gives parcels to the node that relays them.
type Post struct{ Parcels [][]byte }

// Encode gives the bytes of the parcels.
func (p *Post) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicPost))
	writeList(w, p.Parcels)
	return w.b
}

// ParsePost reads parcels.
func ParsePost(raw []byte) (*Post, error) {
	r := &reader{b: raw}
	r.magic(magicPost)
	p := &Post{Parcels: readList(r, maxParcels, MaxParcel)}
	return p, r.done()
}

// Posted answers them: a receipt of the relay for each, in their order, that it
// has it durably (RelayAcceptance), or why not (RelayRejection).
type Posted struct{ Receipts [][]byte }

// Encode gives the bytes of the answer.
func (p *Posted) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicPosted))
	writeList(w, p.Receipts)
	return w.b
}

// ParsePosted reads the answer.
func ParsePosted(raw []byte) (*Posted, error) {
	r := &reader{b: raw}
	r.magic(magicPosted)
	p := &Posted{Receipts: readList(r, maxParcels, 2048)}
	return p, r.done()
}

// Ack says that a parcel, by its hash, or a receipt, by the SHA-256 of its bytes,
// need not be kept any longer. With a reason the parcel was refused, and its
// sender is told so.
type Ack struct {
	Hash   Hash
	Reason Reason
}

// Collect asks the relay for parcels.
type Collect struct {
	Wait  uint32 // milliseconds that the answer may be held back while there is nothing
	Acks  []Ack
	Asked []Hash // own parcels of which the asker wants to know whether they still wait
}

// Encode gives the bytes of the question.
func (t *Collect) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicCollect))
	w.u32(t.Wait)
	w.u16(uint16(len(t.Acks)))
	for _, a := range t.Acks {
		w.raw(a.Hash[:])
		w.text(string(a.Reason))
	}
	writeHashes(w, t.Asked)
	return w.b
}

// ParseCollect reads the question.
func ParseCollect(raw []byte) (*Collect, error) {
	r := &reader{b: raw}
	r.magic(magicCollect)
	t := &Collect{Wait: r.u32()}
	for range r.count(maxAsked) {
		var a Ack
		r.fixed(a.Hash[:])
		a.Reason = Reason(r.text(maxReason))
		t.Acks = append(t.Acks, a)
	}
	t.Asked = readHashes(r)
	return t, r.done()
}

// Collected is the relay's answer: parcels for the asker in the order in which they
// came, statements about parcels of his, and which of those he asked for still
// wait.
type Collected struct {
	Parcels  [][]byte
	Receipts [][]byte
	Waiting  []Hash
}

// Encode gives the bytes of the answer.
func (t *Collected) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicCollected))
	writeList(w, t.Parcels)
	writeList(w, t.Receipts)
	writeHashes(w, t.Waiting)
	return w.b
}

// ParseCollected reads the answer.
func ParseCollected(raw []byte) (*Collected, error) {
	r := &reader{b: raw}
	r.magic(magicCollected)
	t := &Collected{Parcels: readList(r, maxParcels, MaxParcel), Receipts: readList(r, maxParcels, 2048), Waiting: readHashes(r)}
	return t, r.done()
}

func writeHashes(w *writer, list []Hash) {
	w.u16(uint16(len(list)))
	for _, h := range list {
		w.raw(h[:])
	}
}

func readHashes(r *reader) (out []Hash) {
	for range r.count(maxAsked) {
		var h Hash
		r.fixed(h[:])
		out = append(out, h)
	}
	return out
}
