package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"paiza"
	"paiza/wire"
)

// Peer is another node as the store keeps it: its short number here, and what
// was last seen of it.
type Peer struct {
	Num int64
	paiza.Peer
}

const peerColumns = "num, node, name, body, status, added, reason, contact, tried, skew, version, failed, refused, detail, round"

// InsertPeer keeps a new peer with its first card, and begins the logs to and
// from it.
func (t *Tx) InsertPeer(p paiza.Peer, c *wire.Card) (int64, error) {
	num, err := t.next("peer", 1)
	if err != nil {
		return 0, err
	}
	if _, err := t.exec(insertText("peer", strings.Split(peerColumns, ", ")), num, p.Node, p.Name, p.Body, string(p.Status), p.Added.UnixMilli(), p.Reason,
		int64(0), int64(0), int64(0), int64(0), int64(0), "", "", int64(0)); err != nil {
		return 0, err
	}
	zero := make([]byte, 32)
	if _, err := t.exec(insertText("outlog", strings.Split(outlogColumns, ", ")), num, int64(0), int64(0), zero, int64(0), int64(0), zero, int64(0), int64(0), zero, int64(0)); err != nil {
		return 0, err
	}
	if _, err := t.exec("INSERT INTO inlog (peer, epoch, seq, hash) VALUES ($1, $2, $3, $4)", num, int64(0), int64(0), zero); err != nil {
		return 0, err
	}
	return num, t.InsertCard(c)
}

// InsertCard keeps a card of a peer or of this node. The name of a peer follows
// his latest card.
func (t *Tx) InsertCard(c *wire.Card) error {
	if _, err := t.exec("INSERT INTO card (node, serial, raw) VALUES ($1, $2, $3) ON CONFLICT (node, serial) DO UPDATE SET raw = excluded.raw",
		c.Node.String(), int64(c.Serial), c.Bytes()); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE peer SET name = $1, body = $2 WHERE node = $3", c.Title("en"), c.Body, c.Node.String()); err != nil {
		return err
	}
	return t.trustChanged()
}

// DropCards forgets the cards of a node that was invited and never trusted.
func (t *Tx) DropCards(node wire.NodeID) error {
	_, err := t.exec("DELETE FROM card WHERE node = $1", node.String())
	return err
}

// InsertRevocation keeps a revocation of a key.
func (t *Tx) InsertRevocation(v *wire.Revocation) error {
	if _, err := t.exec("INSERT INTO revocation (node, key, raw) VALUES ($1, $2, $3) ON CONFLICT (node, key) DO UPDATE SET raw = excluded.raw",
		v.Node.String(), v.Key.String(), v.Bytes()); err != nil {
		return err
	}
	return t.trustChanged()
}

// InsertDirectory keeps a version of the trust directory.
func (t *Tx) InsertDirectory(d *wire.Directory) error {
	if _, err := t.exec("INSERT INTO directory (version, raw) VALUES ($1, $2) ON CONFLICT (version) DO UPDATE SET raw = excluded.raw", int64(d.Version), d.Bytes()); err != nil {
		return err
	}
	return t.trustChanged()
}

// metaDraft is the setting with the version of the trust directory that is being
// made, as its bytes in base64.
const metaDraft = "directory_draft"

// SetDirectoryDraft keeps the version that is being made; nil forgets it.
func (t *Tx) SetDirectoryDraft(d *wire.Directory) error {
	text := ""
	if d != nil {
		text = base64.StdEncoding.EncodeToString(d.Bytes())
	}
	return t.SetMeta(metaDraft, text)
}

// DirectoryDraft reads the version that is being made; nil for none.
func (s *Store) DirectoryDraft(ctx context.Context) (*wire.Directory, error) {
	text, err := s.Meta(ctx, metaDraft)
	return draft(text, err)
}

// DirectoryDraft is Store.DirectoryDraft within the transaction.
func (t *Tx) DirectoryDraft() (*wire.Directory, error) {
	text, err := t.setting(metaDraft)
	return draft(text, err)
}

