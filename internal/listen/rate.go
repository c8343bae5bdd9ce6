package listen

import (
	"sync"
	"time"
)

// Rate holds each caller to a number of requests a minute. Who was quiet for a
// minute may make that many at once; then each comes back after its part of the
// minute (a token bucket, kept as the time at which it is full again). A process
// counts for itself and forgets at its end: the limit keeps one caller from
// taking all of the node, it is no account of use.
type Rate struct {
	mu     sync.Mutex
	most   int
	now    func() time.Time
	full   map[string]time.Time // when a caller's bucket is full again
	tidied time.Time
}

// NewRate makes a rate of most requests a minute, at least one.
func NewRate(most int, now func() time.Time) *Rate {
	return &Rate{most: max(most, 1), now: now, full: map[string]time.Time{}}
}

// Most is how many requests a minute there may be.
func (r *Rate) Most() int { return r.most }

// Take counts a request of a caller. It answers how many are left to him now,
// and in what time all are again; where there is none left, ok is false and
// wait is the time until there is one.
func (r *Rate) Take(caller string) (left int, wait time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	r.tidy(now)
	each := time.Minute / time.Duration(r.most)
	owed := max(r.full[caller].Sub(now), 0)
	if owed > time.Minute { // the clock went back
		owed = 0
	}
	if owed+each > time.Minute {
		return 0, owed + each - time.Minute, false
	}
	owed += each
	r.full[caller] = now.Add(owed)
	return int((time.Minute - owed) / each), owed, true
}

// tidy forgets, once a minute, who has been quiet. Called with the lock held.
func (r *Rate) tidy(now time.Time) {
	if since := now.Sub(r.tidied); since >= 0 && since < time.Minute {
		return
	}
	r.tidied = now
	for caller, full := range r.full {
		if d := full.Sub(now); d <= 0 || d > time.Minute {
			delete(r.full, caller)
		}
	}
}

// Seconds rounds up, as Retry-After wants whole ones (RFC 9110 §10.2.3).
func Seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
