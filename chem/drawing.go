package chem

// drawing is what a MOL file holds beside the molecule.
type drawing struct {
	title string
	at    [][3]float64 // coordinates by atom
}

// keep returns the drawing of the atoms that stay.
func (d *drawing) keep(to []int32) *drawing {
	out := &drawing{title: d.title}
	for i, p := range d.at {
		if i < len(to) && to[i] != noAtom {
			out.at = append(out.at, p)
		}
	}
	return out
}
