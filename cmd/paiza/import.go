package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/report"
	"paiza/wire"
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

// importHeap is the heap above which the collector works harder: what a file of
// a gigabyte needs, so that the program stays under 400 MB with the database's
// own memory. GOMEMLIMIT overrules it.
const importHeap = 240 << 20

func (c *importCmd) Run(a *app) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(importHeap)
	}
	in := wire.Take{Profile: c.Profile, Accept: c.Accept, Reason: c.Reason,
		Handling: wire.NewMarking{TLP: strings.TrimPrefix(strings.ToLower(c.Label), "tlp:"), Purpose: c.Purpose, Case: c.Case}}
	if c.Map != "" {
		text, err := os.ReadFile(c.Map)
		if err != nil {
			return err
		}
		in.Mapping = string(text)
	}
	err := a.withImporter(func(m importer) error {
		switch {
		case c.Propose:
			lay, err := m.layout(a.ctx, c.File, in)
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.out, lay.TOML)
			return err
		case c.DryRun:
			return c.dryRun(a, m, in)
		}
		return c.take(a, m, in)
	})
	var pe *paiza.Error
	if errors.As(err, &pe) && pe.Key == "import.unknown_layout" {
		return &hinted{err, a.loc.T("cli.import.unknown_layout")}
	}
	return err
}

func (c *importCmd) take(a *app, m importer, in wire.Take) error {
	refused, err := c.openErrors(a)
	if err != nil {
		return err
	}
	defer refused.discard()
	show, done := c.progress(a)
	imp, err := m.take(a.ctx, c.File, in, show)
	done()
	if err != nil {
		return err
	}
	if refused != nil {
		if err := errors.Join(m.errors(a.ctx, imp.ID, refused.write), refused.keep()); err != nil {
			return err
		}
	}
	var took time.Duration
	if imp.Finished != nil {
		took = imp.Finished.Sub(imp.Started)
	}
	return c.report(a, imp.Outcome(), took)
}

func (c *importCmd) dryRun(a *app, m importer, in wire.Take) error {
	start := time.Now()
	refused, err := c.openErrors(a)
	if err != nil {
		return err
	}
	defer refused.discard()
	var each func(wire.RowError) error
	if refused != nil {
		each = refused.write
	}
	run, err := m.dryRun(a.ctx, c.File, in, each)
	if err != nil {
		return err
	}
	if refused != nil {
		if err := refused.keep(); err != nil {
			return err
		}
	}
	return c.report(a, run.Outcome, time.Since(start))
}

func (c *importCmd) report(a *app, o wire.Outcome, took time.Duration) error {
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
	r := &refusedRows{f: f, w: csv.NewWriter(f), name: c.Errors}
	return r, r.w.Write([]string{"sheet", "row", "column", "value", "kind", "reason"})
}

func (r *refusedRows) write(e wire.RowError) error {
	return r.w.Write([]string{report.Guard(e.Sheet), strconv.Itoa(e.Row), report.Guard(e.Column), report.Guard(e.Value),
		strings.ReplaceAll(e.Kind, "_", " "), e.Reason})
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
	return a.withNode(func(n workplace) error {
		imp, err := n.Undo(a.ctx, c.Import, c.Reason)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printLine(imp)
		}
		fmt.Fprintln(a.out, a.loc.T("cli.undo.done", "id", imp.ID, "rows", imp.Counts.Imported))
		return nil
	})
}

type importsCmd struct{}

func (c *importsCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		list, err := n.Imports(a.ctx)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list.Imports)
		}
		rows := make([][]string, len(list.Imports))
		for i, m := range list.Imports {
			rows[i] = []string{m.ID, a.loc.Time(m.Started), m.State, m.Profile, a.loc.Number(m.Counts.Imported), m.File, m.By}
		}
		return table(a.out, []string{">id", "started", "state", "profile", ">imported", "file", "by"}, rows)
	})
}
