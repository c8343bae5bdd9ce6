package desk

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
	"time"

	"paiza"
	"paiza/wire"
)

// changeRule sets times, bodies and how many of them sign.
func (d *Desk) changeRule(body *wire.DirectoryBody, in DirectoryRule) (string, error) {
	var bad []paiza.FieldError
	number := func(field, text, key string, least, most int) int {
		n := 0
		if _, err := fmt.Sscanf(strings.TrimSpace(text), "%d", &n); err != nil || n < least || n > most {
			bad = append(bad, paiza.FieldError{Field: field, Key: key, Args: paiza.Args{"least": least, "most": most}})
		}
		return n
	}
	until, err := time.Parse(time.DateOnly, strings.TrimSpace(in.Expires))
	if err != nil || !until.After(d.now()) || until.After(d.now().AddDate(5, 0, 0)) {
		bad = append(bad, paiza.FieldError{Field: "expires", Key: "peer.draft_expires"})
	}
	warn, known := number("warn", in.Warn, "peer.draft_days", 7, 365), number("known", in.Known, "peer.draft_days", 7, 365)
	bodies, err := chosenBodies(body, in.Bodies)
	if err != nil {
		bad = append(bad, paiza.FieldError{Field: "bodies", Key: "peer.draft_bodies"})
	}
	threshold := number("threshold", in.Threshold, "peer.draft_threshold", 1, max(len(bodies), 1))
	if len(bad) > 0 {
		return "", &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: bad}
	}
	body.Expires, body.Warn, body.Known, body.Threshold, body.Bodies = until, time.Duration(warn)*24*time.Hour, time.Duration(known)*24*time.Hour, threshold, bodies
	var codes []string
	for _, b := range bodies {
		codes = append(codes, b.Code)
	}
	return fmt.Sprintf("until %s, warn %d days, known %d days, %d of %s", in.Expires, warn, known, threshold, strings.Join(codes, " ")), nil
}

// chosenBodies are bodies by the ids of their keys: those of the version, and
// nodes on it.
func chosenBodies(body *wire.DirectoryBody, ids []string) ([]wire.Body, error) {
	var out []wire.Body
	add := func(code string, key ed25519.PublicKey) bool {
		id := wire.KeyIDOf(key).String()
		if !slices.Contains(ids, id) || slices.ContainsFunc(out, func(b wire.Body) bool { return b.Key.Equal(key) }) {
			return true
		}
		out = append(out, wire.Body{Code: code, Key: key})
		return !slices.ContainsFunc(out[:len(out)-1], func(b wire.Body) bool { return b.Code == code })
	}
	fine := true
	for _, b := range body.Bodies {
		fine = add(b.Code, b.Key) && fine
	}
	for _, c := range body.Cards {
		fine = add(c.Body, c.SigningKey) && fine
	}
	if !fine || len(out) == 0 {
		return nil, paiza.Invalid("peer.draft_bodies", nil)
	}
	return out, nil
}
