package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
	"paiza/wire"
)

// NoteFilter narrows a list of notes; empty fields do not.
type NoteFilter struct {
	Sent   bool // those that this node wrote, instead of those that came
	Desk   string
	Peer   string
	Thread string // the subject with which a conversation began
	Before string // id of the last one of the page before
	Size   int
}

// SendNote writes a note to a desk of another node.
func (d *Desk) SendNote(ctx context.Context, who paiza.Actor, in paiza.NewDeskNote) (paiza.DeskNote, error) {
	n, l, err := d.newNote(ctx, who, in)
	if err != nil {
		return n, err
	}
	k, err := d.node(ctx)
	if err != nil {
		return n, err
	}
	to, _, err := d.audienceOf(ctx, k, strings.TrimSuffix("node:"+in.Peer+"/"+in.Desk, "/"))
	if err != nil {
		return n, err
	}
	files, err := d.keepFiles(ctx, in.Files)
	if err != nil {
		return n, err
	}
	if err := d.answers(ctx, who, k, in.Answers, &n, &l); err != nil {
		return n, err
	}
	l.Attachments = files
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.InsertNote(to.peers[0].Peer, &n); err != nil {
			return entry{}, err
		}
		num, err := noteNumber(n)
		if err != nil {
			return entry{}, err
		}
		i, err := d.sendFirst(t, k, "note", num, l, to.peers)
		if err != nil {
			return entry{}, err
		}
		if err := d.useFiles(t, i.Num, to.peers[0].Peer, files); err != nil {
			return entry{}, err
		}
		return entry{action: "message.send", subject: "note/" + n.ID, version: 1, content: l.Body, inLog: true, detail: "to " + n.Peer + ", desk " + n.Desk + ", as " + i.Name}, nil
	})
	return n, err
}

