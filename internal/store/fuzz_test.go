package store

import (
	"slices"
	"testing"
)

// FuzzSourceRows: blocks of source rows come back from backups too, which are
// files from outside.
func FuzzSourceRows(f *testing.F) {
	f.Add(packRows([][]string{{"a", "", "ё"}, {"1"}}), 1)
	f.Add([]byte{0x1f, 0x8b}, 0)
	f.Fuzz(func(t *testing.T, block []byte, at int) {
		_, _ = unpackRow(block, at%1000)
	})
}

// FuzzPackRows: what is packed is read again.
func FuzzPackRows(f *testing.F) {
	f.Add("a", "b;\x00", 3)
	f.Fuzz(func(t *testing.T, a, b string, n int) {
		rows := [][]string{{a}, {}, slices.Repeat([]string{b}, max(0, n%50))}
		for i, want := range rows {
			if got, err := unpackRow(packRows(rows), i); err != nil || !slices.Equal(got, want) {
				t.Fatalf("row %d: %q, %v; want %q", i, got, err, want)
			}
		}
	})
}
