package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"paiza"
)

// Limits of a proof file.
const (
	MaxProof   = 16 << 20 // bytes
	MaxEntries = 10_000   // entries in one file
	maxPath    = 126      // hashes of one proof: a tree has at most 63 levels
)

// Proof is a file that proves entries of a ledger by itself: the leaves, the
// hashes from each to the head, the signed head, and the key that signed it.
//
// The file is text. It has a title, the key, then parts that begin with their
// name and end with an empty line, and last the checkpoint:
//
//	paiza ledger proof 1
//	key NAME+HASH+KEY
//
//	entry
//	paiza ledger entry 2
//	…                          the leaf, see leaf.go
//	salt SALT                  only when the particulars are shown
//	shows PARTICULARS
//	holds CONTENT              and the content, where the act has one
//	path
//	HASH                       base64, from the leaf upward
//
//	since SIZE HASH            only when asked for: an earlier head, and the
//	HASH                       proof that the log continues it
//
//	turn NAME+HASH+KEY         only where the key was changed: a former key, the
//	signed STATEMENT           statement that hands the log over (turn.go), and
//	path                       the proof that the log continues it
//	HASH
//
//	checkpoint
//	…                          the signed head, see checkpoint.go
type Proof struct {
	Key        string // verifier of the node's ledger key
	Entries    []Entry
	Since      *Since
	Turns      []Turn // how the key came from the first one, oldest first
	Checkpoint string
}

// Entry is one leaf with its proof.
type Entry struct {
	Leaf  []byte
	Shown *Shown
	Path  []Hash
}

// Shown are the particulars of an act, the content of its subject where that is
// still kept, and the salt of their commitments.
type Shown struct {
	Salt, Detail string
	Content      []byte
}

// Since proves that the log of the checkpoint continues an earlier one.
type Since struct {
	Size int64
	Root Hash
	Path []Hash
}

const proofTitle = "paiza ledger proof 1"

// Bytes writes the file.
func (p *Proof) Bytes() []byte {
	var b strings.Builder
	b.WriteString(proofTitle + "\nkey " + p.Key + "\n\n")
	hashes := func(path []Hash) {
		for _, h := range path {
			b.WriteString(h.String() + "\n")
		}
		b.WriteByte('\n')
	}
	for _, e := range p.Entries {
		b.WriteString("entry\n")
		b.Write(e.Leaf)
		if e.Shown != nil {
			b.WriteString("salt " + escaper.Replace(e.Shown.Salt) + "\nshows " + escaper.Replace(e.Shown.Detail) + "\n")
			if len(e.Shown.Content) > 0 {
				b.WriteString("holds " + escaper.Replace(string(e.Shown.Content)) + "\n")
			}
		}
		b.WriteString("path\n")
		hashes(e.Path)
	}
	if s := p.Since; s != nil {
		fmt.Fprintf(&b, "since %d %s\n", s.Size, s.Root)
		hashes(s.Path)
	}
	for _, t := range p.Turns {
		b.WriteString("turn " + t.Key + "\nsigned " + escaper.Replace(t.Signed) + "\npath\n")
		hashes(t.Path)
	}
	b.WriteString("checkpoint\n" + p.Checkpoint)
	return []byte(b.String())
}

// errProof is all that is said of a file that cannot be read: where it broke
// helps nobody but a forger.
var errProof = errors.New("this is not a proof of a ledger, or it is damaged")

// ParseProof reads a file. It checks its form and its limits and nothing else;
// Verify checks what it says.
func ParseProof(data []byte) (*Proof, error) {
	if len(data) > MaxProof {
		return nil, errProof
	}
	r := &lines{rest: string(data)}
	if r.next() != proofTitle {
		return nil, errProof
	}
	p := &Proof{Key: r.after("key ")}
	r.empty()
	for !r.bad {
		switch word := r.next(); {
		case word == "entry" && len(p.Entries) < MaxEntries && p.Since == nil:
			p.Entries = append(p.Entries, r.entry())
		case strings.HasPrefix(word, "since ") && p.Since == nil:
			p.Since = r.since(word)
		case strings.HasPrefix(word, "turn ") && len(p.Turns) < MaxTurns:
			p.Turns = append(p.Turns, r.turn(word))
		case word == "checkpoint" && len(r.rest) <= MaxCheckpoint:
			p.Checkpoint = r.rest
			if r.bad || string(p.Bytes()) != string(data) { // one proof has one text
				return nil, errProof
			}
			return p, nil
		default:
			r.bad = true
		}
	}
	return nil, errProof
}

// lines reads a text line by line and remembers that something did not fit.
type lines struct {
	rest string
	bad  bool
}

func (r *lines) next() string {
	line, rest, ok := strings.Cut(r.rest, "\n")
	if !ok {
		r.bad = true
		return ""
	}
	r.rest = rest
	return line
}

func (r *lines) after(prefix string) string {
	v, ok := strings.CutPrefix(r.next(), prefix)
	r.bad = r.bad || !ok
	return v
}

func (r *lines) empty() { r.bad = r.next() != "" || r.bad }

