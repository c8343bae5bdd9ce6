package desk_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/picture"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
	"paiza/wire"
)

// nation is a node whose traffic a test carries by hand.
type nation struct {
	t  *testing.T
	s  *store.Store
	d  *desk.Desk
	id wire.NodeID
}

var exchangeDay = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func newNation(t *testing.T, target, body string, now *time.Time) *nation {
	t.Helper()
	s, err := store.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	d, err := desk.Open(t.Context(), desk.Options{Store: s, Now: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(); s.Close() })
	c, err := d.InitNode(t.Context(), paiza.Operator("T"), paiza.NewNode{Name: "Node of " + body, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return &nation{t, s, d, c.Node}
}

func (n *nation) pair(other *nation) {
	n.t.Helper()
	_, text, err := other.d.Card(n.t.Context(), paiza.Operator("T"))
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := n.d.Pair(n.t.Context(), paiza.Operator("T"), text); err != nil {
		n.t.Fatal(err)
	}
	if err := n.d.ConfirmPair(n.t.Context(), paiza.Operator("T"), other.id.String(), "compared"); err != nil {
		n.t.Fatal(err)
	}
}

// carry takes everything that one node has for another there, and the receipts
// back.
func (n *nation) carry(to *nation) { n.t.Helper(); n.carryBy(n.d.Exchange(), to) }

func (n *nation) carryBy(x *desk.Exchange, to *nation) {
	n.t.Helper()
	ctx, y := n.t.Context(), to.d.Exchange()
	for {
		have, err := y.Have(ctx, n.id)
		if err != nil {
			n.t.Fatal(err)
		}
		rows, err := x.Read(ctx, to.id, have, 100, 1<<20)
		if err != nil {
			n.t.Fatal(err)
		}
		if len(rows) == 0 {
			return
		}
		items := make([]wire.Item, len(rows))
		for i, r := range rows {
			items[i] = r.Item
		}
		if err := n.deliverBy(x, to, wire.Header{From: n.id, Epoch: rows[0].Epoch, First: rows[0].Seq, Prev: rows[0].Prev}, items); err != nil {
			n.t.Fatal(err)
		}
	}
}

// deliver seals messages for another node, takes them there and brings the
// receipts back. It gives what the other refuses.
func (n *nation) deliver(to *nation, h wire.Header, items []wire.Item) error {
	n.t.Helper()
	return n.deliverBy(n.d.Exchange(), to, h, items)
}

func (n *nation) deliverBy(x *desk.Exchange, to *nation, h wire.Header, items []wire.Item) error {
	n.t.Helper()
	ctx, y := n.t.Context(), to.d.Exchange()
	me, him := x.Identity(), y.Identity()
	raw, err := wire.Seal(h, items, me.Sign, him.Card(), wire.SuiteAES)
	if err != nil {
		n.t.Fatal(err)
	}
	o := &wire.Opener{Self: to.id, Suites: him.Card().Suites, Keys: him.Open, Signer: func(node wire.NodeID, key wire.KeyID, at time.Time) (ed25519.PublicKey, error) {
		h, err := y.History(ctx, node)
		if err != nil {
			return nil, err
		}
		return h.Signer(key, at)
	}}
	opened, err := o.Open(raw, exchangeDay)
	if err != nil {
		return err
	}
	receipts, err := y.Commit(ctx, n.id, []*wire.Opened{opened}, func(r wire.Receipt) (*wire.Receipt, error) { return wire.NewReceipt(r, him.Sign) })
	if err != nil {
		return err
	}
	return x.Confirm(ctx, to.id, opened.End(), receipts)
}

func (n *nation) sound() {
	n.t.Helper()
	r, err := n.d.Fsck(n.t.Context(), paiza.Operator("T"))
	if err != nil || !r.Sound {
		n.t.Errorf("%+v, %v", r, err)
	}
}

func official(id, agency string, roles ...paiza.Role) paiza.Actor {
	return paiza.Actor{ID: id, Name: "Official " + id, Agency: agency, AgencyKind: paiza.AgencyPolice, Roles: roles, Via: paiza.ViaPage, StepUp: exchangeDay}
}

// TestTakenUp: what another state sends becomes a record that is its own: read by
// whom it was addressed to, counted, changed and taken back by it alone. What
// cannot be taken up lies in quarantine with a reason that both sides see, and
// stops nothing.
func TestTakenUp(t *testing.T) {
	for name, target := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(t.TempDir(), "n.paiza") },
		"postgres": func() string { return pgtest.New(t) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, now := t.Context(), exchangeDay
			a, b := newNation(t, target(), "KAZ", &now), newNation(t, target(), "UZB", &now)
			a.pair(b)
			b.pair(a)
			customs, err := b.d.CreateAgency(ctx, paiza.Operator("T"), paiza.NewAgency{Name: "Customs", Kind: paiza.AgencyCustoms})
			if err != nil {
				t.Fatal(err)
			}
			duty, err := b.d.CreatePerson(ctx, paiza.Operator("T"), paiza.NewPerson{Login: "duty", Name: "Duty officer", Agency: customs.ID,
				Roles: []paiza.Role{paiza.RoleDutyOfficer}, Language: "en", Password: "four unrelated plain words"})
			if err != nil {
				t.Fatal(err)
			}
			send := func(subject string, version uint64, change func(*wire.Content)) {
				t.Helper()
				z := paiza.Seizure{Date: paiza.NewDate(2024, 3, 5), Country: "KAZ", Routing: paiza.RoutingInland, RoutingBasis: paiza.BasisStated, Substance: "heroin",
					SubstanceText: subject, Amount: paiza.Amount{Dim: paiza.DimMass, Base: int64(version) * 1e6}, Equivalent: int64(version) * 1e6, Factor: "measured", Count: 1, Recorded: exchangeDay}
				body, err := wire.NewSeizureItem(z).Encode()
				if err != nil {
					t.Fatal(err)
				}
				c := wire.Content{Salt: wire.NewSalt(), Type: wire.TypeSeizure, Subject: subject, Version: version, Created: exchangeDay, Body: body,
					Handling: wire.Handling{TLP: paiza.TLPGreen, Purpose: paiza.PurposeStatistics, Owner: "home", Origin: a.id}}
				change(&c)
				raw, err := c.Encode()
				if err != nil {
					t.Fatal(err)
				}
				if err := a.d.EnqueueForTest(ctx, b.id, c.Type, raw); err != nil {
					t.Fatal(err)
				}
			}
			tombstone := func(c *wire.Content) {
				c.Type = wire.TypeTombstone
				c.Body, _ = (&wire.Tombstone{Reason: "twice"}).Encode()
			}
			list := func(who paiza.Actor) map[string]paiza.Seizure {
				t.Helper()
				l, err := b.d.Seizures(ctx, who, paiza.SeizureFilter{}, paiza.Page{Size: 100})
				if err != nil {
					t.Fatal(err)
				}
				out := map[string]paiza.Seizure{}
				for _, z := range l.Seizures {
					out[z.SubstanceText] = z
				}
				return out
			}
			reader, officer := official("p", paiza.HomeAgency, paiza.RoleRegistrar, paiza.RoleAnalyst), official(duty.ID, customs.ID, paiza.RoleDutyOfficer)

			send("seizure/green", 1, func(*wire.Content) {})
			send("seizure/amber", 1, func(c *wire.Content) { c.TLP, c.Desk = paiza.TLPAmber, customs.ID })
			send("seizure/nobody", 1, func(c *wire.Content) { c.TLP, c.Desk = paiza.TLPAmber, "no-such-desk" })
			send("seizure/late", 3, func(*wire.Content) {})
			send("seizure/late", 2, func(*wire.Content) {})
			send("seizure/gone", 1, func(*wire.Content) {})
			send("seizure/gone", 2, tombstone)
			send("seizure/back", 1, func(*wire.Content) {})
			send("seizure/back", 2, tombstone)
			send("seizure/back", 3, func(*wire.Content) {})
			a.carry(b)
			got := list(reader)
			if len(got) != 4 || got["seizure/late"].Amount.Base != 3e6 || got["seizure/back"].Amount.Base != 3e6 || got["seizure/nobody"].ID == "" || got["seizure/green"].ID == "" {
				t.Errorf("the first agency reads %+v", got)
			}
			if got := list(officer); got["seizure/amber"].ID == "" || got["seizure/nobody"].ID != "" {
				t.Errorf("the customs read %+v", got)
			}
			m, err := b.d.Market(ctx, reader, paiza.Slice{}, paiza.ByYear, picture.BySubstance)
			if err != nil || len(m.Rows) == 0 {
				t.Errorf("the picture: %+v, %v", m, err)
			}
			b.sound()

			// What is wrong is set aside, each for its reason, and what follows is taken up.
			type bad struct {
				why    wire.Reason
				change func(*wire.Content)
			}
			wrong := []bad{
				{wire.ReasonHandling, func(c *wire.Content) { c.Owner = "home|,forged" }},
				{wire.ReasonUnreadable, func(c *wire.Content) { c.Body = []byte(`{"date": 1}`) }},
				{wire.ReasonUnreadable, func(c *wire.Content) {
					c.Body = []byte(strings.Replace(string(c.Body), `"base":1000000`, `"base":9000000000000000000`, 1))
				}},
				{wire.ReasonType, func(c *wire.Content) { c.Type = "dossier" }},
				{wire.ReasonVersionTaken, func(c *wire.Content) { c.Subject = "seizure/green" }},
				{wire.ReasonConflict, func(c *wire.Content) {
					c.Subject, c.Version, c.Type = "seizure/green", 9, wire.TypeNote
					c.Body, _ = (&wire.NoteItem{Title: "t", Author: "a"}).Encode()
				}},
				{wire.ReasonExercise, func(c *wire.Content) { c.Exercise = true }},
			}
			for _, w := range wrong {
				send("seizure/wrong", 1, w.change)
			}
			send("seizure/after", 1, func(*wire.Content) {})
			free := a.d.Exchange()
			free.UnguardedForTest()
			a.carryBy(free, b)
			aside, _, err := b.d.Quarantine(ctx, paiza.Operator("T"), a.id.String(), 0, 100)
			if err != nil || len(aside) != len(wrong) {
				t.Fatalf("in quarantine: %+v, %v", aside, err)
			}
			slices.Reverse(aside)
			sent, err := a.d.Outbox(ctx, paiza.Operator("T"), b.id.String(), wire.Cursor{}, 100)
			if err != nil {
				t.Fatal(err)
			}
			slices.Reverse(sent)
			sent = sent[len(sent)-1-len(wrong):]
			for i, w := range wrong {
				if aside[i].Refused != string(w.why) || sent[i].Refused != string(w.why) {
					t.Errorf("message %d is set aside because %q, its sender reads %q, want %q", i, aside[i].Refused, sent[i].Refused, w.why)
				}
			}
			if list(reader)["seizure/after"].ID == "" {
				t.Error("what follows a bad message did not arrive")
			}

			// TLP:RED is for the persons on duty of the desk, and for nobody else.
			send("seizure/red", 1, func(c *wire.Content) { c.TLP, c.Desk = paiza.TLPRed, customs.ID })
			a.carryBy(free, b)
			if list(officer)["seizure/red"].ID == "" || list(reader)["seizure/red"].ID != "" {
				t.Error("TLP:RED is read by others than the officers on duty")
			}
			b.sound()

			// The guard stops what should not have been written, and both sides see it.
			send("seizure/secret", 1, func(c *wire.Content) { c.TLP = paiza.TLPRed })
			send("seizure/passed", 1, func(c *wire.Content) { c.Origin = b.id })
			a.carry(b)
			aside, _, err = b.d.Quarantine(ctx, paiza.Operator("T"), a.id.String(), 0, 2)
			if err != nil || aside[0].Refused != string(wire.ReasonWithheld) || aside[1].Refused != string(wire.ReasonWithheld) || aside[0].Type != "" {
				t.Errorf("what the guard stops arrives as %+v, %v", aside, err)
			}
			sent, err = a.d.Outbox(ctx, paiza.Operator("T"), b.id.String(), wire.Cursor{}, 2)
			if err != nil || sent[0].Withheld != string(wire.ReasonOwner) || sent[1].Withheld != string(wire.ReasonHandling) {
				t.Errorf("the sender sees %+v, %v", sent, err)
			}
		})
	}
}

