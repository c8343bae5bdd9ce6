package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"paiza"
	"paiza/wire"
)

// Limits of a stream of events.
const (
	maxEventLine = 64 << 10
	// silence is how long a stream may be without a sign of life; the node gives
	// one every fifteen seconds.
	silence = time.Minute
)

// Events gives what the caller may know of as it happens: events after an id,
// empty for new ones only and "0" for all, of the types that are named, or of
// every type. It comes back after a cut and goes on where it was, so nothing is
// lost and nothing comes twice. It ends with an error when the node refuses, or
// does not answer the first time; otherwise with the context.
func (c *Client) Events(ctx context.Context, after string, types ...string) iter.Seq2[wire.ActEvent, error] {
	return func(yield func(wire.ActEvent, error) bool) {
		met := false // the node answered before
		for failed := 0; ; {
			err := c.stream(ctx, after, types, func(id string) {
				met, failed = true, 0
				if id != "" {
					after = id
				}
			}, func(e wire.ActEvent) bool { return yield(e, nil) })
			if errors.Is(err, errEnough) {
				return
			}
			failed++
			var p *Problem
			refused := errors.As(err, &p) && p.Status != http.StatusTooManyRequests && p.Status < 500
			if err != nil && (ctx.Err() != nil || refused || !met && failed >= c.opt.Tries) {
				yield(wire.ActEvent{}, err)
				return
			}
			if err := c.pause(ctx, wait(err, failed)); err != nil {
				yield(wire.ActEvent{}, err)
				return
			}
		}
	}
}

var (
	errEnough = errors.New("no more events are wanted")
	errEvent  = errors.New("client: the stream of events is malformed")
)

// stream reads one connection until it ends; nil when the node ended it in
// order. alive is called for each sign of life, with the id to go on with where
// it has one.
func (c *Client) stream(ctx context.Context, after string, types []string, alive func(id string), each func(wire.ActEvent) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q := url.Values{}
	if after != "" {
		q.Set("after", after)
	}
	if len(types) > 0 {
		q.Set("types", strings.Join(types, ","))
	}
	resp, err := c.once(ctx, call{method: http.MethodGet, path: "/events", query: q, header: http.Header{"Accept": {"text/event-stream"}}}, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); kind != "text/event-stream" {
		return c.strange(errEvent)
	}
	// A connection that died without a word is given up.
	quiet := time.AfterFunc(silence, cancel)
	defer quiet.Stop()
	err = readEvents(resp.Body, func(id, data string) error {
		quiet.Reset(silence)
		if _, err := paiza.ParseEventID(id); err != nil {
			return errEvent
		}
		alive(id)
		if data == "" {
			return nil
		}
		var e wire.ActEvent
		if json.Unmarshal([]byte(data), &e) != nil || e.ID != id {
			return errEvent
		}
		if !each(e) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEvent) {
		return c.strange(err)
	}
	return err
}

// readEvents reads a stream of server-sent events (WHATWG HTML §9.2.6) and gives
// the id and the data of each. A sign of life has neither.
func readEvents(r io.Reader, each func(id, data string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4<<10), maxEventLine)
	id, data, size := "", []string{}, 0
	for lines.Scan() {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if line == "" {
			err := each(id, strings.Join(data, "\n"))
			if id, data, size = "", data[:0], 0; err != nil {
				return err
			}
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			id = value
		case "data":
			if size += len(value) + 1; size > maxEventLine {
				return errEvent
			}
			data = append(data, value)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return errEvent
	}
	// What stands before the end without an empty line was cut off.
	return lines.Err()
}
