package wire_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"paiza/wire"
)

func consignment(t testing.TB, a, b *party, last wire.Cursor, at time.Time, refused ...wire.RefusedMessage) *wire.Receipt {
	t.Helper()
	r, err := wire.NewReceipt(wire.Receipt{Event: wire.EventContentConsignment, Issuer: b.card.Node, From: a.card.Node, To: b.card.Node,
		Epoch: last.Epoch, First: 1, Last: last.Seq, Hash: last.Hash, At: at, Refused: refused}, b.sign)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReceipt(t *testing.T) {
	a, b, c := newParty(t, "a"), newParty(t, "b"), newParty(t, "c")
	_, _, ends := journal(t, a, b, 1, 5, 10)
	five := consignment(t, a, b, ends[4], noon)
	if err := five.Verify(b.history); err != nil {
		t.Error(err)
	}
	forged, err := wire.NewReceipt(wire.Receipt{Event: wire.EventContentConsignment, Issuer: b.card.Node, From: a.card.Node, To: b.card.Node,
		Epoch: 1, First: 1, Last: 5, Hash: ends[4].Hash, At: noon}, c.sign)
	if err != nil {
		t.Fatal(err)
	}
	if err := forged.Verify(b.history); err == nil {
		t.Error("a receipt that c signed for b is taken")
	}
	three := wire.RefusedMessage{Seq: 3, Reason: wire.ReasonGroup}
	other := ends[4]
	other.Hash[0]++
	for name, x := range map[string]struct {
		earlier, later *wire.Receipt
		want           wire.Reason
	}{
		"the same again":    {five, consignment(t, a, b, ends[4], noon.Add(time.Hour)), ""},
		"further":           {consignment(t, a, b, ends[2], noon), five, ""},
		"another chain":     {five, consignment(t, a, b, other, noon), wire.ReasonConflict},
		"taken, refused":    {five, consignment(t, a, b, ends[4], noon, three), wire.ReasonConflict},
		"refused, taken":    {consignment(t, a, b, ends[4], noon, three), five, ""},
		"refused, as again": {consignment(t, a, b, ends[4], noon, three), consignment(t, a, b, ends[3], noon, three), ""},
	} {
		if err := x.later.Contradicts(x.earlier); wire.ReasonOf(err) != x.want || (err == nil) != (x.want == "") {
			t.Errorf("%s: %v, want %q", name, err, x.want)
		}
	}
	far, err := wire.NewReceipt(wire.Receipt{Event: wire.EventContentConsignmentFailure, Issuer: b.card.Node, From: a.card.Node, To: b.card.Node,
		Epoch: 1, First: 1, Last: 1 << 62, Hash: other.Hash, At: noon, Reason: wire.ReasonLimit}, b.sign)
	if err != nil {
		t.Fatal(err)
	}
	if err := far.Contradicts(five); wire.ReasonOf(err) != wire.ReasonConflict {
		t.Errorf("all of it refused after it was taken: %v", err)
	}
}

func TestProof(t *testing.T) {
	a, b := newParty(t, "a"), newParty(t, "b")
	h, items, ends := journal(t, a, b, 1, 6, 40)
	batch := mustSeal(t, h, items[:4], a, b)
	e, err := wire.ParseEvidence(batch)
	if err != nil {
		t.Fatal(err)
	}
	handed, err := wire.NewReceipt(wire.Receipt{Event: wire.EventContentHandover, Issuer: b.card.Node, From: a.card.Node, To: b.card.Node,
		Epoch: 1, First: 2, Last: 2, Hash: ends[1].Hash, At: noon.Add(time.Hour), Official: "Duty officer, prosecution"}, b.sign)
	if err != nil {
		t.Fatal(err)
	}
	p := wire.Proof{Message: items[1].Raw, Evidence: e.Bytes(), Cards: [][]byte{a.card.Bytes(), b.card.Bytes()},
		Receipts: [][]byte{consignment(t, a, b, ends[5], noon.Add(time.Minute)).Bytes(), handed.Bytes()}, Ledger: [][]byte{[]byte("opaque")}}
	for _, it := range items[2:] {
		p.Path = append(p.Path, wire.Digest(it.Raw))
	}
	parsed, err := wire.ParseProof(p.Encode())
	if err != nil {
		t.Fatal(err)
	}
	rep, err := parsed.Verify()
	if err != nil {
		t.Fatal(err)
	}
	if rep.Sender.Node != a.card.Node || rep.Message.Subject != "seizure/1" || rep.Place != ends[1] ||
		!rep.Durable.Equal(noon.Add(time.Minute)) || len(rep.Opened) != 1 || rep.Opened[0].Official != "Duty officer, prosecution" {
		t.Errorf("report %+v", rep)
	}
	a2 := a.rotate(t, "a2")
	revoke, err := wire.NewRevocation(wire.Revocation{Node: a.card.Node, Key: a.card.Signing(), At: noon.AddDate(0, 1, 0), Reason: "lost"}, a2.sign)
	if err != nil {
		t.Fatal(err)
	}
	revoked := p
	revoked.Cards = append(revoked.Cards[:2:2], a2.card.Bytes())
	revoked.Revocations = [][]byte{revoke.Bytes()}
	if _, err := revoked.Verify(); err != nil {
		t.Errorf("what was durable before the key was revoked: %v", err)
	}
	for name, change := range map[string]struct {
		to   func(*wire.Proof)
		want wire.Reason
	}{
		"another message":         {func(p *wire.Proof) { p.Message = items[2].Raw }, wire.ReasonChain},
		"a changed message":       {func(p *wire.Proof) { p.Message = bytes.Replace(p.Message, []byte("seizure/1"), []byte("seizure/9"), 1) }, wire.ReasonChain},
		"a shorter path":          {func(p *wire.Proof) { p.Path = p.Path[:1] }, wire.ReasonChain},
		"no card of the sender":   {func(p *wire.Proof) { p.Cards = p.Cards[1:] }, wire.ReasonSender},
		"no card of the receiver": {func(p *wire.Proof) { p.Cards = p.Cards[:1] }, wire.ReasonSender},
		"a receipt of another chain": {func(p *wire.Proof) {
			p.Receipts = [][]byte{consignment(t, a, b, wire.Cursor{Epoch: 1, Seq: 4}, noon).Bytes()}
		}, wire.ReasonChain},
		"a receipt by nobody in it":  {func(p *wire.Proof) { p.Receipts = [][]byte{consignment(t, b, a, ends[3], noon).Bytes()} }, wire.ReasonPosition},
		"revoked, and nobody saw it": {func(p *wire.Proof) { *p = revoked; p.Receipts = nil }, wire.ReasonKeyRevoked},
		"evidence by another key":    {func(p *wire.Proof) { p.Evidence = bytes.Clone(p.Evidence); p.Evidence[40]++ }, wire.ReasonKey},
	} {
		q := p
		change.to(&q)
		if _, err := q.Verify(); wire.ReasonOf(err) != change.want {
			t.Errorf("%s: %v, want %q", name, err, change.want)
		}
	}
}

func TestAttachment(t *testing.T) {
	file := make([]byte, 2*wire.ChunkSize+77)
	for i := range file {
		file[i] = byte(i * 7 >> 4)
	}
	m, err := wire.ReadManifest(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	key := wire.NewAttachmentKey()
	got, err := wire.ParseManifest(m.Encode(), m.ID())
	if err != nil {
		t.Fatal(err)
	}
	var back []byte
	for i := range m.Chunks {
		sealed, err := m.SealChunk(key, i, file[i*wire.ChunkSize:min(len(file), (i+1)*wire.ChunkSize)])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := got.OpenChunk(key, (i+1)%3, sealed); wire.ReasonOf(err) != wire.ReasonSealed {
			t.Errorf("chunk %d in another's place: %v", i, err)
		}
		chunk, err := got.OpenChunk(key, i, sealed)
		if err != nil {
			t.Fatal(err)
		}
		back = append(back, chunk...)
	}
	if !bytes.Equal(back, file) {
		t.Error("the file came back different")
	}
	if _, err := wire.ParseManifest(m.Encode(), wire.Hash{}); wire.ReasonOf(err) != wire.ReasonAltered {
		t.Errorf("a manifest under another name: %v", err)
	}
}

func TestCourier(t *testing.T) {
	a, b := newParty(t, "a"), newParty(t, "b")
	h, items, ends := journal(t, a, b, 1, 4, 40)
	second := h
	second.First, second.Prev = 3, ends[1].Hash
	var file bytes.Buffer
	w, err := wire.NewCourierWriter(&file, wire.CourierHead{From: a.card.Node, To: b.card.Node, Made: noon})
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range [][]byte{mustSeal(t, h, items[:2], a, b), mustSeal(t, second, items[2:], a, b)} {
		if err := w.Batch(batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Chunk(wire.AttachmentQuery{ID: wire.Hash{1}, Index: 3}, []byte("sealed")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	read := func(raw []byte) (batches, chunks int, err error) {
		r, err := wire.NewCourierReader(bytes.NewReader(raw))
		if err != nil {
			return 0, 0, err
		}
		for {
			p, err := r.Next()
			if err != nil {
				return batches, chunks, err
			}
			if p.Chunk != nil {
				chunks++
				continue
			}
			if _, err := b.opener(a).Open(p.Batch, noon); err != nil {
				return batches, chunks, err
			}
			batches++
		}
	}
	if batches, chunks, err := read(file.Bytes()); batches != 2 || chunks != 1 || !errors.Is(err, io.EOF) {
		t.Errorf("read %d batches, %d chunks, %v", batches, chunks, err)
	}
	if batches, _, err := read(file.Bytes()[:file.Len()-50]); batches != 2 || wire.ReasonOf(err) != wire.ReasonTruncated {
		t.Errorf("a file cut off: %d batches, %v", batches, err)
	}
	turned := bytes.Clone(file.Bytes())
	turned[len(turned)-40]++
	if _, _, err := read(turned); wire.ReasonOf(err) == "" {
		t.Errorf("a file with a byte changed: %v", err)
	}
}
