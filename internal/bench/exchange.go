package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/testnet"
)

var (
	waiting = flag.Int("waiting", 100_000, "messages that wait in the drain of the exchange")
	talking = flag.Int("talking", 60_000, "messages that are written and taken up at once")
	carried = flag.Int64("attachment", 1<<30, "bytes of the attachment that the exchange carries")
	crowd   = flag.Int("peers", 50, "peers that get one alert")
	talk    = flag.String("exchange", "drain,sustained,attachment,many,lists", "what of the exchange to measure")
	profile = flag.String("cpuprofile", "", "write a profile of the exchange into this file")
)

// A message of 2 KB, as it is in a note.
var twoKB = strings.Repeat("what was seen on the road ", 72)

// exchanges prints how two nodes talk, over mutual TLS, sealed and signed, synced
// at both ends, every receipt verified, and each act in the ledger. One node is
// this process, the other bin/paiza.
func exchanges(ctx context.Context) error {
	figure("load of the machine before (1, 5, 15 minutes)", load(), "–")
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	var errs []error
	for _, part := range strings.Split(*talk, ",") {
		measure := map[string]func(context.Context) error{"drain": drain, "sustained": sustained, "attachment": attachment, "many": many, "lists": lists}[part]
		if measure == nil {
			return fmt.Errorf("there is no part %q of the exchange", part)
		}
		errs = append(errs, measure(ctx))
	}
	return errors.Join(errs...)
}

func load() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(raw))[:3], " ")
}

// pair opens two nodes, a and b, that know each other.
func pair(ctx context.Context, do func(a, b *testnet.Node) error) error {
	dir, clean := tempDir()
	defer clean()
	n, err := testnet.Open(ctx, testnet.Plan{Folder: dir, Real: true, Nodes: []testnet.NodePlan{{Name: "a", Body: "XAA"}, {Name: "b", Body: "XBB"}}})
	if err != nil {
		return err
	}
	return errors.Join(do(n.Node("a"), n.Node("b")), n.Close())
}

// apart ends a node in this process and starts it as a program.
func apart(ctx context.Context, b *testnet.Node) (*program, error) {
	at := b.Address()
	if err := b.Stop(); err != nil {
		return nil, err
	}
	return serve(ctx, b.Target(), "--exchange", at)
}

