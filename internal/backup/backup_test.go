package backup

import (
	"bytes"
	"compress/gzip"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"paiza"
)

func keyPair(t testing.TB) (recipient string, key Key) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	recipient, err := NewKeyFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if key, err = ParseKey(bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	return recipient, key
}

// plain is a text that packs badly, so that the file has several chunks.
func plain() []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 200<<10)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func sealed(t testing.TB, lock Lock) ([]byte, *Proof) {
	t.Helper()
	var file bytes.Buffer
	proof, err := Seal(t.Context(), &file, bytes.NewReader(plain()), lock)
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), proof
}

// key of a refusal, empty for none.
func refusal(err error) string {
	var pe *paiza.Error
	if errors.As(err, &pe) {
		return pe.Key
	}
	return ""
}

// TestSeal: each of several recipients opens the file, nobody else does, and
// the proof holds for the file as written and for no other.
func TestSeal(t *testing.T) {
	one, keyOne := keyPair(t)
	two, keyTwo := keyPair(t)
	_, stranger := keyPair(t)
	file, proof := sealed(t, Lock{Recipients: []string{one, two}})
	for name, key := range map[string]Key{"first": keyOne, "second": keyTwo} {
		var got bytes.Buffer
		if _, err := Open(t.Context(), &got, bytes.NewReader(file), key, 1<<20); err != nil || !bytes.Equal(got.Bytes(), plain()) {
			t.Errorf("%s recipient: %v, %d bytes", name, err, got.Len())
		}
	}
	if _, err := Open(t.Context(), &bytes.Buffer{}, bytes.NewReader(file), stranger, 1<<20); refusal(err) != "backup.no_key" {
		t.Errorf("a stranger: %v", err)
	}
	sum, err := proof.Check(t.Context(), bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := Hash(t.Context(), bytes.NewReader(file)); sum != want {
		t.Errorf("sum of the file: %v, want %v", sum, want)
	}
	if _, err := proof.Check(t.Context(), bytes.NewReader(file)); err == nil {
		t.Error("the key of the run opens the file a second time")
	}
}

// TestProofFindsDamage: a file that the disk did not keep as written is not
// proved, whichever byte it is.
func TestProofFindsDamage(t *testing.T) {
	one, key := keyPair(t)
	for _, at := range []float64{0.0001, 0.3, 0.7, 0.9999} {
		file, proof := sealed(t, Lock{Recipients: []string{one}})
		file[int(float64(len(file))*at)] ^= 1
		if _, err := proof.Check(t.Context(), bytes.NewReader(file)); err == nil {
			t.Errorf("a bit changed at %v of the file and it was proved", at)
		}
		if _, err := Open(t.Context(), &bytes.Buffer{}, bytes.NewReader(file), key, 1<<20); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("a bit changed at %v: opened with %v", at, err)
		}
	}
	file, _ := sealed(t, Lock{Recipients: []string{one}})
	// 64 KiB chunks of age: one cut falls on their border.
	header := bytes.Index(file, []byte("\n---"))
	border := header + len("\n--- ") + 43 + 1 + 16 + 64<<10 + 16
	for _, n := range []int{0, 10, 100, len(file) / 2, border, len(file) - 1} {
		if _, err := Open(t.Context(), &bytes.Buffer{}, bytes.NewReader(file[:n]), key, 1<<20); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("cut to %d of %d bytes: opened with %v", n, len(file), err)
		}
	}
	if _, err := Open(t.Context(), &bytes.Buffer{}, bytes.NewReader(append(file, 'x')), key, 1<<20); refusal(err) != "backup.torn" {
		t.Errorf("something follows the file: %v", err)
	}
}

func TestPassphrase(t *testing.T) {
	const words = "seven bridges of a town"
	file, proof := sealed(t, Lock{Passphrase: words})
	if _, err := proof.Check(t.Context(), bytes.NewReader(file)); err != nil {
		t.Error(err)
	}
	wrong, err := PassphraseKey(words + "s")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), &bytes.Buffer{}, bytes.NewReader(file), wrong, 1<<20); refusal(err) != "backup.no_key" {
		t.Errorf("a wrong passphrase: %v", err)
	}
}

