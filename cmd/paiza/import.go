package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/report"
)

type importCmd struct {
	File    string `arg:"" help:"CSV, TSV, XLSX, or a ZIP or GZ of them." type:"existingfile"`
	Profile string `help:"Layout of the file, by name. Found out when not given." placeholder:"NAME"`
	Map     string `help:"Layout of the file, from a TOML file that you checked (see --propose)." type:"existingfile" placeholder:"FILE"`
	Propose bool   `help:"Print the layout that is found or proposed, as TOML, and stop."`
	Accept  bool   `help:"Take a proposed layout as it is."`
	DryRun  bool   `help:"Read everything, change nothing."`
	Errors  string `help:"Write refused and set-aside rows to this CSV file." placeholder:"FILE"`
	Reason  string `help:"Why, for the ledger." placeholder:"TEXT"`
	Label   string `help:"TLP label of all rows: clear, green, amber, amber+strict, red. AMBER when not given." placeholder:"LABEL"`
	Purpose string `help:"What the rows may be used for: statistics, intelligence, investigation, evidence." placeholder:"PURPOSE"`
	Case    string `help:"Case that the rows belong to, by id." placeholder:"ID"`
	Quiet   bool   `short:"q" help:"No progress."`
}

// Help is shown under the usage.
func (importCmd) Help() string {
	return `Examples:
  paiza import --store node.paiza ids_2011_2015.csv.gz
  paiza import --store node.paiza --dry-run unknown.xlsx
  paiza import --propose unknown.xlsx > layout.toml      then check it and
  paiza import --store node.paiza --map layout.toml unknown.xlsx

The same file twice changes nothing. A later export that overlaps an earlier one adds only what is new.`
}