// TestDirectory: a trust directory is taken by its rules; a peer that is not on
// it is not served; its age warns, then leaves known peers, then stops, and never
// stops at once.
func TestDirectory(t *testing.T) {
	ctx, now := t.Context(), exchangeDay
	a, b, c := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now), newNation(t, filepath.Join(t.TempDir(), "b"), "UZB", &now), newNation(t, filepath.Join(t.TempDir(), "c"), "KGZ", &now)
	a.pair(b)
	a.pair(c)
	one, two := ed25519.NewKeyFromSeed(slices.Repeat([]byte{1}, 32)), ed25519.NewKeyFromSeed(slices.Repeat([]byte{2}, 32))
	body := wire.DirectoryBody{Version: 1, Issued: exchangeDay, Expires: exchangeDay.AddDate(0, 1, 0), Warn: 14 * 24 * time.Hour, Known: 14 * 24 * time.Hour, Threshold: 2,
		Bodies: []wire.Body{{Code: "AAA", Key: one.Public().(ed25519.PublicKey)}, {Code: "BBB", Key: two.Public().(ed25519.PublicKey)}}, Cards: []*wire.Card{b.d.Exchange().Identity().Card()}}
	few, err := wire.NewDirectory(body, one)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.d.ImportDirectory(ctx, paiza.Operator("T"), few.Bytes(), "compared"); !errors.Is(err, paiza.ErrInvalid) {
		t.Errorf("taken with one signature of two: %v", err)
	}
	if _, err := a.d.ImportDirectory(ctx, paiza.Operator("T"), few.Sign(two).Bytes(), "compared"); err != nil {
		t.Fatal(err)
	}
	served := func(n *nation) bool { _, err := a.d.Exchange().History(ctx, n.id); return err == nil }
	if !served(b) || served(c) {
		t.Errorf("served: %v on the list, %v not on it", served(b), served(c))
	}
	for _, age := range []struct {
		days  int
		known bool
		want  bool
	}{{20, false, true}, {40, false, true}, {50, false, false}, {50, true, true}, {70, true, false}} {
		now = exchangeDay
		if age.known {
			if err := a.d.Exchange().Note(context.Background(), paiza.Peer{Node: b.id.String(), Contact: exchangeDay}); err != nil {
				t.Fatal(err)
			}
		}
		if now = exchangeDay.AddDate(0, 0, age.days); served(b) != age.want {
			t.Errorf("after %d days, known %v: %v", age.days, age.known, served(b))
		}
	}
}

