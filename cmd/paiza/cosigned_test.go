package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

// TestCosignedProof: whoever has nothing but the file reads who cosigned the
// ledger in which the record stands, and when, in his language; what was entered
// after that is said to be cosigned by nobody.
func TestCosignedProof(t *testing.T) {
	ctx := t.Context()
	a, b := newState(t, "KAZ"), newState(t, "UZB")
	paired(t, a, b)
	a.up()
	b.up()
	z := a.record("1200", paiza.TLPGreen)
	a.release("seizure/"+z.ID, "UZB")
	until(t, "the seizure arrives", func() bool { return len(b.foreign()) == 1 })
	got := b.foreign()[0]
	if _, err := b.d.Seizure(ctx, registrar, got.ID); err != nil { // opening it is an act there
		t.Fatal(err)
	}
	for _, n := range []*state{a, b} {
		if sent := must[int](t)(n.d.SendCheckpoint(ctx, operatorOf)); sent != 1 {
			t.Fatalf("sent to %d", sent)
		}
		until(t, "the other cosigns", func() bool { return len(must[desk.Cosigned](t)(n.d.Cosigned(ctx, operatorOf)).By) == 1 })
	}
	read := func(raw []byte, lang string, more ...string) string {
		t.Helper()
		file := filepath.Join(t.TempDir(), "proof")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if code := run(ctx, append([]string{"verify", "--lang", lang, file}, more...), &streams{bytes.NewReader(nil), &out, &out}); code != exitOK {
			t.Errorf("verify ends with %d: %s", code, out.String())
		}
		return out.String()
	}
	prove := func(n *state, subject string) []byte {
		t.Helper()
		return must[*wire.Proof](t)(n.d.Proof(ctx, analyst, subject, b.id)).Encode()
	}
	raw := prove(a, "seizure/"+z.ID)
	for lang, want := range map[string]string{"en": "That head was cosigned by", "ru": "Контрольную точку заверил узел", "zh": "会签"} {
		if said := read(raw, lang); !strings.Contains(said, want) || !strings.Contains(said, b.id) {
			t.Errorf("in %s: %s", lang, said)
		}
	}
	type said struct {
		Ledger []struct {
			Owner    string
			Entries  int
			Cosigned []struct{ Node string }
		}
	}
	for _, c := range []struct {
		n, by   *state
		subject string
	}{{a, b, "seizure/" + z.ID}, {b, a, "seizure/" + got.ID}} {
		var j said
		if err := json.Unmarshal([]byte(read(prove(c.n, c.subject), "en", "--json")), &j); err != nil {
			t.Fatal(err)
		}
		if len(j.Ledger) == 0 {
			t.Errorf("the proof of the node of %s has no entries", c.n.body)
		} else if l := j.Ledger[0]; l.Owner != c.n.id || l.Entries == 0 || len(l.Cosigned) != 1 || l.Cosigned[0].Node != c.by.id {
			t.Errorf("the proof of the node of %s: %+v", c.n.body, j)
		}
	}
	if _, err := a.d.CorrectSeizure(ctx, registrar, z.ID, 0, paiza.NewSeizure{Date: "2024-03-05", Country: "KAZ", Substance: "heroin", Amount: "1300", Unit: "g", Reason: "weighed again"}); err != nil {
		t.Fatal(err)
	}
	var j said
	if err := json.Unmarshal([]byte(read(prove(a, "seizure/"+z.ID), "en", "--json")), &j); err != nil {
		t.Fatal(err)
	}
	if len(j.Ledger) != 2 || len(j.Ledger[0].Cosigned) != 1 || len(j.Ledger[1].Cosigned) != 0 || j.Ledger[1].Owner != a.id {
		t.Errorf("after a correction: %+v", j)
	}
}
