// Command paiza is a node's whole program: it serves the pages, takes files in,
// answers what the picture shows, and looks after the store. Each verb has one
// file here; all of them go through package desk, as the pages do.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"os/user"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"paiza"
	"paiza/client"
	"paiza/internal/auth"
	"paiza/internal/config"
	"paiza/internal/desk"
	"paiza/internal/dial"
	"paiza/internal/locale"
	"paiza/internal/obs"
	"paiza/internal/store"
)

// cli is the contents page of the command line.
type cli struct {
	Store        string `help:"The store: a file, or postgres://… ($PAIZA_STORE; node.paiza when nothing says otherwise)." placeholder:"TARGET"`
	File         string `name:"config" help:"Configuration of the node. Flags and the environment win over it." env:"PAIZA_CONFIG" placeholder:"FILE"`
	Node         string `help:"A node that runs, instead of a store: its address." env:"PAIZA_NODE" placeholder:"URL"`
	Token        string `help:"Token for the node; better in a file or in PAIZA_TOKEN, where other accounts of the machine do not see it." env:"PAIZA_TOKEN" placeholder:"TOKEN"`
	TokenFile    string `help:"File that holds the token." type:"existingfile" placeholder:"FILE"`
	InsecureHTTP bool   `name:"insecure-http" help:"Send the token unencrypted to another machine."`
	JSON         bool   `help:"Print JSON."`
	Lang         string `help:"Language of the answers: en, ru, zh. Found out from the environment when not given." env:"PAIZA_LANG" placeholder:"TAG"`

	Serve    serveCmd    `cmd:"" help:"Open the node's pages."`
	Demo     demoCmd     `cmd:"" help:"Open nodes of an exercise that talk to each other, on loopback."`
	Import   importCmd   `cmd:"" help:"Take a file of seizures or official totals in."`
	Undo     undoCmd     `cmd:"" help:"Take an import back, as one act."`
	Imports  importsCmd  `cmd:"" help:"List imports."`
	Seizures seizuresCmd `cmd:"" help:"List seizures; correct, relabel and withdraw them."`
	Alerts   alertsCmd   `cmd:"" help:"Warnings: list, raise, withdraw."`
	Picture  pictureCmd  `cmd:"" help:"Market, balance, routes, calendar, coverage."`
	Catalog  catalogCmd  `cmd:"" help:"Substances, units and places, and how a text is resolved."`
	Chem     chemCmd     `cmd:"" help:"Molecules: hydrogens, canonical form, patterns, parent, mass."`
	Backup   backupCmd   `cmd:"" help:"Make a sealed backup of the store; check and list backups."`
	Restore  restoreCmd  `cmd:"" help:"Put a backup in the place of a store."`
	Fsck     fsckCmd     `cmd:"" help:"Prove that figures equal their rows and that the ledger is whole."`
	Ledger   ledgerCmd   `cmd:"" help:"The record of acts: list it, check it, prove entries of it."`
	Secret   secretCmd   `cmd:"" help:"The node's secret, which seals its keys: change it."`
	Watch    watchCmd    `cmd:"" help:"Print events of a node as they happen."`
	Tokens   tokenCmd    `cmd:"" name:"token" help:"Tokens with which programs ask this node."`
	User     userCmd     `cmd:"" help:"Accounts of this node."`
	Config   configCmd   `cmd:"" help:"Configuration: check it, show what holds, print an example."`
	Health   healthCmd   `cmd:"" help:"Ask a serving node whether it is ready."`
	Agency   agencyCmd   `cmd:"" help:"Agencies that share this node."`
	Case     caseCmd     `cmd:"" help:"Cases: list, open, change."`
	Release  releaseCmd  `cmd:"" help:"What leaves the agency: list, propose, confirm, refuse, take out."`
	Nodes    nodeCmd     `cmd:"" name:"node" help:"This node among others: its keys, its card, its peers."`
	Group    groupCmd    `cmd:"" help:"Groups of nodes."`
	Relay    relayCmd    `cmd:"" help:"Carry sealed parcels between nodes that have no direct link."`
	Courier  courierCmd  `cmd:"" help:"Carry traffic on a medium instead of a network."`
	Proof    proofCmd    `cmd:"" help:"Write a file that proves what was exchanged."`
	Verify   verifyCmd   `cmd:"" help:"Check such a file; it needs no store and no network."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// streams are what a verb reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// app is what every verb gets.
type app struct {
	*streams
	ctx context.Context
	cli *cli
	loc *locale.Printer

	plan        desk.BackupPlan // of the node that is served
	certificate string
	quota       paiza.Quota // of each other node, and the room that is kept free of them
	reserve     int64
	dial        dial.Allow     // where webhooks of a served node may lead
	session     config.Session // what a sign-in of a served node takes and how long it holds
}

// Exit codes, documented in the README.
const (
	exitOK          = 0
	exitFault       = 1 // an error of the program, or fsck found a fault
	exitUsage       = 2
	exitInvalid     = 3
	exitNotFound    = 4
	exitConflict    = 5
	exitUnavailable = 6
	exitForbidden   = 7
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly stop; the second is the system's own,
	// which ends the process at once.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], &streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// errExit ends a verb with a code when all has been said already.
type errExit int

func (e errExit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func run(ctx context.Context, args []string, s *streams) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("paiza"), kong.Description(description), kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { exited = code }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}))
	if err != nil {
		fmt.Fprintln(s.err, err)
		return exitFault
	}
	k, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(s.err, "paiza: %v\nTry: paiza --help\n", err)
		return exitUsage
	}
	if err := c.place(); err != nil {
		fmt.Fprintf(s.err, "paiza: %v\nTry: paiza --help\n", err)
		return exitUsage
	}
	a := &app{streams: s, ctx: ctx, cli: &c, loc: locale.For(language(c.Lang))}
	err = k.Run(a, s)
	var exit errExit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintf(s.err, "paiza: %s\n", a.sentence(err))
	if hint := new(hinted); errors.As(err, &hint) {
		fmt.Fprintln(s.err, hint.say)
	}
	return exitCode(err)
}

// hinted is an error with what to type next, for a verb that knows.
type hinted struct {
	error
	say string
}

func (h *hinted) Unwrap() error { return h.error }

const description = `Paiza records what is seized, shows the market and the routes it reveals, and keeps each state's data on its own node.

  paiza demo                                   nodes to look at
  paiza import --store node.paiza FILE.csv     take a file in
  paiza picture market --store node.paiza      read off the market
  paiza serve --store node.paiza               open the pages`

// sentence is what a person is told of an error, in his language.
func (a *app) sentence(err error) string {
	var said *client.Problem
	if errors.As(err, &said) {
		return said.Error() // the node has said it in this language
	}
	var pe *paiza.Error
	if errors.As(err, &pe) {
		return a.loc.Error(pe)
	}
	return err.Error()
}

func exitCode(err error) int {
	for _, k := range []struct {
		kind error
		code int
	}{{paiza.ErrInvalid, exitInvalid}, {paiza.ErrForbidden, exitForbidden}, {paiza.ErrNotFound, exitNotFound},
		{paiza.ErrConflict, exitConflict}, {paiza.ErrUnavailable, exitUnavailable}} {
		if errors.Is(err, k.kind) {
			return k.code
		}
	}
	return exitFault
}

// language picks a language from the flag or the environment.
func language(given string) string {
	for _, v := range []string{given, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")} {
		if len(v) >= 2 && locale.Known(strings.ToLower(v[:2])) {
			return strings.ToLower(v[:2])
		}
	}
	return "en"
}

// operator is who acts at the machine's own command line.
func operator() paiza.Actor {
	name := "operator"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	return paiza.Operator(name)
}

// withDesk opens the store for one verb and closes it again.
func (a *app) withDesk(fn func(d *desk.Desk, who paiza.Actor) error) (err error) {
	target, err := a.store()
	if err != nil {
		return err
	}
	d, closeAll, err := a.open(target, obs.NewLogger(a.err, "warn", "text"), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	return fn(d, operator())
}

// store is the target that the flag, the environment or the configuration
// names, in this order.
func (a *app) store() (string, error) {
	cfg, err := config.StoreOf(a.cli.File, os.Environ())
	if err != nil {
		return "", err
	}
	a.session = cfg.Session
	if a.cli.Store != "" {
		return a.cli.Store, nil
	}
	a.secret(cfg.SecretFile)
	return cfg.Store, nil
}

// secret tells package store where the configuration puts the node's secret.
func (a *app) secret(file string) {
	if file != "" {
		os.Setenv(store.EnvSecret, file)
	}
}

// breached opens the list of passwords that nobody may choose; nil where the
// configuration names none. A list that cannot be asked is not passed over.
func (a *app) breached() (*auth.Breached, error) {
	file := a.session.BreachedPasswords
	if file == "" {
		return nil, nil
	}
	list, err := auth.OpenBreached(file)
	switch {
	case errors.Is(err, auth.ErrBreachedForm):
		return nil, paiza.Invalid("config.breached", paiza.Args{"file": file})
	case err != nil:
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "config.file", Args: paiza.Args{"file": file}, Err: err}
	}
	return list, nil
}

// open opens a store and its desk; meter may be nil.
func (a *app) open(target string, log *slog.Logger, meter store.Meter) (*desk.Desk, func() error, error) {
	if err := a.notOverNode(); err != nil {
		return nil, nil, err
	}
	st, err := store.Open(a.ctx, target)
	if err != nil {
		return nil, nil, err
	}
	st.Measure(meter)
	breached, err := a.breached()
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	d, err := desk.Open(a.ctx, desk.Options{Store: st, Breached: breached, Log: log, Backup: a.plan, Dial: a.dial, Certificate: a.certificate, Quota: a.quota, Reserve: a.reserve,
		SessionIdle: a.session.Idle, SessionLength: a.session.Lifetime,
		SecondFactor: desk.SecondFactor(a.session.SecondFactor), ClockDrift: a.session.ClockDrift, OldApps: a.session.OldApps})
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return d, func() error {
		d.Close()
		return st.Close()
	}, nil
}
