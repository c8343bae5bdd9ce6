package exchange

import (
	"context"
	"errors"
	"io"

	"paiza/wire"
)

// Cargo says what a courier's files should carry.
type Cargo struct {
	After wire.Cursor // of the log for the peer
	Bare  bool        // without the files beside messages
	Size  int64       // most bytes of one medium, but for a record that is larger; 0: one file
	// Open begins the next file. Each is whole in itself and ends with its hash.
	Open func(part int) (io.WriteCloser, error)
}

// Freight is what was given to a courier.
type Freight struct {
	End   wire.Cursor // of the log
	Parts int         // courier files
	Files int         // files beside messages, whole
}

// Export writes what follows a place in the log for the peer into one courier
// file, sealed for him as over the network, and the files of those messages. It
// gives the place where it ends. The log itself does not move: only the peer's
// receipts move it.
func (n *Node) Export(ctx context.Context, peer wire.NodeID, after wire.Cursor, w io.Writer) (wire.Cursor, error) {
	out, err := n.Load(ctx, peer, Cargo{After: after, Open: func(int) (io.WriteCloser, error) { return open{w}, nil }})
	return out.End, err
}

// open is a writer that somebody else closes.
type open struct{ io.Writer }

// Close does nothing.
func (open) Close() error { return nil }

// Load writes courier files as the cargo says.
func (n *Node) Load(ctx context.Context, peer wire.NodeID, c Cargo) (out Freight, err error) {
	l := &loader{node: n, peer: peer, cargo: c, out: Freight{End: c.After}}
	if err := l.next(); err != nil {
		return l.out, err
	}
	err = l.fill(ctx)
	if e := l.close(); err == nil {
		err = e
	}
	return l.out, err
}

// loader writes what goes to one peer.
type loader struct {
	node    *Node
	peer    wire.NodeID
	cargo   Cargo
	out     Freight
	file    *wire.CourierWriter
	medium  io.WriteCloser
	written int64
	files   []wire.Hash
}

// next closes the file and begins another.
func (l *loader) next() (err error) {
	if err := l.close(); err != nil {
		return err
	}
	l.out.Parts++
	if l.medium, err = l.cargo.Open(l.out.Parts); err != nil {
		return err
	}
	l.written = 0
	l.file, err = wire.NewCourierWriter(l.medium, wire.CourierHead{From: l.node.Identity().Card().Node, To: l.peer, Made: l.node.Now()})
	return err
}

func (l *loader) close() error {
	if l.medium == nil {
		return nil
	}
	err := errors.Join(l.file.Close(), l.medium.Close())
	l.medium = nil
	return err
}

// room makes sure that a record still goes into the file; true when another was
// begun for it.
func (l *loader) room(size int) (fresh bool, err error) {
	if l.cargo.Size > 0 && l.written > 0 && l.written+int64(size) > l.cargo.Size {
		fresh, err = true, l.next()
	}
	l.written += int64(size)
	return fresh, err
}

