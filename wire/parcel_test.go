package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"paiza/wire"
)

// parcelCore is the length of a parcel's header without its signature, and
// parcelHead with it (docs/PROTOCOL.md).
const (
	parcelCore = 174
	parcelHead = parcelCore + 64
)

// resignParcel puts a signature under a parcel that was changed.
func resignParcel(p []byte, key ed25519.PrivateKey) {
	sealed := sha256.Sum256(p[parcelHead:])
	copy(p[parcelCore-32:], sealed[:])
	copy(p[parcelCore:], ed25519.Sign(key, []byte(fmt.Sprintf("DSSEv1 10 paiza/PZY1 %d %s", parcelCore, p[:parcelCore]))))
}

var salt = sha256.Sum256([]byte("salt"))

// someParcel goes from a to b by way of c and carries a batch.
func someParcel(t testing.TB, a, b, c *party) (*wire.Parcel, []wire.Item, []wire.Cursor) {
	t.Helper()
	h, items, ends := journal(t, a, b, 1<<32|7, 3, 60)
	in := &wire.Letters{Cards: [][]byte{a.card.Bytes()}, Letters: []wire.Letter{{Kind: wire.LetterAsk, Call: 5, Verb: "batch", Body: mustSeal(t, h, items, a, b)}}}
	p, err := wire.SealParcel(wire.ParcelHeader{From: a.card.Node, Relay: c.card.Node, Run: 9, Number: 77, Made: noon, Carried: wire.Commit(salt, 1, ends[2])}, in, a.sign, b.card)
	if err != nil {
		t.Fatal(err)
	}
	return p, items, ends
}

