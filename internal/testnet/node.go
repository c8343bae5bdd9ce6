package testnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"paiza"
	"paiza/internal/backup"
	"paiza/internal/desk"
	"paiza/internal/exchange"
	"paiza/internal/link"
	"paiza/internal/store"
	"paiza/wire"
)

// Node is one node of a network.
type Node struct {
	net  *Net
	plan NodePlan
	id   wire.NodeID

	mu       sync.Mutex
	store    *store.Store
	desk     *desk.Desk
	link     *link.Link // nil while it is not in the network
	leave    func()
	listener net.Listener
	pages    string
	copies   int
}

// ID is its name among nodes.
func (n *Node) ID() wire.NodeID { return n.id }

// Name is that of the plan.
func (n *Node) Name() string { return n.plan.Name }

// Desk is its desk; another one after each restart.
func (n *Node) Desk() *desk.Desk { return n.desk }

// Store is its store, for what a test wants to see; another one after each
// restart.
func (n *Node) Store() *store.Store { return n.store }

// Target is the file of its store, or the address of its database.
func (n *Node) Target() string { return n.plan.Store }

// Address is where it listens for other nodes.
func (n *Node) Address() string {
	return strings.TrimPrefix(n.desk.Exchange().Identity().Card().Addresses[0], "https://")
}

// Pages is the address of its pages; empty when it has none.
func (n *Node) Pages() string { return n.pages }

// Traffic is what it knows of the traffic with another node.
func (n *Node) Traffic(with *Node) exchange.State { return n.link.Node().State(with.id) }

// As is somebody at the node who holds the roles and has just proven that it is
// he: a post and no account.
func (n *Node) As(roles ...paiza.Role) paiza.Actor {
	now := time.Now()
	if n.plan.Now != nil {
		now = n.plan.Now()
	}
	return paiza.Actor{ID: "post-" + string(roles[0]), Name: "Duty " + string(roles[0]), Agency: paiza.HomeAgency, AgencyKind: paiza.AgencyCoordination,
		Roles: roles, Via: paiza.ViaPage, StepUp: now}
}

func (n *Node) openStore(ctx context.Context) error {
	var err error
	if n.store, err = store.Open(ctx, n.plan.Store); err != nil {
		return err
	}
	n.desk, err = desk.Open(ctx, desk.Options{Store: n.store, Now: n.plan.Now, Log: n.net.plan.Log})
	return err
}

// begin opens the store and makes in it what the plan says and what is not there
// yet.
func (n *Node) begin(ctx context.Context) error {
	if err := n.openStore(ctx); err != nil {
		return err
	}
	if !n.net.plan.Real {
		marked, err := n.desk.Demo(ctx)
		if err == nil && !marked {
			err = n.desk.MarkDemo(ctx, operator)
		}
		if err != nil {
			return err
		}
	}
	if err := n.identity(ctx); err != nil {
		return err
	}
	return n.fill(ctx)
}

// identity reads the node's keys, or makes them for an address that is free.
func (n *Node) identity(ctx context.Context) error {
	if me := n.desk.Exchange().Identity(); me != nil {
		n.id = me.Card().Node
		return n.listen(n.Address())
	}
	address := n.plan.Address
	if address == "" {
		address = "127.0.0.1:0"
	}
	if err := n.listen(address); err != nil {
		return err
	}
	title := n.plan.Title
	if title == "" {
		title = n.plan.Name
	}
	card, err := n.desk.InitNode(ctx, operator, paiza.NewNode{Name: title, Names: n.plan.Titles, Body: n.plan.Body,
		Addresses: []string{"https://" + n.listener.Addr().String()}})
	if err == nil {
		n.id = card.Node
	}
	return err
}

func (n *Node) listen(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return paiza.Unavailable("exchange.address", err)
	}
	n.listener = l
	return nil
}

func (n *Node) fill(ctx context.Context) error {
	agencies, err := n.desk.Agencies(ctx, operator)
	if err != nil {
		return err
	}
	ids := map[string]string{"": ""}
	for _, a := range agencies {
		ids[a.Name] = a.ID
	}
	if n.plan.Home != "" && ids[n.plan.Home] == "" {
		home := paiza.NewAgency{Name: n.plan.Home, Kind: paiza.AgencyCoordination, Reason: "exercise"}
		if _, err := n.desk.UpdateAgency(ctx, operator, paiza.HomeAgency, home); err != nil {
			return err
		}
	}
	for _, p := range n.plan.Agencies {
		if ids[p.Name] != "" {
			continue
		}
		a, err := n.desk.CreateAgency(ctx, operator, paiza.NewAgency{Name: p.Name, Kind: p.Kind})
		if err != nil {
			return err
		}
		ids[p.Name] = a.ID
	}
	people, err := n.desk.People(ctx, operator)
	if err != nil {
		return err
	}
	for _, p := range n.plan.People {
		if i := slices.IndexFunc(people, func(x paiza.Person) bool { return x.Login == p.Login }); i >= 0 {
			err = n.desk.ResetPassword(ctx, operator, people[i].ID, p.Password, "demonstration")
		} else {
			_, err = n.desk.CreatePerson(ctx, operator, paiza.NewPerson{Login: p.Login, Name: p.Name, Agency: ids[p.Agency], Roles: p.Roles, Password: p.Password})
		}
		if err != nil {
			return fmt.Errorf("account %s: %w", p.Login, err)
		}
	}
	return nil
}

