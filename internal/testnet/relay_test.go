package testnet_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/exchange"
	"paiza/internal/link"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
	"paiza/internal/testnet"
	"paiza/wire"
)

// relayed is a network of two states and a body between them: north and south
// have no line to each other.
func relayed(t *testing.T, store string) (n *testnet.Net, north, body, south *testnet.Node) {
	t.Helper()
	n = open(t, testnet.Plan{Nodes: []testnet.NodePlan{{Name: "north", Body: "XAA"}, {Name: "body", Body: "CARICC", Store: store}, {Name: "south", Body: "XBB", Store: pgtest.New(t)}},
		Ways: [][3]string{{"north", "body", "south"}}, Limits: exchange.Limits{Call: 3 * time.Second, MaxBackoff: time.Second}})
	north, body, south = n.Node("north"), n.Node("body"), n.Node("south")
	straight(t, n, nil)
	return n, north, body, south
}

// straight has requests pass through then, and fails the test when one goes from
// one end to the other.
func straight(t *testing.T, n *testnet.Net, then testnet.Meddle) {
	north, south := n.Node("north").ID(), n.Node("south").ID()
	n.Meddle(func(ctx context.Context, r testnet.Request) ([]byte, error) {
		if r.From == north && r.To == south || r.From == south && r.To == north {
			t.Errorf("%s went over a line that is not there", r.Verb)
		}
		if then != nil {
			return then(ctx, r)
		}
		return r.Send(r.Body)
	})
}

func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come about: %s", what)
		}
	}
}

const marker = "the-word-that-no-relay-may-see-6d1f"

// TestRelay: everything that two nodes say to each other goes by way of a third,
// which never sees a word of it: a record, its correction and its recall, a note
// with a file, receipts of officials. The sender sees where each message is, and
// can prove it.
func TestRelay(t *testing.T) {
	n, north, body, south := relayed(t, "")
	ctx, analyst := t.Context(), north.As(paiza.RoleAnalyst)
	if _, err := north.Desk().CreateGroup(ctx, north.As(paiza.RoleAdministrator), "Group "+marker, []string{south.ID().String()}, "exercise"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.bin")
	data := bytes.Repeat([]byte(marker), 3<<20/len(marker))
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	note, err := north.Desk().SendNote(ctx, analyst, paiza.NewDeskNote{Peer: south.ID().String(), Title: "Exercise", Text: marker, Exercise: true,
		Files: []paiza.NewFile{{Name: marker + ".bin", Path: file}}})
	if err != nil {
		t.Fatal(err)
	}
	registrar := north.As(paiza.RoleRegistrar)
	in := paiza.NewSeizure{Date: "2026-03-04", Country: "KAZ", Substance: "heroin", Amount: "500", Unit: "g", Reference: marker, Handling: paiza.NewHandling{TLP: "amber"}}
	z, err := north.Desk().RecordSeizure(ctx, registrar, in)
	if err != nil {
		t.Fatal(err)
	}
	if err := north.Release(ctx, "seizure/"+z.ID, "node:"+south.ID().String()); err != nil {
		t.Fatal(err)
	}
	quiet(t, n)
	in.Amount, in.Reason = "700", "weighed again"
	if z, err = north.Desk().CorrectSeizure(ctx, registrar, z.ID, z.Version, in); err != nil {
		t.Fatal(err)
	}
	quiet(t, n)
	if _, err = north.Desk().WithdrawSeizure(ctx, registrar, z.ID, z.Version, "was an error"); err != nil {
		t.Fatal(err)
	}
	quiet(t, n)

	reader := south.As(paiza.RoleAnalyst)
	reader.Name = "Official " + marker
	there, err := south.Desk().Notes(ctx, reader, desk.NoteFilter{Size: 10})
	if err != nil || len(there) != 1 {
		t.Fatalf("%d notes, %v", len(there), err)
	}
	got, err := south.Desk().Note(ctx, reader, there[0].ID)
	if err != nil || got.Text != marker || len(got.Files) != 1 {
		t.Fatalf("the note with its file is not there: %+v, %v", got, err)
	}
	var whole bytes.Buffer
	wait(t, "the file", func() bool {
		whole.Reset()
		return south.Desk().ReadFile(ctx, reader, got.ID, got.Files[0].ID, &whole) == nil
	})
	if !bytes.Equal(whole.Bytes(), data) {
		t.Error("the file came with other bytes")
	}
	quiet(t, n)

	line, err := north.Desk().ItemTimeline(ctx, analyst, "note/"+note.ID)
	if err != nil || len(line.Deliveries) != 1 {
		t.Fatalf("%+v, %v", line, err)
	}
	d := line.Deliveries[0]
	if d.Durable.IsZero() || len(d.Opened) == 0 || len(d.Relayed) == 0 || d.Relayed[0].Node != body.ID().String() || d.Relayed[0].Event != string(wire.EventRelayAcceptance) {
		t.Errorf("the sender does not see the way of the note: %+v", d)
	}
	proof, err := north.Desk().Proof(ctx, analyst, "note/"+note.ID, south.ID().String())
	if err != nil {
		t.Fatal(err)
	}
	again, err := wire.ParseProof(proof.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if report, err := again.Verify(); err != nil || len(report.Relayed) == 0 || report.Relayed[0].Relay != body.ID() {
		t.Errorf("the proof does not show the relay: %+v, %v", report, err)
	}
	blind(t, body)
}

// blind looks in every byte that a relay keeps for what only the two ends may
// know.
func blind(t *testing.T, body *testnet.Node) {
	t.Helper()
	files, err := filepath.Glob(body.Target() + "*")
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw...)
	}
	for _, word := range []string{marker, "ContentConsignment", "ContentHandover", "PZB1", "PZH1", "seizure/"} {
		if bytes.Contains(all, []byte(word)) {
			t.Errorf("the relay keeps %q", word)
		}
	}
	state, err := body.Desk().Relayed(t.Context(), body.As(paiza.RoleAdministrator))
	if err != nil || len(state.Flows) != 2 {
		t.Fatalf("%+v, %v", state, err)
	}
	for _, f := range state.Flows {
		if f.Parcels == 0 || f.Bytes == 0 || f.Failed != 0 || f.Refused != 0 {
			t.Errorf("what was carried is not counted: %+v", f)
		}
	}
	acts, err := body.Desk().LedgerWhere(t.Context(), body.As(paiza.RoleAuditor), paiza.ActFilter{Action: "relay.take"}, 0, 500)
	if err != nil || len(acts) == 0 || !strings.Contains(acts[0].Detail, " bytes, ") {
		t.Errorf("the ledger does not say what was carried: %d entries, %v", len(acts), err)
	}
}

