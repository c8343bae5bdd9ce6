package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/store"
)

type backupCmd struct {
	File string `arg:"" help:"New file to write."`
}

func (c *backupCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		if err := d.Backup(a.ctx, who, c.File); err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printLine(map[string]any{"backup": c.File, "checked": true})
		}
		fmt.Fprintln(a.out, a.loc.T("cli.backup.done", "file", c.File))
		return nil
	})
}

type restoreCmd struct {
	File    string `arg:"" help:"The backup." type:"existingfile"`
	Replace bool   `help:"Replace a store that exists."`
}

func (c *restoreCmd) Run(a *app) error {
	if err := a.notOverNode(); err != nil {
		return err
	}
	if err := store.Restore(a.ctx, c.File, a.cli.Store, c.Replace); err != nil {
		return err
	}
	// The act is written into the store that now stands.
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		if err := d.Restored(a.ctx, who); err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printLine(map[string]any{"restored": a.cli.Store, "from": c.File, "checked": true})
		}
		fmt.Fprintln(a.out, a.loc.T("cli.restore.done", "file", c.File))
		return nil
	})
}

type fsckCmd struct{}

func (c *fsckCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		r, err := n.Fsck(a.ctx)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			if err := a.printJSON(r); err != nil {
				return err
			}
		} else {
			for _, p := range r.Proofs {
				line := a.loc.T("cli.fsck."+p.What, "n", p.Count)
				if p.Fault != "" {
					line = "✗ " + line + ": " + p.Fault
				} else {
					line = "✓ " + line
				}
				fmt.Fprintln(a.out, line)
			}
		}
		if !r.Sound {
			return errExit(exitFault)
		}
		return nil
	})
}

// version is set by the linker (see the Makefile).
var version = "development"

type versionCmd struct{}

func (c *versionCmd) Run(a *app) error {
	info := map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH,
		"catalog": catalog.Default().Version()}
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" {
				info["revision"] = s.Value
			}
		}
	}
	if a.cli.JSON {
		return a.printJSON(info)
	}
	return pairs(a.out, "paiza", info["version"], "go", info["go"], "platform", info["platform"], "catalog", info["catalog"])
}
