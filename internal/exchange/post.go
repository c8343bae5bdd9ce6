package exchange

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"paiza/wire"
)

// post is the traffic by one relay: requests to peers behind it go out in
// parcels, and answers come back in parcels, whenever either side has a line to
// the relay. The conversation inside is that of a direct line.
type post struct {
	node  *Node
	relay wire.NodeID
	ready chan struct{}
	mu    sync.Mutex
	queue []*dispatch
	calls map[uint64]*call
	out   map[wire.Hash]*underway
	runs  map[wire.NodeID]uint64
	acks  []wire.Ack
}

// dispatch is one letter on its way out.
type dispatch struct {
	to     wire.NodeID
	letter wire.Letter
	first  uint64      // of the part of the log in it; 0 for none
	end    wire.Cursor // of that part
	posted func(error) // told once, when the relay has the letter or will not have it
}

// call is a request that waits for its answer.
type call struct {
	peer wire.NodeID
	done chan struct{}
	once sync.Once
	body []byte
	err  error
}

func (c *call) end(body []byte, err error) {
	c.once.Do(func() {
		c.body, c.err = body, err
		close(c.done)
	})
}

// underway is a parcel of ours that the relay has taken over.
type underway struct {
	calls   []uint64
	missing time.Time // since when the relay does not name it among those that wait
}

func (n *Node) post(relay wire.NodeID) *post {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.posts[relay]
	if s == nil {
		s = &post{node: n, relay: relay, ready: make(chan struct{}, 1), calls: map[uint64]*call{}, out: map[wire.Hash]*underway{}, runs: map[wire.NodeID]uint64{}}
		n.posts[relay] = s
	}
	return s
}

// RunRelay exchanges parcels with a relay until the context ends. It must run
// where Run runs for the peers behind it.
func (n *Node) RunRelay(ctx context.Context, relay wire.NodeID) {
	s := n.post(relay)
	s.mu.Lock()
	s.runs = map[wire.NodeID]uint64{} // what an earlier loop asked is replaced
	s.mu.Unlock()
	done := make(chan struct{})
	go func() { defer close(done); s.send(ctx) }()
	s.collect(ctx)
	<-done
}

// call sends a request to a peer behind the relay and waits for his answer: as
// long as the parcel waits there for him, and then as long as a request may take.
func (s *post) call(ctx context.Context, peer wire.NodeID, verb Verb, body []byte) ([]byte, error) {
	var b [8]byte
	rand.Read(b[:])
	d := &dispatch{to: peer, letter: wire.Letter{Kind: wire.LetterAsk, Call: binary.BigEndian.Uint64(b[:]), Verb: string(verb), Body: body}}
	if verb == VerbBatch {
		e, err := wire.ParseEvidence(body)
		if err != nil {
			return nil, err
		}
		d.first, d.end = e.First, e.End()
	}
	c := &call{peer: peer, done: make(chan struct{})}
	d.posted = func(err error) {
		if err != nil {
			c.end(nil, err)
		}
	}
	s.mu.Lock()
	s.calls[d.letter.Call] = c
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.calls, d.letter.Call)
		s.mu.Unlock()
	}()
	s.put(d)
	select {
	case <-c.done:
		return c.body, c.err
	case <-ctx.Done():
		s.drop(d)
		return nil, ctx.Err()
	}
}

func (s *post) put(list ...*dispatch) {
	s.mu.Lock()
	s.queue = append(s.queue, list...)
	s.mu.Unlock()
	signal(s.ready)
}

// drop takes a letter back that is not on its way yet.
func (s *post) drop(d *dispatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, q := range s.queue {
		if q == d {
			s.queue = append(s.queue[:i], s.queue[i+1:]...)
			return
		}
	}
}

// send gives parcels to the relay, one request after the other, so that they
// arrive in the order of their numbers.
func (s *post) send(ctx context.Context) {
	for {
		select {
		case <-s.ready:
		case <-ctx.Done():
			return
		}
		for ctx.Err() == nil {
			load := s.load()
			if len(load) == 0 {
				break
			}
			s.deliver(ctx, load)
		}
	}
}

// full is how many bytes of letters a parcel takes before the next begins.
const full = 4 << 20

// load takes letters for one parcel out of the queue: of one receiver, questions
// or answers, and of the log only what follows each other.
func (s *post) load() []*dispatch {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out, rest []*dispatch
	size := 0
	var at wire.Cursor
	closed := false
	for _, d := range s.queue {
		fits := len(out) == 0
		if !fits && !closed && d.to == out[0].to {
			sameKind := (d.letter.Kind == wire.LetterAsk) == (out[0].letter.Kind == wire.LetterAsk)
			follows := d.first == 0 || at == (wire.Cursor{}) || d.end.Epoch == at.Epoch && d.first == at.Seq+1
			fits = sameKind && follows && len(out) < 64 && size+d.letter.Size() <= full
			closed = !fits // what comes later to the same receiver stays behind it
		}
		if !fits {
			rest = append(rest, d)
			continue
		}
		out, size = append(out, d), size+d.letter.Size()
		if d.first > 0 {
			at = d.end
		}
	}
	s.queue = rest
	return out
}