// outcome is what --json prints of an import.
type outcome struct {
	paiza.Counts
	Profile string   `json:"profile"`
	Kind    string   `json:"kind"`
	Import  string   `json:"import"`
	DryRun  bool     `json:"dry_run,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

// importHeap is the heap above which the collector works harder: what a file of
// a gigabyte needs, so that the program stays under 400 MB with the database's
// own memory. GOMEMLIMIT overrules it.
const importHeap = 240 << 20

func (c *importCmd) Run(a *app) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(importHeap)
	}
	in := desk.ImportRequest{Path: c.File, Profile: c.Profile, Accept: c.Accept, Reason: c.Reason,
		Handling: paiza.NewHandling{TLP: strings.TrimPrefix(strings.ToLower(c.Label), "tlp:"), Purpose: c.Purpose, Case: c.Case}}
	if c.Map != "" {
		text, err := os.ReadFile(c.Map)
		if err != nil {
			return err
		}
		in.Mapping = text
	}
	err := a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		switch {
		case c.Propose:
			rec, err := d.RecogniseFile(a.ctx, who, in)
			if err != nil {
				return err
			}
			_, err = a.out.Write(rec.Profile.TOML())
			return err
		case c.DryRun:
			return c.dryRun(a, d, who, in)
		}
		return c.take(a, d, who, in)
	})
	var pe *paiza.Error
	if errors.As(err, &pe) && pe.Key == "import.unknown_layout" {
		return &hinted{err, a.loc.T("cli.import.unknown_layout")}
	}
	return err
}

func (c *importCmd) take(a *app, d *desk.Desk, who paiza.Actor, in desk.ImportRequest) error {
	refused, err := c.openErrors(a)
	if err != nil {
		return err
	}
	defer refused.discard()
	show, done := c.progress(a)
	imp, err := d.Import(a.ctx, who, in, show)
	done()
	if err != nil {
		return err
	}
	if refused != nil {
		if err := errors.Join(d.ImportErrors(a.ctx, who, imp.ID, refused.write), refused.keep()); err != nil {
			return err
		}
	}
	return c.report(a, outcome{Counts: imp.Counts, Profile: imp.Profile, Kind: string(imp.Kind), Import: imp.ID}, imp.Notes,
		imp.Finished.Sub(imp.Started))
}

func (c *importCmd) dryRun(a *app, d *desk.Desk, who paiza.Actor, in desk.ImportRequest) error {
	start := time.Now()
	refused, err := c.openErrors(a)
	if err != nil {
		return err
	}
	defer refused.discard()
	if refused != nil {
		in.Each = refused.write
	}
	run, err := d.DryRun(a.ctx, who, in)
	if err != nil {
		return err
	}
	if refused != nil {
		if err := refused.keep(); err != nil {
			return err
		}
	}
	return c.report(a, outcome{Counts: run.Counts, Profile: run.Profile, Kind: string(run.Kind), DryRun: true}, run.Notes, time.Since(start))
}

func (c *importCmd) report(a *app, o outcome, notes []paiza.Note, took time.Duration) error {
	for _, n := range notes {
		o.Notes = append(o.Notes, a.loc.Note(n))
	}
	if a.cli.JSON {
		return a.printLine(o)
	}
	n := func(v int64) string { return a.loc.Number(v) }
	title := a.loc.T("cli.import.done", "id", o.Import)
	if o.DryRun {
		title = a.loc.T("cli.import.dry_run")
	}
	fmt.Fprintln(a.out, title)
	rate := float64(o.Read) / max(took.Seconds(), 0.001)
	err := pairs(a.out,
		"  "+a.loc.T("cli.import.profile"), o.Profile,
		"  "+a.loc.T("cli.import.read"), n(o.Read)+"  ("+a.loc.Duration(took)+", "+a.loc.T("cli.import.rate", "n", int64(rate))+")",
		"  "+a.loc.T("cli.import.imported"), n(o.Imported),
		"  "+a.loc.T("cli.import.repeated"), n(o.Repeated),
		"  "+a.loc.T("cli.import.refused"), n(o.Refused),
		"  "+a.loc.T("cli.import.set_aside"), n(o.SetAside),
		"  "+a.loc.T("cli.import.flagged"), n(o.Flagged),
		"  "+a.loc.T("cli.import.revised"), n(o.Revised))
	for _, note := range o.Notes {
		fmt.Fprintln(a.out, "  •", note)
	}
	return err
}

// progress draws one line on a terminal, with rate and time left.
func (c *importCmd) progress(a *app) (show func(paiza.Progress), done func()) {
	f, ok := a.err.(*os.File)
	if c.Quiet || a.cli.JSON || !ok {
		return nil, func() {}
	}
	if st, err := f.Stat(); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	var last time.Time
	drawn := false
	return func(p paiza.Progress) {
			if p.Updated.Sub(last) < 200*time.Millisecond && !p.Finishing {
				return
			}
			last, drawn = p.Updated, true
			line := a.loc.T("cli.import.progress", "rows", p.Rows, "rate", int64(p.Rate()))
			if left, ok := p.Left(); ok && !p.Finishing {
				line += ", " + a.loc.T("cli.import.left", "time", a.loc.Duration(left))
			}
			fmt.Fprintf(f, "\r\x1b[K%s", line)
		}, func() {
			if drawn {
				fmt.Fprint(f, "\r\x1b[K")
			}
		}
}

// refusedRows is the file of --errors on its way: it has its name only when it
// is whole.
type refusedRows struct {
	a    *app
	f    *os.File
	w    *csv.Writer
	name string
}

// openErrors begins the file before anything is imported, so that a name that
// cannot be written is told in time; nil when none is asked for.
func (c *importCmd) openErrors(a *app) (*refusedRows, error) {
	if c.Errors == "" {
		return nil, nil
	}
	f, err := os.Create(c.Errors + ".part")
	if err != nil {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "cli.import.errors_file", Args: paiza.Args{"file": c.Errors}, Err: err}
	}
	r := &refusedRows{a: a, f: f, w: csv.NewWriter(f), name: c.Errors}
	return r, r.w.Write([]string{"sheet", "row", "column", "value", "kind", "reason"})
}

func (r *refusedRows) write(e paiza.RowError) error {
	kind := "refused"
	if e.Aside {
		kind = "set aside"
	}
	return r.w.Write([]string{report.Guard(e.Sheet), strconv.Itoa(e.Row), report.Guard(e.Column), report.Guard(e.Value), kind, r.a.loc.RowError(e)})
}

// keep finishes the file and gives it its name.
func (r *refusedRows) keep() error {
	r.w.Flush()
	if err := errors.Join(r.w.Error(), r.f.Close()); err != nil {
		return err
	}
	return os.Rename(r.f.Name(), r.name)
}

// discard removes what was begun and not kept.
func (r *refusedRows) discard() {
	if r != nil {
		r.f.Close()
		os.Remove(r.f.Name())
	}
}

type undoCmd struct {
	Import string `arg:"" help:"Id of the import (see: paiza imports)."`
	Reason string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *undoCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		imp, err := d.Undo(a.ctx, who, c.Import, c.Reason)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printLine(map[string]any{"import": imp.ID, "state": imp.State, "rows": imp.Counts.Imported})
		}
		fmt.Fprintln(a.out, a.loc.T("cli.undo.done", "id", imp.ID, "rows", imp.Counts.Imported))
		return nil
	})
}

type importsCmd struct{}

func (c *importsCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		list, err := d.Imports(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			out := make([]map[string]any, len(list))
			for i, m := range list {
				out[i] = map[string]any{"import": m.ID, "file": m.File, "sha256": m.SHA256, "profile": m.Profile, "source": m.Source,
					"kind": m.Kind, "state": m.State, "started": m.Started, "by": m.Actor, "counts": m.Counts}
			}
			return a.printJSON(out)
		}
		rows := make([][]string, len(list))
		for i, m := range list {
			rows[i] = []string{m.ID, a.loc.Time(m.Started), string(m.State), m.Profile, a.loc.Number(m.Counts.Imported), m.File, m.Actor}
		}
		return table(a.out, []string{">id", "started", "state", "profile", ">imported", "file", "by"}, rows)
	})
}
