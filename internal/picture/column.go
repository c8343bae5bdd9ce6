package picture

// blockSize is how many cells lie in one block: what a change of one cell
// copies.
const blockSize = 1024

// counted is a sum that knows how many rows it is of.
type counted interface{ lines() int64 }

// placed is a key that knows its state, by which cells lie together.
type placed interface {
	comparable
	state() int32
}

// column is a list of keyed sums that never changes: a change shares all blocks
// but those it touches. Keys lie apart from sums, so that looking for cells
// reads no more memory than it must.
type column[K placed, V counted] struct {
	blocks []*block[K, V]
	size   int
	empty  int // cells without rows
}

type block[K placed, V counted] struct {
	keys      []K
	vals      []V
	low, high int32 // of the states' numbers
}

// draft is a column in the making: own tells which blocks are its alone.
type draft[K placed, V counted] struct {
	column[K, V]
	own []bool
}

// grown begins a change.
func (c *column[K, V]) grown() *draft[K, V] {
	d := &draft[K, V]{column: *c, own: make([]bool, len(c.blocks), len(c.blocks)+1)}
	d.blocks = append(make([]*block[K, V], 0, len(c.blocks)+1), c.blocks...)
	return d
}

func (d *draft[K, V]) done() column[K, V] { return d.column }

// touch makes a block the draft's own.
func (d *draft[K, V]) touch(i int) *block[K, V] {
	if !d.own[i] {
		old := d.blocks[i]
		b := &block[K, V]{keys: make([]K, len(old.keys), blockSize), vals: make([]V, len(old.vals), blockSize), low: old.low, high: old.high}
		copy(b.keys, old.keys)
		copy(b.vals, old.vals)
		d.blocks[i], d.own[i] = b, true
	}
	return d.blocks[i]
}

func (d *draft[K, V]) set(n int32, v V) {
	i, j := int(n)/blockSize, int(n)%blockSize
	if d.blocks[i].vals[j].lines() == 0 {
		d.empty--
	}
	if v.lines() == 0 {
		d.empty++
	}
	d.touch(i).vals[j] = v
}

func (d *draft[K, V]) add(k K, v V) int32 {
	if d.size%blockSize == 0 {
		d.blocks = append(d.blocks, &block[K, V]{keys: make([]K, 0, blockSize), vals: make([]V, 0, blockSize), low: k.state(), high: k.state()})
		d.own = append(d.own, true)
	}
	b := d.touch(len(d.blocks) - 1)
	b.keys, b.vals = append(b.keys, k), append(b.vals, v)
	b.low, b.high = min(b.low, k.state()), max(b.high, k.state())
	if v.lines() == 0 {
		d.empty++
	}
	d.size++
	return int32(d.size - 1)
}

// mostlyEmpty reports whether compacting is worth its cost.
func (c *column[K, V]) mostlyEmpty() bool { return c.empty > 4*blockSize && c.empty > c.size/2 }

// compacted is the column without empty cells.
func (c *column[K, V]) compacted() column[K, V] {
	d := (&column[K, V]{}).grown()
	for _, b := range c.blocks {
		for j := range b.keys {
			if b.vals[j].lines() != 0 {
				d.add(b.keys[j], b.vals[j])
			}
		}
	}
	return d.done()
}

// places tells where each key of a column lies.
func places[K placed, V counted](c *column[K, V]) map[K]int32 {
	at := make(map[K]int32, c.size)
	for i, b := range c.blocks {
		for j, k := range b.keys {
			at[k] = int32(i*blockSize + j)
		}
	}
	return at
}
