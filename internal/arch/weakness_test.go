package arch

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// weaknesses makes a database of known weaknesses (go.dev/security/vuln/database)
// of one invented entry, or of none when module is empty.
func weaknesses(t *testing.T, modified time.Time, module string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, v any) {
		t.Helper()
		file := filepath.Join(dir, name)
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	type m map[string]any
	at := modified.UTC().Format(time.RFC3339)
	modules, entries := []m{}, []m{}
	if module != "" {
		const id = "GO-2026-0001"
		modules = []m{{"path": module, "vulns": []m{{"id": id, "modified": at}}}}
		entries = []m{{"id": id, "modified": at}}
		write("ID/"+id+".json", m{"schema_version": "1.3.1", "id": id, "modified": at, "published": at, "summary": "Invented for a test",
			"database_specific": m{"url": "https://pkg.go.dev/vuln/" + id},
			"affected": []m{{"package": m{"name": module, "ecosystem": "Go"}, "ranges": []m{{"type": "SEMVER", "events": []m{{"introduced": "0"}}}},
				"ecosystem_specific": m{}}}})
	}
	write("index/db.json", m{"modified": at})
	write("index/modules.json", modules)
	write("index/vulns.json", entries)
	return "file://" + dir
}

// TestWeakness: the check for known weaknesses finds one in a version that the
// program uses, passes when there is none, and fails when it cannot know.
func TestWeakness(t *testing.T) {
	if testing.Short() {
		t.Skip("the check builds a program of its own")
	}
	root := filepath.Join("..", "..")
	tool := exec.Command("go", "tool", "-modfile=scripts/vuln/go.mod", "govulncheck", "-version")
	tool.Dir = root
	if out, err := tool.CombinedOutput(); err != nil {
		t.Skipf("govulncheck is not there and cannot be fetched: %v %s", err, out)
	}
	now := time.Now()
	for name, tc := range map[string]struct {
		db   string
		code int
		says string
	}{
		"nothing known":    {weaknesses(t, now, ""), 0, "no known weakness"},
		"one in a library": {weaknesses(t, now, "golang.org/x/mod"), 3, "GO-2026-0001"},
		"one in another":   {weaknesses(t, now, "example.org/not/used"), 0, "no known weakness"},
		"an old copy":      {weaknesses(t, now.AddDate(0, 0, -40), ""), 1, "not checked: the copy of the database is of"},
		"no such folder":   {"file://" + filepath.Join(t.TempDir(), "none"), 1, "not checked: the database of known weaknesses is not there"},
		"nobody answers":   {"http://127.0.0.1:1", 1, "not checked: the database of known weaknesses does not answer"},
		"a damaged copy":   {"file://" + damaged(t, now), 1, "not checked"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command("sh", "scripts/weakness.sh", "./internal/ledger")
			cmd.Dir, cmd.Env = root, append(os.Environ(), "GOVULNDB="+tc.db)
			out, err := cmd.CombinedOutput()
			if err != nil && cmd.ProcessState == nil {
				t.Fatal(err)
			}
			if code := cmd.ProcessState.ExitCode(); code != tc.code || !strings.Contains(string(out), tc.says) {
				t.Errorf("ended with %d, want %d and %q:\n%s", code, tc.code, tc.says, out)
			}
		})
	}
}

// damaged is a copy that was cut off.
func damaged(t *testing.T, at time.Time) string {
	dir := strings.TrimPrefix(weaknesses(t, at, "golang.org/x/mod"), "file://")
	if err := os.WriteFile(filepath.Join(dir, "index", "modules.json"), []byte(`[{"path": "golang`), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