// pair takes the other node's card and says that the words agree.
func (n *Node) pair(ctx context.Context, other *Node) error {
	if n.knows(ctx, other) {
		return nil
	}
	_, card, err := other.desk.Card(ctx, operator)
	if err != nil {
		return err
	}
	if _, err := n.desk.Pair(ctx, operator, card); err != nil {
		return err
	}
	return n.desk.ConfirmPair(ctx, operator, other.id.String(), "exercise")
}

// knows reports whether the other node is a peer with which something is
// exchanged.
func (n *Node) knows(ctx context.Context, other *Node) bool {
	active, err := n.desk.Exchange().Active(ctx)
	return err == nil && slices.Contains(active, other.id)
}

func (n *Node) up() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.link != nil
}

func (n *Node) wake(other *Node) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.link != nil {
		n.link.Node().Wake(other.id)
		n.link.Node().Knock(other.id)
	}
}

// Connect brings the node into the network, and opens its pages.
func (n *Node) Connect() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.link != nil {
		return nil
	}
	if n.listener == nil {
		if err := n.listen(n.Address()); err != nil {
			return err
		}
	}
	r, err := link.New(n.desk, link.Options{Log: n.net.plan.Log, Now: n.plan.Now, Limits: n.net.plan.Limits, Look: 200 * time.Millisecond,
		Share: 500 * time.Millisecond, Lease: 2 * time.Second,
		Between: func(t exchange.Transport) exchange.Transport { return line{net: n.net, from: n, real: t} }})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	wait := r.Serve(ctx, n.listener)
	n.listener, n.link = nil, r
	closePages, err := n.openPages(ctx)
	n.leave = func() { cancel(); wait(); closePages() }
	return err
}

// Disconnect takes the node out of the network and leaves its desk open: what is
// written now waits.
func (n *Node) Disconnect() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.leave != nil {
		n.leave()
		n.leave, n.link = nil, nil
	}
	if n.listener != nil {
		_ = n.listener.Close()
		n.listener = nil
	}
}

// Stop ends the node in order.
func (n *Node) Stop() error {
	n.Disconnect()
	var err error
	if n.desk != nil {
		n.desk.Close()
		n.desk = nil
	}
	if n.store != nil {
		err = n.store.Close()
		n.store = nil
	}
	return err
}

// Kill ends the node without a goodbye: acts that are under way are refused by a
// store that is closed, and its leases stay until they run out. (For the death
// of a whole process see package torture.)
func (n *Node) Kill() error {
	err := n.store.Close()
	n.Disconnect()
	n.desk.Close()
	n.desk, n.store = nil, nil
	return err
}

// Start opens a node again that was stopped or killed.
func (n *Node) Start(ctx context.Context) error {
	if err := n.openStore(ctx); err != nil {
		return err
	}
	return n.Connect()
}

const passphrase = "a passphrase for exercises only"

// Backup makes a sealed backup of the node as it is now, and gives its file.
func (n *Node) Backup(ctx context.Context) (string, error) {
	n.copies++
	file := filepath.Join(n.net.plan.Folder, fmt.Sprintf("%s-%d%s", n.plan.Name, n.copies, backup.Tail))
	_, err := n.desk.BackUp(ctx, operator, desk.BackupOrder{File: file, Lock: backup.Lock{Passphrase: passphrase}})
	return file, err
}

// Restore stops the node, puts a backup in the place of its store, and leaves it
// stopped: Start opens it.
func (n *Node) Restore(ctx context.Context, file string) error {
	if n.store != nil {
		if err := n.Stop(); err != nil {
			return err
		}
	}
	key, err := backup.PassphraseKey(passphrase)
	if err != nil {
		return err
	}
	sealed, err := os.Open(file)
	if err != nil {
		return err
	}
	defer sealed.Close()
	plain := file + ".plain"
	out, err := os.Create(plain)
	if err != nil {
		return err
	}
	defer os.Remove(plain)
	_, err = backup.Open(ctx, out, sealed, key, 1<<40)
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	return store.Restore(ctx, plain, n.plan.Store, true)
}
