package desk_test

import (
	"path/filepath"
	"slices"
	"testing"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store/pgtest"
	"paiza/wire"
)

// parcel makes a parcel of a node for another by way of a third.
func (n *nation) parcel(to, relay *nation, run, number uint64) *wire.Parcel {
	n.t.Helper()
	me := n.d.Exchange().Identity()
	p, err := wire.SealParcel(wire.ParcelHeader{From: n.id, Relay: relay.id, Run: run, Number: number, Made: exchangeDay}, &wire.Letters{}, me.Sign, to.d.Exchange().Identity().Card())
	if err != nil {
		n.t.Fatal(err)
	}
	return p
}

// TestRelayTakesOver: what a relay takes over it has durably, once, and gives to
// the receiver alone; what it does not take has a signed reason; what goes back
// is told to the sender until he has heard it; nothing exceeds its limits.
func TestRelayTakesOver(t *testing.T) {
	pg := pgtest.New(t)
	for name, target := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "r.paiza"), "postgres": pg} {
		t.Run(name, func(t *testing.T) {
			now := exchangeDay
			at := func(name, body string) *nation {
				return newNation(t, filepath.Join(t.TempDir(), name+".paiza"), body, &now)
			}
			r, a, b, c := newNation(t, target, "CARICC", &now), at("a", "KAZ"), at("b", "UZB"), at("c", "KGZ")
			for _, one := range []*nation{a, b} {
				r.pair(one)
			}
			ctx, x, who := t.Context(), r.d.Exchange(), paiza.Operator("T")
			sign := func(in wire.Receipt) (*wire.Receipt, error) { return wire.NewReceipt(in, x.Identity().Sign) }
			post := func(list ...*wire.Parcel) (out []*wire.Receipt) {
				t.Helper()
				var raws [][]byte
				for _, p := range list {
					raws = append(raws, p.Bytes())
				}
				out, err := x.Post(ctx, a.id, raws, sign)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			want := func(got *wire.Receipt, p *wire.Parcel, event wire.Event, why wire.Reason) {
				t.Helper()
				if got.Event != event || got.Reason != why || !got.OfParcel(&p.ParcelHeader, p.Hash()) {
					t.Errorf("%s %q, want %s %q", got.Event, got.Reason, event, why)
				}
			}
			waiting := func(of *nation, asked ...wire.Hash) *wire.Collected {
				t.Helper()
				got, err := x.Waiting(ctx, of.id, asked, wire.MaxParcel)
				if err != nil {
					t.Fatal(err)
				}
				return got
			}

			first := a.parcel(b, r, 1, 1)
			want(post(first)[0], first, wire.EventRelayRejection, wire.ReasonRelay)
			if err := r.d.AllowRelay(ctx, who, b.id.String(), a.id.String(), "asked by both"); err != nil {
				t.Fatal(err)
			}
			if err := r.d.AllowRelay(ctx, who, a.id.String(), c.id.String(), "x"); err == nil {
				t.Error("a node that is no partner is carried for")
			}
			stranger := a.parcel(c, r, 1, 2)
			said := post(first, stranger, first)
			want(said[0], first, wire.EventRelayAcceptance, "")
			want(said[1], stranger, wire.EventRelayRejection, wire.ReasonAbsent)
			want(said[2], first, wire.EventRelayAcceptance, "")
			forged := slices.Clone(first.Bytes())
			forged[len(forged)-1-32-300] ^= 1
			if _, err := x.Post(ctx, a.id, [][]byte{forged}, sign); wire.ReasonOf(err) != wire.ReasonAltered {
				t.Errorf("a damaged parcel: %v", err)
			}
			if _, err := x.Post(ctx, b.id, [][]byte{first.Bytes()}, sign); wire.ReasonOf(err) != wire.ReasonRecipient {
				t.Errorf("a parcel of another node: %v", err)
			}
			if got := waiting(b); len(got.Parcels) != 1 || len(waiting(a).Parcels) != 0 {
				t.Errorf("%d parcels wait", len(got.Parcels))
			}
			if got := waiting(a, first.Hash(), stranger.Hash()); !slices.Equal(got.Waiting, []wire.Hash{first.Hash()}) {
				t.Errorf("the sender hears that %v wait", got.Waiting)
			}

			// A later run replaces the questions of an earlier one, and no answers.
			answer, later := a.parcel(b, r, 0, 3), a.parcel(b, r, 2, 4)
			post(answer, later)
			if got := waiting(a, first.Hash(), answer.Hash(), later.Hash()).Waiting; !slices.Equal(got, []wire.Hash{answer.Hash(), later.Hash()}) {
				t.Errorf("after a later run %d parcels wait", len(got))
			}
			// Only the receiver takes parcels away; one that he refuses goes back.
			if err := x.Acked(ctx, a.id, []wire.Ack{{Hash: answer.Hash()}}, sign); err != nil {
				t.Fatal(err)
			}
			if err := x.Acked(ctx, b.id, []wire.Ack{{Hash: answer.Hash()}, {Hash: later.Hash(), Reason: wire.ReasonSealed}}, sign); err != nil {
				t.Fatal(err)
			}
			told := waiting(a)
			if len(told.Receipts) != 1 || len(waiting(b).Parcels) != 0 {
				t.Fatalf("%d receipts wait", len(told.Receipts))
			}
			back, err := wire.ParseReceipt(told.Receipts[0])
			if err != nil {
				t.Fatal(err)
			}
			want(back, later, wire.EventRelayFailure, wire.ReasonSealed)
			if err := x.Acked(ctx, a.id, []wire.Ack{{Hash: wire.Digest(told.Receipts[0])}}, sign); err != nil {
				t.Fatal(err)
			}
			if len(waiting(a).Receipts) != 0 {
				t.Error("a receipt that was heard is told again")
			}

			number := uint64(10)
			for i := 0; i < desk.ParcelsOfPair; i += 50 {
				var list []*wire.Parcel
				for range 50 {
					number++
					list = append(list, a.parcel(b, r, 2, number))
				}
				post(list...)
			}
			over := a.parcel(b, r, 2, number+1)
			want(post(over)[0], over, wire.EventRelayRejection, wire.ReasonLimit)
			state, err := r.d.Relayed(ctx, who)
			if err != nil || len(state.Flows) != 2 {
				t.Fatalf("%+v, %v", state, err)
			}
			f := state.Flows[slices.IndexFunc(state.Flows, func(f paiza.RelayFlow) bool { return f.To == b.id.String() })]
			if f.Waiting != desk.ParcelsOfPair || f.Parcels != desk.ParcelsOfPair+3 || f.Failed != 1 || f.Refused != 2 || f.Reason != string(wire.ReasonLimit) || f.Oldest.IsZero() {
				t.Errorf("the sums are %+v", f)
			}
			if err := r.d.EndRelay(ctx, who, a.id.String(), b.id.String(), "over"); err != nil {
				t.Fatal(err)
			}
			if got := waiting(b); len(got.Parcels) != 0 || len(waiting(a).Receipts) == 0 {
				t.Error("what waited did not go back")
			}
			if report, err := r.d.Fsck(ctx, who); err != nil || !report.Sound {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}
