package testnet_test

import (
	"context"
	"testing"
	"time"

	"paiza"
	"paiza/internal/store/pgtest"
	"paiza/internal/testnet"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func open(t testing.TB, p testnet.Plan) *testnet.Net {
	t.Helper()
	p.Folder = t.TempDir()
	n, err := testnet.Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// quiet waits for rest and then holds both sides of every log against each other.
func quiet(t testing.TB, n *testnet.Net) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if err := n.Quiet(ctx); err != nil {
		t.Fatal(err)
	}
	if err := n.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func live(t testing.TB, tr *testnet.Traffic, acts int) {
	t.Helper()
	for range acts {
		if e, err := tr.Next(t.Context()); err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
	}
}

// TestAccidents: a network of two engines lives through a cut line, a node that
// dies, and one that comes back from an older backup while both sides wrote on;
// in the end everybody has everything once, and the receipts say so.
func TestAccidents(t *testing.T) {
	n := open(t, testnet.Plan{Nodes: []testnet.NodePlan{
		{Name: "north", Body: "XAA", Agencies: []testnet.AgencyPlan{{Name: "Customs", Kind: paiza.AgencyCustoms}}},
		{Name: "south", Body: "XBB", Store: pgtest.New(t)},
		{Name: "west", Body: "XCC"},
	}, Groups: []testnet.GroupPlan{{Name: "Task force", Owner: "north", Members: []string{"south", "west"}}}})
	north, south, west := n.Node("north"), n.Node("south"), n.Node("west")
	tr := n.Traffic(1)
	live(t, tr, 12)
	quiet(t, n)

	n.Cut(north, south, true)
	live(t, tr, 12)
	n.Cut(north, south, false)
	quiet(t, n)

	if err := west.Kill(); err != nil {
		t.Fatal(err)
	}
	live(t, tr, 12)
	if err := west.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	quiet(t, n)

	for _, node := range []*testnet.Node{north, south} {
		putBack(t, n, tr, node, 12)
	}
}

// putBack copies a node, has so much happen, and puts the copy in its place while
// more happens.
func putBack(t *testing.T, n *testnet.Net, tr *testnet.Traffic, node *testnet.Node, since int) {
	t.Helper()
	copied, err := node.Backup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	live(t, tr, since)
	quiet(t, n)
	if err := node.Restore(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	live(t, tr, 4)
	if err := node.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	live(t, tr, 4)
	quiet(t, n)
}
