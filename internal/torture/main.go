// Command torture does to a node what happens to nodes, and looks whether what
// it promised still holds. It starts real processes of bin/paiza, works on them
// over HTTP as programs and people do, kills them at random moments with
// SIGKILL, and compares what is left with its own journal of what was
// acknowledged.
//
//	go run ./internal/torture -duration 5m              both engines, a new seed
//	go run ./internal/torture -engine sqlite -seed 7     one again
//	go run ./internal/torture -load                     readers and writers, with times
//
// It needs bin/paiza (make build), and PostgreSQL for that engine. What it
// promises and how stands in docs/design/faults.md. Read torture.go first, then
// check.go; load.go is the load. It measures nothing but under -load.
//
// Its tests also have real nodes talk to each other and see what they bear:
// twins_test.go first, cable.go for what lies between them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"time"
)

var (
	bin      = flag.String("bin", "bin/paiza", "the program")
	engines  = flag.String("engine", "sqlite,postgres", "engines, one after the other")
	seed     = flag.Uint64("seed", 0, "seed of the chances; 0 draws one and prints it")
	duration = flag.Duration("duration", 2*time.Minute, "how long, for each engine")
	loading  = flag.Bool("load", false, "measure pages under load instead of killing")
	rows     = flag.Int("rows", 1_000_000, "under -load: seizures in the store")
	readers  = flag.Int("readers", 200, "under -load: people who are signed in and read")
	writers  = flag.Int("writers", 5, "under -load: programs that record")
	think    = flag.Duration("think", 10*time.Second, "under -load: mean time between two pages of a reader")
	keep     = flag.String("keep", "", "under -load: a folder for the filled store, used again")
)

func main() {
	if asConsole() || asCable() {
		return
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if _, err := os.Stat(*bin); err != nil {
		return fmt.Errorf("%s is not built: make build", *bin)
	}
	if *seed == 0 {
		*seed = uint64(rand.Uint32())
	}
	fmt.Printf("seed %d\n", *seed)
	var all error
	for engine := range strings.SplitSeq(*engines, ",") {
		dir, err := tempDir()
		if err != nil {
			return err
		}
		if *loading {
			err = load(ctx, engine, dir)
		} else {
			var out outcome
			out, err = torture(ctx, order{bin: *bin, engine: engine, dir: dir, seed: *seed, duration: *duration, writers: 4, rows: 8000, say: os.Stdout})
			fmt.Printf("%s: %s\n", engine, out)
		}
		if err != nil {
			// What was found is looked at in its files.
			all = errors.Join(all, fmt.Errorf("%s, seed %d: %w\n(files: %s)", engine, *seed, err, dir))
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return all
}