// newNote checks what a person wrote.
func (d *Desk) newNote(ctx context.Context, who paiza.Actor, in paiza.NewDeskNote) (n paiza.DeskNote, l letter, err error) {
	if err := allow(who, paiza.RightSendMessage); err != nil {
		return n, l, err
	}
	if fields := in.Validate(); len(fields) > 0 {
		return n, l, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	demo, err := d.Demo(ctx)
	if err != nil {
		return n, l, err
	}
	n = paiza.DeskNote{Peer: in.Peer, Desk: in.Desk, Title: wire.OneLine(strings.TrimSpace(in.Title), paiza.MaxNoteTitle), Text: strings.ReplaceAll(in.Text, "\r", ""),
		Exercise: in.Exercise || demo, Written: d.now(), Recorded: d.now(), Person: who.ID, Author: who.Name, Version: 1,
		Handling: paiza.Handling{TLP: paiza.TLP(in.TLP), Purpose: paiza.Purpose(in.Purpose), Owner: who.Agency}}
	if n.Handling.TLP == "" {
		n.Handling.TLP = paiza.TLPAmber
	}
	if n.Handling.Purpose == "" {
		n.Handling.Purpose = paiza.PurposeIntelligence
	}
	body, err := (&wire.NoteItem{Title: n.Title, Text: n.Text, Author: wire.OneLine(who.Name, 200), Written: n.Written.UnixMilli()}).Encode()
	if err != nil {
		return n, l, fieldFault("text", "exchange.note_text_form")
	}
	return n, letter{Type: wire.TypeNote, Body: body, TLP: n.Handling.TLP, Purpose: n.Handling.Purpose, Owner: n.Handling.Owner, Exercise: n.Exercise}, nil
}

// answers puts a note into the conversation of the one that it answers.
func (d *Desk) answers(ctx context.Context, who paiza.Actor, k *community, id string, n *paiza.DeskNote, l *letter) error {
	if id == "" {
		return nil
	}
	old, err := d.noteFor(ctx, who, id)
	if err != nil {
		return err
	}
	num, err := noteNumber(old)
	if err != nil {
		return err
	}
	i, found, err := d.store.ItemOf(ctx, "note", num)
	if err != nil || !found {
		return err
	}
	origin := k.self
	if i.Origin != "" {
		if origin, err = wire.ParseNodeID(i.Origin); err != nil {
			return err
		}
	}
	l.Causes = []wire.Cause{{Origin: origin, Subject: i.Name, Version: i.Version}}
	if n.Thread = old.Thread; n.Thread == "" {
		n.Thread = i.Name
	}
	return nil
}

// Notes lists notes that the actor may read, newest first. The origin of those
// that are shown for the first time is told that their desk has been.
func (d *Desk) Notes(ctx context.Context, who paiza.Actor, f NoteFilter) ([]paiza.DeskNote, error) {
	if err := allow(who, paiza.RightReadMessage); err != nil {
		return nil, err
	}
	incoming := !f.Sent
	list, err := d.store.Notes(ctx, store.NoteFilter{Incoming: &incoming, Desk: f.Desk, Peer: f.Peer, Thread: f.Thread, Before: f.Before,
		Limit: min(max(f.Size, 1), 500)}, d.may(who, paiza.RightReadMessage))
	if err != nil || f.Sent {
		return list, err
	}
	ids := make([]string, len(list))
	for i, n := range list {
		ids[i] = n.ID
	}
	return list, d.notified(ctx, who, "note", ids)
}

func (d *Desk) noteFor(ctx context.Context, who paiza.Actor, id string) (paiza.DeskNote, error) {
	if err := allow(who, paiza.RightReadMessage); err != nil {
		return paiza.DeskNote{}, err
	}
	n, err := d.store.Note(ctx, id)
	if err != nil {
		return n, err
	}
	o := access.Object{Kind: access.KindNote, Handling: n.Handling, Withdrawn: n.Withdrawn}
	return n, d.decide(who, paiza.RightReadMessage, o, d.when(), "note", id)
}

// Note opens one note, with its files. The origin of one that came is told who
// opened it.
func (d *Desk) Note(ctx context.Context, who paiza.Actor, id string) (paiza.DeskNote, error) {
	n, err := d.noteFor(ctx, who, id)
	if err != nil {
		return n, err
	}
	if err := d.openedItem(ctx, who, "note", n.ID); err != nil {
		return n, err
	}
	num, err := noteNumber(n)
	if err != nil {
		return n, err
	}
	i, found, err := d.store.ItemOf(ctx, "note", num)
	if err != nil || !found {
		return n, err
	}
	files, err := d.store.FilesOf(ctx, i.Num)
	for _, u := range files {
		n.Files = append(n.Files, fileValue(u))
	}
	return n, err
}

// takeNote takes up a note.
func takeNote(in *intake, m *wire.Message, i *store.Item, own bool) (wire.Reason, error) {
	x, err := wire.ParseNoteItem(m.Body)
	if err != nil {
		return wire.ReasonUnreadable, nil
	}
	desk, err := in.desk(m.Desk)
	if err != nil {
		return "", err
	}
	n := paiza.DeskNote{Incoming: !own, Desk: desk, Title: x.Title, Text: x.Text, Author: x.Author, Exercise: m.Exercise, Written: fromUnix(x.Written),
		Recorded: in.now, Version: int64(m.Version)}
	if own {
		n.Desk = m.Desk
	}
	if n.Handling, err = in.handlingOf(m, own); err != nil {
		return "", err
	}
	if i.Record != 0 {
		return "", in.t.ReplaceNote(i.Record, &n)
	}
	if len(m.Causes) > 0 {
		n.Thread, err = in.thread(m.Causes[0])
		if err != nil {
			return "", err
		}
	}
	if err := in.t.InsertNote(in.p.Num, &n); err != nil {
		return "", err
	}
	i.Record, err = noteNumber(n)
	return "", err
}

// thread is the conversation of the note that caused one.
func (in *intake) thread(c wire.Cause) (string, error) {
	origin := ""
	if c.Origin != in.k.self {
		origin = c.Origin.String()
	}
	i, found, err := in.t.ItemNamed(origin, c.Subject)
	if err != nil || !found || i.Kind != wire.TypeNote || i.Record == 0 {
		return c.Subject, err
	}
	thread, err := in.t.ThreadOf(i.Record)
	if thread == "" {
		thread = c.Subject
	}
	return thread, err
}

// notified tells the origins of records that their desk was shown them.
func (d *Desk) notified(ctx context.Context, who paiza.Actor, kind string, ids []string) error {
	if who.Via == paiza.ViaConsole {
		return nil // the operator at the machine is no desk
	}
	var nums []int64
	for _, id := range ids {
		num, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return err
		}
		nums = append(nums, num)
	}
	waiting, err := d.store.Unnotified(ctx, kind, nums)
	if err != nil || len(waiting) == 0 {
		return err
	}
	k, err := d.node(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(waiting, func(a, b store.Waiting) int { return int(a.Peer - b.Peer) }) // as logs are locked
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		for _, w := range waiting {
			if err := t.SetNotified(w.Num, d.now()); err != nil {
				return entry{}, err
			}
			if err := d.state(t, k, w.Peer, w.Cursor, wire.EventContentConsignmentNotification, ""); err != nil {
				return entry{}, err
			}
		}
		return entry{action: "message.notified", subject: kind + "/" + ids[0], detail: strconv.Itoa(len(waiting)) + " messages"}, nil
	})
}

