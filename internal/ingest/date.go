package ingest

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"paiza"
)

// The orders in which a date may be written.
const (
	orderDMY = "dmy"
	orderMDY = "mdy"
	orderYMD = "ymd"
)

// span is a date as exact as its source; until is set for a longer period that
// is not a month or a year.
type span struct{ date, until paiza.Date }

// isoDate reads 2014-02-14 and nothing else, quickly.
func isoDate(s string) (paiza.Date, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	n := 0
	for i := 0; i < 10; i++ {
		if i == 4 || i == 7 {
			continue
		}
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	d := paiza.Date(n)
	return d, d.Month() > 0 && d.Day() > 0 && d.Valid()
}

// parseDate reads a date as files write it: ISO with or without a time,
// 14.02.2014, 2/14/2014 (order says which part is what), 14 февраля 2014 г.,
// Feb 2014, 2014年2月14日, 20140214, Excel's day number, 2014 Q1, 2014.
func parseDate(s, order string) (span, bool) {
	s = strings.TrimSpace(s)
	if d, ok := isoDate(s); ok {
		return span{date: d}, true
	}
	if len(s) > 64 {
		return span{}, false
	}
	if whole, frac, found := strings.Cut(s, "."); found && len(whole) == 5 && allDigits(whole) && allDigits(frac) {
		n, _ := strconv.Atoi(whole)
		return serialDate(n)
	}
	tok := dateTokens(s)
	var nums []int
	var digits []int
	month, quarter, half := 0, 0, 0
	monthAt := 0
	for _, t := range tok {
		if t.word == "" {
			nums, digits = append(nums, t.n), append(digits, t.digits)
			continue
		}
		if m := monthNames[t.word]; m > 0 {
			if month > 0 {
				return span{}, false
			}
			month, monthAt = m, len(nums)
			continue
		}
		switch n := t.part; {
		case t.word == "q":
			quarter = max(n, 1)
			if n == 0 {
				quarter = -1 // the number stands before
			}
		case t.word == "h":
			half = n
			if n == 0 {
				half = -1
			}
		case dateFiller[t.word]:
		default:
			return span{}, false
		}
	}
	switch {
	case quarter != 0 || half != 0:
		return periodOf(nums, digits, quarter, half)
	case month > 0:
		return withMonthName(nums, digits, month, monthAt)
	}
	return fromNumbers(nums, digits, order)
}

type dateToken struct {
	word   string // folded; empty for a number
	n      int
	digits int
	part   int // of "q1", "h2"
}

// dateFiller are words that a date may have and that say nothing.
var dateFiller = map[string]bool{"г": true, "год": true, "года": true, "гг": true, "de": true, "del": true,
	"of": true, "the": true, "le": true, "st": true, "nd": true, "rd": true, "th": true, "年": true, "月": true,
	"日": true, "号": true, "第": true, "fy": true, "е": true, "ое": true, "й": true, "ый": true, "т": true, "z": true}

func narrowDigit(r rune) rune {
	if r >= '０' && r <= '９' {
		return r - '０' + '0'
	}
	return r
}

// hanDigit is the value of a Chinese numeral in a date; 0 when it is none.
func hanDigit(r rune) int {
	if at := strings.IndexRune("一二三四五六七八九十", r); at >= 0 {
		return at/len("一") + 1
	}
	return 0
}

// hanNumber reads a number up to 99 and how many characters it takes: 三, 十二,
// 二十一.
func hanNumber(rs []rune) (n, width int) {
	for width < len(rs) {
		d := hanDigit(rs[width])
		switch {
		case d == 0:
			return n, width
		case d == 10:
			n = max(n, 1) * 10
		default:
			n += d
		}
		width++
	}
	return n, width
}

func dateTokens(s string) []dateToken {
	var out []dateToken
	s = cutTime(s)
	rs := []rune(strings.Map(narrowDigit, strings.ToLower(s)))
	for i := 0; i < len(rs); {
		r := rs[i]
		switch {
		case r >= '0' && r <= '9':
			n, j := 0, i
			for ; j < len(rs) && rs[j] >= '0' && rs[j] <= '9' && j-i < 9; j++ {
				n = n*10 + int(rs[j]-'0')
			}
			out = append(out, dateToken{n: n, digits: j - i})
			i = j
		case hanDigit(r) > 0:
			n, j := hanNumber(rs[i:])
			out = append(out, dateToken{n: n, digits: 1 + n/10})
			i += j
		case (r == '上' || r == '下') && i+1 < len(rs) && rs[i+1] == '半': // the first or the second half
			out = append(out, dateToken{n: 1 + int(r-'上')&1, digits: 1})
			i++
		case unicode.Is(unicode.Han, r):
			word := string(r)
			if r == '季' {
				word = "q"
			}
			switch {
			case r == '度':
				word = "第"
			case r == '半':
				word = "h"
			}
			out = append(out, dateToken{word: word})
			i++
		case unicode.IsLetter(r):
			j := i
			for j < len(rs) && unicode.IsLetter(rs[j]) && !unicode.Is(unicode.Han, rs[j]) {
				j++
			}
			t := dateToken{word: unaccent(string(rs[i:j]))}
			i = j
			switch t.word {
			case "q", "h", "s":
				if i < len(rs) && rs[i] >= '1' && rs[i] <= '4' {
					t.part = int(rs[i] - '0')
					i++
				}
				if t.word == "s" {
					t.word = "h"
				}
			case "квартал", "кв", "quarter", "trimestre", "trim":
				t.word = "q"
			case "полугодие", "semestre", "half":
				t.word = "h"
			case "i", "ii", "iii", "iv":
				t = dateToken{n: map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4}[t.word], digits: 1}
			}
			out = append(out, t)
		default:
			i++
		}
	}
	return out
}

