package wire

import (
	"time"

	"paiza"
)

// Act is one entry of the ledger.
type Act struct {
	Seq     int64        `json:"seq"`
	At      time.Time    `json:"at"`
	Who     string       `json:"who" doc:"Id of the account."`
	Name    string       `json:"name" doc:"As it was then."`
	Roles   []paiza.Role `json:"roles"`
	Agency  string       `json:"agency,omitempty"`
	Via     string       `json:"via,omitempty" doc:"page, token or console."`
	Token   string       `json:"token,omitempty" doc:"Id of the token."`
	From    string       `json:"from" doc:"Network address, or console."`
	Action  string       `json:"act" example:"import.run"`
	Subject string       `json:"subject" example:"import/1"`
	Version int64        `json:"version,omitempty" doc:"Of the subject after the act."`
	Reason  string       `json:"reason"`
	Detail  *string      `json:"detail,omitempty" doc:"Particulars without content; absent where a proof hides them."`
}

// FromAct gives an entry its shape; hidden leaves its particulars out.
func FromAct(t paiza.Act, hidden bool) Act {
	a := Act{Seq: t.Seq, At: t.At.UTC(), Who: t.Actor.ID, Name: t.Actor.Name, Roles: append([]paiza.Role{}, t.Actor.Roles...), Agency: t.Actor.Agency,
		Via: string(t.Actor.Via), Token: t.Actor.Token, From: t.Actor.From, Action: t.Action, Subject: t.Subject, Version: t.Version, Reason: t.Reason}
	if !hidden {
		a.Detail = &t.Detail
	}
	return a
}

// ActList is a page of the ledger, newest first.
type ActList struct {
	Acts   []Act  `json:"acts"`
	Before int64  `json:"before" doc:"Older entries stand before this number; 0 at the end."`
	Next   string `json:"next,omitempty" doc:"Cursor of the next page; absent at the end."`
}

// Acts are the acts on one subject.
type Acts struct {
	Acts []Act `json:"acts"`
}

// Head is the signed head of the ledger and the key to check it with.
type Head struct {
	Checkpoint string `json:"checkpoint" doc:"A signed note of a Merkle log. Keep it outside the node."`
	Key        string `json:"key"`
}

// Fsck says what was proved of the store.
type Fsck struct {
	Proofs []FsckProof `json:"proofs"`
	Sound  bool        `json:"sound"`
}

// FsckProof is one thing that was compared.
type FsckProof struct {
	What  string `json:"what" doc:"rollup, routes, totals, ledger, file or search."`
	Count int64  `json:"count" doc:"How many things were compared."`
	Fault string `json:"fault,omitempty"`
}

// Node says what answers here.
type Node struct {
	Version       string   `json:"version"`
	Catalog       string   `json:"catalog" doc:"Version of the reference data."`
	Demonstration bool     `json:"demonstration" doc:"The node holds demonstration data: nothing can be concluded from it."`
	Languages     []string `json:"languages"`
	Capabilities  []string `json:"capabilities" doc:"Groups of operations that this node answers."`
}

// LedgerKey is the key with which proofs of the node's ledger are checked.
type LedgerKey struct {
	Key string `json:"key"`
}

// Colleague is somebody who can be named: nothing else of his account.
type Colleague struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Agency string `json:"agency"`
}

// ColleagueList is people by name, and nothing else of their accounts.
type ColleagueList struct {
	People []Colleague `json:"people"`
}

// FromColleagues gives people their shape.
func FromColleagues(list []paiza.Person) ColleagueList {
	out := ColleagueList{People: make([]Colleague, len(list))}
	for i, p := range list {
		out.People[i] = Colleague{p.ID, p.Name, p.Agency}
	}
	return out
}
