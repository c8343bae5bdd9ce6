package web

import (
	"net/http"
	"slices"
	"strconv"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/locale"
)

// The query parameters of the lists of messages, besides desk and before.
const (
	keyKind = "kind"
	keyPeer = "peer"
	keyDesk = "desk"
	keyOnly = "only" // unread
)

// messageSize is how many rows a page of messages has.
const messageSize = 50

// messageKinds are the kinds of records that travel.
var messageKinds = []string{"note", "alert", "seizure"}

// messagesView is what came, or what was sent.
type messagesView struct {
	Sent    bool
	Rows    []messageRow
	Kinds   []option
	Desks   []option
	Peers   []option
	Unread  bool // only that is shown
	Waiting int  // unread alerts and notes
	Next    string
	CanSend bool
	Set     bool // a filter is set
	Health  []peerRow
}

// messageRow is one record with where it came from or where it is.
type messageRow struct {
	desk.Message
	Link  string
	Title string
	From  string
	To    string // desk to which it is addressed
	Sent  []deliveryRow
}

func (s *Site) inbox(w http.ResponseWriter, r *http.Request) error {
	return s.messagesPage(w, r, false)
}

func (s *Site) outbox(w http.ResponseWriter, r *http.Request) error {
	return s.messagesPage(w, r, true)
}

func (s *Site) messagesPage(w http.ResponseWriter, r *http.Request, sent bool) error {
	v := visitOf(r)
	q := r.URL.Query()
	f := desk.MessageFilter{Kind: q.Get(keyKind), Peer: q.Get(keyPeer), Desk: q.Get(keyDesk), Unread: q.Get(keyOnly) == "unread", Size: messageSize}
	f.Before, _ = strconv.ParseInt(q.Get(keyBefore), 10, 64)
	if !slices.Contains(messageKinds, f.Kind) {
		f.Kind = ""
	}
	c, err := s.community(r)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	list, path := s.desk.Received, "/messages"
	if sent {
		list, path = s.desk.Dispatched, "/messages/sent"
	}
	rows, next, err := list(r.Context(), v.Actor, f)
	if err != nil {
		return err
	}
	view := messagesView{Sent: sent, Unread: f.Unread, CanSend: v.can(paiza.RightSendMessage), Waiting: s.unread(r),
		Set: f.Kind != "" || f.Peer != "" || f.Desk != "" || f.Unread, Desks: anyOf(v.Print, f.Desk, agencyOptions(v.Print, names, f.Desk))}
	for _, m := range rows {
		view.Rows = append(view.Rows, s.messageRow(v, c, names, m))
	}
	for _, k := range messageKinds {
		view.Kinds = append(view.Kinds, option{Value: k, Name: v.Print.T("message.kinds." + k), Selected: k == f.Kind})
	}
	view.Kinds = anyOf(v.Print, f.Kind, view.Kinds)
	for _, p := range c.peers {
		if p.Status != paiza.PeerInvited {
			view.Peers = append(view.Peers, option{Value: p.Node, Name: peerName(v.Print, p), Selected: p.Node == f.Peer})
			view.Health = append(view.Health, s.peerRow(v.Print, p))
		}
	}
	view.Peers = anyOf(v.Print, f.Peer, view.Peers)
	if next != 0 {
		more := clone(q)
		more.Set(keyBefore, strconv.FormatInt(next, 10))
		view.Next = address(path, more)
	}
	return s.render(w, r, http.StatusOK, "message/list", view)
}

// anyOf puts "any" before a list of choices.
func anyOf(p *locale.Printer, chosen string, list []option) []option {
	return append([]option{{Value: "", Name: p.T("filter.any"), Selected: chosen == ""}}, list...)
}

func (s *Site) messageRow(v *visit, c community, agencies map[string]string, m desk.Message) messageRow {
	out := messageRow{Message: m, Title: m.Title, From: c.name(m.Peer), To: agencies[m.Desk]}
	switch m.Kind {
	case "seizure":
		out.Link, out.Title = "/seizures/"+m.ID, s.seizureTitle(v.Print, m.Seizure)
	case "alert":
		out.Link = "/alerts/" + m.ID
	case "note":
		out.Link = "/messages/" + m.ID
	}
	for _, d := range m.Sent {
		out.Sent = append(out.Sent, deliveryView(v.Print, d, c.name(d.Peer)))
	}
	return out
}

// seizureTitle is a seizure in one line: substance, amount, state, day.
func (s *Site) seizureTitle(p *locale.Printer, z paiza.Seizure) string {
	text := s.substanceName(p, z.Substance)
	if z.Amount.Dim != paiza.DimNone {
		text += ", " + amount(p, z.Amount)
	}
	if z.Country != "" {
		text += " · " + s.countryName(p, z.Country)
	}
	return text + " · " + p.Date(z.Date)
}

// unread is how many alerts and notes of other nodes wait for the person.
func (s *Site) unread(r *http.Request) int {
	n, err := s.desk.Unread(r.Context(), visitOf(r).Actor)
	if err != nil {
		s.log.Error("unread messages not counted", "err", err)
	}
	return n
}
