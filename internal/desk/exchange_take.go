package desk

import (
	"crypto/sha256"
	"regexp"
	"slices"
	"strconv"

	"paiza"
	"paiza/chem"
	"paiza/internal/store"
	"paiza/wire"
)

// taker takes up what a message says of a subject: it writes the record and its
// number into the item. own says that the subject is this node's and comes back
// after a restore.
type taker func(in *intake, m *wire.Message, i *store.Item, own bool) (wire.Reason, error)

// takers are the kinds of subjects that this node knows.
var takers = map[string]taker{wire.TypeSeizure: takeSeizure, wire.TypeAlert: takeAlert, wire.TypeNote: takeNote}

func (x *Exchange) taker(m *wire.Message) taker {
	if m.Type == wire.TypeTombstone {
		return recall
	}
	return x.takers[m.Type]
}

// ownerForm is how a node may call an agency. Handlings are compared as texts,
// so nothing else may stand there.
var ownerForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// takeUp takes a message up, or says why it is set aside. item is the subject
// that it speaks of.
func (in *intake) takeUp(m *wire.Message) (item int64, why wire.Reason, err error) {
	if !slices.Contains(paiza.TLPs(), m.TLP) || !slices.Contains(paiza.Purposes(), m.Purpose) || !ownerForm.MatchString(m.Owner) {
		return 0, wire.ReasonHandling, nil
	}
	switch m.Type {
	case wire.TypeReceipt:
		return 0, in.takeReceipt(m), nil
	case wire.TypeGroup:
		why, err = in.takeGroup(m)
	case wire.TypeCard:
		why, err = in.takeCard(m)
	case wire.TypeRevocation:
		why, err = in.takeRevocation(m)
	case wire.TypeDirectory:
		why, err = in.takeDirectory(m)
	default:
		return in.takeSubject(m)
	}
	return 0, why, err
}

func (in *intake) takeReceipt(m *wire.Message) wire.Reason {
	r, err := wire.ParseReceipt(m.Body)
	if err != nil {
		return wire.ReasonUnreadable
	}
	h, err := in.k.history(in.node())
	if err != nil || r.Issuer != in.node() || r.From != in.k.self || r.To != in.node() || r.Verify(h) != nil {
		return wire.ReasonSignature
	}
	in.receipts = append(in.receipts, r)
	return ""
}

func (in *intake) node() wire.NodeID {
	id, err := wire.ParseNodeID(in.p.Node)
	if err != nil {
		return wire.NodeID{}
	}
	return id
}

func (in *intake) takeGroup(m *wire.Message) (wire.Reason, error) {
	g, err := wire.ParseGroup(m.Body)
	if err != nil {
		return wire.ReasonUnreadable, nil
	}
	h, err := in.k.history(in.node())
	if err != nil || g.Owner != in.node() || g.Verify(h) != nil {
		return wire.ReasonOwner, nil
	}
	versions, err := in.t.GroupVersions(g.Group.String())
	if err != nil {
		return "", err
	}
	for _, old := range versions {
		if g.Follows(old) != nil {
			return wire.ReasonConflict, nil
		}
	}
	in.groups = true
	return "", in.t.InsertGroup(g)
}

func (in *intake) takeCard(m *wire.Message) (wire.Reason, error) {
	c, err := wire.ParseCard(m.Body)
	if err != nil {
		return wire.ReasonUnreadable, nil
	}
	if c.Node != in.node() {
		return wire.ReasonOwner, nil
	}
	_, err = learn(in.ctx, in.x.d, in.t, c.Node, []*wire.Card{c})
	if why := wire.ReasonOf(err); why != "" {
		return why, nil
	}
	return "", err
}

func (in *intake) takeRevocation(m *wire.Message) (wire.Reason, error) {
	v, err := wire.ParseRevocation(m.Body)
	if err != nil {
		return wire.ReasonUnreadable, nil
	}
	h, err := in.k.history(in.node())
	if err != nil || v.Node != in.node() || copyOf(h).Revoke(v) != nil {
		return wire.ReasonSignature, nil
	}
	return "", in.t.InsertRevocation(v)
}

// copyOf is a history that can be changed: those that are remembered are read
// only.
func copyOf(h *wire.History) *wire.History {
	out := &wire.History{}
	for _, c := range h.Cards() {
		if out.Add(c) != nil {
			_ = out.Readmit(c)
		}
	}
	for _, v := range h.Revocations() {
		_ = out.Revoke(v)
	}
	return out
}

