package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
)

// record is a seizure or an alert, as a release sees it.
type record struct {
	kind, id string
	version  int64
	handling paiza.Handling
	object   access.Object
	content  []byte // as the release is bound to it
	letter   func() (letter, error)
	clear    func(t *store.Tx, r paiza.Release) (entry, error) // makes it TLP:CLEAR
	seizure  paiza.Seizure
	alert    paiza.Alert
}

// record reads what a release is about. What is neither a seizure nor an alert
// is not found.
func (d *Desk) record(ctx context.Context, subject string) (record, error) {
	kind, id, _ := strings.Cut(subject, "/")
	switch kind {
	case "seizure":
		z, err := d.store.Seizure(ctx, id)
		if err != nil {
			return record{}, err
		}
		content, err := contentOf(z)
		return record{kind: kind, id: z.ID, version: z.Version, handling: z.Handling, object: objectOf(z), content: content, seizure: z,
			letter: func() (letter, error) { return d.letterOf(ctx, z) },
			clear: func(t *store.Tx, r paiza.Release) (entry, error) {
				z, err := t.ChangeSeizure(id, r.Version, func(now *paiza.Seizure) error { now.Handling.TLP = paiza.TLPClear; return nil })
				if err != nil {
					return entry{}, err
				}
				if err := d.passOnSeizure(ctx, t, z, ""); err != nil {
					return entry{}, err
				}
				return changed("release.confirm", z, r.Note, releaseText(r))
			}}, err
	case "alert":
		a, err := d.store.Alert(ctx, id)
		if err != nil {
			return record{}, err
		}
		content, err := contentOfAlert(a)
		return record{kind: kind, id: a.ID, version: a.Version, handling: a.Handling, object: objectOfAlert(a), content: content, alert: a,
			letter: func() (letter, error) { return d.letterOfAlert(ctx, a) },
			clear: func(t *store.Tx, r paiza.Release) (entry, error) {
				a, err := t.ChangeAlert(id, r.Version, func(now *paiza.Alert) error { now.Handling.TLP = paiza.TLPClear; return nil })
				if err != nil {
					return entry{}, err
				}
				if err := d.passOnAlert(ctx, t, a, ""); err != nil {
					return entry{}, err
				}
				return changedAlert("release.confirm", a, r.Note, releaseText(r))
			}}, err
	}
	return record{}, paiza.NotFound("subject", subject)
}

// recordFor reads a record for an act on it.
func (d *Desk) recordFor(ctx context.Context, who paiza.Actor, right paiza.Right, subject string, c access.Context) (record, error) {
	if err := allow(who, right); err != nil {
		return record{}, err
	}
	rec, err := d.record(ctx, subject)
	if err != nil {
		return rec, err
	}
	return rec, d.decide(who, right, rec.object, c, rec.kind, rec.id)
}

// Releases lists the releases of the actor's agency whose records he may read,
// the open ones first.
func (d *Desk) Releases(ctx context.Context, who paiza.Actor) ([]paiza.Release, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return nil, err
	}
	all, err := d.store.Releases(ctx, who.Agency, 500)
	if err != nil {
		return nil, err
	}
	var out []paiza.Release
	for _, r := range all {
		rec, err := d.record(ctx, r.Subject)
		if err != nil {
			continue // an undone import took it away
		}
		if access.Decide(who, reading[rec.object.Kind], rec.object, d.when()).Allow {
			out = append(out, r)
		}
	}
	return out, nil
}

// ProposeRelease proposes that a record leaves the agency, to the public or to
// others: a state by its ISO 3166-1 code, "node:" with a node's name (and "/"
// with one of its desks), or "group:" with a group's id. It is bound to the
// record as it is now. A state of which no node is known here gets a file.
func (d *Desk) ProposeRelease(ctx context.Context, who paiza.Actor, in paiza.NewRelease) (paiza.Release, error) {
	r := paiza.Release{ID: newID(), Subject: in.Subject, Audience: in.Audience, State: paiza.ReleaseProposed, Proposer: who.ID, ProposerName: who.Name,
		Proposed: d.now(), Reason: strings.TrimSpace(in.Reason)}
	c := d.when()
	c.Public = r.Public()
	rec, err := d.recordFor(ctx, who, paiza.RightProposeRelease, in.Subject, c)
	if err != nil {
		return r, err
	}
	if err := needReason(in.Reason); err != nil {
		return r, err
	}
	if !r.Public() {
		if r.Audience, err = d.audienceFor(ctx, rec, in.Audience); err != nil {
			return r, err
		}
	} else if rec.handling.TLP == paiza.TLPClear {
		return r, paiza.Conflict("release.clear_already", nil)
	}
	r.Version, r.Owner = rec.version, rec.handling.Owner
	r.Digest = digestOf(rec.content)
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "release.propose", subject: r.Subject, reason: r.Reason, detail: releaseText(r)}, t.InsertRelease(r)
	})
	return r, err
}

