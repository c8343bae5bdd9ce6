package main

import (
	"fmt"
	"os"
	"path/filepath"

	"paiza/internal/config"
	"paiza/internal/demo"
	"paiza/internal/obs"
)

type demoCmd struct {
	Address string `help:"Address on loopback." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Fresh   bool   `help:"Begin with a new store."`
	NoServe bool   `help:"Fill the store and stop."`
}

// Help is shown under the usage.
func (demoCmd) Help() string {
	return `The data is a restated extract of figures published by UNODC; it holds no persons. Every page says that it is a demonstration.
Without --store the node lives in a folder of the temporary directory and is there again at the next start.`
}

func (c *demoCmd) Run(a *app) error {
	// The store of a configuration is a real one: it is not asked for here.
	if a.cli.Store == "" {
		a.cli.Store = os.Getenv("PAIZA_STORE")
	}
	if a.cli.Store == "" {
		dir := filepath.Join(os.TempDir(), "paiza-demo")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		a.cli.Store = filepath.Join(dir, "demo.paiza")
		if c.Fresh {
			for _, tail := range []string{"", "-wal", "-shm"} {
				os.Remove(a.cli.Store + tail)
			}
		}
	}
	cfg, err := config.Load("", nil, map[string]string{"listen.address": c.Address})
	if err != nil {
		return err
	}
	log := obs.NewLogger(a.err, "warn", "text")
	d, closeAll, err := a.open(a.cli.Store, log, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err := closeAll(); err != nil {
			log.Error("close", "error", err)
		}
	}()
	fmt.Fprintln(a.out, a.loc.T("cli.demo.filling"))
	people, err := demo.Fill(a.ctx, d, operator())
	if err != nil {
		return err
	}
	if c.NoServe {
		return c.people(a, people)
	}
	n := &running{cfg: cfg, desk: d, log: log}
	return n.serve(a, func(base string) error {
		fmt.Fprintln(a.out, a.loc.T("cli.demo.factor"))
		fmt.Fprintln(a.out, a.loc.T("cli.demo.ready", "url", base))
		return c.people(a, people)
	})
}

func (c *demoCmd) people(a *app, people []demo.Person) error {
	rows := make([][]string, len(people))
	for i, p := range people {
		rows[i] = []string{"  " + p.Login, p.Password, roleList(p.Roles)}
	}
	return table(a.out, []string{"  login", "password", "roles"}, rows)
}
