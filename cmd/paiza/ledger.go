package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"paiza"
	"paiza/client"
	"paiza/internal/ledger"
	"paiza/internal/store"
	"paiza/wire"
)

type ledgerCmd struct {
	Show       ledgerShowCmd       `cmd:"" help:"List acts, newest first."`
	Verify     ledgerVerifyCmd     `cmd:"" help:"Check the whole ledger of the store, or a proof file without any store."`
	Checkpoint ledgerCheckpointCmd `cmd:"" help:"Print the signed head of the ledger."`
	Key        ledgerKeyCmd        `cmd:"" help:"Print the key with which checkpoints and proofs are checked."`
	Prove      ledgerProveCmd      `cmd:"" help:"Print a file that proves the entries on a subject."`
	Cosigned   ledgerCosignedCmd   `cmd:"" help:"Say how far other nodes have cosigned the ledger."`
	Shown      ledgerShownCmd      `cmd:"" help:"List the ledgers of other nodes as they show them here."`
	Accept     ledgerAcceptCmd     `cmd:"" help:"Let the ledger of another node go on from a head that was set aside."`
	Rotate     ledgerRotateCmd     `cmd:"" help:"Give the ledger another key."`
}

type ledgerShowCmd struct {
	Before  int64  `help:"Only entries before this number." placeholder:"N"`
	Limit   int    `help:"How many entries, at most 500." default:"50"`
	Subject string `help:"Only acts on this subject, such as seizure/12." placeholder:"SUBJECT"`
}

func (c *ledgerShowCmd) Run(a *app) error {
	return a.withNode(func(n workplace) error {
		list, err := n.Acts(a.ctx, c.Subject, c.Before, min(max(c.Limit, 1), 500))
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printJSON(list)
		}
		if len(list.Acts) == 0 {
			fmt.Fprintln(a.out, a.loc.T("cli.ledger.none"))
			return nil
		}
		if err := a.acts(list.Acts); err != nil {
			return err
		}
		if list.Before > 0 {
			fmt.Fprintln(a.out, a.loc.T("cli.ledger.older", "n", list.Before))
		}
		return nil
	})
}

// acts prints acts as a table.
func (a *app) acts(acts []wire.Act) error {
	rows := make([][]string, len(acts))
	for i, t := range acts {
		what := t.Action
		if key := "action." + t.Action; a.loc.Has(key) {
			what = a.loc.T(key)
		}
		detail := "(" + a.loc.T("cli.ledger.hidden") + ")"
		if t.Detail != nil {
			detail = *t.Detail
		}
		rows[i] = []string{strconv.FormatInt(t.Seq, 10), t.At.UTC().Format("2006-01-02 15:04:05Z"), t.Name, what, t.Subject, t.Reason, detail, t.From}
		for j, cell := range rows[i] {
			rows[i][j] = printable(cell)
		}
	}
	return table(a.out, []string{">" + a.loc.T("ledger.number"), a.loc.T("ledger.when"), a.loc.T("ledger.who"), a.loc.T("ledger.what"),
		a.loc.T("ledger.subject"), a.loc.T("field.reason"), a.loc.T("ledger.detail"), a.loc.T("ledger.from")}, rows)
}

// printable takes from a text what could move the cursor or hide a line of a
// terminal: entries hold what people typed, and proof files come from outside.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, s)
}

type ledgerCheckpointCmd struct {
	Send bool `help:"Send it to every other node now, to be cosigned. Otherwise that happens by itself every few hours."`
}

// Help is shown under the usage.
func (ledgerCheckpointCmd) Help() string {
	return `Keep the checkpoint outside the node: with it anybody can prove later that nothing before it was rewritten, even by
somebody who has the node's key.
  paiza ledger checkpoint > today.checkpoint
  paiza ledger verify --checkpoint today.checkpoint`
}

func (c *ledgerCheckpointCmd) Run(a *app) error {
	if c.Send {
		return a.sendCheckpoint()
	}
	return a.head(func(signed, key string) error {
		if a.cli.JSON {
			return a.printJSON(map[string]string{"checkpoint": signed, "key": key})
		}
		_, err := io.WriteString(a.out, signed)
		return err
	})
}