// write has n notes written by so many hands.
func write(ctx context.Context, from, to *testnet.Node, hands, n int) error {
	var work sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(n))
	errs := make([]error, hands)
	for i := range hands {
		work.Go(func() {
			for left.Add(-1) >= 0 && errs[i] == nil && ctx.Err() == nil {
				_, errs[i] = from.Desk().SendNote(ctx, from.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: to.ID().String(), Title: "A note", Text: twoKB})
			}
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

// proven waits until so many messages are proven to be durable at the other node.
func proven(ctx context.Context, from, to *testnet.Node, n uint64) error {
	for {
		st, err := from.Desk().Exchange().State(ctx, to.ID())
		if err != nil || st.Proven.Seq >= n {
			return err
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// drain measures messages that wait for a peer who was away, how soon the first
// of them is there, and how much memory that takes.
func drain(ctx context.Context) error {
	return pair(ctx, func(a, b *testnet.Node) error {
		at := b.Address()
		if err := b.Stop(); err != nil {
			return err
		}
		began := time.Now()
		if err := write(ctx, a, b, hands, *waiting); err != nil {
			return err
		}
		figure("notes of 2 KB written at the origin", fmt.Sprintf("%.0f/s", float64(*waiting)/time.Since(began).Seconds()), "–")
		p, err := serve(ctx, b.Target(), "--exchange", at)
		if err != nil {
			return err
		}
		defer p.stop()
		began = time.Now()
		if err := proven(ctx, a, b, 1); err != nil {
			return err
		}
		figure("the first of them is proven after the peer returns", ms(time.Since(began)), "≤ 1 s")
		most := watch(p)
		err = proven(ctx, a, b, uint64(*waiting))
		took := time.Since(began)
		figure(fmt.Sprintf("drain of %d messages", *waiting), seconds(took), "10⁶ in 4 min")
		figure("messages of 2 KB taken up, proven", fmt.Sprintf("%.0f/s", float64(*waiting)/took.Seconds()), "≥ 5,000/s")
		figure("resident memory of the sending and the taking node", most(), "≤ 200 MB each")
		return err
	})
}

// hands write at once, here and beside JetStream.
const hands = 128

// sustained measures messages that are written and taken up at the same time.
func sustained(ctx context.Context) error {
	return pair(ctx, func(a, b *testnet.Node) error {
		p, err := apart(ctx, b)
		if err != nil {
			return err
		}
		defer p.stop()
		if err := write(ctx, a, b, 1, 1); err != nil { // the line stands
			return err
		}
		if err := proven(ctx, a, b, 1); err != nil {
			return err
		}
		most := watch(p)
		count := *talking
		began := time.Now()
		if err := write(ctx, a, b, hands, count); err != nil {
			return err
		}
		if err := proven(ctx, a, b, uint64(count)+1); err != nil {
			return err
		}
		figure("written at one node and proven at the other at once", fmt.Sprintf("%.0f/s", float64(count)/time.Since(began).Seconds()), "≥ 5,000/s")
		figure("resident memory of the writing and the taking node", most(), "≤ 200 MB each")
		return nil
	})
}

// watch looks at how much memory this process and the program have, until the
// most of it is asked for.
func watch(p *program) (most func() string) {
	var here, there int64
	done := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		for {
			here, there = max(here, resident("self")), max(there, resident(strconv.Itoa(p.cmd.Process.Pid)))
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
	return func() string {
		close(done)
		work.Wait()
		return fmt.Sprintf("%d, %d MB", here>>20, there>>20)
	}
}

// attachment measures a large file.
func attachment(ctx context.Context) error {
	dir, clean := tempDir()
	defer clean()
	path := filepath.Join(dir, "film")
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(*carried), f.Close()); err != nil {
		return err
	}
	return pair(ctx, func(a, b *testnet.Node) error {
		began := time.Now()
		if _, err := a.Desk().SendNote(ctx, a.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: b.ID().String(), Title: "A film",
			Files: []paiza.NewFile{{Path: path, Name: "film", Media: "video/mp4"}}}); err != nil {
			return err
		}
		kept := time.Since(began)
		for {
			got, err := arrived(ctx, b)
			if err != nil {
				return err
			}
			if got == *carried {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		mb := float64(*carried) / 1e6
		figure(fmt.Sprintf("attachment of %.0f MB kept at the origin", mb), fmt.Sprintf("%.0f MB/s", mb/kept.Seconds()), "–")
		figure("the same, carried and kept at the other node", fmt.Sprintf("%.0f MB/s", mb/(time.Since(began)-kept).Seconds()), "≥ 100 MB/s")
		return nil
	})
}

// arrived is how many bytes of the file beside its only note a node has.
func arrived(ctx context.Context, b *testnet.Node) (int64, error) {
	who := b.As(paiza.RoleAnalyst)
	notes, err := b.Desk().Notes(ctx, who, desk.NoteFilter{Size: 1})
	if err != nil || len(notes) == 0 {
		return 0, err
	}
	note, err := b.Desk().Note(ctx, who, notes[0].ID)
	if err != nil || len(note.Files) == 0 {
		return 0, err
	}
	return note.Files[0].Have, nil
}

// many measures one alert to a group of many peers.
func many(ctx context.Context) error {
	dir, clean := tempDir()
	defer clean()
	p := testnet.Plan{Folder: dir, Real: true, Nodes: []testnet.NodePlan{{Name: "a", Body: "XAA"}}, Groups: []testnet.GroupPlan{{Name: "All", Owner: "a"}}}
	for i := range *crowd {
		name := fmt.Sprintf("p%d", i)
		p.Nodes = append(p.Nodes, testnet.NodePlan{Name: name, Body: "XBB"})
		p.Pairs = append(p.Pairs, [2]string{"a", name})
		p.Groups[0].Members = append(p.Groups[0].Members, name)
	}
	n, err := testnet.Open(ctx, p)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.Quiet(ctx); err != nil {
		return err
	}
	a := n.Node("a")
	alert, err := a.Desk().RaiseAlert(ctx, a.As(paiza.RoleAnalyst), paiza.NewAlert{Title: "A new powder", Text: "White.", Handling: paiza.NewHandling{TLP: "green"}})
	if err != nil {
		return err
	}
	began := time.Now()
	if err := a.Release(ctx, "alert/"+alert.ID, "group:"+n.Group("All")); err != nil {
		return err
	}
	for _, node := range n.Nodes()[1:] {
		for {
			list, err := node.Desk().Alerts(ctx, node.As(paiza.RoleAnalyst), paiza.AlertFilter{}, "", 10)
			if err != nil {
				return err
			}
			if len(list) == 1 {
				break
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
	figure(fmt.Sprintf("one alert is read at %d peers after its release", *crowd), ms(time.Since(began)), "≤ 1 s")
	return nil
}

// resident is the memory of a process, bytes.
func resident(pid string) int64 {
	raw, err := os.ReadFile("/proc/" + pid + "/statm")
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(raw), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