// deliver seals one parcel and gives it to the relay.
func (s *post) deliver(ctx context.Context, load []*dispatch) {
	p, err := s.seal(ctx, load)
	var said *wire.Receipt
	if err == nil {
		said, err = s.give(ctx, p)
	}
	if err == nil && said.Event != wire.EventRelayAcceptance {
		err = &Undelivered{Relay: s.relay, Reason: said.Reason}
	}
	if err == nil {
		u := &underway{}
		for _, d := range load {
			if d.letter.Kind == wire.LetterAsk {
				u.calls = append(u.calls, d.letter.Call)
			}
		}
		if len(u.calls) > 0 {
			s.mu.Lock()
			s.out[p.Hash()] = u
			s.mu.Unlock()
		}
	}
	for _, d := range load {
		if d.posted != nil {
			d.posted(err)
		}
	}
}

func (s *post) seal(ctx context.Context, load []*dispatch) (*wire.Parcel, error) {
	n, to := s.node, load[0].to
	me := n.Identity()
	h, err := n.Trust.History(ctx, to)
	if err != nil {
		return nil, direct(err)
	}
	number, err := n.Ways.Number(ctx, to, s.relay)
	if err != nil {
		return nil, err
	}
	in := &wire.Letters{Cards: presentCards(me)}
	c := wire.Sending{}
	for _, d := range load {
		in.Letters = append(in.Letters, d.letter)
		if d.first > 0 {
			if c.First == 0 {
				c.First, c.Salt = d.first, wire.NewAttachmentKey()
			}
			c.End = d.end
		}
	}
	head := wire.ParcelHeader{From: me.Card().Node, Relay: s.relay, Number: number, Made: n.Now()}
	if load[0].letter.Kind == wire.LetterAsk {
		head.Run = s.run(to)
	}
	if c.First > 0 {
		head.Carried = wire.Commit(c.Salt, c.First, c.End)
	}
	p, err := wire.SealParcel(head, in, me.Sign, h.Latest())
	if err != nil {
		return nil, direct(err)
	}
	if c.First > 0 {
		c.Parcel = p
		err = n.Ways.Sending(ctx, c)
	}
	return p, err
}

// direct keeps an error from being read as a refusal of the peer.
func direct(err error) error {
	if why := wire.ReasonOf(err); why != "" {
		return &Undelivered{Reason: why}
	}
	return err
}

// presentCards are the last cards of this node, for a receiver who has missed
// some changes of keys. Of a node that never changed them he has the only one.
func presentCards(me *wire.Identity) (out [][]byte) {
	for _, c := range me.Cards[max(0, len(me.Cards)-4):] {
		if c.Serial > 1 {
			out = append(out, c.Bytes())
		}
	}
	return out
}

func (s *post) run(to wire.NodeID) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs[to] == 0 {
		s.runs[to] = wire.NewRun()
	}
	return s.runs[to]
}

// give brings a parcel to the relay and checks what he says of it.
func (s *post) give(ctx context.Context, p *wire.Parcel) (*wire.Receipt, error) {
	raw, err := s.ask(ctx, VerbPost, (&wire.Post{Parcels: [][]byte{p.Bytes()}}).Encode())
	if err != nil {
		return nil, err
	}
	posted, err := wire.ParsePosted(raw)
	if err != nil {
		return nil, direct(err)
	}
	if len(posted.Receipts) != 1 {
		return nil, &Undelivered{Relay: s.relay, Reason: wire.ReasonMalformed}
	}
	r, err := s.statement(ctx, posted.Receipts[0])
	if err != nil {
		return nil, direct(err)
	}
	if !r.OfParcel(&p.ParcelHeader, p.Hash()) {
		return nil, &Undelivered{Relay: s.relay, Reason: wire.ReasonConflict}
	}
	return r, s.node.Ways.Said(ctx, s.relay, []*wire.Receipt{r})
}

// statement reads a receipt of the relay and checks that it is his.
func (s *post) statement(ctx context.Context, raw []byte) (*wire.Receipt, error) {
	h, err := s.node.Trust.History(ctx, s.relay)
	if err != nil {
		return nil, err
	}
	r, err := wire.ParseReceipt(raw)
	if err != nil {
		return nil, err
	}
	if r.Issuer != s.relay || r.From != s.node.Identity().Card().Node {
		return nil, &wire.Refusal{Reason: wire.ReasonConflict, Detail: "a receipt of another node"}
	}
	return r, r.Verify(h)
}

// ask brings a request to the relay itself. A relay that refuses is not the peer
// who refuses.
func (s *post) ask(ctx context.Context, verb Verb, body []byte) ([]byte, error) {
	out, err := s.node.peer(s.relay).call(ctx, verb, body)
	if why := wire.ReasonOf(err); why != "" {
		return nil, &Undelivered{Relay: s.relay, Reason: why}
	}
	return out, err
}
