package client

import (
	"strings"
	"testing"
)

// FuzzReadEvents: whatever a node or somebody in its place sends, reading ends,
// holds no more than its bound, and gives nothing that was cut off.
func FuzzReadEvents(f *testing.F) {
	f.Add("retry: 3000\nid: 4\n\nid: 5\ndata: {\"id\":\"5\"}\n\n:\n\n")
	f.Add("data: a\r\ndata: b\r\n\r\ndata: cut off")
	f.Add(strings.Repeat("data: x\n", 70000) + "\n")
	f.Add("data\nid\n\n\x00\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		events := 0
		_ = readEvents(strings.NewReader(text), func(id, data string) error {
			events++
			if len(data) > maxEventLine || len(id) > maxEventLine || strings.Contains(id, "\n") {
				t.Fatalf("%d bytes of data, %d of id", len(data), len(id))
			}
			return nil
		})
		if most := strings.Count(text, "\n") + 1; events > most {
			t.Fatalf("%d events in %d lines", events, most)
		}
	})
}
