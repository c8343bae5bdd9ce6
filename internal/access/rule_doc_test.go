package access

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestRulesAreWrittenDown holds the table for people to the table that decides:
// the same rules in the same order.
func TestRulesAreWrittenDown(t *testing.T) {
	raw, err := os.ReadFile("../../docs/design/rights.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| (denies|allows) \\|").FindAllSubmatch(raw, -1) {
		id := string(m[1])
		got = append(got, id)
		for _, r := range rules {
			if r.id == id && r.deny != (string(m[2]) == "denies") {
				t.Errorf("rights.md says that the rule %s %s", id, m[2])
			}
		}
	}
	if want := Rules(); !slices.Equal(got, want) {
		t.Errorf("rights.md names the rules\n%q, want\n%q", got, want)
	}
}
