package exchange_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"paiza/internal/exchange"
	"paiza/internal/exchange/exchangetest"
	"paiza/internal/exchange/memory"
	"paiza/wire"
)

// TestRevokedReceipt is a peer whose receipts are signed with a key that counts no
// more, and who does not know it: his backup is from before. The traffic goes on.
func TestRevokedReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := exchangetest.NewNetwork()
		a, b := memory.New(exchangetest.NewIdentity(t, "a", time.Now()), time.Now), memory.New(exchangetest.NewIdentity(t, "b", time.Now()), time.Now)
		a.Pair(b.Identity().Card())
		b.Pair(a.Identity().Card())
		party := exchangetest.Join(net, a, nil, time.Now, exchange.Limits{}, b.ID())
		defer party.Leave()
		defer exchangetest.Join(net, b, nil, time.Now, exchange.Limits{}, a.ID()).Leave()
		net.Fault(func(_, _ wire.NodeID, verb exchange.Verb) exchangetest.Fault {
			return exchangetest.Fault{Lost: verb == exchange.VerbHello && len(b.Received(a.ID())) > 0, Unheard: verb == exchange.VerbBatch}
		})
		send := func(name string) {
			if err := a.Send([]wire.NodeID{b.ID()}, name, []byte(name)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			synctest.Wait()
		}
		send("seizure/1")
		former := b.Identity().Card().Signing()
		b.SetIdentity(exchangetest.Rotate(t, b.Identity(), "b2", time.Now()))
		v, err := wire.NewRevocation(wire.Revocation{Node: b.ID(), Key: former, At: time.Now().Add(-24 * time.Hour), Reason: "stolen"}, b.Identity().Sign)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Admit(context.Background(), b.ID(), b.Identity().Cards, v); err != nil {
			t.Fatal(err)
		}
		net.Fault(nil)
		send("seizure/2")
		if n := len(b.Received(a.ID())); n != 2 {
			t.Errorf("%d messages arrived: %+v", n, party.Node.State(b.ID()))
		}
		state, _ := a.State(context.Background(), b.ID())
		if state.Proven != (wire.Cursor{}) {
			t.Error("receipts under a revoked key prove something")
		}
	})
}
