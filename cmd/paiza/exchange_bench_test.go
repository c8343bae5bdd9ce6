package main

import (
	"strings"
	"sync"
	"testing"
	"time"

	"paiza"
	"paiza/wire"
)

// BenchmarkDrain measures how fast notes of 2 KB that wait for a peer are taken
// up there: over mutual TLS, sealed, signed, synced at both ends, with receipts.
func BenchmarkDrain(b *testing.B) {
	const waiting = 20_000
	for b.Loop() {
		b.StopTimer()
		drain(b, waiting)
	}
}

func drain(b *testing.B, waiting int) {
	x, y := newState(b, "KAZ"), newState(b, "UZB")
	paired(b, x, y)
	text := strings.Repeat("what was seen on the road ", 70)
	var work sync.WaitGroup
	for range 64 {
		work.Go(func() {
			for range waiting / 64 {
				if _, err := x.d.SendNote(b.Context(), analyst, paiza.NewDeskNote{Peer: y.id, Title: "A note", Text: text}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
	yid, err := wire.ParseNodeID(y.id)
	if err != nil {
		b.Fatal(err)
	}
	st, err := x.d.Exchange().State(b.Context(), yid)
	if err != nil {
		b.Fatal(err)
	}
	y.up()
	x.up()
	b.StartTimer()
	begun := time.Now()
	for {
		now, err := x.d.Exchange().State(b.Context(), yid)
		if err != nil {
			b.Fatal(err)
		}
		if now.Proven == st.Head {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.ReportMetric(float64(st.Head.Seq)/time.Since(begun).Seconds(), "messages/s")
}
