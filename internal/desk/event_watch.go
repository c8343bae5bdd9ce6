package desk

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// watchEvery is how often the ledger is looked at for acts of other processes.
const watchEvery = time.Second

// watching wakes whoever waits for events. A process has one: it looks at the
// ledger after each act of its own and every second for those of others, while
// somebody waits, however many do. It keeps no events: who is woken reads them
// himself, after the last one that he has, with his rights of that moment, so
// that nothing is lost by being slow.
type watching struct {
	look func(ctx context.Context, after int64) (int64, error)
	log  *slog.Logger

	mu      sync.Mutex
	waiting map[*Watch]bool
	asked   chan struct{}
	stop    context.CancelFunc
}

// Watch is somebody who waits for events.
type Watch struct {
	// C receives when there may be new events. Wakes that are not taken are one.
	C <-chan struct{}

	c  chan struct{}
	of *watching
}

// Watch begins to wait. The first wake comes soon whether or not there is
// anything.
func (d *Desk) Watch() *Watch {
	g := &d.watching
	c := make(chan struct{}, 1)
	w := &Watch{C: c, c: c, of: g}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting == nil {
		g.waiting, g.asked = map[*Watch]bool{}, make(chan struct{}, 1)
	}
	g.waiting[w] = true
	w.wake()
	if g.stop == nil {
		ctx, stop := context.WithCancel(d.back)
		g.stop = stop
		d.work.Go(func() { g.run(ctx) })
	}
	return w
}

// Close ends waiting.
func (w *Watch) Close() {
	g := w.of
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.waiting, w)
	if len(g.waiting) == 0 && g.stop != nil {
		g.stop()
		g.stop = nil
	}
}

func (w *Watch) wake() {
	select {
	case w.c <- struct{}{}:
	default:
	}
}

// acted says that this process wrote an act.
func (g *watching) acted() {
	g.mu.Lock()
	asked := g.asked
	g.mu.Unlock()
	select {
	case asked <- struct{}{}: // nil while nobody ever waited: never ready
	default:
	}
}

func (g *watching) run(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	known := int64(-1)
	for {
		newest, err := g.look(ctx, max(known, 0))
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			g.log.Warn("the ledger was not looked at for events", "error", err)
		case newest > known:
			// The first look wakes everybody: what came between his own look and
			// this one is older than what this one knows.
			known = newest
			g.mu.Lock()
			for w := range g.waiting {
				w.wake()
			}
			g.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-g.asked:
		}
	}
}

// newestEvent is the number of the newest event after a number; 0 for none.
func (d *Desk) newestEvent(ctx context.Context, after int64) (int64, error) {
	return d.store.LastEvent(ctx, after, EventTypes())
}
