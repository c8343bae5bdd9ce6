package testnet_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"paiza/internal/testnet"
)

// A network of three nodes, of which two are in a group; a day of life, and both
// sides of every log held against each other.
func Example() {
	folder, _ := os.MkdirTemp("", "paiza-example-")
	defer os.RemoveAll(folder)
	n, err := testnet.Open(context.Background(), testnet.Plan{
		Folder: folder,
		Nodes: []testnet.NodePlan{
			{Name: "north", Body: "XAA"},
			{Name: "south", Body: "XBB"},
			{Name: "west", Body: "XCC"},
		},
		Pairs:  [][2]string{{"north", "south"}, {"south", "west"}},
		Groups: []testnet.GroupPlan{{Name: "Task force", Owner: "south", Members: []string{"north"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer n.Close()
	for life, i := n.Traffic(7), 0; i < 9; i++ {
		if _, err := life.Next(context.Background()); err != nil {
			fmt.Println(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fmt.Println(n.Quiet(ctx), n.Check(ctx))
	// Output: <nil> <nil>
}
