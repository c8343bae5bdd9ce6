package main

import (
	"context"
	"fmt"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/testnet"
	"paiza/wire"
)

// lists measures what people look at, with many messages behind it, at the node
// that wrote them and at the one that took them up.
func lists(ctx context.Context) error {
	return pair(ctx, func(a, b *testnet.Node) error {
		if err := write(ctx, a, b, hands, *waiting); err != nil {
			return err
		}
		if err := proven(ctx, a, b, uint64(*waiting)); err != nil {
			return err
		}
		slowest, worst := "", time.Duration(0)
		for _, at := range []struct{ here, there *testnet.Node }{{a, b}, {b, a}} {
			for _, l := range listsOf(at.here, at.there) {
				took := time.Hour
				for range 5 {
					began := time.Now()
					if err := l.read(ctx); err != nil {
						return fmt.Errorf("%s: %w", l.name, err)
					}
					took = min(took, time.Since(began))
				}
				if took > worst {
					slowest, worst = l.name, took
				}
			}
		}
		figure(fmt.Sprintf("slowest list with %d messages (%s)", *waiting, slowest), ms(worst), "≤ 20 ms")
		return nil
	})
}

// list is one that a page shows.
type list struct {
	name string
	read func(context.Context) error
}

func listsOf(n, other *testnet.Node) []list {
	d, who, peer := n.Desk(), n.As(paiza.RoleAnalyst, paiza.RoleAdministrator), other.ID().String()
	ask := func(name string, f desk.MessageFilter, read func(context.Context, paiza.Actor, desk.MessageFilter) ([]desk.Message, int64, error)) list {
		f.Size = 50
		return list{name, func(ctx context.Context) error { _, _, err := read(ctx, who, f); return err }}
	}
	return []list{
		ask("received", desk.MessageFilter{}, d.Received),
		ask("received by a desk", desk.MessageFilter{Desk: "customs"}, d.Received),
		ask("received of a partner", desk.MessageFilter{Peer: peer}, d.Received),
		ask("received alerts", desk.MessageFilter{Kind: "alert"}, d.Received),
		ask("received and not opened", desk.MessageFilter{Unread: true}, d.Received),
		ask("sent", desk.MessageFilter{}, d.Dispatched),
		{"not opened", func(ctx context.Context) error { _, err := d.Unread(ctx, who); return err }},
		{"partners", func(ctx context.Context) error { _, err := d.Peers(ctx, who); return err }},
		{"log of a partner", func(ctx context.Context) error { _, _, err := d.Inbox(ctx, who, peer, 0, 50); return err }},
		{"log for a partner", func(ctx context.Context) error { _, err := d.Outbox(ctx, who, peer, wire.Cursor{}, 50); return err }},
		{"quarantine", func(ctx context.Context) error { _, _, err := d.Quarantine(ctx, who, peer, 0, 50); return err }},
		{"note and what became of it", func(ctx context.Context) error { _, err := d.ItemTimeline(ctx, who, "note/7"); return err }},
		{"conversation", func(ctx context.Context) error {
			note, err := d.Note(ctx, who, "7")
			if err == nil {
				_, err = d.Thread(ctx, who, note)
			}
			return err
		}},
	}
}
