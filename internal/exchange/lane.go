package exchange

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"paiza/wire"
)

// lane takes in the log of one peer: batches arrive at once and in any order,
// are put in order, and those that follow each other are committed together.
type lane struct {
	node    *Node
	id      wire.NodeID
	mu      sync.Mutex
	waiting []*arrival
	running bool
	busy    bool // a commit is under way
}

// arrival is a verified batch that waits for its commit.
type arrival struct {
	batch  *wire.Opened
	answer *wire.Answer
	err    error
	done   chan struct{}
}

// answerBatch opens a batch, has it committed in its order, and answers.
func (n *Node) answerBatch(ctx context.Context, from wire.NodeID, body []byte) ([]byte, error) {
	l := n.lane(from)
	if !l.enter() {
		return nil, &wire.Refusal{Reason: wire.ReasonBusy, Detail: "too many batches at once", After: time.Second}
	}
	opened, err := n.unseal(ctx, from, body)
	if err == nil && opened.Kind != wire.BatchLog {
		err = &wire.Refusal{Reason: wire.ReasonMalformed, Detail: "a batch given back that nobody asked for"}
	}
	if err != nil {
		l.leave(nil)
		return nil, err
	}
	a := &arrival{batch: opened, done: make(chan struct{})}
	l.submit(a)
	if !l.wait(a, n.patience(ctx)) {
		return nil, &wire.Refusal{Reason: wire.ReasonGap, Detail: "the batches before this one did not come"}
	}
	if a.err != nil {
		return nil, a.err
	}
	return a.answer.Encode(), nil
}

// wait waits until the arrival was decided; false when those before it did not
// come in time. A slow commit is no reason to give up.
func (l *lane) wait(a *arrival, patience time.Duration) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case <-a.done:
			return true
		case <-timer.C:
		}
		l.mu.Lock()
		busy := l.busy || slices.Contains(l.waiting, placeholder) // one that is being opened may be what is missing
		l.mu.Unlock()
		if !busy && l.leave(a) {
			return false
		}
		timer.Reset(patience)
	}
}

// placeholder stands in the list for a batch that is still being opened.
var placeholder = &arrival{}

func (l *lane) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) >= 2*l.node.limits.Serve {
		return false
	}
	l.waiting = append(l.waiting, placeholder)
	return true
}

// leave takes an arrival that nobody commits, or nil for one that was not opened,
// out of the list; false when it is not there any more.
func (l *lane) leave(a *arrival) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a == nil {
		a = placeholder
	}
	for i, w := range l.waiting {
		if w == a {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			return true
		}
	}
	return false
}

func (l *lane) submit(a *arrival) {
	l.leave(nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, a)
	if !l.running {
		l.running = true
		go l.drain()
	}
}

// drain commits what is ready until nothing is. It does not depend on the
// request that began it: the peer may go away, what he brought is kept.
func (l *lane) drain() {
	ctx := context.Background()
	for {
		have, err := l.node.Inbox.Have(ctx, l.id)
		ready, ended := l.next(have, err)
		if ended {
			return
		}
		if len(ready) == 0 {
			continue
		}
		l.commit(ctx, ready)
	}
}

// next takes what can be decided at the place out of the list: batches that
// follow it, and those that can be answered without a commit. ended says that
// nothing can be and that this drain is over.
func (l *lane) next(have wire.Cursor, err error) (ready []*arrival, ended bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	took := false
	at := have
	for again := true; again; {
		again = false
		for i, a := range l.waiting {
			if a == placeholder {
				continue
			}
			var verdict error
			if err != nil {
				verdict = err
			} else {
				verdict = follows(a.batch, at)
			}
			if wire.ReasonOf(verdict) == wire.ReasonGap || (errors.Is(verdict, errBehind) && at != have) {
				continue // its turn comes, with those before it or after what is ready now
			}
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			took, again = true, true
			switch {
			case verdict == nil:
				ready = append(ready, a)
				at = a.batch.End()
			case errors.Is(verdict, errBehind):
				go l.repeat(a)
			default:
				a.err = verdict
				close(a.done)
			}
			break
		}
	}
	if !took {
		l.running = false
	}
	return ready, !took
}

// errBehind is for a batch of which everything is here already.
var errBehind = errors.New("the batch is here already")

// follows says whether a batch continues the log at the place: nil when it does,
// errBehind, or a refusal with ReasonGap or ReasonFork.
func follows(o *wire.Opened, at wire.Cursor) error {
	fork := &wire.Refusal{Reason: wire.ReasonFork, Detail: "the batch continues another history than the one that is here"}
	if o.Epoch != at.Epoch {
		from, to := o.From, o.To
		if o.Kind == wire.BatchReturn {
			from, to = to, from
		}
		switch {
		case o.Epoch < at.Epoch:
			return errBehind
		case o.First != 1:
			return &wire.Refusal{Reason: wire.ReasonGap, Detail: "the beginning of the epoch is missing"}
		case o.Prev != wire.Start(from, to, o.Epoch, at):
			return fork
		}
		return nil
	}
	switch {
	case o.Last() <= at.Seq:
		return errBehind
	case o.First > at.Seq+1:
		return &wire.Refusal{Reason: wire.ReasonGap, Detail: "messages before the batch are missing"}
	case o.First == at.Seq+1 && o.Prev != at.Hash, o.First <= at.Seq && o.Items[at.Seq-o.First].Hash != at.Hash:
		return fork
	}
	return nil
}

func (l *lane) commit(ctx context.Context, ready []*arrival) {
	batches := make([]*wire.Opened, len(ready))
	for i, a := range ready {
		batches[i] = a.batch
	}
	l.setBusy(true)
	receipts, err := l.node.Inbox.Commit(ctx, l.id, batches, l.node.sign)
	l.setBusy(false)
	raws := encodeAll(receipts)
	for _, a := range ready {
		a.err = err
		a.answer = &wire.Answer{Have: batches[len(batches)-1].End(), Receipts: raws, Window: uint16(l.node.limits.Serve)}
		close(a.done)
	}
}

func (l *lane) setBusy(v bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = v
}

// repeat answers a batch that came again with the receipts of the first time.
func (l *lane) repeat(a *arrival) {
	ctx := context.Background()
	defer close(a.done)
	end := a.batch.End()
	taken, err := l.node.Archive.Taken(ctx, l.id, []wire.Cursor{end})
	if err != nil {
		a.err = err
		return
	}
	if taken[0] != end {
		a.err = &wire.Refusal{Reason: wire.ReasonFork, Detail: "another message is here at that place"}
		return
	}
	have, err := l.node.Inbox.Have(ctx, l.id)
	if err != nil {
		a.err = err
		return
	}
	issued, err := l.node.Archive.Issued(ctx, l.id, wire.Cursor{Epoch: a.batch.Epoch, Seq: a.batch.First - 1}, 16)
	if err != nil {
		a.err = err
		return
	}
	a.answer = &wire.Answer{Have: have, Receipts: encodeAll(issued), Window: uint16(l.node.limits.Serve)}
}
