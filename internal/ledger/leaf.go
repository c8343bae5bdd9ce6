package ledger

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"paiza"
)

// A leaf is a short text of one field a line, in this order and no other:
//
//	paiza ledger entry 1
//	seq 41
//	at 2026-11-24T09:30:00.000Z
//	who 7jx5k2mq3n4p5r6s
//	name Aigul Seitkali
//	roles registrar viewer
//	from 10.0.0.7
//	act seizure.record
//	subject seizure/12
//	reason order 12/4
//	detail 6f1c…            (64 hexadecimal digits)
//
// Backslash and the ends of lines inside a value are written \\, \n and \r; all
// other bytes stand as they are. The particulars of the act are not in the
// leaf: detail is a commitment to them, so that the leaf can be shown to
// somebody who may not read them.
const leafTitle = "paiza ledger entry 1"

const leafTime = "2006-01-02T15:04:05.000Z"

var (
	escaper   = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)
	unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r")
)

// Leaf is the text of an act's leaf; salt is that of its commitment.
func Leaf(a paiza.Act, salt string) []byte {
	return leaf(a, Commit(salt, a.Detail))
}

func leaf(a paiza.Act, commitment string) []byte {
	var b strings.Builder
	b.Grow(320 + len(a.Reason))
	line := func(name, value string) {
		b.WriteString(name)
		b.WriteByte(' ')
		escaper.WriteString(&b, value)
		b.WriteByte('\n')
	}
	b.WriteString(leafTitle + "\n")
	line("seq", strconv.FormatInt(a.Seq, 10))
	line("at", a.At.UTC().Format(leafTime))
	line("who", a.Actor.ID)
	line("name", a.Actor.Name)
	roles := make([]string, len(a.Actor.Roles))
	for i, r := range a.Actor.Roles {
		roles[i] = string(r)
	}
	line("roles", strings.Join(roles, " "))
	line("from", a.Actor.From)
	line("act", a.Action)
	line("subject", a.Subject)
	line("reason", a.Reason)
	line("detail", commitment)
	return []byte(b.String())
}

var errLeaf = errors.New("this is not a ledger entry")

// ParseLeaf reads a leaf back. The act has no Detail: commitment stands for it.
func ParseLeaf(text []byte) (a paiza.Act, commitment string, err error) {
	lines := strings.Split(string(text), "\n")
	names := []string{"seq", "at", "who", "name", "roles", "from", "act", "subject", "reason", "detail"}
	if len(lines) != len(names)+2 || lines[0] != leafTitle || lines[len(lines)-1] != "" {
		return a, "", errLeaf
	}
	values := make([]string, len(names))
	for i, name := range names {
		v, ok := strings.CutPrefix(lines[i+1], name+" ")
		if !ok {
			return a, "", errLeaf
		}
		values[i] = unescaper.Replace(v)
	}
	if a.Seq, err = strconv.ParseInt(values[0], 10, 64); err != nil {
		return a, "", errLeaf
	}
	if a.At, err = time.Parse(leafTime, values[1]); err != nil {
		return a, "", errLeaf
	}
	a.Actor = paiza.Actor{ID: values[2], Name: values[3], From: values[5]}
	for _, r := range strings.Fields(values[4]) {
		a.Actor.Roles = append(a.Actor.Roles, paiza.Role(r))
	}
	a.Action, a.Subject, a.Reason = values[6], values[7], values[8]
	// One entry has one text: whatever is written otherwise is no leaf.
	if string(leaf(a, values[9])) != string(text) {
		return a, "", errLeaf
	}
	return a, values[9], nil
}

// NewSalt is a fresh salt of 128 bits.
func NewSalt() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Commit binds a leaf to particulars without showing them: HMAC-SHA-256 with
// the salt as key. Who is given salt and particulars can check them; who is not
// can guess nothing.
func Commit(salt, detail string) string {
	m := hmac.New(sha256.New, []byte(salt))
	m.Write([]byte(detail))
	return hex.EncodeToString(m.Sum(nil))
}
