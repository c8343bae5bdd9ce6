package auth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"paiza"
)

// TestIssuerStays: a sign-in server that sends the node elsewhere for what it
// says of itself is not believed, even when the answer there is right.
func TestIssuerStays(t *testing.T) {
	for _, tt := range []struct {
		name     string
		redirect bool
		want     error
	}{{"answers itself", false, nil}, {"sends elsewhere", true, paiza.ErrUnavailable}} {
		var srv *httptest.Server
		srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if tt.redirect && r.URL.Path != "/elsewhere" {
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]any{"issuer": srv.URL, "authorization_endpoint": srv.URL + "/authorize",
				"token_endpoint": srv.URL + "/token", "jwks_uri": srv.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
		}))
		i := NewIssuer(OIDC{Issuer: srv.URL, ClientID: "node"}, time.Now)
		if _, _, err := i.Begin(t.Context(), "https://node.example/oidc/callback", false); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		srv.Close()
	}
}
