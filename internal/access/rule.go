package access

import (
	"slices"

	"paiza"
)

// rule is one row of the table. rights are those it concerns; none means all
// that look at an object. when makes the condition on the object.
type rule struct {
	id     string
	deny   bool
	rights []paiza.Right
	when   func(who *paiza.Actor, right paiza.Right, c *Context) Expr
}

func (r *rule) concerns(right paiza.Right) bool {
	return len(r.rights) == 0 || slices.Contains(r.rights, right)
}

// controlled are the acts that only the agency that made a record may do
// (originator control).
var controlled = []paiza.Right{paiza.RightCorrectSeizure, paiza.RightWithdrawSeizure, paiza.RightRelabel,
	paiza.RightUndoImport, paiza.RightProposeRelease, paiza.RightConfirmRelease, paiza.RightManageCase, paiza.RightRaiseAlert}

// leaving are the acts by which something leaves the agency.
var leaving = []paiza.Right{paiza.RightProposeRelease, paiza.RightConfirmRelease}

// open are the labels that every agency of the node may read.
var open = []string{string(paiza.TLPClear), string(paiza.TLPGreen)}

// rules is the table, in the order in which it is asked. The order matters only
// for the rule that a refusal names. Each rule cites what it comes from.
var rules = []rule{
	// The operator at the machine holds the store's files: to deny him here would
	// be a pretence. His acts are in the ledger like any other.
	{id: "console", when: func(who *paiza.Actor, _ paiza.Right, _ *Context) Expr { return Const(who.Via == paiza.ViaConsole) }},

	// Originator control: who received a record does not change or pass it on.
	{id: "originator", deny: true, rights: controlled, when: func(who *paiza.Actor, _ paiza.Right, _ *Context) Expr {
		return and(Const(who.Via != paiza.ViaConsole), or(not(is(FieldOwner, who.Agency)), not(is(FieldOrigin, ""))))
	}},
	// A record from another node is its sovereign's, for the operator too.
	{id: "sovereign", deny: true, rights: controlled, when: func(*paiza.Actor, paiza.Right, *Context) Expr { return not(is(FieldOrigin, "")) }},

	// What was withdrawn is seen by the agency that withdrew it and is changed by nobody.
	{id: "withdrawn", deny: true, when: func(who *paiza.Actor, right paiza.Right, _ *Context) Expr {
		if right != paiza.RightReadSeizure && right != paiza.RightReadAlert && right != paiza.RightReadMessage {
			return is(FieldWithdrawn, yes)
		}
		return and(Const(who.Via != paiza.ViaConsole), is(FieldWithdrawn, yes), not(is(FieldOwner, who.Agency)))
	}},

	// Need to know, by case.
	{id: "case", deny: true, when: desk(func(who *paiza.Actor) Expr {
		return and(not(is(FieldCase, "")), not(is(FieldCase, who.Cases...)))
	})},

	// TLP 2.0, narrowest first. RED: "for the eyes and ears of individual recipients only".
	{id: "tlp-red", deny: true, when: desk(func(who *paiza.Actor) Expr {
		return and(is(FieldTLP, string(paiza.TLPRed)), not(has(FieldPersons, who.ID)))
	})},
	// A figure of the picture could be one record: what only named persons may
	// read is not counted there, for nobody.
	{id: "tlp-red-figure", deny: true, rights: []paiza.Right{paiza.RightReadPicture}, when: func(*paiza.Actor, paiza.Right, *Context) Expr {
		return is(FieldTLP, string(paiza.TLPRed))
	}},
	// Nor is it taken out as a file.
	{id: "tlp-red-export", deny: true, rights: []paiza.Right{paiza.RightExport}, when: func(*paiza.Actor, paiza.Right, *Context) Expr {
		return is(FieldTLP, string(paiza.TLPRed))
	}},
	{id: "tlp-amber-strict", deny: true, when: desk(func(who *paiza.Actor) Expr {
		return and(is(FieldTLP, string(paiza.TLPAmberStrict)), not(is(FieldOwner, who.Agency)))
	})},
	{id: "tlp-amber", deny: true, when: desk(func(who *paiza.Actor) Expr {
		return and(is(FieldTLP, string(paiza.TLPAmber)), not(is(FieldOwner, who.Agency)), not(has(FieldAgencies, who.Agency)),
			not(is(FieldCase, who.Cases...)))
	})},

	// Agencies of health statistics and of the press work with aggregates
	// (no registry of drug users; nothing to the press that is not cleared).
	{id: "aggregate-agency", deny: true, rights: []paiza.Right{paiza.RightReadSeizure, paiza.RightExport, paiza.RightReadCase, paiza.RightReadMessage},
		when: desk(func(who *paiza.Actor) Expr {
			return and(Const(who.AgencyKind == paiza.AgencyHealth || who.AgencyKind == paiza.AgencyPress), not(is(FieldTLP, string(paiza.TLPClear))))
		})},
	// The role of the press by itself opens what is cleared.
	{id: "press", deny: true, rights: []paiza.Right{paiza.RightReadSeizure, paiza.RightReadPicture, paiza.RightExport, paiza.RightReadAlert},
		when: func(who *paiza.Actor, right paiza.Right, _ *Context) Expr {
			return and(Const(who.Via != paiza.ViaConsole && !besidesPress(who, right)), not(is(FieldTLP, string(paiza.TLPClear))))
		}},

	// Use limits: what was given for one use does not leave for another.
	{id: "purpose", deny: true, rights: leaving, when: func(_ *paiza.Actor, _ paiza.Right, c *Context) Expr {
		return and(Const(c.Public), not(is(FieldPurpose, string(paiza.PurposeStatistics))))
	}},
	// A case and a person's eyes are not published.
	{id: "not-public", deny: true, rights: leaving, when: func(_ *paiza.Actor, _ paiza.Right, c *Context) Expr {
		return and(Const(c.Public), or(not(is(FieldCase, "")), is(FieldTLP, string(paiza.TLPRed), string(paiza.TLPAmberStrict))))
	}},
	// Four eyes: nobody confirms what he proposed, and who confirms has just
	// proved that it is he.
	{id: "four-eyes", deny: true, rights: []paiza.Right{paiza.RightConfirmRelease}, when: func(who *paiza.Actor, _ paiza.Right, c *Context) Expr {
		return Const(c.Proposer == "" || c.Proposer == who.ID)
	}},
	{id: "step-up", deny: true, rights: []paiza.Right{paiza.RightConfirmRelease}, when: func(who *paiza.Actor, _ paiza.Right, c *Context) Expr {
		return Const(!SteppedUp(*who, c.Now))
	}},

	// What no rule denies is allowed by whose it is.
	{id: "own", when: func(who *paiza.Actor, _ paiza.Right, _ *Context) Expr { return is(FieldOwner, who.Agency) }},
	{id: "shared", when: func(who *paiza.Actor, _ paiza.Right, _ *Context) Expr { return has(FieldAgencies, who.Agency) }},
	{id: "member", when: func(who *paiza.Actor, _ paiza.Right, _ *Context) Expr { return is(FieldCase, who.Cases...) }},
	{id: "named", when: func(who *paiza.Actor, _ paiza.Right, _ *Context) Expr { return has(FieldPersons, who.ID) }},
	{id: "community", when: func(*paiza.Actor, paiza.Right, *Context) Expr { return is(FieldTLP, open...) }},
}

// desk makes a rule that does not hold for the operator at the machine.
func desk(when func(who *paiza.Actor) Expr) func(*paiza.Actor, paiza.Right, *Context) Expr {
	return func(who *paiza.Actor, _ paiza.Right, _ *Context) Expr {
		if who.Via == paiza.ViaConsole {
			return never
		}
		return when(who)
	}
}

// Rules lists the ids of the rules in their order, for documentation and tests.
func Rules() []string {
	out := []string{"nobody", "token-scope", "role"}
	for _, r := range rules {
		out = append(out, r.id)
	}
	return append(out, "default")
}
