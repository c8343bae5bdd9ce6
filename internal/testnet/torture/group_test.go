package torture

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"paiza"
	"paiza/internal/testnet"
)

// TestGroupStaysInside: a node that talks to the members of a group and is not in
// it has neither the group's name nor what went to it, in no byte of its store.
func TestGroupStaysInside(t *testing.T) {
	t.Parallel()
	const name, text = "Marigold-7f3a91c2", "the content of marigold 55b0e1d7"
	p := testnet.Plan{Folder: t.TempDir(), Nodes: three, Limits: impatient, Groups: []testnet.GroupPlan{{Name: name, Owner: "a", Members: []string{"b"}}}}
	n := open(t, p)
	a := n.Node("a")
	alert, err := a.Desk().RaiseAlert(t.Context(), a.As(paiza.RoleAnalyst), paiza.NewAlert{Title: "Exercise", Text: text, Exercise: true, Handling: paiza.NewHandling{TLP: "green"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Release(t.Context(), "alert/"+alert.ID, "group:"+n.Group(name)); err != nil {
		t.Fatal(err)
	}
	for _, node := range n.Nodes() {
		for _, other := range n.Nodes() {
			if node == other {
				continue
			}
			if _, err := node.Desk().SendNote(t.Context(), node.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: other.ID().String(), Title: "Exercise", Exercise: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	quiet(t, n)
	for node, inside := range map[string]bool{"b": true, "c": false} {
		var all []byte
		files, err := filepath.Glob(filepath.Join(p.Folder, node+".paiza*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, raw...)
		}
		for what, mark := range map[string]string{"name": name, "content": text} {
			if got := bytes.Contains(all, []byte(mark)); got != inside {
				t.Errorf("the %s of the group is in the store of %s: %v", what, node, got)
			}
		}
	}
}
