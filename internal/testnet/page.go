package testnet

import (
	"context"
	"log/slog"
	"net"
	"sync"

	"paiza"
	"paiza/internal/api"
	"paiza/internal/desk"
	"paiza/internal/dial"
	"paiza/internal/jobs"
	"paiza/internal/web"
)

// openPages opens the node's pages and interface when the plan has an address
// for them, and begins what a node does by itself.
func (n *Node) openPages(ctx context.Context) (wait func(), err error) {
	if n.plan.Pages == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", n.plan.Pages)
	if err != nil {
		return func() {}, paiza.Unavailable("serve.address", err)
	}
	log := n.net.plan.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	n.pages = "http://" + l.Addr().String()
	door := api.New(n.desk, api.Options{Log: log, Session: web.Visitor})
	site := web.New(n.desk, web.Options{Log: log, Now: n.plan.Now, Version: n.net.plan.Version, API: door, Reference: door.Document()})
	var work sync.WaitGroup
	work.Go(func() {
		if err := site.Serve(ctx, l); err != nil {
			log.Error("the pages have stopped", "node", n.plan.Name, "error", err)
		}
	})
	work.Go(func() { jobs.New(n.desk, log, jobs.Node(n.desk, desk.BackupPlan{}, jobs.Options{})...).Run(ctx) })
	work.Go(func() { jobs.NewWebhooks(n.desk, log, dial.Allow{}).Run(ctx) })
	return work.Wait, nil
}
