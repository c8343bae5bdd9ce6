// Package exchangetest is the contract between package exchange and whatever
// keeps its logs: one suite that runs over memory and over a database alike, and
// the network in memory on which it runs. It is for tests and nothing in the
// program imports it. Read suite.go for what is demanded.
package exchangetest

import (
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"testing"
	"time"

	"paiza/internal/exchange"
	"paiza/wire"
)

// Store is what a node keeps, as package exchange sees it, and the few acts of
// people that the suite needs.
type Store interface {
	exchange.Outbox
	exchange.Withholder
	exchange.Past
	exchange.Inbox
	exchange.Archive
	exchange.Trust
	Identity() *wire.Identity
	// Pair takes a peer's card as it is.
	Pair(c *wire.Card)
	// Send writes the next version of a subject of this node for the peers.
	Send(to []wire.NodeID, name string, body []byte, groups ...wire.GroupRef) error
	// SendContent writes a content of whatever form for a peer.
	SendContent(to wire.NodeID, content []byte)
	// Received lists what came from a peer, in the order of his log.
	Received(from wire.NodeID) []Item
	// Written lists what stands in the log for a peer, with why he set it aside.
	Written(to wire.NodeID) []Item
	// Subject is the latest version of a subject and its content, as it is here.
	Subject(owner wire.NodeID, name string) (version uint64, body []byte)
	// Receipts lists what the peer signed for the log to him, and what he signed
	// that denies it.
	Receipts(peer wire.NodeID) (good, denials []*wire.Receipt)
	// Backup makes a backup and gives what puts it back.
	Backup() (restore func())
}

// Item is one message in a log.
type Item struct {
	wire.Cursor
	Content wire.Hash
	Type    string
	Raw     []byte
	Refused wire.Reason // why it was set aside; empty when it was taken up
}

// NewIdentity makes the identity of a node from a seed: the same each time.
// change may change what its card says.
func NewIdentity(t testing.TB, seed string, now time.Time, change ...func(*wire.CardBody)) *wire.Identity {
	t.Helper()
	return nextIdentity(t, &wire.Identity{}, seed, now, change...)
}

// Rotate gives the identity with a new card and new keys; the former sealing key
// still opens.
func Rotate(t testing.TB, old *wire.Identity, seed string, now time.Time) *wire.Identity {
	t.Helper()
	return nextIdentity(t, old, seed, now)
}

func nextIdentity(t testing.TB, old *wire.Identity, seed string, now time.Time, change ...func(*wire.CardBody)) *wire.Identity {
	t.Helper()
	a, b := sha256.Sum256([]byte("sign "+seed)), sha256.Sum256([]byte("seal "+seed))
	key := ed25519.NewKeyFromSeed(a[:])
	public := key.Public().(ed25519.PublicKey)
	sealing, err := hpke.MLKEM768X25519().NewPrivateKey(b[:])
	if err != nil {
		t.Fatal(err)
	}
	in := wire.CardBody{Node: wire.FirstNodeID(public), Serial: 1, Names: []wire.Name{{Language: "en", Value: "Node " + seed}}, Body: "AAA",
		Addresses: []string{"https://" + seed + ".example"}, SigningKey: public, Suites: []wire.Suite{wire.SuiteAES},
		SealingKey: sealing.PublicKey().Bytes(), Pins: []wire.Hash{sha256.Sum256([]byte("tls " + seed))},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(5, 0, 0), Issued: now}
	if len(old.Cards) > 0 {
		last := old.Card()
		in.Node, in.Serial, in.Previous = last.Node, last.Serial+1, last.Hash()
	}
	for _, f := range change {
		f(&in)
	}
	c, err := wire.NewCard(in, key, old.Sign)
	if err != nil {
		t.Fatal(err)
	}
	out := &wire.Identity{Cards: append(append([]*wire.Card{}, old.Cards...), c), Sign: key, Open: map[wire.KeyID]hpke.PrivateKey{c.Sealing(): sealing}}
	for k, v := range old.Open {
		out.Open[k] = v
	}
	return out
}

// Party is a node of the suite: its store, and its exchange over the network.
type Party struct {
	Store
	ID   wire.NodeID
	Node *exchange.Node
	net  *Network
	stop context.CancelFunc
}

// Join puts a store into the network. wrap may put itself before the store's
// inbox; nil leaves it. The exchange runs with the peers until Leave.
func Join(net *Network, s Store, wrap func(exchange.Inbox) exchange.Inbox, now func() time.Time, limits exchange.Limits, peers ...wire.NodeID) *Party {
	return JoinGuarded(net, s, wrap, nil, now, limits, peers...)
}

// JoinGuarded is Join with a guard at the store's exit.
func JoinGuarded(net *Network, s Store, wrap func(exchange.Inbox) exchange.Inbox, guard func(wire.NodeID, []byte) wire.Reason, now func() time.Time,
	limits exchange.Limits, peers ...wire.NodeID) *Party {
	p := &Party{Store: s, ID: s.Identity().Card().Node, net: net}
	var inbox exchange.Inbox = s
	if wrap != nil {
		inbox = wrap(s)
	}
	against, _ := s.(exchange.Contradictions)
	p.Node = exchange.New(exchange.Config{Contradictions: against, Identity: s.Identity, Trust: s, Outbox: s, Withholder: s, Past: s, Inbox: inbox, Archive: s,
		Transport: net.From(p.ID), Guard: guard, Now: now, Limits: limits})
	net.Add(p.ID, p.Node)
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	for _, peer := range peers {
		go p.Node.Run(ctx, peer)
	}
	return p
}

// Leave stops the party's exchange and takes it out of the network.
func (p *Party) Leave() {
	p.net.Add(p.ID, nil)
	p.stop()
}
