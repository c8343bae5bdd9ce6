package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"paiza"
	"paiza/internal/locale"
	"paiza/wire"
)

// timelineView is what became of a record at everybody who has it, in the order
// of time: template "timeline".
type timelineView struct {
	Subject string
	Foreign string // name of the node that owns it; empty for a record of this one
	Gone    bool
	Peers   []peerTimeline
	Proof   bool // the person may take proofs out
}

// peerTimeline is the way of a record to or from one node.
type peerTimeline struct {
	Title  string
	State  deliveryRow // of the latest version; for a record of this node
	Events []event
	Proof  string // address of the proof file; empty where there is none
}

// event is one thing that happened on the way. Name is that of EN 319 522-1.
type event struct {
	At      time.Time // zero where no statement says when
	Name    string
	Text    string
	Who     string
	Version int64
	Bad     bool
}

// deliveryView says how far a message is.
func deliveryView(p *locale.Printer, d paiza.Delivery, title string) deliveryRow {
	out := deliveryRow{Delivery: d, Title: title, Kind: kindName(p, d.Type), State: "queued"}
	switch {
	case d.Withheld != "":
		out.State, out.Why, out.Mend = "withheld", reasonText(p, d.Withheld), mend(p, d.Withheld, "there")
	case d.Refused != "":
		out.State, out.Why, out.Mend = "refused", reasonText(p, d.Refused), mend(p, d.Refused, "there")
	case len(d.Opened) > 0:
		out.State = "opened"
	case !d.Notified.IsZero():
		out.State = "told"
	case !d.Durable.IsZero():
		out.State = "durable"
	case d.Taken:
		out.State = "taken"
	case atRelay(d):
		out.State = "relayed"
	}
	return out
}

// timeline reads what became of a record; nil when it was never exchanged.
func (s *Site) timeline(r *http.Request, subject string) (*timelineView, error) {
	v := visitOf(r)
	line, err := s.desk.ItemTimeline(r.Context(), v.Actor, subject)
	if errors.Is(err, paiza.ErrNotFound) || errors.Is(err, paiza.ErrForbidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := s.community(r)
	if err != nil {
		return nil, err
	}
	out := &timelineView{Subject: subject, Gone: line.Gone, Proof: v.can(paiza.RightExport)}
	if line.Origin != "" {
		out.Foreign = c.name(line.Origin)
		one := peerTimeline{Title: out.Foreign, Events: arrivalEvents(v.Print, line.Arrivals)}
		if out.Proof {
			one.Proof = proofLink(subject, line.Origin)
		}
		out.Peers = append(out.Peers, one)
		return out, nil
	}
	for _, d := range line.Deliveries {
		i := slices.IndexFunc(out.Peers, func(p peerTimeline) bool { return p.State.Peer == d.Peer })
		if i < 0 {
			i = len(out.Peers)
			one := peerTimeline{Title: c.name(d.Peer)}
			if out.Proof {
				one.Proof = proofLink(subject, d.Peer)
			}
			out.Peers = append(out.Peers, one)
		}
		out.Peers[i].State = deliveryView(v.Print, d, out.Peers[i].Title)
		out.Peers[i].Events = append(out.Peers[i].Events, append(deliveryEvents(v.Print, d), relayedEvents(v.Print, c, d)...)...)
	}
	for _, one := range out.Peers {
		slices.SortStableFunc(one.Events, func(a, b event) int { return cmp.Or(cmp.Compare(a.Version, b.Version), a.At.Compare(b.At)) })
	}
	return out, nil
}

func proofLink(subject, peer string) string {
	return address("/proof", url.Values{"subject": {subject}, "peer": {peer}})
}

// deliveryEvents are the events on the way of one version to a partner.
func deliveryEvents(p *locale.Printer, d paiza.Delivery) []event {
	add := func(list []event, at time.Time, name wire.Event, who, why string) []event {
		text := p.T("event." + string(name))
		if d.Type == wire.TypeTombstone && name == wire.EventSubmissionAcceptance {
			text = p.T("event.recall")
		}
		if why != "" {
			text += ": " + why
		}
		return append(list, event{At: at, Name: string(name), Text: text, Who: who, Version: d.Version, Bad: why != ""})
	}
	out := add(nil, d.Queued, wire.EventSubmissionAcceptance, "", "")
	if d.Withheld != "" {
		return add(out, d.Queued, wire.EventSubmissionRejection, "", reasonText(p, d.Withheld))
	}
	switch {
	case d.Refused != "":
		out = add(out, d.Durable, wire.EventContentConsignmentFailure, "", reasonText(p, d.Refused))
	case !d.Durable.IsZero():
		out = add(out, d.Durable, wire.EventContentConsignment, "", "")
	}
	if !d.Notified.IsZero() {
		out = add(out, d.Notified, wire.EventContentConsignmentNotification, "", "")
	}
	for _, o := range d.Opened {
		out = add(out, o.At, wire.EventContentHandover, o.Official, "")
	}
	return out
}

// arrivalEvents are the events of a record of another node on this one.
func arrivalEvents(p *locale.Printer, list []paiza.Arrival) []event {
	var out []event
	for _, a := range list {
		one := event{At: a.Received, Name: string(wire.EventContentConsignment), Text: p.T("event.here"), Version: a.Version}
		if a.Refused != "" {
			one.Name, one.Text, one.Bad = string(wire.EventContentConsignmentFailure), p.T("event.aside")+": "+reasonText(p, a.Refused), true
		} else if a.Type == wire.TypeTombstone {
			one.Text = p.T("event.recalled")
		}
		out = append(out, one)
		if !a.Notified.IsZero() {
			out = append(out, event{At: a.Notified, Name: string(wire.EventContentConsignmentNotification), Text: p.T("event.told_here"), Version: a.Version})
		}
		for _, o := range a.Opened {
			out = append(out, event{At: o.At, Name: string(wire.EventContentHandover), Text: p.T("event.opened_here"), Who: o.Official, Version: a.Version})
		}
	}
	slices.SortStableFunc(out, func(a, b event) int { return a.At.Compare(b.At) })
	return out
}

// exchangeProof answers with a file that shows without a node that a record was
// given or received.
func (s *Site) exchangeProof(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p, err := s.desk.Proof(r.Context(), visitOf(r).Actor, q.Get("subject"), q.Get("peer"))
	if err != nil {
		return err
	}
	name := strings.ReplaceAll(q.Get("subject"), "/", "-") + "-" + q.Get("peer") + ".paiza-proof"
	return sendFile(w, name, "application/octet-stream", p.Encode())
}
