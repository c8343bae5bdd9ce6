package torture

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/testnet"
)

// TestFullDisk: the disk of the node that takes in is full. The other learns that
// it waits and why; when there is room again, all arrives.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := newDevice(t, 48)
	n := open(t, testnet.Plan{Limits: impatient, Nodes: []testnet.NodePlan{{Name: "a", Body: "XAA"}, {Name: "b", Body: "XBB", Store: filepath.Join(disk.dir, "n.paiza")}}})
	a, b := n.Node("a"), n.Node("b")
	quiet(t, n)
	ballast := filepath.Join(disk.dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size >= 512; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	_ = f.Close()
	for range 60 {
		if _, err := a.Desk().SendNote(t.Context(), a.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: b.ID().String(), Title: "Exercise", Text: strings.Repeat("full ", 18_000), Exercise: true}); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the writer is told that the other cannot take it now", func() bool { s := a.Traffic(b); return s.Failed > 0 && s.Refused != "" })
	if err := errors.Join(os.Remove(ballast)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	calm(n)
	quiet(t, n)
	whole(t, n)
}