type ledgerKeyCmd struct{}

func (c *ledgerKeyCmd) Run(a *app) error {
	return a.head(func(_, key string) error {
		if a.cli.JSON {
			return a.printJSON(map[string]string{"key": key})
		}
		_, err := fmt.Fprintln(a.out, key)
		return err
	})
}

func (a *app) head(fn func(signed, key string) error) error {
	return a.withNode(func(n workplace) error {
		head, err := n.Checkpoint(a.ctx)
		if err != nil {
			return err
		}
		return fn(head.Checkpoint, head.Key)
	})
}

type ledgerProveCmd struct {
	Subject string `arg:"" optional:"" help:"What the acts were done to, such as seizure/12 or import/3."`
	Seq     int64  `help:"One entry, by its number." placeholder:"N"`
	Detail  bool   `help:"Show the particulars of the acts too. Without it the file only commits to them."`
	Since   string `help:"A checkpoint that the receiver has: prove that the ledger continues it." type:"existingfile" placeholder:"FILE"`
}

// Help is shown under the usage.
func (ledgerProveCmd) Help() string {
	return `The file names who did what, when, why and from where. It is checked without network and without this store:
  paiza ledger prove seizure/12 > seizure-12.proof
  paiza ledger verify seizure-12.proof --key KEY`
}

func (c *ledgerProveCmd) Run(a *app) error {
	if (c.Subject == "") == (c.Seq <= 0) {
		return paiza.Invalid("cli.ledger.one_of", nil)
	}
	of := client.Proving{Subject: c.Subject, Seq: c.Seq, Detail: c.Detail}
	if c.Since != "" {
		text, err := readSmall(c.Since, ledger.MaxCheckpoint)
		if err != nil {
			return err
		}
		of.Since = string(text)
	}
	return a.withNode(func(n workplace) error {
		proof, err := n.Prove(a.ctx, of)
		if err != nil {
			return err
		}
		_, err = a.out.Write(proof)
		return err
	})
}

type ledgerVerifyCmd struct {
	File       string `arg:"" optional:"" help:"A proof file. Without it the whole ledger of the store is checked." type:"existingfile"`
	Key        string `help:"The key of the node that you trust, as paiza ledger key prints it there." placeholder:"KEY"`
	Checkpoint string `help:"A checkpoint that you had from the node earlier." type:"existingfile" placeholder:"FILE"`
}

// Help is shown under the usage.
func (ledgerVerifyCmd) Help() string {
	return `The exit code is 0 when everything holds and 1 when a fault was found.
Have the key or the checkpoint from the node itself, not from whoever gives you the proof.`
}

func (c *ledgerVerifyCmd) Run(a *app) error {
	var earlier string
	if c.Checkpoint != "" {
		text, err := readSmall(c.Checkpoint, ledger.MaxCheckpoint)
		if err != nil {
			return err
		}
		earlier = string(text)
	}
	if c.File != "" {
		return c.proof(a, earlier)
	}
	if c.Key != "" {
		return paiza.Invalid("cli.ledger.key_alone", nil)
	}
	return c.whole(a, earlier)
}

