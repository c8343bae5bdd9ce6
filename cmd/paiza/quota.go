package main

import (
	"paiza"
	"paiza/internal/config"
	"paiza/internal/desk"
)

type nodeQuotaCmd struct {
	peerArg
	Messages int64  `help:"Messages in a day (UTC); 0 is the node's rule." placeholder:"N"`
	Bytes    string `help:"Bytes of messages in a day, such as 20GiB; 0 is the node's rule." default:"0" placeholder:"SIZE"`
	Files    string `help:"Bytes of files fetched in a day; 0 is the node's rule." default:"0" placeholder:"SIZE"`
	Reason   string `help:"Why, for the ledger." required:"" placeholder:"TEXT"`
}

func (c *nodeQuotaCmd) Run(a *app) error {
	q := paiza.Quota{Messages: c.Messages}
	for _, s := range []struct {
		text string
		into *int64
	}{{c.Bytes, &q.Bytes}, {c.Files, &q.Files}} {
		size, err := config.ParseSize(s.text)
		if err != nil {
			return &paiza.Error{Kind: paiza.ErrInvalid, Key: "quota.form", Err: err}
		}
		*s.into = int64(size)
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		return a.said(d.SetQuota(a.ctx, who, c.Node, q, c.Reason), "cli.node.quota", "node", c.Node)
	})
}
