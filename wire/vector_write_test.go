package wire_test

import (
	"bytes"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"testing"
	"time"

	"paiza/wire"
)

func seal32(seed string) string {
	h := sha256.Sum256([]byte("seal " + seed))
	return hex.EncodeToString(h[:])
}

// batchVectors are batches from a to b, good ones and each way in which one is bad.
func batchVectors(t *testing.T) (out []*vector) {
	a, b, c := newParty(t, "a"), newParty(t, "b"), newParty(t, "c")
	h, items, ends := journal(t, a, b, 1<<32|7, 3, 300)
	good := mustSeal(t, h, items, a, b)
	add := func(name, expect string, data []byte, more ...[2]string) {
		v := &vector{name: "batch_" + name, data: data, header: append([][2]string{{"kind", "batch"}, {"expect", expect}}, more...)}
		for _, d := range [][2]string{{"self", b.card.Node.String()}, {"sealing seed", seal32("b")}, {"card", b64(a.card.Bytes())}} {
			if v.get(d[0]) == "" {
				v.header = append(v.header, d)
			}
		}
		out = append(out, v)
	}
	change := func(f func(b []byte)) []byte { d := bytes.Clone(good); f(d); return d }
	signed := func(f func(b []byte)) []byte {
		return change(func(d []byte) { f(d); resign(d, a.sign) })
	}
	add("good", "success", good)
	chacha, err := wire.Seal(h, items, a.sign, b.card, wire.SuiteChaCha)
	if err != nil {
		t.Fatal(err)
	}
	add("good_chacha", "success", chacha)
	second := h
	second.First, second.Prev = 2, ends[0].Hash
	add("good_later", "success", mustSeal(t, second, items[1:], a, b))
	back := h
	back.Kind, back.From = wire.BatchReturn, b.card.Node
	add("good_return", "success", mustSeal(t, back, items, b, a), [2]string{"self", a.card.Node.String()}, [2]string{"sealing seed", seal32("a")}, [2]string{"card", b64(b.card.Bytes())})
	add("good_withheld", "success", mustSeal(t, h, []wire.Item{{Digest: wire.Digest(items[0].Raw), Withheld: "egress guard"}, items[1]}, a, b))
	add("good_unreadable_message", "success", mustSeal(t, h, []wire.Item{{Raw: []byte("PZM9 a later version")}, {Raw: []byte{}}}, a, b))
	add("good_another_place", "success", mustSeal(t, h, []wire.Item{items[1], items[0]}, a, b))
	add("wrong_self", "wrong recipient", good, [2]string{"self", c.card.Node.String()})
	add("wrong_key", "wrong recipient", good, [2]string{"sealing seed", seal32("c")})
	add("unknown_sender", "unknown sender", good, [2]string{"card", b64(c.card.Bytes())})
	add("retargeted", "bad signature", change(func(d []byte) { id := c.card.Node; copy(d[23:], id[:]) }), [2]string{"self", c.card.Node.String()})
	add("expired_key", "key not valid at that time", good, [2]string{"now", noon.AddDate(3, 0, 0).Format(time.RFC3339)})
	add("unknown_key", "unknown key", change(func(d []byte) { d[39] ^= 1 }))
	add("later_version", "unsupported version", change(func(d []byte) { d[3] = '2' }))
	add("not_a_batch", "malformed", []byte("this is something else, and long enough to be read as a header of anything at all"))
	add("kind", "malformed", change(func(d []byte) { d[4] = 9 }))
	add("suite_unknown", "unsupported suite", change(func(d []byte) { d[6] = 99 }))
	add("suite_downgraded", "bad signature", change(func(d []byte) { d[6] = 2 }))
	add("suite_downgraded_signed", "cannot be opened", signed(func(d []byte) { d[6] = 2 }))
	add("epoch_changed", "bad signature", change(func(d []byte) { d[78] ^= 1 }))
	add("epoch_changed_signed", "cannot be opened", signed(func(d []byte) { d[78] ^= 1 }))
	add("number_changed_signed", "cannot be opened", signed(func(d []byte) { d[86] = 2 }))
	add("previous_changed_signed", "cannot be opened", signed(func(d []byte) { d[89] ^= 1 }))
	add("head_changed_signed", "cannot be opened", signed(func(d []byte) { d[121] ^= 1 }))
	add("none", "over a limit", change(func(d []byte) { d[87], d[88] = 0, 0 }))
	add("too_many", "over a limit", change(func(d []byte) { d[87] = 5 }))
	add("number_zero", "malformed", change(func(d []byte) { d[86] = 0 }))
	add("bad_signature", "bad signature", change(func(d []byte) { d[core+5] ^= 1 }))
	add("altered", "altered", change(func(d []byte) { d[len(d)-1] ^= 1 }))
	add("altered_signed", "cannot be opened", signed(func(d []byte) { d[len(d)-1] ^= 1 }))
	add("truncated_header", "truncated", good[:100])
	add("truncated_sealed", "altered", good[:len(good)-10])
	cut := bytes.Clone(good[:len(good)-10])
	resign(cut, a.sign)
	add("truncated_signed", "truncated", cut)
	long := append(bytes.Clone(good), 0)
	resign(long, a.sign)
	add("followed_by_more", "malformed", long)
	frames := evidence + 2 + 1120
	size := (len(good) - frames) / 3
	swapped := bytes.Clone(good)
	copy(swapped[frames:], good[frames+size:frames+2*size])
	copy(swapped[frames+size:], good[frames:frames+size])
	resign(swapped, a.sign)
	add("messages_swapped", "cannot be opened", swapped)
	for _, x := range []struct {
		name, expect string
		head         wire.Hash
		frames       [][]byte
	}{
		{"head_of_other_messages", "wrong chain", wire.Hash{1}, [][]byte{frame(items[0].Raw, 0)}},
		{"padding_not_empty", "bad padding", ends[0].Hash, [][]byte{frame(items[0].Raw, 7)}},
		{"padding_of_another_class", "bad padding", ends[0].Hash, [][]byte{append(frame(items[0].Raw, 0), make([]byte, 32)...)}},
		{"frame_of_no_kind", "malformed", ends[0].Hash, [][]byte{append([]byte{9}, frame(items[0].Raw, 0)[1:]...)}},
		{"by_hand", "success", ends[0].Hash, [][]byte{frame(items[0].Raw, 0)}},
	} {
		hand := h
		hand.Head = x.head
		add(x.name, x.expect, sealByHand(t, hand, x.frames, a, b))
	}
	resealed := mustSeal(t, h, items, c, b)
	add("signed_by_another", "unknown sender", resealed, [2]string{"card", b64(c.card.Bytes())})
	return out
}

