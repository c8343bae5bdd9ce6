package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"paiza"
	"paiza/internal/access"
)

const releaseColumns = "id, subject, version, audience, digest, owner, state, proposer, proposer_name, proposed, reason, decider, decider_name, decided, note"

// InsertRelease writes a proposal. A second one for the same subject and
// audience conflicts while the first is open.
func (t *Tx) InsertRelease(r paiza.Release) error {
	var n int
	if err := t.row("SELECT count(*) FROM release WHERE subject = $1 AND audience = $2 AND state = $3", r.Subject, r.Audience, string(paiza.ReleaseProposed)).Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return paiza.Conflict("release.open", nil)
	}
	_, err := t.exec(insertText("release", strings.Split(releaseColumns, ", ")), r.ID, r.Subject, r.Version, r.Audience, r.Digest, r.Owner, string(r.State),
		r.Proposer, r.ProposerName, r.Proposed.UnixMilli(), r.Reason, "", "", int64(0), "")
	return err
}

// DecideRelease ends an open proposal; one that is not open conflicts.
func (t *Tx) DecideRelease(r paiza.Release) error {
	res, err := t.exec("UPDATE release SET state = $1, decider = $2, decider_name = $3, decided = $4, note = $5 WHERE id = $6 AND state = $7",
		string(r.State), r.Decider, r.DeciderName, r.Decided.UnixMilli(), r.Note, r.ID, string(paiza.ReleaseProposed))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, paiza.Conflict("release.decided", nil))
	}
	return nil
}

// Release reads one release.
func (s *Store) Release(ctx context.Context, id string) (paiza.Release, error) {
	r, err := scanRelease(s.read.QueryRowContext(ctx, "SELECT "+releaseColumns+" FROM release WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, paiza.NotFound("release", id)
	}
	return r, diskError(err)
}

// Releases lists the releases of an agency, the open ones first and the newest
// first among them, at most limit.
func (s *Store) Releases(ctx context.Context, owner string, limit int) ([]paiza.Release, error) {
	return s.releases(ctx, "WHERE owner = $1 ORDER BY CASE state WHEN 'proposed' THEN 0 ELSE 1 END, proposed DESC, id LIMIT $2", owner, limit)
}

// ReleasesOf lists the releases of one subject, newest first.
func (s *Store) ReleasesOf(ctx context.Context, subject string) ([]paiza.Release, error) {
	return s.releases(ctx, "WHERE subject = $1 ORDER BY proposed DESC, id", subject)
}

func (s *Store) releases(ctx context.Context, rest string, args ...any) ([]paiza.Release, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+releaseColumns+" FROM release "+rest, args...)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Release
	for rows.Next() {
		r, err := scanRelease(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, diskError(rows.Err())
}

// WaitingReleases counts the open proposals of an agency that another person
// than the one given made, for records that access allows him.
func (s *Store) WaitingReleases(ctx context.Context, owner, person string, seizures, alerts access.Expr) (int, error) {
	all := 0
	for _, of := range []struct {
		kind, live string
		may        access.Expr
	}{{"seizure", "seizure.superseded = 0", seizures}, {"alert", "alert.withdrawn = 0", alerts}} {
		w := &where{text: []string{"release.state = 'proposed'", of.live}}
		w.add("release.owner = %s", owner)
		w.add("release.proposer <> %s", person)
		w.may(of.kind, of.may, false)
		// The database may cast before it compares the kind.
		num := fmt.Sprintf("CASE WHEN release.subject LIKE '%s/%%' THEN CAST(substr(release.subject, %d) AS BIGINT) END", of.kind, len(of.kind)+2)
		var n int
		if err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM release JOIN "+of.kind+" ON "+of.kind+".num = "+num+w.String(), w.args...).Scan(&n); err != nil {
			return 0, diskError(err)
		}
		all += n
	}
	return all, nil
}

func scanRelease(row scanner) (paiza.Release, error) {
	var r paiza.Release
	var proposed, decided int64
	err := row.Scan(&r.ID, &r.Subject, &r.Version, &r.Audience, &r.Digest, &r.Owner, &r.State, &r.Proposer, &r.ProposerName, &proposed, &r.Reason,
		&r.Decider, &r.DeciderName, &decided, &r.Note)
	r.Proposed = time.UnixMilli(proposed).UTC()
	if decided != 0 {
		r.Decided = time.UnixMilli(decided).UTC()
	}
	return r, err
}
