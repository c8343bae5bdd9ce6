package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"paiza/client"
	"paiza/wire"
)

// crew works on a node while it is killed. gate stops it for a check: whoever
// works holds it for reading.
type crew struct {
	gate    sync.RWMutex
	journal *journal
	chances uint64
	run     string // names this run in marks
	wait    sync.WaitGroup

	mu    sync.Mutex
	fault error // the first thing that must not happen
}

func (c *crew) blame(err error) {
	if err == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault == nil {
		c.fault = err
	}
}

func (c *crew) blamed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fault
}

// each works until the context ends, one turn at a time.
func (c *crew) each(ctx context.Context, number uint64, turn func(ctx context.Context, r *rand.Rand, n int)) {
	c.wait.Go(func() {
		r := rand.New(rand.NewPCG(c.chances, number))
		for n := 0; ctx.Err() == nil; n++ {
			c.gate.RLock()
			turn(context.WithoutCancel(ctx), r, n)
			c.gate.RUnlock()
			pause(ctx, time.Duration(r.IntN(20))*time.Millisecond)
		}
	})
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

var (
	substances = []string{"heroin", "cocaine", "hashish", "opium", "mephedrone", "methamphetamine", "amphetamine", "marijuana"}
	states     = []string{"KAZ", "RUS", "TJK", "KGZ", "UZB", "BLR", "ARM", "AFG", "IRN", "TUR", "DEU", "NLD"}
	routings   = []string{"inland", "inbound", "outbound", "transit", ""}
)

// newSeizure is a row whose reference is its mark.
func newSeizure(r *rand.Rand, mark string) wire.NewSeizure {
	return wire.NewSeizure{Date: fmt.Sprintf("20%02d-%02d-%02d", 15+r.IntN(10), 1+r.IntN(12), 1+r.IntN(28)),
		Country: states[r.IntN(len(states))], Place: fmt.Sprintf("Place %d", r.IntN(500)),
		Substance: substances[r.IntN(len(substances))], Amount: fmt.Sprintf("%d.%d", 1+r.IntN(300), r.IntN(10)), Unit: "kg", Reference: mark, Reason: mark}
}

// record records seizures: each must be there once, whatever happened between
// its being asked for and its being acknowledged.
func (c *crew) record(ctx context.Context, k *client.Client, number uint64) {
	c.each(ctx, number, func(ctx context.Context, r *rand.Rand, n int) {
		mark := fmt.Sprintf("%s-%d-%d", c.run, number, n)
		if err := c.journal.ask("seizure.record", mark); err != nil {
			c.blame(err)
			return
		}
		ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
		defer cancel()
		z, err := k.RecordSeizure(ctx, newSeizure(r, mark))
		if err != nil {
			c.journal.fail(mark, err)
			return
		}
		c.blame(c.journal.write(line{Acknowledged: true, Act: "seizure.record", Mark: mark, ID: z.ID, Version: z.Version}))
	})
}

// take takes files in and takes some of them back.
func (c *crew) take(ctx context.Context, k *client.Client, number uint64, rows int) {
	c.each(ctx, number, func(ctx context.Context, r *rand.Rand, n int) {
		mark := fmt.Sprintf("%s-import-%d", c.run, n)
		ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
		defer cancel()
		count := rows/2 + r.IntN(rows)
		up, err := k.Upload(ctx, mark+".csv", strings.NewReader(file(r, mark, count)), nil)
		if err != nil {
			c.journal.fail(mark, err)
			return
		}
		if err := c.journal.ask("import.run", mark); err != nil {
			c.blame(err)
			return
		}
		imp, err := k.TakeIn(ctx, wire.Take{Upload: up.ID, Profile: "paiza", Reason: mark}, nil)
		if err != nil {
			c.journal.fail(mark, err)
			return
		}
		if imp.Counts.Imported != int64(count) {
			c.blame(fmt.Errorf("import %s of %d rows says that it took %d", imp.ID, count, imp.Counts.Imported))
		}
		c.blame(c.journal.write(line{Acknowledged: true, Act: "import.run", Mark: mark, ID: imp.ID, Rows: imp.Counts.Imported}))
		if r.IntN(3) > 0 {
			return
		}
		mark += "-undo"
		if err := c.journal.ask("import.undo", mark); err != nil {
			c.blame(err)
			return
		}
		if _, err := k.Undo(ctx, imp.ID, mark); err != nil {
			c.journal.fail(mark, err)
			return
		}
		c.blame(c.journal.write(line{Acknowledged: true, Act: "import.undo", Mark: mark, ID: imp.ID}))
	})
}

// file is a CSV of the layout "paiza".
func file(r *rand.Rand, mark string, rows int) string {
	var b strings.Builder
	b.WriteString("date,country,division,place,routing,substance,amount,unit\n")
	for i := range rows {
		fmt.Fprintf(&b, "20%02d-%02d-%02d,%s,,%s %d,%s,%s,%d.%d,kg\n", 10+r.IntN(15), 1+r.IntN(12), 1+r.IntN(28), states[r.IntN(len(states))], mark, i,
			routings[r.IntN(len(routings))], substances[r.IntN(len(substances))], 1+r.IntN(90), r.IntN(10))
	}
	return b.String()
}

// read reads pages. A node that is away is no fault; a page that is wrong is.
func (c *crew) read(ctx context.Context, p *reader, number uint64) {
	paths := []string{"/", "/seizures", "/seizures?country=KAZ", "/seizures?q=place", "/picture/market", "/picture/balance", "/picture/routes", "/imports"}
	c.each(ctx, number, func(ctx context.Context, r *rand.Rand, n int) {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		path := paths[r.IntN(len(paths))]
		status, body, err := p.get(ctx, path)
		switch {
		case err != nil || status == http.StatusServiceUnavailable:
			pause(ctx, 200*time.Millisecond)
		case status != http.StatusOK:
			c.blame(fmt.Errorf("the page %s answered %d: %.300s", path, status, body))
		case !strings.Contains(body, "/sign-out"):
			c.blame(fmt.Errorf("the page %s does not know the session", path))
		}
	})
}
