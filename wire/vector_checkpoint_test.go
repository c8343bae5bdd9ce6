package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"paiza/wire"
)

// Cosignatures are made and checked here by docs/PROTOCOL.md §12 and the standard
// library alone. Package ledger reads the same vectors with its own code.

// cosignature is the line of a node under a checkpoint's text.
func cosignature(node wire.NodeID, key ed25519.PrivateKey, text string, at time.Time) string {
	name := "paiza.node/" + node.String()
	id := sha256.Sum256(append([]byte(name+"\n\x04"), key.Public().(ed25519.PublicKey)...))
	sig := binary.BigEndian.AppendUint64(id[:4:4], uint64(at.Unix()))
	sig = append(sig, ed25519.Sign(key, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at.Unix(), text))...)
	return "— " + name + " " + base64.StdEncoding.EncodeToString(sig) + "\n"
}

// ownership is the line by which a node says that a head is of its own ledger.
func ownership(node wire.NodeID, key ed25519.PrivateKey, text string) string {
	name := "paiza.ledger-of/" + node.String()
	id := sha256.Sum256(append([]byte(name+"\n\xffpaiza ledger of"), key.Public().(ed25519.PublicKey)...))
	return "— " + name + " " + base64.StdEncoding.EncodeToString(append(id[:4:4], ed25519.Sign(key, []byte("paiza ledger of "+node.String()+"\n"+text))...)) + "\n"
}

// runOwner says whose ledger the note is of, by the card in the vector.
func runOwner(v *vector, h *wire.History) ([][2]string, error) {
	text, lines, _ := strings.Cut(string(v.data), "\n\n")
	text += "\n"
	node := h.Latest().Node.String()
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		if f := strings.Fields(line); len(f) == 3 && f[1] == "paiza.ledger-of/"+node {
			raw, err := base64.StdEncoding.DecodeString(f[2])
			if err == nil && len(raw) == 4+64 && ed25519.Verify(h.Latest().SigningKey, []byte("paiza ledger of "+node+"\n"+text), raw[4:]) {
				return [][2]string{{"owner", node}}, nil
			}
		}
	}
	return nil, &wire.Refusal{Reason: wire.ReasonSignature}
}

// runCosignature says who cosigned the note and when, by the card in the vector.
func runCosignature(v *vector, h *wire.History) ([][2]string, error) {
	text, lines, _ := strings.Cut(string(v.data), "\n\n")
	text += "\n"
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		f := strings.Fields(line)
		if len(f) != 3 || f[1] != "paiza.node/"+h.Latest().Node.String() {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(f[2])
		if err != nil || len(raw) != 4+8+64 {
			return nil, &wire.Refusal{Reason: wire.ReasonMalformed}
		}
		for _, c := range h.Cards() {
			id := sha256.Sum256(append([]byte(f[1]+"\n\x04"), c.SigningKey...))
			at := time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0).UTC()
			if !bytes.Equal(id[:4], raw[:4]) || !ed25519.Verify(c.SigningKey, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at.Unix(), text), raw[12:]) {
				continue
			}
			if _, err := h.Signer(c.Signing(), at); err != nil {
				return nil, err
			}
			return [][2]string{{"cosigned", c.Node.String() + " " + at.Format(time.RFC3339)}}, nil
		}
	}
	return nil, &wire.Refusal{Reason: wire.ReasonSignature}
}

func checkpointVectors(t *testing.T) (out []*vector) {
	a, b := newParty(t, "a"), newParty(t, "b")
	add := func(kind, name, expect string, data []byte, more ...[2]string) {
		out = append(out, &vector{name: kind + "_" + name, data: data, header: append([][2]string{{"kind", kind}, {"expect", expect}}, more...)})
	}
	root := sha256.Sum256([]byte("the head of a tree"))
	text := "paiza.ledger/0011223344556677\n42\n" + base64.StdEncoding.EncodeToString(root[:]) + "\n"
	note := func(lines ...string) []byte { return []byte(text + "\n" + strings.Join(lines, "")) }
	own, other := ownership(a.card.Node, a.sign, text), cosignature(b.card.Node, b.sign, text, noon.Add(time.Minute))
	ofA, ofB := [2]string{"card", b64(a.card.Bytes())}, [2]string{"card", b64(b.card.Bytes())}
	add("owner", "good", "success", note(own, other), ofA)
	add("owner", "of_cosigner", "bad signature", note(own, other), ofB)
	add("owner", "of_another_text", "bad signature", note(ownership(a.card.Node, a.sign, strings.Replace(text, "42", "43", 1))), ofA)
	add("owner", "of_another_key", "bad signature", note(ownership(a.card.Node, b.sign, text)), ofA)
	claimed := strings.Fields(other)
	add("owner", "cosignature_renamed", "bad signature", note("— paiza.ledger-of/"+b.card.Node.String()+" "+claimed[2]+"\n"), ofB)
	add("cosignature", "two", "success", note(own, cosignature(a.card.Node, a.sign, text, noon), other), ofA)
	add("cosignature", "of_peer", "success", note(own, other), ofB)
	add("cosignature", "missing", "bad signature", note(own), ofB)
	add("cosignature", "of_another_text", "bad signature", note(own, cosignature(b.card.Node, b.sign, strings.Replace(text, "42", "43", 1), noon)), ofB)
	add("cosignature", "of_another_key", "bad signature", note(own, cosignature(b.card.Node, signingKey("thief"), text, noon)), ofB)
	add("cosignature", "after_expiry", "key not valid at that time", note(cosignature(b.card.Node, b.sign, text, noon.AddDate(9, 0, 0))), ofB)
	cut := strings.Fields(other)
	add("cosignature", "short", "malformed", note("— "+cut[1]+" "+cut[2][:40]+"\n"), ofB)

	head := wire.Checkpoint{Verifier: "paiza.ledger/0011223344556677+00000000+AA==", Note: note(own), Since: 40, Proof: []wire.Hash{root, {2}}}
	good := head.Encode()
	add("checkpoint", "good", "success", good)
	turned := head
	turned.Turns = []wire.LedgerTurn{{Former: "paiza.ledger/0011223344556677+11111111+AA==", Signed: []byte("a statement of two keys")}}
	add("checkpoint", "good_with_another_key", "success", turned.Encode())
	turned.Since, turned.Proof = 0, nil
	add("checkpoint", "turn_of_nothing", "malformed", turned.Encode())
	first := wire.Checkpoint{Verifier: head.Verifier, Note: head.Note, Restored: noon}
	add("checkpoint", "first_put_back", "success", first.Encode())
	back := wire.Checkpoint{Kind: wire.CheckpointCosigned, Verifier: head.Verifier, Note: note(own, other)}
	add("checkpoint", "cosigned", "success", back.Encode())
	back.Kind = wire.CheckpointHeld
	add("checkpoint", "held", "success", back.Encode())
	back.Since = 40
	add("checkpoint", "cosigned_with_proof", "malformed", back.Encode())
	back.Since, back.Kind = 0, 3
	add("checkpoint", "of_no_kind", "malformed", back.Encode())
	first.Proof = []wire.Hash{root}
	add("checkpoint", "proof_of_nothing", "malformed", first.Encode())
	add("checkpoint", "truncated", "truncated", good[:len(good)-9])
	add("checkpoint", "later_version", "unsupported version", append([]byte("PZN2"), good[4:]...))
	add("checkpoint", "followed_by_more", "malformed", append(bytes.Clone(good), 0))
	first.Proof = make([]wire.Hash, 127)
	first.Since = 1
	add("checkpoint", "proof_too_long", "over a limit", first.Encode())
	return out
}
