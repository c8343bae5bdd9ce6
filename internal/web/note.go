package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"paiza"
)

// noteView is one note in its conversation.
type noteView struct {
	Note     noteEntry
	Thread   []noteEntry
	Handling handledView
	Timeline *timelineView
	Reply    string // address of the form of an answer; empty where none can be sent
	Again    bool   // files are on their way
}

func (v noteView) refresh() int {
	if v.Again {
		return 5
	}
	return 0
}

// noteEntry is a note with names in words.
type noteEntry struct {
	paiza.DeskNote
	PeerName string
	DeskName string
	Here     bool // the one whose page it is
	Loading  []loadingFile
}

// loadingFile is a file with how much of it is here.
type loadingFile struct {
	paiza.NodeFile
	Link  string // where it is downloaded; empty while it is not whole
	Part  float64
	Fault string // in words
}

func (s *Site) noteEntry(r *http.Request, c community, agencies map[string]string, n paiza.DeskNote) noteEntry {
	out := noteEntry{DeskNote: n, PeerName: c.name(n.Peer)}
	if n.Incoming {
		out.DeskName = agencies[n.Desk]
	} else {
		out.DeskName = c.desk(n.Peer, n.Desk)
	}
	for _, f := range n.Files {
		one := loadingFile{NodeFile: f, Fault: reasonText(visitOf(r).Print, f.Fault)}
		if f.Size > 0 {
			one.Part = float64(f.Have) / float64(f.Size)
		}
		if f.Have >= f.Size {
			one.Link = address("/messages/"+n.ID+"/file", url.Values{"id": {f.ID}})
		}
		out.Loading = append(out.Loading, one)
	}
	return out
}