// TestRelayAccidents: the relay is away, the two are never there at the same
// time, the relay forgets what it carried, one of the two comes back from an older
// backup. In the end both have everything once, and the receipts say so.
func TestRelayAccidents(t *testing.T) {
	n, north, body, south := relayed(t, pgtest.New(t))
	tr := n.Traffic(5)
	live(t, tr, 12)
	quiet(t, n)

	if err := body.Kill(); err != nil {
		t.Fatal(err)
	}
	live(t, tr, 8)
	if err := body.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	quiet(t, n)

	// South is away while north writes; what lies at the relay is enough, though
	// north begins anew and its hello is not answered.
	south.Disconnect()
	north.Disconnect()
	if err := north.Connect(); err != nil {
		t.Fatal(err)
	}
	live(t, tr, 8)
	settled := func() bool {
		state, err := north.Desk().Exchange().State(t.Context(), south.ID())
		if err != nil {
			t.Fatal(err)
		}
		line, err := north.Desk().Outbox(t.Context(), north.As(paiza.RoleAdministrator), south.ID().String(), wire.Cursor{}, 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range line {
			if len(d.Relayed) == 0 {
				return false
			}
		}
		return state.Head.Seq > 0
	}
	wait(t, "everything lies at the relay", settled)
	north.Disconnect()
	if err := south.Connect(); err != nil {
		t.Fatal(err)
	}
	head, err := north.Desk().Exchange().State(t.Context(), south.ID())
	if err != nil {
		t.Fatal(err)
	}
	wait(t, "south has it while north is away", func() bool {
		have, err := south.Desk().Exchange().Have(t.Context(), north.ID())
		return err == nil && have == head.Head
	})
	if err := north.Connect(); err != nil {
		t.Fatal(err)
	}
	quiet(t, n)

	for _, node := range []*testnet.Node{body, north, south} {
		putBack(t, n, tr, node, 8)
	}
}

// TestLyingRelay: a relay that repeats parcels, changes their order, flips bits,
// gives them to others, keeps some to itself and brings up old ones again costs
// time and nothing else; what was refused is seen by the sender with its reason.
func TestLyingRelay(t *testing.T) {
	n, north, body, south := relayed(t, "")
	live(t, n.Traffic(11), 6)
	quiet(t, n)
	var mu sync.Mutex
	var old [][]byte
	rnd := rand.New(rand.NewPCG(1, 2))
	straight(t, n, func(_ context.Context, r testnet.Request) ([]byte, error) {
		raw, err := r.Send(r.Body)
		if err != nil || r.Verb != exchange.VerbCollect {
			return raw, err
		}
		got, err := wire.ParseCollected(raw)
		if err != nil {
			return raw, err
		}
		mu.Lock()
		defer mu.Unlock()
		got.Parcels = twisted(rnd, got.Parcels, &old)
		if rnd.IntN(3) == 0 {
			got.Waiting = nil
		}
		return got.Encode(), nil
	})
	// Each time something was refused the sender is told; some of that must happen.
	failed := func() (sum int64) {
		state, err := body.Desk().Relayed(t.Context(), body.As(paiza.RoleAdministrator))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range state.Flows {
			sum += f.Failed
		}
		return sum
	}
	wait(t, "parcels are refused", func() bool {
		for from, to := range map[*testnet.Node]*testnet.Node{north: south, south: north} {
			if _, err := from.Desk().SendNote(t.Context(), from.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: to.ID().String(), Title: "Exercise", Exercise: true}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(100 * time.Millisecond)
		return failed() >= 2
	})
	straight(t, n, nil)
	quiet(t, n)
}

// twisted is what a bad relay makes of parcels.
func twisted(rnd *rand.Rand, list [][]byte, old *[][]byte) (out [][]byte) {
	for _, p := range list {
		*old = append(*old, p)
		switch rnd.IntN(6) {
		case 0: // kept
		case 1: // twice
			out = append(out, p, p)
		case 2: // changed somewhere
			bad := bytes.Clone(p)
			bad[rnd.IntN(len(bad))] ^= 1 << rnd.IntN(8)
			out = append(out, bad)
		case 3: // for another node
			bad := bytes.Clone(p)
			copy(bad[22:38], bad[6:22])
			out = append(out, bad)
		default:
			out = append(out, p)
		}
		if rnd.IntN(3) == 0 {
			out = append(out, (*old)[rnd.IntN(len(*old))])
		}
	}
	rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:min(len(out), 60)]
}

// TestRelayRefuses: a relay carries for nobody whom its administrator did not
// name. Both sides see why, nothing is lost, and it goes on when he allows it.
func TestRelayRefuses(t *testing.T) {
	n, north, body, south := relayed(t, "")
	ctx := t.Context()
	admin := body.As(paiza.RoleAdministrator)
	live(t, n.Traffic(2), 4)
	quiet(t, n)
	if err := body.Desk().EndRelay(ctx, admin, north.ID().String(), south.ID().String(), "exercise"); err != nil {
		t.Fatal(err)
	}
	note, err := north.Desk().SendNote(ctx, north.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: south.ID().String(), Title: "Exercise", Exercise: true})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, "the sender sees the reason at the message and at the partner", func() bool {
		line, err := north.Desk().ItemTimeline(ctx, north.As(paiza.RoleAnalyst), "note/"+note.ID)
		if err != nil {
			t.Fatal(err)
		}
		at := line.Deliveries[0].Relayed
		return len(at) > 0 && at[0].Event == string(wire.EventRelayRejection) && at[0].Reason == string(wire.ReasonRelay) &&
			north.Traffic(south).Refused == wire.ReasonRelay
	})
	wait(t, "it is tried again", func() bool { return north.Traffic(south).Failed >= 4 })
	if line, err := north.Desk().ItemTimeline(ctx, north.As(paiza.RoleAnalyst), "note/"+note.ID); err != nil || len(line.Deliveries[0].Relayed) != 1 {
		t.Errorf("the same refusal again and again: %+v, %v", line.Deliveries, err)
	}
	state, err := body.Desk().Relayed(ctx, admin)
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, f := range state.Flows {
		seen = seen || f.From == north.ID().String() && f.Refused > 0 && f.Reason == string(wire.ReasonRelay)
	}
	if !seen {
		t.Errorf("the relay does not show what it refused: %+v", state.Flows)
	}
	if err := body.Desk().AllowRelay(ctx, admin, south.ID().String(), north.ID().String(), "exercise"); err != nil {
		t.Fatal(err)
	}
	quiet(t, n)
}

