package api

import (
	"sync"
	"time"
)

// rate counts in windows of a minute. Each process counts for itself: the limit
// keeps one program from taking all of the node, it is no account of use.
type rate struct {
	mu    sync.Mutex
	max   int
	now   func() time.Time
	begun time.Time
	count map[string]int
}

func newRate(max int, now func() time.Time) *rate {
	return &rate{max: max, now: now, count: map[string]int{}}
}

// turn begins a new window when the old one is over. Called with the lock held.
func (r *rate) turn() (reset time.Duration) {
	now := r.now()
	if since := now.Sub(r.begun); since >= time.Minute || since < 0 {
		r.begun = now
		clear(r.count)
	}
	return time.Minute - now.Sub(r.begun)
}

// take counts one and says how many are left in the window and when it ends.
func (r *rate) take(key string) (left int, reset time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reset = r.turn()
	if r.count[key] >= r.max {
		return 0, reset, false
	}
	r.count[key]++
	return r.max - r.count[key], reset, true
}

// seconds rounds up, as Retry-After wants whole ones.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
