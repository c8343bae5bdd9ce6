package torture

import (
	"sync/atomic"
	"testing"
	"time"

	"paiza"
	"paiza/internal/testnet"
)

// TestWeekAway: two nodes do not reach each other for a week, and both write.
func TestWeekAway(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	n := open(t, testnet.Plan{Nodes: three, Limits: impatient, Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	tr := n.Traffic(5)
	live(t, tr, 6)
	quiet(t, n)
	n.Cut(n.Node("a"), n.Node("b"), true)
	for range 7 {
		ahead.Add(int64(24 * time.Hour))
		live(t, tr, 5)
	}
	quiet(t, n) // what is not cut
	n.Cut(n.Node("a"), n.Node("b"), false)
	quiet(t, n)
	whole(t, n)
}

// TestClockADayOff: the clock of one node is a day ahead, of another a day
// behind. That is seen and stops nothing.
func TestClockADayOff(t *testing.T) {
	t.Parallel()
	nodes := append([]testnet.NodePlan(nil), three...)
	nodes[1].Now = func() time.Time { return time.Now().Add(24 * time.Hour) }
	nodes[2].Now = func() time.Time { return time.Now().Add(-24 * time.Hour) }
	n := open(t, testnet.Plan{Nodes: nodes, Limits: impatient})
	live(t, n.Traffic(6), 15)
	quiet(t, n)
	whole(t, n)
	if skew := n.Node("a").Traffic(n.Node("b")).Skew; skew < 23*time.Hour || skew > 25*time.Hour {
		t.Errorf("the clock of b seems %v ahead", skew)
	}
}

// TestKeysInFlight: every node changes its keys and revokes the former ones while
// messages are under way, twice before anybody waits for the others.
func TestKeysInFlight(t *testing.T) {
	t.Parallel()
	n := open(t, testnet.Plan{Nodes: three, Limits: impatient})
	tr := n.Traffic(8)
	operator := paiza.Operator("T")
	for range 2 * rounds(1) {
		for i, node := range append(n.Nodes(), n.Nodes()...) {
			if i == 0 {
				quiet(t, n)
			}
			live(t, tr, 4)
			former := node.Desk().Exchange().Identity().Card().Signing().String()
			if _, err := node.Desk().RotateKeys(t.Context(), operator, paiza.NewNode{Reason: "exercise"}); err != nil {
				t.Fatal(err)
			}
			live(t, tr, 4)
			if err := node.Desk().Revoke(t.Context(), operator, former, time.Time{}, "exercise"); err != nil {
				t.Fatal(err)
			}
		}
	}
	quiet(t, n)
	whole(t, n)
}

// TestKeysWhileAway: a node that was away while another changed its keys three
// times still knows who speaks.
func TestKeysWhileAway(t *testing.T) {
	t.Parallel()
	n := open(t, testnet.Plan{Nodes: three, Limits: impatient})
	tr := n.Traffic(9)
	live(t, tr, 4)
	quiet(t, n)
	n.Node("c").Disconnect()
	for range 3 {
		live(t, tr, 3)
		if _, err := n.Node("a").Desk().RotateKeys(t.Context(), paiza.Operator("T"), paiza.NewNode{Reason: "exercise"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Node("c").Connect(); err != nil {
		t.Fatal(err)
	}
	quiet(t, n)
	whole(t, n)
}
