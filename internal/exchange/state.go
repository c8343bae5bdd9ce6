package exchange

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"paiza/wire"
)

// State is what is known of the traffic with a peer. Every reason for which
// something did not arrive stands here or at the message.
type State struct {
	Head    wire.Cursor   // end of our log for him, when he last answered
	Have    wire.Cursor   // how far he has it
	Theirs  wire.Cursor   // end of his log for us, as he said
	Contact time.Time     // when he last answered or asked
	Tried   time.Time     // when we last began to talk
	Skew    time.Duration // his clock ahead of ours
	Version uint16        // of the protocol that is spoken
	Window  int           // batches that he takes at once
	Refused wire.Reason   // why the last try ended, when a refusal ended it
	Detail  string        // the same for operators; or what else went wrong
	Failed  int           // tries in a row that did not succeed
	Round   time.Duration // the last hello there and back
}

func (p *peer) snapshot() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

func (p *peer) update(f func(*State)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.state)
}

// note keeps how a try ended.
func (p *peer) note(err error) {
	p.update(func(s *State) {
		s.Refused, s.Detail = "", ""
		if err == nil {
			s.Failed = 0
			return
		}
		s.Failed++
		s.Refused, s.Detail = wire.ReasonOf(err), err.Error()
		var u *Undelivered
		if errors.As(err, &u) {
			s.Refused = u.Reason
		}
	})
}

// why is what the log says of a failure. Of a refusal it is the reason and no
// word more: the rest was written by the peer, and so is a reason that this node
// does not know.
func why(err error) slog.Attr {
	r := wire.ReasonOf(err)
	switch {
	case r == "":
		return slog.Any("error", err)
	case slices.Contains(wire.Reasons(), r):
		return slog.String("refused", string(r))
	}
	return slog.String("refused", "for a reason that is not known here")
}
