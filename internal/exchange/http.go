package exchange

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"paiza/wire"
)

// Path is where the verbs are found at a node's address: POST Path + verb.
const Path = "/exchange/v1/"

const (
	mediaType   = "application/vnd.paiza"
	slowBytes   = 4 << 10 // a body brings so much in each Limits.Slow, or it is cut
	headerBytes = 8 << 10
)

// status is how a refusal looks to HTTP. The refusal itself is the body.
func status(r wire.Reason) int {
	switch r {
	case wire.ReasonBusy, wire.ReasonQuota, wire.ReasonRoom:
		return http.StatusServiceUnavailable
	case wire.ReasonGap, wire.ReasonFork, wire.ReasonConflict, wire.ReasonRollback:
		return http.StatusConflict
	case wire.ReasonSender, wire.ReasonTrust, wire.ReasonKeyExpired, wire.ReasonKeyRevoked:
		return http.StatusForbidden
	case wire.ReasonAbsent:
		return http.StatusNotFound
	case wire.ReasonLimit:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// Handler answers peers over HTTP. It must be served with ServerTLS: the peer is
// who the connection says he is.
func (n *Node) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Path+"{verb}", func(w http.ResponseWriter, r *http.Request) {
		out, err := n.handle(w, r)
		w.Header().Set("Content-Type", mediaType)
		if err != nil {
			ref := refusal(err)
			w.WriteHeader(status(ref.Reason))
			out = ref.Encode()
		}
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(n.limits.Call))
		_, _ = w.Write(out) // who does not take his answer asks again
	})
	return mux
}

func (n *Node) handle(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.TLS == nil {
		return nil, &wire.Refusal{Reason: wire.ReasonSender, Detail: "the connection is not authenticated"}
	}
	from, err := whoIs(r.Context(), *r.TLS, n.Trust)
	if err != nil {
		return nil, err
	}
	verb := Verb(r.PathValue("verb"))
	most, known := limits[verb]
	if !known {
		return nil, &wire.Refusal{Reason: wire.ReasonAbsent, Detail: "no such request"}
	}
	size := r.ContentLength
	if size < 0 {
		size = most[0]
	}
	if !n.load.take(from, size, n.limits.Bytes) {
		return nil, &wire.Refusal{Reason: wire.ReasonBusy, Detail: "too much at once", After: time.Second}
	}
	defer n.load.give(from, size)
	body, err := readBody(w, r, most[0], n.limits.Slow, n.limits.Call)
	if err != nil {
		return nil, err
	}
	return n.Serve(r.Context(), from, verb, body)
}

// load is the bytes of requests that are being answered, of all peers and of
// each: one of them alone must not be able to keep out the others.
type load struct {
	mu  sync.Mutex
	all int64
	of  map[wire.NodeID]int64
}

// take counts a request; false when there are too many bytes, or more than a
// third of what may be are this peer's.
func (l *load) take(from wire.NodeID, size, most int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all+size > most || l.of[from]+size > most/3 {
		return false
	}
	if l.of == nil {
		l.of = map[wire.NodeID]int64{}
	}
	l.all += size
	l.of[from] += size
	return true
}

func (l *load) give(from wire.NodeID, size int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all -= size
	if l.of[from] -= size; l.of[from] == 0 {
		delete(l.of, from)
	}
}

// readBody reads at most that many bytes, and gives up on who sends them too
// slowly, or not within the time after which a sender himself gives up.
func readBody(w http.ResponseWriter, r *http.Request, most int64, slow, whole time.Duration) ([]byte, error) {
	if r.ContentLength > most {
		return nil, &wire.Refusal{Reason: wire.ReasonLimit, Detail: "the request is too large"}
	}
	control := http.NewResponseController(w)
	body := http.MaxBytesReader(w, r.Body, most)
	buf := make([]byte, 0, min(max(r.ContentLength+1, 512), most+1))
	for end := time.Now().Add(whole); ; {
		next := time.Now().Add(slow)
		if next.After(end) {
			next = end
		}
		if err := control.SetReadDeadline(next); err != nil {
			return nil, err
		}
		var err error
		buf, err = fill(body, buf, slowBytes)
		switch {
		case err == io.EOF:
			return buf, control.SetReadDeadline(time.Time{})
		case errors.As(err, new(*http.MaxBytesError)):
			return nil, &wire.Refusal{Reason: wire.ReasonLimit, Detail: "the request is too large"}
		case errors.Is(err, os.ErrDeadlineExceeded):
			// The line is slow, or the peer: it says nothing of what he sends.
			return nil, &wire.Refusal{Reason: wire.ReasonBusy, Detail: "the request came too slowly"}
		case err != nil:
			return nil, &wire.Refusal{Reason: wire.ReasonBusy, Detail: "the request broke off"}
		}
	}
}

// fill appends at least n bytes of r to buf, fewer only with an error.
func fill(r io.Reader, buf []byte, n int) ([]byte, error) {
	for want := len(buf) + n; len(buf) < want; {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		k, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+k]
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// Listen serves peers on a listener until the context ends. server brings its TLS
// and the log of its connections.
func (n *Node) Listen(ctx context.Context, l net.Listener, server *http.Server) error {
	server.Handler = n.Handler()
	server.ReadHeaderTimeout = n.limits.Slow
	server.IdleTimeout = 5 * time.Minute
	server.MaxHeaderBytes = headerBytes
	server.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 2*n.limits.Serve + 8}
	stop := context.AfterFunc(ctx, func() {
		done, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_ = server.Shutdown(done)
	})
	defer stop()
	err := server.ServeTLS(l, "", "")
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
