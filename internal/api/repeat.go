package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"paiza"
	"paiza/internal/desk"
)

// headerKey names a request so that it can be sent again without being done
// twice (draft-ietf-httpapi-idempotency-key-header).
const headerKey = "Idempotency-Key"

// changing answers a request that may change something: under its condition,
// and once for each key.
func (a *API) changing(row *route, handle http.HandlerFunc, w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("If-Match") != "" {
		// The tag is compared here; that nothing happens between this look and the act
		// is for the act's own transaction to see, whichever process comes between.
		ctx, err := a.desk.Expect(r.Context(), row.changes(r.PathValue("id")))
		if err != nil {
			return err
		}
		if now, err := a.unchanged(row, r); err != nil || now != nil {
			if now != nil {
				now.send(w, r)
			}
			return err
		}
		r = r.WithContext(ctx)
	}
	given := r.Header.Values(headerKey)
	if r.Method != http.MethodPost || len(given) == 0 {
		held(handle, r).send(w, r)
		return nil
	}
	if row.secret {
		return paiza.Invalid("api.repeat_secret", nil)
	}
	key, err := parseKey(given)
	if err != nil {
		return err
	}
	print, err := fingerprint(row, r)
	if err != nil {
		return err
	}
	actor := who(r.Context())
	earlier, begun, err := a.desk.BeginRepeat(r.Context(), actor, key, print)
	if err != nil {
		return err
	}
	if !begun && earlier.Status == desk.RepeatDone {
		return a.replay(row, earlier.Subject(), w, r)
	}
	if !begun {
		again := &answer{header: http.Header{}, status: earlier.Status}
		for name, value := range earlier.Header {
			again.header.Set(name, value)
		}
		again.header.Set("Idempotency-Replayed", "true")
		again.body.Write(earlier.Body)
		again.send(w, r)
		return nil
	}
	answered := false
	defer func() {
		if !answered { // it panicked
			_ = a.desk.DropRepeat(r.Context(), actor, key)
		}
	}()
	got := held(handle, r.WithContext(desk.Named(r.Context(), actor, key)))
	if kept(got.status) {
		header := map[string]string{}
		for _, name := range []string{"Content-Type", "Location", "Preference-Applied"} {
			if v := got.header.Get(name); v != "" {
				header[name] = v
			}
		}
		err = a.desk.FinishRepeat(r.Context(), actor, key, got.status, header, got.body.Bytes())
	} else {
		err = a.desk.DropRepeat(r.Context(), actor, key)
	}
	answered = true
	if err != nil {
		// It is done; only a repetition of it will be refused.
		a.log.Error("the answer to a named request was not kept", "operation", row.id, "error", err)
	}
	got.send(w, r)
	return nil
}

// replay answers a request whose act is done and whose answer was lost when its
// process or its database died: with the subject as it is now.
func (a *API) replay(row *route, subject string, w http.ResponseWriter, r *http.Request) error {
	kind, id, _ := strings.Cut(subject, "/")
	path, ok := map[string]string{"seizure": "/seizures/", "import": "/imports/"}[kind]
	if !ok {
		return paiza.Conflict("api.repeat_lost", paiza.Args{"subject": subject})
	}
	path += url.PathEscape(id)
	look, err := http.NewRequestWithContext(r.Context(), http.MethodGet, Prefix+path, nil)
	if err != nil {
		return err
	}
	now := held(a.mux.ServeHTTP, look)
	if now.status == http.StatusOK {
		now.status = max(row.status, http.StatusOK)
		now.header.Del("ETag") // the answer to a change has none
		if row.status == http.StatusCreated || row.status == http.StatusAccepted {
			now.header.Set("Location", Prefix+path)
		}
		now.header.Set("Idempotency-Replayed", "true")
	}
	now.send(w, r)
	return nil
}

// kept reports whether an answer is final: what may come out otherwise a moment
// later is tried anew.
func kept(status int) bool {
	return status < 500 && status != http.StatusTooManyRequests && status != http.StatusConflict && status != http.StatusPreconditionFailed
}

// parseKey reads the key, bare or as a quoted string of RFC 9651.
func parseKey(given []string) (string, error) {
	bad := paiza.Invalid("api.repeat_form", nil)
	if len(given) != 1 {
		return "", bad
	}
	key := strings.TrimSpace(given[0])
	if len(key) >= 2 && key[0] == '"' && key[len(key)-1] == '"' {
		key = key[1 : len(key)-1]
	}
	if len(key) == 0 || len(key) > 200 {
		return "", bad
	}
	for _, c := range []byte(key) {
		if c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return "", bad
		}
	}
	return key, nil
}

// fingerprint is the hash of what is asked. Of a file that streams it has the
// digest that was announced.
func fingerprint(row *route, r *http.Request) ([]byte, error) {
	sum := sha256.New()
	part := func(b string) {
		io.WriteString(sum, b)
		sum.Write([]byte{0})
	}
	part(row.id)
	part(r.URL.Path)
	part(r.URL.Query().Encode())
	part(r.Header.Get("Content-Type"))
	part(r.Header.Get("Prefer"))
	if row.stream {
		digest, err := announced(r.Header.Get("Content-Digest"), r.URL.Query().Get("sha256"))
		if err != nil {
			return nil, err
		}
		if digest == "" {
			return nil, paiza.Invalid("api.digest_needed", nil)
		}
		part(digest)
		return sum.Sum(nil), nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum.Write(body)
	return sum.Sum(nil), nil
}

// unchanged compares If-Match with the tag of what the act is done to, which is
// read as the caller reads it. When he may not read it, the answer says so.
func (a *API) unchanged(row *route, r *http.Request) (*answer, error) {
	if row.subject == "" {
		return nil, paiza.Invalid("api.header_form", paiza.Args{"header": "If-Match"})
	}
	path := strings.ReplaceAll(row.subject, "{id}", url.PathEscape(r.PathValue("id")))
	look, err := http.NewRequestWithContext(r.Context(), http.MethodGet, Prefix+path, nil)
	if err != nil {
		return nil, err
	}
	now := held(a.mux.ServeHTTP, look)
	if now.status != http.StatusOK {
		return now, nil
	}
	if !names(r.Header.Values("If-Match"), now.header.Get("ETag")) {
		return nil, errChanged
	}
	var record struct{ Version int64 }
	if err := json.Unmarshal(now.body.Bytes(), &record); err != nil {
		return nil, err
	}
	c := callerOf(r.Context())
	c.matched, c.expect = true, record.Version
	return nil, nil
}
