package web

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/locale"
	"paiza/wire"
)

// When the page of partners warns.
const (
	farClock   = 5 * time.Minute  // clocks that differ by more
	longSilent = 30 * time.Minute // a peer that was not heard of for longer
	slowPeer   = 10 * time.Minute // a message that waits for longer
)

// peerRow is a partner with its health in words.
type peerRow struct {
	paiza.Peer
	Title  string
	Health string // good, warn, bad, or empty for one with whom nothing is exchanged
	Says   string
	Why    string        // last refusal
	Age    time.Duration // of the oldest message that it does not have
	Silent time.Duration // since the last contact
	Ends   bool          // its key expires soon
}

// peerRow judges how the exchange with a partner goes, the worst first.
func (s *Site) peerRow(p *locale.Printer, peer paiza.Peer) peerRow {
	out := peerRow{Peer: peer, Title: peerName(p, peer), Why: reasonText(p, peer.Refused), Age: s.since(peer.Oldest), Silent: s.since(peer.Contact)}
	left := peer.KeyUntil.Sub(s.now())
	out.Ends = !peer.KeyUntil.IsZero() && left < endsSoon
	if peer.Status != paiza.PeerActive {
		return out
	}
	say := func(health, key string, args ...any) {
		out.Health, out.Says = health, p.T("partner.health."+key, args...)
	}
	switch {
	case !peer.KeyUntil.IsZero() && left <= 0:
		say("bad", "expired")
	case peer.Failed > 0 && out.Silent > longSilent:
		say("bad", "silent", "time", out.Silent)
	case peer.Contact.IsZero():
		say("warn", "never")
	case peer.Failed > 0:
		say("warn", "failing", "n", peer.Failed)
	case peer.Waiting > 0 && out.Age > slowPeer:
		say("warn", "lagging", "time", out.Age)
	case peer.Skew > farClock || peer.Skew < -farClock:
		say("warn", "clock")
	case out.Ends:
		say("warn", "ends", "time", left)
	case peer.SetAside > 0:
		say("warn", "aside", "n", peer.SetAside)
	default:
		say("good", "good")
	}
	return out
}

// Skewed is the difference of the clocks in words of a length; Ahead says whose
// is ahead.
func (r peerRow) Skewed() time.Duration { return r.Skew.Abs() }

// Ahead reports whether the partner's clock is ahead of ours.
func (r peerRow) Ahead() bool { return r.Skew > 0 }

// partnersView is the list of partners, under how this node itself stands.
type partnersView struct {
	Own       *desk.CardDetail // nil while the node has no identity
	Node      string
	Left      time.Duration // until its key expires
	Peers     []peerRow
	Directory desk.TrustDirectory
	Groups    int
}

func (s *Site) partners(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	own, err := s.desk.OwnNode(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := partnersView{Node: own.Node}
	if own.Node != "" {
		view.Own, view.Left = &own.Cards[0], own.Cards[0].NotAfter.Sub(s.now())
	}
	c, err := s.community(r)
	if err != nil {
		return err
	}
	view.Groups = len(c.groups)
	for _, one := range c.peers {
		view.Peers = append(view.Peers, s.peerRow(v.Print, one))
	}
	if view.Directory, err = s.desk.TrustDirectory(r.Context(), v.Actor); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "peer/list", view)
}

// partnerView is one partner.
type partnerView struct {
	desk.PeerDetail
	Row     peerRow
	Words   []string
	Digits  string
	Quota   int64
	Acts    []actView
	Aside   []asideRow
	Stopped []deliveryRow
	Relay   relayPart
	Proof   string // where a person proves that it is he; empty when he has
	Form    form
	Of      string // the form that was refused
}

// asideRow is a message of the partner in quarantine here.
type asideRow struct {
	paiza.Arrival
	Kind, Why, Mend string
	Again           bool // it can be asked for again
}

// deliveryRow is a message for a partner with what became of it, in words.
type deliveryRow struct {
	paiza.Delivery
	Title string // of the partner
	Kind  string
	State string // queued, relayed, taken, durable, told, opened, refused, withheld
	Why   string
	Mend  string
}

func (s *Site) partner(w http.ResponseWriter, r *http.Request) error {
	return s.partnerPage(w, r, http.StatusOK, "", form{values: url.Values{}})
}

func (s *Site) partnerPage(w http.ResponseWriter, r *http.Request, code int, of string, f form) error {
	v := visitOf(r)
	id := r.PathValue("id")
	detail, err := s.desk.Partner(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := partnerView{PeerDetail: detail, Row: s.peerRow(v.Print, detail.Peer), Words: detail.Fingerprint.Words(v.Print.Tag()), Digits: detail.Fingerprint.Digits(),
		Quota: desk.PeerQuota, Acts: s.acts(v, names, detail.Acts), Form: f, Of: of, Proof: s.proving(r, "/partners/"+id)}
	for _, a := range detail.Aside {
		view.Aside = append(view.Aside, asideRow{a, kindName(v.Print, a.Type), reasonText(v.Print, a.Refused), mend(v.Print, a.Refused, "here"), desk.MayReconsider(wire.Reason(a.Refused))})
	}
	if view.Relay, err = s.relayPart(r, detail, f, of, view.Proof); err != nil {
		return err
	}
	for _, d := range detail.Stopped {
		view.Stopped = append(view.Stopped, deliveryView(v.Print, d, view.Row.Title))
	}
	return s.render(w, r, code, "peer/detail", view)
}

// kindName is the type of a message in words.
func kindName(p *locale.Printer, typ string) string {
	if key := "message.kind." + typ; typ != "" && p.Has(key) {
		return p.T(key)
	}
	return p.T("message.kind.unknown")
}

// mend says what to do about a message that was set aside, on the side that looks
// at it: here or there.
func mend(p *locale.Printer, why, side string) string {
	if key := "mend." + side + "." + strings.TrimPrefix(wire.Reason(why).Key(), "reason."); p.Has(key) {
		return p.T(key)
	}
	return p.T("mend." + side + ".any")
}

// pairView is the pairing in its steps: the cards, the words, the confirmation.
type pairView struct {
	Form   form
	Own    desk.OwnNode
	Card   *desk.CardDetail // of this node
	Detail desk.PeerDetail
	Their  *desk.CardDetail
	Words  []string
	Digits string
	Proof  string
	Means  []option
}

func (s *Site) pairForm(w http.ResponseWriter, r *http.Request) error {
	return s.pairPage(w, r, http.StatusOK, form{values: url.Values{}})
}

func (s *Site) pairPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	own, err := s.desk.OwnNode(r.Context(), visitOf(r).Actor)
	if err != nil {
		return err
	}
	if own.Node == "" {
		return s.identityPage(w, r, code, "", form{values: url.Values{}})
	}
	return s.render(w, r, code, "peer/new", pairView{Form: f, Own: own, Card: &own.Cards[0]})
}