func TestLockRefuses(t *testing.T) {
	one, _ := keyPair(t)
	id, _ := age.GenerateX25519Identity()
	for want, lock := range map[string]Lock{
		"backup.lock_none":        {},
		"backup.lock_two":         {Recipients: []string{one}, Passphrase: strings.Repeat("word ", 5)},
		"backup.passphrase_short": {Passphrase: "short"},
		"backup.recipient_form":   {Recipients: []string{one, "age1nothing"}},
		"backup.recipient_secret": {Recipients: []string{id.String()}},
		"backup.lock_many":        {Recipients: make([]string, MaxRecipients+1)},
	} {
		err := lock.Check()
		if refusal(err) != want {
			t.Errorf("%s: %v", want, err)
		}
		if err != nil && strings.Contains(err.Error(), id.String()) {
			t.Errorf("%s: the refusal repeats a secret key", want)
		}
	}
	if _, err := ParseKey(strings.NewReader(id.String() + "x\n")); refusal(err) != "backup.identity_form" || strings.Contains(err.Error(), "AGE-SECRET") {
		t.Errorf("a broken identity: %v", err)
	}
}

// TestOpenLimits: whoever knows a recipient can make a file for him. One that
// unpacks without end is stopped, and one that is no backup is refused.
func TestOpenLimits(t *testing.T) {
	one, key := keyPair(t)
	var file bytes.Buffer
	if _, err := Seal(t.Context(), &file, bytes.NewReader(make([]byte, 8<<20)), Lock{Recipients: []string{one}}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := Open(t.Context(), &out, bytes.NewReader(file.Bytes()), key, 1<<20); refusal(err) != "backup.too_large" || out.Len() > 1<<20 {
		t.Errorf("%d bytes came out: %v", out.Len(), err)
	}
	for comment, want := range map[string]string{"": "backup.not_sealed", "paiza backup 2": "backup.newer", form: "backup.torn"} {
		if _, err := Open(t.Context(), &out, bytes.NewReader(other(t, one, comment)), key, 1<<20); refusal(err) != want {
			t.Errorf("%q: %v", comment, err)
		}
	}
}

// other is an age file of somebody else's making.
func other(t testing.TB, recipient, comment string) []byte {
	t.Helper()
	r, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := age.Encrypt(&file, r)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(w)
	z.Comment = comment
	z.Write([]byte("text"))
	z.Close()
	w.Write([]byte("more"))
	w.Close()
	return file.Bytes()
}

// FuzzOpen hands arbitrary files to the reader, with a key that fits some of
// them: it never panics, never gives more than the limit, and what it gives
// without an error is what was sealed.
func FuzzOpen(f *testing.F) {
	recipient, key := keyPair(f)
	var file bytes.Buffer
	if _, err := Seal(f.Context(), &file, strings.NewReader("a copy of a store"), Lock{Recipients: []string{recipient}}); err != nil {
		f.Fatal(err)
	}
	// The header's keys are new in each process, so the fuzzer changes the good
	// file by place and value, and tries whole files of its own as well.
	f.Add([]byte{}, uint16(0), byte(0), uint16(0))
	f.Add([]byte{}, uint16(40), byte(1), uint16(0))
	f.Add([]byte{}, uint16(0), byte(0), uint16(9))
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 30\n"), uint16(0), byte(0), uint16(0))
	f.Fuzz(func(t *testing.T, own []byte, at uint16, flip byte, cut uint16) {
		raw := own
		if len(own) == 0 {
			raw = bytes.Clone(file.Bytes())
			raw[int(at)%len(raw)] ^= flip
			raw = raw[:len(raw)-int(cut)%len(raw)]
		}
		var out bytes.Buffer
		_, err := Open(t.Context(), &out, bytes.NewReader(raw), key, 1<<10)
		if out.Len() > 1<<10 {
			t.Errorf("%d bytes came out", out.Len())
		}
		if err == nil && (out.String() != "a copy of a store" || !bytes.Equal(raw, file.Bytes())) {
			t.Errorf("a changed file opened: %q", out.String())
		}
		if err != nil && !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("not a refusal: %v", err)
		}
	})
}
