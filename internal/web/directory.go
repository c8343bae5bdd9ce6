package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"paiza/internal/desk"
	"paiza/wire"
)

// directoryView is the trust directory, and the desk of a body that admits
// nodes.
type directoryView struct {
	desk.TrustDirectory
	Known  time.Time // until when known peers go on
	Stop   time.Time // and when all stops
	Nodes  []listedNode
	Signed string // codes of who signed it
	Form   form
	Of     string
	Proof  string
	Card   *desk.CardDetail // that was looked at, before it is signed
	Text   string           // a card with our signature, to give back
	Own    bool             // this node has an identity and can sign
	Draft  desk.DirectoryDraft
}

// listedNode is a node of the trust directory.
type listedNode struct {
	*wire.Card
	Name string
	Peer bool
}

func (s *Site) directory(w http.ResponseWriter, r *http.Request) error {
	return s.directoryPage(w, r, http.StatusOK, directoryView{Form: form{values: url.Values{}}})
}

func (s *Site) directoryPage(w http.ResponseWriter, r *http.Request, code int, view directoryView) error {
	v := visitOf(r)
	own, err := s.desk.OwnNode(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view.Own, view.Proof = own.Node != "", s.proving(r, "/directory")
	if view.TrustDirectory, err = s.desk.TrustDirectory(r.Context(), v.Actor); err != nil {
		return err
	}
	if view.Draft, err = s.desk.DirectoryDraft(r.Context(), v.Actor); err != nil {
		return err
	}
	if d := view.TrustDirectory.Directory; d != nil {
		view.Known = d.Expires.Add(d.Warn)
		view.Stop = view.Known.Add(d.DirectoryBody.Known)
		view.Signed = strings.Join(view.TrustDirectory.Signed, ", ")
		for _, c := range d.Cards {
			view.Nodes = append(view.Nodes, listedNode{c, c.Title(v.Print.Tag()), view.TrustDirectory.Known[c.Node.String()]})
		}
	}
	return s.render(w, r, code, "directory/detail", view)
}

// directoryFile reads a form with the file of a version.
func directoryFile(w http.ResponseWriter, r *http.Request) (form, []byte, error) {
	f, files, err := multipartForm(w, r, wire.MaxDirectory+maxForm)
	defer closeFiles(files)
	if err != nil {
		return f, nil, err
	}
	raw, err := smallFile(f, files, "file", wire.MaxDirectory)
	return f, raw, err
}

func (s *Site) importDirectory(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f, raw, err := directoryFile(w, r)
	if err != nil {
		return err
	}
	if _, err = s.desk.ImportDirectory(r.Context(), v.Actor, raw, f.Get("reason")); refusedHere(err) {
		code, _ := statusOf(err)
		return s.directoryPage(w, r, code, directoryView{Form: f.failed(v.Print, err), Of: "import"})
	}
	if err != nil {
		return err
	}
	s.flash(r, "directory.taken")
	http.Redirect(w, r, "/directory", http.StatusSeeOther)
	return nil
}

// admit shows what a card says and, when a person confirms it with a reason,
// gives it back with this node's signature.
func (s *Site) admit(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f, text, err := s.cardField(w, r)
	if err != nil {
		return err
	}
	view := directoryView{Form: f, Of: "admit"}
	card, err := s.desk.ReadCard(r.Context(), v.Actor, text)
	if err == nil {
		view.Card = &card
		if f.Get("sign") != "" {
			view.Text, err = s.desk.Admit(r.Context(), v.Actor, text, f.Get("reason"))
		}
	}
	if refusedHere(err) {
		code, _ := statusOf(err)
		view.Form = f.failed(v.Print, err)
		return s.directoryPage(w, r, code, view)
	}
	if err != nil {
		return err
	}
	return s.directoryPage(w, r, http.StatusOK, view)
}