func (s *Site) pair(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f, text, err := s.cardField(w, r)
	if err != nil {
		return err
	}
	p, err := s.desk.Pair(r.Context(), v.Actor, text)
	if refusedHere(err) {
		code, _ := statusOf(err)
		return s.pairPage(w, r, code, f.failed(v.Print, err))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/partners/"+p.Peer.Node+"/compare", http.StatusSeeOther)
	return nil
}

// cardField reads a form with a card: pasted, or as a file.
func (s *Site) cardField(w http.ResponseWriter, r *http.Request) (form, string, error) {
	dir, err := os.MkdirTemp("", "paiza-card-")
	if err != nil {
		return form{}, "", err
	}
	defer os.RemoveAll(dir)
	f, files, err := multipartForm(w, r, dir, maxForm)
	if err != nil {
		return f, "", err
	}
	raw, err := smallFile(f, files, "card", wire.MaxArmour)
	if len(raw) > 0 && len(files) > 0 {
		f.values.Set("card", string(raw))
	}
	return f, string(raw), err
}

func (s *Site) compare(w http.ResponseWriter, r *http.Request) error {
	return s.comparePage(w, r, http.StatusOK, form{values: url.Values{}})
}

// means are the ways by which two officials compare words, the safest first.
var means = []string{"meeting", "video", "telephone", "other"}

func (s *Site) comparePage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	v := visitOf(r)
	id := r.PathValue("id")
	detail, err := s.desk.Partner(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	view := pairView{Form: f, Detail: detail, Their: &detail.Cards[0], Words: detail.Fingerprint.Words(v.Print.Tag()), Digits: detail.Fingerprint.Digits(),
		Proof: s.proving(r, "/partners/"+id+"/compare")}
	for _, m := range means {
		view.Means = append(view.Means, option{Value: m, Name: v.Print.T("pair.means." + m), Selected: f.Get("means") == m})
	}
	return s.render(w, r, code, "peer/compare", view)
}

// confirmPair needs to be told with whom the words were compared, and how: the
// ledger keeps it as the reason.
func (s *Site) confirmPair(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	var err error
	if f.Get("spoke_with") == "" {
		err = badField("spoke_with", "pair.whom_missing")
	} else if f.Get("same") == "" {
		err = badField("same", "pair.same_missing")
	} else if !slices.Contains(means, f.Get("means")) {
		err = badField("means", "pair.how_missing")
	} else {
		said := v.Print.T("pair.reason", "name", f.Get("spoke_with"), "means", v.Print.T("pair.means."+f.Get("means")))
		err = s.desk.ConfirmPair(r.Context(), v.Actor, r.PathValue("id"), said)
	}
	if refusedHere(err) {
		code, _ := statusOf(err)
		return s.comparePage(w, r, code, f.failed(v.Print, err))
	}
	if err != nil {
		return err
	}
	s.flash(r, "pair.done")
	http.Redirect(w, r, "/partners/"+r.PathValue("id"), http.StatusSeeOther)
	return nil
}

func badField(field, key string) error {
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: []paiza.FieldError{{Field: field, Key: key}}}
}

// peerAct pauses the exchange with a partner, goes on, or ends it.
func peerAct(what string) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		v := visitOf(r)
		f, id := readForm(r), r.PathValue("id")
		var err error
		if what == "end" {
			err = s.desk.EndPeer(r.Context(), v.Actor, id, f.Get("reason"))
		} else {
			err = s.desk.PausePeer(r.Context(), v.Actor, id, what == "pause", f.Get("reason"))
		}
		return s.partnerDone(w, r, what, f, err)
	}
}

func (s *Site) partnerDone(w http.ResponseWriter, r *http.Request, what string, f form, err error) error {
	if refusedHere(err) {
		code, _ := statusOf(err)
		return s.partnerPage(w, r, code, what, f.failed(visitOf(r).Print, err))
	}
	if err != nil {
		return err
	}
	s.flash(r, "partner.done."+what)
	http.Redirect(w, r, "/partners/"+r.PathValue("id"), http.StatusSeeOther)
	return nil
}

// reconsider asks for a message in quarantine once more.
func (s *Site) reconsider(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	epoch, _ := strconv.ParseUint(f.Get("epoch"), 10, 64)
	seq, _ := strconv.ParseUint(f.Get("seq"), 10, 64)
	return s.partnerDone(w, r, "reconsider", f, s.desk.Reconsider(r.Context(), visitOf(r).Actor, r.PathValue("id"), epoch, seq, f.Get("reason")))
}