func statementVectors(t *testing.T) (out []*vector) {
	a, b := newParty(t, "a"), newParty(t, "b")
	add := func(kind, name, expect string, data []byte, more ...[2]string) {
		out = append(out, &vector{name: kind + "_" + name, data: data, header: append([][2]string{{"kind", kind}, {"expect", expect}}, more...)})
	}
	card := a.card.Bytes()
	ofA, ofB := [2]string{"card", b64(card)}, [2]string{"card", b64(b.card.Bytes())}
	at := func(i int) []byte { d := bytes.Clone(card); d[i] ^= 1; return d }
	add("card", "good", "success", card)
	add("card", "countersigned", "success", a.card.Countersign(signingKey("KAZ")).Bytes())
	add("card", "name_changed", "malformed", at(8))
	add("card", "bad_signature", "bad signature", at(len(card)-1))
	add("card", "truncated", "truncated", card[:200])
	add("card", "later_version", "unsupported version", append([]byte("PZC2"), card[4:]...))
	add("fingerprint", "pair", "success", b.card.Bytes(), ofA)
	add("fingerprint", "pair_other_order", "success", card, ofB)
	next := newParty(t, "a").rotate(t, "a2")
	add("rotation", "good", "success", next.card.Bytes(), ofA)
	in := cardBody("thief")
	in.Node, in.Serial, in.Previous = a.card.Node, 2, a.card.Hash()
	stolen, err := wire.NewCard(in, signingKey("thief"), nil)
	if err != nil {
		t.Fatal(err)
	}
	add("rotation", "unsigned_by_former", "bad signature", stolen.Bytes(), ofA)
	in.Previous = b.card.Hash()
	if stolen, err = wire.NewCard(in, signingKey("thief"), a.sign); err != nil {
		t.Fatal(err)
	}
	add("rotation", "of_another_card", "wrong chain", stolen.Bytes(), ofA)
	add("rotation", "back", "older than what is known", card, [2]string{"card", b64(next.card.Bytes())})
	h, items, ends := journal(t, a, b, 1<<32|7, 3, 60)
	add("message", "good", "success", items[0].Raw)
	add("message", "truncated", "truncated", items[0].Raw[:90])
	add("message", "later_version", "unsupported version", append([]byte("PZM2"), items[0].Raw[4:]...))
	add("message", "followed_by_more", "malformed", append(bytes.Clone(items[0].Raw), 1))
	r := consignment(t, a, b, ends[2], noon, wire.RefusedMessage{Seq: 2, Reason: wire.ReasonGroup})
	add("receipt", "good", "success", r.Bytes(), ofB)
	add("receipt", "of_another_node", "unknown sender", r.Bytes(), ofA)
	bad := r.Bytes()
	bad[len(bad)-1] ^= 1
	add("receipt", "bad_signature", "bad signature", bad, ofB)
	e, err := wire.ParseEvidence(mustSeal(t, h, items, a, b))
	if err != nil {
		t.Fatal(err)
	}
	p := wire.Proof{Message: items[0].Raw, Path: []wire.Hash{wire.Digest(items[1].Raw), wire.Digest(items[2].Raw)}, Evidence: e.Bytes(),
		Cards: [][]byte{card, b.card.Bytes()}, Receipts: [][]byte{r.Bytes()}}
	add("proof", "good", "success", p.Encode())
	p.Message = bytes.Replace(p.Message, []byte("seizure/0"), []byte("seizure/8"), 1)
	add("proof", "message_changed", "wrong chain", p.Encode())
	p.Message, p.Receipts = items[0].Raw, [][]byte{consignment(t, a, b, wire.Cursor{Epoch: 1<<32 | 7, Seq: 3}, noon).Bytes()}
	add("proof", "receipt_of_another_log", "wrong chain", p.Encode())
	p.Cards = p.Cards[1:]
	add("proof", "without_card", "unknown sender", p.Encode())
	return out
}

