package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/exchange"
	"paiza/internal/link"
	"paiza/internal/store"
	"paiza/wire"
)

// state is a node of one state, over real connections on this machine.
type state struct {
	t      testing.TB
	body   string
	target string
	at     string
	s      *store.Store
	d      *desk.Desk
	id     string
	stop   func()
}

func person(id string, roles ...paiza.Role) paiza.Actor {
	return paiza.Actor{ID: id, Name: "Official " + id, Agency: paiza.HomeAgency, AgencyKind: paiza.AgencyCoordination, Roles: roles, Via: paiza.ViaPage, StepUp: time.Now()}
}

var (
	operatorOf = paiza.Operator("T")
	registrar  = person("registrar", paiza.RoleRegistrar)
	analyst    = person("analyst", paiza.RoleAnalyst)
	prosecutor = person("prosecutor", paiza.RoleProsecutor)
)

func newState(t testing.TB, body string) *state {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &state{t: t, body: body, target: filepath.Join(t.TempDir(), "node.paiza"), at: l.Addr().String()}
	l.Close()
	n.open()
	t.Cleanup(n.close)
	c, err := n.d.InitNode(t.Context(), operatorOf, paiza.NewNode{Name: "Node of " + body, Body: body, Addresses: []string{"https://" + n.at}})
	if err != nil {
		t.Fatal(err)
	}
	n.id = c.Node.String()
	return n
}

func (n *state) open() {
	n.t.Helper()
	var err error
	if n.s, err = store.Open(context.Background(), n.target); err != nil {
		n.t.Fatal(err)
	}
	if n.d, err = desk.Open(context.Background(), desk.Options{Store: n.s}); err != nil {
		n.t.Fatal(err)
	}
}

func (n *state) close() {
	n.down()
	n.d.Close()
	n.s.Close()
}

// up brings the node into the network, down takes it out.
func (n *state) up() {
	n.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	_, _, wait, err := link.Open(ctx, n.d, n.at, link.Options{})
	if err != nil {
		n.t.Fatal(err)
	}
	n.stop = func() { cancel(); wait() }
}

func (n *state) down() {
	if n.stop != nil {
		n.stop()
		n.stop = nil
	}
}

