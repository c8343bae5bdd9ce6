package paiza

import (
	"math/bits"
	"strconv"
)

// Dimension is what a unit measures.
type Dimension string

// The dimensions, with the base in which amounts are kept.
const (
	DimNone   Dimension = ""
	DimMass   Dimension = "mass"   // micrograms
	DimVolume Dimension = "volume" // microlitres
	DimCount  Dimension = "count"  // thousandths of a unit (tablet, dose, plant)
	DimArea   Dimension = "area"   // square metres × 1000
)

// Amount is an exact quantity in the base of its dimension. A mass is kept in
// micrograms and not milligrams because real files hold 0.1 mg of LSD; 64 bits
// reach nine million tonnes.
type Amount struct {
	Dim  Dimension
	Base int64
}

// MaxAmount bounds one row's amount: 1,000,000 tonnes, or 10^15 units. The
// largest official figure on record is a third of it (363,932 t of poppy
// plants, Egypt 1996); anything above is a mistake in the source.
const MaxAmount = int64(1e18)

// Decimal is an exact decimal number Coef × 10^Exp as read from a file.
type Decimal struct {
	Coef int64
	Exp  int
}

// ParseDecimal reads an ASCII decimal with optional sign, point and exponent
// ("12", "-0.5", "7e+06", "6.999999999999e-03"). Digits beyond the eighteenth
// significant one are rounded off: they are binary dust. Grouping signs and
// decimal commas are the reader's business (package ingest).
func ParseDecimal(s string) (Decimal, bool) {
	var d Decimal
	i, neg := 0, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	digits, seen, point, carry := 0, false, false, false
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		switch {
		case digits < 18:
			d.Coef = d.Coef*10 + int64(c-'0')
			if d.Coef != 0 {
				digits++
			}
			if point {
				d.Exp--
			}
		default:
			if digits == 18 {
				carry = c >= '5'
				digits++
			}
			if !point {
				d.Exp++
			}
		}
	}
	if !seen {
		return Decimal{}, false
	}
	if carry {
		d.Coef++
	}
	if i < len(s) {
		if s[i] != 'e' && s[i] != 'E' {
			return Decimal{}, false
		}
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e < -400 || e > 400 {
			return Decimal{}, false
		}
		d.Exp += e
	}
	if neg {
		d.Coef = -d.Coef
	}
	return d, true
}

// Times multiplies by the fraction num/den and rounds half to even to a whole
// number. It reports false when the result leaves ±MaxAmount or the fraction is
// not positive.
func (d Decimal) Times(num, den int64) (int64, bool) {
	if num <= 0 || den <= 0 {
		return 0, false
	}
	if d.Coef == 0 {
		return 0, true
	}
	neg, c := d.Coef < 0, uint64(d.Coef)
	if neg {
		c = -c
	}
	hi, lo := bits.Mul64(c, uint64(num))
	exp := d.Exp
	for ; exp > 0; exp-- {
		carryHi, l := bits.Mul64(lo, 10)
		overflow, h := bits.Mul64(hi, 10)
		var c2 uint64
		hi, c2 = bits.Add64(h, carryHi, 0)
		if overflow != 0 || c2 != 0 {
			return 0, false
		}
		lo = l
	}
	// Dividing by ten many times and then by den would round twice; the sticky
	// bit keeps what was cut off for the one rounding at the end.
	sticky := false
	div := uint64(den)
	for ; exp < 0; exp++ {
		if div <= (1<<63)/10 {
			div *= 10
			continue
		}
		var rem uint64
		hi, lo, rem = div128(hi, lo, 10)
		sticky = sticky || rem != 0
	}
	var rem uint64
	hi, lo, rem = div128(hi, lo, div)
	if hi != 0 || lo > uint64(MaxAmount) {
		return 0, false
	}
	half := div - rem
	switch {
	case rem > half, rem == half && (sticky || lo&1 == 1):
		lo++
	}
	if lo > uint64(MaxAmount) {
		return 0, false
	}
	if neg {
		return -int64(lo), true
	}
	return int64(lo), true
}

func div128(hi, lo, by uint64) (qhi, qlo, rem uint64) {
	qhi = hi / by
	qlo, rem = bits.Div64(hi%by, lo, by)
	return qhi, qlo, rem
}

// Canonical writes the number so that two spellings of the same value are the
// same text: fifteen significant digits, no trailing zeros, exponent form. Two
// exports of one table that differ only in binary dust become equal.
func (d Decimal) Canonical() string {
	c, e := d.Coef, d.Exp
	if c == 0 {
		return "0"
	}
	for c >= 1e15 || c <= -1e15 {
		r := c % 10
		c /= 10
		e++
		if c < 1e15 && c > -1e15 {
			if r >= 5 {
				c++
			} else if r <= -5 {
				c--
			}
		}
	}
	for c%10 == 0 {
		c /= 10
		e++
	}
	return strconv.FormatInt(c, 10) + "e" + strconv.Itoa(e)
}

// Micrograms in one kilogram.
const MicrogramsPerKilogram = int64(1_000_000_000)

// Kilograms writes micrograms as a decimal number of kilograms without trailing
// zeros: the exact value, not a rounded one.
func Kilograms(micrograms int64) string { return thousandth(micrograms, 9) }

// Litres writes microlitres as a decimal number of litres.
func Litres(microlitres int64) string { return thousandth(microlitres, 6) }

// Units writes thousandths as a decimal number of units.
func Units(thousandths int64) string { return thousandth(thousandths, 3) }

// thousandth puts a decimal point before the last places digits.
func thousandth(n int64, places int) string {
	neg := n < 0
	u := uint64(n)
	if neg {
		u = -u
	}
	s := strconv.FormatUint(u, 10)
	for len(s) <= places {
		s = "0" + s
	}
	whole, frac := s[:len(s)-places], s[len(s)-places:]
	for len(frac) > 0 && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	if frac != "" {
		whole += "." + frac
	}
	if neg {
		whole = "-" + whole
	}
	return whole
}
