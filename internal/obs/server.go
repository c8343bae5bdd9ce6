package obs

import (
	"log"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// failuresAMinute is how many failed connections of a minute stand in the log one
// by one. Whoever tries the doors of a node makes as many as he likes; the rest
// of his minute is one line with their number.
const failuresAMinute = 10

// ServerLog is what an HTTP server says of connections, for its ErrorLog. A
// handshake of TLS that fails is a security control that did its work or does not
// work: it is told at info, with the address it came from. The rest, which is
// what networks do, is told at debug.
func ServerLog(l *slog.Logger, now func() time.Time) *log.Logger {
	return log.New(&serverLog{log: l, now: now}, "", 0)
}

type serverLog struct {
	log *slog.Logger
	now func() time.Time

	mu    sync.Mutex
	begun time.Time
	count int
}

// handshake is how package net/http begins its sentence.
const handshake = "http: TLS handshake error from "

// Write implements io.Writer for package log: one sentence at a time.
func (s *serverLog) Write(b []byte) (int, error) {
	text := strings.TrimSpace(string(b))
	what, failed := strings.CutPrefix(text, handshake)
	if !failed {
		s.log.Debug("connection", "cause", text)
		return len(b), nil
	}
	tell, held := s.take()
	if held > 0 {
		s.log.Info("more TLS handshakes failed", "n", held)
	}
	if tell {
		address, cause, _ := strings.Cut(what, ": ")
		s.log.Info("TLS handshake failed", "address", address, "cause", cause)
	}
	return len(b), nil
}

// take counts a failure. It answers whether it is told by itself, and how many of
// the minute before were not.
func (s *serverLog) take() (tell bool, held int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); now.Sub(s.begun) >= time.Minute || now.Before(s.begun) {
		held = max(0, s.count-failuresAMinute)
		s.begun, s.count = now, 0
	}
	s.count++
	return s.count <= failuresAMinute, held
}
