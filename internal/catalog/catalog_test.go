package catalog

import (
	"testing"
	"time"
)

func TestDefaultIsCheap(t *testing.T) {
	start := time.Now()
	c := load()
	t.Logf("loaded version %s in %v: %d substances, %d units, %d states, %d divisions", c.Version(), time.Since(start),
		len(c.Substances()), len(c.Units()), len(c.Countries()), c.divisions.count)
}

// TestNoClash holds the tables to one meaning per spelling.
func TestNoClash(t *testing.T) {
	c := Default()
	for kind, ix := range c.index {
		for _, clash := range ix.clashes {
			t.Errorf("%s: %s", kind, clash)
		}
	}
}