func draft(text string, err error) (*wire.Directory, error) {
	if err != nil || text == "" {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	return wire.ParseDirectory(raw)
}

// SetPeerStatus says how far a peer is trusted from now on.
func (t *Tx) SetPeerStatus(num int64, status paiza.PeerStatus, reason string) error {
	if _, err := t.exec("UPDATE peer SET status = $1, reason = $2 WHERE num = $3", string(status), reason, num); err != nil {
		return err
	}
	return t.trustChanged()
}

// trustChanged tells every process that what it remembers of peers is old.
func (t *Tx) trustChanged() error {
	_, err := t.next("trust", 1)
	return err
}

// TrustRevision is the number of the last change to peers, cards and keys.
func (s *Store) TrustRevision(ctx context.Context) (int64, error) {
	var v int64
	err := s.askOften(ctx, "SELECT value FROM counter WHERE name = 'trust'").Scan(&v)
	return v, diskError(err)
}

// NotePeer keeps what was last seen of a peer, for people.
func (s *Store) NotePeer(ctx context.Context, p paiza.Peer) error {
	return s.Write(ctx, func(t *Tx) error {
		old, err := t.Peer(p.Node)
		if err != nil {
			return err
		}
		if old.Contact.IsZero() && !p.Contact.IsZero() { // an expired directory lets known peers go on
			if err := t.trustChanged(); err != nil {
				return err
			}
		}
		_, err = t.exec("UPDATE peer SET contact = $1, tried = $2, skew = $3, version = $4, failed = $5, refused = $6, detail = $7, round = $8 WHERE node = $9",
			milli(p.Contact), milli(p.Tried), p.Skew.Milliseconds(), p.Version, p.Failed, p.Refused, p.Detail, p.Round.Milliseconds(), p.Node)
		return err
	})
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMilli(v int64) time.Time {
	if v == 0 {
		return time.Time{}
	}
	return time.UnixMilli(v).UTC()
}

// Peers lists the peers by name, with how many messages wait for them and how
// many of theirs lie in quarantine.
func (s *Store) Peers(ctx context.Context) ([]Peer, error) {
	// What is set aside is found by its own index and not among all of a peer:
	// hence the sum.
	rows, err := s.read.QueryContext(ctx, "SELECT "+peerColumns+`,
		`+messagesAfter("have")+", "+messagesAfter("proven")+`,
		(SELECT count(*) FROM inbox i WHERE i.peer + 0 = peer.num AND i.refused <> ''),
		coalesce((SELECT o.created FROM outlog l JOIN outbox o ON o.peer = l.peer AND o.epoch = l.have_epoch AND o.seq = l.have_seq + 1 WHERE l.peer = peer.num),
			(SELECT o.created FROM outlog l JOIN outbox o ON o.peer = l.peer AND o.epoch > l.have_epoch WHERE l.peer = peer.num ORDER BY o.epoch, o.seq LIMIT 1), 0)
		FROM peer ORDER BY name, node`)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []Peer
	for rows.Next() {
		var p Peer
		if err := rows.Scan(append(p.into(), &p.Waiting, &p.Unproven, &p.SetAside, (*asTime)(&p.Oldest))...); err != nil {
			return nil, err
		}
		out = append(out, p.settle())
	}
	return out, diskError(rows.Err())
}

// messagesAfter is how many messages of the log for a peer come after one of its
// places. An epoch's messages are numbered from 1, so none is looked at.
func messagesAfter(place string) string {
	return strings.ReplaceAll(`(SELECT coalesce(CAST(sum(CASE WHEN e.epoch > l.PLACE_epoch THEN e.last WHEN e.last > l.PLACE_seq THEN e.last - l.PLACE_seq ELSE 0 END) AS BIGINT), 0)
			FROM outlog l JOIN outepoch e ON e.peer = l.peer AND e.epoch >= l.PLACE_epoch WHERE l.peer = peer.num)`, "PLACE", place)
}

// Peer reads one peer.
func (s *Store) Peer(ctx context.Context, node string) (Peer, error) {
	return scanPeer(s.read.QueryRowContext(ctx, "SELECT "+peerColumns+" FROM peer WHERE node = $1", node), node)
}

// Peer reads one peer within the transaction.
func (t *Tx) Peer(node string) (Peer, error) {
	return scanPeer(t.row("SELECT "+peerColumns+" FROM peer WHERE node = $1", node), node)
}

func scanPeer(row scanner, node string) (Peer, error) {
	var p Peer
	err := row.Scan(p.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		return p, paiza.NotFound("peer", node)
	}
	return p.settle(), diskError(err)
}

// into receives times in milliseconds; settle turns them into what they are.
func (p *Peer) into() []any {
	return []any{&p.Num, &p.Node, &p.Name, &p.Body, &p.Status, (*asTime)(&p.Added), &p.Reason, (*asTime)(&p.Contact), (*asTime)(&p.Tried), &p.Skew,
		&p.Version, &p.Failed, &p.Refused, &p.Detail, &p.Round}
}

func (p Peer) settle() Peer {
	p.Skew, p.Round = p.Skew*time.Millisecond, p.Round*time.Millisecond
	return p
}

// asTime scans a time kept in milliseconds.
type asTime time.Time

// Scan implements sql.Scanner.
func (a *asTime) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return errors.New("store: a time is not a number")
	}
	*a = asTime(fromMilli(n))
	return nil
}

