package listen_test

import (
	"fmt"
	"testing"
	"time"

	"paiza/internal/listen"
)

// TestRate: a burst of a minute's requests, then one for each part of a minute
// that has passed; callers do not count for each other; a clock that is put back
// shuts nobody out.
func TestRate(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	r := listen.NewRate(4, func() time.Time { return now })
	take := func(who string) string {
		left, wait, ok := r.Take(who)
		return fmt.Sprint(left, " ", wait, " ", ok)
	}
	for i, step := range []struct {
		after time.Duration
		who   string
		want  string
	}{
		{0, "a", "3 15s true"}, {0, "a", "2 30s true"}, {0, "a", "1 45s true"}, {0, "a", "0 1m0s true"},
		{0, "a", "0 15s false"}, {0, "b", "3 15s true"}, {5 * time.Second, "a", "0 10s false"},
		{10 * time.Second, "a", "0 1m0s true"}, {0, "a", "0 15s false"}, {30 * time.Second, "a", "1 45s true"},
		{time.Hour, "a", "3 15s true"}, {-2 * time.Hour, "a", "3 15s true"},
	} {
		now = now.Add(step.after)
		if got := take(step.who); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
	if got := listen.Seconds(1001 * time.Millisecond); got != 2 {
		t.Errorf("%d seconds", got)
	}
}