// takeDirectory takes a later version of the directory that is here. The first
// one is taken by hand, never from a peer.
func (in *intake) takeDirectory(m *wire.Message) (wire.Reason, error) {
	dir, err := wire.ParseDirectory(m.Body)
	if err != nil {
		return wire.ReasonUnreadable, nil
	}
	if in.k.Directory == nil {
		return wire.ReasonTrust, nil
	}
	if err := dir.Follows(in.k.Directory); err != nil {
		return wire.ReasonOf(err), nil
	}
	return "", in.x.d.keepDirectory(in.t, in.k, dir)
}

// takeSubject takes up a version of a subject of the peer.
func (in *intake) takeSubject(m *wire.Message) (int64, wire.Reason, error) {
	take := in.x.taker(m)
	switch {
	case take == nil:
		return 0, wire.ReasonType, nil
	case m.Origin != in.node() || m.Version == 0 || m.Version > 1<<62 || m.Subject == "":
		return 0, wire.ReasonOwner, nil
	case m.TLP == paiza.TLPAmberStrict:
		return 0, wire.ReasonHandling, nil // nobody but its owner may read it
	}
	var fault error
	why := wire.Audience(m.Handling, in.k.self, func(ref wire.GroupRef) *wire.Group {
		g, err := in.t.Group(ref)
		if err != nil {
			fault = err
		}
		return g
	})
	if fault != nil {
		return 0, "", fault
	}
	if why != "" && m.Type != wire.TypeTombstone {
		return 0, why, nil
	}
	if why, err := in.reality(m); why != "" || err != nil {
		return 0, why, err
	}
	return in.takeVersion(m, take)
}

// reality keeps exercises and real traffic apart.
func (in *intake) reality(m *wire.Message) (wire.Reason, error) {
	if in.demo == nil {
		demo, err := in.x.d.Demo(in.ctx)
		if err != nil {
			return "", err
		}
		in.demo = &demo
	}
	if *in.demo && !m.Exercise || !*in.demo && m.Exercise && m.Type == wire.TypeSeizure {
		return wire.ReasonExercise, nil
	}
	return "", nil
}

func (in *intake) takeVersion(m *wire.Message, take taker) (int64, wire.Reason, error) {
	i, found, err := in.t.ItemNamed(in.p.Node, m.Subject)
	if err != nil {
		return 0, "", err
	}
	hash := m.ContentHash()
	if found {
		any, same, err := in.t.HasVersion(i.Num, m.Version, hash)
		switch {
		case err != nil:
			return 0, "", err
		case same:
			return i.Num, "", nil // it came by another way
		case any:
			return 0, wire.ReasonVersionTaken, nil
		case i.Kind != subjectKind(m):
			return 0, wire.ReasonConflict, nil
		}
	} else {
		i = store.Item{Origin: in.p.Node, Name: m.Subject, Kind: subjectKind(m)}
	}
	if m.Version > i.Version { // a version that comes late is noted and changes nothing
		was := i.Version
		i.Version, i.Gone = m.Version, m.Type == wire.TypeTombstone
		if why, err := take(in, m, &i, false); why != "" || err != nil {
			i.Version = was
			return 0, why, err
		}
	}
	if !found {
		if err := in.t.NumberItem(&i); err != nil {
			return 0, "", err
		}
	}
	if err := in.t.KeepItem(&i); err != nil {
		return 0, "", err
	}
	if err := in.t.AddVersion(i.Num, m.Version, hash); err != nil {
		return 0, "", err
	}
	return i.Num, "", in.files(m, i.Num)
}

// handling is how a record of the peer is handled here: it stays its owner's,
// under a name that no agency of this node can have. What is shared by name goes
// to the agency that it is addressed to, what is for persons' eyes to those of
// that agency who are on duty or prosecute.
func (in *intake) handling(m *wire.Message) (paiza.Handling, error) {
	h := paiza.Handling{TLP: m.TLP, Purpose: m.Purpose, Owner: in.p.Node + "/" + m.Owner, Origin: in.p.Node}
	if m.TLP != paiza.TLPAmber && m.TLP != paiza.TLPRed {
		return h, nil
	}
	desk, err := in.desk(m.Desk)
	if err != nil {
		return h, err
	}
	if m.TLP == paiza.TLPAmber {
		h.Agencies = []string{desk}
		return h.Clean(), nil
	}
	if in.people == nil {
		if in.people, err = in.x.d.store.People(in.ctx); err != nil {
			return h, err
		}
	}
	for _, p := range in.people {
		if p.Agency == desk && !p.Disabled && (slices.Contains(p.Roles, paiza.RoleDutyOfficer) || slices.Contains(p.Roles, paiza.RoleProsecutor)) {
			h.Persons = append(h.Persons, p.ID)
		}
	}
	return h.Clean(), nil
}

