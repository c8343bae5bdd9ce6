package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"sync"
	"time"

	"paiza/wire"
)

const (
	oldest   = 45 * 24 * time.Hour // a parcel that was under way for longer is a repetition
	earliest = 48 * time.Hour      // ahead of our clock
)

// collect asks the relay for parcels, again and again: the answer is held back
// there until there is something.
func (s *post) collect(ctx context.Context) {
	failed := 0
	for ctx.Err() == nil {
		err := s.round(ctx)
		if err == nil {
			failed = 0
			continue
		}
		if ctx.Err() != nil {
			return
		}
		s.node.Log.Info("a relay cannot be asked for parcels", "relay", s.relay, "reason", err)
		wait := min(s.node.limits.Backoff<<min(failed, 20), s.node.limits.MaxBackoff)
		failed++
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

func (s *post) round(ctx context.Context) error {
	s.mu.Lock()
	ask := &wire.Collect{Wait: uint32(min(longest, s.node.limits.Call/2) / time.Millisecond), Acks: s.acks[:min(len(s.acks), 512):min(len(s.acks), 512)]}
	for hash := range s.out {
		if len(ask.Asked) < 512 {
			ask.Asked = append(ask.Asked, hash)
		}
	}
	s.mu.Unlock()
	if len(ask.Asked) > 0 {
		ask.Wait = uint32(min(longest, s.node.limits.Call/4) / time.Millisecond)
	}
	raw, err := s.ask(ctx, VerbCollect, ask.Encode())
	if err != nil {
		return err
	}
	got, err := wire.ParseCollected(raw)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.acks = s.acks[len(ask.Acks):]
	s.mu.Unlock()
	if err := s.heard(ctx, got.Receipts); err != nil {
		return err
	}
	err = s.open(ctx, got.Parcels)
	s.follow(ask.Asked, got.Waiting)
	return err
}

// heard takes up what the relay says of parcels that it had accepted.
func (s *post) heard(ctx context.Context, raws [][]byte) error {
	var list []*wire.Receipt
	for _, raw := range raws {
		r, err := s.statement(ctx, raw)
		if err != nil {
			s.node.Log.Warn("a relay's receipt does not hold", "relay", s.relay, "reason", err)
		} else {
			list = append(list, r)
		}
		s.acked(wire.Ack{Hash: sha256.Sum256(raw)})
	}
	if len(list) == 0 {
		return nil
	}
	if err := s.node.Ways.Said(ctx, s.relay, list); err != nil {
		return err
	}
	for _, r := range list {
		if r.Event == wire.EventRelayFailure {
			s.fail(r.Hash, r.Reason)
		}
	}
	return nil
}

func (s *post) acked(list ...wire.Ack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acks = append(s.acks, list...)
}

// fail ends the requests of a parcel that will not be answered.
func (s *post) fail(hash wire.Hash, why wire.Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.out[hash]
	if u == nil {
		return
	}
	delete(s.out, hash)
	for _, id := range u.calls {
		if c := s.calls[id]; c != nil {
			c.end(nil, &Undelivered{Relay: s.relay, Reason: why})
		}
	}
}

// follow sees which of our parcels still wait. One that does not wait any more
// was collected, or the relay has lost it: its answer comes soon or not at all.
func (s *post) follow(asked, waiting []wire.Hash) {
	now := s.node.Now()
	var lost []wire.Hash
	s.mu.Lock()
	for _, hash := range asked {
		u := s.out[hash]
		if u == nil {
			continue
		}
		open := slices.ContainsFunc(u.calls, func(id uint64) bool { return s.calls[id] != nil })
		switch {
		case !open:
			delete(s.out, hash)
		case slices.Contains(waiting, hash):
			u.missing = time.Time{}
		case u.missing.IsZero():
			u.missing = now
		case now.Sub(u.missing) > s.node.limits.Call:
			lost = append(lost, hash)
		}
	}
	s.mu.Unlock()
	for _, hash := range lost {
		s.fail(hash, "")
	}
}

// errAgain leaves a parcel at the relay: it will be given again.
var errAgain = errors.New("a parcel could not be dealt with now")

// open deals with parcels, those of each sender in their order.
func (s *post) open(ctx context.Context, parcels [][]byte) error {
	bySender := map[wire.NodeID][][]byte{}
	for _, raw := range parcels {
		p, err := wire.ParseParcel(raw)
		if err != nil {
			s.refused(wire.ParcelHash(raw), wire.NodeID{}, err)
			continue
		}
		bySender[p.From] = append(bySender[p.From], raw)
	}
	var mu sync.Mutex
	var fault error
	var work sync.WaitGroup
	for from, list := range bySender {
		work.Go(func() {
			for _, raw := range list {
				p, _ := wire.ParseParcel(raw)
				err := s.arrived(ctx, p)
				if err == nil {
					s.acked(wire.Ack{Hash: p.Hash()})
					continue
				}
				var u *Undelivered
				if why := wire.ReasonOf(err); why != "" && why != wire.ReasonBusy {
					s.refused(p.Hash(), from, err)
				} else if errors.As(err, &u) && u.Reason != "" {
					s.acked(wire.Ack{Hash: p.Hash(), Reason: u.Reason})
				} else {
					mu.Lock()
					fault = errors.Join(errAgain, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	work.Wait()
	return fault
}

func (s *post) refused(hash wire.Hash, from wire.NodeID, err error) {
	why := wire.ReasonOf(err)
	s.node.Log.Warn("a parcel was refused", "relay", s.relay, "peer", from, "parcel", hash, "reason", err)
	s.acked(wire.Ack{Hash: hash, Reason: why})
}

// arrived checks a parcel and deals with what it carries: answers go to who
// waits for them, requests are served as over a line, and their answers are at
// the relay before the parcel is let go.
func (s *post) arrived(ctx context.Context, p *wire.Parcel) error {
	n := s.node
	seen, err := n.Ways.Seen(ctx, p.From, s.relay)
	if err != nil {
		return err
	}
	letters, err := s.unseal(ctx, p)
	if err != nil {
		return err
	}
	if p.Number <= seen {
		n.Log.Info("a parcel came again or too late", "relay", s.relay, "peer", p.From, "number", p.Number)
		return nil
	}
	answers := s.serve(ctx, p.From, letters)
	if len(answers) > 0 {
		if err := s.reply(ctx, answers); err != nil {
			return err
		}
	}
	return n.Ways.See(ctx, p.From, s.relay, p.Number)
}

// unseal opens a parcel and checks who signed it. A card of the sender that is
// not known here lies in the parcel and is taken up first, when his former key
// vouches for it.
func (s *post) unseal(ctx context.Context, p *wire.Parcel) (*wire.Letters, error) {
	n := s.node
	if p.Relay != s.relay {
		return nil, &wire.Refusal{Reason: wire.ReasonRecipient, Detail: "the parcel is for another relay"}
	}
	if now := n.Now(); p.Made.Before(now.Add(-oldest)) || p.Made.After(now.Add(earliest)) {
		return nil, &wire.Refusal{Reason: wire.ReasonExpired, Detail: "the parcel is not of this time"}
	}
	if _, err := n.Trust.History(ctx, p.From); err != nil {
		return nil, err
	}
	me := n.Identity()
	o := &wire.Opener{Self: me.Card().Node, Suites: me.Card().Suites, Keys: me.Open}
	letters, err := o.Unseal(p)
	if err != nil {
		return nil, err
	}
	key, err := n.signer(ctx)(p.From, p.Signer, n.Now())
	if wire.ReasonOf(err) == wire.ReasonKey && len(letters.Cards) > 0 {
		if _, err = n.learn(ctx, p.From, &wire.Hello{Cards: letters.Cards}); err != nil {
			return nil, err
		}
		key, err = n.signer(ctx)(p.From, p.Signer, n.Now())
	}
	if err != nil {
		return nil, err
	}
	return letters, p.Verify(key)
}

// serve gives answers to who waits for them, and answers requests, some at once.
func (s *post) serve(ctx context.Context, from wire.NodeID, in *wire.Letters) []*dispatch {
	out := make([]*dispatch, 0, len(in.Letters))
	room := make(chan struct{}, s.node.limits.Serve)
	var work sync.WaitGroup
	for _, l := range in.Letters {
		if l.Kind != wire.LetterAsk {
			s.answered(ctx, from, l)
			continue
		}
		d := &dispatch{to: from, letter: wire.Letter{Kind: wire.LetterAnswer, Call: l.Call, Verb: l.Verb}}
		out = append(out, d)
		room <- struct{}{}
		work.Go(func() {
			defer func() { <-room }()
			body, err := s.request(ctx, from, l)
			if err == nil && len(body) > wire.MaxLetters-(64<<10) {
				err = &wire.Refusal{Reason: wire.ReasonLimit, Detail: "the answer is too large for a parcel"}
			}
			if err != nil {
				d.letter.Kind, body = wire.LetterRefuse, refusal(err).Encode()
			}
			d.letter.Body = body
		})
	}
	work.Wait()
	return out
}

// request serves a request that came in a parcel. Parcels carry none to a relay.
func (s *post) request(ctx context.Context, from wire.NodeID, l wire.Letter) ([]byte, error) {
	switch v := Verb(l.Verb); v {
	case VerbHello, VerbBatch, VerbPlaces, VerbReturn, VerbAttachment:
		return s.node.Serve(inOrder(ctx), from, v, l.Body)
	}
	return nil, &wire.Refusal{Reason: wire.ReasonAbsent, Detail: "no such request"}
}

// answered brings an answer to who waits for it.
func (s *post) answered(ctx context.Context, from wire.NodeID, l wire.Letter) {
	s.mu.Lock()
	c := s.calls[l.Call]
	s.mu.Unlock()
	if c != nil && c.peer == from {
		if l.Kind == wire.LetterAnswer {
			c.end(l.Body, nil)
			return
		}
		r, err := wire.ParseRefusal(l.Body)
		if err != nil {
			c.end(nil, direct(err))
			return
		}
		c.end(nil, r)
		return
	}
	if l.Kind == wire.LetterAnswer {
		// Nobody waits for it, but it is signed and may say something.
		if err := s.node.late(ctx, from, l); err != nil {
			s.node.Log.Info("a late answer of a peer is of no use", "peer", from, "reason", err)
		}
	}
}

// reply gives answers to the relay and waits until it has them.
func (s *post) reply(ctx context.Context, answers []*dispatch) error {
	told := make(chan error, len(answers))
	for _, d := range answers {
		d.posted = func(err error) { told <- err }
	}
	s.put(answers...)
	var fault error
	for range answers {
		select {
		case err := <-told:
			if err != nil {
				fault = err
			}
		case <-ctx.Done():
			for _, d := range answers {
				s.drop(d)
			}
			return ctx.Err()
		}
	}
	return fault
}
