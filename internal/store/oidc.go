package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"paiza"
)

// Link is a person's account at another sign-in server.
type Link struct {
	Issuer, Subject string
	Person          string
	Created         time.Time
	LastUsed        time.Time // zero for never
}

const linkColumns = "issuer, subject, person, created, last_used"

// InsertLink links an account of a sign-in server to a person.
func (t *Tx) InsertLink(l Link) error {
	_, err := t.exec("INSERT INTO oidc_link ("+linkColumns+") VALUES ($1, $2, $3, $4, 0)", l.Issuer, l.Subject, l.Person, l.Created.UnixMilli())
	if isUnique(err) {
		return paiza.Conflict("signin.link_taken", nil)
	}
	return err
}

// UseLink notes when a link was used.
func (t *Tx) UseLink(issuer, subject string, at time.Time) error {
	_, err := t.exec("UPDATE oidc_link SET last_used = $1 WHERE issuer = $2 AND subject = $3", at.UnixMilli(), issuer, subject)
	return err
}

// DeleteLinks removes the links of a person, and counts them.
func (t *Tx) DeleteLinks(person string) (int64, error) {
	res, err := t.exec("DELETE FROM oidc_link WHERE person = $1", person)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Link reads the link of an account at a sign-in server; the zero value when
// there is none.
func (s *Store) Link(ctx context.Context, issuer, subject string) (Link, error) {
	return s.link(ctx, "issuer = $1 AND subject = $2", issuer, subject)
}

// LinkOf reads a person's link to a sign-in server; the zero value when he has
// none.
func (s *Store) LinkOf(ctx context.Context, person, issuer string) (Link, error) {
	return s.link(ctx, "person = $1 AND issuer = $2", person, issuer)
}

func (s *Store) link(ctx context.Context, where string, args ...any) (l Link, err error) {
	var created, used int64
	err = s.read.QueryRowContext(ctx, "SELECT "+linkColumns+" FROM oidc_link WHERE "+where, args...).Scan(&l.Issuer, &l.Subject, &l.Person, &created, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return Link{}, nil
	}
	l.Created, l.LastUsed = moment(created), moment(used)
	return l, diskError(err)
}