// TestImportedIsTakenBack: a released row of an import is taken back from the
// peer when a later edition replaces it, and when the import is undone.
func TestImportedIsTakenBack(t *testing.T) {
	ctx, now := t.Context(), exchangeDay
	a, b := newNation(t, filepath.Join(t.TempDir(), "a"), "USA", &now), newNation(t, filepath.Join(t.TempDir(), "b"), "UZB", &now)
	a.pair(b)
	b.pair(a)
	who := official("p", paiza.HomeAgency, paiza.RoleRegistrar, paiza.RoleAnalyst)
	edition := func(name, rows string) paiza.Import {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		text := "FY,Month (abbv),Component,Region,Land Filter,Area of Responsibility,Drug Type,Count of Event,Sum Qty (lbs)\n" + rows
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		imp, err := a.d.Import(ctx, paiza.Operator("T"), desk.ImportRequest{Path: file, Name: name, Profile: "us-cbp"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return imp
	}
	release := func(place string) {
		t.Helper()
		l, err := a.d.Seizures(ctx, who, paiza.SeizureFilter{Text: place}, paiza.Page{Size: 10})
		if err != nil || len(l.Seizures) != 1 {
			t.Fatalf("%s: %d rows, %v", place, len(l.Seizures), err)
		}
		r, err := a.d.ProposeRelease(ctx, who, paiza.NewRelease{Subject: "seizure/" + l.Seizures[0].ID, Audience: "UZB", Reason: "of use"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.d.ConfirmRelease(ctx, official("q", paiza.HomeAgency, paiza.RoleProsecutor), r.ID, ""); err != nil {
			t.Fatal(err)
		}
	}
	there := func() (out []string) {
		t.Helper()
		a.carry(b)
		l, err := b.d.Seizures(ctx, who, paiza.SeizureFilter{}, paiza.Page{Size: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, z := range l.Seizures {
			out = append(out, z.Place)
		}
		slices.Sort(out)
		return out
	}
	const first, second = "2024,JAN,Office of Field Operations,Southwest Border,Land Only,Laredo Field Office,Heroin,3,10\n", "2024,JAN,Office of Field Operations,Southwest Border,Land Only,Tucson Field Office,Heroin,2,7\n"
	edition("one.csv", first+second)
	release("Laredo")
	release("Tucson")
	if got := there(); len(got) != 2 {
		t.Fatalf("released: %v", got)
	}
	edition("two.csv", strings.Replace(first, ",10\n", ",12\n", 1)+second)
	if got := there(); !slices.Equal(got, []string{"Tucson Field Office"}) {
		t.Errorf("after a later edition: %v", got)
	}
	release("Laredo")
	imports, err := a.d.Imports(ctx, paiza.Operator("T"))
	if err != nil {
		t.Fatal(err)
	}
	if got := there(); len(got) != 2 {
		t.Errorf("released anew: %v", got)
	}
	for _, imp := range imports {
		if _, err := a.d.Undo(ctx, paiza.Operator("T"), imp.ID, "wrong files"); err != nil {
			t.Fatal(err)
		}
	}
	if got := there(); len(got) != 0 {
		t.Errorf("after the imports were undone: %v", got)
	}
	b.sound()
}

// TestMissedCards: a node that missed more changes of a peer's keys than his card
// had keys for learns the present ones from the trust directory, which any
// partner brings it: nobody compares words again. A directory that the bodies
// did not sign brings nothing.
func TestMissedCards(t *testing.T) {
	ctx, now := t.Context(), exchangeDay
	a, b, c := newNation(t, filepath.Join(t.TempDir(), "a"), "KAZ", &now), newNation(t, filepath.Join(t.TempDir(), "b"), "UZB", &now), newNation(t, filepath.Join(t.TempDir(), "c"), "KGZ", &now)
	for _, p := range [][2]*nation{{a, b}, {b, a}, {b, c}, {c, b}} {
		p[0].pair(p[1])
	}
	key := ed25519.NewKeyFromSeed(slices.Repeat([]byte{1}, 32))
	body := wire.DirectoryBody{Version: 1, Issued: now, Expires: now.AddDate(0, 1, 0), Warn: 14 * 24 * time.Hour, Known: 14 * 24 * time.Hour, Threshold: 1,
		Bodies: []wire.Body{{Code: "AAA", Key: key.Public().(ed25519.PublicKey)}}}
	directory := func(version uint64, before *wire.Directory, key ed25519.PrivateKey) *wire.Directory {
		t.Helper()
		body.Version, body.Cards = version, nil
		if before != nil {
			body.Previous = before.Hash()
		}
		for _, n := range []*nation{a, b, c} {
			body.Cards = append(body.Cards, n.d.Exchange().Identity().Card())
		}
		slices.SortFunc(body.Cards, func(x, y *wire.Card) int { return strings.Compare(x.Node.String(), y.Node.String()) })
		d, err := wire.NewDirectory(body, key)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first := directory(1, nil, key)
	if _, err := b.d.ImportDirectory(ctx, paiza.Operator("T"), first.Bytes(), "compared"); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := a.d.RotateKeys(ctx, paiza.Operator("T"), paiza.NewNode{Reason: "yearly"}); err != nil {
			t.Fatal(err)
		}
	}
	present := a.d.Exchange().Identity().Card()
	knows := func() bool {
		h, err := b.d.Exchange().History(ctx, a.id)
		return err == nil && h.Latest().Hash() == present.Hash() && h.Pinned(present.Pins[0])
	}
	bring := func(d *wire.Directory) {
		t.Helper()
		content := wire.Content{Salt: wire.NewSalt(), Type: wire.TypeDirectory, Created: now, Body: d.Bytes(),
			Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: c.id}}
		raw, err := content.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.d.EnqueueForTest(ctx, b.id, content.Type, raw); err != nil {
			t.Fatal(err)
		}
		c.carry(b)
	}
	if knows() {
		t.Fatal("the test proves nothing")
	}
	bring(directory(2, first, ed25519.NewKeyFromSeed(slices.Repeat([]byte{9}, 32))))
	if knows() {
		t.Error("a directory that nobody signed was believed")
	}
	second := directory(2, first, key)
	for _, d := range []*wire.Directory{first, second} {
		if _, err := c.d.ImportDirectory(ctx, paiza.Operator("T"), d.Bytes(), "compared"); err != nil {
			t.Fatal(err)
		}
	}
	c.carry(b)
	if !knows() {
		t.Error("the present card did not come with the directory")
	}
	// Every node passes a version on once, and what it had itself is no fault.
	b.carry(c)
	c.carry(b)
	if list, _, err := b.d.Quarantine(ctx, paiza.Operator("T"), c.id.String(), 0, 10); err != nil || len(list) != 1 {
		t.Errorf("in quarantine: %+v, %v", list, err)
	}
}
