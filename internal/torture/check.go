package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"paiza"
	"paiza/client"
	"paiza/wire"
)

// seen is what a node says of itself, read as any program reads it.
type seen struct {
	acts    []wire.Act                // oldest first
	on      map[string][]wire.Act     // by subject
	rows    map[string]wire.Seizure   // that count, by id
	marked  map[string][]wire.Seizure // typed rows by their reference
	file    map[string]int64          // rows by import
	imports []wire.Import
}

func look(ctx context.Context, k *client.Client) (*seen, error) {
	s := &seen{on: map[string][]wire.Act{}, rows: map[string]wire.Seizure{}, marked: map[string][]wire.Seizure{}, file: map[string]int64{}}
	for z, err := range k.EachSeizure(ctx, paiza.SeizureFilter{}) {
		if err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
		if _, twice := s.rows[z.ID]; twice {
			return nil, fmt.Errorf("seizure %s is listed twice", z.ID)
		}
		s.rows[z.ID] = z
		if z.Import != "" {
			s.file[z.Import]++
		} else {
			s.marked[z.Reference] = append(s.marked[z.Reference], z)
		}
	}
	for a, err := range k.AllActs(ctx) {
		if err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		s.acts = append(s.acts, a)
	}
	slices.Reverse(s.acts)
	for i, a := range s.acts {
		if a.Seq != int64(i+1) {
			return nil, fmt.Errorf("entry %d of the ledger has the number %d", i+1, a.Seq)
		}
		s.on[a.Subject] = append(s.on[a.Subject], a)
	}
	list, err := k.Imports(ctx)
	s.imports = list.Imports
	return s, err
}

// one finds the only act of a kind with a mark as its reason.
func (s *seen) one(l line) error {
	n, subject := 0, ""
	for _, a := range s.acts {
		if a.Action == l.Act && a.Reason == l.Mark {
			n, subject = n+1, a.Subject
		}
	}
	if n != 1 {
		return fmt.Errorf("%s %s was acknowledged and is in the ledger %d times", l.Act, l.Mark, n)
	}
	if want := strings.Split(l.Act, ".")[0] + "/" + l.ID; subject != want {
		return fmt.Errorf("%s %s was acknowledged for %s and is in the ledger on %s", l.Act, l.Mark, want, subject)
	}
	return nil
}

// check compares what a node says with the journal: every acknowledged act is
// there exactly once, none is there by half, and figures equal rows.
func (c *crew) check(ctx context.Context, n *node, k *client.Client) error {
	s, err := look(ctx, k)
	if err != nil {
		return err
	}
	c.journal.mu.Lock()
	err = errors.Join(c.acknowledged(s), c.atMostOnce(s))
	c.journal.mu.Unlock()
	if err = errors.Join(err, s.whole(), s.files()); err != nil {
		return err
	}
	proof, err := k.Fsck(ctx)
	if err != nil {
		return fmt.Errorf("fsck: %w", err)
	}
	for _, p := range proof.Proofs {
		if p.Fault != "" {
			return fmt.Errorf("fsck: %s: %s", p.What, p.Fault)
		}
	}
	_, err = n.verb(ctx, "", "ledger", "verify")
	return err
}

func (c *crew) acknowledged(s *seen) error {
	acts := map[string]int{}
	for _, a := range s.acts {
		acts[a.Action+" "+a.Reason]++
	}
	for _, l := range c.journal.acked {
		// Looked for one by one only when something is wrong.
		if acts[l.Act+" "+l.Mark] != 1 {
			return s.one(l)
		}
		switch l.Act {
		case "seizure.record":
			if z := s.marked[l.Mark]; !s.withdrawn(l.ID) && (len(z) != 1 || z[0].ID != l.ID) {
				return fmt.Errorf("seizure %s (%s) was acknowledged and is there %d times", l.ID, l.Mark, len(z))
			}
		case "seizure.correct":
			if z, ok := s.rows[l.ID]; ok && z.Version == l.Version && z.Packaging != l.Mark {
				return fmt.Errorf("seizure %s has version %d without its content", l.ID, l.Version)
			}
		}
		if z, ok := s.rows[l.ID]; strings.HasPrefix(l.Act, "seizure.") && ok && z.Version < l.Version {
			return fmt.Errorf("seizure %s went back from version %d to %d", l.ID, l.Version, z.Version)
		}
	}
	return nil
}

// atMostOnce: what was asked and never acknowledged may be there once.
func (c *crew) atMostOnce(s *seen) error {
	for mark, rows := range s.marked {
		if _, asked := c.journal.asked[mark]; !asked || len(rows) > 1 {
			return fmt.Errorf("a seizure with the mark %q is there %d times, asked for: %v", mark, len(rows), asked)
		}
	}
	times := map[string]int{}
	for _, a := range s.acts {
		if _, asked := c.journal.asked[a.Reason]; asked && a.Action == c.journal.asked[a.Reason].Act {
			if times[a.Reason]++; times[a.Reason] > 1 {
				return fmt.Errorf("%s %s was done %d times", a.Action, a.Reason, times[a.Reason])
			}
		}
	}
	return nil
}

func (s *seen) withdrawn(id string) bool {
	acts := s.on["seizure/"+id]
	return len(acts) > 0 && acts[len(acts)-1].Action == "seizure.withdraw"
}

// whole: each row that a person typed has its acts, each act its row, and the
// row is of the version that the last act made.
func (s *seen) whole() error {
	for id, z := range s.rows {
		if z.Import != "" {
			continue
		}
		acts := s.on["seizure/"+id]
		if len(acts) == 0 || acts[0].Action != "seizure.record" {
			return fmt.Errorf("seizure %s is there without the act that recorded it", id)
		}
		if last := acts[len(acts)-1]; last.Version != z.Version {
			return fmt.Errorf("seizure %s has version %d; its last act made version %d", id, z.Version, last.Version)
		}
	}
	for subject, acts := range s.on {
		id, ok := strings.CutPrefix(subject, "seizure/")
		if !ok {
			continue
		}
		if _, there := s.rows[id]; there == s.withdrawn(id) {
			return fmt.Errorf("seizure %s: listed %v, withdrawn %v, its last act is %s", id, there, s.withdrawn(id), acts[len(acts)-1].Action)
		}
	}
	return nil
}

// files: an import has all of its rows or none.
func (s *seen) files() error {
	for _, imp := range s.imports {
		want := int64(0)
		switch imp.State {
		case "running":
			continue // its process died, and the next one has not taken its lease yet
		case "done":
			want = imp.Counts.Imported
		}
		if got := s.file[imp.ID]; got != want {
			return fmt.Errorf("import %s is %s with %d rows, %d are there", imp.ID, imp.State, want, got)
		}
		ran := slices.ContainsFunc(s.on["import/"+imp.ID], func(a wire.Act) bool { return a.Action == "import.run" })
		if ran != (imp.State == "done" || imp.State == "undone") {
			return fmt.Errorf("import %s is %s; the ledger says that it ran: %v", imp.ID, imp.State, ran)
		}
	}
	return nil
}

// backups proves every backup that stands under its name: one that was cut off
// does not.
func backups(ctx context.Context, n *node, dir, identity string) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.backup"))
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		if _, err := n.verb(ctx, "", "backup", "verify", "--identity", identity, f); err != nil {
			return 0, err
		}
		if err := os.Remove(f); err != nil {
			return 0, err
		}
	}
	return len(files), nil
}
