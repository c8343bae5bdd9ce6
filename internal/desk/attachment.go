package desk

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// PeerQuota is how many bytes of files one peer may have this node keep. What
// exceeds it is not fetched, and its message says so.
const PeerQuota = 64 << 30

// keepFiles puts files of this machine into the store, by their content. A file
// that is there already is not read in twice.
func (d *Desk) keepFiles(ctx context.Context, files []paiza.NewFile) ([]wire.Attachment, error) {
	if len(files) > wire.MaxAttachments {
		return nil, fieldFault("files", "exchange.files_many")
	}
	var out []wire.Attachment
	for _, f := range files {
		m, err := d.keepFile(ctx, f.Path)
		if err != nil {
			return nil, err
		}
		name, media := f.Name, f.Media
		if name == "" {
			name = filepath.Base(f.Path)
		}
		if media == "" {
			media = "application/octet-stream"
		}
		out = append(out, wire.Attachment{ID: m.ID(), Size: m.Size, Name: wire.OneLine(name, 255), Type: wire.OneLine(media, 100), Key: wire.NewAttachmentKey()})
	}
	return out, nil
}

func (d *Desk) keepFile(ctx context.Context, path string) (*wire.Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "exchange.file_missing", Args: paiza.Args{"file": filepath.Base(path)}, Err: err}
	}
	defer f.Close()
	m, err := wire.ReadManifest(f)
	if err != nil {
		return nil, err
	}
	var num, have int64
	if err := d.store.Write(ctx, func(t *store.Tx) (err error) { num, have, err = t.BeginFile(m); return err }); err != nil {
		return nil, err
	}
	if _, err := f.Seek(have*wire.ChunkSize, io.SeekStart); err != nil {
		return nil, err
	}
	for i := have; i < int64(len(m.Chunks)); i++ {
		buf := make([]byte, wire.ChunkSize)
		n, err := io.ReadFull(f, buf)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		if err := d.store.Write(ctx, func(t *store.Tx) error { return t.KeepChunk(num, i, buf[:n]) }); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// useFiles keeps that a peer may fetch the files of a message.
func (d *Desk) useFiles(t *store.Tx, item, peer int64, files []wire.Attachment) error {
	for _, a := range files {
		num, err := t.NameFile(a.ID, a.Size)
		if err != nil {
			return err
		}
		if err := t.UseFile(num, item, peer, false, a, ""); err != nil {
			return err
		}
	}
	return nil
}

// files keeps that a message of the peer has files, which are fetched later.
func (in *intake) files(m *wire.Message, item int64) error {
	for _, a := range m.Attachments {
		have, err := in.t.FileBytes(in.p.Num)
		if err != nil {
			return err
		}
		refused := ""
		if a.Size > PeerQuota || uint64(have)+a.Size > PeerQuota {
			refused = string(wire.ReasonLimit)
		}
		num, err := in.t.NameFile(a.ID, a.Size)
		if err != nil {
			return err
		}
		if err := in.t.UseFile(num, item, in.p.Num, true, a, refused); err != nil {
			return err
		}
	}
	return nil
}

func fileValue(u store.FileUse) paiza.NodeFile {
	have := min(u.Have*wire.ChunkSize, int64(u.Size))
	return paiza.NodeFile{ID: u.ID.String(), Name: u.Name, Media: u.Media, Size: int64(u.Size), Have: have, Fault: u.Refused}
}

// ReadFile gives a file of a note that the actor may read.
func (d *Desk) ReadFile(ctx context.Context, who paiza.Actor, note, id string, w io.Writer) error {
	n, err := d.Note(ctx, who, note)
	if err != nil {
		return err
	}
	num, err := noteNumber(n)
	if err != nil {
		return err
	}
	i, _, err := d.store.ItemOf(ctx, "note", num)
	if err != nil {
		return err
	}
	files, err := d.store.FilesOf(ctx, i.Num)
	if err != nil {
		return err
	}
	for _, u := range files {
		if u.ID.String() != id {
			continue
		}
		if u.Have < u.Chunks {
			return paiza.Conflict("exchange.file_on_its_way", nil)
		}
		return d.store.ReadFile(ctx, u, w)
	}
	return paiza.NotFound("file", id)
}

// Chunk implements exchange.Attachments: sealed chunks and manifests of files
// whose messages were sent to the peer.
func (x *Exchange) Chunk(ctx context.Context, peer wire.NodeID, q wire.AttachmentQuery) ([]byte, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	absent := &wire.Refusal{Reason: wire.ReasonAbsent, Detail: "no such attachment was sent to the peer"}
	u, err := x.d.store.FileFor(ctx, p.Num, q.ID)
	if errors.Is(err, paiza.ErrNotFound) {
		return nil, absent
	}
	if err != nil {
		return nil, err
	}
	m, err := x.manifest(ctx, u)
	if err != nil {
		return nil, err
	}
	if q.Index == wire.ManifestIndex {
		return m.Encode(), nil
	}
	data, err := x.d.store.FileChunk(ctx, u.File, int64(q.Index))
	if errors.Is(err, paiza.ErrNotFound) {
		return nil, absent
	}
	if err != nil {
		return nil, err
	}
	return m.SealChunk(u.Key, int(q.Index), data)
}

// manifests are those of the files that peers fetched last: one has 32 bytes for
// each chunk, and a file is asked for chunk by chunk.
type manifests struct {
	mu   sync.Mutex
	last []*wire.Manifest // the newest first
}

const manifestsKept = 8

func (k *manifests) find(id wire.Hash) *wire.Manifest {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := slices.IndexFunc(k.last, func(m *wire.Manifest) bool { return m.ID() == id }); i >= 0 {
		return k.last[i]
	}
	return nil
}

func (k *manifests) keep(m *wire.Manifest) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last = slices.Insert(k.last[:min(len(k.last), manifestsKept-1)], 0, m)
}

