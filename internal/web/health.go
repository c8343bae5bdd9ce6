package web

import (
	"encoding/json"
	"net/http"

	"paiza/internal/desk"
	"paiza/internal/obs"
)

// The addresses of the probes. They stand outside of the table of routes: no
// session is read for them and nobody signs in.
const (
	aliveRoute = "/healthz"
	readyRoute = "/readyz"
)

// noting says for the log and the figures which route answers.
func noting(pattern string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		obs.NoteRoute(r.Context(), pattern)
		next.ServeHTTP(w, r)
	})
}

// Alive answers that the process does: it asks nothing, so that a database that
// is away does not make a supervisor kill the node.
func (s *Site) Alive() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeHealth(w, http.StatusOK, []desk.Check{{Name: "process", Holds: true}})
	})
}

// Ready answers whether the node should be given requests: 200 when every check
// of the desk holds, 503 when one does not or the node is stopping. It names
// the checks and says nothing of why.
func (s *Site) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.stopping.Load() {
			writeHealth(w, http.StatusServiceUnavailable, []desk.Check{{Name: "running"}})
			return
		}
		ready := s.desk.Ready(r.Context())
		code := http.StatusOK
		if !ready.Holds() {
			code = http.StatusServiceUnavailable
		}
		writeHealth(w, code, ready.Checks)
	})
}

func writeHealth(w http.ResponseWriter, code int, checks []desk.Check) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	// Who asks may have left.
	_ = json.NewEncoder(w).Encode(map[string]any{"ready": code == http.StatusOK, "checks": checks})
}
