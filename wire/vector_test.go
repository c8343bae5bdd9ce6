package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"paiza/wire"
)

var update = flag.Bool("update", false, "write the test vectors anew")

// evidence is the length of a batch's header with its signature, and core
// without it (docs/PROTOCOL.md).
const (
	core     = 185
	evidence = core + 64
)

// resign puts a's signature under a batch that was changed.
func resign(batch []byte, key ed25519.PrivateKey) {
	sealed := sha256.Sum256(batch[evidence:])
	copy(batch[core-32:core], sealed[:])
	pae := fmt.Sprintf("DSSEv1 10 paiza/PZB1 %d %s", core, batch[:core])
	copy(batch[core:], ed25519.Sign(key, []byte(pae)))
}

// vector is a file of testdata/vectors: header lines, an empty line, and the
// bytes under test in base 64.
type vector struct {
	name   string
	header [][2]string
	data   []byte
}

func (v *vector) get(key string) string {
	for _, h := range v.header {
		if h[0] == key {
			return h[1]
		}
	}
	return ""
}

func (v *vector) all(key string) (out []string) {
	for _, h := range v.header {
		if h[0] == key {
			out = append(out, h[1])
		}
	}
	return out
}

func (v *vector) encode() []byte {
	var b bytes.Buffer
	for _, h := range v.header {
		fmt.Fprintf(&b, "%s: %s\n", h[0], h[1])
	}
	b.WriteByte('\n')
	for s := base64.StdEncoding.EncodeToString(v.data); s != ""; {
		n := min(76, len(s))
		b.WriteString(s[:n] + "\n")
		s = s[n:]
	}
	return b.Bytes()
}

func readVector(t *testing.T, file string) *vector {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, body, ok := strings.Cut(string(raw), "\n\n")
	if !ok {
		t.Fatalf("%s has no body", file)
	}
	v := &vector{name: filepath.Base(file)}
	for _, l := range strings.Split(head, "\n") {
		key, value, _ := strings.Cut(l, ": ")
		v.header = append(v.header, [2]string{key, value})
	}
	if v.data, err = base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", "")); err != nil {
		t.Fatal(err)
	}
	return v
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// TestVectors reads every vector as another implementation would: with nothing
// but what stands in the file.
func TestVectors(t *testing.T) {
	dir := filepath.Join("testdata", "vectors")
	if *update {
		writeVectors(t, dir)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d vectors, %v", len(files), err)
	}
	for _, file := range files {
		v := readVector(t, file)
		t.Run(v.name, func(t *testing.T) {
			got, err := runVector(t, v)
			want := v.get("expect")
			if err != nil {
				if string(wire.ReasonOf(err)) != want {
					t.Errorf("%v, want %s", err, want)
				}
				return
			}
			if want != "success" {
				t.Fatalf("success, want %s", want)
			}
			for _, g := range got {
				if !slices.Contains(v.header, g) {
					t.Errorf("%s: %s, want %v", g[0], g[1], v.all(g[0]))
				}
			}
		})
	}
}

// runVector does what the vector's kind says and gives what it should find.
func runVector(t *testing.T, v *vector) ([][2]string, error) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, v.get("now"))
	if err != nil {
		t.Fatal(err)
	}
	switch v.get("kind") {
	case "batch":
		return runBatch(t, v, at)
	case "parcel":
		return runParcel(t, v, at)
	case "carriage":
		return runCarriage(t, v)
	case "card":
		c, err := wire.ParseCard(v.data)
		if err != nil {
			return nil, err
		}
		return [][2]string{{"node", c.Node.String()}, {"hash", c.Hash().String()}, {"signing key", c.Signing().String()}, {"sealing key", c.Sealing().String()}}, nil
	case "rotation":
		h := history(t, v.all("card"))
		c, err := wire.ParseCard(v.data)
		if err != nil {
			return nil, err
		}
		return nil, h.Add(c)
	case "message":
		m, err := wire.ParseMessage(v.data)
		if err != nil {
			return nil, err
		}
		return [][2]string{{"digest", wire.Digest(v.data).String()}, {"content", m.ContentHash().String()}, {"type", m.Type}, {"subject", m.Subject},
			{"chain", wire.Next(m.Prev, m.Epoch, m.Seq, wire.Digest(v.data)).String()}}, nil
	case "receipt":
		r, err := wire.ParseReceipt(v.data)
		if err != nil {
			return nil, err
		}
		return [][2]string{{"event", string(r.Event)}, {"last", fmt.Sprint(r.Last)}}, r.Verify(history(t, v.all("card")))
	case "proof":
		p, err := wire.ParseProof(v.data)
		if err != nil {
			return nil, err
		}
		rep, err := p.Verify()
		if err != nil {
			return nil, err
		}
		return [][2]string{{"sender", rep.Sender.Node.String()}, {"durable", rep.Durable.Format(time.RFC3339)}}, nil
	case "fingerprint":
		f := wire.PairFingerprint(history(t, v.all("card")).Latest(), mustCard(t, v.data))
		return [][2]string{{"words en", strings.Join(f.Words("en"), " ")}, {"words ru", strings.Join(f.Words("ru"), " ")},
			{"words zh", strings.Join(f.Words("zh"), " ")}, {"digits", f.Digits()}}, nil
	}
	t.Fatalf("a vector of the kind %q", v.get("kind"))
	return nil, nil
}

func mustCard(t *testing.T, raw []byte) *wire.Card {
	t.Helper()
	c, err := wire.ParseCard(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func history(t *testing.T, cards []string) *wire.History {
	t.Helper()
	h := &wire.History{}
	for _, s := range cards {
		raw, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Add(mustCard(t, raw)); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func runBatch(t *testing.T, v *vector, at time.Time) ([][2]string, error) {
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
	h := history(t, v.all("card"))
	o := &wire.Opener{Self: self, Suites: []wire.Suite{wire.SuiteAES, wire.SuiteChaCha},
		Keys: map[wire.KeyID]hpke.PrivateKey{wire.KeyIDOf(key.PublicKey().Bytes()): key},
		Signer: func(node wire.NodeID, id wire.KeyID, at time.Time) (ed25519.PublicKey, error) {
			if h.Latest() == nil || h.Latest().Node != node {
				return nil, &wire.Refusal{Reason: wire.ReasonSender}
			}
			return h.Signer(id, at)
		}}
	opened, err := o.Open(v.data, at)
	if err != nil {
		return nil, err
	}
	out := [][2]string{{"head", opened.Head.String()}}
	for _, it := range opened.Items {
		line := it.Digest.String()
		if it.Refused != "" {
			line += " " + string(it.Refused)
		}
		out = append(out, [2]string{"message", fmt.Sprintf("%d %s", it.Seq, line)})
	}
	return out, nil
}

// writeVectors makes the vectors from fixed seeds and a fixed source of
// randomness.
func writeVectors(t *testing.T, dir string) {
	t.Helper()
	cryptotest.SetGlobalRandom(t, 20261124)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, v := range slices.Concat(batchVectors(t), statementVectors(t), parcelVectors(t)) {
		v.header = append([][2]string{{"now", v.get("now")}}, slices.DeleteFunc(v.header, func(h [2]string) bool { return h[0] == "now" })...)
		if v.get("now") == "" {
			v.header[0][1] = noon.Format(time.RFC3339)
		}
		if got, err := runVector(t, v); err == nil {
			v.header = append(v.header, got...)
		}
		if err := os.WriteFile(filepath.Join(dir, v.name+".txt"), v.encode(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
