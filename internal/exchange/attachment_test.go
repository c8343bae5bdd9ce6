package exchange_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"paiza/internal/exchange"
	"paiza/internal/exchange/exchangetest"
	"paiza/internal/exchange/memory"
	"paiza/wire"
)

// shelf is one attachment at its sender: the peer may fetch it.
type shelf struct {
	m     *wire.Manifest
	key   [32]byte
	file  []byte
	mu    sync.Mutex
	given map[int]int // how often each chunk was
	fail  int         // the chunk at which the line breaks, once
}

func (s *shelf) Chunk(_ context.Context, _ wire.NodeID, q wire.AttachmentQuery) ([]byte, error) {
	if q.ID != s.m.ID() {
		return nil, &wire.Refusal{Reason: wire.ReasonAbsent}
	}
	if q.Index == wire.ManifestIndex {
		return s.m.Encode(), nil
	}
	i := int(q.Index)
	s.mu.Lock()
	defer s.mu.Unlock()
	if i == s.fail {
		s.fail = -1
		return nil, &wire.Refusal{Reason: wire.ReasonBusy}
	}
	s.given[i]++
	return s.m.SealChunk(s.key, i, s.file[i*wire.ChunkSize:min(len(s.file), (i+1)*wire.ChunkSize)])
}

// box is where the chunks arrive.
type box map[int][]byte

func (b box) Has(_ context.Context, i int) (bool, error) { return b[i] != nil, nil }
func (b box) Put(_ context.Context, i int, chunks ...[]byte) error {
	for n, c := range chunks {
		b[i+n] = c
	}
	return nil
}
func (b box) whole(m *wire.Manifest) (out []byte) {
	for i := range m.Chunks {
		out = append(out, b[i]...)
	}
	return out
}

// TestFetch breaks off in the middle and goes on where it stopped.
func TestFetch(t *testing.T) {
	s := &shelf{key: wire.NewAttachmentKey(), file: bytes.Repeat([]byte("exhibit "), 3_000_000), fail: 12, given: map[int]int{}}
	var err error
	if s.m, err = wire.ReadManifest(bytes.NewReader(s.file)); err != nil {
		t.Fatal(err)
	}
	net := exchangetest.NewNetwork()
	a, b := memory.New(exchangetest.NewIdentity(t, "a", time.Now()), time.Now), memory.New(exchangetest.NewIdentity(t, "b", time.Now()), time.Now)
	a.Pair(b.Identity().Card())
	b.Pair(a.Identity().Card())
	net.Add(a.ID(), exchange.New(exchange.Config{Identity: a.Identity, Trust: a, Outbox: a, Past: a, Inbox: a, Archive: a, Attachments: s, Transport: net.From(a.ID())}))
	node := exchange.New(exchange.Config{Identity: b.Identity, Trust: b, Outbox: b, Past: b, Inbox: b, Archive: b, Transport: net.From(b.ID())})
	net.Add(b.ID(), node)
	att := wire.Attachment{ID: s.m.ID(), Size: s.m.Size, Name: "exhibit.bin", Key: s.key}
	got := box{}
	if err := node.Fetch(t.Context(), a.ID(), att, got); wire.ReasonOf(err) != wire.ReasonBusy {
		t.Fatalf("the line did not break: %v", err)
	}
	if len(got) != 12 {
		t.Errorf("%d chunks are kept of the 12 before the break", len(got))
	}
	if err := node.Fetch(t.Context(), a.ID(), att, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.whole(s.m), s.file) {
		t.Error("the file is another one")
	}
	for i := range 12 {
		if s.given[i] != 1 {
			t.Errorf("chunk %d was fetched %d times", i, s.given[i])
		}
	}
	att.Key[0]++
	if err := node.Fetch(t.Context(), a.ID(), att, box{}); wire.ReasonOf(err) != wire.ReasonSealed {
		t.Errorf("with another key: %v", err)
	}
}
