package wire_test

import (
	"bytes"
	"testing"

	"paiza/wire"
)

// TestBatchBitFlip turns every bit of a batch, and none of them goes unnoticed.
func TestBatchBitFlip(t *testing.T) {
	a, b := newParty(t, "a"), newParty(t, "b")
	h, items, _ := journal(t, a, b, 1, 2, 20)
	raw := mustSeal(t, h, items, a, b)
	o := b.opener(a)
	if _, err := o.Open(raw, noon); err != nil {
		t.Fatal(err)
	}
	for i := range len(raw) * 8 {
		raw[i/8] ^= 1 << (i % 8)
		if _, err := o.Open(raw, noon); wire.ReasonOf(err) == "" {
			t.Fatalf("bit %d of byte %d was turned: %v", i%8, i/8, err)
		}
		raw[i/8] ^= 1 << (i % 8)
	}
	for n := range raw {
		if _, err := o.Open(raw[:n], noon); wire.ReasonOf(err) == "" {
			t.Fatalf("%d of %d bytes were taken: %v", n, len(raw), err)
		}
	}
}

// TestBatchHides holds that nothing of what a message says, and little of how
// long it is, shows on its batch.
func TestBatchHides(t *testing.T) {
	a, b := newParty(t, "a"), newParty(t, "b")
	size := map[int]bool{}
	for n := 1000; n < 1060; n += 10 {
		h, items, _ := journal(t, a, b, 1, 1, n)
		raw := mustSeal(t, h, items, a, b)
		size[len(raw)] = true
		if bytes.Contains(raw, []byte("seizure")) {
			t.Fatal("the batch shows the kind of a subject")
		}
	}
	if len(size) > 2 {
		t.Errorf("messages of 1000 to 1060 bytes make batches of %d lengths", len(size))
	}
}

// TestBatchReseal holds that who opens a batch cannot pass it on as if it were
// for another, nor as his own.
func TestBatchReseal(t *testing.T) {
	a, b, c := newParty(t, "a"), newParty(t, "b"), newParty(t, "c")
	h, items, ends := journal(t, a, b, 1, 3, 100)
	opened, err := b.opener(a).Open(mustSeal(t, h, items, a, b), noon)
	if err != nil {
		t.Fatal(err)
	}
	if opened.End() != ends[2] || !bytes.Equal(opened.Items[1].Raw, items[1].Raw) || opened.Items[1].Message.Subject != "seizure/1" {
		t.Fatalf("opened %+v", opened.Header)
	}
	stolen := wire.Header{From: b.card.Node, Epoch: 1, First: 1, Prev: h.Prev}
	raw := mustSeal(t, stolen, items, b, c)
	got, err := c.opener(a, b).Open(raw, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range got.Items {
		if it.Refused != wire.ReasonPosition {
			t.Errorf("message %d, written by a for b, was taken by c from b: %q", it.Seq, it.Refused)
		}
	}
	back := wire.Header{Kind: wire.BatchReturn, From: b.card.Node, Epoch: 1, First: 1, Prev: h.Prev}
	given, err := a.opener(b).Open(mustSeal(t, back, items, b, a), noon)
	if err != nil {
		t.Fatal(err)
	}
	if given.End() != ends[2] || given.Items[0].Refused != "" {
		t.Errorf("given back: %+v, %q", given.End(), given.Items[0].Refused)
	}
}

// TestBatchMarks holds that one bad message does not take its neighbours with it.
func TestBatchMarks(t *testing.T) {
	a, b := newParty(t, "a"), newParty(t, "b")
	h, items, _ := journal(t, a, b, 1, 4, 50)
	items[1].Raw = append([]byte("PZM9"), items[1].Raw[4:]...)
	items[2] = wire.Item{Digest: wire.Digest(items[2].Raw), Withheld: "egress guard"}
	opened, err := b.opener(a).Open(mustSeal(t, h, items, a, b), noon)
	if err != nil {
		t.Fatal(err)
	}
	want := []wire.Reason{"", wire.ReasonUnreadable, wire.ReasonWithheld, wire.ReasonPosition} // the last names another hash before it
	for i, it := range opened.Items {
		if it.Refused != want[i] {
			t.Errorf("message %d: %q, want %q", it.Seq, it.Refused, want[i])
		}
	}
}

// BenchmarkBatch seals and opens batches of 256 messages of 2 KB: one operation
// is one message through both.
func BenchmarkBatch(b *testing.B) {
	x, y := newParty(b, "a"), newParty(b, "b")
	h, items, _ := journal(b, x, y, 1, 256, 2048)
	o := y.opener(x)
	b.SetBytes(2048)
	b.ReportAllocs()
	for n := 0; n < b.N; n += 256 {
		if _, err := o.Open(mustSeal(b, h, items, x, y), noon); err != nil {
			b.Fatal(err)
		}
	}
}