// TestRelayReturns: what is not collected in time goes back: the sender sees it at
// the message, sends again, and nothing is lost or doubled. New keys of a sender
// are learnt from his parcels.
func TestRelayReturns(t *testing.T) {
	var ahead atomic.Int64
	n := open(t, testnet.Plan{Nodes: []testnet.NodePlan{{Name: "north", Body: "XAA"},
		{Name: "body", Body: "CARICC", Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}, {Name: "south", Body: "XBB"}},
		Ways: [][3]string{{"north", "body", "south"}}, Limits: exchange.Limits{Call: 3 * time.Second, MaxBackoff: time.Second}})
	north, south := n.Node("north"), n.Node("south")
	straight(t, n, nil)
	ctx := t.Context()
	live(t, n.Traffic(2), 4)
	quiet(t, n)
	south.Disconnect()
	note, err := north.Desk().SendNote(ctx, north.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: south.ID().String(), Title: "Exercise", Exercise: true})
	if err != nil {
		t.Fatal(err)
	}
	said := func(event wire.Event) func() bool {
		return func() bool {
			line, err := north.Desk().ItemTimeline(ctx, north.As(paiza.RoleAnalyst), "note/"+note.ID)
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(line.Deliveries[0].Relayed, func(r paiza.Relayed) bool {
				return r.Event == string(event) && (event == wire.EventRelayAcceptance || r.Reason == string(wire.ReasonReturned))
			})
		}
	}
	wait(t, "the note lies at the relay", said(wire.EventRelayAcceptance))
	ahead.Store(int64(desk.ParcelsKept + time.Hour))
	wait(t, "the sender is told", said(wire.EventRelayFailure))
	ahead.Store(0)
	if _, err := north.Desk().RotateKeys(ctx, north.As(paiza.RoleAdministrator), paiza.NewNode{Reason: "yearly"}); err != nil {
		t.Fatal(err)
	}
	if err := south.Connect(); err != nil {
		t.Fatal(err)
	}
	live(t, n.Traffic(3), 6)
	quiet(t, n)
}