// state signs a receipt for one message of a peer's log and sends it to him.
func (d *Desk) state(t *store.Tx, k *community, peer int64, at wire.Cursor, event wire.Event, official string) error {
	i := slices.IndexFunc(k.reached(), func(p store.Peer) bool { return p.Num == peer })
	if i < 0 {
		return nil // the exchange with him has ended
	}
	p := k.reached()[i]
	from, err := wire.ParseNodeID(p.Node)
	if err != nil {
		return err
	}
	when, err := t.Stating(peer, d.now())
	if err != nil {
		return err
	}
	r, err := wire.NewReceipt(wire.Receipt{Event: event, Issuer: k.self, From: from, To: k.self, Epoch: at.Epoch, First: at.Seq, Last: at.Seq, Hash: at.Hash,
		At: when, Official: official}, k.identity.Sign)
	if err != nil {
		return err
	}
	if err := t.KeepIssued(peer, []*wire.Receipt{r}); err != nil { // its counter before the log, as in a commit
		return err
	}
	return d.tell(t, k, wire.TypeReceipt, r.Bytes(), p)
}

// openedItem tells the origin of a record who opened it here, once for each
// official and version.
func (d *Desk) openedItem(ctx context.Context, who paiza.Actor, kind, id string) error {
	if who.Via == paiza.ViaConsole {
		return nil
	}
	num, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return err
	}
	i, found, err := d.store.ItemOf(ctx, kind, num)
	if err != nil || !found || i.Origin == "" {
		return err
	}
	if done, err := d.store.HasOpened(ctx, i.Num, i.Version, who.ID); err != nil || done {
		return err
	}
	k, err := d.node(ctx)
	if err != nil {
		return err
	}
	agency, err := d.store.Agency(ctx, who.Agency)
	if err != nil {
		return err
	}
	official := wire.OneLine(strings.TrimSuffix(who.Name+", "+agency.Name, ", "), 200)
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if _, err := t.Opened(i.Num, i.Version, who.ID, d.now().UnixMilli()); err != nil {
			return entry{}, err
		}
		peer, at, found, err := t.ArrivedAt(i.Num, i.Version)
		if err == nil && found {
			err = d.state(t, k, peer, at, wire.EventContentHandover, official)
		}
		return entry{action: "message.open", subject: kind + "/" + id, version: 0, detail: i.Name + " version " + strconv.FormatUint(i.Version, 10)}, err
	})
}

func noteNumber(n paiza.DeskNote) (int64, error) { return strconv.ParseInt(n.ID, 10, 64) }
