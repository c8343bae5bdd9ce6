package chem

// element is one row of the periodic table.
type element struct {
	symbol  string
	weight  float64 // standard atomic weight, Da
	isotope uint16  // mass number of the most abundant isotope
	mass    float64 // its mass, Da
}

// maxElement is the last atomic number the library knows.
const maxElement = len(elements) - 1

// bySymbol finds the atomic number of a symbol of one or two letters. The index
// is letter one (A..Z) times 27 plus letter two (0 for none, then a..z).
var bySymbol = func() (t [26 * 27]uint8) {
	for z := 1; z <= maxElement; z++ {
		s := elements[z].symbol
		t[symbolIndex(s)] = uint8(z)
	}
	return t
}()

func symbolIndex(s string) int {
	i := int(s[0]-'A') * 27
	if len(s) > 1 {
		i += int(s[1]-'a') + 1
	}
	return i
}

// elementAt reads the longest element symbol at s[i:] and returns its atomic
// number and length, or 0, 0.
func elementAt(s string, i int) (num uint8, n int) {
	if i >= len(s) || s[i] < 'A' || s[i] > 'Z' {
		return 0, 0
	}
	k := int(s[i]-'A') * 27
	if i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z' {
		if z := bySymbol[k+int(s[i+1]-'a')+1]; z != 0 {
			return z, 2
		}
	}
	if z := bySymbol[k]; z != 0 {
		return z, 1
	}
	return 0, 0
}

// aromaticAt reads an aromatic symbol (b c n o p s se as te si) at s[i:]. Silicon
// goes beyond OpenSMILES; it is what Daylight and RDKit write for silabenzenes.
func aromaticAt(s string, i int) (num uint8, n int) {
	if i >= len(s) {
		return 0, 0
	}
	two := byte(0)
	if i+1 < len(s) {
		two = s[i+1]
	}
	switch s[i] {
	case 'b':
		return 5, 1
	case 'c':
		return 6, 1
	case 'n':
		return 7, 1
	case 'o':
		return 8, 1
	case 'p':
		return 15, 1
	case 's':
		switch two {
		case 'e':
			return 34, 2
		case 'i':
			return 14, 2
		}
		return 16, 1
	case 'a':
		if two == 's' {
			return 33, 2
		}
	case 't':
		if two == 'e' {
			return 52, 2
		}
	}
	return 0, 0
}

// aromaticSymbol returns the lower-case form of an element that may be written
// aromatic, or "".
func aromaticSymbol(num uint8) string {
	switch num {
	case 0:
		return "*"
	case 5:
		return "b"
	case 6:
		return "c"
	case 7:
		return "n"
	case 8:
		return "o"
	case 14:
		return "si"
	case 15:
		return "p"
	case 16:
		return "s"
	case 33:
		return "as"
	case 34:
		return "se"
	case 52:
		return "te"
	}
	return ""
}

// Symbol returns the symbol of the element with atomic number num, "*" for the
// wildcard atom (0) and "" for a number outside the table.
func Symbol(num int) string {
	if num < 0 || num > maxElement {
		return ""
	}
	return elements[num].symbol
}

// AtomicNumber returns the atomic number of an element symbol, written with its
// usual capital ("Cl"), and false if there is no such element.
func AtomicNumber(symbol string) (int, bool) {
	if z, n := elementAt(symbol, 0); n > 0 && n == len(symbol) {
		return int(z), true
	}
	return 0, false
}
