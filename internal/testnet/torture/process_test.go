package torture

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/link"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
	"paiza/internal/testnet"
)

// order is what a process of a node is told.
type order struct {
	Target  string // store
	Address string // where it listens for the other node
	Peer    string // to whom it writes notes; empty: it only takes in
	Run     string // how its notes are called
	Hands   int
	Rest    time.Duration // of a hand after each note
}

const orderEnv = "PAIZA_TORTURE_ORDER"

func TestMain(m *testing.M) {
	if text := os.Getenv(orderEnv); text != "" {
		if err := serve(text); err != nil {
			fmt.Println("fault", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	pgtest.Main(m)
}

// serve is a process of a node: it talks to the other one and writes notes until
// its standard input ends. Each note that was acknowledged it names on standard
// output.
func serve(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s, err := store.Open(ctx, o.Target)
	if err != nil {
		return err
	}
	d, err := desk.Open(ctx, desk.Options{Store: s})
	if err != nil {
		return err
	}
	_, _, wait, err := link.Open(ctx, d, o.Address, link.Options{Look: 200 * time.Millisecond, Share: 500 * time.Millisecond, Lease: 2 * time.Second})
	if err != nil {
		return err
	}
	fmt.Println("open")
	var said sync.Mutex
	var work sync.WaitGroup
	who := paiza.Actor{ID: "post-analyst", Name: "Duty analyst", Agency: paiza.HomeAgency, AgencyKind: paiza.AgencyCoordination, Roles: []paiza.Role{paiza.RoleAnalyst}, Via: paiza.ViaPage}
	for hand := range o.Hands {
		work.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				title := fmt.Sprintf("%s-%d-%d", o.Run, hand, n)
				if _, err := d.SendNote(ctx, who, paiza.NewDeskNote{Peer: o.Peer, Title: title, Text: strings.Repeat("an exercise ", 100), Exercise: true}); err != nil {
					time.Sleep(20 * time.Millisecond) // the database is away
					continue
				}
				said.Lock()
				fmt.Println("kept", title)
				said.Unlock()
				time.Sleep(o.Rest)
			}
		})
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	stop()
	work.Wait()
	wait()
	d.Close()
	return s.Close()
}

// process is a node in a process of its own.
type process struct {
	*exec.Cmd
	stdin io.WriteCloser
	kept  []string
	read  chan struct{}
}

// launch starts a node's process and waits until it is open.
func launch(t *testing.T, o order) *process {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(os.Args[0]), read: make(chan struct{})}
	p.Env = append(os.Environ(), orderEnv+"="+string(text))
	p.Stderr = t.Output()
	if p.stdin, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	open := make(chan string, 1)
	go func() {
		defer close(p.read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			word, rest, _ := strings.Cut(lines.Text(), " ")
			switch word {
			case "kept":
				p.kept = append(p.kept, rest)
			default:
				open <- lines.Text()
			}
		}
	}()
	select {
	case said := <-open:
		if said != "open" {
			t.Fatalf("a node does not open: %s", said)
		}
	case <-p.read:
		t.Fatal("a node ended before it was open")
	case <-time.After(60 * time.Second):
		t.Fatal("a node does not open")
	}
	return p
}

// kill ends the process as kill -9 does, and gives what it had acknowledged.
func (p *process) kill() []string {
	_ = p.Process.Kill()
	<-p.read
	_ = p.Wait()
	return p.kept
}

// finish has the process stop in order.
func (p *process) finish() []string {
	_ = p.stdin.Close()
	<-p.read
	_ = p.Wait()
	return p.kept
}

// rounds is how often chance is tried.
func rounds(short int) int {
	if n, err := strconv.Atoi(os.Getenv("PAIZA_TORTURE")); err == nil && n > 0 {
		return n
	}
	return short
}

// twins is a network of two nodes, whose processes the test starts; opened is it
// in this process at the end.
type twins struct {
	t    *testing.T
	plan testnet.Plan
	a, b order
	kept []string // what was acknowledged so far
	runs int
}

func newTwins(t *testing.T, a, b testnet.NodePlan) *twins {
	t.Helper()
	a.Name, a.Body, b.Name, b.Body = "a", "XAA", "b", "XBB"
	w := &twins{t: t, plan: testnet.Plan{Folder: t.TempDir(), Nodes: []testnet.NodePlan{a, b}}}
	n, err := testnet.Open(t.Context(), w.plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range n.Nodes() {
		address := node.Desk().Exchange().Identity().Card().Addresses[0]
		o := order{Target: node.Target(), Address: strings.TrimPrefix(address, "https://")}
		if node.Name() == "a" {
			o.Hands, o.Peer = 4, n.Node("b").ID().String()
			w.a = o
		} else {
			w.b = o
		}
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *twins) startA() *process {
	w.t.Helper()
	w.runs++
	o := w.a
	o.Run = fmt.Sprintf("run%d", w.runs)
	return launch(w.t, o)
}

func (w *twins) startB() *process { w.t.Helper(); return launch(w.t, w.b) }

// judge opens both nodes and asks whether all that was acknowledged is at the
// other node, once.
func (w *twins) judge() {
	w.t.Helper()
	n := open(w.t, w.plan)
	quiet(w.t, n)
	titles := notes(w.t, n.Node("b"), false)
	for _, title := range w.kept {
		if titles[title] == 0 {
			w.t.Errorf("%s was acknowledged and is lost", title)
		}
	}
	for title, times := range titles {
		if times != 1 {
			w.t.Errorf("%s is there %d times", title, times)
		}
	}
	if own := notes(w.t, n.Node("a"), true); len(own) != len(titles) {
		w.t.Errorf("%d notes were written and %d are there", len(own), len(titles))
	}
	if len(w.kept) == 0 {
		w.t.Error("nothing was written: this proves nothing")
	}
	w.t.Logf("%d notes acknowledged, %d there", len(w.kept), len(titles))
}

// notes counts the notes at a node by their titles.
func notes(t *testing.T, n *testnet.Node, sent bool) map[string]int {
	t.Helper()
	out := map[string]int{}
	f := desk.NoteFilter{Sent: sent, Size: 500}
	for {
		// The operator's look tells nobody that the notes were seen.
		who := n.As(paiza.RoleAnalyst)
		who.Via = paiza.ViaConsole
		list, err := n.Desk().Notes(t.Context(), who, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			out[x.Title]++
			f.Before = x.ID
		}
		if len(list) < f.Size {
			return out
		}
	}
}

func open(t *testing.T, p testnet.Plan) *testnet.Net {
	t.Helper()
	if p.Folder == "" {
		p.Folder = t.TempDir()
	}
	n, err := testnet.Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// quiet waits for rest and holds both sides of every log against each other.
func quiet(t *testing.T, n *testnet.Net) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	if err := n.Quiet(ctx); err != nil {
		t.Fatal(err)
	}
	if err := n.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
