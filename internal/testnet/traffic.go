package testnet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"paiza"
)

// Traffic is the life of a network: seizures, alerts and notes of nobody, each
// marked as an exercise where the network is one.
type Traffic struct {
	net *Net
	mu  sync.Mutex
	rnd *rand.Rand
	n   int
}

// Traffic makes traffic that is the same for the same seed.
func (n *Net) Traffic(seed uint64) *Traffic {
	return &Traffic{net: n, rnd: rand.New(rand.NewPCG(seed, 20261126))}
}

// Event is one thing that happened, for people to read.
type Event struct {
	Node    string // where
	Kind    string // seizure, alert or note
	Subject string // seizure/12
	To      string // node or group, by name
}

var (
	substances = []string{"heroin", "cocaine", "methamphetamine", "cannabis", "opium"}
	countries  = []string{"KAZ", "UZB", "KGZ", "TJK", "TKM"}
	sightings  = []string{"A powder of an unusual colour", "A new hiding place in a spare wheel", "A route over the northern pass", "Tablets without a mark"}
	questions  = []string{"Who answers for the crossing this week?", "Has the laboratory finished?", "Please confirm the time of the meeting.", "The last file arrived whole."}
)

// Next does one act at a node that is up, chosen by chance, and sends it to one
// of its peers or to a group that it is in. With no node that is up it does
// nothing.
func (t *Traffic) Next(ctx context.Context) (Event, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var up []*Node
	for _, n := range t.net.nodes {
		if n.up() {
			up = append(up, n)
		}
	}
	if len(up) == 0 {
		return Event{}, nil
	}
	from := up[t.rnd.IntN(len(up))]
	peers, err := from.desk.Exchange().Active(ctx)
	if err != nil || len(peers) == 0 {
		return Event{}, err
	}
	to := t.net.byID(peers[t.rnd.IntN(len(peers))])
	if to == nil {
		return Event{}, nil
	}
	t.n++
	switch t.rnd.IntN(3) {
	case 0:
		return t.seizure(ctx, from, to)
	case 1:
		return t.alert(ctx, from, to)
	}
	return t.note(ctx, from, to)
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (t *Traffic) seizure(ctx context.Context, from, to *Node) (Event, error) {
	z, err := from.desk.RecordSeizure(ctx, from.As(paiza.RoleRegistrar), paiza.NewSeizure{
		Date: fmt.Sprintf("2026-%02d-%02d", 1+t.rnd.IntN(9), 1+t.rnd.IntN(28)), Country: pick(t.rnd, countries), Substance: pick(t.rnd, substances),
		Amount: fmt.Sprint(10 + t.rnd.IntN(5000)), Unit: "g", Reference: "Exercise", Handling: paiza.NewHandling{TLP: string(paiza.TLPAmber)}})
	if err != nil {
		return Event{}, err
	}
	e := Event{Node: from.plan.Name, Kind: "seizure", Subject: "seizure/" + z.ID, To: to.plan.Name}
	return e, from.Release(ctx, e.Subject, "node:"+to.id.String())
}

func (t *Traffic) alert(ctx context.Context, from, to *Node) (Event, error) {
	a, err := from.desk.RaiseAlert(ctx, from.As(paiza.RoleAnalyst), paiza.NewAlert{Title: fmt.Sprintf("Exercise: %s (%d)", pick(t.rnd, sightings), t.n),
		Text: "Written for an exercise. Nothing of it happened.", Kind: string(pick(t.rnd, paiza.AlertKinds())), Urgency: string(paiza.UrgencyRoutine),
		Exercise: true, Handling: paiza.NewHandling{TLP: string(paiza.TLPGreen)}})
	if err != nil {
		return Event{}, err
	}
	e := Event{Node: from.plan.Name, Kind: "alert", Subject: "alert/" + a.ID, To: to.plan.Name}
	audience := "node:" + to.id.String()
	for _, g := range t.net.plan.Groups {
		if member := g.Owner == e.Node || slices.Contains(g.Members, e.Node); member && t.rnd.IntN(2) == 0 {
			if groups, err := from.desk.Groups(ctx, operator); err == nil && slices.ContainsFunc(groups, func(x paiza.NodeGroup) bool { return x.ID == t.net.Group(g.Name) }) {
				audience, e.To = "group:"+t.net.Group(g.Name), g.Name
			}
			break
		}
	}
	return e, from.Release(ctx, e.Subject, audience)
}

func (t *Traffic) note(ctx context.Context, from, to *Node) (Event, error) {
	n, err := from.desk.SendNote(ctx, from.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: to.id.String(), Title: fmt.Sprintf("Exercise: note %d", t.n),
		Text: pick(t.rnd, questions), Exercise: true})
	return Event{Node: from.plan.Name, Kind: "note", Subject: "note/" + n.ID, To: to.plan.Name}, err
}

// Release gives a record to an audience, by two posts.
func (n *Node) Release(ctx context.Context, subject, audience string) error {
	r, err := n.desk.ProposeRelease(ctx, n.As(paiza.RoleAnalyst), paiza.NewRelease{Subject: subject, Audience: audience, Reason: "exercise"})
	if err != nil {
		return err
	}
	_, err = n.desk.ConfirmRelease(ctx, n.As(paiza.RoleProsecutor), r.ID, "exercise")
	return err
}
