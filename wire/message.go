package wire

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"paiza"
)

// Limits of a message.
const (
	MaxMessage     = 1 << 20 // bytes; what is larger travels as an attachment
	MaxBody        = MaxMessage - 256<<10
	MaxAttachments = 1000
	maxCauses      = 256
	maxGroups      = 64
	maxSubject     = 200
)

const (
	magicMessage = "PZM1"
	placeSize    = 4 + 16 + 16 + 8 + 8 + 32
)

// Types of messages that every node knows. A message of any other type is kept
// in quarantine until the node knows it.
const (
	TypeReceipt    = "receipt"    // body: a Receipt
	TypeCard       = "card"       // body: a Card
	TypeRevocation = "revocation" // body: a Revocation
	TypeDirectory  = "directory"  // body: a Directory
	TypeGroup      = "group"      // body: a Group
	TypeCheckpoint = "checkpoint" // body: a Checkpoint
)

// Message is one thing that a node says to another, and its place in the log
// between them.
type Message struct {
	From, To   NodeID
	Epoch, Seq uint64
	Prev       Hash // chain hash before it
	Content
	content []byte
}

// Content is a message without its place. The same content keeps its bytes when
// it is put in another place, which happens after a restore.
type Content struct {
	Salt    [16]byte // random: a digest must not give a short message away
	Type    string
	Desk    string // whom it is for at the other node: an authority on its card; empty for the node
	Subject string // kind and id at the owner: seizure/12
	Version uint64 // of the subject, from 1; 0 where it has none
	Causes  []Cause
	Handling
	Created     time.Time
	Exercise    bool // traffic of an exercise; never mixed with real data
	Attachments []Attachment
	Body        []byte
}

// Cause is a version of a subject that the sender had before him when he wrote.
type Cause struct {
	Origin  NodeID
	Subject string
	Version uint64
}

// Handling is what a receiving node must keep to. The limits travel with the
// item.
type Handling struct {
	TLP     paiza.TLP
	Purpose paiza.Purpose
	Owner   string // agency at the origin
	Origin  NodeID // node that owns the subject and alone may change it
	Groups  []GroupRef
}

// GroupRef names a version of a group's membership. A message to groups is for
// their members only.
type GroupRef struct {
	Group   UUID
	Version uint64
}

// NewSalt gives a random salt for a content.
func NewSalt() (s [16]byte) { rand.Read(s[:]); return s }

// Encode gives the bytes of a content, within the limits of a message.
func (c *Content) Encode() ([]byte, error) {
	w := &writer{b: make([]byte, 0, 256+len(c.Body))}
	w.raw(c.Salt[:])
	w.text(c.Type)
	w.text(c.Desk)
	w.text(c.Subject)
	w.u64(c.Version)
	w.u16(uint16(len(c.Causes)))
	for _, x := range c.Causes {
		w.raw(x.Origin[:])
		w.text(x.Subject)
		w.u64(x.Version)
	}
	w.text(string(c.TLP))
	w.text(string(c.Purpose))
	w.text(c.Owner)
	w.raw(c.Origin[:])
	w.u16(uint16(len(c.Groups)))
	for _, g := range c.Groups {
		w.raw(g.Group[:])
		w.u64(g.Version)
	}
	w.time(c.Created)
	w.u8(map[bool]uint8{true: 1}[c.Exercise])
	w.u16(uint16(len(c.Attachments)))
	for _, a := range c.Attachments {
		a.write(w)
	}
	w.bytes(c.Body)
	if len(w.b)+placeSize > MaxMessage {
		return nil, refuse(ReasonLimit, "a message of %d bytes", len(w.b)+placeSize)
	}
	return w.b, decodeContent(w.b, &Content{})
}

// decodeContent is also what refuses to write a content that no reader takes.
func decodeContent(raw []byte, c *Content) error {
	r := &reader{b: raw}
	r.fixed(c.Salt[:])
	c.Type, c.Desk, c.Subject, c.Version = r.text(64), r.text(64), r.text(maxSubject), r.u64()
	for range r.count(maxCauses) {
		var x Cause
		r.fixed(x.Origin[:])
		x.Subject, x.Version = r.text(maxSubject), r.u64()
		c.Causes = append(c.Causes, x)
	}
	c.TLP, c.Purpose, c.Owner = paiza.TLP(r.text(32)), paiza.Purpose(r.text(32)), r.text(64)
	r.fixed(c.Origin[:])
	for range r.count(maxGroups) {
		var g GroupRef
		r.fixed(g.Group[:])
		g.Version = r.u64()
		c.Groups = append(c.Groups, g)
	}
	c.Created, c.Exercise = r.time(), r.flag()
	for range r.count(MaxAttachments) {
		c.Attachments = append(c.Attachments, readAttachment(r))
	}
	c.Body = slices.Clip(r.bytes(MaxBody)) // part of raw
	if c.Type == "" {
		r.fail(ReasonMalformed, "a message without a type")
	}
	if c.Subject != "" && !strings.Contains(c.Subject, "/") {
		r.fail(ReasonMalformed, "a subject is kind/id")
	}
	return r.done()
}

// Place puts the bytes of a content at a place in a log and gives the bytes of
// the message. The chain hash there is Next(prev, epoch, seq, Digest(message)).
func Place(content []byte, from, to NodeID, epoch, seq uint64, prev Hash) []byte {
	w := &writer{b: make([]byte, 0, placeSize+len(content))}
	w.raw([]byte(magicMessage))
	w.raw(from[:])
	w.raw(to[:])
	w.u64(epoch)
	w.u64(seq)
	w.raw(prev[:])
	w.raw(content)
	return w.b
}

// ParseMessage reads the bytes of a message. What it gives keeps raw, which may not
// be changed afterwards.
func ParseMessage(raw []byte) (*Message, error) {
	if len(raw) > MaxMessage {
		return nil, refuse(ReasonLimit, "a message of %d bytes", len(raw))
	}
	r := &reader{b: raw}
	r.magic(magicMessage)
	m := &Message{}
	r.fixed(m.From[:])
	r.fixed(m.To[:])
	m.Epoch, m.Seq = r.u64(), r.u64()
	r.fixed(m.Prev[:])
	if r.err != nil {
		return nil, r.err
	}
	m.content = r.b
	return m, decodeContent(r.b, &m.Content)
}

// ContentOf gives the bytes of the content of a message, readable or not.
func ContentOf(raw []byte) ([]byte, error) {
	r := &reader{b: raw}
	r.magic(magicMessage)
	r.take(placeSize - 4)
	return r.b, r.err
}

// ContentBytes are the bytes of the content, as they were read.
func (m *Message) ContentBytes() []byte { return m.content }

// ContentHash is the hash by which the same content is recognised at another
// place.
func (m *Message) ContentHash() Hash { return HashContent(m.content) }

// HashContent is the hash of a content's bytes.
func HashContent(content []byte) Hash { return sum("paiza content 1", content) }
