package exchange

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"paiza/wire"
)

// peer is the sending side of the traffic with one node.
type peer struct {
	node  *Node
	id    wire.NodeID
	fresh chan struct{} // our log has grown
	knock chan struct{} // the peer is there
	items int           // messages of a batch; fewer while a message is looked for that he cannot take
	alone wire.Cursor   // the message that he could not take though it came alone
	greet atomic.Bool   // he has refused what was sent ahead: a hello must come before
	mu    sync.Mutex
	state State
}

// run talks to the peer until the context ends: at once when there is something
// new or when he shows himself, else at intervals. After a failure the intervals
// grow, and only the peer himself cuts them short.
func (p *peer) run(ctx context.Context) {
	for ctx.Err() == nil {
		p.update(func(s *State) { s.Tried = p.node.Now() })
		before := p.snapshot().Have
		err := p.session(ctx)
		if wire.ReasonOf(err) != "" {
			p.greet.Store(true)
		}
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, errSmaller) {
			continue
		}
		if p.snapshot().Have != before {
			p.update(func(s *State) { s.Failed = 0 })
		}
		p.note(err)
		if err != nil {
			p.node.Log.Info("exchange with a peer was interrupted", "peer", p.id, why(err))
		}
		p.rest(ctx, err)
	}
}

// ask has a hello said as soon as may be.
func (p *peer) ask() {
	p.greet.Store(true)
	signal(p.knock)
}

func (p *peer) rest(ctx context.Context, err error) {
	l := p.node.limits
	wait, fresh := l.Idle, p.fresh
	if _, far, _ := p.node.via(ctx, p.id); far {
		state, e := p.node.Outbox.State(ctx, p.id)
		if e == nil && state.Proven == state.Head {
			wait = l.Far
		}
	}
	if err != nil {
		wait, fresh = l.Backoff<<min(p.snapshot().Failed-1, 20), nil
		wait = min(wait, l.MaxBackoff)
		var r *wire.Refusal
		if errors.As(err, &r) {
			wait = max(wait, min(r.After, l.MaxBackoff))
		}
	}
	timer := time.NewTimer(wait/2 + rand.N(wait/2+1)) // peers that failed together do not come back together
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-fresh:
	case <-p.knock:
	}
}

func (p *peer) call(ctx context.Context, verb Verb, body []byte) ([]byte, error) {
	relay, far, err := p.node.via(ctx, p.id)
	if err != nil {
		return nil, err
	}
	var out []byte
	if far {
		out, err = p.node.post(relay).call(ctx, p.id, verb, body)
	} else {
		ctx, cancel := context.WithTimeout(ctx, p.node.limits.Call)
		defer cancel()
		out, err = p.node.Transport.Call(ctx, p.id, verb, body)
	}
	if err == nil || wire.ReasonOf(err) != "" {
		p.update(func(s *State) { s.Contact = p.node.Now() })
	}
	return out, err
}

// session says hello, agrees with the peer on where he is, and sends what he
// lacks.
func (p *peer) session(ctx context.Context) error {
	relay, far, err := p.node.via(ctx, p.id)
	if err != nil {
		return err
	}
	if far {
		return p.farSession(ctx, relay)
	}
	have, err := p.hello(ctx)
	if err != nil {
		return err
	}
	return p.bring(ctx, have, false)
}

// bring sends what the peer lacks who has said how far he is.
func (p *peer) bring(ctx context.Context, have wire.Cursor, far bool) error {
	ours, err := p.node.Past.Sent(ctx, p.id, []wire.Cursor{have})
	if err != nil {
		return err
	}
	if have != (wire.Cursor{}) && ours[0].Hash != have.Hash {
		p.node.Log.Warn("the peer has another history of our log", "peer", p.id, "epoch", have.Epoch, "number", have.Seq)
		if err := p.recover(ctx, have); err != nil {
			return err
		}
	}
	return p.send(ctx, have, far)
}

// hello tells the peer where we are and learns where he is: how far he has our
// log. It is repeated while one side wants cards or receipts of the other.
func (p *peer) hello(ctx context.Context) (wire.Cursor, error) {
	var need uint64
	var cards [][]byte
	for range 4 + wire.MaxHello/wire.MaxReceipt {
		ours, err := p.node.greet(ctx, p.id)
		if err != nil {
			return wire.Cursor{}, err
		}
		ours.NeedCards, ours.Cards = need, cards
		sent := p.node.Now()
		raw, err := p.call(ctx, VerbHello, ours.Encode())
		if err != nil {
			return wire.Cursor{}, err
		}
		theirs, err := wire.ParseHello(raw)
		if err != nil {
			return wire.Cursor{}, err
		}
		p.update(func(s *State) { s.Round = p.node.Now().Sub(sent) })
		if need, cards, err = p.node.met(ctx, p, theirs); err != nil {
			return wire.Cursor{}, err
		}
		state, err := p.node.Outbox.State(ctx, p.id)
		if err != nil {
			return wire.Cursor{}, err
		}
		if need == 0 && cards == nil && (len(theirs.Receipts) == 0 || state.Proven == ours.Proven) {
			return theirs.Have, nil
		}
	}
	return wire.Cursor{}, &wire.Refusal{Reason: wire.ReasonConflict, Detail: "the peer asks for the same again and again"}
}

// flight is one batch on its way.
type flight struct {
	rows   []wire.Row
	answer *wire.Answer
	err    error
	done   chan struct{}
}

