package desk

import (
	"context"
	"encoding/json"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
)

// WaitingReleases counts the proposals of the actor's agency that wait for him
// as the second person; 0 for who may not confirm.
func (d *Desk) WaitingReleases(ctx context.Context, who paiza.Actor) (int, error) {
	if allow(who, paiza.RightConfirmRelease) != nil || allow(who, paiza.RightReadSeizure) != nil {
		return 0, nil
	}
	return d.store.WaitingReleases(ctx, who.Agency, who.ID, d.may(who, paiza.RightReadSeizure), d.may(who, paiza.RightReadAlert))
}

// ReleaseDetail is a release with its record.
type ReleaseDetail struct {
	paiza.Release
	Seizure paiza.Seizure // where it is of one …
	Alert   paiza.Alert   // … or of an alert
	Changed bool          // since it was proposed: confirming will find it overtaken
	Rule    string        // why the reader may not confirm it: the rule; empty when he may
}

// Release reads one release with the record as it is now.
func (d *Desk) Release(ctx context.Context, who paiza.Actor, id string) (ReleaseDetail, error) {
	r, rec, err := d.releaseFor(ctx, who, id)
	if err != nil {
		return ReleaseDetail{}, err
	}
	out := ReleaseDetail{Release: r, Seizure: rec.seizure, Alert: rec.alert, Changed: digestOf(rec.content) != r.Digest}
	c := d.when()
	c.Public, c.Proposer = r.Public(), r.Proposer
	if got := access.Decide(who, paiza.RightConfirmRelease, rec.object, c); !got.Allow {
		out.Rule = got.Rule
	}
	return out, d.sawRedRecord(ctx, who, rec)
}

// sawRedRecord is sawRed for the record of a release.
func (d *Desk) sawRedRecord(ctx context.Context, who paiza.Actor, rec record) error {
	if rec.handling.TLP != paiza.TLPRed {
		return nil
	}
	return d.sawRed(ctx, who, rec.kind, []string{rec.id})
}

// Proposing is a record before it is proposed for release.
type Proposing struct {
	Subject string
	Seizure paiza.Seizure // where it is one …
	Alert   paiza.Alert   // … or an alert
	Rule    string        // why it may not be proposed for the public: the rule; empty when it may
}

// ReleaseFor reads a record for the form of a proposal.
func (d *Desk) ReleaseFor(ctx context.Context, who paiza.Actor, subject string) (Proposing, error) {
	rec, err := d.recordFor(ctx, who, paiza.RightProposeRelease, subject, d.when())
	if err != nil {
		return Proposing{}, err
	}
	out := Proposing{Subject: subject, Seizure: rec.seizure, Alert: rec.alert}
	c := d.when()
	c.Public = true
	if got := access.Decide(who, paiza.RightProposeRelease, rec.object, c); !got.Allow {
		out.Rule = got.Rule
	}
	return out, d.sawRedRecord(ctx, who, rec)
}

// releasedFile is a released record on its way to another state.
type releasedFile struct {
	Format  string          `json:"format"`
	Release releasedAct     `json:"release"`
	Limits  releasedLimits  `json:"handling"`
	Digest  string          `json:"sha256"` // of record, byte for byte
	Record  json.RawMessage `json:"record"`
}

type releasedAct struct {
	ID        string    `json:"id"`
	Subject   string    `json:"subject"`
	Version   int64     `json:"version"`
	Audience  string    `json:"audience"`
	Owner     string    `json:"owner"`
	Reason    string    `json:"reason"`
	Proposed  time.Time `json:"proposed"`
	Confirmed time.Time `json:"confirmed"`
}

type releasedLimits struct {
	TLP     paiza.TLP     `json:"tlp"`
	Purpose paiza.Purpose `json:"purpose"`
	Caveat  string        `json:"caveat,omitempty"`
}

// ReleasedFile is the record of a confirmed release to a state, with the limits
// that travel with it, as JSON. It holds exactly the bytes that two persons
// confirmed. Taking it out is an act.
func (d *Desk) ReleasedFile(ctx context.Context, who paiza.Actor, id string) ([]byte, error) {
	r, rec, err := d.releaseFor(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if err := d.decide(who, paiza.RightProposeRelease, rec.object, d.when(), "release", id); err != nil {
		return nil, err
	}
	if r.State != paiza.ReleaseConfirmed || r.Public() {
		return nil, paiza.Conflict("release.no_file", nil)
	}
	limits, content, err := d.confirmed(ctx, r, rec)
	if err != nil {
		return nil, err
	}
	owner, err := d.store.Agency(ctx, r.Owner)
	if err != nil {
		return nil, err
	}
	out, err := json.Marshal(releasedFile{Format: "paiza release 1", Digest: r.Digest, Record: content,
		Release: releasedAct{ID: r.ID, Subject: r.Subject, Version: r.Version, Audience: r.Audience, Owner: owner.Name, Reason: r.Reason,
			Proposed: r.Proposed, Confirmed: r.Decided},
		Limits: limits})
	if err != nil {
		return nil, err
	}
	return append(out, '\n'), d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "release.take_out", subject: r.Subject, detail: releaseText(r)}, nil
	})
}

// confirmed is the record as it was confirmed: as it is now, or an earlier
// version of it.
func (d *Desk) confirmed(ctx context.Context, r paiza.Release, rec record) (limits releasedLimits, content []byte, err error) {
	content = rec.content
	if rec.version != r.Version {
		content, err = d.store.Version(ctx, r.Subject, r.Version)
		if isNotFound(err, "version") {
			return limits, nil, paiza.Conflict("release.content_gone", nil)
		}
		if err != nil {
			return limits, nil, err
		}
	}
	if digestOf(content) != r.Digest {
		return limits, nil, paiza.Conflict("release.content_gone", nil)
	}
	if rec.kind == "alert" {
		a, err := alertOf(content)
		return releasedLimits{a.Handling.TLP, a.Handling.Purpose, a.Caveat}, content, err
	}
	z, err := seizureOf(content)
	return releasedLimits{z.Handling.TLP, z.Handling.Purpose, z.Caveat}, content, err
}
