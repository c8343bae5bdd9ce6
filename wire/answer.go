package wire

import "slices"

const (
	magicAnswer   = "PZW1"
	magicQuery    = "PZQ1"
	magicPlaces   = "PZL1"
	magicReturn   = "PZT1"
	magicAttached = "PZX1"
	maxPlaces     = 256
	maxReceipts   = 64
	// MaxAnswer is the most bytes of an answer to a batch.
	MaxAnswer = 256 + maxReceipts*(MaxReceipt+4)
	// MaxReturn is the most bytes of a batch given back.
	MaxReturn = MaxBatch + evidenceSize + 16
	// MaxQuery is the most bytes of a query.
	MaxQuery = 16 + maxPlaces*16
)

// Answer is what a receiver answers to a batch after it has made it durable.
type Answer struct {
	Have     Cursor   // how far he has the log now
	Receipts [][]byte // for this batch, and for what was recommitted with it
	Window   uint16   // how many batches he takes at once from now on
}

// Encode gives the bytes of an answer.
func (a *Answer) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicAnswer))
	writeCursor(w, a.Have)
	writeList(w, a.Receipts)
	w.u16(a.Window)
	return w.b
}

// ParseAnswer reads an answer.
func ParseAnswer(raw []byte) (*Answer, error) {
	r := &reader{b: raw}
	r.magic(magicAnswer)
	a := &Answer{Have: readCursor(r), Receipts: readList(r, maxReceipts, MaxReceipt), Window: r.u16()}
	return a, r.done()
}

// Query asks for the chain hashes that a node has of the asker's log, at places
// given by epoch and number. By them both find where two histories part.
type Query struct{ Places []Cursor } // hashes zero when asking

// Encode gives the bytes of a query.
func (q *Query) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicQuery))
	w.u16(uint16(len(q.Places)))
	for _, p := range q.Places {
		w.u64(p.Epoch)
		w.u64(p.Seq)
	}
	return w.b
}

// ParseQuery reads a query.
func ParseQuery(raw []byte) (*Query, error) {
	r := &reader{b: raw}
	r.magic(magicQuery)
	q := &Query{}
	for range r.count(maxPlaces) {
		q.Places = append(q.Places, Cursor{Epoch: r.u64(), Seq: r.u64()})
	}
	return q, r.done()
}

// Places answers a query: the places with their hashes; a zero hash where the
// node has nothing.
type Places struct{ Places []Cursor }

// Encode gives the bytes of the answer.
func (p *Places) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicPlaces))
	w.u16(uint16(len(p.Places)))
	for _, c := range p.Places {
		writeCursor(w, c)
	}
	return w.b
}

// ParsePlaces reads the answer to a query.
func ParsePlaces(raw []byte) (*Places, error) {
	r := &reader{b: raw}
	r.magic(magicPlaces)
	p := &Places{}
	for range r.count(maxPlaces) {
		p.Places = append(p.Places, readCursor(r))
	}
	return p, r.done()
}

// Return gives a batch back to who wrote it: the batch's header as its writer
// signed it then, and its messages sealed anew, for him.
type Return struct {
	Evidence []byte
	Batch    []byte
}

// Encode gives the bytes of a batch given back.
func (x *Return) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicReturn))
	w.bytes(x.Evidence)
	w.bytes(x.Batch)
	return w.b
}

// ParseReturn reads a batch given back.
func ParseReturn(raw []byte) (*Return, error) {
	r := &reader{b: raw}
	r.magic(magicReturn)
	x := &Return{slices.Clone(r.bytes(evidenceSize)), slices.Clone(r.bytes(MaxBatch))}
	return x, r.done()
}

// ManifestIndex asks for the manifest instead of a chunk.
const ManifestIndex = 1<<32 - 1

// AttachmentQuery asks for one chunk of an attachment, or for its manifest.
type AttachmentQuery struct {
	ID    Hash
	Index uint32
}

// Encode gives the bytes of the query.
func (q *AttachmentQuery) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicAttached))
	w.raw(q.ID[:])
	w.u32(q.Index)
	return w.b
}

// ParseAttachmentQuery reads the query.
func ParseAttachmentQuery(raw []byte) (*AttachmentQuery, error) {
	r := &reader{b: raw}
	r.magic(magicAttached)
	q := &AttachmentQuery{}
	r.fixed(q.ID[:])
	q.Index = r.u32()
	return q, r.done()
}
