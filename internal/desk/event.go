package desk

import (
	"context"
	"errors"
	"slices"
	"strings"

	"paiza"
	"paiza/internal/access"
)

// eventTypes are the acts of which somebody may be told, by what decides who.
// An act that stands in no row is no event: signing in, reading, exporting.
var eventTypes = []struct {
	types []string
	// seen answers the label of the subject, and whether the actor may know.
	seen func(*Desk, context.Context, paiza.Actor, paiza.Event) (paiza.TLP, bool, error)
}{
	{[]string{"seizure.record", "seizure.correct", "seizure.relabel", "seizure.withdraw"}, (*Desk).seesSeizure},
	{[]string{"import.run", "import.relabel", "import.undo"}, (*Desk).seesImport},
	{[]string{"alert.raise", "alert.correct", "alert.relabel", "alert.withdraw"}, (*Desk).seesAlert},
	{[]string{"case.open", "case.update"}, (*Desk).seesCase},
	{[]string{"release.propose", "release.confirm", "release.refuse", "release.take_back", "release.overtaken"}, (*Desk).seesRelease},
	{[]string{"person.create", "person.enrol", "person.update", "person.recovery_propose", "person.recovery_confirm"}, sees(paiza.RightManagePeople)},
	{[]string{"agency.create", "agency.update"}, sees(paiza.RightManageAgencies)},
	{[]string{"exchange.take", "exchange.quarantine"}, sees(paiza.RightReadMessage, paiza.RightManagePeers)},
	{append([]string{"exchange.refusal", "exchange.withhold", "exchange.reopen", "exchange.reconsider",
		"peer.invite", "peer.confirm", "peer.pause", "peer.resume", "peer.end", "peer.card", "node.directory", "group.create", "group.change"}, notices()...), sees(paiza.RightManagePeers)},
	{[]string{"node.check", "node.backup", "node.restore", "backup.make", "backup.drop", "webhook.disable"}, sees(paiza.RightOperate)},
	{[]string{"ledger.contradict", "ledger.accept", "exchange.fork", "peer.quota_near"}, sees(paiza.RightManagePeers)},
}

// notices are the events of concerns.
func notices() []string {
	var out []string
	for _, kind := range ConcernKinds {
		out = append(out, "notice."+kind)
	}
	return append(out, noticeOver)
}

// EventTypes lists the types of events, in the order in which pages show them.
func EventTypes() []string {
	var out []string
	for _, row := range eventTypes {
		out = append(out, row.types...)
	}
	return out
}

// EventKinds lists the first words of the types of events.
func EventKinds() []string {
	var out []string
	for _, t := range EventTypes() {
		if first, _, _ := strings.Cut(t, "."); !slices.Contains(out, first) {
			out = append(out, first)
		}
	}
	return out
}

// EventPage is a part of the events that somebody may know of.
type EventPage struct {
	Events []paiza.Event
	// Next is the number after which to go on. It counts entries that the reader
	// may not know of, and is not for him.
	Next int64
	// More says that there may be further events already.
	More bool
}

// Limits of one look at the events.
const (
	eventsMost    = 500  // that are given
	eventsScanned = 2000 // entries that are looked at
)

// Events gives the events after a number that the actor may know of now, oldest
// first, at most n. Who may know of an event is decided for its subject as it is
// handled now: what has become unreadable, and anything TLP:RED, is left out.
func (d *Desk) Events(ctx context.Context, who paiza.Actor, after int64, n int) (EventPage, error) {
	if who.Anonymous() {
		return EventPage{}, &paiza.Error{Kind: paiza.ErrForbidden, Key: "api.sign_in"}
	}
	n = min(max(n, 1), eventsMost)
	page := EventPage{Next: max(after, 0)}
	// Looked at in small steps when little is wanted: most entries are visible to
	// most readers.
	step := min(max(n, 20), eventsScanned)
	for scanned := 0; scanned < eventsScanned; scanned += step {
		list, err := d.store.Events(ctx, page.Next, EventTypes(), step)
		if err != nil {
			return page, err
		}
		for _, e := range list {
			ok := false
			if e.TLP, ok, err = d.seesEvent(ctx, who, e); err != nil {
				return page, err
			}
			page.Next = e.Seq
			if ok {
				page.Events = append(page.Events, e)
			}
			if len(page.Events) == n {
				page.More = true
				return page, nil
			}
		}
		if len(list) < step {
			return page, nil
		}
	}
	page.More = true
	return page, nil
}

