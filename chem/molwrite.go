package chem

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMOL writes the molecule as a MOL file: V2000, or V3000 when it has more
// than 999 atoms or bonds. A molecule that came from a MOL file keeps its
// coordinates. Others get places that are no drawing and serve only to carry
// cis and trans and, by wedges, tetrahedral centres; where no wedge can, the
// parity field does. Allene, square and octahedral arrangements are not written.
func (m *Mol) WriteMOL(w io.Writer) error {
	if len(m.atoms) > 999 || len(m.bonds) > 999 {
		return m.WriteV3000(w)
	}
	l := m.layOut()
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s\n  Paiza             2D\n\n", l.title)
	fmt.Fprintf(b, "%3d%3d  0  0  0  0            999 V2000\n", len(m.atoms), len(m.bonds))
	for i := range m.atoms {
		a := &m.atoms[i]
		p := l.at[i]
		fmt.Fprintf(b, "%10.4f%10.4f%10.4f %-3s 0  0%3d  0  0%3d  0  0  0%3d  0  0\n",
			p[0], p[1], p[2], molSymbol(a), l.parity[i], m.valenceField(i, 15), min(int(a.class), 999))
	}
	for i := range m.bonds {
		bd := &m.bonds[i]
		x, y, wedge := l.wedge(m, i)
		fmt.Fprintf(b, "%3d%3d%3d%3d\n", x+1, y+1, max(bd.order, 1), wedge)
	}
	m.propertyLines(b, "CHG", func(a *atom) int { return int(a.charge) })
	m.propertyLines(b, "ISO", func(a *atom) int { return int(a.isotope) })
	m.propertyLines(b, "RAD", nil)
	fmt.Fprint(b, "M  END\n")
	return b.Flush()
}

// propertyLines writes M lines of up to eight entries each. Radicals are stated
// by the valence field; get is nil for them and nothing is written.
func (m *Mol) propertyLines(b *bufio.Writer, key string, get func(*atom) int) {
	if get == nil {
		return
	}
	var entries []string
	for i := range m.atoms {
		if v := get(&m.atoms[i]); v != 0 {
			entries = append(entries, fmt.Sprintf(" %3d %3d", i+1, v))
		}
	}
	for len(entries) > 0 {
		n := min(8, len(entries))
		fmt.Fprintf(b, "M  %s%3d%s\n", key, n, strings.Join(entries[:n], ""))
		entries = entries[n:]
	}
}

// WriteV3000 writes the molecule as a V3000 MOL file; see WriteMOL.
func (m *Mol) WriteV3000(w io.Writer) error {
	l := m.layOut()
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s\n  Paiza             2D\n\n  0  0  0     0  0            999 V3000\n", l.title)
	fmt.Fprintf(b, "M  V30 BEGIN CTAB\nM  V30 COUNTS %d %d 0 0 0\nM  V30 BEGIN ATOM\n", len(m.atoms), len(m.bonds))
	for i := range m.atoms {
		a := &m.atoms[i]
		p := l.at[i]
		fmt.Fprintf(b, "M  V30 %d %s %.4f %.4f %.4f %d", i+1, molSymbol(a), p[0], p[1], p[2], a.class)
		for _, kv := range []struct {
			key string
			v   int
		}{{"CHG", int(a.charge)}, {"MASS", int(a.isotope)}, {"CFG", l.parity[i]}, {"VAL", m.valenceField(i, -1)}} {
			if kv.v != 0 {
				fmt.Fprintf(b, " %s=%d", kv.key, kv.v)
			}
		}
		fmt.Fprintln(b)
	}
	fmt.Fprint(b, "M  V30 END ATOM\nM  V30 BEGIN BOND\n")
	for i := range m.bonds {
		x, y, wedge := l.wedge(m, i)
		fmt.Fprintf(b, "M  V30 %d %d %d %d", i+1, max(m.bonds[i].order, 1), x+1, y+1)
		switch wedge {
		case 1:
			fmt.Fprint(b, " CFG=1")
		case 6:
			fmt.Fprint(b, " CFG=3")
		case 3:
			fmt.Fprint(b, " CFG=2")
		}
		fmt.Fprintln(b)
	}
	fmt.Fprint(b, "M  V30 END BOND\nM  V30 END CTAB\nM  END\n")
	return b.Flush()
}

func molSymbol(a *atom) string {
	if a.num == 0 {
		return "*"
	}
	return elements[a.num].symbol
}

// valenceField returns 0 where a reader would imply the right hydrogens, else
// the valence to state; none stands for zero.
func (m *Mol) valenceField(i, none int) int {
	a := &m.atoms[i]
	sum := m.bondSum(i)
	if formatHydrogens(a.num, int(a.charge), sum) == a.h {
		return 0
	}
	if v := sum + int(a.h); v > 0 {
		return v
	}
	return none
}
