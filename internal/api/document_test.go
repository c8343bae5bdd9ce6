package api

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"paiza"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestDocument holds the description of the API to the golden file: a change of
// the API that clients would feel is seen in the review.
func TestDocument(t *testing.T) {
	got := New(nil, Options{}).Document()
	name := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the description has changed; go test ./internal/api -run Document -update writes it anew (-golden +now):\n%s", diff)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(got, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("openapi is %q", doc.OpenAPI)
	}
	n := 0
	for _, methods := range doc.Paths {
		n += len(methods)
	}
	if n != len(routes()) {
		t.Errorf("%d operations are described, %d are answered", n, len(routes()))
	}
}

// TestRoutes: every row declares its right, and its name is its own.
func TestRoutes(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range routes() {
		if r.needs != public && r.needs != signedIn && !slices.Contains(paiza.Rights(), r.needs) {
			t.Errorf("%s %s needs %q, which is no right", r.method, r.path, r.needs)
		}
		if seen[r.id] {
			t.Errorf("%s stands twice", r.id)
		}
		seen[r.id] = true
		if !slices.ContainsFunc(tags, func(t struct{ name, about string }) bool { return t.name == r.tag }) {
			t.Errorf("%s is in no group: %q", r.id, r.tag)
		}
	}
}