func (l *loader) fill(ctx context.Context) error {
	n := l.node
	for {
		rows, err := n.Outbox.Read(ctx, l.peer, l.out.End, n.limits.BatchItems, n.limits.BatchBytes)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		batch, err := n.peer(l.peer).seal(ctx, rows)
		if err != nil {
			return err
		}
		if _, err := l.room(len(batch)); err != nil {
			return err
		}
		if err := l.file.Batch(batch); err != nil {
			return err
		}
		l.out.End = rows[len(rows)-1].Cursor
		l.note(rows)
	}
	if l.cargo.Bare || n.Attachments == nil {
		return nil
	}
	for _, id := range l.files {
		if err := l.attach(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// note keeps which files belong to messages.
func (l *loader) note(rows []wire.Row) {
	for _, r := range rows {
		if r.Raw == nil {
			continue
		}
		m, err := wire.ParseMessage(r.Raw)
		if err != nil {
			continue
		}
		for _, a := range m.Attachments {
			l.files = append(l.files, a.ID)
		}
	}
}

// attach writes the chunks of a file. In each courier file its manifest goes
// before them, so that each can be checked as it is read.
func (l *loader) attach(ctx context.Context, id wire.Hash) error {
	list := wire.AttachmentQuery{ID: id, Index: wire.ManifestIndex}
	manifest, err := l.node.Attachments.Chunk(ctx, l.peer, list)
	if wire.ReasonOf(err) == wire.ReasonAbsent {
		return nil // its message was taken back since
	}
	if err != nil {
		return err
	}
	m, err := wire.ParseManifest(manifest, id)
	if err != nil {
		return err
	}
	if _, err := l.room(len(manifest)); err != nil {
		return err
	}
	if err := l.file.Chunk(list, manifest); err != nil {
		return err
	}
	for i := range m.Chunks {
		q := wire.AttachmentQuery{ID: id, Index: uint32(i)}
		sealed, err := l.node.Attachments.Chunk(ctx, l.peer, q)
		if err != nil {
			return err
		}
		fresh, err := l.room(len(sealed))
		if err != nil {
			return err
		}
		if fresh {
			if err := l.file.Chunk(list, manifest); err != nil {
				return err
			}
		}
		if err := l.file.Chunk(q, sealed); err != nil {
			return err
		}
	}
	l.out.Files++
	return nil
}

// Unloaded is what a courier's file brought.
type Unloaded struct {
	From    wire.NodeID
	Have    wire.Cursor // how far the sender's log is here afterwards
	Chunks  int         // of files, taken up
	Missing int         // chunks that came before those in front of them: another file of the courier comes first
}

// Import takes a courier file in, batch by batch, by the same way as batches from
// the network: what is here already is not taken twice, whichever way it came
// first. Chunks of files that are wanted are checked one by one and kept, as if
// they had been fetched. The receipts travel with the next hello.
func (n *Node) Import(ctx context.Context, r io.Reader) (Unloaded, error) {
	file, err := wire.NewCourierReader(r)
	if err != nil {
		return Unloaded{}, err
	}
	u := &unloader{node: n, out: Unloaded{From: file.From}}
	if self := n.Identity().Card().Node; file.To != self {
		return u.out, &wire.Refusal{Reason: wire.ReasonRecipient, Detail: "the courier file is for " + file.To.String()}
	}
	for err == nil {
		var part *wire.CourierPart
		part, err = file.Next()
		switch {
		case err != nil:
		case part.Batch != nil:
			_, err = n.answerBatch(ctx, file.From, part.Batch)
		default:
			err = u.chunk(ctx, part)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	have, e := n.Inbox.Have(ctx, file.From)
	u.out.Have = have
	if err == nil {
		err = e
	}
	return u.out, err
}

// unloader takes the chunks of files in.
type unloader struct {
	node     *Node
	out      Unloaded
	id       wire.Hash // of the file whose chunks follow
	manifest *wire.Manifest
	of       wire.Attachment
	to       Chunks // nil when the file is not wanted
}

func (u *unloader) chunk(ctx context.Context, p *wire.CourierPart) (err error) {
	if u.node.Wanted == nil {
		return nil
	}
	if p.Attachment.Index == wire.ManifestIndex {
		u.id, u.manifest = p.Attachment.ID, nil
		if u.of, u.to, err = u.node.Wanted(ctx, u.out.From, u.id); err != nil || u.to == nil {
			return err
		}
		if u.manifest, err = wire.ParseManifest(p.Chunk, u.id); err == nil && u.manifest.Size != u.of.Size {
			err = &wire.Refusal{Reason: wire.ReasonAltered, Detail: "the attachment has another size than its message says"}
		}
		return err
	}
	if u.manifest == nil || u.to == nil || p.Attachment.ID != u.id {
		return nil // not wanted, or whole already
	}
	i := int(p.Attachment.Index)
	if i >= len(u.manifest.Chunks) {
		return &wire.Refusal{Reason: wire.ReasonLimit, Detail: "a chunk after the end of its file"}
	}
	there, err := u.to.Has(ctx, i)
	if err != nil || there {
		return err
	}
	if i > 0 {
		before, err := u.to.Has(ctx, i-1)
		if err != nil {
			return err
		}
		if !before {
			u.out.Missing++
			return nil
		}
	}
	data, err := u.manifest.OpenChunk(u.of.Key, i, p.Chunk)
	if err != nil {
		return err
	}
	if err := u.to.Put(ctx, i, data); err != nil {
		return err
	}
	u.out.Chunks++
	return nil
}