func (s *Site) noteDetail(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	n, err := s.desk.Note(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	c, err := s.community(r)
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := noteView{Note: s.noteEntry(r, c, names, n)}
	for _, f := range view.Note.Loading {
		view.Again = view.Again || f.Link == "" && f.Fault == ""
	}
	thread, err := s.desk.Thread(r.Context(), v.Actor, n)
	if err != nil {
		return err
	}
	for _, one := range thread {
		entry := s.noteEntry(r, c, names, one)
		if entry.Here = one.ID == n.ID; entry.Here {
			entry = view.Note
			entry.Here = true
		}
		view.Thread = append(view.Thread, entry)
	}
	if view.Handling, err = s.handled(r, n.Handling, ""); err != nil {
		return err
	}
	if view.Timeline, err = s.timeline(r, "note/"+n.ID); err != nil {
		return err
	}
	if p, ok := c.peer(n.Peer); ok && v.can(paiza.RightSendMessage) && (p.Status == paiza.PeerActive || p.Status == paiza.PeerPaused) {
		view.Reply = address("/messages/new", url.Values{"answers": {n.ID}})
	}
	return s.render(w, r, http.StatusOK, "message/note", view)
}

// noteFile answers with a file of a note. It is a download whatever it is: what
// another node sent never opens in the page.
func (s *Site) noteFile(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	n, err := s.desk.Note(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	id := r.URL.Query().Get("id")
	for _, f := range n.Files {
		if f.ID != id {
			continue
		}
		out := &started{w: w, header: func() {
			h := w.Header()
			h.Set("Content-Type", "application/octet-stream")
			h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
		}}
		err := s.desk.ReadFile(r.Context(), v.Actor, n.ID, id, out)
		if out.begun {
			return gone(err)
		}
		return err
	}
	return paiza.NotFound("file", id)
}

// started sets the headers of a download with its first bytes, so that what goes
// wrong before them is a page of its own.
type started struct {
	w      http.ResponseWriter
	header func()
	begun  bool
}

// Write implements io.Writer.
func (o *started) Write(b []byte) (int, error) {
	if !o.begun {
		o.header()
		o.begun = true
	}
	return o.w.Write(b)
}

// newNoteView is the form of a note.
type newNoteView struct {
	Form      form
	Desks     []option // partners as headed groups with their desks
	Answers   *paiza.DeskNote
	To        string // who the answer goes to, in words
	Labels    []handlingChoice
	Purposes  []handlingChoice
	MaxUpload int64
}

func (s *Site) noteForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return s.notePage(w, r, http.StatusOK, form{values: url.Values{"to": {q.Get("to")}, "answers": {q.Get("answers")}}})
}

func (s *Site) notePage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	v := visitOf(r)
	p := v.Print
	c, err := s.community(r)
	if err != nil {
		return err
	}
	view := newNoteView{Form: f, MaxUpload: s.opt.MaxUpload}
	if id := f.Get("answers"); id != "" {
		n, err := s.desk.Note(r.Context(), v.Actor, id)
		if err != nil {
			return err
		}
		view.Answers, view.To = &n, c.name(n.Peer)
		if _, typed := f.values["title"]; !typed {
			f.values.Set("title", p.T("desk_note.re", "title", strings.TrimPrefix(n.Title, p.T("desk_note.re", "title", ""))))
		}
	}
	for _, peer := range c.peers {
		if peer.Status != paiza.PeerActive && peer.Status != paiza.PeerPaused {
			continue
		}
		group := option{Name: peerName(p, peer) + " (" + peer.Body + ")", Options: []option{{Value: peer.Node, Name: p.T("desk_note.whole", "name", peerName(p, peer)), Selected: f.Get("to") == peer.Node}}}
		for _, a := range peer.Authorities {
			value := peer.Node + "/" + a.Key
			group.Options = append(group.Options, option{Value: value, Name: agencyName(p, a.Name), Selected: f.Get("to") == value})
		}
		view.Desks = append(view.Desks, group)
	}
	label, purpose := f.Get("tlp"), f.Get("purpose")
	if label == "" {
		label = string(paiza.TLPAmber)
	}
	if purpose == "" {
		purpose = string(paiza.PurposeIntelligence)
	}
	for _, l := range []paiza.TLP{paiza.TLPClear, paiza.TLPGreen, paiza.TLPAmber} {
		view.Labels = append(view.Labels, handlingChoice{string(l), string(l), p.T("handling.tlp." + string(l)), string(l) == label})
	}
	for _, one := range paiza.Purposes() {
		view.Purposes = append(view.Purposes, handlingChoice{string(one), p.T("purpose." + string(one)), "", string(one) == purpose})
	}
	return s.render(w, r, code, "message/new", view)
}

func (s *Site) sendNote(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f, files, err := multipartForm(w, r, s.opt.MaxUpload+maxForm)
	defer closeFiles(files)
	if err != nil {
		return err
	}
	in := paiza.NewDeskNote{Title: f.Get("title"), Text: f.Raw("text"), Answers: f.Get("answers"), Purpose: f.Get("purpose"), TLP: f.Get("tlp"),
		Exercise: f.Get("exercise") != "", Files: files}
	in.Peer, in.Desk, _ = strings.Cut(f.Get("to"), "/")
	if in.Answers != "" {
		old, err := s.desk.Note(r.Context(), v.Actor, in.Answers)
		if err != nil {
			return err
		}
		if in.Peer = old.Peer; !old.Incoming {
			in.Desk = old.Desk
		} else {
			in.Desk = ""
		}
	}
	if in.Peer == "" {
		err = badField("to", "desk_note.to_missing")
	} else {
		var n paiza.DeskNote
		if n, err = s.desk.SendNote(r.Context(), v.Actor, in); err == nil {
			s.flash(r, "desk_note.sent")
			http.Redirect(w, r, "/messages/"+n.ID, http.StatusSeeOther)
			return nil
		}
	}
	if errors.Is(err, paiza.ErrInvalid) || errors.Is(err, paiza.ErrConflict) {
		code, _ := statusOf(err)
		return s.notePage(w, r, code, f.failed(v.Print, err))
	}
	return err
}
