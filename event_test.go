package paiza_test

import (
	"testing"

	"paiza"
)

// FuzzParseEventID: a number is read in one form only, and what is read is
// written as it was.
func FuzzParseEventID(f *testing.F) {
	for _, text := range []string{"", "0", "1042", "-1", "+1", "01", "9223372036854775807", "9223372036854775808", "1 ", "١"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := paiza.ParseEventID(text)
		if err == nil && text != "" && (paiza.Event{Seq: n}).ID() != text {
			t.Errorf("%q is read as %d", text, n)
		}
		if err == nil && n < 0 {
			t.Errorf("%q is read as %d", text, n)
		}
	})
}
