package paiza

import (
	"errors"
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here")
	}
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct{ schedule, from, want string }{
		{"daily 02:30", "2026-03-02 02:29", "2026-03-02 02:30"},
		{"daily 02:30", "2026-03-02 02:30", "2026-03-03 02:30"},
		{"daily 23:59", "2026-12-31 23:59", "2027-01-01 23:59"},
		{"daily 02:30", "2026-03-28 12:00", "2026-03-29 03:30"}, // the hour does not exist
		{"daily 02:30", "2026-03-29 03:30", "2026-03-30 02:30"},
		{"every 6h0m0s", "2026-03-02 22:00", "2026-03-03 04:00"},
	} {
		s, err := ParseSchedule(tt.schedule)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Next(at(tt.from)); !got.Equal(at(tt.want)) {
			t.Errorf("%s after %s: %s, want %s", tt.schedule, tt.from, got, tt.want)
		}
		if s.String() != tt.schedule {
			t.Errorf("%s is written as %s", tt.schedule, s)
		}
	}
	for _, bad := range []string{"", "daily", "daily 24:00", "daily 2:3", "daily 02:60", "every", "every 1s", "every -1h", "every 9000h", "weekly", "daily 02:30 x"} {
		if _, err := ParseSchedule(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
