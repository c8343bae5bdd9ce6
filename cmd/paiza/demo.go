package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"paiza/internal/config"
	"paiza/internal/demo"
	"paiza/internal/obs"
)

type demoCmd struct {
	Address string        `help:"Address on loopback of the pages; of a network those of the first node, the others follow it." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Single  bool          `help:"One node and nobody to talk to."`
	Every   time.Duration `help:"Between two acts of the nodes of the network; 0 for none." default:"4s"`
	Fresh   bool          `help:"Begin with new stores."`
	NoServe bool          `help:"Fill the stores and stop."`
}

// Help is shown under the usage.
func (demoCmd) Help() string {
	return `Opens five nodes that talk to each other: three invented states, a secretariat and an observer, with pages at 127.0.0.1 to 127.0.0.5.
The first has a restated extract of figures published by UNODC; what the others send each other is an exercise. There are no persons in it.
Every page says that it is a demonstration. Enter pauses the traffic and lets it go on.
The stores lie in a folder of the temporary directory and are there again at the next start. With --store there is one node, in that store.`
}

// demoFolder is where the stores of demonstrations are.
func demoFolder() (string, error) {
	dir := filepath.Join(os.TempDir(), "paiza-demo")
	return dir, os.MkdirAll(dir, 0o700)
}

// forget removes stores of demonstrations.
func forget(stores ...string) {
	for _, file := range stores {
		for _, tail := range []string{"", "-wal", "-shm"} {
			os.Remove(file + tail)
		}
	}
}

func (c *demoCmd) Run(a *app) error {
	// The store of a configuration is a real one: it is not asked for here.
	if a.cli.Store == "" {
		a.cli.Store = os.Getenv("PAIZA_STORE")
	}
	if a.cli.Store == "" && !c.Single {
		return c.network(a)
	}
	if a.cli.Store == "" {
		dir, err := demoFolder()
		if err != nil {
			return err
		}
		a.cli.Store = filepath.Join(dir, "demo.paiza")
		if c.Fresh {
			forget(a.cli.Store)
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
