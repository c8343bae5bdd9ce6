package locale

import (
	"fmt"
	"strconv"
	"time"

	"paiza"
)

// Date writes a date as exact as it is, short and of even width for tables:
// 14 Feb 2014, 14.02.2014, 2014-02-14; Feb 2014; 2014. No date is a dash.
func (p *Printer) Date(d paiza.Date) string {
	switch {
	case d == 0:
		return "—"
	case d.Month() == 0:
		return strconv.Itoa(d.Year())
	case d.Day() == 0:
		return p.T("date.month_year", "month", p.MonthShort(d.Month()), "m", fmt.Sprintf("%02d", d.Month()), "year", strconv.Itoa(d.Year()))
	}
	return p.T("date.day", "day", fmt.Sprintf("%02d", d.Day()), "month", p.MonthShort(d.Month()),
		"m", fmt.Sprintf("%02d", d.Month()), "year", strconv.Itoa(d.Year()))
}

// Dates writes a period; an open end stays open.
func (p *Printer) Dates(from, to paiza.Date) string {
	switch {
	case from == 0 && to == 0:
		return p.T("date.all")
	case from == to:
		return p.Date(from)
	case from == 0:
		return p.T("date.until", "to", p.Date(to))
	case to == 0:
		return p.T("date.since", "from", p.Date(from))
	}
	return p.Date(from) + "\u2009–\u2009" + p.Date(to)
}

// MonthShort is the abbreviated name of a month, 1 to 12.
func (p *Printer) MonthShort(m int) string { return p.T("month.short." + strconv.Itoa(m)) }

// Month is the name of a month as it stands alone, 1 to 12.
func (p *Printer) Month(m int) string { return p.T("month.long." + strconv.Itoa(m)) }

// Time writes a moment by the clock of the machine, to the minute.
func (p *Printer) Time(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t = t.Local()
	return p.Date(paiza.DateOf(t)) + "\u00a0" + t.Format("15:04")
}

// TimeSecond writes a moment by the clock of the machine, to the second.
func (p *Printer) TimeSecond(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return p.Time(t) + t.Local().Format(":05")
}

// Duration writes a length of time in its largest fitting unit, rounded up so
// that "time left" never says nought.
func (p *Printer) Duration(d time.Duration) string {
	up := func(unit time.Duration) int64 { return int64((d + unit - 1) / unit) }
	switch {
	case d < 90*time.Second:
		return p.T("duration.seconds", "n", max(up(time.Second), 1))
	case d < 90*time.Minute:
		return p.T("duration.minutes", "n", up(time.Minute))
	case d < 48*time.Hour:
		return p.T("duration.hours", "n", up(time.Hour))
	}
	return p.T("duration.days", "n", up(24*time.Hour))
}
