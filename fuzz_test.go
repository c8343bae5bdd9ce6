package paiza

import "testing"

// FuzzParseSchedule: what is taken shows again as the same schedule.
func FuzzParseSchedule(f *testing.F) {
	for _, s := range []string{"daily 02:30", "every 6h", "every 90m", "daily 24:00", "every -1h", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSchedule(text)
		if err != nil {
			return
		}
		if again, err := ParseSchedule(s.String()); err != nil || again != s {
			t.Errorf("%q is %+v, and its own text %q is %+v, %v", text, s, s.String(), again, err)
		}
	})
}

// FuzzParseDate: what is taken shows again as the same date.
func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2014", "2014-02", "2014-02-14", "2014-02-30", "0000", "9999-12-31", "-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDate(text)
		if err != nil {
			return
		}
		if again, err := ParseDate(d.String()); err != nil || again != d {
			t.Errorf("%q is %d, and its own text %q is %d, %v", text, d, d.String(), again, err)
		}
	})
}

// FuzzParseDecimal: no text makes the reader or the arithmetic fail.
func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"1.5", "-0", "000.100", "99999999999999999999", "1e9", "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, ok := ParseDecimal(text); ok {
			if n, ok := d.Times(1, 1); ok && n < 0 && text[0] != '-' {
				t.Errorf("%q is %d", text, n)
			}
		}
	})
}
