package catalog

import (
	"sort"
	"unicode/utf8"
)

// index finds the entry of one kind that a spelling means.
type index struct {
	kind    Kind
	names   map[string]target // by folded spelling
	known   map[string]open   // spellings known not to mean one thing
	codes   map[string]string // codes as they are written, letter for letter
	heads   map[string]string // divisions that a text "NAME, a place" means, where NAME alone is another
	clashes []string          // for the test: one spelling, two codes
	bySize  map[int][]string  // folded spellings by length in letters, for near
}

// target is what a spelling means.
type target struct {
	code string
	name string // the spelling as listed
	rank uint8
}

// The ranks of a spelling.
const (
	rankName uint8 = iota
	rankSynonym
	rankPlace // a place inside a division; never a near match
)

// open is a spelling that the catalog knows and does not resolve.
type open struct {
	reason     string
	candidates []string
}

func newIndex(kind Kind) *index {
	return &index{kind: kind, names: map[string]target{}, known: map[string]open{}, codes: map[string]string{}}
}

// add records a spelling. A spelling listed as unresolved stays so.
func (ix *index) add(name, code string, rank uint8) {
	key := fold(name)
	if key == "" {
		return
	}
	if _, ok := ix.known[key]; ok {
		return
	}
	if old, ok := ix.names[key]; ok {
		if old.code != code {
			ix.clashes = append(ix.clashes, name+": "+old.code+", "+code)
		}
		return
	}
	ix.names[key] = target{code, name, rank}
}

// freeze makes the index ready for near; before it, near finds nothing.
func (ix *index) freeze() {
	ix.bySize = make(map[int][]string, 48)
	for key, t := range ix.names {
		if t.rank == rankPlace {
			continue
		}
		n := utf8.RuneCountInString(key)
		ix.bySize[n] = append(ix.bySize[n], key)
	}
}

// reach is how many slips of the pen a spelling of n letters may have: none
// below six (eight for a division, whose texts are often of other places), one
// below ten, two above. Substances differ by a letter or a
// figure too often (ethylone, methylone), so theirs may have one.
func reach(kind Kind, n int) int {
	switch {
	case n < 6, n < 8 && kind == KindDivision:
		return 0
	case n < 10 || kind == KindSubstance:
		return 1
	}
	return 2
}

// near finds the codes whose spellings are nearest to key within reach, and
// how far. A near spelling shares its first letter and every figure with the
// listed one: "South Zealand" is not a slip for "North Zealand".
func (ix *index) near(key string) (codes []string, name string, far int) {
	runes := []rune(key)
	max := reach(ix.kind, len(runes))
	if max == 0 || ix.bySize == nil {
		return nil, "", 0
	}
	far = max + 1
	for size := len(runes) - max; size <= len(runes)+max; size++ {
		for _, other := range ix.bySize[size] {
			if size < 5 || !alike(key, other) {
				continue
			}
			d := distance(runes, []rune(other), max)
			if d > max || d > far {
				continue
			}
			code := ix.names[other].code
			if d < far {
				codes, far = codes[:0], d
				name = other
			}
			if !contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	sort.Strings(codes)
	if len(codes) > 0 {
		name = ix.names[name].name
	}
	return codes, name, far
}

// alike holds two names to the same first letter and figures.
func alike(a, b string) bool {
	first, _ := utf8.DecodeRuneInString(a)
	if other, _ := utf8.DecodeRuneInString(b); first != other {
		return false
	}
	i, j := 0, 0
	for {
		for i < len(a) && (a[i] < '0' || a[i] > '9') {
			i++
		}
		for j < len(b) && (b[j] < '0' || b[j] > '9') {
			j++
		}
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if a[i] != b[j] {
			return false
		}
		i++
		j++
	}
}

func contains(list []string, s string) bool {
	for _, t := range list {
		if t == s {
			return true
		}
	}
	return false
}

// distance counts the letters left out, put in, replaced or swapped with their
// neighbour between a and b (optimal string alignment), and stops counting
// above max.
func distance(a, b []rune, max int) int {
	const bound = 64
	if len(a) > bound || len(b) > bound {
		return max + 1
	}
	var rows [3][bound + 1]int
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			now[j] = d
			least = min(least, d)
		}
		if least > max {
			return max + 1
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
