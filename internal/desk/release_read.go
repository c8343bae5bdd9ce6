package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	return d.store.WaitingReleases(ctx, who.Agency, who.ID, d.may(who, paiza.RightReadSeizure))
}

// ReleaseDetail is a release with its record.
type ReleaseDetail struct {
	paiza.Release
	Seizure paiza.Seizure
	Changed bool   // since it was proposed: confirming will find it overtaken
	Rule    string // why the reader may not confirm it: the rule; empty when he may
}

// Release reads one release with the record as it is now.
func (d *Desk) Release(ctx context.Context, who paiza.Actor, id string) (ReleaseDetail, error) {
	r, z, err := d.releaseFor(ctx, who, id)
	if err != nil {
		return ReleaseDetail{}, err
	}
	out := ReleaseDetail{Release: r, Seizure: z}
	now, err := digestOf(z)
	if err != nil {
		return out, err
	}
	out.Changed = now != r.Digest
	c := d.when()
	c.Public, c.Proposer = r.Public(), r.Proposer
	if got := access.Decide(who, paiza.RightConfirmRelease, objectOf(z), c); !got.Allow {
		out.Rule = got.Rule
	}
	return out, d.sawRedSeizures(ctx, who, z)
}

// ReleaseFor reads a record for the form of a proposal, with what may be said
// against each audience: the rule that refuses it, empty when none does.
func (d *Desk) ReleaseFor(ctx context.Context, who paiza.Actor, id string) (z paiza.Seizure, public string, err error) {
	if z, err = d.SeizureFor(ctx, who, paiza.RightProposeRelease, id); err != nil {
		return z, "", err
	}
	c := d.when()
	c.Public = true
	if got := access.Decide(who, paiza.RightProposeRelease, objectOf(z), c); !got.Allow {
		public = got.Rule
	}
	return z, public, nil
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
	r, z, err := d.releaseFor(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if err := d.decide(who, paiza.RightProposeRelease, objectOf(z), d.when(), "release", id); err != nil {
		return nil, err
	}
	if r.State != paiza.ReleaseConfirmed || r.Public() {
		return nil, paiza.Conflict("release.no_file", nil)
	}
	then, content, err := d.confirmed(ctx, r, z)
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
		Limits: releasedLimits{then.Handling.TLP, then.Handling.Purpose, then.Caveat}})
	if err != nil {
		return nil, err
	}
	return append(out, '\n'), d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "release.take_out", subject: r.Subject, detail: releaseText(r)}, nil
	})
}

// confirmed is the record as it was confirmed: as it is now, or an earlier
// version of it.
func (d *Desk) confirmed(ctx context.Context, r paiza.Release, z paiza.Seizure) (paiza.Seizure, []byte, error) {
	content, err := contentOf(z)
	if err != nil {
		return z, nil, err
	}
	if z.Version != r.Version {
		content, err = d.store.Version(ctx, r.Subject, r.Version)
		if isNotFound(err, "version") {
			return z, nil, paiza.Conflict("release.content_gone", nil)
		}
		if err != nil {
			return z, nil, err
		}
	}
	sum := sha256.Sum256(content)
	if hex.EncodeToString(sum[:]) != r.Digest {
		return z, nil, paiza.Conflict("release.content_gone", nil)
	}
	then, err := seizureOf(content)
	return then, content, err
}
