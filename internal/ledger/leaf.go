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
//	paiza ledger entry 2
//	seq 41
//	at 2026-11-24T09:30:00.000Z
//	who 7jx5k2mq3n4p5r6s
//	name Duty registrar
//	agency home
//	roles registrar viewer
//	from 10.0.0.7
//	act seizure.record
//	subject seizure/12
//	version 1
//	reason order 12/4
//	detail 6f1c…            (64 hexadecimal digits)
//	content 09ab…           (the same, or nothing)
//
// Backslash and the ends of lines inside a value are written \\, \n and \r; all
// other bytes stand as they are. The particulars of the act are not in the
// leaf, nor is its subject's content: detail and content are commitments to
// them, so that the leaf can be shown to somebody who may not read them.
//
// Entries of form 1, made before there were agencies, have the title "paiza
// ledger entry 1" and no lines agency, version and content.
const leafTitle = "paiza ledger entry "

// Sealed is what a leaf needs besides the act: its form, the salt of the
// commitments, and the commitment to the content, which outlives the content.
type Sealed struct {
	Form    int64
	Salt    string
	Content string
}

// Seal makes the salt and the commitments of a new entry.
func Seal(content []byte) Sealed {
	s := Sealed{Form: 2, Salt: NewSalt()}
	s.Content = CommitContent(s.Salt, content)
	return s
}

// leafFields are the names of the lines of a leaf, by its form.
func leafFields(form int64) []string {
	if form == 1 {
		return []string{"seq", "at", "who", "name", "roles", "from", "act", "subject", "reason", "detail"}
	}
	return []string{"seq", "at", "who", "name", "agency", "roles", "from", "act", "subject", "version", "reason", "detail", "content"}
}

// leafForm is the form that a title names, or 0.
func leafForm(title string) int64 {
	switch title {
	case leafTitle + "1":
		return 1
	case leafTitle + "2":
		return 2
	}
	return 0
}

const leafTime = "2006-01-02T15:04:05.000Z"

var (
	escaper   = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)
	unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r")
)

// Leaf is the text of an act's leaf.
func Leaf(a paiza.Act, s Sealed) []byte {
	return leaf(a, s.Form, Commit(s.Salt, a.Detail), s.Content)
}

func leaf(a paiza.Act, form int64, detail, content string) []byte {
	roles := make([]string, len(a.Actor.Roles))
	for i, r := range a.Actor.Roles {
		roles[i] = string(r)
	}
	value := map[string]string{
		"seq": strconv.FormatInt(a.Seq, 10), "at": a.At.UTC().Format(leafTime), "who": a.Actor.ID, "name": a.Actor.Name,
		"agency": a.Actor.Agency, "roles": strings.Join(roles, " "), "from": a.Actor.From, "act": a.Action, "subject": a.Subject,
		"version": strconv.FormatInt(a.Version, 10), "reason": a.Reason, "detail": detail, "content": content,
	}
	var b strings.Builder
	b.Grow(448 + len(a.Reason))
	b.WriteString(leafTitle + strconv.FormatInt(form, 10) + "\n")
	for _, name := range leafFields(form) {
		b.WriteString(name)
		b.WriteByte(' ')
		escaper.WriteString(&b, value[name])
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

var errLeaf = errors.New("this is not a ledger entry")

// ParseLeaf reads a leaf back. The act has neither Detail nor Content: the
// commitments stand for them.
func ParseLeaf(text []byte) (a paiza.Act, detail, content string, err error) {
	lines := strings.Split(string(text), "\n")
	form := leafForm(lines[0])
	names := leafFields(form)
	if form == 0 || len(lines) != len(names)+2 || lines[len(lines)-1] != "" {
		return a, "", "", errLeaf
	}
	value := map[string]string{}
	for i, name := range names {
		v, ok := strings.CutPrefix(lines[i+1], name+" ")
		if !ok {
			return a, "", "", errLeaf
		}
		value[name] = unescaper.Replace(v)
	}
	if a.Seq, err = strconv.ParseInt(value["seq"], 10, 64); err != nil {
		return a, "", "", errLeaf
	}
	if a.At, err = time.Parse(leafTime, value["at"]); err != nil {
		return a, "", "", errLeaf
	}
	if form > 1 {
		if a.Version, err = strconv.ParseInt(value["version"], 10, 64); err != nil {
			return a, "", "", errLeaf
		}
	}
	a.Actor = paiza.Actor{ID: value["who"], Name: value["name"], Agency: value["agency"], From: value["from"]}
	for _, r := range strings.Fields(value["roles"]) {
		a.Actor.Roles = append(a.Actor.Roles, paiza.Role(r))
	}
	a.Action, a.Subject, a.Reason = value["act"], value["subject"], value["reason"]
	// One entry has one text: whatever is written otherwise is no leaf.
	if string(leaf(a, form, value["detail"], value["content"])) != string(text) {
		return a, "", "", errLeaf
	}
	return a, value["detail"], value["content"], nil
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

// CommitContent binds a leaf to the content of its subject as Commit does to the
// particulars; an act without content has no commitment.
func CommitContent(salt string, content []byte) string {
	if len(content) == 0 {
		return ""
	}
	m := hmac.New(sha256.New, []byte(salt))
	m.Write([]byte("content\n"))
	m.Write(content)
	return hex.EncodeToString(m.Sum(nil))
}
