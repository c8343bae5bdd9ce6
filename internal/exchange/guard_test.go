package exchange_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"paiza/internal/exchange"
	"paiza/internal/exchange/exchangetest"
	"paiza/internal/exchange/memory"
	"paiza/wire"
)

// TestGuard holds that what the guard stops does not leave, that the log goes on
// without it, and that both sides see it.
func TestGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := exchangetest.NewNetwork()
		a, b := memory.New(exchangetest.NewIdentity(t, "a", time.Now()), time.Now), memory.New(exchangetest.NewIdentity(t, "b", time.Now()), time.Now)
		a.Pair(b.Identity().Card())
		b.Pair(a.Identity().Card())
		party := exchangetest.Join(net, b, nil, time.Now, exchange.Limits{})
		defer party.Leave()
		node := exchange.New(exchange.Config{Identity: a.Identity, Trust: a, Outbox: a, Withholder: a, Past: a, Inbox: a, Archive: a, Transport: net.From(a.ID()),
			Guard: func(peer wire.NodeID, message []byte) wire.Reason {
				if bytes.Contains(message, []byte("not for you")) {
					return "label"
				}
				return ""
			}})
		for _, body := range []string{"first", "not for you", "third"} {
			if err := a.Send([]wire.NodeID{b.ID()}, "seizure/1", []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		go node.Run(t.Context(), b.ID())
		time.Sleep(time.Minute)
		synctest.Wait()
		got := b.Received(a.ID())
		if len(got) != 3 || got[1].Raw != nil || got[1].Refused != wire.ReasonWithheld || got[2].Refused != "" {
			t.Errorf("received %+v", got)
		}
		if written := a.Written(b.ID()); written[1].Refused != wire.ReasonWithheld {
			t.Errorf("the sender reads %q", written[1].Refused)
		}
	})
}
