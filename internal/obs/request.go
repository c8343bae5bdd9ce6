package obs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"
)

// seen is what is known of a request when it has been answered. A door fills
// it in through its context.
type seen struct{ id, route, person string }

type seenKey struct{}

// RequestID is the name of the request, as the log and the header X-Request-Id
// have it; empty outside of one.
func RequestID(ctx context.Context) string {
	if s, ok := ctx.Value(seenKey{}).(*seen); ok {
		return s.id
	}
	return ""
}

// NoteRoute says which row of a table of routes answers: a pattern, never an
// address.
func NoteRoute(ctx context.Context, pattern string) {
	if s, ok := ctx.Value(seenKey{}).(*seen); ok {
		s.route = pattern
	}
}

// NotePerson says who asks, by the id of his account.
func NotePerson(ctx context.Context, id string) {
	if s, ok := ctx.Value(seenKey{}).(*seen); ok {
		s.person = id
	}
}

// elsewhere is the route of requests that no row answers.
const elsewhere = "none"

// Requests writes one line and counts once for each request. m may be nil. A
// request for a probe (quiet) is a line at debug.
func Requests(log *slog.Logger, m *Metrics, next http.Handler, quiet ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := &seen{id: newRequestID(), route: elsewhere}
		ctx := context.WithValue(r.Context(), seenKey{}, s)
		w.Header().Set("X-Request-Id", s.id)
		out := &answer{ResponseWriter: w}
		began := time.Now()
		m.open(1)
		defer func() {
			m.open(-1)
			took := time.Since(began)
			m.answered(r.Method, s.route, out.code(), took)
			level := slog.LevelInfo
			for _, q := range quiet {
				if s.route == q {
					level = slog.LevelDebug
				}
			}
			// The method is a word that the client chose; the mux knows a few.
			attrs := []slog.Attr{slog.String("method", methodOf(r.Method)), slog.String("route", s.route), slog.Int("status", out.code()),
				slog.Float64("ms", float64(took.Microseconds())/1000), slog.Int64("bytes", out.bytes)}
			if s.person != "" {
				attrs = append(attrs, slog.String("person", s.person))
			}
			log.LogAttrs(ctx, level, "answered", attrs...)
		}()
		next.ServeHTTP(out, r.WithContext(ctx))
	})
}

func newRequestID() string {
	var b [6]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func methodOf(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}

// answer remembers what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(code int) {
	if a.status == 0 && code >= 200 {
		a.status = code
	}
	a.ResponseWriter.WriteHeader(code)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach deadlines and flushing.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}