// send sends what follows the place, some batches at once, and confirms the
// answers in the order of the log. To a peer behind a relay more are under way
// at once, and what is written meanwhile follows before they are answered.
func (p *peer) send(ctx context.Context, from wire.Cursor, far bool) error {
	ctx, cancel := context.WithCancel(ctx)
	var flights []*flight
	defer func() {
		cancel()
		for _, f := range flights {
			<-f.done
		}
	}()
	room := func(theirs int) int {
		if far {
			return 2 * p.node.limits.Window
		}
		return min(p.node.limits.Window, max(1, theirs))
	}
	window := room(p.snapshot().Window)
	for {
		for len(flights) < window {
			rows, err := p.node.Outbox.Read(ctx, p.id, from, p.items, p.node.limits.BatchBytes)
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				break
			}
			from = rows[len(rows)-1].Cursor
			f := &flight{rows: rows, done: make(chan struct{})}
			flights = append(flights, f)
			go p.fly(ctx, f)
		}
		if len(flights) == 0 {
			p.items = p.node.limits.BatchItems
			return nil
		}
		if far && len(flights) < window {
			select {
			case <-flights[0].done:
			case <-p.fresh:
				continue
			}
		}
		landed, err := p.land(ctx, flights)
		if err != nil {
			return err
		}
		window = room(int(flights[landed-1].answer.Window))
		flights = flights[landed:]
	}
}

// fly seals a batch and sends it.
func (p *peer) fly(ctx context.Context, f *flight) {
	defer close(f.done)
	raw, err := p.seal(ctx, f.rows)
	if err != nil {
		f.err = err
		return
	}
	answer, err := p.call(ctx, VerbBatch, raw)
	if err != nil {
		f.err = err
		return
	}
	f.answer, f.err = wire.ParseAnswer(answer)
}

// seal makes a batch of rows that follow each other, for the peer's present
// card. What the guard holds back leaves without its content.
func (p *peer) seal(ctx context.Context, rows []wire.Row) ([]byte, error) {
	me := p.node.Identity()
	h, err := p.node.Trust.History(ctx, p.id)
	if err != nil {
		return nil, err
	}
	card := h.Latest()
	suite, err := card.BestSuite()
	if err != nil {
		return nil, err
	}
	items := make([]wire.Item, len(rows))
	for i, r := range rows {
		items[i] = r.Item
		if r.Raw == nil || p.node.Guard == nil {
			continue
		}
		if why := p.node.Guard(p.id, r.Raw); why != "" {
			if err := p.node.Withholder.Withhold(ctx, p.id, r.Cursor, why); err != nil {
				return nil, err
			}
			items[i] = wire.Item{Digest: wire.Digest(r.Raw), Withheld: why}
		}
	}
	first := rows[0]
	return wire.Seal(wire.Header{From: me.Card().Node, Epoch: first.Epoch, First: first.Seq, Prev: first.Prev}, items, me.Sign, card, suite)
}

// land waits for the first batch and confirms it with all that have arrived
// behind it. It gives how many they are.
func (p *peer) land(ctx context.Context, flights []*flight) (int, error) {
	<-flights[0].done
	var raws [][]byte
	n := 0
	for ; n < len(flights); n++ {
		f := flights[n]
		select {
		case <-f.done:
		default:
			f = nil
		}
		if f == nil || f.err != nil {
			break
		}
		for _, r := range f.answer.Receipts {
			if len(raws) == 0 || string(raws[len(raws)-1]) != string(r) { // batches of one commit bring the same receipts
				raws = append(raws, r)
			}
		}
	}
	if n == 0 {
		return 0, p.isolate(ctx, flights[0])
	}
	receipts, err := p.node.receipts(ctx, p.id, raws)
	if err != nil {
		return 0, err
	}
	rows := flights[n-1].rows
	have := rows[len(rows)-1].Cursor
	if flights[n-1].answer.Have.Compare(have) < 0 {
		return 0, &wire.Refusal{Reason: wire.ReasonConflict, Detail: "the peer took a batch and says that he has not got so far"}
	}
	if err := p.node.Outbox.Confirm(ctx, p.id, have, receipts); err != nil {
		return 0, err
	}
	p.update(func(s *State) { s.Have = have })
	return n, nil
}

// errSmaller says that the peer could not take a batch and will get smaller ones.
var errSmaller = errors.New("the peer cannot take a message of the batch")

// isolate makes the batches smaller until one message is left that the peer
// cannot take. It goes on without its content then, and the log goes on with it.
func (p *peer) isolate(ctx context.Context, f *flight) error {
	switch wire.ReasonOf(f.err) {
	case wire.ReasonMalformed, wire.ReasonLimit, wire.ReasonTruncated, wire.ReasonPadding:
	default:
		return f.err
	}
	if len(f.rows) > 1 {
		p.items = len(f.rows) / 2
		return errSmaller
	}
	p.items = 1
	row := f.rows[0]
	if row.Raw == nil {
		return f.err // he does not even take the digest: nothing more can be left out
	}
	if p.alone != row.Cursor {
		p.alone = row.Cursor // once may be an accident; what is withheld is so for good
		return f.err
	}
	p.node.Log.Warn("a message is withheld because the peer cannot take it", "peer", p.id, "number", row.Seq, why(f.err))
	if err := p.node.Withholder.Withhold(ctx, p.id, row.Cursor, wire.ReasonOf(f.err)); err != nil {
		return err
	}
	return errSmaller
}
