package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"paiza"
)

// TestOutsider: a real node that talks to the members of a group and is not in
// it has neither the group's name nor what goes to it in any byte of any file:
// store, write-ahead log, temporary files, log, backup. When it is taken in, it
// learns the new name and what comes then, and nothing from before; who left
// learns nothing more.
func TestOutsider(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			target, folder := "", ""
			if engine == "postgres" {
				s := server(t)
				folder = s.Folder()
				var err error
				if target, err = newDatabase(s, "torture"); err != nil {
					t.Fatal(err)
				}
			}
			a, b, c := newMember(t, "a", "XAA", ""), newMember(t, "b", "XBB", ""), newMember(t, "c", "XCC", target)
			pair(a, b, c)
			for _, m := range []*member{a, b, c} {
				m.open()
			}
			group := a.group("create", "--member", b.id.String(), "Marigold 7f3a91c2")
			a.tell(group, "from a 55b0e1d7")
			quiet(t, a, b)
			b.tell(group, "from b 9c04aa13")
			everybodyWrites(t, a, b, c)
			c.must("backup", "--plain", filepath.Join(c.dir, "outside.backup"))
			c.kill()
			if got := holds(t, []string{"Marigold 7f3a91c2", "from a 55b0e1d7", "from b 9c04aa13"}, c.dir, folder); len(got) > 0 {
				t.Errorf("who is not in the group has %q", got)
			}
			if got := holds(t, []string{"Marigold 7f3a91c2", "from a 55b0e1d7", "from b 9c04aa13"}, b.dir); len(got) != 3 {
				t.Errorf("who is in the group has only %q: what is looked for cannot be found", got)
			}

			begin(t, c.node)
			if again := a.group("change", group, "--name", "Larkspur 0be6d5f4", "--member", c.id.String()); again != group {
				t.Errorf("the group %s has become %s", group, again)
			}
			a.tell(group, "later 31e87bb2")
			everybodyWrites(t, a, b, c)
			c.must("backup", "--plain", filepath.Join(c.dir, "inside.backup"))
			c.kill()
			want := []string{"Larkspur 0be6d5f4", "later 31e87bb2"}
			if got := holds(t, append([]string{"Marigold 7f3a91c2", "from a 55b0e1d7", "from b 9c04aa13"}, want...), c.dir, folder); !slices.Equal(got, want) {
				t.Errorf("who was taken in has %q", got)
			}
			if got := holds(t, want, b.dir); len(got) > 0 {
				t.Errorf("who has left has %q", got)
			}
		})
	}
}

// group makes a group or its next version, and gives its id.
func (m *member) group(args ...string) string {
	m.t.Helper()
	out := m.must(append([]string{"group"}, append(args, "--reason", "exercise", "--json")...)...)
	var g struct{ ID string }
	if err := json.Unmarshal([]byte(out), &g); err != nil {
		m.t.Fatalf("%v: %s", err, out)
	}
	return g.ID
}

// tell raises an alert and releases it to a group.
func (m *member) tell(group, text string) {
	m.t.Helper()
	ctx := m.t.Context()
	alert, err := m.desk.RaiseAlert(ctx, post(paiza.RoleAnalyst), paiza.NewAlert{Title: "Exercise", Text: text, Exercise: true, Handling: paiza.NewHandling{TLP: "green"}})
	if err != nil {
		m.t.Fatal(err)
	}
	r, err := m.desk.ProposeRelease(ctx, post(paiza.RoleAnalyst), paiza.NewRelease{Subject: "alert/" + alert.ID, Audience: "group:" + group, Reason: "exercise"})
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := m.desk.ConfirmRelease(ctx, post(paiza.RoleProsecutor), r.ID, "exercise"); err != nil {
		m.t.Fatal(err)
	}
}

// everybodyWrites has everybody write to everybody, and waits until all is
// there.
func everybodyWrites(t *testing.T, members ...*member) {
	t.Helper()
	for _, a := range members {
		for _, b := range members {
			if a != b {
				a.write(b, 300)
			}
		}
	}
	for i, a := range members {
		for _, b := range members[i+1:] {
			quiet(t, a, b)
		}
	}
}

// holds looks for texts in every file of the folders, as they are and in
// hexadecimal and base 64, and gives those that are there.
func holds(t *testing.T, texts []string, folders ...string) (found []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, text := range texts {
				for _, form := range forms(text) {
					seen[text] = seen[text] || bytes.Contains(raw, []byte(form))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range texts {
		if seen[text] {
			found = append(found, text)
		}
	}
	return found
}

// forms are the ways in which a text may stand in a file.
func forms(text string) []string {
	out := []string{text, hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text)))}
	for i := range 3 { // base 64 depends on where the text begins; its ends depend on what stands around it
		s := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", i) + text))
		out = append(out, s[4*(i+1)/2:len(s)-4])
	}
	return out
}