// desk is the agency that a message is for: the one it names when it is open
// here, else the node's first one.
func (in *intake) desk(key string) (string, error) {
	if in.agencies == nil {
		var err error
		if in.agencies, err = in.x.d.store.Agencies(in.ctx); err != nil {
			return "", err
		}
	}
	for _, a := range in.agencies {
		if a.ID == key && !a.Closed {
			return key, nil
		}
	}
	return paiza.HomeAgency, nil
}

// takeSeizure takes up a seizure.
func takeSeizure(in *intake, m *wire.Message, i *store.Item, own bool) (wire.Reason, error) {
	x, err := wire.ParseSeizureItem(m.Body)
	if err != nil {
		return wire.ReasonUnreadable, nil
	}
	z := x.Seizure()
	if _, known := in.x.d.cat.Substance(z.Substance); !known && z.Substance != paiza.SubstanceUnknown {
		z.Substance, z.Flags = paiza.SubstanceUnknown, z.Flags|paiza.FlagUnresolvedSubstance
	}
	z.Version = int64(m.Version)
	if z.Handling, err = in.handlingOf(m, own); err != nil {
		return "", err
	}
	in.sums = true
	if i.Record != 0 {
		if own {
			return "", in.restoreSeizure(i.Record, z)
		}
		z.Recorded = in.now
		return "", in.t.ReplaceSeizure(i.Record, &z, in.sum)
	}
	if !own {
		z.Recorded = in.now
	}
	if err := in.t.TakeSeizure(foreignKey(i), &z, in.sum); err != nil {
		return "", err
	}
	i.Record, err = strconv.ParseInt(z.ID, 10, 64)
	return "", err
}

// foreignKey identifies a row that came from a node.
func foreignKey(i *store.Item) (k store.Key) {
	sum := sha256.Sum256([]byte("paiza item\x00" + i.Origin + "\x00" + i.Name))
	copy(k[:], sum[:])
	return k
}

// handlingOf is handling for a record of the peer, and for one of this node that
// comes back after a restore.
func (in *intake) handlingOf(m *wire.Message, own bool) (paiza.Handling, error) {
	if own {
		return paiza.Handling{TLP: m.TLP, Purpose: m.Purpose, Owner: m.Owner}, nil
	}
	return in.handling(m)
}

// takeAlert takes up a warning.
func takeAlert(in *intake, m *wire.Message, i *store.Item, own bool) (wire.Reason, error) {
	x, err := wire.ParseAlertItem(m.Body)
	if err != nil {
		return wire.ReasonUnreadable, nil
	}
	if x.Exercise != m.Exercise {
		return wire.ReasonExercise, nil
	}
	a := x.Alert()
	if a.Structure != "" {
		if _, err := chem.Parse(a.Structure); err != nil {
			a.Structure = "" // the text still names it
		}
	}
	a.Version = int64(m.Version)
	if a.Handling, err = in.handlingOf(m, own); err != nil {
		return "", err
	}
	if i.Record != 0 {
		if own {
			return "", in.restoreAlert(i.Record, a)
		}
		return "", in.t.ReplaceAlert(i.Record, &a)
	}
	if !own {
		a.Recorded = in.now
	}
	if err := in.t.InsertAlert(&a, m.Subject); err != nil {
		return "", err
	}
	i.Record, err = strconv.ParseInt(a.ID, 10, 64)
	return "", err
}

// recall takes a record of the peer out of every list and figure.
func recall(in *intake, m *wire.Message, i *store.Item, own bool) (wire.Reason, error) {
	if _, err := wire.ParseTombstone(m.Body); err != nil {
		return wire.ReasonUnreadable, nil
	}
	if i.Record == 0 {
		return "", nil
	}
	if own {
		return "", in.restoreWithdrawal(i)
	}
	switch i.Kind {
	case wire.TypeSeizure:
		z, err := in.t.SeizureNow(i.Record)
		if err != nil {
			return "", err
		}
		z.Withdrawn, z.Version = true, int64(m.Version)
		in.sums = true
		return "", in.t.ReplaceSeizure(i.Record, &z, in.sum)
	case wire.TypeAlert:
		a, err := in.t.AlertNow(i.Record)
		if err != nil {
			return "", err
		}
		a.Withdrawn, a.Version = true, int64(m.Version)
		return "", in.t.ReplaceAlert(i.Record, &a)
	}
	return "", in.t.WithdrawNote(i.Record, int64(m.Version))
}
