package store

import (
	"slices"
	"strings"

	"paiza/internal/ledger"
	"paiza/wire"
)

// promise is a head that the ledger must continue: one that somebody kept
// elsewhere, or one that other nodes cosigned.
type promise struct {
	ledger.Checkpoint
	by string // who cosigned; empty for one that was given by hand
}

func (p promise) broken() error {
	if p.by == "" {
		return &ledger.Fault{Kind: ledger.FaultHistory, At: p.Size}
	}
	return &ledger.Fault{Kind: ledger.FaultCosigned, At: p.Size, By: p.by}
}

// cosigned adds the own heads that peers cosigned. Whoever holds the database and
// the ledger's key can rewrite the ledger, but he cannot have peers cosign what
// he wrote. A cosignature that does not hold for its head is a fault; one by a
// key that is not known any more is no evidence either way.
func (v *verification) cosigned() error {
	nodes, err := v.histories()
	if err != nil {
		return err
	}
	var heads []LedgerHead
	err = each(v.ctx, v.tx, func(r scanner) error {
		h, err := scanHead(r)
		heads = append(heads, h)
		return err
	}, selectHead+"WHERE peer = 0 ORDER BY size")
	if err != nil {
		return err
	}
	name := func(id wire.NodeID) string { return nodes[id].Latest().Title("en") }
	for _, h := range heads {
		if bad := ledger.Forged(h.Note, nodes); len(bad) > 0 {
			return &ledger.Fault{Kind: ledger.FaultCosigned, At: h.Head.Size, By: name(bad[0])}
		}
		var by []string
		for _, w := range ledger.Witnesses(h.Note, nodes) {
			by = append(by, name(w.Node))
		}
		if len(by) == 0 {
			continue
		}
		slices.Sort(by)
		c, err := ledger.OpenCheckpoint(h.Note, h.Verifier)
		if err != nil {
			return &ledger.Fault{Kind: ledger.FaultCosigned, At: h.Head.Size, By: strings.Join(by, ", ")}
		}
		v.earlier = append(v.earlier, promise{c, strings.Join(by, ", ")})
	}
	return nil
}

// histories are the cards of all nodes with what was revoked.
func (v *verification) histories() (map[wire.NodeID]*wire.History, error) {
	nodes := map[wire.NodeID]*wire.History{}
	err := each(v.ctx, v.tx, func(r scanner) error {
		var raw []byte
		if err := r.Scan(&raw); err != nil {
			return err
		}
		c, err := wire.ParseCard(raw)
		if err != nil {
			return err
		}
		if nodes[c.Node] == nil {
			nodes[c.Node] = &wire.History{}
		}
		if nodes[c.Node].Add(c) != nil {
			return nodes[c.Node].Readmit(c) // it came in by the trust directory
		}
		return nil
	}, "SELECT raw FROM card ORDER BY node, serial")
	if err != nil {
		return nil, err
	}
	return nodes, each(v.ctx, v.tx, func(r scanner) error {
		var raw []byte
		if err := r.Scan(&raw); err != nil {
			return err
		}
		w, err := wire.ParseRevocation(raw)
		if err == nil && nodes[w.Node] != nil {
			_ = nodes[w.Node].Revoke(w) // one that does not hold limits nothing
		}
		return err
	}, "SELECT raw FROM revocation")
}
