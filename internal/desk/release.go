package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/store"
)

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
		z, err := d.store.Seizure(ctx, strings.TrimPrefix(r.Subject, "seizure/"))
		if err != nil {
			continue // an undone import took it away
		}
		if access.Decide(who, paiza.RightReadSeizure, objectOf(z), d.when()).Allow {
			out = append(out, r)
		}
	}
	return out, nil
}

// ProposeRelease proposes that a record leaves the agency, to the public or to
// another state. It is bound to the record as it is now.
func (d *Desk) ProposeRelease(ctx context.Context, who paiza.Actor, in paiza.NewRelease) (paiza.Release, error) {
	id, ok := strings.CutPrefix(in.Subject, "seizure/")
	if !ok {
		return paiza.Release{}, paiza.NotFound("subject", in.Subject)
	}
	r := paiza.Release{ID: newID(), Subject: in.Subject, Audience: in.Audience, State: paiza.ReleaseProposed, Proposer: who.ID, ProposerName: who.Name,
		Proposed: d.now(), Reason: strings.TrimSpace(in.Reason)}
	c := d.when()
	c.Public = r.Public()
	z, err := d.seizureFor(ctx, who, paiza.RightProposeRelease, id, c)
	if err != nil {
		return r, err
	}
	if err := needReason(in.Reason); err != nil {
		return r, err
	}
	if !r.Public() {
		code := d.cat.ResolveCountry(in.Audience).Code
		if code == "" {
			return r, fieldFault("audience", "error.choice_unknown")
		}
		r.Audience = code
	} else if z.Handling.TLP == paiza.TLPClear {
		return r, paiza.Conflict("release.clear_already", nil)
	}
	r.Version, r.Owner = z.Version, z.Handling.Owner
	if r.Digest, err = digestOf(z); err != nil {
		return r, err
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "release.propose", subject: r.Subject, reason: r.Reason, detail: releaseText(r)}, t.InsertRelease(r)
	})
	return r, err
}

// digestOf binds a release to what a record says.
func digestOf(z paiza.Seizure) (string, error) {
	content, err := contentOf(z)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}

func releaseText(r paiza.Release) string {
	return "release " + r.ID + " to " + r.Audience + ", sha256 " + r.Digest
}

// ConfirmRelease confirms what another person proposed; who confirms has just
// proved that it is he. A record that is released to the public becomes
// TLP:CLEAR. A record that changed in between is not released: the proposal is
// overtaken.
func (d *Desk) ConfirmRelease(ctx context.Context, who paiza.Actor, id, note string) (paiza.Release, error) {
	r, z, err := d.releaseFor(ctx, who, id)
	if err != nil {
		return r, err
	}
	c := d.when()
	c.Public, c.Proposer = r.Public(), r.Proposer
	if err := d.decide(who, paiza.RightConfirmRelease, objectOf(z), c, "release", id); err != nil {
		return r, err
	}
	if now, err := digestOf(z); err != nil {
		return r, err
	} else if now != r.Digest || z.Version != r.Version {
		return d.endRelease(ctx, who, r, paiza.ReleaseOvertaken, "release.overtaken", "")
	}
	r.State, r.Decider, r.DeciderName, r.Decided, r.Note = paiza.ReleaseConfirmed, who.ID, who.Name, d.now(), strings.TrimSpace(note)
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.DecideRelease(r); err != nil {
			return entry{}, err
		}
		if !r.Public() {
			return entry{action: "release.confirm", subject: r.Subject, reason: r.Note, detail: releaseText(r)}, nil
		}
		z, err := t.ChangeSeizure(z.ID, r.Version, func(now *paiza.Seizure) error {
			now.Handling.TLP = paiza.TLPClear
			return nil
		})
		if err != nil {
			return entry{}, err
		}
		return changed("release.confirm", z, r.Note, releaseText(r))
	})
	return r, err
}

// releaseFor reads a release and its record for an act on it.
func (d *Desk) releaseFor(ctx context.Context, who paiza.Actor, id string) (paiza.Release, paiza.Seizure, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return paiza.Release{}, paiza.Seizure{}, err
	}
	r, err := d.store.Release(ctx, id)
	if err != nil {
		return r, paiza.Seizure{}, err
	}
	z, err := d.store.Seizure(ctx, strings.TrimPrefix(r.Subject, "seizure/"))
	if err != nil {
		return r, z, err
	}
	if err := d.decide(who, paiza.RightReadSeizure, objectOf(z), d.when(), "release", id); err != nil {
		return r, z, err
	}
	if r.Owner != who.Agency && who.Via != paiza.ViaConsole {
		return r, z, paiza.NotFound("release", id)
	}
	return r, z, nil
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