func relayReceipt(t testing.TB, p *wire.Parcel, event wire.Event, why wire.Reason, relay *party) *wire.Receipt {
	t.Helper()
	r, err := wire.NewReceipt(wire.ParcelReceipt(&p.ParcelHeader, p.Hash(), event, why, noon), relay.sign)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// parcelVectors are parcels from a to b by way of c, good ones and each way in
// which one is bad, and what proves their way.
func parcelVectors(t *testing.T) (out []*vector) {
	a, b, c := newParty(t, "a"), newParty(t, "b"), newParty(t, "c")
	p, items, ends := someParcel(t, a, b, c)
	good := p.Bytes()
	add := func(kind, name, expect string, data []byte, more ...[2]string) {
		out = append(out, &vector{name: kind + "_" + name, data: data, header: append([][2]string{{"kind", kind}, {"expect", expect}}, more...)})
	}
	parcel := func(name, expect string, data []byte, more ...[2]string) {
		for _, d := range [][2]string{{"self", b.card.Node.String()}, {"sealing seed", seal32("b")}, {"card", b64(a.card.Bytes())}} {
			more = append(more, d)
		}
		add("parcel", name, expect, data, more...)
	}
	change := func(f func(d []byte)) []byte { d := bytes.Clone(good); f(d); return d }
	signed := func(f func(d []byte)) []byte { return change(func(d []byte) { f(d); resignParcel(d, a.sign) }) }
	empty, err := wire.SealParcel(wire.ParcelHeader{From: a.card.Node, Relay: c.card.Node, Number: 78, Made: noon}, &wire.Letters{}, a.sign, b.card)
	if err != nil {
		t.Fatal(err)
	}
	parcel("good", "success", good)
	parcel("good_empty", "success", empty.Bytes())
	parcel("later_version", "unsupported version", change(func(d []byte) { d[3] = '2' }))
	parcel("retargeted", "wrong recipient", change(func(d []byte) { id := c.card.Node; copy(d[22:], id[:]); id = b.card.Node; copy(d[38:], id[:]) }))
	parcel("other_relay", "cannot be opened", change(func(d []byte) { d[38] ^= 1 }))
	parcel("renumbered", "cannot be opened", change(func(d []byte) { d[101] ^= 1 }))
	parcel("renumbered_signed", "cannot be opened", signed(func(d []byte) { d[101] ^= 1 }))
	parcel("no_number", "malformed", change(func(d []byte) { copy(d[94:102], make([]byte, 8)) }))
	parcel("of_two_nodes", "malformed", change(func(d []byte) { copy(d[38:54], d[6:22]) }))
	parcel("altered", "altered", change(func(d []byte) { d[len(d)-1] ^= 1 }))
	parcel("altered_signed", "cannot be opened", signed(func(d []byte) { d[len(d)-1] ^= 1 }))
	parcel("bad_signature", "bad signature", change(func(d []byte) { d[parcelCore+5] ^= 1 }))
	parcel("truncated", "truncated", good[:150])
	stolen := bytes.Clone(good)
	resignParcel(stolen, c.sign)
	parcel("signed_by_another", "bad signature", stolen)

	nodes := [][2]string{{"card", b64(a.card.Bytes())}, {"card", b64(c.card.Bytes())}}
	said := relayReceipt(t, p, wire.EventRelayAcceptance, "", c)
	way := wire.Carriage{Head: p.Head(), Salt: salt, First: 1, End: ends[2], Receipts: [][]byte{said.Bytes(), relayReceipt(t, p, wire.EventRelayFailure, wire.ReasonReturned, c).Bytes()}}
	add("carriage", "good", "success", way.Encode(), nodes...)
	lie := way
	lie.First = 2
	add("carriage", "of_another_part", "contradicts an earlier statement", lie.Encode(), nodes...)
	lie = way
	lie.Receipts = [][]byte{relayReceipt(t, empty, wire.EventRelayAcceptance, "", c).Bytes()}
	add("carriage", "receipt_of_another_parcel", "wrong position", lie.Encode(), nodes...)
	add("carriage", "without_card", "unknown sender", way.Encode(), nodes[:1]...)

	h, _, _ := journal(t, a, b, 1<<32|7, 3, 60)
	e, err := wire.ParseEvidence(mustSeal(t, h, items, a, b))
	if err != nil {
		t.Fatal(err)
	}
	proof := wire.Proof{Message: items[0].Raw, Path: []wire.Hash{wire.Digest(items[1].Raw), wire.Digest(items[2].Raw)}, Evidence: e.Bytes(),
		Cards: [][]byte{a.card.Bytes(), b.card.Bytes(), c.card.Bytes()}, Receipts: [][]byte{consignment(t, a, b, ends[2], noon).Bytes(), way.Encode()}}
	add("proof", "relayed", "success", proof.Encode())
	other := way
	other.First, other.End = 1, wire.Cursor{Epoch: 1<<32 | 7, Seq: 3, Hash: wire.Hash{1}}
	proof.Receipts[1] = other.Encode()
	add("proof", "relayed_another_part", "contradicts an earlier statement", proof.Encode())
	return out
}

func runParcel(t *testing.T, v *vector, at time.Time) ([][2]string, error) {
	t.Helper()
	seed, err := hex.DecodeString(v.get("sealing seed"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := hpke.MLKEM768X25519().NewPrivateKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	self, err := wire.ParseNodeID(v.get("self"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := wire.ParseParcel(v.data)
	if err != nil {
		return nil, err
	}
	o := &wire.Opener{Self: self, Suites: []wire.Suite{wire.SuiteAES, wire.SuiteChaCha}, Keys: map[wire.KeyID]hpke.PrivateKey{wire.KeyIDOf(key.PublicKey().Bytes()): key}}
	in, err := o.Unseal(p)
	if err != nil {
		return nil, err
	}
	signer, err := history(t, v.all("card")).Signer(p.Signer, at)
	if err != nil {
		return nil, err
	}
	if err := p.Verify(signer); err != nil {
		return nil, err
	}
	out := [][2]string{{"hash", p.Hash().String()}}
	for _, l := range in.Letters {
		out = append(out, [2]string{"letter", fmt.Sprintf("%d %d %s %s", l.Kind, l.Call, l.Verb, wire.Digest(l.Body))})
	}
	return out, nil
}

func runCarriage(t *testing.T, v *vector) ([][2]string, error) {
	t.Helper()
	c, err := wire.ParseCarriage(v.data)
	if err != nil {
		return nil, err
	}
	nodes := map[wire.NodeID]*wire.History{}
	for _, card := range v.all("card") {
		h := history(t, []string{card})
		nodes[h.Latest().Node] = h
	}
	h, said, err := c.Verify(nodes)
	if err != nil {
		return nil, err
	}
	out := [][2]string{{"number", fmt.Sprint(h.Number)}}
	for _, s := range said {
		out = append(out, [2]string{"said", fmt.Sprintf("%s %s", s.Event, s.Reason)})
	}
	return out, nil
}

// FuzzParcel is two hostile sources: one on the way, who has no key, and a peer
// who seals letters of his own making.
func FuzzParcel(f *testing.F) {
	a, b, c := newParty(f, "a"), newParty(f, "b"), newParty(f, "c")
	p, _, _ := someParcel(f, a, b, c)
	f.Add(false, p.Bytes())
	f.Add(true, p.Bytes()[parcelHead:])
	o := b.opener(a)
	f.Fuzz(func(t *testing.T, signed bool, raw []byte) {
		if signed {
			raw = append(bytes.Clone(p.Bytes()[:parcelHead]), raw...)
			resignParcel(raw, a.sign)
		}
		got, err := wire.ParseParcel(raw)
		if err == nil {
			_, err = o.Unseal(got)
		}
		if err != nil && wire.ReasonOf(err) == "" {
			t.Errorf("an error without a reason: %v", err)
		}
	})
}

func FuzzLetters(f *testing.F) {
	fuzz(f, (&wire.Letters{Cards: [][]byte{{1}}, Letters: []wire.Letter{{Kind: wire.LetterRefuse, Call: 4, Verb: "hello", Body: []byte{2}}}}).Encode(), encoded(wire.ParseLetters))
}

func FuzzPost(f *testing.F) {
	fuzz(f, (&wire.Post{Parcels: [][]byte{{1}, {2}}}).Encode(), encoded(wire.ParsePost))
}

func FuzzPosted(f *testing.F) {
	fuzz(f, (&wire.Posted{Receipts: [][]byte{{1}}}).Encode(), encoded(wire.ParsePosted))
}

func FuzzCollect(f *testing.F) {
	fuzz(f, (&wire.Collect{Wait: 5, Acks: []wire.Ack{{Reason: wire.ReasonAltered}}, Asked: []wire.Hash{{1}}}).Encode(), encoded(wire.ParseCollect))
}

func FuzzCollected(f *testing.F) {
	fuzz(f, (&wire.Collected{Parcels: [][]byte{{1}}, Receipts: [][]byte{{2}}, Waiting: []wire.Hash{{3}}}).Encode(), encoded(wire.ParseCollected))
}

func FuzzCarriage(f *testing.F) {
	a, b, c := newParty(f, "a"), newParty(f, "b"), newParty(f, "c")
	p, _, ends := someParcel(f, a, b, c)
	x := wire.Carriage{Head: p.Head(), Salt: salt, First: 1, End: ends[2], Receipts: [][]byte{relayReceipt(f, p, wire.EventRelayAcceptance, "", c).Bytes()}}
	nodes := map[wire.NodeID]*wire.History{a.card.Node: a.history, c.card.Node: c.history}
	fuzz(f, x.Encode(), func(raw []byte) ([]byte, error) {
		x, err := wire.ParseCarriage(raw)
		if err != nil {
			return nil, err
		}
		if _, _, err := x.Verify(nodes); err != nil && wire.ReasonOf(err) == "" {
			return nil, err
		}
		return x.Encode(), nil
	})
}
