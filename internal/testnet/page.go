package testnet

import (
	"context"
	"log/slog"
	"net"

	"paiza"
	"paiza/internal/api"
	"paiza/internal/web"
)

// openPages opens the node's pages and interface when the plan has an address
// for them.
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
	site := web.New(n.desk, web.Options{Log: log, Now: n.plan.Now, API: door, Reference: door.Document()})
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := site.Serve(ctx, l); err != nil {
			log.Error("the pages have stopped", "node", n.plan.Name, "error", err)
		}
	}()
	return func() { <-done }, nil
}
