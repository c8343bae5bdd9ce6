package exchange

import (
	"context"

	"paiza/wire"
)

// farSession is a session with a peer behind a relay. A hello there and back can
// take days, and what he lacks is known as well as it can be: it is sent without
// one, and if it is not so his refusal says that.
func (p *peer) farSession(ctx context.Context, relay wire.NodeID) error {
	err := p.farTalk(ctx)
	if err != nil && ctx.Err() == nil {
		p.node.post(relay).renew(p.id)
	}
	return err
}

func (p *peer) farTalk(ctx context.Context) error {
	if p.greet.Swap(false) {
		have, err := p.hello(ctx)
		if err != nil {
			return err
		}
		return p.bring(ctx, have, true)
	}
	for {
		state, err := p.node.Outbox.State(ctx, p.id)
		if err != nil {
			return err
		}
		if state.Head != state.Have {
			return p.send(ctx, state.Have, true)
		}
		have, written, err := p.helloOrFresh(ctx)
		if written {
			continue // the hello stays on its way
		}
		if err != nil {
			return err
		}
		return p.bring(ctx, have, true)
	}
}

// helloOrFresh says hello, and waits for the answer until something is written
// for the peer.
func (p *peer) helloOrFresh(ctx context.Context) (have wire.Cursor, written bool, err error) {
	inner, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	go func() {
		have, err = p.hello(inner)
		close(done)
	}()
	select {
	case <-done:
		return have, false, err
	case <-p.fresh:
	}
	stop()
	<-done
	return have, ctx.Err() == nil, err
}