func (x *Exchange) manifest(ctx context.Context, u store.FileUse) (*wire.Manifest, error) {
	if m := x.manifests.find(u.ID); m != nil {
		return m, nil
	}
	raw, err := x.d.store.Manifest(ctx, u.File)
	if err != nil {
		return nil, err
	}
	m, err := wire.ParseManifest(raw, u.ID)
	if err == nil {
		x.manifests.keep(m)
	}
	return m, err
}

// Wanted is a file of a peer's message that is not whole here yet.
type Wanted struct {
	wire.Attachment
	x *Exchange
	u store.FileUse
}

// Wanted lists files of the peer's messages that are to be fetched, at most n.
func (x *Exchange) Wanted(ctx context.Context, peer wire.NodeID, n int) ([]*Wanted, error) {
	_, p, err := x.peer(ctx, peer)
	if err != nil {
		return nil, err
	}
	list, err := x.d.store.FilesToFetch(ctx, p.Num, n)
	if err != nil {
		return nil, err
	}
	out := make([]*Wanted, len(list))
	for i, u := range list {
		out[i] = &Wanted{Attachment: wire.Attachment{ID: u.ID, Size: u.Size, Name: u.Name, Type: u.Media, Key: u.Key}, x: x, u: u}
	}
	return out, nil
}

// Has implements exchange.Chunks.
func (w *Wanted) Has(_ context.Context, i int) (bool, error) { return int64(i) < w.u.Have, nil }

// Put implements exchange.Chunks. The chunks come in their order.
func (w *Wanted) Put(ctx context.Context, i int, chunks ...[]byte) error {
	return w.x.d.store.Write(ctx, func(t *store.Tx) error {
		for n, chunk := range chunks {
			if err := t.KeepChunk(w.u.File, int64(i+n), chunk); err != nil {
				return err
			}
		}
		return nil
	})
}

// GiveUp keeps that the file is not to be had, and why, where trying again is of
// no use. It gives the error back where it is.
func (w *Wanted) GiveUp(ctx context.Context, fault error) error {
	switch why := wire.ReasonOf(fault); why {
	case wire.ReasonAbsent, wire.ReasonAltered, wire.ReasonSealed, wire.ReasonLimit, wire.ReasonMalformed:
		return w.x.d.store.Write(ctx, func(t *store.Tx) error { return t.RefuseFile(w.u, string(why)) })
	}
	return fault
}

func fromUnix(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
