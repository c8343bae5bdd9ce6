package ingest

import (
	"math/big"
	"math/bits"
	"strings"

	"paiza"
)

// exact is the exact sum of decimals: one 128-bit sum for each power of ten.
type exact struct {
	hi   [exactPowers]int64
	lo   [exactPowers]uint64
	lost bool // a number was out of range
	any  bool
}

// Exponents from -30 to 19 are enough for any amount in a file.
const (
	exactPowers = 50
	exactLow    = -30
)

func (e *exact) add(d paiza.Decimal) {
	i := d.Exp - exactLow
	if d.Coef == 0 {
		e.any = true
		return
	}
	if i < 0 || i >= exactPowers {
		e.lost = true
		return
	}
	e.any = true
	var carry uint64
	e.lo[i], carry = bits.Add64(e.lo[i], uint64(d.Coef), 0)
	e.hi[i] += (d.Coef >> 63) + int64(carry)
}

// rat is the sum as a fraction.
func (e *exact) rat() *big.Rat {
	sum := new(big.Rat)
	for i := range exactPowers {
		if e.hi[i] == 0 && e.lo[i] == 0 {
			continue
		}
		n := new(big.Int).Lsh(big.NewInt(e.hi[i]), 64)
		n.Add(n, new(big.Int).SetUint64(e.lo[i]))
		sum.Add(sum, new(big.Rat).Mul(new(big.Rat).SetInt(n), power10(i+exactLow)))
	}
	return sum
}

func power10(e int) *big.Rat {
	n := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(e, -e))), nil)
	if e < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), n)
	}
	return new(big.Rat).SetInt(n)
}

func ratOf(d paiza.Decimal) *big.Rat {
	return new(big.Rat).Mul(new(big.Rat).SetInt64(d.Coef), power10(d.Exp))
}

// ratText writes a fraction as a decimal with at most nine places.
func ratText(r *big.Rat) string {
	s := r.FloatString(9)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// agree reports that a claimed total equals the sum, but for the rounding that
// shows in the claim itself and for binary dust.
func agree(claim paiza.Decimal, sum *big.Rat) bool {
	diff := new(big.Rat).Sub(ratOf(claim), sum)
	diff.Abs(diff)
	half := new(big.Rat).Mul(power10(min(claim.Exp, 0)), big.NewRat(1, 2))
	dust := new(big.Rat).Mul(new(big.Rat).Abs(sum), big.NewRat(1, 1_000_000_000_000))
	return diff.Cmp(half) <= 0 || diff.Cmp(dust) <= 0
}
