package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

// draftPath is the page of the version of the trust directory that is being made.
const draftPath = "/directory/draft"

// draftView is the version in its steps: nodes, rule, signatures, use.
type draftView struct {
	desk.DirectoryDraft
	Digits  string
	Says    []string // the words that bodies compare
	Nodes   []draftNode
	Gone    []draftNode
	Left    []string // names of partners with whom the exchange would stop
	Offered []option
	Changes []difference // of the rule, from the version before
	Bodies  []draftBody
	Form    form
	Of      string // the form that was refused
	Proof   string
	Card    *desk.CardDetail // that was looked at, before its node is admitted
	Compare []string         // its words with ours
	Numbers string
}

// draftNode is a node of the version, and what is new about it.
type draftNode struct {
	*wire.Card
	Name  string
	News  string // key of the word for it; empty for nothing
	Signs bool   // its key is that of a body: it stays until that is changed
}

// draftBody is a body that signs, or could.
type draftBody struct {
	desk.DirectoryBody
	On bool
}

// DaysWarn and DaysKnown are the times after the end, in days.
func (v draftView) DaysWarn() int  { return int(v.Warn / (24 * time.Hour)) }
func (v draftView) DaysKnown() int { return int(v.Known / (24 * time.Hour)) }

func (s *Site) draft(w http.ResponseWriter, r *http.Request) error {
	return s.draftPage(w, r, http.StatusOK, draftView{Form: form{values: url.Values{}}})
}

func (s *Site) draftPage(w http.ResponseWriter, r *http.Request, code int, view draftView) error {
	v := visitOf(r)
	p := v.Print
	var err error
	if view.DirectoryDraft, err = s.desk.DirectoryDraft(r.Context(), v.Actor); err != nil {
		return err
	}
	d := view.Directory
	if d == nil {
		http.Redirect(w, r, "/directory", http.StatusSeeOther)
		return nil
	}
	view.Proof = s.proving(r, draftPath)
	view.Says, view.Digits = view.Words.Words(p.Tag()), view.Words.Digits()
	signs := func(c *wire.Card) bool {
		return slices.ContainsFunc(d.Bodies, func(b wire.Body) bool { return b.Key.Equal(c.SigningKey) })
	}
	for _, c := range d.Cards {
		one := draftNode{Card: c, Name: c.Title(p.Tag()), Signs: signs(c)}
		switch {
		case view.From == nil:
		case slices.Contains(view.Added, c):
			one.News = "directory.draft.added"
		case slices.Contains(view.Renewed, c):
			one.News = "directory.draft.renewed"
		}
		view.Nodes = append(view.Nodes, one)
	}
	for _, c := range view.DirectoryDraft.Gone {
		view.Gone = append(view.Gone, draftNode{Card: c, Name: c.Title(p.Tag())})
	}
	for _, peer := range view.DirectoryDraft.Left {
		view.Left = append(view.Left, peerName(p, peer))
	}
	view.Offered = []option{{Name: "—"}}
	for _, peer := range view.DirectoryDraft.Offered {
		view.Offered = append(view.Offered, option{Value: peer.Node, Name: peerName(p, peer) + " (" + peer.Body + ")"})
	}
	for _, b := range view.Eligible {
		on := slices.Contains(view.Chosen, b)
		if view.Of == "rule" {
			on = view.Form.Has("bodies", b.Key)
		}
		view.Bodies = append(view.Bodies, draftBody{b, on})
	}
	view.name(p.Tag())
	if view.Of != "rule" {
		q := view.Form.values
		q.Set("expires", d.Expires.Format(time.DateOnly))
		q.Set("warn", strconv.Itoa(view.DaysWarn()))
		q.Set("known", strconv.Itoa(view.DaysKnown()))
		q.Set("threshold", strconv.Itoa(d.Threshold))
	}
	return s.render(w, r, code, "directory/draft", view)
}

// name calls the nodes that sign by their names in the language of the page.
func (v *draftView) name(tag string) {
	names := map[string]string{}
	for _, c := range v.Cards {
		names[c.Signing().String()] = c.Title(tag)
	}
	for i := range v.Signatures {
		v.Signatures[i].Node = names[v.Signatures[i].Key]
	}
	for i := range v.Chosen {
		v.Chosen[i].Node = names[v.Chosen[i].Key]
	}
	for i := range v.Bodies {
		v.Bodies[i].Node = names[v.Bodies[i].Key]
	}
}

