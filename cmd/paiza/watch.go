package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"paiza"
)

type watchCmd struct {
	After string   `help:"Begin after the event with this id; 0 for all. New ones only when not given." placeholder:"ID"`
	Type  []string `help:"Type of event, or its first word; repeat for several: seizure, alert.raise …" placeholder:"TYPE"`
	Count int      `help:"End after so many events; 0 for never." default:"0" placeholder:"N"`
}

// Help is shown under the usage.
func (watchCmd) Help() string {
	return `Asks a node that runs (--node, --token-file) and goes on until it is stopped. Events carry no content: read the
subject with your own rights. With --json each event is one line of JSON.
  paiza watch --node https://node.example --token-file token --type alert`
}

func (c *watchCmd) Run(a *app) error {
	if a.cli.Node == "" {
		return paiza.Invalid("event.node_only", nil)
	}
	n, err := a.client()
	if err != nil {
		return err
	}
	out := json.NewEncoder(a.out)
	out.SetEscapeHTML(false)
	seen := 0
	for e, err := range n.Events(a.ctx, c.After, c.Type...) {
		if errors.Is(err, context.Canceled) {
			return nil // stopped by a signal
		}
		if err != nil {
			return err
		}
		if a.cli.JSON {
			err = out.Encode(e)
		} else {
			_, err = fmt.Fprintf(a.out, "%s  %s  %s  %s  %s\n", printable(e.ID), a.loc.Time(e.Time), printable(e.Type), printable(e.Subject), printable(e.TLP))
		}
		if seen++; err != nil || seen == c.Count {
			return err
		}
	}
	return nil
}
