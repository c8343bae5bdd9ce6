package ingest

import (
	"strings"

	"paiza"
)

// parseNumber reads a number as files write it: 0.8170000000000001, 7e+06,
// 1,525, 1 525,50, 1'000.5, １２. comma decides what one comma or point with
// three digits behind it means ("1,525"); every other shape speaks for itself.
func parseNumber(s string, comma bool) (paiza.Decimal, bool) {
	s = strings.TrimSpace(s)
	if plainNumber(s, comma) {
		return bounded(paiza.ParseDecimal(s))
	}
	s, ok := asciiNumber(s)
	if !ok {
		return paiza.Decimal{}, false
	}
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i:]
	}
	mantissa, ok = withPoint(mantissa, comma)
	if !ok {
		return paiza.Decimal{}, false
	}
	return bounded(paiza.ParseDecimal(mantissa + exponent))
}

// bounded refuses exponents that no measurement has and that leave no room for
// the canonical form.
func bounded(d paiza.Decimal, ok bool) (paiza.Decimal, bool) {
	if !ok || d.Exp < -350 || d.Exp > 350 {
		return paiza.Decimal{}, false
	}
	return d, true
}

// plainNumber reports that s needs no rewriting.
func plainNumber(s string, comma bool) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == 'e', c == 'E', c == '-', c == '+':
		case c == '.' && !comma:
		default:
			return false
		}
	}
	// Two points are grouping and need the slow way.
	return strings.Count(s, ".") < 2
}

// asciiNumber writes digits of other scripts as ASCII and takes out grouping
// by blanks and apostrophes, which must stand before three digits.
func asciiNumber(s string) (string, bool) {
	var b strings.Builder
	group := -1 // digits since the last grouping sign; -1 when there was none
	for _, r := range s {
		switch {
		case r >= '０' && r <= '９':
			r = r - '０' + '0'
		case r >= '٠' && r <= '٩':
			r = r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			r = r - '۰' + '0'
		case r == '−', r == '–', r == '－':
			r = '-'
		case r == '．':
			r = '.'
		case r == '，', r == '٫':
			r = ','
		}
		switch {
		case r >= '0' && r <= '9':
			if group >= 0 {
				group++
			}
		case r == ' ', r == '\u00a0', r == '\u202f', r == '\u2009', r == '\u2007', r == '\'', r == '’', r == '_':
			if (group >= 0 && group != 3) || b.Len() == 0 {
				return "", false
			}
			group = 0
			continue
		case r > 0x7f:
			return "", false
		default:
			if group >= 0 && group != 3 {
				return "", false
			}
			group = -1
		}
		b.WriteRune(r)
	}
	return b.String(), b.Len() > 0 && (group < 0 || group == 3)
}

// withPoint rewrites commas and points so that a point is the decimal sign.
func withPoint(s string, comma bool) (string, bool) {
	points, commas := strings.Count(s, "."), strings.Count(s, ",")
	switch {
	case points+commas == 0:
		return s, true
	case points > 0 && commas > 0:
		if strings.LastIndexByte(s, ',') > strings.LastIndexByte(s, '.') {
			return joinGroups(s, ".", ",")
		}
		return joinGroups(s, ",", ".")
	case commas > 1:
		return joinGroups(s, ",", ".")
	case points > 1:
		return joinGroups(s, ".", ",")
	}
	sign := "."
	if commas == 1 {
		sign = ","
	}
	whole, frac, _ := strings.Cut(s, sign)
	if couldBeGroup(whole, frac) && comma != (sign == ",") {
		return whole + frac, true
	}
	return whole + "." + frac, true
}

// couldBeGroup reports that "whole,frac" may be a number in thousands.
func couldBeGroup(whole, frac string) bool {
	whole = strings.TrimLeft(whole, "+-")
	return len(frac) == 3 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0'
}

// joinGroups takes out the grouping sign, which must stand before three digits,
// and makes the decimal sign a point.
func joinGroups(s, group, decimal string) (string, bool) {
	whole, frac, found := strings.Cut(s, decimal)
	if strings.Contains(frac, group) || strings.Contains(frac, decimal) {
		return "", false
	}
	parts := strings.Split(whole, group)
	for i, p := range parts {
		if (i == 0 && (len(strings.TrimLeft(p, "+-")) > 3 || p == "")) || (i > 0 && len(p) != 3) {
			return "", false
		}
	}
	out := strings.Join(parts, "")
	if found {
		out += "." + frac
	}
	return out, true
}

// decimalSign votes on the decimal sign: +1 when the text can only be a number
// with a decimal comma, -1 with a decimal point, 0 when it says nothing.
func decimalSign(s string) int {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 40 {
		return 0
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c > 0x7f || !(c >= '0' && c <= '9' || strings.IndexByte("+-.,eE '", c) >= 0) {
			return 0
		}
	}
	asComma, ok1 := parseNumber(s, true)
	asPoint, ok2 := parseNumber(s, false)
	if !ok1 || !ok2 || asComma.Canonical() != asPoint.Canonical() {
		return 0
	}
	switch c, p := strings.LastIndexByte(s, ','), strings.LastIndexByte(s, '.'); {
	case c > p && strings.Count(s, ",") == 1:
		return 1
	case p > c && strings.Count(s, ".") == 1:
		return -1
	}
	return 0
}
