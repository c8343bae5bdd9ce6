package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// OTP is the app with which a person makes one-time codes.
type OTP struct {
	Person   string
	Secret   string // sealed: see Tx.Seal
	Created  time.Time
	LastUsed time.Time // zero for never
	Step     int64     // the last whose code was taken
}

const otpColumns = "person, secret, created, last_used, step"

// PutOTP writes a person's app in the place of any earlier one.
func (t *Tx) PutOTP(o OTP) error {
	_, err := t.exec("INSERT INTO otp ("+otpColumns+") VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person) DO UPDATE SET "+
		"secret = excluded.secret, created = excluded.created, last_used = excluded.last_used, step = excluded.step",
		o.Person, o.Secret, o.Created.UnixMilli(), millis(o.LastUsed), o.Step)
	return err
}

// UseOTP notes that the code of a step was taken; false when one of that step or
// a later one was taken before. Of two who come with one code, one is let in.
func (t *Tx) UseOTP(person string, step int64, at time.Time) (bool, error) {
	return t.some("UPDATE otp SET step = $1, last_used = $2 WHERE person = $3 AND step < $4", step, at.UnixMilli(), person, step)
}

// DeleteOTP removes a person's app; false when he has none.
func (t *Tx) DeleteOTP(person string) (bool, error) {
	return t.some("DELETE FROM otp WHERE person = $1", person)
}

// OTP reads a person's app; the zero value when he has none.
func (s *Store) OTP(ctx context.Context, person string) (o OTP, err error) {
	var created, used int64
	err = s.read.QueryRowContext(ctx, "SELECT "+otpColumns+" FROM otp WHERE person = $1", person).Scan(&o.Person, &o.Secret, &created, &used, &o.Step)
	if errors.Is(err, sql.ErrNoRows) {
		return OTP{}, nil
	}
	o.Created, o.LastUsed = moment(created), moment(used)
	return o, diskError(err)
}

const secondFactors = `SELECT (SELECT count(*) FROM otp WHERE person = $1), (SELECT count(*) FROM passkey WHERE person = $1 AND cloned = 0)`

// SecondFactors counts what a person has besides a password: an app for codes (0
// or 1) and passkeys that have no copy.
func (s *Store) SecondFactors(ctx context.Context, person string) (codes, passkeys int, err error) {
	err = s.read.QueryRowContext(ctx, secondFactors, person).Scan(&codes, &passkeys)
	return codes, passkeys, diskError(err)
}

// SecondFactors counts them inside a transaction that may change them.
func (t *Tx) SecondFactors(person string) (codes, passkeys int, err error) {
	err = t.row(secondFactors, person).Scan(&codes, &passkeys)
	return codes, passkeys, err
}

// PassSignIn makes a session that was begun by one factor one of two; false when
// it has ended or was so already.
func (t *Tx) PassSignIn(id string, at time.Time) (bool, error) {
	return t.some("UPDATE signin SET factors = 2, step_up = $1, last_seen = $2 WHERE id = $3 AND factors < 2", at.UnixMilli(), at.UnixMilli(), id)
}

// HalfStepUp notes that the person of a session gave the first of two proofs
// that it is he.
func (t *Tx) HalfStepUp(id string, at time.Time) error {
	_, err := t.exec("UPDATE signin SET half = $1 WHERE id = $2", at.UnixMilli(), id)
	return err
}

// Ceremony reads what waits for a browser and leaves it there; the zero value
// when there is none or it has run out.
func (s *Store) Ceremony(ctx context.Context, id, kind string) (c Ceremony, err error) {
	var expiry int64
	err = s.read.QueryRowContext(ctx, "SELECT id, kind, person, address, data, expiry FROM ceremony WHERE id = $1 AND kind = $2", id, kind).
		Scan(&c.ID, &c.Kind, &c.Person, &c.Address, &c.Data, &expiry)
	if errors.Is(err, sql.ErrNoRows) {
		return Ceremony{}, nil
	}
	if c.Expiry = time.UnixMilli(expiry); err == nil && !c.Expiry.After(s.now()) {
		return Ceremony{}, nil
	}
	return c, diskError(err)
}

// EndCeremony removes what waits; false when it is gone already.
func (t *Tx) EndCeremony(id string) (bool, error) {
	return t.some("DELETE FROM ceremony WHERE id = $1", id)
}
