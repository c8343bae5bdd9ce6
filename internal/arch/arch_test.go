// Package arch holds one test: it keeps the arrows between the rooms of the
// house and the third-party modules each room may use. docs/ARCHITECTURE.md
// says why the arrows are as they are.
package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// tiers are the rooms from the doors inward. A room imports only rooms of a
// tier below its own.
var tiers = [][]string{
	{"cmd/paiza"},
	{"internal/testnet"},
	{"internal/link"},
	{"internal/web", "internal/api", "internal/demo", "internal/jobs", "internal/exchange"},
	{"internal/desk"},
	{"internal/store"},
	{"internal/ledger", "internal/egress", "internal/access", "internal/auth", "internal/ingest", "internal/picture", "internal/report", "internal/backup"},
	{"internal/catalog", "internal/locale", "internal/config", "internal/listen", "internal/obs", "client"},
	{"chem", "wire", "internal/dial"},
	{""}, // the root package: the language of the field
}

// denied are arrows that the tiers would allow and that must not be: doors never
// touch the store.
var denied = map[string][]string{
	"internal/web":      {"internal/store"},
	"internal/api":      {"internal/store"},
	"internal/demo":     {"internal/store", "internal/web"},
	"internal/exchange": {"internal/store"},
	"internal/jobs":     {"internal/store"},
	"internal/link":     {"internal/store", "internal/web", "internal/api", "internal/demo", "internal/jobs"},
}

// allowed says which third-party modules a room may import. A room that is not
// named uses the standard library only.
var allowed = map[string][]string{
	"cmd/paiza":        {"github.com/alecthomas/kong", "golang.org/x/term"},
	"internal/web":     {"github.com/alexedwards/scs/v2", "rsc.io/qr", "golang.org/x/net"},
	"internal/api":     {"github.com/danielgtaylor/huma/v2"},
	"internal/store":   {"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3", "golang.org/x/text"},
	"internal/ledger":  {"golang.org/x/mod"},
	"internal/backup":  {"filippo.io/age"},
	"internal/auth":    {"golang.org/x/crypto", "golang.org/x/text", "github.com/go-webauthn/webauthn", "github.com/coreos/go-oidc/v3", "golang.org/x/oauth2"},
	"internal/ingest":  {"github.com/xuri/excelize/v2", "github.com/pelletier/go-toml/v2", "golang.org/x/text"},
	"internal/report":  {"github.com/xuri/excelize/v2"},
	"internal/locale":  {"golang.org/x/text", "github.com/pelletier/go-toml/v2"},
	"internal/config":  {"github.com/pelletier/go-toml/v2"},
	"internal/obs":     {"github.com/prometheus/client_golang"},
	"internal/catalog": {"golang.org/x/text", "github.com/pelletier/go-toml/v2"},
}

// tools are programs and packages for tests: they may use what they need.
var tools = []string{"internal/web/bundle", "internal/demo/extract", "internal/store/pgtest", "internal/arch", "internal/arch/matrix", "internal/bench", "internal/torture",
	"internal/exchange/memory", "internal/exchange/exchangetest", "internal/testnet/torture"}

type pkg struct {
	ImportPath string
	Imports    []string
	Standard   bool
	Module     *struct{ Path string }
}

func list(t *testing.T) map[string]pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Standard,Module", "paiza/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]pkg{}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
}

// room is the name of a package of this module; false for any other.
func room(path string) (string, bool) {
	if path == "paiza" {
		return "", true
	}
	return strings.CutPrefix(path, "paiza/")
}

func tier(room string) int {
	return slices.IndexFunc(tiers, func(rooms []string) bool { return slices.Contains(rooms, room) })
}

func TestArrows(t *testing.T) {
	all := list(t)
	for path, p := range all {
		from, ours := room(path)
		if !ours || slices.Contains(tools, from) {
			continue
		}
		at := tier(from)
		if at < 0 {
			t.Errorf("%s stands in no tier: put it into the table of this test and into docs/ARCHITECTURE.md", from)
			continue
		}
		for _, imp := range p.Imports {
			to, ours := room(imp)
			switch {
			case ours && tier(to) <= at:
				t.Errorf("%s imports %s: an import only goes inward", from, to)
			case ours && slices.Contains(denied[from], to):
				t.Errorf("%s imports %s, which is denied", from, to)
			case !ours && !all[imp].Standard:
				m := all[imp].Module
				if m == nil || !slices.Contains(allowed[from], m.Path) {
					t.Errorf("%s imports %s: the module is not allowed in this room", from, imp)
				}
			}
		}
	}
}
