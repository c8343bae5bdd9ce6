package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
)

// answer is an answer that is held until it is whole, so that it can have a tag
// and be left out when the caller has it already.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *answer) Header() http.Header { return w.header }

func (w *answer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *answer) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// held runs a handler and holds what it answers.
func held(handle http.HandlerFunc, r *http.Request) *answer {
	w := &answer{header: http.Header{}}
	handle(w, r)
	w.WriteHeader(http.StatusOK)
	return w
}

// tag is the entity tag of a held answer (RFC 9110 §8.8.3): that of its bytes,
// so equal answers have equal tags in every process of the node.
func (w *answer) tag() string {
	sum := sha256.Sum256(w.body.Bytes())
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// send gives the answer to the caller, compressed when he takes that.
func (w *answer) send(to http.ResponseWriter, r *http.Request) {
	h := to.Header()
	for name, values := range w.header {
		h[name] = values
	}
	body := w.body.Bytes()
	if len(body) > 1024 && acceptsGzip(r) {
		var small bytes.Buffer
		z, _ := gzip.NewWriterLevel(&small, gzip.BestSpeed)
		_, _ = z.Write(body) // a buffer does not fail
		_ = z.Close()
		body = small.Bytes()
		h.Set("Content-Encoding", "gzip")
		if tag := h.Get("ETag"); tag != "" {
			h.Set("ETag", strings.TrimSuffix(tag, `"`)+`-gz"`)
		}
	}
	if w.status != http.StatusNoContent && w.status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	to.WriteHeader(w.status)
	if r.Method != http.MethodHead {
		_, _ = to.Write(body) // a caller that left is no error of ours
	}
}

// read answers a request that changes nothing.
func (a *API) read(row *route, handle http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	if row.stream {
		if r.Method == http.MethodHead {
			// What would be sent is not made for nobody; an export is an act.
			w.WriteHeader(http.StatusOK)
			return
		}
		handle(w, r)
		return
	}
	got := held(handle, r)
	if got.status == http.StatusOK {
		tag := got.tag()
		got.header.Set("ETag", tag)
		if names(r.Header.Values("If-None-Match"), tag) {
			got.status = http.StatusNotModified
			got.body.Reset()
			got.header.Del("Content-Type")
		}
	}
	got.send(w, r)
}

// names reports whether a header of If-Match or If-None-Match names the tag, in
// either of the forms in which it is sent.
func names(header []string, tag string) bool {
	for part := range strings.SplitSeq(strings.Join(header, ","), ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == "*" || strings.TrimSuffix(strings.TrimSuffix(part, `"`), "-gz")+`"` == tag {
			return true
		}
	}
	return false
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}
