package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"sync"

	"paiza"
	"paiza/internal/ledger"
	"paiza/wire"
)

// The ledger's settings. The key signs the head after every act; it is made at
// the first act and is sealed with the node's secret (secret.go). Against
// whoever has both, a checkpoint helps that left the node before (paiza ledger
// checkpoint).
const (
	metaKey        = "ledger_key"        // sealed
	metaVerifier   = "ledger_verifier"   // its public half
	metaCheckpoint = "ledger_checkpoint" // the signed head
)

// head is a signed head with the tree and the key under it.
type head struct {
	signed string
	tree   ledger.Tree
	key    *ledger.Key
}

// heads remembers the last head that this process wrote or checked. It is only
// a saving: it counts when the database still holds the same signed head, which
// it does not after a transaction that was taken back or after another
// process's act.
type heads struct {
	mu   sync.Mutex
	last head
}

func (h *heads) keep(last head) {
	h.mu.Lock()
	defer h.mu.Unlock()
	last.tree = last.tree.Clone()
	h.last = last
}

func (h *heads) find(signed string) (ledger.Tree, *ledger.Key, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if signed == "" || h.last.signed != signed {
		return ledger.Tree{}, nil, false
	}
	return h.last.tree.Clone(), h.last.key, true
}

// head is the tree of size entries to append to, and the key. Entries, tree and
// checkpoint that do not belong together refuse the act: signing them would
// hide the change.
func (t *Tx) head(size int64) (ledger.Tree, *ledger.Key, error) {
	signed, err := t.setting(metaCheckpoint)
	if err != nil {
		return ledger.Tree{}, nil, err
	}
	if tree, key, ok := t.s.heads.find(signed); ok && tree.Size() == size {
		return tree, key, nil
	}
	h, err := readHead(t.ctx, t.conn)
	if err != nil {
		return ledger.Tree{}, nil, err
	}
	if h.sealed == "" && signed == "" && size == 0 {
		key, err := t.newKey()
		return ledger.Tree{}, key, err
	}
	if _, err := checkHead(h, size); err != nil {
		return ledger.Tree{}, nil, damaged(err)
	}
	key, err := t.s.openKey(h)
	if err != nil {
		return ledger.Tree{}, nil, damaged(err)
	}
	tree, err := edge(t.ctx, t.conn, size)
	if err != nil {
		return tree, nil, damaged(err)
	}
	if c, err := ledger.OpenCheckpoint(signed, key.Verifier()); err != nil || c.Root != tree.Root() {
		return tree, nil, damaged(&ledger.Fault{Kind: ledger.FaultHead, At: size})
	}
	return tree, key, nil
}

// setting reads a setting with a statement of the transaction.
func (t *Tx) setting(name string) (v string, err error) {
	err = t.row("SELECT value FROM meta WHERE name = $1", name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return v, err
}

// settingShared reads a setting that nobody changes until the transaction ends.
func (t *Tx) settingShared(name string) (v string, err error) {
	err = t.row("SELECT value FROM meta WHERE name = $1"+t.s.engine.sharing(), name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return v, err
}

// newKey makes the ledger's key, at the first act.
func (t *Tx) newKey() (*ledger.Key, error) {
	secret, err := ledger.NewKey()
	if err != nil {
		return nil, err
	}
	key, err := ledger.ParseKey(secret)
	if err != nil {
		return nil, err
	}
	if err := t.SetSecret(metaKey, secret); err != nil {
		return nil, err
	}
	return key, t.SetMeta(metaVerifier, key.Verifier())
}

// openKey opens the ledger's key.
func (s *Store) openKey(h signedHead) (*ledger.Key, error) {
	secret, err := s.unsealed(metaKey, h.sealed)
	if err != nil {
		return nil, err
	}
	key, err := ledger.ParseKey(secret)
	if err != nil || key.Verifier() != h.verifier {
		return nil, &ledger.Fault{Kind: ledger.FaultCheckpoint}
	}
	return key, nil
}

// sealKey seals the key of a store that was made before there was a secret.
func (s *Store) sealKey(ctx context.Context) error {
	v, err := s.Meta(ctx, metaKey)
	if err != nil || v == "" || strings.HasPrefix(v, sealedPrefix) {
		return err
	}
	return s.Write(ctx, func(t *Tx) error {
		secret, err := t.setting(metaKey)
		if err != nil || strings.HasPrefix(secret, sealedPrefix) {
			return err
		}
		key, err := ledger.ParseKey(secret)
		if err != nil {
			return damaged(&ledger.Fault{Kind: ledger.FaultCheckpoint})
		}
		if err := t.SetMeta(metaVerifier, key.Verifier()); err != nil {
			return err
		}
		return t.SetSecret(metaKey, secret)
	})
}

// checkHead checks that the key signed the head and that it is of size entries.
func checkHead(h signedHead, size int64) (ledger.Checkpoint, error) {
	c, err := ledger.OpenCheckpoint(h.signed, h.verifier)
	switch {
	case err != nil || h.sealed == "":
		return c, &ledger.Fault{Kind: ledger.FaultCheckpoint, At: size}
	case size < c.Size:
		return c, &ledger.Fault{Kind: ledger.FaultCut, At: size, Want: c.Size}
	case size > c.Size:
		return c, &ledger.Fault{Kind: ledger.FaultAdded, At: size, Want: c.Size}
	}
	return c, nil
}

// damaged makes a refusal of a fault; other errors stay what they are.
func damaged(err error) error {
	var f *ledger.Fault
	if !errors.As(err, &f) {
		return err
	}
	return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "cli.ledger.damaged." + f.Kind, Args: f.Args(), Err: err}
}

// edge reads the right edge of the tree of the first size entries.
func edge(ctx context.Context, q querier, size int64) (ledger.Tree, error) {
	hashes, err := readHashes(ctx, q, ledger.Edge(size))
	if err != nil {
		return ledger.Tree{}, err
	}
	return ledger.NewTree(size, hashes)
}

// readHashes reads stored hashes in the order of their numbers as given.
func readHashes(ctx context.Context, q querier, numbers []int64) ([]ledger.Hash, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = strconv.FormatInt(n, 10)
	}
	rows, err := q.QueryContext(ctx, "SELECT num, hash FROM ledger_hash WHERE num IN ("+strings.Join(list, ", ")+")")
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	found := make(map[int64]ledger.Hash, len(numbers))
	for rows.Next() {
		num, h, err := scanHash(rows)
		if err != nil {
			return nil, err
		}
		found[num] = h
	}
	if err := rows.Err(); err != nil {
		return nil, diskError(err)
	}
	out := make([]ledger.Hash, len(numbers))
	for i, n := range numbers {
		h, ok := found[n]
		if !ok {
			return nil, &ledger.Fault{Kind: ledger.FaultTree, At: n}
		}
		out[i] = h
	}
	return out, nil
}

