package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"paiza/internal/catalog"
)

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
			// Who may check the store need not be one who reads the ledger.
			if c, err := n.Cosigned(a.ctx); err == nil && len(c.By) > 0 {
				if err := a.printCosigned(c); err != nil {
					return err
				}
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
