package locale_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/ingest"
	"paiza/internal/locale"
	"paiza/wire"
)

var (
	keyForm = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_+-]+)*\.[a-z0-9_+-]*[a-z0-9]$`)
	// {{t "key"}}, (t "key"), and keys that a template hands to "input".
	inTemplate = regexp.MustCompile(`\bt "([a-z_]+(?:\.[a-z0-9_+-]+)+)"|"(?:hint|label)" "([a-z_.]+)"`)
	fileName   = regexp.MustCompile(`\.(csv|tsv|xlsx|toml|json|js|css|html|txt|svg|sql|db|go|gz|zip|paiza|tar|lock|log)$`)
)

// TestUsed finds every key that Go code and templates name in the catalogue. A
// text in Go counts as a key when it looks like one and its first word is a
// table of the catalogue.
func TestUsed(t *testing.T) {
	en := locale.For("en")
	tables := map[string]bool{}
	for _, key := range en.Keys() {
		first, _, _ := strings.Cut(key, ".")
		tables[first] = true
	}
	known := func(key string) bool {
		return en.Has(key) || en.Has("action."+key) || en.Has("right."+key)
	}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "node_modules", "testdata", "demo", "bundle"}, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		switch {
		case strings.HasSuffix(path, ".html") && strings.Contains(path, "templates"):
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range inTemplate.FindAllStringSubmatch(string(raw), -1) {
				if key := m[1] + m[2]; !en.Has(key) {
					t.Errorf("%s: no sentence %q", path, key)
				}
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			for _, key := range texts(t, path) {
				first, _, _ := strings.Cut(key, ".")
				if keyForm.MatchString(key) && tables[first] && !fileName.MatchString(key) && !known(key) {
					t.Errorf("%s: no sentence %q", path, key)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// texts are the string literals of a Go file, without imports and tags.
func texts(t *testing.T, path string) []string {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Logf("%s is not read: %v", path, err)
		return nil
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			n.Tag = nil
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				out = append(out, text)
			}
		}
		return true
	})
	return out
}

// TestNamed finds what code makes keys of: codes of the field and of other
// packages.
func TestNamed(t *testing.T) {
	en := locale.For("en")
	want := func(key string) {
		if !en.Has(key) {
			t.Errorf("no sentence %q", key)
		}
	}
	for _, v := range paiza.Groups() {
		want("group." + string(v))
	}
	for _, v := range paiza.Routings() {
		want("routing." + string(v))
	}
	for _, v := range paiza.Roles() {
		want("role." + string(v))
	}
	for _, v := range paiza.TLPs() {
		want("tlp." + string(v))
	}
	for _, v := range paiza.AllFlags() {
		want(v.Key())
		want(v.Key() + "_text")
	}
	for _, v := range ingest.Fields() {
		want("field." + string(v))
	}
	for _, v := range catalog.Kinds() {
		want("catalog.kind." + string(v))
	}
	for _, key := range catalog.Reasons() {
		want(key)
	}
	for _, v := range wire.Reasons() {
		want(v.Key())
	}
	for _, v := range paiza.PeerStatuses() {
		want("peer.status_" + string(v))
	}
	for _, v := range []paiza.Class{paiza.ClassNarcotic, paiza.ClassPsychotropic, paiza.ClassPrecursor, paiza.ClassNew, paiza.ClassOther} {
		want("class." + string(v))
	}
	for _, v := range []paiza.ImportState{paiza.StateRunning, paiza.StateDone, paiza.StateFailed, paiza.StateUndone} {
		want("state." + string(v))
	}
}

// TestMessages holds the catalogue's English to the sentences of package
// ingest, which the command line can print without a catalogue.
func TestMessages(t *testing.T) {
	en := locale.For("en")
	for key := range ingest.Messages {
		if !en.Has(key) {
			t.Errorf("no sentence %q", key)
		}
	}
}