// LastEvent is the number after which all that the actor may come to know of is
// new. It is that of the last event he may know of, and not the end of the
// ledger: how much happens elsewhere is not for him.
func (d *Desk) LastEvent(ctx context.Context, who paiza.Actor) (int64, error) {
	last, err := d.store.LastAct(ctx)
	before := last + 1
	const step = 100
	for scanned := 0; err == nil && scanned < eventsScanned; scanned += step {
		var list []paiza.Event
		if list, err = d.store.EventsBefore(ctx, before, EventTypes(), step); err != nil {
			break
		}
		for _, e := range list {
			before = e.Seq
			if _, ok, err := d.seesEvent(ctx, who, e); err != nil || ok {
				return e.Seq, err
			}
		}
		if len(list) < step {
			return 0, nil
		}
	}
	return before - 1, err
}

func (d *Desk) seesEvent(ctx context.Context, who paiza.Actor, e paiza.Event) (paiza.TLP, bool, error) {
	for _, row := range eventTypes {
		if !slices.Contains(row.types, e.Type) {
			continue
		}
		tlp, ok, err := row.seen(d, ctx, who, e)
		if errors.Is(err, paiza.ErrNotFound) {
			return "", false, nil // it is no more
		}
		return tlp, ok && tlp != paiza.TLPRed, err
	}
	return "", false, nil
}

// sees is for events about the node itself, which each of the rights opens.
func sees(rights ...paiza.Right) func(*Desk, context.Context, paiza.Actor, paiza.Event) (paiza.TLP, bool, error) {
	return func(_ *Desk, _ context.Context, who paiza.Actor, _ paiza.Event) (paiza.TLP, bool, error) {
		return "", slices.ContainsFunc(rights, func(right paiza.Right) bool { return allow(who, right) == nil }), nil
	}
}

// reads asks whether the actor may read an object.
func (d *Desk) reads(who paiza.Actor, o access.Object) (paiza.TLP, bool, error) {
	return o.Handling.TLP, access.Decide(who, reading[o.Kind], o, d.when()).Allow, nil
}

func subjectID(e paiza.Event) string {
	_, id, _ := strings.Cut(e.Subject, "/")
	return id
}

func (d *Desk) seesSeizure(ctx context.Context, who paiza.Actor, e paiza.Event) (paiza.TLP, bool, error) {
	z, err := d.store.Seizure(ctx, subjectID(e))
	if err != nil {
		return "", false, err
	}
	return d.reads(who, objectOf(z))
}

func (d *Desk) seesImport(ctx context.Context, who paiza.Actor, e paiza.Event) (paiza.TLP, bool, error) {
	imp, err := d.store.Import(ctx, subjectID(e))
	if err != nil {
		return "", false, err
	}
	return d.reads(who, access.Object{Kind: access.KindImport, Handling: imp.Handling})
}

func (d *Desk) seesAlert(ctx context.Context, who paiza.Actor, e paiza.Event) (paiza.TLP, bool, error) {
	a, err := d.store.Alert(ctx, subjectID(e))
	if err != nil {
		return "", false, err
	}
	return d.reads(who, objectOfAlert(a))
}

func (d *Desk) seesCase(ctx context.Context, who paiza.Actor, e paiza.Event) (paiza.TLP, bool, error) {
	c, err := d.store.Case(ctx, subjectID(e))
	if err != nil {
		return "", false, err
	}
	_, ok, err := d.reads(who, objectOfCase(c))
	return "", ok, err // a case has no label of its own
}

// seesRelease is for releases, which are their agency's business.
func (d *Desk) seesRelease(ctx context.Context, who paiza.Actor, e paiza.Event) (paiza.TLP, bool, error) {
	rec, err := d.record(ctx, e.Subject)
	if err != nil {
		return "", false, err
	}
	tlp, ok, err := d.reads(who, rec.object)
	return tlp, ok && (who.Via == paiza.ViaConsole || rec.object.Handling.Owner == who.Agency), err
}
