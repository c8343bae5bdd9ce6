package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"testing"
	"time"

	"paiza/wire"
)

// encoder is what a decoder gives.
type encoder interface{ Encode() []byte }

// carrier is a signed statement.
type carrier interface{ Bytes() []byte }

// fuzz holds a decoder to two things: no input makes it panic or take more than
// its limits, and what it takes has exactly one form.
func fuzz(f *testing.F, seed []byte, decode func([]byte) ([]byte, error)) {
	f.Helper()
	f.Add(seed)
	f.Add(seed[:len(seed)/2])
	f.Fuzz(func(t *testing.T, raw []byte) {
		again, err := decode(raw)
		if err != nil {
			if wire.ReasonOf(err) == "" {
				t.Errorf("an error without a reason: %v", err)
			}
			return
		}
		if !bytes.Equal(raw, again) {
			t.Errorf("read and written again it differs:\n%x\n%x", raw, again)
		}
	})
}

func encoded[T encoder](parse func([]byte) (T, error)) func([]byte) ([]byte, error) {
	return func(raw []byte) ([]byte, error) {
		v, err := parse(raw)
		if err != nil {
			return nil, err
		}
		return v.Encode(), nil
	}
}

func carried[T carrier](parse func([]byte) (T, error)) func([]byte) ([]byte, error) {
	return func(raw []byte) ([]byte, error) {
		v, err := parse(raw)
		if err != nil {
			return nil, err
		}
		return v.Bytes(), nil
	}
}

func FuzzCard(f *testing.F) { fuzz(f, newParty(f, "a").card.Bytes(), carried(wire.ParseCard)) }

func FuzzRevocation(f *testing.F) {
	a := newParty(f, "a")
	v, err := wire.NewRevocation(wire.Revocation{Node: a.card.Node, Key: a.card.Signing(), At: noon, Reason: "lost"}, a.sign)
	if err != nil {
		f.Fatal(err)
	}
	fuzz(f, v.Bytes(), carried(wire.ParseRevocation))
}

func FuzzDirectory(f *testing.F) {
	key := signingKey("KAZ")
	d, err := wire.NewDirectory(wire.DirectoryBody{Version: 1, Issued: noon, Expires: noon.AddDate(0, 1, 0), Warn: 30 * 24 * time.Hour,
		Known: 30 * 24 * time.Hour, Threshold: 1, Bodies: []wire.Body{{Code: "KAZ", Key: key.Public().(ed25519.PublicKey)}},
		Cards: []*wire.Card{newParty(f, "a").card}}, key)
	if err != nil {
		f.Fatal(err)
	}
	fuzz(f, d.Bytes(), carried(wire.ParseDirectory))
}

func FuzzGroup(f *testing.F) {
	a, b := newParty(f, "a"), newParty(f, "b")
	g, err := wire.NewGroup(wire.GroupBody{Version: 1, Owner: a.card.Node, Name: "Operation", Members: []wire.NodeID{a.card.Node, b.card.Node}, At: noon}, a.sign)
	if err != nil {
		f.Fatal(err)
	}
	fuzz(f, g.Bytes(), carried(wire.ParseGroup))
}

func FuzzReceipt(f *testing.F) {
	a, b := newParty(f, "a"), newParty(f, "b")
	r := consignment(f, a, b, wire.Cursor{Epoch: 1, Seq: 9}, noon, wire.RefusedMessage{Seq: 4, Reason: wire.ReasonGroup})
	fuzz(f, r.Bytes(), carried(wire.ParseReceipt))
}