// frame is what is sealed for a message, by docs/PROTOCOL.md §6; fill stands where
// zeros should.
func frame(raw []byte, fill byte) []byte {
	b := append([]byte{0}, binary.BigEndian.AppendUint32(nil, uint32(len(raw)))...)
	b = append(b, raw...)
	e := bits.Len(uint(len(b))) - 1
	step := 1 << (e - bits.Len(uint(e)))
	size := max(256, (len(b)+step-1)/step*step)
	return append(b, bytes.Repeat([]byte{fill}, size-len(b))...)
}

// sealByHand makes a batch by docs/PROTOCOL.md §6 and nothing of the package but
// its types, so that it can also make what the package would not.
func sealByHand(t *testing.T, h wire.Header, frames [][]byte, from, to *party) []byte {
	t.Helper()
	be := binary.BigEndian
	id, node, peer, key := from.card.Signing(), from.card.Node, to.card.Node, to.card.Sealing()
	b := append([]byte("PZB1"), 0, 0, 1)
	for _, part := range [][]byte{node[:], peer[:], id[:], key[:]} {
		b = append(b, part...)
	}
	b = be.AppendUint64(be.AppendUint64(b, h.Epoch), h.First)
	b = be.AppendUint16(b, uint16(len(frames)))
	b = append(append(b, h.Prev[:]...), h.Head[:]...)
	enc, sender, err := hpke.NewSender(to.seal.PublicKey(), hpke.HKDFSHA256(), hpke.AES256GCM(), append([]byte("paiza batch 1\x00"), b...))
	if err != nil {
		t.Fatal(err)
	}
	sealed := append(be.AppendUint16(nil, uint16(len(enc))), enc...)
	for i, f := range frames {
		c, err := sender.Seal(be.AppendUint64(nil, h.First+uint64(i)), f)
		if err != nil {
			t.Fatal(err)
		}
		sealed = append(be.AppendUint32(sealed, uint32(len(c))), c...)
	}
	b = append(append(b, make([]byte, evidence-len(b))...), sealed...)
	resign(b, from.sign)
	return b
}
