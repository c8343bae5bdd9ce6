package main

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"paiza/internal/store/pgtest"
)

// TestTorture is the short form of make torture: a dozen seconds for each
// engine with another seed each time, which is printed.
func TestTorture(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			if engine == "postgres" {
				s, err := pgtest.NewServer()
				if err != nil {
					t.Skipf("PostgreSQL is not tested here: %v", err)
				}
				s.Stop()
			}
			seed := uint64(rand.Uint32())
			out, err := torture(t.Context(), order{bin: built, engine: engine, dir: t.TempDir(), seed: seed, duration: 12 * time.Second,
				writers: 3, rows: 4000, say: t.Output()})
			t.Logf("seed %d: %s", seed, out)
			if err != nil {
				log, _ := os.ReadFile("node.log")
				t.Fatalf("go run ./internal/torture -engine %s -seed %d: %v\n%s", engine, seed, err, log)
			}
		})
	}
}