// Trust is all that is kept of who the nodes are.
type Trust struct {
	Rev         int64
	Peers       []Peer
	Cards       map[wire.NodeID][]*wire.Card // in the order of their serials
	Revocations map[wire.NodeID][]*wire.Revocation
	Directory   *wire.Directory   // the latest; nil for none
	Ways        map[string]string // by which node a peer is reached that has no direct link
}

// Trust reads it in one snapshot.
func (s *Store) Trust(ctx context.Context) (*Trust, error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	out := &Trust{Cards: map[wire.NodeID][]*wire.Card{}, Revocations: map[wire.NodeID][]*wire.Revocation{}, Ways: map[string]string{}}
	if err := tx.QueryRowContext(ctx, "SELECT value FROM counter WHERE name = 'trust'").Scan(&out.Rev); err != nil {
		return nil, diskError(err)
	}
	err = each(ctx, tx, func(r scanner) error {
		var p Peer
		err := r.Scan(p.into()...)
		out.Peers = append(out.Peers, p.settle())
		return err
	}, "SELECT "+peerColumns+" FROM peer")
	if err != nil {
		return nil, err
	}
	blob := func(take func(raw []byte) error) func(scanner) error {
		return func(r scanner) error {
			var raw []byte
			if err := r.Scan(&raw); err != nil {
				return err
			}
			return take(raw)
		}
	}
	if err := ways(ctx, tx, out.Ways); err != nil {
		return nil, err
	}
	err = each(ctx, tx, blob(func(raw []byte) error {
		c, err := wire.ParseCard(raw)
		if err == nil {
			out.Cards[c.Node] = append(out.Cards[c.Node], c)
		}
		return err
	}), "SELECT raw FROM card ORDER BY node, serial")
	if err != nil {
		return nil, err
	}
	err = each(ctx, tx, blob(func(raw []byte) error {
		v, err := wire.ParseRevocation(raw)
		if err == nil {
			out.Revocations[v.Node] = append(out.Revocations[v.Node], v)
		}
		return err
	}), "SELECT raw FROM revocation")
	if err != nil {
		return nil, err
	}
	return out, each(ctx, tx, blob(func(raw []byte) (err error) {
		out.Directory, err = wire.ParseDirectory(raw)
		return err
	}), "SELECT raw FROM directory ORDER BY version DESC LIMIT 1")
}

// each runs a query and gives every row.
func each(ctx context.Context, q querier, fn func(scanner) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return diskError(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return diskError(rows.Err())
}

// each is the function each with a statement that is prepared once.
func (t *Tx) each(fn func(scanner) error, query string, args ...any) error {
	if t.s.engine == postgres {
		return each(t.ctx, t.conn, fn, query, args...)
	}
	st, err := t.statement(query)
	if err != nil {
		return err
	}
	return each(t.ctx, prepared{t.conn, st}, fn, query, args...)
}

// prepared asks with a statement instead of a text.
type prepared struct {
	querier
	st *sql.Stmt
}

// QueryContext implements querier.
func (p prepared) QueryContext(ctx context.Context, _ string, args ...any) (*sql.Rows, error) {
	return p.st.QueryContext(ctx, args...)
}

// Secret reads a setting that SetSecret wrote; empty when it was never set.
func (s *Store) Secret(ctx context.Context, name string) (string, error) {
	text, err := s.Meta(ctx, name)
	if err != nil || text == "" {
		return "", err
	}
	return s.unsealed(name, text)
}
