package arch

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	fuzzRow    = regexp.MustCompile("(?m)^\\| [^|]+ \\| `([^`]+)` \\| ((?:`Fuzz\\w+`(?:, )?)+) \\|$")
	fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\)`)
)

// TestFuzzTable compares the table of SECURITY.md with the code: every decoder
// that it names has its target, and every target stands in it.
func TestFuzzTable(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, row := range fuzzRow.FindAllStringSubmatch(string(text), -1) {
		for name := range strings.SplitSeq(row[2], ", ") {
			told[row[1]+" "+strings.Trim(name, "`")] = true
		}
	}
	have := map[string]bool{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(path))
		for _, m := range fuzzTarget.FindAllStringSubmatch(string(src), -1) {
			have[filepath.ToSlash(pkg)+" "+m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(told)) {
		if !have[name] {
			t.Errorf("SECURITY.md names the fuzz target %s, which is not there", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if !told[name] {
			t.Errorf("the fuzz target %s does not stand in the table of SECURITY.md", name)
		}
	}
}
