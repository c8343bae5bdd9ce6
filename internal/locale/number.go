package locale

import (
	"math/big"
	"strconv"
	"strings"
)

// Number writes a whole number with its thousands apart.
func (p *Printer) Number(n int64) string { return p.Decimal(strconv.FormatInt(n, 10), -1) }

// Decimal writes decimal text ("-1234.5", as paiza.Kilograms gives) with its
// thousands apart and the language's decimal sign. With places ≥ 0 it is
// rounded half away from zero and padded to that many decimals, so that a
// column of figures is aligned at the point; a figure that is not zero but
// rounds to it shows as "<0.001". Text that is not a number stays as it is.
func (p *Printer) Decimal(text string, places int) string {
	whole, frac, ok := split(text)
	if !ok {
		return text
	}
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign = "\u2212"
	}
	below := ""
	if places >= 0 {
		r, _ := new(big.Rat).SetString(strings.TrimPrefix(text, "-"))
		rounded := r.FloatString(places)
		whole, frac, _ = split(rounded)
		if r.Sign() > 0 && strings.Trim(rounded, "0.") == "" {
			below = "<"
			if sign != "" {
				below = ">"
			}
			frac = ""
			whole = "1"
			if places > 0 {
				whole, frac = "0", strings.Repeat("0", places-1)+"1"
			}
		}
	}
	if strings.Trim(whole+frac, "0") == "" {
		sign = "" // there is no minus nought
	}
	var b strings.Builder
	b.WriteString(below)
	b.WriteString(sign)
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(p.tongue.group)
		}
		b.WriteRune(c)
	}
	if frac != "" {
		b.WriteString(p.tongue.point)
		b.WriteString(frac)
	}
	return b.String()
}

// split takes a plain decimal apart and checks that it is one.
func split(text string) (whole, frac string, ok bool) {
	whole, frac, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return whole, frac, digits(whole) && (!point || digits(frac))
}

// Percent writes a share between 0 and 1 with one decimal.
func (p *Printer) Percent(share float64) string {
	text := p.Decimal(strconv.FormatFloat(share*100, 'f', -1, 64), 1)
	return text + p.tongue.percent + "%"
}

// Bytes writes a size of a file in the unit that a person would choose.
func (p *Printer) Bytes(n int64) string {
	unit, v := "size.b", float64(n)
	for _, next := range []string{"size.kb", "size.mb", "size.gb", "size.tb"} {
		if v < 1000 {
			break
		}
		unit, v = next, v/1000
	}
	places := 1
	if unit == "size.b" || v >= 100 {
		places = 0
	}
	return p.T(unit, "value", p.Decimal(strconv.FormatFloat(v, 'f', -1, 64), places))
}
