package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/web"
)

type serveCmd struct {
	Address  string `help:"Address to listen on." default:"127.0.0.1:8080" env:"PAIZA_ADDRESS" placeholder:"HOST:PORT"`
	Exchange string `help:"Address to listen on for other nodes, and to send to them." env:"PAIZA_EXCHANGE" placeholder:"HOST:PORT"`
	HTTPS    bool   `help:"Pages are reached over HTTPS (at a proxy before this process): cookies are then bound to it." env:"PAIZA_HTTPS"`
}

// Help is shown under the usage.
func (serveCmd) Help() string {
	return `At the first start, while nobody has an account, a one-time link is printed with which the first administrator is made.
Several processes may serve one PostgreSQL.`
}

func (c *serveCmd) Run(a *app) error {
	log := slog.New(slog.NewTextHandler(a.err, nil))
	d, closeAll, err := a.open(log)
	if err != nil {
		return err
	}
	defer func() {
		if err := closeAll(); err != nil {
			log.Error("close", "error", err)
		}
	}()
	return c.serve(a, d, log, func(base string) error {
		need, err := d.NeedsSetup(a.ctx)
		if err != nil || !need {
			fmt.Fprintln(a.out, a.loc.T("cli.serve.ready", "url", base))
			return err
		}
		token, err := d.SetupLink(a.ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out, a.loc.T("cli.serve.setup", "url", base+"/setup?token="+token))
		return nil
	})
}

// serve listens, tells that it does, and answers until the process is asked to
// stop.
func (c *serveCmd) serve(a *app, d *desk.Desk, log *slog.Logger, ready func(base string) error) error {
	l, err := net.Listen("tcp", c.Address)
	if err != nil {
		return paiza.Unavailable("serve.address", err)
	}
	scheme := "http"
	if c.HTTPS {
		scheme = "https"
	}
	if err := ready(scheme + "://" + l.Addr().String()); err != nil {
		return errors.Join(err, l.Close())
	}
	if c.Exchange != "" {
		ctx, stop := context.WithCancel(a.ctx)
		at, wait, err := startExchange(ctx, d, c.Exchange, log)
		if err != nil {
			stop()
			return errors.Join(err, l.Close())
		}
		defer func() { stop(); wait() }()
		log.Info("open for other nodes", "address", at)
	}
	go d.Warm(a.ctx)
	go tidy(a.ctx, d, log)
	site := web.New(d, web.Options{Catalog: catalog.Default(), Log: log, TLS: c.HTTPS, Version: version})
	return site.Serve(a.ctx, l)
}

// tidy removes what has run out, now and every hour.
func tidy(ctx context.Context, d *desk.Desk, log *slog.Logger) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := d.Tidy(ctx); err != nil && ctx.Err() == nil {
			log.Error("tidy", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