func FuzzMessage(f *testing.F) {
	a, b := newParty(f, "a"), newParty(f, "b")
	c := wire.Content{Type: "t", Subject: "s/1", Causes: []wire.Cause{{Subject: "s/2", Version: 1}}, Attachments: []wire.Attachment{{Size: 9, Name: "x.pdf"}},
		Handling: wire.Handling{Groups: []wire.GroupRef{{Version: 2}}}}
	raw, err := c.Encode()
	if err != nil {
		f.Fatal(err)
	}
	fuzz(f, wire.Place(raw, a.card.Node, b.card.Node, 1, 2, wire.Hash{}), func(raw []byte) ([]byte, error) {
		m, err := wire.ParseMessage(raw)
		if err != nil {
			return nil, err
		}
		content, err := m.Encode()
		if err != nil {
			return nil, err
		}
		return wire.Place(content, m.From, m.To, m.Epoch, m.Seq, m.Prev), nil
	})
}

// FuzzBatch is three hostile sources: one on the way, who has no key; a peer who
// signs a sealed part of his own making; and a peer who seals a message of his
// own making.
func FuzzBatch(f *testing.F) {
	a, b := newParty(f, "a"), newParty(f, "b")
	h, items, _ := journal(f, a, b, 1, 2, 20)
	good := mustSeal(f, h, items, a, b)
	o := b.opener(a)
	f.Add(0, good)
	f.Add(1, good[evidence:])
	f.Add(2, items[0].Raw)
	f.Fuzz(func(t *testing.T, way int, raw []byte) {
		switch way {
		case 1:
			raw = append(bytes.Clone(good[:evidence]), raw...)
			resign(raw, a.sign)
		case 2:
			if len(raw) > wire.MaxMessage {
				return
			}
			raw = mustSeal(t, h, []wire.Item{{Raw: append([]byte{}, raw...)}}, a, b)
		}
		opened, err := o.Open(raw, noon)
		switch {
		case err != nil && (wire.ReasonOf(err) == "" || way == 2):
			t.Errorf("opened: %v", err)
		case err == nil && len(opened.Items) != opened.Count:
			t.Errorf("%d messages of %d", len(opened.Items), opened.Count)
		}
	})
}

