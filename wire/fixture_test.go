package wire_test

import (
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"paiza"
	"paiza/wire"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// party is a node of a test, made of a seed and so always the same.
type party struct {
	seed    string
	card    *wire.Card
	sign    ed25519.PrivateKey
	seal    hpke.PrivateKey
	history *wire.History
}

func signingKey(seed string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte("sign " + seed))
	return ed25519.NewKeyFromSeed(h[:])
}

func sealingKey(seed string) hpke.PrivateKey {
	h := sha256.Sum256([]byte("seal " + seed))
	k, err := hpke.MLKEM768X25519().NewPrivateKey(h[:])
	if err != nil {
		panic(err)
	}
	return k
}

func cardBody(seed string) wire.CardBody {
	key := signingKey(seed).Public().(ed25519.PublicKey)
	return wire.CardBody{Node: wire.FirstNodeID(key), Serial: 1, Names: []wire.Name{{Language: "en", Value: "Node " + seed}, {Language: "ru", Value: "Узел " + seed}},
		Body: "AAA", Authorities: []wire.Authority{{Key: "prosecution", Names: []wire.Name{{Language: "en", Value: "Office of the Prosecutor"}}}},
		Addresses: []string{"https://" + seed + ".example:8443"}, SigningKey: key, Suites: []wire.Suite{wire.SuiteAES, wire.SuiteChaCha},
		SealingKey: sealingKey(seed).PublicKey().Bytes(), Pins: []wire.Hash{sha256.Sum256([]byte("tls " + seed))},
		NotBefore: noon.AddDate(0, -1, 0), NotAfter: noon.AddDate(2, 0, 0), Issued: noon.AddDate(0, -1, 0)}
}

func newParty(t testing.TB, seed string) *party {
	t.Helper()
	p := &party{seed: seed, sign: signingKey(seed), seal: sealingKey(seed), history: &wire.History{}}
	var err error
	if p.card, err = wire.NewCard(cardBody(seed), p.sign, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.history.Add(p.card); err != nil {
		t.Fatal(err)
	}
	return p
}

// rotate gives the party's next card, with new keys.
func (p *party) rotate(t testing.TB, seed string) *party {
	t.Helper()
	in := cardBody(seed)
	in.Node, in.Serial, in.Previous = p.card.Node, p.card.Serial+1, p.card.Hash()
	c, err := wire.NewCard(in, signingKey(seed), p.sign)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.history.Add(c); err != nil {
		t.Fatal(err)
	}
	return &party{seed, c, signingKey(seed), sealingKey(seed), p.history}
}

func (p *party) opener(known ...*party) *wire.Opener {
	return &wire.Opener{Self: p.card.Node, Suites: p.card.Suites, Keys: map[wire.KeyID]hpke.PrivateKey{p.card.Sealing(): p.seal},
		Signer: func(node wire.NodeID, key wire.KeyID, at time.Time) (ed25519.PublicKey, error) {
			for _, k := range known {
				if k.card.Node == node {
					return k.history.Signer(key, at)
				}
			}
			return nil, &wire.Refusal{Reason: wire.ReasonSender}
		}}
}

func content(t testing.TB, n int, size int) []byte {
	t.Helper()
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(i * (n + 1) >> 3)
	}
	c := wire.Content{Type: "seizure", Desk: "prosecution", Subject: fmt.Sprintf("seizure/%d", n), Version: 1,
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: "home"}, Created: noon, Body: body}
	c.Salt[0] = byte(n)
	raw, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// journal is a log from one party to another: messages of some bytes.
func journal(t testing.TB, from, to *party, epoch uint64, n, size int) (h wire.Header, items []wire.Item, ends []wire.Cursor) {
	t.Helper()
	at := wire.Start(from.card.Node, to.card.Node, epoch, wire.Cursor{})
	h = wire.Header{From: from.card.Node, Epoch: epoch, First: 1, Prev: at}
	for i := range n {
		seq := uint64(i + 1)
		raw := wire.Place(content(t, i, size), from.card.Node, to.card.Node, epoch, seq, at)
		at = wire.Next(at, epoch, seq, wire.Digest(raw))
		items, ends = append(items, wire.Item{Raw: raw}), append(ends, wire.Cursor{Epoch: epoch, Seq: seq, Hash: at})
	}
	return h, items, ends
}

func mustSeal(t testing.TB, h wire.Header, items []wire.Item, from, to *party) []byte {
	t.Helper()
	raw, err := wire.Seal(h, items, from.sign, to.card, wire.SuiteAES)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
