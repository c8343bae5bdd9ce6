package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"paiza/internal/demo"
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
	if a.cli.Store == "node.paiza" && os.Getenv("PAIZA_STORE") == "" {
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
	log := slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d, closeAll, err := a.open(log)
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
	serve := serveCmd{Address: c.Address}
	return serve.serve(a, d, log, func(base string) error {
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
