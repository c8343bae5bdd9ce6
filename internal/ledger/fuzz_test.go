package ledger

import "testing"

// FuzzOpenCheckpoint: a checkpoint comes from a file that somebody kept or sent.
func FuzzOpenCheckpoint(f *testing.F) {
	f.Add("paiza.ledger/x\n3\nAAAA\n\n— paiza.ledger/x AAAA\n", "paiza.ledger/x+00000000+AAAA")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, signed, verifier string) {
		if c, err := OpenCheckpoint(signed, verifier); err == nil && c.Size < 0 {
			t.Errorf("a ledger of %d entries", c.Size)
		}
	})
}
