package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestCable: between two real nodes lies a cable that changes bits, cuts
// connections, lets one byte a second through, holds bytes back and loses them.
// None of it reaches either node as something else than it was: TLS fails, the
// nodes begin anew, and their logs say what it was.
func TestCable(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	t.Parallel()
	a, b := twins(t, "postgres")
	quiet(t, a, b)
	for range rounds(1) {
		for _, deed := range []string{flip, cut, drip, stall, drop} {
			end := chat(20_000, a, b)
			turn(t, deed, a, b)
			time.Sleep(3 * time.Second)
			did := turn(t, pass, a, b)
			end()
			if did == 0 {
				t.Errorf("%s was done to nothing: this proves less than it says", deed)
			}
			quiet(t, a, b)
			t.Logf("%s: %d pieces", deed, did)
		}
	}
	judge(t, a, b)
	said := ""
	for m, other := range map[*member]*member{a: b, b: a} {
		log, err := os.ReadFile(m.log.Name())
		if err != nil || !strings.Contains(string(log), "interrupted\" peer="+other.id.String()[:8]) {
			t.Errorf("node %s does not say that it was interrupted: %v\n%s", m.name, err, log)
		}
		said += string(log)
	}
	if !strings.Contains(said, "bad record MAC") {
		t.Errorf("no node says that bits were changed:\n%s", said)
	}
}

// turn has the cables of the nodes do something else, and gives to how many
// pieces they did the last.
func turn(t *testing.T, deed string, members ...*member) (did int) {
	t.Helper()
	for _, m := range members {
		n, err := m.cable.turn(deed)
		if err != nil {
			t.Fatal(err)
		}
		did += n
	}
	return did
}