// cutTime takes the time of the day off: "T10:20:00Z", " 12:00:00 AM". Which
// hour it was stays in the source row.
func cutTime(s string) string {
	i := strings.IndexByte(s, ':')
	if i < 0 {
		return s
	}
	for i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
		i--
	}
	return strings.TrimRight(s[:i], " Tt,")
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func periodOf(nums, digits []int, quarter, half int) (span, bool) {
	year, part := 0, 0
	for i, n := range nums {
		if digits[i] == 4 {
			year = n
		} else {
			part = n
		}
	}
	months := 3
	if half != 0 {
		months, quarter = 6, half
	}
	if quarter > 0 {
		part = quarter
	}
	if year == 0 || part < 1 || part > 12/months {
		return span{}, false
	}
	d := paiza.NewDate(year, (part-1)*months+1, 0)
	return span{d, paiza.NewDate(year, part*months, 0)}, d.Valid()
}

func withMonthName(nums, digits []int, month, at int) (span, bool) {
	year, day := 0, 0
	switch len(nums) {
	case 1:
		year = fullYear(nums[0], digits[0])
	case 2:
		switch {
		case digits[0] == 4:
			year, day = nums[0], nums[1]
		case digits[1] == 4 || at <= 1:
			year, day = fullYear(nums[1], digits[1]), nums[0]
		default:
			return span{}, false
		}
		if day == 0 {
			return span{}, false
		}
	default:
		return span{}, false
	}
	d := paiza.NewDate(year, month, day)
	return span{date: d}, year > 0 && d.Valid()
}

func fromNumbers(nums, digits []int, order string) (span, bool) {
	ok := func(y, m, d int) (span, bool) {
		got := paiza.NewDate(y, m, d)
		return span{date: got}, m > 0 && d > 0 && m <= 12 && d <= 31 && got.Valid()
	}
	switch len(nums) {
	case 1:
		n := nums[0]
		switch digits[0] {
		case 4:
			d := paiza.NewDate(n, 0, 0)
			return span{date: d}, d.Valid()
		case 5:
			return serialDate(n)
		case 6:
			if n%100 == 0 {
				return span{}, false
			}
			d := paiza.Date(n * 100)
			return span{date: d}, d.Valid()
		case 8:
			return ok(n/10000, n/100%100, n%100)
		}
	case 2:
		a, b := nums[0], nums[1]
		switch {
		case digits[0] == 5: // Excel's day number with the time as a fraction
			return serialDate(a)
		case digits[0] == 4 && (b == a+1 || (digits[1] == 2 && b == (a+1)%100 && b > 12)):
			d := paiza.NewDate(a, 0, 0)
			return span{d, paiza.NewDate(a+1, 0, 0)}, d.Valid()
		case digits[0] == 4 && b >= 1 && b <= 12:
			d := paiza.NewDate(a, b, 0)
			return span{date: d}, d.Valid()
		case digits[1] == 4 && digits[0] <= 2 && a >= 1 && a <= 12:
			d := paiza.NewDate(b, a, 0)
			return span{date: d}, d.Valid()
		}
	case 3:
		a, b, c := nums[0], nums[1], nums[2]
		switch {
		case digits[0] == 4:
			return ok(a, b, c)
		case digits[0] > 2 || digits[1] > 2 || (digits[2] != 2 && digits[2] != 4):
		case order == orderYMD && digits[2] == 2:
			return ok(fullYear(a, digits[0]), b, c)
		case order == orderMDY:
			return ok(fullYear(c, digits[2]), a, b)
		default:
			return ok(fullYear(c, digits[2]), b, a)
		}
	}
	return span{}, false
}

// fullYear reads a year of two digits as one of the years 1950 to 2049.
func fullYear(n, digits int) int {
	switch {
	case digits == 4:
		return n
	case digits != 2:
		return 0
	case n < 50:
		return 2000 + n
	}
	return 1900 + n
}

// serialDate reads the day number of a spreadsheet (1 = 1 January 1900, with
// the 29 February 1900 that never was), between 1927 and 2119: five digits.
func serialDate(n int) (span, bool) {
	if n < 10000 || n > 80000 {
		return span{}, false
	}
	return span{date: paiza.DateOf(time.Date(1899, 12, 30+n, 0, 0, 0, 0, time.UTC))}, true
}

// dateVote says what a date with open order can only be: orderDMY, orderMDY,
// or empty.
func dateVote(s string) string {
	tok := dateTokens(s)
	if len(tok) < 3 || tok[0].word != "" || tok[1].word != "" || tok[0].digits > 2 || tok[1].digits > 2 {
		return ""
	}
	switch a, b := tok[0].n, tok[1].n; {
	case a > 12 && b >= 1 && b <= 12 && a <= 31:
		return orderDMY
	case b > 12 && a >= 1 && a <= 12 && b <= 31:
		return orderMDY
	}
	return ""
}