func (r *lines) entry() (e Entry) {
	start := r.rest
	for range leafFields(leafForm(r.next())) {
		r.next()
	}
	e.Leaf = []byte(start[:len(start)-len(r.rest)])
	word := r.next()
	if salt, ok := strings.CutPrefix(word, "salt "); ok {
		e.Shown = &Shown{Salt: unescaper.Replace(salt), Detail: unescaper.Replace(r.after("shows "))}
		word = r.next()
		if content, ok := strings.CutPrefix(word, "holds "); ok {
			e.Shown.Content = []byte(unescaper.Replace(content))
			r.bad = r.bad || content == ""
			word = r.next()
		}
	}
	r.bad = r.bad || word != "path"
	e.Path = r.path()
	return e
}

func (r *lines) since(word string) *Since {
	size, root, _ := strings.Cut(strings.TrimPrefix(word, "since "), " ")
	n, err := strconv.ParseInt(size, 10, 64)
	h, err2 := tlog.ParseHash(root)
	r.bad = r.bad || err != nil || err2 != nil
	return &Since{Size: n, Root: h, Path: r.path()}
}

func (r *lines) turn(word string) Turn {
	t := Turn{Key: strings.TrimPrefix(word, "turn "), Signed: unescaper.Replace(r.after("signed "))}
	r.bad = r.next() != "path" || r.bad
	t.Path = r.path()
	return t
}

func (r *lines) path() (out []Hash) {
	for !r.bad {
		line := r.next()
		if line == "" {
			return out
		}
		h, err := tlog.ParseHash(line)
		r.bad = r.bad || err != nil || len(out) == maxPath
		out = append(out, h)
	}
	return nil
}

// Trust is what the person who checks a proof holds to be true: the node's key,
// or a checkpoint that he had from the node earlier, or both.
type Trust struct {
	Key        string
	Checkpoint string
}

// The refusals of Verify, in the order in which they are looked for.
var (
	ErrKey       = errors.New("the proof is signed with another key")
	ErrSignature = errors.New("the checkpoint of the proof is not signed by its key")
	ErrTurn      = errors.New("a change of the ledger's key in the proof does not hold")
	ErrEntry     = errors.New("an entry does not belong to the ledger that the checkpoint signs")
	ErrShown     = errors.New("the particulars shown are not those of the entry")
	ErrHistory   = errors.New("the ledger of the proof is not a continuation of the given checkpoint")
	ErrUnrelated = errors.New("the proof does not say how its ledger is related to the given checkpoint")
	ErrTrust     = errors.New("neither a key nor a checkpoint is given to check against")
	ErrNothing   = errors.New("the proof has no entries")
)

// Verify checks a proof against what is trusted. It answers the entries, with
// their particulars where they are shown, and the head that proves them. A
// trusted key may be a former one of the log: then Proof.Key is the one that
// follows it by the turns in the proof.
func (p *Proof) Verify(t Trust) ([]paiza.Act, Checkpoint, error) {
	if t.Key == "" && t.Checkpoint == "" {
		return nil, Checkpoint{}, ErrTrust
	}
	if t.Key != "" && t.Key != p.Key && !slices.ContainsFunc(p.Turns, func(turn Turn) bool { return turn.Key == t.Key }) {
		return nil, Checkpoint{}, ErrKey
	}
	head, err := OpenCheckpoint(p.Checkpoint, p.Key)
	if err != nil {
		return nil, head, ErrSignature
	}
	turned, err := p.followed(head)
	if err != nil {
		return nil, head, ErrTurn
	}
	if t.Checkpoint != "" {
		if err := p.continues(head, turned, t.Checkpoint); err != nil {
			return nil, head, err
		}
	}
	if len(p.Entries) == 0 {
		return nil, head, ErrNothing
	}
	acts := make([]paiza.Act, len(p.Entries))
	for i, e := range p.Entries {
		if acts[i], err = e.check(head); err != nil {
			return nil, head, err
		}
	}
	return acts, head, nil
}

func (p *Proof) continues(head Checkpoint, turned []Turned, signed string) error {
	old, err := OpenEarlier(signed, turned, p.Key)
	var f *Fault
	switch {
	case errors.As(err, &f):
		return ErrHistory
	case err != nil:
		return ErrKey
	case old.Size == head.Size && old.Root == head.Root:
		return nil
	case old.Size == head.Size:
		return ErrHistory
	case p.Since == nil || p.Since.Size != old.Size:
		return ErrUnrelated
	case p.Since.Root != old.Root, old.Size > head.Size, old.Size < 1:
		return ErrHistory
	case !head.Continues(old, p.Since.Path):
		return ErrHistory
	}
	return nil
}

func (e *Entry) check(head Checkpoint) (paiza.Act, error) {
	a, detail, content, err := ParseLeaf(e.Leaf)
	if err != nil || a.Seq < 1 || a.Seq > head.Size {
		return a, ErrEntry
	}
	if tlog.CheckRecord(e.Path, head.Size, head.Root, a.Seq-1, tlog.RecordHash(e.Leaf)) != nil {
		return a, ErrEntry
	}
	if e.Shown != nil {
		if Commit(e.Shown.Salt, e.Shown.Detail) != detail {
			return a, ErrShown
		}
		if len(e.Shown.Content) > 0 && CommitContent(e.Shown.Salt, e.Shown.Content) != content {
			return a, ErrShown
		}
		a.Detail, a.Content = e.Shown.Detail, e.Shown.Content
	}
	return a, nil
}
