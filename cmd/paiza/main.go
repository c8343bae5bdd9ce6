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
	"paiza/internal/desk"
	"paiza/internal/locale"
	"paiza/internal/store"
)

// cli is the contents page of the command line.
type cli struct {
	Store string `help:"The store: a file, or postgres://…" default:"node.paiza" env:"PAIZA_STORE" placeholder:"TARGET"`
	JSON  bool   `help:"Print JSON."`
	Lang  string `help:"Language of the answers: en, ru, zh. Found out from the environment when not given." env:"PAIZA_LANG" placeholder:"TAG"`

	Serve    serveCmd    `cmd:"" help:"Open the node's pages."`
	Demo     demoCmd     `cmd:"" help:"Open a node with demonstration data on loopback."`
	Import   importCmd   `cmd:"" help:"Take a file of seizures or official totals in."`
	Undo     undoCmd     `cmd:"" help:"Take an import back, as one act."`
	Imports  importsCmd  `cmd:"" help:"List imports."`
	Seizures seizuresCmd `cmd:"" help:"List seizures."`
	Picture  pictureCmd  `cmd:"" help:"Market, balance, routes, calendar, coverage."`
	Catalog  catalogCmd  `cmd:"" help:"Substances, units and places, and how a text is resolved."`
	Chem     chemCmd     `cmd:"" help:"Molecules: hydrogens, canonical form, patterns, parent, mass."`
	Backup   backupCmd   `cmd:"" help:"Write a checked copy of the store."`
	Restore  restoreCmd  `cmd:"" help:"Put a backup in the place of a store."`
	Fsck     fsckCmd     `cmd:"" help:"Prove that figures equal their rows and that the ledger is whole."`
	Ledger   ledgerCmd   `cmd:"" help:"The record of acts: list it, check it, prove entries of it."`
	User     userCmd     `cmd:"" help:"Accounts of this node."`
	Node     nodeCmd     `cmd:"" help:"This node among others: its keys, its card, its peers."`
	Group    groupCmd    `cmd:"" help:"Groups of nodes."`
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

  paiza demo                                   a node to look at
  paiza import --store node.paiza FILE.csv     take a file in
  paiza picture market --store node.paiza      read off the market
  paiza serve --store node.paiza               open the pages`

// sentence is what a person is told of an error, in his language.
func (a *app) sentence(err error) string {
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
	d, closeAll, err := a.open(slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	return fn(d, operator())
}

func (a *app) open(log *slog.Logger) (*desk.Desk, func() error, error) {
	st, err := store.Open(a.ctx, a.cli.Store)
	if err != nil {
		return nil, nil, err
	}
	d, err := desk.Open(a.ctx, desk.Options{Store: st, Log: log})
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return d, func() error {
		d.Close()
		return st.Close()
	}, nil
}
