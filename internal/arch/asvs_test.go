package arch

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// asvs says how many requirements of levels 1 and 2 each section of ASVS 5.0.0
// has. In every section they are the first ones; sections that are not here are
// of level 3 as a whole.
var asvs = map[string]int{
	"1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
	"3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
	"5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
	"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4,
	"10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
	"11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4,
	"13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7,
	"16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}

var (
	asvsID    = regexp.MustCompile(`^(\d+\.\d+)\.(\d+)(?:–(\d+))?$`)
	asvsState = regexp.MustCompile(`^(met|partly|no|n/a|operator)(:|;| |$)`)
	quoted    = regexp.MustCompile("`([^`]+)`")
	testFunc  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
)

// TestRequirements holds docs/SECURITY.md to the standard and to the code: every
// requirement of the two levels has one row with a state, every file and test
// that is named exists, and what is not met is said again at the end.
func TestRequirements(t *testing.T) {
	root := filepath.Join("..", "..")
	f, err := os.Open(filepath.Join(root, "docs", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tests := testNames(t)
	seen, missing := map[string]bool{}, map[string][]string{}
	last := ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if line := lines.Text(); strings.HasPrefix(line, "Not met: ") {
			last = line
		}
		cells := strings.Split(strings.Trim(lines.Text(), "|"), "|")
		id := asvsID.FindStringSubmatch(strings.TrimSpace(cells[0]))
		if id == nil {
			continue
		}
		if len(cells) != 5 {
			t.Errorf("%s has %d cells", id[0], len(cells))
			continue
		}
		state := strings.TrimSpace(cells[2])
		if !asvsState.MatchString(state) {
			t.Errorf("%s: the state is %q", id[0], state)
		}
		if word := strings.FieldsFunc(state, func(r rune) bool { return r == ':' || r == ' ' || r == ';' })[0]; word == "no" || word == "partly" {
			missing[word] = append(missing[word], id[0])
		}
		from, _ := strconv.Atoi(id[2])
		to := from
		if id[3] != "" {
			to, _ = strconv.Atoi(id[3])
		}
		for n := from; n <= to; n++ {
			name := fmt.Sprintf("%s.%d", id[1], n)
			if seen[name] || n > asvs[id[1]] {
				t.Errorf("%s has two rows, or is not of these levels", name)
			}
			seen[name] = true
		}
		for _, m := range quoted.FindAllStringSubmatch(cells[3], -1) {
			if !exists(filepath.Join(root, m[1])) && !exists(filepath.Join(root, "internal", m[1])) {
				t.Errorf("%s names %s, which is not there", id[0], m[1])
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(cells[4], -1) {
			if !tests[m[1]] {
				t.Errorf("%s names the test %s, which is not there", id[0], m[1])
			}
		}
	}
	for section, n := range asvs {
		for i := 1; i <= n; i++ {
			if id := fmt.Sprintf("%s.%d", section, i); !seen[id] {
				t.Errorf("%s has no row", id)
			}
		}
	}
	said := func(list []string) string {
		if len(list) == 0 {
			return "none"
		}
		return strings.Join(list, ", ")
	}
	if want := "Not met: " + said(missing["no"]) + ". Partly: " + said(missing["partly"]) + "."; last != want {
		t.Errorf("the last line should be:\n%s", want)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// testNames are the tests and fuzz targets of the module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", `{{range .TestGoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}`, "paiza/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range strings.Fields(string(out)) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testFunc.FindAllStringSubmatch(string(raw), -1) {
			names[m[1]] = true
		}
	}
	return names
}