// until waits for what the network brings.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("it did not come about: %s", what)
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func paired(t testing.TB, a, b *state) {
	t.Helper()
	ctx := t.Context()
	var words [2][]string
	for i, p := range [][2]*state{{a, b}, {b, a}} {
		_, card, err := p[1].d.Card(ctx, registrar)
		if err != nil {
			t.Fatal(err)
		}
		pairing := must[desk.Pairing](t)(p[0].d.Pair(ctx, operatorOf, "From: the other side\n\n"+card))
		words[i] = pairing.Fingerprint.Words("ru")
		calm := person("admin", paiza.RoleAdministrator)
		calm.StepUp = time.Time{}
		if err := p[0].d.ConfirmPair(ctx, calm, pairing.Peer.Node, "compared"); !errors.Is(err, paiza.ErrForbidden) {
			t.Errorf("confirmed without a proof of presence: %v", err)
		}
		if err := p[0].d.ConfirmPair(ctx, person("admin", paiza.RoleAdministrator), pairing.Peer.Node, "compared by telephone"); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(words[0], words[1]) {
		t.Fatalf("the words differ: %v, %v", words[0], words[1])
	}
}

func (n *state) record(grams string, tlp paiza.TLP) paiza.Seizure {
	n.t.Helper()
	return must[paiza.Seizure](n.t)(n.d.RecordSeizure(n.t.Context(), registrar, paiza.NewSeizure{Date: "2024-03-05", Country: "KAZ", Substance: "heroin", Amount: grams, Unit: "g",
		Handling: paiza.NewHandling{TLP: string(tlp)}}))
}

// release gives a record to an audience, by two persons.
func (n *state) release(subject, audience string) {
	n.t.Helper()
	r := must[paiza.Release](n.t)(n.d.ProposeRelease(n.t.Context(), analyst, paiza.NewRelease{Subject: subject, Audience: audience, Reason: "of use to them"}))
	if _, err := n.d.ConfirmRelease(n.t.Context(), prosecutor, r.ID, "agreed"); err != nil {
		n.t.Fatal(err)
	}
}

// foreign lists the seizures of other nodes that the registrar may read.
func (n *state) foreign() []paiza.Seizure {
	n.t.Helper()
	list := must[paiza.SeizureList](n.t)(n.d.Seizures(n.t.Context(), registrar, paiza.SeizureFilter{}, paiza.Page{Size: 100}))
	return slices.DeleteFunc(list.Seizures, func(z paiza.Seizure) bool { return z.Handling.Origin == "" })
}

func (n *state) sound() {
	n.t.Helper()
	for _, p := range must[desk.FsckReport](n.t)(n.d.Fsck(n.t.Context(), operatorOf)).Proofs {
		if p.Fault != "" {
			n.t.Errorf("node of %s, %s: %s", n.body, p.What, p.Fault)
		}
	}
}

// TestTwoStates: a seizure that two persons release reaches the other state, is
// corrected, relabelled and withdrawn there too; the sender sees when it was
// durable and who opened it; an outage, a courier's copy and a restore from an
// older backup lose and double nothing.
func TestTwoStates(t *testing.T) {
	ctx := t.Context()
	a, b := newState(t, "KAZ"), newState(t, "UZB")
	paired(t, a, b)
	a.up()
	b.up()

	z := a.record("1200", paiza.TLPAmber)
	a.release("seizure/"+z.ID, "UZB")
	until(t, "the seizure arrives", func() bool { return len(b.foreign()) == 1 })
	got := b.foreign()[0]
	if got.Amount != z.Amount || got.Handling.Owner == paiza.HomeAgency || got.Handling.Origin != a.id || got.Handling.TLP != paiza.TLPAmber {
		t.Errorf("it arrived as %+v", got)
	}
	if _, err := b.d.WithdrawSeizure(ctx, registrar, got.ID, 0, "not mine"); !errors.Is(err, paiza.ErrForbidden) {
		t.Errorf("what another state owns was changed: %v", err)
	}
	if _, err := b.d.ProposeRelease(ctx, analyst, paiza.NewRelease{Subject: "seizure/" + got.ID, Audience: "KAZ", Reason: "back"}); !errors.Is(err, paiza.ErrForbidden) {
		t.Errorf("what another state gave was passed on: %v", err)
	}
	if _, err := b.d.Seizure(ctx, registrar, got.ID); err != nil {
		t.Fatal(err)
	}
	until(t, "the sender learns who opened it", func() bool {
		line := must[desk.ItemTimeline](t)(a.d.ItemTimeline(ctx, analyst, "seizure/"+z.ID))
		return len(line.Deliveries) == 1 && !line.Deliveries[0].Durable.IsZero() && len(line.Deliveries[0].Opened) == 1 &&
			line.Deliveries[0].Opened[0].Official == "Official registrar"
	})
	for n, subject := range map[*state]string{a: "seizure/" + z.ID, b: "seizure/" + got.ID} {
		p := must[*wire.Proof](t)(n.d.Proof(ctx, analyst, subject, b.id))
		if rep, err := p.Verify(); err != nil || len(rep.Opened) != 1 || rep.Durable.IsZero() || len(rep.Ledger) != 1 && n == a {
			t.Errorf("the proof of the node of %s: %v, %+v", n.body, err, rep)
		}
		verified(t, p.Encode())
	}

	// The peer is away; in between the record is corrected and relabelled.
	b.down()
	b.close()
	corrected := must[paiza.Seizure](t)(a.d.CorrectSeizure(ctx, registrar, z.ID, 0, paiza.NewSeizure{Date: "2024-03-05", Country: "KAZ", Substance: "heroin", Amount: "1300", Unit: "g", Reason: "weighed again"}))
	if _, err := a.d.RelabelSeizure(ctx, analyst, z.ID, corrected.Version, paiza.NewHandling{TLP: "green", Purpose: "statistics"}, "of use to all"); err != nil {
		t.Fatal(err)
	}
	b.open()
	b.up()
	until(t, "the later versions arrive", func() bool {
		list := b.foreign()
		return len(list) == 1 && list[0].Amount == corrected.Amount && list[0].Handling.TLP == paiza.TLPGreen
	})
	b.sound()

	// A courier brings what the network brings again later.
	b.down()
	second := a.record("5", paiza.TLPGreen)
	a.release("seizure/"+second.ID, "node:"+b.id)
	file := filepath.Join(t.TempDir(), "stick")
	aid := must[wire.NodeID](t)(wire.ParseNodeID(a.id))
	bid := must[wire.NodeID](t)(wire.ParseNodeID(b.id))
	ra, rb := must[*link.Link](t)(link.New(a.d, link.Options{})), must[*link.Link](t)(link.New(b.d, link.Options{}))
	var stick bytes.Buffer
	if _, err := ra.Node().Export(ctx, bid, wire.Cursor{}, &stick); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, stick.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	have := must[exchange.Unloaded](t)(rb.Node().Import(ctx, bytes.NewReader(stick.Bytes())))
	if before := have; before != must[exchange.Unloaded](t)(rb.Node().Import(ctx, bytes.NewReader(stick.Bytes()))) || len(b.foreign()) != 2 {
		t.Errorf("by courier: %d seizures", len(b.foreign()))
	}
	b.up()
	settled := func() bool {
		st, err := a.d.Exchange().State(ctx, bid)
		if err != nil {
			return false
		}
		have, err := b.d.Exchange().Have(ctx, aid)
		return err == nil && st.Head == have && st.Proven == have
	}
	until(t, "the courier's copy is recognised", settled)
	if n := len(b.foreign()); n != 2 {
		t.Errorf("%d seizures after courier and network", n)
	}

	// The sender comes back from a backup which lacks a record and a correction.
	copied := filepath.Join(t.TempDir(), "backup")
	if err := a.d.Backup(ctx, operatorOf, copied); err != nil {
		t.Fatal(err)
	}
	third := a.record("7", paiza.TLPGreen)
	a.release("seizure/"+third.ID, "UZB")
	last := must[paiza.Seizure](t)(a.d.CorrectSeizure(ctx, registrar, z.ID, 0, paiza.NewSeizure{Date: "2024-03-05", Country: "KAZ", Substance: "heroin", Amount: "1400", Unit: "g", Reason: "once more"}))
	until(t, "all is there before the disk fails", func() bool { return len(b.foreign()) == 3 && settled() })
	a.close()
	if err := store.Restore(ctx, copied, a.target, true); err != nil {
		t.Fatal(err)
	}
	a.open()
	fourth := a.record("9", paiza.TLPGreen) // it takes the number that the lost one had
	a.release("seizure/"+fourth.ID, "UZB")
	a.up()
	until(t, "both agree after the restore", func() bool { return len(b.foreign()) == 4 && settled() })
	if back := must[desk.SeizureDetail](t)(a.d.Seizure(ctx, registrar, z.ID)); back.Amount != last.Amount {
		t.Errorf("the owner has %v of a record that he had corrected to %v", back.Amount, last.Amount)
	}
	own := must[paiza.SeizureList](t)(a.d.Seizures(ctx, registrar, paiza.SeizureFilter{}, paiza.Page{Size: 100}))
	if !slices.ContainsFunc(own.Seizures, func(z paiza.Seizure) bool { return z.Amount == third.Amount && z.Handling.Owner == paiza.HomeAgency }) {
		t.Error("the record that the backup lacked did not come back to its owner")
	}

	if _, err := a.d.WithdrawSeizure(ctx, registrar, z.ID, 0, "recorded twice"); err != nil {
		t.Fatal(err)
	}
	until(t, "the withdrawal arrives", func() bool { return len(b.foreign()) == 3 })
	until(t, "it is settled", settled)
	if list, _, err := b.d.Quarantine(ctx, operatorOf, a.id, 0, 100); err != nil || len(list) != 0 {
		t.Errorf("in quarantine: %+v, %v", list, err)
	}
	a.sound()
	b.sound()
}

// verified checks a proof as a judge does who has nothing but the file, and a
// file in which one byte was changed.
func verified(t *testing.T, raw []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "proof")
	for _, c := range []struct {
		raw  []byte
		code int
		want string
	}{{raw, exitOK, "Доказательство подтверждено"}, {bytes.Replace(raw, []byte("heroin"), []byte("cocain"), 1), exitFault, "не подтверждено"}} {
		if err := os.WriteFile(file, c.raw, 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if code := run(t.Context(), []string{"verify", "--lang", "ru", file}, &streams{bytes.NewReader(nil), &out, &out}); code != c.code || !bytes.Contains(out.Bytes(), []byte(c.want)) {
			t.Errorf("verify ends with %d: %s", code, out.String())
		}
	}
}

// TestNotesAndGroups: desks write to each other with files and see who opened
// what; an alert to a group is taken back from who leaves it; keys change under
// way; a peer that is paused gets nothing until it goes on.
func TestNotesAndGroups(t *testing.T) {
	ctx := t.Context()
	a, b := newState(t, "KAZ"), newState(t, "UZB")
	paired(t, a, b)
	a.up()
	b.up()
	content := bytes.Repeat([]byte("evidence "), 300_000)
	file := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	sent := must[paiza.DeskNote](t)(a.d.SendNote(ctx, analyst, paiza.NewDeskNote{Peer: b.id, Desk: paiza.HomeAgency, Title: "A parcel", Text: "Seen it?\nPlease look.",
		Files: []paiza.NewFile{{Path: file, Media: "image/jpeg"}}}))
	notes := func(n *state, f desk.NoteFilter) []paiza.DeskNote {
		f.Size = 50
		return must[[]paiza.DeskNote](t)(n.d.Notes(ctx, prosecutor, f))
	}
	until(t, "the note arrives", func() bool { return len(notes(b, desk.NoteFilter{})) == 1 })
	in := must[paiza.DeskNote](t)(b.d.Note(ctx, prosecutor, notes(b, desk.NoteFilter{})[0].ID))
	if in.Text != sent.Text || in.Author != analyst.Name || len(in.Files) != 1 {
		t.Errorf("the note arrived as %+v", in)
	}
	until(t, "its file arrives", func() bool {
		var got bytes.Buffer
		return b.d.ReadFile(ctx, prosecutor, in.ID, in.Files[0].ID, &got) == nil && bytes.Equal(got.Bytes(), content)
	})
	until(t, "its author learns of it", func() bool {
		line := must[desk.ItemTimeline](t)(a.d.ItemTimeline(ctx, analyst, "note/"+sent.ID))
		return !line.Deliveries[0].Notified.IsZero() && len(line.Deliveries[0].Opened) == 1
	})

	// Both change their keys at once; the answer comes all the same.
	for _, n := range []*state{a, b} {
		if _, err := n.d.RotateKeys(ctx, operatorOf, paiza.NewNode{Reason: "yearly"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.d.SendNote(ctx, prosecutor, paiza.NewDeskNote{Peer: a.id, Title: "Re: a parcel", Answers: in.ID}); err != nil {
		t.Fatal(err)
	}
	until(t, "the answer arrives", func() bool { return len(notes(a, desk.NoteFilter{})) == 1 })
	if answer := notes(a, desk.NoteFilter{})[0]; answer.Thread == "" || answer.Thread != notes(b, desk.NoteFilter{Sent: true})[0].Thread {
		t.Errorf("the answer is of no conversation: %+v", answer)
	}

	g := must[paiza.NodeGroup](t)(a.d.CreateGroup(ctx, operatorOf, "Task force", []string{b.id}, "agreed"))
	alert := must[paiza.Alert](t)(a.d.RaiseAlert(ctx, analyst, paiza.NewAlert{Title: "A new powder", Text: "White.", Handling: paiza.NewHandling{TLP: "green"}}))
	a.release("alert/"+alert.ID, "group:"+g.ID)
	alerts := func() []paiza.Alert {
		return must[[]paiza.Alert](t)(b.d.Alerts(ctx, prosecutor, paiza.AlertFilter{}, "", 50))
	}
	until(t, "the alert arrives", func() bool { return len(alerts()) == 1 })
	if err := b.d.PausePeer(ctx, operatorOf, a.id, true, "a question to them"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.d.ChangeGroup(ctx, operatorOf, g.ID, "", nil, "it has ended"); err != nil {
		t.Fatal(err)
	}
	until(t, "the sender sees why nothing goes", func() bool {
		_, err := a.d.Exchange().State(ctx, must[wire.NodeID](t)(wire.ParseNodeID(b.id)))
		return err == nil && len(alerts()) == 1
	})
	if err := b.d.PausePeer(ctx, operatorOf, a.id, false, "answered"); err != nil {
		t.Fatal(err)
	}
	until(t, "who is in the group no more has it no more", func() bool { return len(alerts()) == 0 })
	for i, red := range []paiza.TLP{paiza.TLPRed, paiza.TLPAmberStrict} {
		z := a.record(fmt.Sprint(i+1), red)
		who := analyst
		if red == paiza.TLPRed {
			who = person("registrar", paiza.RoleAnalyst)
		}
		if _, err := a.d.ProposeRelease(ctx, who, paiza.NewRelease{Subject: "seizure/" + z.ID, Audience: "UZB", Reason: "by mistake"}); !errors.Is(err, paiza.ErrInvalid) {
			t.Errorf("%s may leave: %v", red, err)
		}
	}
}

// TestTwoProcesses: what one process of a node writes is sent by the other that
// has the peer's lease, and when that one stops, the first takes over.
func TestTwoProcesses(t *testing.T) {
	a, b := newState(t, "KAZ"), newState(t, "UZB")
	paired(t, a, b)
	b.up()
	other := &state{t: t, body: a.body, target: a.target, at: "127.0.0.1:0", id: a.id}
	other.open()
	t.Cleanup(other.close)
	other.up()
	z := a.record("3", paiza.TLPGreen)
	a.release("seizure/"+z.ID, "UZB")
	until(t, "the other process sends it", func() bool { return len(b.foreign()) == 1 })
	other.down()
	a.up()
	z = a.record("4", paiza.TLPGreen)
	a.release("seizure/"+z.ID, "UZB")
	until(t, "the first process goes on", func() bool { return len(b.foreign()) == 2 })
}
