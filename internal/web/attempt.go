package web

import (
	"strconv"
	"strings"
	"sync"
	"time"
)

// attempts slows down the guessing of passwords: five failures for an account
// from one address, thirty for an account from everywhere and thirty from an
// address for all accounts, within a quarter of an hour. It is the process's
// own: several processes on one store each count for themselves, which
// multiplies the limits by a small number and needs no shared state.
type attempts struct {
	now  func() time.Time
	mu   sync.Mutex
	list map[string][]time.Time // times of failures, oldest first
}

const (
	attemptWindow = 15 * time.Minute
	attemptKeys   = 100_000 // bounds the memory that an attacker can take
)

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, list: map[string][]time.Time{}}
}

func limits(login, from string) map[string]int {
	login = strings.ToLower(strings.TrimSpace(login))
	if len(login) > 100 {
		login = login[:100]
	}
	return map[string]int{"both|" + login + "|" + from: 5, "account|" + login: 30, "address|" + from: 30}
}

// wait is how long the next attempt must wait; zero when it may be made.
func (a *attempts) wait(login, from string) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	var wait time.Duration
	for key, limit := range limits(login, from) {
		times := a.recent(key)
		if len(times) >= limit {
			wait = max(wait, times[len(times)-limit].Add(attemptWindow).Sub(a.now()))
		}
	}
	return wait
}

// recent drops what is outside of the window.
func (a *attempts) recent(key string) []time.Time {
	times := a.list[key]
	old := 0
	for old < len(times) && a.now().Sub(times[old]) >= attemptWindow {
		old++
	}
	times = times[old:]
	if len(times) == 0 {
		delete(a.list, key)
		return nil
	}
	a.list[key] = times
	return times
}

func (a *attempts) failed(login, from string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.list) > attemptKeys {
		for key := range a.list {
			a.recent(key)
		}
		if len(a.list) > attemptKeys {
			clear(a.list)
		}
	}
	for key := range limits(login, from) {
		a.list[key] = append(a.recent(key), a.now())
	}
}

// succeeded forgets the failures of this person at this address.
func (a *attempts) succeeded(login, from string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key := range limits(login, from) {
		if strings.HasPrefix(key, "both|") {
			delete(a.list, key)
		}
	}
}

func retryAfter(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}
