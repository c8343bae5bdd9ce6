package store

import (
	"context"
	"database/sql"
	"errors"
	"io"

	"paiza"
	"paiza/wire"
)

// A file beside messages is kept once, by its content, in chunks of
// wire.ChunkSize; which message has it, from or for whom, stands beside it.

// BeginFile keeps a file's manifest and gives its number and how many of its
// chunks are here.
func (t *Tx) BeginFile(m *wire.Manifest) (num, have int64, err error) {
	err = t.row("SELECT num, have FROM file WHERE id = $1", m.ID().String()).Scan(&num, &have)
	if err == nil {
		return num, have, t.SetManifest(num, m) // it may have been known by name only
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, 0, err
	}
	if num, err = t.next("file", 1); err != nil {
		return 0, 0, err
	}
	_, err = t.exec("INSERT INTO file (num, id, size, chunks, have, manifest) VALUES ($1, $2, $3, $4, $5, $6)", num, m.ID().String(), int64(m.Size), int64(len(m.Chunks)), int64(0), m.Encode())
	return num, 0, err
}

// NameFile keeps that there is a file of which nothing is here yet, and gives
// its number.
func (t *Tx) NameFile(id wire.Hash, size uint64) (num int64, err error) {
	err = t.row("SELECT num FROM file WHERE id = $1", id.String()).Scan(&num)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return num, err
	}
	if num, err = t.next("file", 1); err != nil {
		return 0, err
	}
	_, err = t.exec("INSERT INTO file (num, id, size, chunks, have, manifest) VALUES ($1, $2, $3, $4, $5, $6)", num, id.String(), int64(size), int64((size+wire.ChunkSize-1)/wire.ChunkSize), int64(0), []byte{})
	return num, err
}

// SetManifest keeps the manifest of a file of which only the name was known.
func (t *Tx) SetManifest(num int64, m *wire.Manifest) error {
	_, err := t.exec("UPDATE file SET manifest = $1, chunks = $2 WHERE num = $3", m.Encode(), int64(len(m.Chunks)), num)
	return err
}

// KeepChunk keeps the next chunk of a file; idx is how many were here.
func (t *Tx) KeepChunk(file, idx int64, data []byte) error {
	res, err := t.exec("UPDATE file SET have = have + 1 WHERE num = $1 AND have = $2", file, idx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err // another process was faster
	}
	_, err = t.exec("INSERT INTO file_chunk (file, idx, data) VALUES ($1, $2, $3)", file, idx, data)
	return err
}

// UseFile keeps that a message has a file: of this node for a peer, or of a peer
// for this node when incoming.
func (t *Tx) UseFile(file, item, peer int64, incoming bool, a wire.Attachment, refused string) error {
	_, err := t.exec(`INSERT INTO file_use (file, item, peer, incoming, name, media, key, refused) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (file, item, peer) DO UPDATE SET name = excluded.name, media = excluded.media, key = excluded.key`,
		file, item, peer, flag(incoming), a.Name, a.Type, a.Key[:], refused)
	return err
}

// FileBytes is how many bytes of files of a peer's messages are here or on their
// way.
func (t *Tx) FileBytes(peer int64) (int64, error) {
	var n int64
	err := t.row("SELECT coalesce(CAST(sum(size) AS BIGINT), 0) FROM file WHERE num IN (SELECT file FROM file_use WHERE peer = $1 AND incoming = 1 AND refused = '')", peer).Scan(&n)
	return n, err
}

// FileUse is a file as a message has it.
type FileUse struct {
	File, Item, Peer int64
	Node             string
	ID               wire.Hash
	Size             uint64
	Chunks, Have     int64
	Name, Media      string
	Key              [32]byte
	Refused          string
}

const selectFileUse = `SELECT f.num, u.item, u.peer, p.node, f.id, f.size, f.chunks, f.have, u.name, u.media, u.key, u.refused
	FROM file_use u JOIN file f ON f.num = u.file JOIN peer p ON p.num = u.peer `

func (s *Store) fileUses(ctx context.Context, rest string, args ...any) (out []FileUse, err error) {
	err = each(ctx, s.read, func(r scanner) error {
		var u FileUse
		var id string
		var size int64
		var key []byte
		err := r.Scan(&u.File, &u.Item, &u.Peer, &u.Node, &id, &size, &u.Chunks, &u.Have, &u.Name, &u.Media, &key, &u.Refused)
		if err != nil {
			return err
		}
		u.Size = uint64(size)
		copy(u.Key[:], key)
		u.ID, err = wire.ParseHash(id)
		out = append(out, u)
		return err
	}, selectFileUse+rest, args...)
	return out, err
}

// FilesOf lists the files of a message.
func (s *Store) FilesOf(ctx context.Context, item int64) ([]FileUse, error) {
	return s.fileUses(ctx, "WHERE u.item = $1 ORDER BY u.name, f.num", item)
}

// FileFor finds a file of a message that was sent to a peer; not found when he
// has no right to it.
func (s *Store) FileFor(ctx context.Context, peer int64, id wire.Hash) (FileUse, error) {
	list, err := s.fileUses(ctx, "WHERE u.peer = $1 AND u.incoming = 0 AND f.id = $2 LIMIT 1", peer, id.String())
	if err == nil && len(list) == 0 {
		err = paiza.NotFound("file", id.String())
	}
	if err != nil {
		return FileUse{}, err
	}
	return list[0], nil
}

// Manifest reads the list of a file's chunks as it is encoded.
func (s *Store) Manifest(ctx context.Context, file int64) ([]byte, error) {
	var raw []byte
	err := s.read.QueryRowContext(ctx, "SELECT manifest FROM file WHERE num = $1", file).Scan(&raw)
	return raw, diskError(err)
}

// FilesToFetch lists files of a peer's messages that are not whole here, at most
// n.
func (s *Store) FilesToFetch(ctx context.Context, peer int64, n int) ([]FileUse, error) {
	return s.fileUses(ctx, "WHERE u.peer = $1 AND u.incoming = 1 AND u.refused = '' AND f.have < f.chunks ORDER BY f.num LIMIT $2", peer, int64(n))
}

// FileToFetch finds one of them by its id.
func (s *Store) FileToFetch(ctx context.Context, peer int64, id wire.Hash) (FileUse, bool, error) {
	list, err := s.fileUses(ctx, "WHERE u.peer = $1 AND u.incoming = 1 AND u.refused = '' AND f.have < f.chunks AND f.id = $2 LIMIT 1", peer, id.String())
	if err != nil || len(list) == 0 {
		return FileUse{}, false, err
	}
	return list[0], true, nil
}

// RefuseFile keeps why a file of a peer is not fetched.
func (t *Tx) RefuseFile(u FileUse, reason string) error {
	_, err := t.exec("UPDATE file_use SET refused = $1 WHERE file = $2 AND item = $3 AND peer = $4", reason, u.File, u.Item, u.Peer)
	return err
}

// FileChunk reads one chunk of a file.
func (s *Store) FileChunk(ctx context.Context, file, idx int64) ([]byte, error) {
	var data []byte
	err := s.read.QueryRowContext(ctx, "SELECT data FROM file_chunk WHERE file = $1 AND idx = $2", file, idx).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, paiza.NotFound("file", "")
	}
	return data, diskError(err)
}

// ReadFile gives a whole file, chunk by chunk.
func (s *Store) ReadFile(ctx context.Context, u FileUse, w io.Writer) error {
	for i := range u.Chunks {
		data, err := s.FileChunk(ctx, u.File, i)
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}
