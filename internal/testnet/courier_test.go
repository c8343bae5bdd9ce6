package testnet_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/exchange"
	"paiza/internal/link"
	"paiza/internal/store/pgtest"
	"paiza/internal/testnet"
	"paiza/wire"
)

// medium is a file of a courier in memory.
type medium struct{ bytes.Buffer }

func (*medium) Close() error { return nil }

// TestCourierWithFiles: without any line a courier brings messages and the files
// beside them, on several media, twice, in any order, and one of them damaged.
// Afterwards the line brings nothing again.
func TestCourierWithFiles(t *testing.T) {
	n := open(t, testnet.Plan{Nodes: []testnet.NodePlan{{Name: "north", Body: "XAA"}, {Name: "south", Body: "XBB", Store: pgtest.New(t)}}})
	north, south := n.Node("north"), n.Node("south")
	n.Cut(north, south, true)
	ctx := t.Context()
	data := make([]byte, 5<<20+777)
	rnd := rand.NewChaCha8([32]byte{1})
	if _, err := rnd.Read(data); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	big, small := filepath.Join(dir, "big.bin"), filepath.Join(dir, "small.txt")
	if err := os.WriteFile(big, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(small, []byte("a short file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := north.Desk().SendNote(ctx, north.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: south.ID().String(), Title: "Exercise", Exercise: true,
		Files: []paiza.NewFile{{Path: big}, {Path: small}}}); err != nil {
		t.Fatal(err)
	}

	bare, at := load(t, north, south, exchange.Cargo{Bare: true})
	if len(bare) != 1 || at.Files != 0 || bare[0].Len() > 1<<20 {
		t.Errorf("without files %d media with %d files, %d bytes", len(bare), at.Files, bare[0].Len())
	}
	media, at := load(t, north, south, exchange.Cargo{Size: 2 << 20})
	if len(media) < 3 || at.Files != 2 || at.Parts != len(media) {
		t.Fatalf("%d media, %+v", len(media), at)
	}
	damaged := bytes.Clone(media[0].Bytes())
	damaged[len(damaged)-100_000] ^= 1
	if _, err := unload(t, south, damaged); wire.ReasonOf(err) != wire.ReasonSealed {
		t.Errorf("a damaged medium: %v", err)
	}
	if out, err := unload(t, south, media[2].Bytes()); err != nil || out.Chunks != 0 || out.Missing == 0 {
		t.Errorf("a medium before its turn: %+v, %v", out, err)
	}
	chunks := 0
	for range 2 {
		for _, m := range media {
			out, err := unload(t, south, m.Bytes())
			if err != nil || out.Have != at.End || out.Missing != 0 {
				t.Fatalf("%+v, %v", out, err)
			}
			chunks += out.Chunks
		}
	}
	if chunks > 7 {
		t.Errorf("%d chunks were taken up, and there are seven", chunks)
	}
	reader := south.As(paiza.RoleAnalyst)
	list, err := south.Desk().Notes(ctx, reader, desk.NoteFilter{Size: 5})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d notes, %v", len(list), err)
	}
	note, err := south.Desk().Note(ctx, reader, list[0].ID)
	if err != nil || len(note.Files) != 2 {
		t.Fatalf("%+v, %v", note, err)
	}
	for _, f := range note.Files {
		want := data
		if f.Name == "small.txt" {
			want = []byte("a short file")
		}
		var got bytes.Buffer
		if err := south.Desk().ReadFile(ctx, reader, note.ID, f.ID, &got); err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("the file %s has %d bytes, want %d: %v", f.Name, got.Len(), len(want), err)
		}
	}
	n.Cut(north, south, false)
	quiet(t, n)
}

func load(t *testing.T, from, to *testnet.Node, c exchange.Cargo) (media []*medium, out exchange.Freight) {
	t.Helper()
	l, err := link.New(from.Desk(), link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Open = func(int) (io.WriteCloser, error) {
		media = append(media, &medium{})
		return media[len(media)-1], nil
	}
	if out, err = l.Node().Load(t.Context(), to.ID(), c); err != nil {
		t.Fatal(err)
	}
	return media, out
}

func unload(t *testing.T, at *testnet.Node, raw []byte) (exchange.Unloaded, error) {
	t.Helper()
	l, err := link.New(at.Desk(), link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l.Node().Import(t.Context(), bytes.NewReader(raw))
}