func scanHash(row scanner) (num int64, h ledger.Hash, err error) {
	var raw []byte
	if err := row.Scan(&num, &raw); err != nil {
		return num, h, err
	}
	h, ok := ledger.HashOf(raw)
	if !ok {
		return num, h, &ledger.Fault{Kind: ledger.FaultTree, At: num}
	}
	return num, h, nil
}

// Checkpoint is the signed head of the ledger and the verifier of its key; both
// are empty before the first act.
func (s *Store) Checkpoint(ctx context.Context) (signed, verifier string, err error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return "", "", err
	}
	defer tx.Rollback()
	h, err := readHead(ctx, tx)
	return h.signed, h.verifier, err
}

// signedHead is what the database says of the ledger's head: the sealed key, the
// signed head, and the verifier of the key.
type signedHead struct{ sealed, signed, verifier string }

func readHead(ctx context.Context, q querier) (h signedHead, err error) {
	for name, v := range map[string]*string{metaKey: &h.sealed, metaCheckpoint: &h.signed, metaVerifier: &h.verifier} {
		err := q.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = $1", name).Scan(v)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return h, diskError(err)
		}
	}
	return h, nil
}

// ProofOf says which entries to prove: all of a subject, or one by its number.
type ProofOf struct {
	Subject string
	Seq     int64
	Show    bool   // with the particulars
	Since   string // an earlier checkpoint that the log is proved to continue
	// Head is the own head to prove against, with its cosignatures: only what it
	// covers is proved. nil is the head of this moment.
	Head *LedgerHead
	From int64 // only entries from this number on
}

// Prove makes the proof of entries against the head of this moment.
func (s *Store) Prove(ctx context.Context, of ProofOf) (*ledger.Proof, error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	p, err := prove(ctx, tx, of)
	return p, damaged(err)
}

