package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/access"
)

const noteColumns = "num, peer, incoming, thread, desk, title, body, handling, exercise, written, recorded, person, author, version, withdrawn"

var insertNote = insertText("note", strings.Split(noteColumns, ", "))

const selectNote = "SELECT n.num, p.node, n.incoming, n.thread, n.desk, n.title, n.body, n.exercise, n.written, n.recorded, n.person, n.author, n.version, n.withdrawn, " +
	handlingColumns + " FROM note n JOIN peer p ON p.num = n.peer LEFT JOIN handling ON handling.id = n.handling"

// InsertNote writes a new note to or from a peer.
func (t *Tx) InsertNote(peer int64, n *paiza.DeskNote) error {
	handling, err := t.Handling(n.Handling)
	if err != nil {
		return err
	}
	num, err := t.number("note")
	if err != nil {
		return err
	}
	n.ID, n.Handling = strconv.FormatInt(num, 10), n.Handling.Clean()
	_, err = t.exec(insertNote, num, peer, flag(n.Incoming), n.Thread, n.Desk, n.Title, n.Text, handling, flag(n.Exercise),
		n.Written.UnixMilli(), n.Recorded.UnixMilli(), n.Person, n.Author, n.Version, flag(n.Withdrawn))
	return err
}

// ReplaceNote writes a new version of a note.
func (t *Tx) ReplaceNote(num int64, n *paiza.DeskNote) error {
	handling, err := t.Handling(n.Handling)
	if err != nil {
		return err
	}
	n.Handling = n.Handling.Clean()
	_, err = t.exec("UPDATE note SET title = $1, body = $2, handling = $3, version = $4, withdrawn = $5 WHERE num = $6",
		n.Title, n.Text, handling, n.Version, flag(n.Withdrawn), num)
	return err
}

// WithdrawNote marks a note as taken back.
func (t *Tx) WithdrawNote(num, version int64) error {
	_, err := t.exec("UPDATE note SET withdrawn = 1, version = $1 WHERE num = $2", version, num)
	return err
}

// ThreadOf is the conversation that a note belongs to; empty when it began one.
func (t *Tx) ThreadOf(num int64) (thread string, err error) {
	err = t.row("SELECT thread FROM note WHERE num = $1", num).Scan(&thread)
	return thread, err
}

// Note reads one note, also one that was taken back.
func (s *Store) Note(ctx context.Context, id string) (paiza.DeskNote, error) {
	num, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return paiza.DeskNote{}, paiza.NotFound("note", id)
	}
	n, err := scanNote(s.read.QueryRowContext(ctx, selectNote+" WHERE n.num = $1", num))
	if errors.Is(err, sql.ErrNoRows) {
		return n, paiza.NotFound("note", id)
	}
	return n, diskError(err)
}

// NoteFilter narrows a list of notes. Empty fields do not.
type NoteFilter struct {
	Incoming *bool
	Desk     string
	Peer     string
	Thread   string
	Before   string // id of the last one of the page before
	Limit    int
}

// Notes lists the notes that access allows and that were not taken back, newest
// first.
func (s *Store) Notes(ctx context.Context, f NoteFilter, may access.Expr) ([]paiza.DeskNote, error) {
	w := &where{text: []string{"n.withdrawn = 0"}}
	w.may("n", may, false)
	if f.Incoming != nil {
		w.add("n.incoming = %s", flag(*f.Incoming))
	}
	for condition, value := range map[string]string{"n.desk = %s": f.Desk, "p.node = %s": f.Peer, "n.thread <> '' AND n.thread = %s": f.Thread} {
		if value != "" {
			w.add(condition, value)
		}
	}
	if f.Before != "" {
		num, err := strconv.ParseInt(f.Before, 10, 64)
		if err != nil {
			return nil, paiza.Invalid("error.cursor", paiza.Args{"value": f.Before})
		}
		w.add("n.num < %s", num)
	}
	var out []paiza.DeskNote
	err := each(ctx, s.read, func(r scanner) error {
		n, err := scanNote(r)
		out = append(out, n)
		return err
	}, selectNote+w.String()+" ORDER BY n.num DESC LIMIT "+strconv.Itoa(f.Limit), w.args...)
	return out, err
}

func scanNote(row scanner) (n paiza.DeskNote, err error) {
	var num, incoming, exercise, out int64
	var h handlingRow
	into := []any{&num, &n.Peer, &incoming, &n.Thread, &n.Desk, &n.Title, &n.Text, &exercise, (*asTime)(&n.Written), (*asTime)(&n.Recorded), &n.Person, &n.Author, &n.Version, &out}
	err = row.Scan(append(into, h.into()...)...)
	n.ID, n.Incoming, n.Exercise, n.Withdrawn, n.Handling = strconv.FormatInt(num, 10), incoming != 0, exercise != 0, out != 0, h.value()
	return n, err
}

// Thread lists the notes of a conversation that access allows, the oldest first:
// those that name the subject with which it began, and that one.
func (s *Store) Thread(ctx context.Context, n paiza.DeskNote, may access.Expr) (out []paiza.DeskNote, err error) {
	w := &where{text: []string{"n.withdrawn = 0"}}
	w.may("n", may, false)
	begun := n.Thread
	if begun == "" {
		num, err := strconv.ParseInt(n.ID, 10, 64)
		if err != nil {
			return nil, paiza.NotFound("note", n.ID)
		}
		i, found, err := s.ItemOf(ctx, "note", num)
		if err != nil || !found {
			return []paiza.DeskNote{n}, err
		}
		begun = i.Name
	}
	name := w.arg(begun)
	// Joined to a text the kind is no reason for SQLite to look through all notes
	// instead of looking the name up.
	w.text = append(w.text, "(n.thread <> '' AND n.thread = "+name+" OR n.num IN (SELECT record FROM item WHERE kind || '' = 'note' AND name = "+name+" AND origin IN (SELECT '' UNION ALL SELECT node FROM peer)))")
	err = each(ctx, s.read, func(r scanner) error {
		n, err := scanNote(r)
		out = append(out, n)
		return err
	}, selectNote+w.String()+" ORDER BY n.num LIMIT 500", w.args...)
	return out, err
}
