package web

import (
	"cmp"
	"net/http"
	"slices"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/locale"
	"paiza/wire"
)

// relayPart is, on the page of a partner, by way of whom it is reached and what
// this node carries from and for it: template "relay".
type relayPart struct {
	Partner string
	Form    form
	Of      string // the form that was refused
	Proof   string // where a person proves that it is he; empty when he has
	Via     string // name of the node by way of which it is reached; empty for a direct link
	Ways    []option
	Others  []option
	Pairs   []relayPairRow
	Flows   []relayFlowRow
	All     bool // parcels of all members of the trust directory are carried
}

// relayPairRow is another node with which the partner may exchange parcels here.
type relayPairRow struct {
	paiza.RelayPair
	Node, Title string
}

// relayFlowRow is what goes from one node to another, in words.
type relayFlowRow struct {
	paiza.RelayFlow
	Sender, Receiver, Why string
}

// relayPart reads it.
func (s *Site) relayPart(r *http.Request, detail desk.PeerDetail, f form, of, proof string) (relayPart, error) {
	v := visitOf(r)
	out := relayPart{Partner: detail.Node, Form: f, Of: of, Proof: proof}
	c, err := s.community(r)
	if err != nil {
		return out, err
	}
	state, err := s.desk.Relayed(r.Context(), v.Actor)
	if err != nil {
		return out, err
	}
	if detail.Via != "" {
		out.Via = c.name(detail.Via)
	}
	out.Ways = []option{{Value: "", Name: v.Print.T("relay.direct"), Selected: detail.Via == ""}}
	for _, p := range c.peers {
		if p.Node == detail.Node || p.Status != paiza.PeerActive {
			continue
		}
		one := option{Value: p.Node, Name: peerName(v.Print, p)}
		out.Others = append(out.Others, one)
		if p.Via == "" {
			one.Selected = p.Node == detail.Via
			out.Ways = append(out.Ways, one)
		}
	}
	for _, p := range state.Pairs {
		out.All = out.All || p.A == ""
		if other, of := p.B, p.A == detail.Node; of || p.B == detail.Node {
			if !of {
				other = p.A
			}
			out.Pairs = append(out.Pairs, relayPairRow{p, other, c.name(other)})
		}
	}
	for _, one := range state.Flows {
		if one.From == detail.Node || one.To == detail.Node {
			out.Flows = append(out.Flows, relayFlowRow{one, c.name(one.From), c.name(one.To), reasonText(v.Print, one.Reason)})
		}
	}
	slices.SortFunc(out.Flows, func(a, b relayFlowRow) int {
		return cmp.Or(cmp.Compare(a.Sender, b.Sender), cmp.Compare(a.Receiver, b.Receiver))
	})
	return out, nil
}

// setVia has a partner reached by way of another node.
func (s *Site) setVia(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	return s.partnerDone(w, r, "via", f, s.desk.SetVia(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("via"), f.Get("reason")))
}

// allowRelay has this node carry parcels between the partner and another one.
func (s *Site) allowRelay(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	if f.Get("other") == "" {
		return s.partnerDone(w, r, "relay", f, badField("other", "relay.other_missing"))
	}
	return s.partnerDone(w, r, "relay", f, s.desk.AllowRelay(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("other"), f.Get("reason")))
}

// endRelay takes that back.
func (s *Site) endRelay(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	if f.Get("other") == "" {
		return s.partnerDone(w, r, "relay_end", f, badField("other", "relay.other_missing"))
	}
	return s.partnerDone(w, r, "relay_end", f, s.desk.EndRelay(r.Context(), visitOf(r).Actor, r.PathValue("id"), f.Get("other"), f.Get("reason")))
}

// relayedEvents are what nodes in between said of a message on its way.
func relayedEvents(p *locale.Printer, c community, d paiza.Delivery) []event {
	var out []event
	for _, x := range d.Relayed {
		one := event{At: x.At, Name: x.Event, Text: p.T("event." + x.Event), Who: c.name(x.Node), Version: d.Version}
		if x.Reason != "" {
			one.Text, one.Bad = one.Text+" ("+reasonText(p, x.Reason)+")", true
		}
		out = append(out, one)
	}
	return out
}

// atRelay reports whether a message lies at a node in between, as far as is known
// here.
func atRelay(d paiza.Delivery) bool {
	n := len(d.Relayed)
	return n > 0 && d.Relayed[n-1].Event == string(wire.EventRelayAcceptance)
}