func prove(ctx context.Context, tx *sql.Tx, of ProofOf) (*ledger.Proof, error) {
	h, err := readHead(ctx, tx)
	if err != nil {
		return nil, err
	}
	nothing := &paiza.Error{Kind: paiza.ErrNotFound, Key: "cli.ledger.no_entry", Args: paiza.Args{"subject": of.Subject}}
	if of.Subject == "" {
		nothing.Key, nothing.Args = "cli.ledger.no_number", paiza.Args{"n": of.Seq}
	}
	if h.signed == "" {
		return nil, nothing
	}
	if of.Head != nil {
		h.signed, h.verifier = of.Head.Note, of.Head.Verifier
	}
	c, err := ledger.OpenCheckpoint(h.signed, h.verifier)
	if err != nil {
		return nil, &ledger.Fault{Kind: ledger.FaultCheckpoint}
	}
	p := &ledger.Proof{Key: h.verifier, Checkpoint: h.signed}
	read := func(numbers []int64) ([]ledger.Hash, error) { return readHashes(ctx, tx, numbers) }
	list, err := actsToProve(ctx, tx, of, c.Size)
	if err != nil {
		return nil, err
	}
	switch {
	case len(list) == 0:
		return nil, nothing
	case len(list) > ledger.MaxEntries:
		return nil, paiza.Invalid("cli.ledger.many", paiza.Args{"n": ledger.MaxEntries})
	}
	for _, e := range list {
		entry := ledger.Entry{Leaf: ledger.Leaf(e.act, e.sealed)}
		if of.Show {
			entry.Shown = &ledger.Shown{Salt: e.sealed.Salt, Detail: e.act.Detail}
			if entry.Shown.Content, err = contentOf(ctx, tx, e.act.Subject, e.act.Version, e.sealed); err != nil {
				return nil, err
			}
		}
		if e.act.Seq < 1 || e.act.Seq > c.Size {
			return nil, &ledger.Fault{Kind: ledger.FaultAdded, At: e.act.Seq, Want: c.Size}
		}
		if entry.Path, err = ledger.Include(c.Size, e.act.Seq, read); err != nil {
			return nil, err
		}
		p.Entries = append(p.Entries, entry)
	}
	turned, err := turnsOf(ctx, tx, p, c, read)
	if err != nil {
		return nil, err
	}
	if of.Since != "" {
		if p.Since, err = since(of.Since, h.verifier, turned, c, read); err != nil {
			return nil, err
		}
	}
	trust := ledger.Trust{Key: h.verifier, Checkpoint: of.Since}
	if _, _, err := p.Verify(trust); err != nil { // what is handed out has been checked
		return nil, &paiza.Error{Kind: paiza.ErrUnavailable, Key: "cli.ledger.unproved", Err: err}
	}
	if len(p.Bytes()) > ledger.MaxProof {
		return nil, paiza.Invalid("cli.ledger.many", paiza.Args{"n": ledger.MaxEntries})
	}
	return p, nil
}

func since(earlier, verifier string, turned []ledger.Turned, c ledger.Checkpoint, read ledger.Reader) (*ledger.Since, error) {
	old, err := ledger.OpenEarlier(earlier, turned, verifier)
	var f *ledger.Fault
	if errors.As(err, &f) {
		return nil, err
	}
	if err != nil {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "cli.ledger.other_log", Err: err}
	}
	if old.Size < 1 || old.Size > c.Size {
		return nil, &ledger.Fault{Kind: ledger.FaultHistory, At: old.Size}
	}
	path, err := ledger.Extend(c.Size, old.Size, read)
	return &ledger.Since{Size: old.Size, Root: old.Root, Path: path}, err
}

// saltedAct is an act with what its leaf needs besides.
type saltedAct struct {
	act    paiza.Act
	sealed ledger.Sealed
}

func actsToProve(ctx context.Context, q querier, of ProofOf, size int64) ([]saltedAct, error) {
	if of.Head == nil {
		size = 1<<63 - 1 // one that the head does not cover is a fault
	}
	if of.Subject == "" {
		return readActs(ctx, q, "WHERE seq = $1 AND seq <= $2", of.Seq, size)
	}
	return readActs(ctx, q, "WHERE subject = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq LIMIT "+strconv.Itoa(ledger.MaxEntries+1), of.Subject, of.From, size)
}

func readActs(ctx context.Context, q querier, where string, args ...any) ([]saltedAct, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+actColumns+" FROM act "+where, args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []saltedAct
	for rows.Next() {
		a, sealed, err := scanAct(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, saltedAct{a, sealed})
	}
	return out, diskError(rows.Err())
}

// contentOf is the content that an entry is bound to, where it is still kept.
func contentOf(ctx context.Context, q querier, subject string, version int64, sealed ledger.Sealed) ([]byte, error) {
	if sealed.Content == "" {
		return nil, nil
	}
	var content []byte
	err := q.QueryRowContext(ctx, "SELECT content FROM version WHERE subject = $1 AND version = $2", subject, version).Scan(&content)
	if errors.Is(err, sql.ErrNoRows) {
		return loggedContent(ctx, q, subject, version)
	}
	return content, diskError(err)
}

// loggedContent is the content of a subject where it lies in a log for a peer.
func loggedContent(ctx context.Context, q querier, subject string, version int64) ([]byte, error) {
	kind, record, _ := strings.Cut(subject, "/")
	num, err := strconv.ParseInt(record, 10, 64)
	if err != nil {
		return nil, nil
	}
	var raw []byte
	err = q.QueryRowContext(ctx, `SELECT o.raw FROM item i JOIN outbox o ON o.item = i.num AND o.version = $1
		WHERE i.kind = $2 AND i.record = $3 AND i.origin = '' ORDER BY o.peer LIMIT 1`, version, kind, num).Scan(&raw)
	if err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return nil, diskError(err)
	}
	m, err := wire.ParseMessage(raw)
	if err != nil {
		return nil, nil // none that can be shown
	}
	return m.Body, nil
}

// Version is the content of a subject at one of its versions.
func (s *Store) Version(ctx context.Context, subject string, version int64) ([]byte, error) {
	var content []byte
	err := s.read.QueryRowContext(ctx, "SELECT content FROM version WHERE subject = $1 AND version = $2", subject, version).Scan(&content)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, paiza.NotFound("version", subject)
	}
	return content, diskError(err)
}
