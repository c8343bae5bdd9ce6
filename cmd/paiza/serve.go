package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"paiza"
	"paiza/internal/api"
	"paiza/internal/auth"
	"paiza/internal/catalog"
	"paiza/internal/config"
	"paiza/internal/desk"
	"paiza/internal/dial"
	"paiza/internal/link"
	"paiza/internal/listen"
	"paiza/internal/obs"
	"paiza/internal/web"
)

type serveCmd struct {
	Address  string `help:"Address to listen on ($PAIZA_ADDRESS, 127.0.0.1:8080)." placeholder:"HOST:PORT"`
	Exchange string `help:"Address to listen on for other nodes, and to send to them ($PAIZA_EXCHANGE)." placeholder:"HOST:PORT"`
	HTTPS    bool   `help:"Pages are reached over HTTPS at a proxy before this process: cookies are then bound to it ($PAIZA_HTTPS)."`
}

// Help is shown under the usage.
func (serveCmd) Help() string {
	return `At the first start, while nobody has an account, a one-time link is printed with which the first administrator is made.
Several processes may serve one PostgreSQL. SIGTERM stops the node in order, a second one at once; SIGHUP reads the certificate again.
paiza config example > paiza.toml writes a configuration with every key.`
}

// settings is the configuration with the flags over it.
func (c *serveCmd) settings(a *app) (config.Config, error) {
	flags := map[string]string{}
	if c.Address != "" {
		flags["listen.address"] = c.Address
	}
	if c.Exchange != "" {
		flags["exchange.address"] = c.Exchange
	}
	if c.HTTPS {
		flags["listen.https"] = "true"
	}
	return a.settings(flags)
}

// settings loads the configuration with flags over it, --store among them.
func (a *app) settings(flags map[string]string) (config.Config, error) {
	if a.cli.Store != "" {
		flags["store"] = a.cli.Store
	}
	return config.Load(a.cli.File, os.Environ(), flags)
}

func (c *serveCmd) Run(a *app) error {
	cfg, err := c.settings(a)
	if err != nil {
		return err
	}
	n := &running{cfg: cfg, log: obs.NewLogger(a.err, cfg.Log.Level, cfg.Log.Format), metrics: obs.NewMetrics(version)}
	a.secret(cfg.SecretFile)
	a.plan, a.certificate, a.session = planOf(cfg), cfg.TLS.Certificate, cfg.Session
	x := cfg.Exchange
	a.quota, a.reserve = paiza.Quota{Messages: int64(x.QuotaMessages), Bytes: int64(x.QuotaBytes), Files: int64(x.QuotaFiles)}, int64(x.Reserve)
	if err := a.plan.Check(); err != nil {
		return err
	}
	if a.dial, err = dial.ParseAllow(cfg.Webhook.Allow); err != nil {
		return err
	}
	d, closeAll, err := a.open(cfg.Store, n.log, n.metrics)
	if err != nil {
		return err
	}
	defer func() {
		if err := closeAll(); err != nil {
			n.log.Error("close", "error", err)
		}
	}()
	n.desk = d
	n.metrics.Watch(n.state)
	return n.serve(a, func(base string) error {
		need, err := d.NeedsSetup(a.ctx)
		if err != nil || !need {
			fmt.Fprintln(a.out, a.loc.T("cli.serve.ready", "url", base))
			return err
		}
		token, err := d.SetupLink(a.ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out, a.loc.T("cli.serve.setup", "url", base+"/setup#"+token))
		return nil
	})
}

// running is a node that serves. metrics is nil where nobody looks at them.
type running struct {
	cfg     config.Config
	desk    *desk.Desk
	log     *slog.Logger
	metrics *obs.Metrics
}

// serve listens, tells that it does, and answers until the process is asked to
// stop.
func (n *running) serve(a *app, ready func(base string) error) error {
	secure, err := n.secure(a.ctx)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", n.cfg.Listen.Address)
	if err != nil {
		return paiza.Unavailable("serve.address", err)
	}
	limits := n.cfg.Limits
	door := api.New(n.desk, api.Options{Catalog: catalog.Default(), Log: n.log, Version: version, Session: web.Visitor, Again: web.VisitorAgain(n.desk), Until: a.ctx,
		PerMinute: limits.Calls})
	site := web.New(n.desk, web.Options{Catalog: catalog.Default(), Log: n.log, TLS: n.cfg.Encrypted(), Version: version, MaxUpload: int64(limits.Upload),
		Metrics: n.metrics, Proxies: n.cfg.Listen.TrustedProxies, Secure: secure, Request: limits.Request, Pages: limits.Pages, Drain: n.cfg.Listen.Drain, Stop: limits.Stop,
		PublicURL: n.cfg.Listen.PublicURL, PasskeyID: n.cfg.Passkey.RelyingParty, OIDC: auth.OIDC{Issuer: n.cfg.OIDC.Issuer,
			ClientID: n.cfg.OIDC.ClientID, ClientSecret: n.cfg.OIDC.ClientSecret, Name: n.cfg.OIDC.Name, ACR: n.cfg.OIDC.ACR},
		API: door, Reference: door.Document()})
	stopFigures, err := n.figures(site, secure)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer stopFigures()
	if err := ready(n.base(l.Addr().String())); err != nil {
		return errors.Join(err, l.Close())
	}
	go n.desk.Warm(a.ctx)
	defer n.startJobs(a)()
	n.log.Info("open", "address", l.Addr().String(), "version", version)
	n.tell("READY=1")
	context.AfterFunc(a.ctx, func() {
		n.log.Info("stopping")
		n.tell("STOPPING=1")
	})
	if n.cfg.Exchange.Address != "" {
		ctx, stop := context.WithCancel(a.ctx)
		_, at, wait, err := link.Open(ctx, n.desk, n.cfg.Exchange.Address, link.Options{Log: n.log})
		if err != nil {
			stop()
			return errors.Join(err, l.Close())
		}
		defer func() { stop(); wait() }()
		n.log.Info("open for other nodes", "address", at)
	}
	return site.Serve(a.ctx, l)
}

