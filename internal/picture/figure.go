package picture

import "math"

// Figure is what is known of some rows together.
type Figure struct {
	Rows       int64
	Seizures   int64 // events
	Weighed    int64 // rows with a measured mass
	Micrograms int64 // measured mass
	Equivalent int64 // micrograms, measured or converted
	Microlitre int64
	Milliunits int64 // thousandths of units
	// Of these, from rows whose amount is implausible:
	DoubtfulSeizures   int64
	DoubtfulMicrograms int64
	// Parts of the period's total, 0 to 1.
	ShareWeight   float64 // of measured mass
	ShareSeizures float64 // of events
	// Saturated: a sum would have left 64 bits and stands at their end. Such a
	// figure is not to be believed, nor is a share of it.
	Saturated bool
}

// sums are what adds up of a cell.
type sums struct {
	rows, seizures, weighed, micrograms, equivalent, microlitre, milliunits int64
}

func (s sums) lines() int64 { return s.rows }

// plus adds to a sum. It stays at the largest number, and says so, instead of
// turning negative.
func plus(sum *int64, n int64, saturated *bool) {
	a := *sum
	s := a + n
	if (a^s)&(n^s) < 0 {
		*saturated = true
		s = math.MaxInt64
		if a < 0 {
			s = math.MinInt64
		}
	}
	*sum = s
}

// cell adds a cell.
func (f *Figure) cell(s *sums, doubt bool) {
	plus(&f.Rows, s.rows, &f.Saturated)
	plus(&f.Seizures, s.seizures, &f.Saturated)
	plus(&f.Weighed, s.weighed, &f.Saturated)
	plus(&f.Micrograms, s.micrograms, &f.Saturated)
	plus(&f.Equivalent, s.equivalent, &f.Saturated)
	plus(&f.Microlitre, s.microlitre, &f.Saturated)
	plus(&f.Milliunits, s.milliunits, &f.Saturated)
	if doubt {
		plus(&f.DoubtfulSeizures, s.seizures, &f.Saturated)
		plus(&f.DoubtfulMicrograms, s.micrograms, &f.Saturated)
	}
}

// add adds another figure.
func (f *Figure) add(o *Figure) {
	f.cell(&sums{o.Rows, o.Seizures, o.Weighed, o.Micrograms, o.Equivalent, o.Microlitre, o.Milliunits}, false)
	plus(&f.DoubtfulSeizures, o.DoubtfulSeizures, &f.Saturated)
	plus(&f.DoubtfulMicrograms, o.DoubtfulMicrograms, &f.Saturated)
	f.Saturated = f.Saturated || o.Saturated
}

// of sets the shares of a figure in a total.
func (f *Figure) of(total *Figure) {
	f.ShareWeight, f.ShareSeizures = share(f.Micrograms, total.Micrograms), share(f.Seizures, total.Seizures)
}

// share is a part of a whole; of nothing it is 0.
func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
