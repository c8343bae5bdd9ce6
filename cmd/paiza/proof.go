package main

import (
	"fmt"
	"strings"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/ledger"
	"paiza/wire"
)

type proofCmd struct {
	Subject string `arg:"" help:"What was exchanged, such as seizure/12, alert/3 or note/5."`
	Peer    string `help:"With whom, by the node's name; of a record of another node it is its owner." placeholder:"NODE"`
	File    string `help:"New file to write." required:"" placeholder:"FILE"`
}

// Help is shown under the usage.
func (proofCmd) Help() string {
	return `The file holds the message, the signatures, the receipts and the cards. Anybody checks it without a node and without a network:
  paiza verify FILE`
}

func (c *proofCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		p, err := d.Proof(a.ctx, who, c.Subject, c.Peer)
		if err != nil {
			return err
		}
		f, err := create(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := f.Write(p.Encode()); err != nil {
			return err
		}
		return a.said(f.Sync(), "cli.proof.done", "file", c.File)
	})
}

type verifyCmd struct {
	File string `arg:"" help:"A proof file, as paiza proof writes it." type:"existingfile"`
}

// Help is shown under the usage.
func (verifyCmd) Help() string {
	return `The exit code is 0 when the proof holds and 1 when it does not. Whose the keys are is for you to judge:
compare the hashes of the cards with those that the authorities give you.`
}

func (c *verifyCmd) Run(a *app) error {
	raw, err := readSmall(c.File, wire.MaxProof)
	if err != nil {
		return err
	}
	p, err := wire.ParseProof(raw)
	var rep *wire.Report
	if err == nil {
		rep, err = p.Verify()
	}
	if err != nil {
		why := err.Error()
		if r := wire.ReasonOf(err); r != "" {
			why = a.reason(r)
		}
		said := a.loc.T("cli.verify.refused", "reason", why)
		return a.found(said, map[string]any{"holds": false, "reason": string(wire.ReasonOf(err)), "message": said})
	}
	return a.report(rep)
}

// report says what a proof shows.
func (a *app) report(rep *wire.Report) error {
	m := rep.Message
	body := m.Body
	if a.cli.JSON {
		out := map[string]any{"holds": true, "from": m.From.String(), "to": m.To.String(), "type": m.Type, "subject": m.Subject, "version": m.Version,
			"tlp": m.TLP, "purpose": m.Purpose, "owner": m.Owner, "desk": m.Desk, "created": m.Created, "durable": rep.Durable, "refused": rep.Refused,
			"opened": rep.Opened, "relayed": relayed(rep), "digest": rep.Digest.String(), "body": string(body)}
		return a.printJSON(out)
	}
	say := func(key string, args ...any) string { return a.loc.T("cli.verify."+key, args...) }
	when := func(t time.Time) string {
		if t.IsZero() {
			return say("unknown")
		}
		return t.UTC().Format(time.RFC3339)
	}
	fmt.Fprintln(a.out, "✓ "+say("holds"))
	names := map[wire.NodeID]string{}
	for _, card := range rep.Cards {
		names[card.Node] = card.Title(language(a.cli.Lang)) + " (" + card.Body + "), " + card.Node.String()
	}
	lines := []string{say("from"), names[m.From], say("to"), names[m.To], say("subject"), fmt.Sprintf("%s, %s %d", m.Subject, say("version"), m.Version),
		say("label"), "TLP:" + strings.ToUpper(string(m.TLP)) + ", " + string(m.Purpose) + ", " + m.Owner, say("created"), when(m.Created), say("durable"), when(rep.Durable)}
	if rep.Refused != "" {
		lines = append(lines, say("set_aside"), a.reason(rep.Refused))
	}
	for _, x := range rep.Relayed {
		line := names[x.Relay] + ", " + a.loc.T("event."+string(x.Event)) + ", " + when(x.At)
		if x.Reason != "" {
			line += ": " + a.reason(x.Reason)
		}
		lines = append(lines, say("relayed"), line)
	}
	for _, o := range rep.Opened {
		lines = append(lines, say("opened"), o.Official+", "+when(o.At))
	}
	for _, card := range rep.Cards {
		lines = append(lines, say("card"), fmt.Sprintf("%s, %d: %s", card.Node, card.Serial, card.Hash()))
	}
	if err := pairs(a.out, lines...); err != nil {
		return err
	}
	for _, raw := range rep.Ledger {
		a.ledgerOf(raw)
	}
	_, err := fmt.Fprintf(a.out, "\n%s\n", body)
	return err
}

// relayed is what nodes in between said, as JSON.
func relayed(rep *wire.Report) []map[string]any {
	out := []map[string]any{}
	for _, x := range rep.Relayed {
		out = append(out, map[string]any{"relay": x.Relay.String(), "event": x.Event, "at": x.At, "reason": x.Reason})
	}
	return out
}

// ledgerOf says what a ledger's proof in the file shows by its own key.
func (a *app) ledgerOf(raw []byte) {
	p, err := ledger.ParseProof(raw)
	if err == nil {
		_, _, err = p.Verify(ledger.Trust{Key: p.Key})
	}
	if err != nil {
		fmt.Fprintln(a.out, "✗ "+a.loc.T("cli.verify.ledger_refused"))
		return
	}
	fmt.Fprintln(a.out, "✓ "+a.loc.T("cli.verify.ledger", "n", int64(len(p.Entries)), "key", p.Key))
}