// base is the address to open.
func (n *running) base(address string) string {
	switch {
	case n.cfg.Listen.PublicURL != "":
		return n.cfg.Listen.PublicURL
	case n.cfg.Encrypted():
		return "https://" + address
	}
	return "http://" + address
}

// secure is the node's own TLS, with a certificate that is looked at again and
// again; nil when it has none. SIGHUP asks for a look at once. Under a
// supervisor it never ends the process; at a terminal without TLS it does, as
// the end of the terminal should.
func (n *running) secure(ctx context.Context) (*tls.Config, error) {
	t := n.cfg.TLS
	again := make(chan os.Signal, 1)
	if t.Certificate != "" || os.Getenv("NOTIFY_SOCKET") != "" {
		signal.Notify(again, syscall.SIGHUP)
	}
	if t.Certificate == "" {
		return nil, nil
	}
	c, err := listen.LoadCertificate(t.Certificate, t.Key, func(err error) {
		n.log.Error("the new certificate cannot be used; the old one stays", "file", t.Certificate, "error", err)
		n.metrics.CertificateFailed()
	})
	if err != nil {
		return nil, err
	}
	n.metrics.Certificate(c.Expiry)
	go c.Watch(ctx, t.Reload, again, func(expiry time.Time) {
		n.log.Info("a new certificate is in use", "expires", expiry)
	})
	return c.Config(t.MinVersion), nil
}

// figures answers scrapes and probes at an address of their own until it is
// stopped, which is after the pages have stopped.
func (n *running) figures(site *web.Site, secure *tls.Config) (stop func(), err error) {
	address := n.cfg.Metrics.Address
	if address == "" {
		return func() {}, nil
	}
	if strings.HasPrefix(address, ":") { // every address of the machine has to be said: 0.0.0.0
		address = "127.0.0.1" + address
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, paiza.Unavailable("node.metrics.address", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", n.metrics.Handler())
	mux.Handle("GET /healthz", site.Alive())
	mux.Handle("GET /readyz", site.Ready())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second,
		ErrorLog: obs.ServerLog(n.log, time.Now)}
	answer := func() error { return srv.Serve(l) }
	if n.cfg.Metrics.TLS {
		srv.TLSConfig = secure
		answer = func() error { return srv.ServeTLS(l, "", "") }
	}
	go func() {
		if err := answer(); !errors.Is(err, http.ErrServerClosed) {
			n.log.Error("no figures any more", "error", err)
		}
	}()
	n.log.Info("figures", "address", l.Addr().String())
	return func() { srv.Close() }, nil
}

// state is what the figures are made of.
func (n *running) state(ctx context.Context) (obs.State, error) {
	s := obs.State{Checks: map[string]bool{}}
	for _, c := range n.desk.Ready(ctx).Checks {
		s.Checks[c.Name] = c.Holds
	}
	p, err := n.desk.Pulse(ctx)
	s.LedgerEntries, s.LastAct, s.LastBackup = p.Entries, p.LastAct, p.LastBackup
	s.ImportsRunning, s.ImportRows, s.ImportAt = p.ImportsRunning, p.ImportRows, p.ImportAt
	s.DiskFree, s.DiskSize = p.DiskFree, p.DiskSize
	return s, err
}

// tell speaks to the supervisor that started the process, as sd_notify(3)
// does. Without one it says nothing.
func (n *running) tell(state string) {
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return
	}
	if strings.HasPrefix(socket, "@") {
		socket = "\x00" + socket[1:] // the abstract name space of Linux
	}
	conn, err := net.Dial("unixgram", socket)
	if err == nil {
		_, err = conn.Write([]byte(state))
		conn.Close()
	}
	if err != nil {
		n.log.Warn("the supervisor was not told", "error", err)
	}
}