// audienceFor checks who a record is proposed for, and that it can travel there.
func (d *Desk) audienceFor(ctx context.Context, rec record, name string) (string, error) {
	if !strings.Contains(name, ":") {
		if name = d.cat.ResolveCountry(name).Code; name == "" {
			return name, fieldFault("audience", "error.choice_unknown")
		}
	}
	k, err := d.who(ctx)
	if err != nil {
		return name, err
	}
	_, file, err := d.audienceOf(ctx, k, name)
	if err != nil || file {
		return name, err
	}
	if err := travels(rec.handling); err != nil {
		return name, err
	}
	if _, err := rec.letter(); err != nil {
		return name, paiza.Invalid("exchange.cannot_travel", nil)
	}
	return name, nil
}

// digestOf binds a release to what a record says.
func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func releaseText(r paiza.Release) string {
	return "release " + r.ID + " to " + r.Audience + ", sha256 " + r.Digest
}

// ConfirmRelease confirms what another person proposed; who confirms has just
// proved that it is he. A record that is released to the public becomes
// TLP:CLEAR; one for other nodes is written into the logs to them in this act. A
// record that changed in between is not released: the proposal is overtaken.
func (d *Desk) ConfirmRelease(ctx context.Context, who paiza.Actor, id, note string) (paiza.Release, error) {
	r, rec, err := d.releaseFor(ctx, who, id)
	if err != nil {
		return r, err
	}
	c := d.when()
	c.Public, c.Proposer = r.Public(), r.Proposer
	if err := d.decide(who, paiza.RightConfirmRelease, rec.object, c, "release", id); err != nil {
		return r, err
	}
	if digestOf(rec.content) != r.Digest || rec.version != r.Version {
		return d.endRelease(ctx, who, r, paiza.ReleaseOvertaken, "release.overtaken", "")
	}
	r.State, r.Decider, r.DeciderName, r.Decided, r.Note = paiza.ReleaseConfirmed, who.ID, who.Name, d.now(), strings.TrimSpace(note)
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.DecideRelease(r); err != nil {
			return entry{}, err
		}
		if r.Public() {
			return rec.clear(t, r)
		}
		detail, err := d.sendRelease(ctx, t, r, rec)
		return entry{action: "release.confirm", subject: r.Subject, reason: r.Note, detail: releaseText(r) + detail}, err
	})
	return r, err
}

// sendRelease writes a released record into the logs for those it is for.
func (d *Desk) sendRelease(ctx context.Context, t *store.Tx, r paiza.Release, rec record) (detail string, err error) {
	k, err := d.who(ctx)
	if err != nil {
		return "", err
	}
	to, file, err := d.audienceOf(ctx, k, r.Audience)
	if err != nil || file {
		return "", err
	}
	if k.identity == nil {
		return "", paiza.Conflict("peer.no_identity", nil)
	}
	if err := travels(rec.handling); err != nil {
		return "", err
	}
	now, err := t.RecordVersion(rec.kind, rec.id)
	if err != nil || now != rec.version {
		return "", errors.Join(err, paiza.Conflict("release.changed", nil))
	}
	l, err := rec.letter()
	if err != nil {
		return "", paiza.Invalid("exchange.cannot_travel", nil)
	}
	num, err := strconv.ParseInt(rec.id, 10, 64)
	if err != nil {
		return "", err
	}
	i, err := d.send(t, k, rec.kind, num, l, to.peers)
	return fmt.Sprintf("; as %s version %d to %d nodes", i.Name, i.Version, len(to.peers)), err
}

// releaseFor reads a release and its record for an act on it.
func (d *Desk) releaseFor(ctx context.Context, who paiza.Actor, id string) (paiza.Release, record, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return paiza.Release{}, record{}, err
	}
	r, err := d.store.Release(ctx, id)
	if err != nil {
		return r, record{}, err
	}
	rec, err := d.record(ctx, r.Subject)
	if err != nil {
		return r, rec, err
	}
	if err := d.decide(who, reading[rec.object.Kind], rec.object, d.when(), "release", id); err != nil {
		return r, rec, err
	}
	if r.Owner != who.Agency && who.Via != paiza.ViaConsole {
		return r, rec, paiza.NotFound("release", id)
	}
	return r, rec, nil
}

// RefuseRelease refuses a proposal; who proposed it takes it back instead.
func (d *Desk) RefuseRelease(ctx context.Context, who paiza.Actor, id, reason string) (paiza.Release, error) {
	r, _, err := d.releaseFor(ctx, who, id)
	if err != nil {
		return r, err
	}
	if err := needReason(reason); err != nil {
		return r, err
	}
	if r.Proposer == who.ID {
		return d.endRelease(ctx, who, r, paiza.ReleaseTakenBack, "release.take_back", reason)
	}
	if err := allow(who, paiza.RightConfirmRelease); err != nil {
		return r, err
	}
	return d.endRelease(ctx, who, r, paiza.ReleaseRefused, "release.refuse", reason)
}

func (d *Desk) endRelease(ctx context.Context, who paiza.Actor, r paiza.Release, state paiza.ReleaseState, action, reason string) (paiza.Release, error) {
	r.State, r.Decider, r.DeciderName, r.Decided, r.Note = state, who.ID, who.Name, d.now(), strings.TrimSpace(reason)
	err := d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: action, subject: r.Subject, reason: r.Note, detail: releaseText(r)}, t.DecideRelease(r)
	})
	if err == nil && state == paiza.ReleaseOvertaken {
		err = paiza.Conflict("release.changed", nil)
	}
	return r, err
}
