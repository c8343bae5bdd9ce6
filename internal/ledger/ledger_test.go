package ledger_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"paiza"
	"paiza/internal/ledger"
)

func act(seq int64) paiza.Act {
	return paiza.Act{Seq: seq, At: time.Date(2026, 11, 24, 9, 30, 0, int(seq%1000)*1e6, time.UTC),
		Actor:  paiza.Actor{ID: "p1", Name: "Дежурный регистратор", Agency: "home", Roles: []paiza.Role{paiza.RoleRegistrar, paiza.RoleViewer}, From: "10.0.0.7"},
		Action: "seizure.record", Subject: "seizure/12", Reason: "order 12/4\nand \\n", Detail: "1.5 kg", Version: 2, Content: []byte("{\"a\":\n1}")}
}

// sealed is what the leaf of an act needs besides, with a salt that is known.
func sealed(form int64, salt string, content []byte) ledger.Sealed {
	return ledger.Sealed{Form: form, Salt: salt, Content: ledger.CommitContent(salt, content)}
}

// log is a whole ledger in memory: what a store keeps.
type log struct {
	tree   ledger.Tree
	stored []ledger.Hash
	leaves [][]byte
	salts  []string
	roots  []ledger.Hash // by size, from 0
}

// grow makes a log of n entries; the salts of two logs with different seeds
// differ. A fuzzer needs the same log in each of its processes.
func grow(n, seed int) *log {
	l := &log{}
	l.roots = append(l.roots, l.tree.Root())
	for i := range n {
		salt := fmt.Sprintf("%016x%016x", seed, i)
		a := act(int64(i + 1))
		leaf := ledger.Leaf(a, sealed(2, salt, a.Content))
		l.stored = append(l.stored, l.tree.Append(leaf)...)
		l.leaves, l.salts, l.roots = append(l.leaves, leaf), append(l.salts, salt), append(l.roots, l.tree.Root())
	}
	return l
}

func (l *log) read(numbers []int64) ([]ledger.Hash, error) {
	out := make([]ledger.Hash, len(numbers))
	for i, n := range numbers {
		out[i] = l.stored[n]
	}
	return out, nil
}

// TestTree holds the tree to tlog, which is its other maker, at every size; and
// inclusion and consistency of random entries and sizes to tlog's checks.
func TestTree(t *testing.T) {
	const most = 300
	l := grow(most, 1)
	for n := int64(0); n <= most; n++ {
		want, err := tlog.TreeHash(n, tlog.HashReaderFunc(l.read))
		if n == 0 {
			want, err = sha256.Sum256(nil), nil // RFC 6962 §2.1: the empty tree
		}
		if err != nil || want != l.roots[n] {
			t.Fatalf("head of %d entries: %v, tlog %v, %v", n, l.roots[n], want, err)
		}
		hashes, err := l.read(ledger.Edge(n))
		if err != nil {
			t.Fatal(err)
		}
		again, err := ledger.NewTree(n, hashes)
		if err != nil || again.Root() != l.roots[n] {
			t.Fatalf("the edge of %d entries gives another head: %v", n, err)
		}
	}
	if got := ledger.Stored(most); got != int64(len(l.stored)) {
		t.Errorf("Stored(%d) = %d, want %d", most, got, len(l.stored))
	}
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, most).Draw(t, "size")
		seq := rapid.Int64Range(1, size).Draw(t, "seq")
		old := rapid.Int64Range(1, size).Draw(t, "old")
		path, err := ledger.Include(size, seq, l.read)
		if err != nil {
			t.Fatal(err)
		}
		leaf := tlog.RecordHash(l.leaves[seq-1])
		if leaf != l.stored[tlog.StoredHashIndex(0, seq-1)] {
			t.Fatal("the leaf's hash is not where tlog stores it")
		}
		if err := tlog.CheckRecord(path, size, l.roots[size], seq-1, leaf); err != nil {
			t.Fatal(err)
		}
		if size > 1 && tlog.CheckRecord(path, size, l.roots[size], seq%size, leaf) == nil {
			t.Fatal("an entry is proved in another's place")
		}
		grown, err := ledger.Extend(size, old, l.read)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckTree(grown, size, l.roots[size], old, l.roots[old]); err != nil {
			t.Fatal(err)
		}
		if tlog.CheckTree(grown, size, l.roots[size], old, l.roots[old-1]) == nil {
			t.Fatal("another history is proved")
		}
	})
}