func FuzzEvidence(f *testing.F) {
	a, b := newParty(f, "a"), newParty(f, "b")
	h, items, _ := journal(f, a, b, 1, 2, 20)
	e, err := wire.ParseEvidence(mustSeal(f, h, items, a, b))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(e.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		if e, err := wire.ParseEvidence(raw); err == nil && !bytes.HasPrefix(raw, e.Bytes()) {
			t.Error("read and written again it differs")
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	fuzz(f, (&wire.Checkpoint{Verifier: "v", Note: []byte("note"), Since: 3, Proof: []wire.Hash{{1}}, Restored: noon}).Encode(), encoded(wire.ParseCheckpoint))
}

func FuzzHello(f *testing.F) {
	fuzz(f, (&wire.Hello{Versions: []uint16{1}, Clock: noon, Cards: [][]byte{{1}}, Receipts: [][]byte{{2}}, Have: wire.Cursor{Epoch: 1, Seq: 2}}).Encode(), encoded(wire.ParseHello))
}

func FuzzAnswer(f *testing.F) {
	fuzz(f, (&wire.Answer{Have: wire.Cursor{Epoch: 1, Seq: 2}, Receipts: [][]byte{{1}}, Window: 4}).Encode(), encoded(wire.ParseAnswer))
}

func FuzzQuery(f *testing.F) {
	fuzz(f, (&wire.Query{Places: []wire.Cursor{{Epoch: 1, Seq: 2}}}).Encode(), encoded(wire.ParseQuery))
}

func FuzzPlaces(f *testing.F) {
	fuzz(f, (&wire.Places{Places: []wire.Cursor{{Epoch: 1, Seq: 2}}}).Encode(), encoded(wire.ParsePlaces))
}

func FuzzReturn(f *testing.F) {
	fuzz(f, (&wire.Return{Evidence: []byte{1}, Batch: []byte{2}}).Encode(), encoded(wire.ParseReturn))
}

func FuzzAttachmentQuery(f *testing.F) {
	fuzz(f, (&wire.AttachmentQuery{Index: wire.ManifestIndex}).Encode(), encoded(wire.ParseAttachmentQuery))
}

func FuzzRefusal(f *testing.F) {
	fuzz(f, (&wire.Refusal{Reason: wire.ReasonBusy, Detail: "later", After: time.Second}).Encode(), encoded(wire.ParseRefusal))
}

func FuzzManifest(f *testing.F) {
	m, err := wire.ReadManifest(bytes.NewReader(make([]byte, 100)))
	if err != nil {
		f.Fatal(err)
	}
	fuzz(f, m.Encode(), func(raw []byte) ([]byte, error) {
		m, err := wire.ParseManifest(raw, m.ID())
		if err != nil {
			return nil, err
		}
		return m.Encode(), nil
	})
}

func FuzzProof(f *testing.F) {
	a, b := newParty(f, "a"), newParty(f, "b")
	h, items, ends := journal(f, a, b, 1, 2, 20)
	e, err := wire.ParseEvidence(mustSeal(f, h, items, a, b))
	if err != nil {
		f.Fatal(err)
	}
	p := wire.Proof{Message: items[1].Raw, Evidence: e.Bytes(), Cards: [][]byte{a.card.Bytes(), b.card.Bytes()}, Receipts: [][]byte{consignment(f, a, b, ends[1], noon).Bytes()}}
	fuzz(f, p.Encode(), func(raw []byte) ([]byte, error) {
		p, err := wire.ParseProof(raw)
		if err != nil {
			return nil, err
		}
		if _, err := p.Verify(); err != nil && wire.ReasonOf(err) == "" {
			return nil, err
		}
		return p.Encode(), nil
	})
}

func FuzzCourier(f *testing.F) {
	var file bytes.Buffer
	w, err := wire.NewCourierWriter(&file, wire.CourierHead{Made: noon})
	if err != nil {
		f.Fatal(err)
	}
	if err := w.Batch([]byte("batch")); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := wire.NewCourierReader(bytes.NewReader(raw))
		for err == nil {
			_, err = r.Next()
		}
		if err != io.EOF && wire.ReasonOf(err) == "" {
			t.Errorf("an error without a reason: %v", err)
		}
	})
}

func FuzzUnarmour(f *testing.F) {
	f.Add(wire.Armour("NODE CARD", []byte("some bytes that fill more than one line of it")))
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := wire.Unarmour("NODE CARD", text)
		if err != nil {
			return
		}
		again, err := wire.Unarmour("NODE CARD", wire.Armour("NODE CARD", raw))
		if err != nil || !bytes.Equal(raw, again) {
			t.Errorf("%x, and again %x: %v", raw, again, err)
		}
	})
}

// item is a body of a message about a subject.
type item interface{ Encode() ([]byte, error) }

func fuzzItem[T item](f *testing.F, seed item, parse func([]byte) (T, error)) {
	f.Helper()
	raw, err := seed.Encode()
	if err != nil {
		f.Fatal(err)
	}
	fuzz(f, raw, func(raw []byte) ([]byte, error) {
		x, err := parse(raw)
		if err != nil {
			return nil, err
		}
		return x.Encode()
	})
}

func FuzzSeizureItem(f *testing.F) {
	fuzzItem(f, wire.NewSeizureItem(someSeizure()), wire.ParseSeizureItem)
}

func FuzzAlertItem(f *testing.F) { fuzzItem(f, wire.NewAlertItem(someAlert()), wire.ParseAlertItem) }

func FuzzNoteItem(f *testing.F) {
	fuzzItem(f, &wire.NoteItem{Title: "On the parcel", Text: "First line\nsecond <line>", Author: "Duty analyst", Written: 1}, wire.ParseNoteItem)
}

func FuzzTombstone(f *testing.F) {
	fuzzItem(f, &wire.Tombstone{Reason: "recorded twice"}, wire.ParseTombstone)
}
