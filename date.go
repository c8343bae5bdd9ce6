package paiza

import (
	"fmt"
	"strconv"
	"time"
)

// Date is a calendar date as exact as its source: a day, a month or a year.
// It is the number YYYYMMDD with zeros for what the source does not say, so
// 20140214 is a day, 20140200 February 2014, 20140000 the year 2014, and 0 no
// date at all. Dates sort by their number.
type Date int32

// NewDate makes a date; month and day may be zero when unknown.
func NewDate(year, month, day int) Date { return Date(year*10000 + month*100 + day) }

// DateOf is the day of t in its own location.
func DateOf(t time.Time) Date { return NewDate(t.Year(), int(t.Month()), t.Day()) }

// ParseDate reads 2014, 2014-02 or 2014-02-14 and checks that the day exists.
func ParseDate(s string) (Date, error) {
	bad := func() (Date, error) { return 0, Invalid("error.date", Args{"value": s}) }
	if len(s) != 4 && len(s) != 7 && len(s) != 10 {
		return bad()
	}
	part := [3]int{}
	for i, at := range [3][2]int{{0, 4}, {5, 7}, {8, 10}} {
		if at[1] > len(s) {
			break
		}
		if at[0] > 0 && s[at[0]-1] != '-' {
			return bad()
		}
		n, err := strconv.ParseUint(s[at[0]:at[1]], 10, 16)
		if err != nil || (i > 0 && n == 0) {
			return bad()
		}
		part[i] = int(n)
	}
	d := NewDate(part[0], part[1], part[2])
	if !d.Valid() {
		return bad()
	}
	return d, nil
}

// Year is the year, or 0 when there is no date.
func (d Date) Year() int { return int(d) / 10000 }

// Month is 1 to 12, or 0 when the source gives only the year.
func (d Date) Month() int { return int(d) / 100 % 100 }

// Day is 1 to 31, or 0 when the source gives only the month or the year.
func (d Date) Day() int { return int(d) % 100 }

// MonthOf is the date without its day.
func (d Date) MonthOf() Date { return d - d%100 }

// YearOf is the date without its month and day.
func (d Date) YearOf() Date { return d - d%10000 }

// Valid reports whether the date exists in the proleptic Gregorian calendar,
// between the years 1900 and 2999.
func (d Date) Valid() bool {
	y, m, day := d.Year(), d.Month(), d.Day()
	if y < 1900 || y > 2999 || m > 12 || (m == 0 && day > 0) {
		return false
	}
	if day == 0 {
		return true
	}
	return time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC).Day() == day
}

// String is 2014-02-14, 2014-02 or 2014, or empty for no date.
func (d Date) String() string {
	switch {
	case d == 0:
		return ""
	case d.Month() == 0:
		return fmt.Sprintf("%04d", d.Year())
	case d.Day() == 0:
		return fmt.Sprintf("%04d-%02d", d.Year(), d.Month())
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year(), d.Month(), d.Day())
}

// MarshalText writes the form of String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	got, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = got
	return nil
}

// First is the first day that the date may mean, for range comparisons.
func (d Date) First() Date {
	if d == 0 {
		return 0
	}
	if d.Month() == 0 {
		d += 100
	}
	if d.Day() == 0 {
		d++
	}
	return d
}

// Last is the last number a date inside d can have, for range comparisons: a
// bound, not always a real day (February ends at 31).
func (d Date) Last() Date {
	if d == 0 {
		return 0
	}
	if d.Month() == 0 {
		d += 1200
	}
	if d.Day() == 0 {
		d += 31
	}
	return d
}

// Grain is the step of a time axis.
type Grain string

// The steps of a time axis.
const (
	ByYear  Grain = "year"
	ByMonth Grain = "month"
)

// Period is a closed range of dates; a zero bound is open.
type Period struct{ From, To Date }

// Contains reports whether d, as exact as it is, lies inside the period. A date
// known only by its year lies inside when the whole year does.
func (p Period) Contains(d Date) bool {
	return (p.From == 0 || d.First() >= p.From.First()) && (p.To == 0 || d.Last() <= p.To.Last())
}