// whole checks the ledger of the store, which may be damaged: that is why it is
// opened for repair and not through a desk.
func (c *ledgerVerifyCmd) whole(a *app, earlier string) (err error) {
	if err := a.notOverNode(); err != nil {
		return err
	}
	target, err := a.store()
	if err != nil {
		return err
	}
	if _, err := os.Stat(target); err != nil && !store.IsPostgres(target) {
		return &paiza.Error{Kind: paiza.ErrNotFound, Key: "cli.ledger.no_store", Args: paiza.Args{"file": target}, Err: err}
	}
	st, err := store.OpenForRepair(a.ctx, target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	var n int64
	if earlier == "" {
		n, err = st.VerifyLedger(a.ctx)
	} else {
		n, err = st.VerifyLedgerSince(a.ctx, earlier)
	}
	var fault *ledger.Fault
	switch {
	case errors.As(err, &fault):
		said := a.loc.T("cli.ledger.damaged."+fault.Kind, paiza.Args(fault.Args()))
		return a.found(said, map[string]any{"whole": false, "fault": fault.Kind, "at": fault.At, "message": said})
	case err != nil:
		return err
	case a.cli.JSON:
		by, err := cosigners(a, st)
		if err != nil {
			return err
		}
		return a.printJSON(map[string]any{"whole": true, "entries": n, "cosigned": by})
	}
	fmt.Fprintln(a.out, "✓ "+a.loc.T("cli.ledger.whole", "n", n))
	if err := a.cosignedIn(st, n); err != nil {
		return err
	}
	if earlier != "" {
		fmt.Fprintln(a.out, "✓ "+a.loc.T("cli.ledger.whole_since"))
	}
	return nil
}

// found tells a fault that a check found and ends with its exit code.
func (a *app) found(said string, asJSON map[string]any) error {
	if a.cli.JSON {
		if err := a.printJSON(asJSON); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(a.out, "✗ "+said)
	}
	return errExit(exitFault)
}

// refusals name the sentence for each reason why a proof does not hold.
var refusals = []struct {
	err error
	key string
}{{ledger.ErrKey, "key"}, {ledger.ErrSignature, "signature"}, {ledger.ErrTurn, "turn"}, {ledger.ErrEntry, "entry"}, {ledger.ErrShown, "shown"},
	{ledger.ErrHistory, "history"}, {ledger.ErrUnrelated, "unrelated"}, {ledger.ErrNothing, "nothing"}}

// proof checks a proof file with nothing but what was given.
func (c *ledgerVerifyCmd) proof(a *app, earlier string) error {
	if c.Key != "" && !ledger.CheckVerifier(c.Key) {
		return paiza.Invalid("cli.ledger.key_form", nil)
	}
	text, err := readSmall(c.File, ledger.MaxProof)
	if err != nil {
		return err
	}
	p, err := ledger.ParseProof(text)
	if err != nil {
		return &paiza.Error{Kind: paiza.ErrInvalid, Key: "cli.ledger.not_proof", Args: paiza.Args{"file": c.File}, Err: err}
	}
	acts, head, err := p.Verify(ledger.Trust{Key: c.Key, Checkpoint: earlier})
	if errors.Is(err, ledger.ErrTrust) {
		return paiza.Invalid("cli.ledger.refused.trust", nil)
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			said := a.loc.T("cli.ledger.refused." + r.key)
			return a.found(said, map[string]any{"holds": false, "reason": r.key, "message": said})
		}
	}
	if err != nil {
		return err
	}
	shown := make([]wire.Act, len(acts))
	for i, e := range p.Entries {
		shown[i] = wire.FromAct(acts[i], e.Shown == nil)
	}
	if a.cli.JSON {
		return a.printJSON(map[string]any{"holds": true, "log": head.Log, "entries": head.Size, "key": p.Key, "acts": shown})
	}
	if err := a.acts(shown); err != nil {
		return err
	}
	fmt.Fprintln(a.out, "✓ "+a.loc.T("cli.ledger.holds", "n", len(acts), "log", printable(head.Log), "size", head.Size))
	if c.Key != "" && c.Key != p.Key {
		fmt.Fprintln(a.out, a.loc.T("cli.ledger.turned", "key", p.Key))
	}
	return nil
}

// readSmall reads a file of which at most limit bytes can make sense; of a
// longer one it gives a byte more, which its reader refuses.
func readSmall(file string, limit int64) ([]byte, error) {
	f, err := os.Open(file)
	if err == nil {
		defer f.Close()
		var text []byte
		if text, err = io.ReadAll(io.LimitReader(f, limit+1)); err == nil {
			return text, nil
		}
	}
	return nil, &paiza.Error{Kind: paiza.ErrNotFound, Key: "cli.ledger.no_file", Args: paiza.Args{"file": file}, Err: err}
}