// TestRelayProcesses: two processes of one node share its peers; a peer behind a
// relay goes with the relay. When one of them dies the other goes on.
func TestRelayProcesses(t *testing.T) {
	n := open(t, testnet.Plan{Nodes: []testnet.NodePlan{{Name: "north", Body: "XAA", Store: pgtest.New(t)}, {Name: "body", Body: "CARICC"}, {Name: "south", Body: "XBB"}},
		Ways: [][3]string{{"north", "body", "south"}}, Limits: exchange.Limits{Call: 3 * time.Second, MaxBackoff: time.Second}})
	north, south := n.Node("north"), n.Node("south")
	straight(t, n, nil)
	s, err := store.Open(t.Context(), north.Target())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d, err := desk.Open(t.Context(), desk.Options{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithCancel(t.Context())
	_, _, done, err := link.Open(ctx, d, "127.0.0.1:0", link.Options{Share: 500 * time.Millisecond, Lease: 2 * time.Second, Look: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); done() }()
	live(t, n.Traffic(4), 12)
	quiet(t, n)
	if err := north.Kill(); err != nil {
		t.Fatal(err)
	}
	note := paiza.NewDeskNote{Peer: south.ID().String(), Title: "Exercise", Exercise: true}
	analyst := south.As(paiza.RoleAnalyst)
	if _, err := d.SendNote(t.Context(), analyst, note); err != nil {
		t.Fatal(err)
	}
	note.Peer = north.ID().String()
	if _, err := south.Desk().SendNote(t.Context(), analyst, note); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[*desk.Desk]*desk.Desk{d: south.Desk(), south.Desk(): d} {
		a, b := from.Exchange().Identity().Card().Node, to.Exchange().Identity().Card().Node
		wait(t, "the other process goes on", func() bool {
			st, err := from.Exchange().State(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			have, err := to.Exchange().Have(t.Context(), a)
			return err == nil && have == st.Head && st.Proven == st.Head
		})
	}
}