// draftFile answers with the version as a file for the next body.
func (s *Site) draftFile(w http.ResponseWriter, r *http.Request) error {
	draft, err := s.desk.DirectoryDraft(r.Context(), visitOf(r).Actor)
	if err != nil {
		return err
	}
	if draft.Directory == nil {
		return paiza.NotFound("draft", "")
	}
	return sendFile(w, "directory-"+strconv.FormatUint(draft.Version, 10)+"-"+draft.Hash().String()[:8]+".paiza-directory", "application/octet-stream", draft.Bytes())
}

// beginDraft begins a version; a refusal stands on the page of the directory.
func (s *Site) beginDraft(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	err := s.desk.BeginDirectory(r.Context(), visitOf(r).Actor, f.Get("reason"))
	if refusedHere(err) {
		code, _ := statusOf(err)
		return s.directoryPage(w, r, code, directoryView{Form: f.failed(visitOf(r).Print, err), Of: "begin"})
	}
	return s.draftDone(w, r, "begin", err)
}

func (s *Site) draftDone(w http.ResponseWriter, r *http.Request, what string, err error) error {
	if err != nil {
		return err
	}
	to := draftPath
	if what == "publish" || what == "drop" {
		to = "/directory"
	}
	s.flash(r, "directory.done."+what)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// takeDraft takes the file of another body.
func (s *Site) takeDraft(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f, raw, err := directoryFile(w, r)
	if err != nil {
		return err
	}
	err = s.desk.TakeDraft(r.Context(), v.Actor, raw, f.Get("reason"))
	if refusedHere(err) {
		code, _ := statusOf(err)
		f = f.failed(v.Print, err)
		if draft, err := s.desk.DirectoryDraft(r.Context(), v.Actor); err == nil && draft.Directory != nil {
			return s.draftPage(w, r, code, draftView{Form: f, Of: "take"})
		}
		return s.directoryPage(w, r, code, directoryView{Form: f, Of: "take"})
	}
	return s.draftDone(w, r, "take", err)
}

// admitToDraft shows what a card says and the words to compare and, when a person
// confirms it, admits its node. The card of a partner was compared already.
func (s *Site) admitToDraft(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f, text, err := s.cardField(w, r)
	if err != nil {
		return err
	}
	view := draftView{Form: f, Of: "card"}
	change := desk.DirectoryChange{Card: text, Peer: f.Get("peer")}
	if change.Peer == "" {
		card, err := s.desk.ReadCard(r.Context(), v.Actor, text)
		if err == nil && f.Get("same") == "" {
			view.Card, view.Compare, view.Numbers = &card, card.Fingerprint.Words(v.Print.Tag()), card.Fingerprint.Digits()
			return s.draftPage(w, r, http.StatusOK, view)
		}
		if err != nil {
			return s.draftRefused(w, r, view, err)
		}
	}
	err = s.desk.ChangeDirectory(r.Context(), v.Actor, f.Get("hash"), change)
	if refusedHere(err) {
		return s.draftRefused(w, r, view, err)
	}
	return s.draftDone(w, r, "card", err)
}

func (s *Site) draftRefused(w http.ResponseWriter, r *http.Request, view draftView, err error) error {
	if !refusedHere(err) {
		return err
	}
	code, _ := statusOf(err)
	view.Form = view.Form.failed(visitOf(r).Print, err)
	return s.draftPage(w, r, code, view)
}

// draftAct answers with one of the acts on the version.
func draftAct(what string) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		f, who, ctx := readForm(r), visitOf(r).Actor, r.Context()
		hash, reason := f.Get("hash"), f.Get("reason")
		var err error
		switch what {
		case "remove":
			err = s.desk.ChangeDirectory(ctx, who, hash, desk.DirectoryChange{Remove: f.Get("node")})
		case "rule":
			err = s.desk.ChangeDirectory(ctx, who, hash, desk.DirectoryChange{Rule: &desk.DirectoryRule{Expires: f.Get("expires"), Warn: f.Get("warn"),
				Known: f.Get("known"), Threshold: f.Get("threshold"), Bodies: f.All("bodies")}})
		case "sign":
			err = s.desk.SignDirectory(ctx, who, hash, reason)
		case "publish":
			err = s.desk.PublishDirectory(ctx, who, hash, reason)
		case "drop":
			err = s.desk.DropDraft(ctx, who, hash, reason)
		}
		if refusedHere(err) {
			return s.draftRefused(w, r, draftView{Form: f, Of: what}, err)
		}
		return s.draftDone(w, r, what, err)
	}
}
