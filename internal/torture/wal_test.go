package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paiza/wire"
)

// TestLogFull takes the room from under the write-ahead log of PostgreSQL, with
// which the server ends. Acts are refused in words meanwhile; when there is room
// again and the server runs, the node goes on by itself and has every act that it
// acknowledged.
func TestLogFull(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	s := server(t)
	uid, gid := s.Owner()
	disk := small(t, "256m", uid, gid)
	open(t, filepath.Dir(disk))
	if err := s.Settle(disk); err != nil {
		t.Fatal(err)
	}
	base, err := newDatabase(s, "torture")
	if err != nil {
		t.Fatal(err)
	}
	n := serving(t, base, t.TempDir())
	ctx := t.Context()
	k, err := program(ctx, n, n.url(), login, 1)
	if err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(disk, "ballast")
	occupy(t, disk, ballast, 2<<20)

	r := rand.New(rand.NewPCG(3, 3))
	acknowledged := map[string]bool{}
	for i := 0; err == nil; i++ {
		if i == 20_000 {
			t.Fatal("the log found room for 20,000 acts")
		}
		z := newSeizure(r, fmt.Sprint("act ", i))
		z.Packaging = strings.Repeat("much to be kept ", 120)
		var out wire.Seizure
		if out, err = k.RecordSeizure(ctx, z); err == nil {
			acknowledged[out.ID] = true
		}
	}
	if !refusedBy(err, "store.no_database", "store.disk_full") {
		t.Errorf("an act without a log, after %d: %v", len(acknowledged), err)
	}
	s.Crash() // whatever is left of it
	if _, err := k.RecordSeizure(ctx, newSeizure(r, "while it is gone")); !refusedBy(err, "store.no_database") {
		t.Errorf("an act without a server: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if _, err = k.RecordSeizure(ctx, newSeizure(r, "after")); err == nil || time.Now().After(end) {
			break
		}
	}
	if err != nil {
		t.Fatalf("an act after the server was back: %v", err)
	}
	for id := range acknowledged {
		if _, err := k.Seizure(ctx, id); err != nil {
			t.Errorf("seizure %s was acknowledged: %v", id, err)
		}
	}
	t.Logf("%d acts acknowledged before the log was full", len(acknowledged))
	sound(t, n)
}
