package ledger_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paiza/internal/ledger"
	"paiza/wire"
)

// vectors are files of wire/testdata/vectors: header lines and bytes.
func vectors(t testing.TB, kind string) map[string]struct {
	data   string
	expect string
	said   string
	nodes  map[wire.NodeID]*wire.History
} {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "wire", "testdata", "vectors", kind+"_*.txt"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d vectors, %v", len(files), err)
	}
	out := map[string]struct {
		data   string
		expect string
		said   string
		nodes  map[wire.NodeID]*wire.History
	}{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(string(raw), "\n\n")
		v := out[filepath.Base(file)]
		v.nodes = map[wire.NodeID]*wire.History{}
		for _, line := range strings.Split(head, "\n") {
			switch key, value, _ := strings.Cut(line, ": "); key {
			case "expect":
				v.expect = value
			case "cosigned", "owner":
				v.said = value
			case "card":
				raw, err := base64.StdEncoding.DecodeString(value)
				if err != nil {
					t.Fatal(err)
				}
				c, err := wire.ParseCard(raw)
				if err != nil {
					t.Fatal(err)
				}
				h := &wire.History{}
				if err := h.Add(c); err != nil {
					t.Fatal(err)
				}
				v.nodes[c.Node] = h
			}
		}
		data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
		if err != nil {
			t.Fatal(err)
		}
		v.data = string(data)
		out[filepath.Base(file)] = v
	}
	return out
}

// TestCosignatureVectors: what the vectors say of cosignatures, which were made
// without this package, it finds too.
func TestCosignatureVectors(t *testing.T) {
	for name, v := range vectors(t, "cosignature") {
		got := ""
		for _, w := range ledger.Witnesses(v.data, v.nodes) {
			got = w.Node.String() + " " + w.At.Format(time.RFC3339)
		}
		if got != v.said || (v.expect == "success") != (got != "") {
			t.Errorf("%s: cosigned by %q, want %q (%s)", name, got, v.said, v.expect)
		}
	}
}

// TestOwnerVectors: the same for the signature by which a node owns its ledger.
func TestOwnerVectors(t *testing.T) {
	for name, v := range vectors(t, "owner") {
		got, ok := ledger.Owner(v.data, v.nodes)
		if ok != (v.expect == "success") || ok && got.String() != v.said {
			t.Errorf("%s: owned by %s, %v, want %q (%s)", name, got, ok, v.said, v.expect)
		}
	}
}

// TestCosign: a head that nodes cosigned is still the log's, each cosignature
// counts for its node alone, and a head with another text has none.
func TestCosign(t *testing.T) {
	key := keyOf(t)
	var tree ledger.Tree
	tree.Append([]byte("one"))
	signed, err := key.Sign(&tree)
	if err != nil {
		t.Fatal(err)
	}
	var node [2]wire.NodeID
	var sign [2]ed25519.PrivateKey
	nodes := map[wire.NodeID]*wire.History{}
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for name, v := range map[string]int{"two": 0, "of_peer": 1} {
		for id, h := range vectors(t, "cosignature")["cosignature_"+name+".txt"].nodes {
			node[v], nodes[id] = id, h
		}
	}
	for i, seed := range []string{"a", "b"} {
		sign[i] = vectorKey(seed)
		if signed, err = ledger.Cosign(signed, node[i], sign[i], now.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ledger.OpenCheckpoint(signed, key.Verifier()); err != nil {
		t.Error(err)
	}
	w := ledger.Witnesses(signed, nodes)
	if len(w) != 2 || w[0].Node != node[0] || w[1].Node != node[1] || !w[1].At.Equal(now.Add(time.Hour)) {
		t.Errorf("cosigned by %+v", w)
	}
	again, err := ledger.Cosign(signed, node[1], sign[1], now)
	if err != nil || strings.Count(again, "— ") != 3 {
		t.Errorf("cosigned twice: %q, %v", again, err)
	}
	tree.Append([]byte("two"))
	other, err := key.Sign(&tree)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Merge(other, signed, node[1]); err == nil {
		t.Error("a cosignature of one head was put under another")
	}
	// A forger who copies the line gains nothing.
	forged := other + signed[strings.LastIndex(signed, "— "):]
	if w := ledger.Witnesses(forged, nodes); len(w) != 0 {
		t.Errorf("a copied line counts: %+v", w)
	}
}

// FuzzWitnesses: a cosigned head comes from a peer or out of a file. Whatever
// stands there, nobody is named who did not sign this text.
func FuzzWitnesses(f *testing.F) {
	nodes := map[wire.NodeID]*wire.History{}
	texts := map[string]bool{}
	for _, v := range vectors(f, "cosignature") {
		f.Add(v.data)
		text, _, _ := strings.Cut(v.data, "\n\n")
		if v.expect == "success" {
			texts[text] = true
		}
		for id, h := range v.nodes {
			nodes[id] = h
		}
	}
	f.Fuzz(func(t *testing.T, signed string) {
		w := ledger.Witnesses(signed, nodes)
		text, _, _ := strings.Cut(signed, "\n\n")
		if _, his := ledger.Owner(signed, nodes); (his || len(w) > 0) && !texts[text] {
			t.Errorf("%+v cosigned %q, owned: %v", w, text, his)
		}
		for _, one := range w {
			if _, err := ledger.Merge(signed, signed, one.Node); err != nil {
				t.Errorf("a note that was read is not written: %v", err)
			}
		}
	})
}

// vectorKey is the signing key that the vectors make of a seed.
func vectorKey(seed string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte("sign " + seed))
	return ed25519.NewKeyFromSeed(h[:])
}
