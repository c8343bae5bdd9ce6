package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

// Times of a stream of events.
const (
	eventBeat  = 15 * time.Second // a sign of life, and a look whether the reader may still read
	eventWrite = 20 * time.Second // for a reader to take what is sent; he comes back and goes on by the id
	eventFresh = time.Second      // how old a decision may be when what it let through is sent
	eventPage  = 50               // events read at once
)

// kindEvents is a stream of server-sent events (WHATWG HTML §9.2).
const kindEvents = "text/event-stream"

// maxStreams is how many streams a person may have in one process.
const maxStreams = 10

// readers counts the open streams of each person.
type readers struct {
	mu   sync.Mutex
	open map[string]int
}

func (s *readers) enter(person string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[string]int{}
	}
	if s.open[person] >= maxStreams {
		return false
	}
	s.open[person]++
	return true
}

func (s *readers) leave(person string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[person]--; s.open[person] <= 0 {
		delete(s.open, person)
	}
}

type eventsInput struct {
	After string   `query:"after" maxLength:"20" example:"1000" doc:"Id of the last event that you have; 0 for all. New ones only when not given."`
	Last  string   `header:"Last-Event-ID" doc:"The same, as browsers send it; it wins."`
	Types []string `query:"types" maxItems:"50" doc:"Types of events or their first words; every type when not given."`
}

// events sends what the caller may know of, as it happens.
func (a *API) events(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	text := in.Last
	if text == "" {
		text = in.After
	}
	after, err := paiza.ParseEventID(text)
	if err != nil {
		return nil, err
	}
	known := append(desk.EventKinds(), desk.EventTypes()...)
	for _, kind := range in.Types {
		if !slices.Contains(known, kind) {
			return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form",
				Fields: []paiza.FieldError{{Field: "types", Key: "error.choice_unknown", Args: paiza.Args{"value": kind}}}}
		}
	}
	if text == "" {
		if after, err = a.desk.LastEvent(ctx, who(ctx)); err != nil {
			return nil, err
		}
	}
	person := who(ctx).ID
	if !a.readers.enter(person) {
		return nil, &tooMany{time.Minute, "event.too_many"}
	}
	return a.streamed(func(w http.ResponseWriter, r *http.Request) error {
		defer a.readers.leave(person)
		s := &eventStream{a: a, w: w, r: r, out: http.NewResponseController(w), after: after, wants: paiza.Webhook{Types: in.Types}}
		return s.run()
	}), nil
}

// eventStream is one reader.
type eventStream struct {
	a       *API
	w       http.ResponseWriter
	r       *http.Request
	out     *http.ResponseController
	after   int64
	wants   paiza.Webhook
	actor   paiza.Actor
	checked time.Time
}

// errOver ends a stream whose reader may not read any more, or left.
var errOver = errors.New("the stream is over")

func (s *eventStream) run() error {
	watch := s.a.desk.Watch()
	defer watch.Close()
	h := s.w.Header()
	h.Set("Content-Type", kindEvents)
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // a proxy before the node sends on at once
	// The request has been read: from here on only writing is bounded.
	_ = s.out.SetReadDeadline(time.Time{})
	// The first id lets a reader who has nothing yet come back without a gap.
	if s.send("retry: 3000\nid: "+strconv.FormatInt(s.after, 10)+"\n\n") != nil {
		return nil
	}
	beat := time.NewTicker(s.a.beat)
	defer beat.Stop()
	for {
		if err := s.catchUp(); err != nil {
			return s.end(err)
		}
		select {
		case <-s.r.Context().Done():
			return nil
		case <-s.a.opt.Until.Done():
			return nil
		case <-watch.C:
		case <-beat.C:
			if err := s.check(); err != nil {
				return s.end(err)
			}
			if s.send(":\n\n") != nil {
				return nil
			}
		}
	}
}

// end ends a stream in order, so that its reader comes back and is told why he
// may not; a fault is for the operator's log.
func (s *eventStream) end(err error) error {
	if !errors.Is(err, errOver) && s.r.Context().Err() == nil {
		s.a.log.Warn("a stream of events ended", "error", err)
	}
	return nil
}

// catchUp sends what is there. Whether the reader may know of an event is
// decided at most a moment before it is sent.
func (s *eventStream) catchUp() error {
	for more := true; more; {
		if err := s.check(); err != nil {
			return err
		}
		page, err := s.a.desk.Events(s.r.Context(), s.actor, s.after, eventPage)
		if err != nil {
			return err
		}
		more = page.More
		stale := false
		for _, e := range page.Events {
			if stale = time.Since(s.checked) > eventFresh; stale {
				more = true
				break
			}
			s.after = e.Seq
			if !s.wants.Wants(e.Type) {
				continue
			}
			raw, err := json.Marshal(wire.FromActEvent(e))
			if err != nil {
				return err
			}
			if s.send("id: "+e.ID()+"\ndata: "+string(raw)+"\n\n") != nil {
				return errOver
			}
		}
		if !stale {
			s.after = page.Next
		}
		if s.a.opt.Until.Err() != nil {
			return errOver
		}
	}
	return nil
}

// check asks again who the reader is and what he may do.
func (s *eventStream) check() error {
	actor, err := s.a.again(s.r)
	if errors.Is(err, paiza.ErrForbidden) || errors.Is(err, paiza.ErrNotFound) {
		return errOver
	}
	s.actor, s.checked = actor, time.Now()
	return err
}

func (s *eventStream) send(text string) error {
	_ = s.out.SetWriteDeadline(time.Now().Add(eventWrite))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.out.Flush()
}
