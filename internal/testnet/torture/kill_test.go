package torture

import (
	"math/rand/v2"
	"testing"
	"time"

	"paiza/internal/store/pgtest"
	"paiza/internal/testnet"
)

// chance waits for a moment of which nobody knows what happens in it.
func chance() { time.Sleep(time.Duration(50+rand.IntN(350)) * time.Millisecond) }

// TestKill: either process, or both, end by kill -9 at any moment, again and
// again, while notes are written and taken in.
func TestKill(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		kill(t, testnet.NodePlan{}, testnet.NodePlan{})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		kill(t, testnet.NodePlan{Store: pgtest.New(t)}, testnet.NodePlan{Store: pgtest.New(t)})
	})
}

func kill(t *testing.T, pa, pb testnet.NodePlan) {
	w := newTwins(t, pa, pb)
	w.a.Rest = 2 * time.Millisecond
	a, b := w.startA(), w.startB()
	for range rounds(6) {
		chance()
		which := rand.IntN(3)
		if which != 1 {
			w.kept = append(w.kept, a.kill()...)
			a = w.startA()
		}
		if which != 0 {
			b.kill()
			b = w.startB()
		}
	}
	chance()
	w.kept = append(w.kept, a.finish()...)
	b.finish()
	w.judge()
}

// TestDatabaseCrash: the PostgreSQL of either node ends at once and comes back on
// a copy of its folder, while the nodes go on asking it.
func TestDatabaseCrash(t *testing.T) {
	for _, side := range []string{"writer", "reader"} {
		t.Run(side, func(t *testing.T) {
			t.Parallel()
			db := pgtest.Own(t)
			var pa, pb testnet.NodePlan
			if side == "writer" {
				pa.Store = db.URL
			} else {
				pb.Store = db.URL
			}
			w := newTwins(t, pa, pb)
			w.a.Rest = 10 * time.Millisecond
			a, b := w.startA(), w.startB()
			for range rounds(1) {
				chance()
				if err := db.Move(); err != nil {
					t.Fatal(err)
				}
			}
			chance()
			w.kept = append(w.kept, a.finish()...)
			b.finish()
			w.judge()
		})
	}
}
