package ledger_test

import (
	"errors"
	"strings"
	"testing"

	"paiza/internal/ledger"
)

// after makes the key that follows another.
func after(t testing.TB, key *ledger.Key) *ledger.Key {
	t.Helper()
	secret, err := key.Next()
	if err != nil {
		t.Fatal(err)
	}
	next, err := ledger.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// turn hands a log over at its first n entries.
func (l *log) turn(t testing.TB, key, next *ledger.Key, n, size int64) ledger.Turn {
	t.Helper()
	hashes, err := l.read(ledger.Edge(n))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := ledger.NewTree(n, hashes)
	if err != nil {
		t.Fatal(err)
	}
	out, err := key.Turn(&tree, next)
	if err != nil {
		t.Fatal(err)
	}
	if out.Path, err = ledger.Extend(size, n, l.read); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTurn: who holds a key of the log follows it to the present one, and is led
// nowhere else: not by a stranger, not by half a statement, not into another
// history.
func TestTurn(t *testing.T) {
	l, other := grow(20, 1), grow(20, 2)
	a := keyOf(t)
	b := after(t, a)
	c := after(t, b)
	stranger := keyOf(t)
	made := func() *ledger.Proof {
		p := l.prove(t, c, 17, 3, 16)
		p.Turns = []ledger.Turn{l.turn(t, a, b, 5, 17), l.turn(t, b, c, 17, 17)}
		return p
	}
	trust := func(k *ledger.Key) ledger.Trust { return ledger.Trust{Key: k.Verifier()} }
	for name, tc := range map[string]struct {
		change func(p *ledger.Proof)
		trust  ledger.Trust
		want   error
	}{
		"the first key":                   {func(p *ledger.Proof) {}, trust(a), nil},
		"the second":                      {func(p *ledger.Proof) {}, trust(b), nil},
		"the present one":                 {func(p *ledger.Proof) {}, trust(c), nil},
		"a checkpoint of the first":       {func(p *ledger.Proof) { p.Since = l.since(t, 17, 4) }, ledger.Trust{Checkpoint: l.at(t, a, 4)}, nil},
		"a stranger's key":                {func(p *ledger.Proof) {}, trust(stranger), ledger.ErrKey},
		"turns left out":                  {func(p *ledger.Proof) { p.Turns = nil }, trust(a), ledger.ErrKey},
		"the last turn left out":          {func(p *ledger.Proof) { p.Turns = p.Turns[:1] }, trust(a), ledger.ErrTurn},
		"the first left out":              {func(p *ledger.Proof) { p.Turns = p.Turns[1:] }, trust(a), ledger.ErrKey},
		"in another order":                {func(p *ledger.Proof) { p.Turns[0], p.Turns[1] = p.Turns[1], p.Turns[0] }, trust(a), ledger.ErrTurn},
		"signed by a stranger":            {func(p *ledger.Proof) { p.Turns[0].Signed = l.turn(t, stranger, b, 5, 17).Signed }, trust(a), ledger.ErrTurn},
		"to a stranger":                   {func(p *ledger.Proof) { p.Turns[0] = l.turn(t, a, stranger, 5, 17) }, trust(a), ledger.ErrTurn},
		"to nobody":                       {func(p *ledger.Proof) { p.Turns[0].Signed = l.at(t, a, 5) }, trust(a), ledger.ErrTurn},
		"in another history":              {func(p *ledger.Proof) { p.Turns[0].Signed = other.turn(t, a, b, 5, 17).Signed }, trust(a), ledger.ErrTurn},
		"with a false path":               {func(p *ledger.Proof) { p.Turns[0].Path[0][1] ^= 1 }, trust(a), ledger.ErrTurn},
		"a key that signed after its end": {func(p *ledger.Proof) { p.Since = l.since(t, 17, 9) }, ledger.Trust{Checkpoint: l.at(t, a, 9)}, ledger.ErrHistory},
		"taken over without its consent": {func(p *ledger.Proof) {
			p.Turns[0].Signed = p.Turns[0].Signed[:strings.LastIndex(strings.TrimSpace(p.Turns[0].Signed), "\n")+1]
		}, trust(a), ledger.ErrTurn},
	} {
		t.Run(name, func(t *testing.T) {
			p := made()
			tc.change(p)
			again, err := ledger.ParseProof(p.Bytes())
			if err != nil {
				t.Fatalf("the file does not read back: %v", err)
			}
			if _, _, err := again.Verify(tc.trust); !errors.Is(err, tc.want) || tc.want == nil && err != nil {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}
