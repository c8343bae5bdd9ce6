package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"time"

	"paiza"
	"paiza/internal/demo"
	"paiza/internal/obs"
	"paiza/internal/testnet"
)

// exercise is the network of the demonstration. Its states are nobody's: ISO 3166
// leaves the codes XAA to XZZ to whoever needs some.
var exercise = []testnet.NodePlan{
	{Name: "state-a", Body: "XAA", Home: "Coordination centre of state A", Title: "Exercise: state A", Titles: map[string]string{"ru": "Учение: государство А", "zh": "演习：甲国"},
		Agencies: []testnet.AgencyPlan{{Name: "Customs of state A", Kind: paiza.AgencyCustoms}}},
	{Name: "state-b", Body: "XBB", Home: "Police of state B", Title: "Exercise: state B", Titles: map[string]string{"ru": "Учение: государство Б", "zh": "演习：乙国"}},
	{Name: "state-c", Body: "XCC", Home: "Customs of state C", Title: "Exercise: state C", Titles: map[string]string{"ru": "Учение: государство В", "zh": "演习：丙国"}},
	{Name: "secretariat", Body: "XSEC", Home: "Secretariat of the exercise", Title: "Exercise: secretariat", Titles: map[string]string{"ru": "Учение: секретариат", "zh": "演习：秘书处"}},
	{Name: "observer", Body: "XOBS", Home: "Observer of the exercise", Title: "Exercise: observer", Titles: map[string]string{"ru": "Учение: наблюдатель", "zh": "演习：观察员"}},
}

// The observer talks to the secretariat and to one state only, and is in no
// group: what the states give each other never comes to him.
var (
	exercisePairs = [][2]string{{"state-a", "state-b"}, {"state-a", "state-c"}, {"state-b", "state-c"}, {"secretariat", "state-a"}, {"secretariat", "state-b"},
		{"secretariat", "state-c"}, {"secretariat", "observer"}, {"state-a", "observer"}}
	exerciseGroups = []testnet.GroupPlan{{Name: "Exercise task force", Owner: "secretariat", Members: []string{"state-a", "state-b", "state-c"}}}
)

// network opens the network of the demonstration and lets it live.
func (c *demoCmd) network(a *app) (err error) {
	dir, err := demoFolder()
	if err != nil {
		return err
	}
	plan := testnet.Plan{Folder: dir, Version: version, Pairs: exercisePairs, Groups: exerciseGroups, Log: obs.NewLogger(a.err, "warn", "text")}
	address, err := netip.ParseAddrPort(c.Address)
	if err != nil || !address.Addr().IsLoopback() || !address.Addr().Is4() {
		return paiza.Invalid("cli.demo.address", paiza.Args{"value": c.Address})
	}
	host := address.Addr()
	for _, node := range exercise {
		// Each node has an address of its own: browsers share cookies among the ports
		// of one.
		node.Address = net.JoinHostPort(host.String(), "0")
		if !c.NoServe {
			node.Pages = netip.AddrPortFrom(host, address.Port()).String()
		}
		for _, p := range demo.Posts() {
			node.People = append(node.People, testnet.PersonPlan{Login: p.Login, Name: p.Name, Password: p.Password, Roles: p.Roles})
		}
		if c.Fresh {
			forget(filepath.Join(dir, node.Name+".paiza"))
		}
		plan.Nodes = append(plan.Nodes, node)
		host = host.Next()
	}
	fmt.Fprintln(a.out, a.loc.T("cli.demo.filling"))
	n, err := testnet.Open(a.ctx, plan)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if err := demo.Data(a.ctx, n.Node("state-a").Desk(), operator()); err != nil {
		return err
	}
	if c.NoServe {
		return c.rehearse(a, n, plan)
	}
	fmt.Fprintln(a.out, a.loc.T("cli.demo.network"))
	if err := c.accounts(a, n, plan); err != nil {
		return err
	}
	c.live(a, n)
	return nil
}

// accounts prints where each node is and how to sign in there.
func (c *demoCmd) accounts(a *app, n *testnet.Net, plan testnet.Plan) error {
	var rows [][]string
	for _, node := range plan.Nodes {
		for i, p := range node.People {
			row := []string{"  " + a.loc.T("cli.demo.place."+node.Name), n.Node(node.Name).Pages(), p.Login, p.Password, roleList(p.Roles)}
			if i > 0 {
				row[0], row[1] = "", ""
			}
			if len(p.Roles) == len(paiza.Roles()) {
				row[4] = a.loc.T("cli.demo.all_roles")
			}
			rows = append(rows, row)
		}
	}
	return table(a.out, []string{"  node", "address", "login", "password", "roles"}, rows)
}

// rehearse does some acts, waits until all has arrived, and holds both sides of
// every log against each other.
func (c *demoCmd) rehearse(a *app, n *testnet.Net, plan testnet.Plan) error {
	for traffic, i := n.Traffic(uint64(time.Now().UnixNano())), 0; i < 10; i++ {
		if _, err := traffic.Next(a.ctx); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(a.ctx, time.Minute)
	defer cancel()
	if err := errors.Join(n.Quiet(ctx), n.Check(a.ctx)); err != nil {
		return err
	}
	return c.accounts(a, n, plan)
}

// live lets the network live until the program is asked to stop. A line on
// standard input pauses it, and the next lets it go on.
func (c *demoCmd) live(a *app, n *testnet.Net) {
	toggle := make(chan struct{})
	go func() {
		for in := bufio.NewScanner(a.in); in.Scan(); {
			select {
			case toggle <- struct{}{}:
			case <-a.ctx.Done():
				return
			}
		}
	}()
	var tick <-chan time.Time
	if c.Every > 0 {
		ticker := time.NewTicker(c.Every)
		defer ticker.Stop()
		tick = ticker.C
		fmt.Fprintln(a.out, a.loc.T("cli.demo.traffic", "seconds", c.Every.String()))
	}
	traffic, paused := n.Traffic(uint64(time.Now().UnixNano())), false
	for {
		select {
		case <-a.ctx.Done():
			return
		case <-toggle:
			paused = !paused
			key := "cli.demo.running"
			if paused {
				key = "cli.demo.paused"
			}
			fmt.Fprintln(a.out, a.loc.T(key))
		case <-tick:
			if paused {
				continue
			}
			e, err := traffic.Next(a.ctx)
			switch {
			case err != nil && a.ctx.Err() == nil:
				fmt.Fprintln(a.err, a.sentence(err))
			case err == nil:
				fmt.Fprintf(a.out, "%s  %s → %s: %s\n", time.Now().Format(time.TimeOnly), e.Node, e.To, e.Subject)
			}
		}
	}
}
