package chem

import "sync"

// The numbers of the stereo classes (OpenSMILES §3.3: @TB1 to @TB20 and so on)
// are designators of orders: they say at which corner of a shape each ligand of
// a list stands, up to turning the shape. Corners are numbered, for a square, in
// turn round it; for a bipyramid and an octahedron, 0 is the end of the axis one
// looks from, the last is the other end, and those between go counter-clockwise.
// The designators number the orders as they come up in lexicographic sequence,
// except that 2 is kept for the mirror image of 1 (for the square, for the shape
// of the digit 4).

// arrangement holds, for one class, the corners of each designator and the
// designator of each order of corners.
type arrangement struct {
	n       int
	corners [][maxLigands]uint8         // by designator, 1-based
	number  map[[maxLigands]uint8]uint8 // by corners of the ligands in turn
}

// turns lists, for each class, rotations that generate all: the corner each
// corner moves to.
var turns = map[uint8][][maxLigands]uint8{
	stereoTH: {{0, 2, 3, 1}, {1, 0, 3, 2}},
	stereoSP: {{1, 2, 3, 0}, {0, 3, 2, 1}},
	stereoTB: {{0, 2, 3, 1, 4}, {4, 1, 3, 2, 0}},
	stereoOH: {{0, 2, 3, 4, 1, 5}, {1, 5, 2, 0, 4, 3}},
}

// second is the order that designator 2 is kept for.
var second = map[uint8][maxLigands]uint8{
	stereoTH: {0, 1, 3, 2},
	stereoSP: {0, 2, 1, 3},
	stereoTB: {0, 1, 3, 2, 4},
	stereoOH: {0, 1, 4, 3, 2, 5},
}

var arrangements = sync.OnceValue(func() map[uint8]*arrangement {
	out := map[uint8]*arrangement{}
	for class, n := range map[uint8]int{stereoTH: 4, stereoSP: 4, stereoTB: 5, stereoOH: 6} {
		out[class] = arrange(class, n)
	}
	out[stereoAL] = out[stereoTH]
	return out
})

func arrange(class uint8, n int) *arrangement {
	a := &arrangement{n: n, corners: make([][maxLigands]uint8, 1), number: map[[maxLigands]uint8]uint8{}}
	var first [maxLigands]uint8
	for i := range n {
		first[i] = uint8(i)
	}
	a.define(class, first)
	a.define(class, second[class])
	var walk func(o [maxLigands]uint8, k int, used uint8)
	walk = func(o [maxLigands]uint8, k int, used uint8) {
		if k == n {
			if a.number[o] == 0 {
				a.define(class, o)
			}
			return
		}
		for v := range uint8(n) {
			if used&(1<<v) == 0 {
				o[k] = v
				walk(o, k+1, used|1<<v)
			}
		}
	}
	walk([maxLigands]uint8{}, 0, 0)
	return a
}

// define gives the next designator to an order of corners and all its turns.
func (a *arrangement) define(class uint8, o [maxLigands]uint8) {
	num := uint8(len(a.corners))
	a.corners = append(a.corners, o)
	todo := [][maxLigands]uint8{o}
	a.number[o] = num
	for len(todo) > 0 {
		x := todo[0]
		todo = todo[1:]
		for _, t := range turns[class] {
			var y [maxLigands]uint8
			for i := range a.n {
				y[i] = t[x[i]]
			}
			if a.number[y] == 0 {
				a.number[y] = num
				todo = append(todo, y)
			}
		}
	}
}

// permIn returns the designator that says the same as c for its ligands listed
// in another order, or 0 when order does not list the same ligands.
func (c *stereoAtom) permIn(order []uint16) uint8 {
	if len(order) != int(c.n) {
		return 0
	}
	if c.class == stereoTH || c.class == stereoAL {
		return c.handIn(order)
	}
	a := arrangements()[c.class]
	if a == nil || int(c.perm) >= len(a.corners) {
		return 0
	}
	var o [maxLigands]uint8
	var used uint8
	for j, x := range order {
		found := false
		for i, y := range c.nbr[:c.n] {
			if x == y && used&(1<<i) == 0 {
				used |= 1 << i
				o[j] = a.corners[c.perm][i]
				found = true
				break
			}
		}
		if !found {
			return 0
		}
	}
	return a.number[o]
}

// handIn is permIn for four ligands round a centre or an allene.
func (c *stereoAtom) handIn(order []uint16) uint8 {
	var at [4]int32
	for j, x := range order {
		at[j] = -1
		for i, y := range c.nbr[:c.n] {
			if x == y {
				at[j] = int32(i)
			}
		}
		if at[j] < 0 {
			return 0
		}
	}
	if oddOrder(at[:]) {
		return 3 - c.perm
	}
	return c.perm
}