// TestLeaf: two different acts have different leaves, and a leaf reads back as
// the act it was made of, without the particulars.
func TestLeaf(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("aя\\\n\r n= ")), 0, 12, -1)
	draw := func(t *rapid.T) paiza.Act {
		a := act(rapid.Int64Range(1, 3).Draw(t, "seq"))
		a.Actor.ID, a.Actor.Name, a.Actor.From = text.Draw(t, "id"), text.Draw(t, "name"), text.Draw(t, "from")
		a.Action, a.Subject, a.Reason, a.Detail = text.Draw(t, "action"), text.Draw(t, "subject"), text.Draw(t, "reason"), text.Draw(t, "detail")
		a.Actor.Agency, a.Version, a.Content = text.Draw(t, "agency"), rapid.Int64Range(0, 2).Draw(t, "version"), []byte(text.Draw(t, "content"))
		if len(a.Content) == 0 {
			a.Content = nil
		}
		return a
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t), draw(t)
		form := rapid.Int64Range(1, 2).Draw(t, "form")
		if form == 1 {
			a.Actor.Agency, a.Version, a.Content = "", 0, nil
			b.Actor.Agency, b.Version, b.Content = "", 0, nil
		}
		leaf := ledger.Leaf(a, sealed(form, "salt", a.Content))
		if same := string(leaf) == string(ledger.Leaf(b, sealed(form, "salt", b.Content))); same != cmp.Equal(a, b) {
			t.Fatalf("%+v and %+v: same leaf %v", a, b, same)
		}
		got, detail, content, err := ledger.ParseLeaf(leaf)
		if err != nil || detail != ledger.Commit("salt", a.Detail) || content != ledger.CommitContent("salt", a.Content) {
			t.Fatal(err, detail, content)
		}
		a.Detail, a.Content = "", nil
		if d := cmp.Diff(a, got); d != "" {
			t.Fatal(d)
		}
	})
	if leaf := string(ledger.Leaf(act(1), ledger.Seal(act(1).Content))); strings.Contains(leaf, "1.5 kg") || strings.Contains(leaf, "{") {
		t.Error("the leaf shows the particulars or the content")
	}
}

