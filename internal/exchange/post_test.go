package exchange

import (
	"fmt"
	"strings"
	"testing"

	"paiza/wire"
)

// TestLoad: a parcel is of one receiver, holds questions or answers, and of a log
// what follows each other; nothing overtakes what was before it to the same one.
func TestLoad(t *testing.T) {
	a, b := wire.NodeID{1}, wire.NodeID{2}
	n := 0
	letter := func(to wire.NodeID, kind wire.LetterKind, size int) *dispatch {
		n++
		return &dispatch{to: to, letter: wire.Letter{Kind: kind, Call: uint64(n), Body: make([]byte, size)}}
	}
	batch := func(to wire.NodeID, epoch, first, last uint64) *dispatch {
		d := letter(to, wire.LetterAsk, 100)
		d.first, d.end = first, wire.Cursor{Epoch: epoch, Seq: last}
		return d
	}
	s := &post{queue: []*dispatch{
		batch(a, 7, 1, 4), batch(b, 9, 1, 1), letter(a, wire.LetterAsk, 10), batch(a, 7, 5, 6), // 1 to 4
		batch(a, 7, 9, 9),                                                // 5: a gap before it
		letter(b, wire.LetterAsk, 10),                                    // 6
		letter(a, wire.LetterAsk, 10),                                    // 7: behind 5
		letter(a, wire.LetterAnswer, 1), letter(a, wire.LetterRefuse, 1), // 8 and 9
		letter(a, wire.LetterAsk, full), letter(a, wire.LetterAsk, full), // 10 and 11: large
		batch(a, 8, 1, 1), batch(a, 9, 1, 1), // 12 and 13: two epochs
	}}
	var got []string
	for {
		load := s.load()
		if len(load) == 0 {
			break
		}
		var calls []string
		for _, d := range load {
			calls = append(calls, fmt.Sprint(d.letter.Call))
		}
		got = append(got, strings.Join(calls, " "))
	}
	want := "1 3 4 | 2 6 | 5 7 | 8 9 | 10 | 11 | 12 | 13"
	if strings.Join(got, " | ") != want {
		t.Errorf("loaded %q, want %q", strings.Join(got, " | "), want)
	}
}
