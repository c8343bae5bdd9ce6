package testnet

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"paiza"
	"paiza/wire"
)

// Net is an open network.
type Net struct {
	plan  Plan
	nodes []*Node
	line  lines

	mu     sync.Mutex
	groups map[string]string // by name, their ids
}

// operator is who does at each node what its administrator would.
var operator = paiza.Operator("network")

// Open opens every node, pairs them and makes the groups. What is there already
// in the folder stays: the same plan may be opened again.
func Open(ctx context.Context, p Plan) (n *Net, err error) {
	n = &Net{plan: p, groups: map[string]string{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
		}
	}()
	for _, np := range p.Nodes {
		if np.Now == nil {
			np.Now = p.Now
		}
		if np.Store == "" {
			np.Store = filepath.Join(p.Folder, np.Name+".paiza")
		}
		node := &Node{net: n, plan: np}
		n.nodes = append(n.nodes, node)
	}
	if err := n.each(func(node *Node) error { return node.begin(ctx) }); err != nil {
		return n, err
	}
	pairs := p.Pairs
	if pairs == nil && p.Ways == nil {
		for i, a := range n.nodes {
			for _, b := range n.nodes[i+1:] {
				pairs = append(pairs, [2]string{a.plan.Name, b.plan.Name})
			}
		}
	}
	for _, pair := range pairs {
		a, b := n.Node(pair[0]), n.Node(pair[1])
		if err := errors.Join(a.pair(ctx, b), b.pair(ctx, a)); err != nil {
			return n, err
		}
	}
	for _, w := range p.Ways {
		if err := n.way(ctx, n.Node(w[0]), n.Node(w[1]), n.Node(w[2])); err != nil {
			return n, err
		}
	}
	for _, g := range p.Groups {
		if err := n.group(ctx, g); err != nil {
			return n, err
		}
	}
	return n, n.each(func(node *Node) error { return node.Connect() })
}

// way pairs two nodes that reach each other by a third alone.
func (n *Net) way(ctx context.Context, a, relay, b *Node) error {
	for _, pair := range [][2]*Node{{a, relay}, {b, relay}, {a, b}} {
		if err := errors.Join(pair[0].pair(ctx, pair[1]), pair[1].pair(ctx, pair[0])); err != nil {
			return err
		}
	}
	return errors.Join(a.desk.SetVia(ctx, operator, b.id.String(), relay.id.String(), "exercise"), b.desk.SetVia(ctx, operator, a.id.String(), relay.id.String(), "exercise"),
		relay.desk.AllowRelay(ctx, operator, a.id.String(), b.id.String(), "exercise"))
}

// each does something with every node, with all of them at once.
func (n *Net) each(do func(*Node) error) error {
	errs := make([]error, len(n.nodes))
	var work sync.WaitGroup
	for i, node := range n.nodes {
		work.Go(func() {
			if err := do(node); err != nil {
				errs[i] = fmt.Errorf("node %s: %w", node.plan.Name, err)
			}
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

// Close stops every node in order.
func (n *Net) Close() error { return n.each((*Node).Stop) }

// Nodes are the nodes in the order of the plan.
func (n *Net) Nodes() []*Node { return n.nodes }

// Node gives a node by its name. A name that is not in the plan is a mistake of
// the caller.
func (n *Net) Node(name string) *Node {
	i := slices.IndexFunc(n.nodes, func(x *Node) bool { return x.plan.Name == name })
	if i < 0 {
		panic("testnet: the plan has no node " + name)
	}
	return n.nodes[i]
}

func (n *Net) byID(id wire.NodeID) *Node {
	i := slices.IndexFunc(n.nodes, func(x *Node) bool { return x.id == id })
	if i < 0 {
		return nil
	}
	return n.nodes[i]
}

// Group is the id of a group of the plan.
func (n *Net) Group(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.groups[name]
}

func (n *Net) group(ctx context.Context, p GroupPlan) error {
	owner := n.Node(p.Owner)
	known, err := owner.desk.Groups(ctx, operator)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(known, func(g paiza.NodeGroup) bool { return g.Owner == "" && g.Name == p.Name })
	var g paiza.NodeGroup
	if i >= 0 {
		g = known[i]
	} else {
		var members []string
		for _, m := range p.Members {
			members = append(members, n.Node(m).id.String())
		}
		if g, err = owner.desk.CreateGroup(ctx, operator, p.Name, members, "exercise"); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.groups[p.Name] = g.ID
	return nil
}

// Quiet waits until nothing is under way any more: every node that is up has
// everything that the others that it can reach wrote for it, and they have its
// receipts. When the context ends before, the error says what is missing where.
func (n *Net) Quiet(ctx context.Context) error {
	before := ""
	for {
		now, missing, err := n.places(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			return err
		case err == nil && missing == "" && now == before:
			return nil
		case err == nil:
			before = now
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the network does not come to rest: %s: %w", missing, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// places writes down where every log ends, and what is not there yet.
func (n *Net) places(ctx context.Context) (all, missing string, err error) {
	for _, a := range n.nodes {
		for _, b := range n.nodes {
			if a == b || !a.up() || !b.up() || !a.knows(ctx, b) || !b.knows(ctx, a) || n.line.isCut(a.id, b.id) {
				continue
			}
			st, err := a.desk.Exchange().State(ctx, b.id)
			if err != nil {
				return "", "", err
			}
			have, err := b.desk.Exchange().Have(ctx, a.id)
			if err != nil {
				return "", "", err
			}
			all += fmt.Sprintln(a.plan.Name, b.plan.Name, st.Head.Epoch, st.Head.Seq)
			if st.Head != have || st.Proven != have {
				s := a.link.Node().State(b.id)
				missing += fmt.Sprintf("%s→%s: written %d, there %d, proven %d, last try: %s; ", a.plan.Name, b.plan.Name, st.Head.Seq, have.Seq, st.Proven.Seq, s.Detail)
			}
		}
	}
	return all, missing, nil
}