func keyOf(t testing.TB) *ledger.Key {
	t.Helper()
	for range 20 { // a key's base64 may hold the sign that parts it
		secret, err := ledger.NewKey()
		if err != nil {
			t.Fatal(err)
		}
		key, err := ledger.ParseKey(secret)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(secret, "+") > 4 {
			return key
		}
	}
	secret, _ := ledger.NewKey()
	key, err := ledger.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// at is the signed head of the first n entries.
func (l *log) at(t testing.TB, key *ledger.Key, n int64) string {
	t.Helper()
	hashes, err := l.read(ledger.Edge(n))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := ledger.NewTree(n, hashes)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := key.Sign(&tree)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func (l *log) prove(t testing.TB, key *ledger.Key, size int64, seqs ...int64) *ledger.Proof {
	t.Helper()
	p := &ledger.Proof{Key: key.Verifier(), Checkpoint: l.at(t, key, size)}
	for i, seq := range seqs {
		path, err := ledger.Include(size, seq, l.read)
		if err != nil {
			t.Fatal(err)
		}
		e := ledger.Entry{Leaf: l.leaves[seq-1], Path: path}
		if i%2 == 1 {
			e.Shown = &ledger.Shown{Salt: l.salts[seq-1], Detail: act(seq).Detail, Content: act(seq).Content}
		}
		p.Entries = append(p.Entries, e)
	}
	return p
}

func (l *log) since(t testing.TB, size, old int64) *ledger.Since {
	t.Helper()
	path, err := ledger.Extend(size, old, l.read)
	if err != nil {
		t.Fatal(err)
	}
	return &ledger.Since{Size: old, Root: l.roots[old], Path: path}
}

// TestProof: what holds, and for each way in which a proof can be false, the
// reason that is given.
func TestProof(t *testing.T) {
	l, other := grow(20, 1), grow(20, 2)
	key, stranger := keyOf(t), keyOf(t)
	trusted := ledger.Trust{Key: key.Verifier()}
	since := func(n int64) ledger.Trust { return ledger.Trust{Checkpoint: l.at(t, key, n)} }
	for name, tc := range map[string]struct {
		change func(p *ledger.Proof)
		trust  ledger.Trust
		want   error
	}{
		"as it is":                     {func(p *ledger.Proof) {}, trusted, nil},
		"same checkpoint":              {func(p *ledger.Proof) {}, since(17), nil},
		"earlier checkpoint, proved":   {func(p *ledger.Proof) { p.Since = l.since(t, 17, 9) }, since(9), nil},
		"nothing trusted":              {func(p *ledger.Proof) {}, ledger.Trust{}, ledger.ErrTrust},
		"another key trusted":          {func(p *ledger.Proof) {}, ledger.Trust{Key: stranger.Verifier()}, ledger.ErrKey},
		"another key's checkpoint":     {func(p *ledger.Proof) {}, ledger.Trust{Checkpoint: l.at(t, stranger, 17)}, ledger.ErrKey},
		"earlier checkpoint, unproved": {func(p *ledger.Proof) {}, since(9), ledger.ErrUnrelated},
		"later checkpoint":             {func(p *ledger.Proof) {}, since(19), ledger.ErrUnrelated},
		"another history, same size":   {func(p *ledger.Proof) {}, ledger.Trust{Checkpoint: other.at(t, key, 17)}, ledger.ErrHistory},
		"another history, earlier":     {func(p *ledger.Proof) { p.Since = l.since(t, 17, 9) }, ledger.Trust{Checkpoint: other.at(t, key, 9)}, ledger.ErrHistory},
		"history with a false path":    {func(p *ledger.Proof) { p.Since = l.since(t, 17, 9); p.Since.Path[0][3] ^= 1 }, since(9), ledger.ErrHistory},
		"re-signed by a stranger":      {func(p *ledger.Proof) { p.Checkpoint = l.at(t, stranger, 17) }, trusted, ledger.ErrSignature},
		"a larger head, unsigned":      {func(p *ledger.Proof) { p.Checkpoint = strings.Replace(p.Checkpoint, "\n17\n", "\n18\n", 1) }, trusted, ledger.ErrSignature},
		"reason changed": {func(p *ledger.Proof) {
			p.Entries[0].Leaf = []byte(strings.Replace(string(p.Entries[0].Leaf), "12/4", "12/5", 1))
		}, trusted, ledger.ErrEntry},
		"number changed": {func(p *ledger.Proof) {
			p.Entries[0].Leaf = []byte(strings.Replace(string(p.Entries[0].Leaf), "seq 3\n", "seq 4\n", 1))
		}, trusted, ledger.ErrEntry},
		"number out of range": {func(p *ledger.Proof) {
			p.Entries[0].Leaf = []byte(strings.Replace(string(p.Entries[0].Leaf), "seq 3\n", "seq 18\n", 1))
		}, trusted, ledger.ErrEntry},
		"path of another":           {func(p *ledger.Proof) { p.Entries[0].Path = p.Entries[1].Path }, trusted, ledger.ErrEntry},
		"path cut":                  {func(p *ledger.Proof) { p.Entries[0].Path = p.Entries[0].Path[1:] }, trusted, ledger.ErrEntry},
		"entry of another log":      {func(p *ledger.Proof) { p.Entries[0].Leaf = other.leaves[2] }, trusted, ledger.ErrEntry},
		"other particulars":         {func(p *ledger.Proof) { p.Entries[1].Shown.Detail = "0.5 kg" }, trusted, ledger.ErrShown},
		"other content":             {func(p *ledger.Proof) { p.Entries[1].Shown.Content = []byte("{}") }, trusted, ledger.ErrShown},
		"content not kept any more": {func(p *ledger.Proof) { p.Entries[1].Shown.Content = nil }, trusted, nil},
		"particulars, another salt": {func(p *ledger.Proof) { p.Entries[1].Shown.Salt = "0" }, trusted, ledger.ErrShown},
		"no entries":                {func(p *ledger.Proof) { p.Entries = nil }, trusted, ledger.ErrNothing},
	} {
		t.Run(name, func(t *testing.T) {
			p := l.prove(t, key, 17, 3, 16, 17)
			tc.change(p)
			again, err := ledger.ParseProof(p.Bytes())
			if err != nil {
				t.Fatalf("the file does not read back: %v", err)
			}
			acts, head, err := again.Verify(tc.trust)
			if !errors.Is(err, tc.want) || tc.want == nil && err != nil {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			if err == nil && (len(acts) != 3 || acts[0].Seq != 3 || acts[0].Detail != "" || acts[1].Detail != "1.5 kg" || head.Size != 17) {
				t.Errorf("acts %+v under %d entries", acts, head.Size)
			}
		})
	}
}

// TestProofForm: a file that is cut, doubled or written in another way is not
// read at all.
func TestProofForm(t *testing.T) {
	l, key := grow(9, 1), keyOf(t)
	p := l.prove(t, key, 9, 2, 5)
	p.Since = l.since(t, 9, 4)
	good := string(p.Bytes())
	for i := range len(good) {
		if c := good[:i]; strings.Index(good, "checkpoint\n") > i-len("checkpoint\n") {
			if _, err := ledger.ParseProof([]byte(c)); err == nil {
				t.Fatalf("a file cut at byte %d is read", i)
			}
		}
	}
	hash := strings.Repeat("A", 43) + "=\n"
	for name, bad := range map[string]string{
		"empty":               "",
		"another title":       strings.Replace(good, "proof 1", "proof 2", 1),
		"carriage returns":    strings.ReplaceAll(good, "\n", "\r\n"),
		"entry after history": strings.Replace(good, "checkpoint\n", good[strings.Index(good, "entry\n"):strings.Index(good, "since ")]+"checkpoint\n", 1),
		"loose base64":        strings.Replace(good, "path\n", "path\n"+strings.Replace(hash, "A=", "B=", 1), 1),
		"endless path":        strings.Replace(good, "path\n", "path\n"+strings.Repeat(hash, 127), 1),
		"size with a zero":    strings.Replace(good, "since 4", "since 04", 1),
		"large checkpoint":    good + strings.Repeat("x", ledger.MaxCheckpoint),
		"large file":          strings.Replace(good, "12/4", strings.Repeat("x", ledger.MaxProof), 1),
		"many entries":        "paiza ledger proof 1\nkey k\n\n" + strings.Repeat("entry\n"+strings.Repeat("x\n", 11)+"path\n\n", ledger.MaxEntries+1) + "checkpoint\n",
	} {
		if _, err := ledger.ParseProof([]byte(bad)); err == nil {
			t.Errorf("%s: the file is read", name)
		}
	}
	if _, err := ledger.ParseProof([]byte(good)); err != nil {
		t.Error(err)
	}
}

// FuzzParseProof: no bytes stop the reader, what it reads writes itself back,
// and nothing but what the key signed is ever found true.
func FuzzParseProof(f *testing.F) {
	l := grow(9, 1)
	key, err := ledger.ParseKey("PRIVATE+KEY+paiza.ledger/test+4ac3e80b+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH")
	if err != nil {
		f.Fatal(err)
	}
	p := l.prove(f, key, 9, 2, 5)
	f.Add(p.Bytes())
	p.Since = l.since(f, 9, 4)
	f.Add(p.Bytes())
	p.Turns = []ledger.Turn{l.turn(f, keyOf(f), key, 5, 9)}
	f.Add(p.Bytes())
	f.Add([]byte("paiza ledger proof 1\nkey k\n\ncheckpoint\n"))
	known := map[string]bool{}
	for _, leaf := range l.leaves {
		known[string(leaf)] = true
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ledger.ParseProof(data)
		if err != nil {
			return
		}
		if string(p.Bytes()) != string(data) {
			t.Fatal("the file is not written as it was read")
		}
		if _, _, err := p.Verify(ledger.Trust{Key: key.Verifier()}); err != nil {
			p.Verify(ledger.Trust{Key: p.Key, Checkpoint: p.Checkpoint})
			return
		}
		for _, e := range p.Entries {
			if !known[string(e.Leaf)] {
				t.Fatalf("an invented entry is proved: %q", e.Leaf)
			}
		}
	})
}

// BenchmarkAppend is what the ledger costs an act beyond its SQL: salt, leaf,
// hashes and the signed head.
func BenchmarkAppend(b *testing.B) {
	key := keyOf(b)
	var tree ledger.Tree
	for range 1<<16 - 1 {
		tree.Append([]byte("x"))
	}
	seq := tree.Size()
	for b.Loop() {
		seq++
		tree.Append(ledger.Leaf(act(seq), ledger.Seal(nil)))
		if _, err := key.Sign(&tree); err != nil {
			b.Fatal(err)
		}
	}
}
