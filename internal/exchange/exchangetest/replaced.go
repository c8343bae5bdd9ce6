package exchangetest

import (
	"bytes"
	"context"
	"testing"

	"paiza/internal/exchange"
	"paiza/wire"
)

// replaced: the sender was put back and wrote another message in the place of
// one that he had lost; the peer gave a receipt for it, was put back too, and got
// the lost one by courier. The receipt speaks of neither place nor message then,
// though number and epoch are the same.
func replaced(t *testing.T, mk Make) {
	p := newPair(t, mk, nil)
	p.send(t, p.a, p.b, 0, 5)
	settle()
	restoreA, restoreB := p.a.Backup(), p.b.Backup()
	away := func(wire.NodeID, wire.NodeID, exchange.Verb) Fault { return Fault{Lost: true} }
	p.net.Fault(away)
	p.send(t, p.a, p.b, 5, 1)
	var file bytes.Buffer
	if _, err := p.a.Node.Export(context.Background(), p.b.ID, wire.Cursor{}, &file); err != nil {
		t.Fatal(err)
	}
	restoreA()
	// In the lost one's place stands what the peer sets aside.
	p.a.SendContent(p.b.ID, []byte("no content"))
	p.net.Fault(nil)
	settle()
	p.check(t, p.a, p.b, 6)
	if got := p.a.Written(p.b.ID)[5].Refused; got != wire.ReasonUnreadable {
		t.Fatalf("what cannot be read was set aside because %q", got)
	}
	p.net.Fault(away)
	settle()
	restoreB()
	if _, err := p.b.Node.Import(context.Background(), bytes.NewReader(file.Bytes())); err != nil {
		t.Fatal(err)
	}
	before, _ := p.a.Receipts(p.b.ID)
	p.net.Fault(nil)
	settle()
	p.check(t, p.a, p.b, 7)
	if got := p.b.Received(p.a.ID)[5]; got.Refused != "" {
		t.Fatalf("the message that came by courier was set aside because %q", got.Refused)
	}
	good, _ := p.a.Receipts(p.b.ID)
	if len(before) == 0 || len(good) == 0 {
		t.Fatal("there are no receipts: this proves nothing")
	}
	for _, r := range good {
		there, err := p.a.Sent(context.Background(), p.b.ID, []wire.Cursor{r.End()})
		if err != nil {
			t.Fatal(err)
		}
		if there[0] != r.End() {
			t.Errorf("a receipt for %s counts, and in the log stands %s", place(r.End()), place(there[0]))
		}
	}
}
