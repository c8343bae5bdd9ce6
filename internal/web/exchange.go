package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"paiza"
	"paiza/internal/locale"
	"paiza/wire"
)

// exchangeRoutes are the addresses of other nodes: partners, this node's own
// card, groups, the trust directory, messages and proofs.
func exchangeRoutes() []route {
	return []route{
		{"GET", "/messages", paiza.RightReadMessage, (*Site).inbox, false},
		{"GET", "/messages/sent", paiza.RightReadMessage, (*Site).outbox, false},
		{"GET", "/messages/new", paiza.RightSendMessage, (*Site).noteForm, false},
		{"POST", "/messages", paiza.RightSendMessage, (*Site).sendNote, true},
		{"GET", "/messages/{id}", paiza.RightReadMessage, (*Site).noteDetail, false},
		{"GET", "/messages/{id}/file", paiza.RightReadMessage, (*Site).noteFile, true},
		{"GET", "/proof", paiza.RightExport, (*Site).exchangeProof, false},

		{"GET", "/partners", paiza.RightManagePeers, (*Site).partners, false},
		{"GET", "/partners/new", paiza.RightManagePeers, (*Site).pairForm, false},
		{"POST", "/partners", paiza.RightManagePeers, (*Site).pair, false},
		{"GET", "/partners/{id}", paiza.RightManagePeers, (*Site).partner, false},
		{"GET", "/partners/{id}/compare", paiza.RightManagePeers, (*Site).compare, false},
		{"POST", "/partners/{id}/confirm", paiza.RightManagePeers, (*Site).confirmPair, false},
		{"POST", "/partners/{id}/pause", paiza.RightManagePeers, peerAct("pause"), false},
		{"POST", "/partners/{id}/resume", paiza.RightManagePeers, peerAct("resume"), false},
		{"POST", "/partners/{id}/end", paiza.RightManagePeers, peerAct("end"), false},
		{"POST", "/partners/{id}/reconsider", paiza.RightManagePeers, (*Site).reconsider, false},
		{"POST", "/partners/{id}/via", paiza.RightManagePeers, (*Site).setVia, false},
		{"POST", "/partners/{id}/relay", paiza.RightManagePeers, (*Site).allowRelay, false},
		{"POST", "/partners/{id}/relay/end", paiza.RightManagePeers, (*Site).endRelay, false},

		{"GET", "/identity", paiza.RightManagePeers, (*Site).identity, false},
		{"POST", "/identity", paiza.RightManagePeers, (*Site).initNode, false},
		{"GET", "/identity/card", paiza.RightManagePeers, (*Site).ownCard, false},
		{"POST", "/identity/renew", paiza.RightManagePeers, renewal("renew"), false},
		{"POST", "/identity/rotate", paiza.RightManagePeers, renewal("rotate"), false},
		{"POST", "/identity/revoke", paiza.RightManagePeers, (*Site).revokeKey, false},

		{"GET", "/directory", paiza.RightManagePeers, (*Site).directory, false},
		{"POST", "/directory", paiza.RightManagePeers, (*Site).importDirectory, true},
		{"POST", "/directory/admit", paiza.RightManagePeers, (*Site).admit, false},

		{"GET", "/groups", paiza.RightManagePeers, (*Site).groups, false},
		{"POST", "/groups", paiza.RightManagePeers, (*Site).createGroup, false},
		{"GET", "/groups/{id}", paiza.RightManagePeers, (*Site).group, false},
		{"POST", "/groups/{id}", paiza.RightManagePeers, (*Site).changeGroup, false},
	}
}

// community is the other nodes as a page names them.
type community struct {
	print  *locale.Printer
	peers  []paiza.Peer
	groups []paiza.NodeGroup
}

// community reads the nodes and groups for a person who may know them; for
// others, and while nothing is exchanged, it is empty and ids stand for names.
func (s *Site) community(r *http.Request) (community, error) {
	v := visitOf(r)
	out := community{print: v.Print}
	if !v.can(paiza.RightReadMessage) && !v.can(paiza.RightManagePeers) {
		return out, nil
	}
	var err error
	if out.peers, err = s.desk.Peers(r.Context(), v.Actor); err != nil {
		return out, err
	}
	locale.SortBy(v.Print, out.peers, func(p paiza.Peer) string { return peerName(v.Print, p) })
	out.groups, err = s.desk.Groups(r.Context(), v.Actor)
	return out, err
}

// peerName is a node's name in the language of the page, or else its first one.
func peerName(p *locale.Printer, peer paiza.Peer) string {
	if name := peer.Names[p.Tag()]; name != "" {
		return name
	}
	return peer.Name
}

// bodyName is the state of a node with its code, or the code of a body of states.
func (s *Site) bodyName(p *locale.Printer, code string) string {
	if name := s.countryName(p, paiza.Country(code)); name != code && name != "" {
		return name + " (" + code + ")"
	}
	return code
}

// peer finds a node; ok is false for one that is not known.
func (c community) peer(node string) (paiza.Peer, bool) {
	i := slices.IndexFunc(c.peers, func(p paiza.Peer) bool { return p.Node == node })
	if i < 0 {
		return paiza.Peer{}, false
	}
	return c.peers[i], true
}

// name is a node by its name; empty is this one.
func (c community) name(node string) string {
	if p, ok := c.peer(node); ok {
		return peerName(c.print, p)
	}
	if node == "" {
		return c.print.T("partner.this")
	}
	return node
}

// desk is an authority of a node by its name; empty is the whole node.
func (c community) desk(node, key string) string {
	if key == "" {
		return ""
	}
	if p, ok := c.peer(node); ok {
		for _, a := range p.Authorities {
			if a.Key == key {
				return agencyName(c.print, a.Name)
			}
		}
	}
	return key
}

// audience is the audience of a release in words where it is a node or a group;
// empty where it is neither.
func (c community) audience(name string) string {
	if rest, ok := strings.CutPrefix(name, "node:"); ok {
		node, key, _ := strings.Cut(rest, "/")
		if desk := c.desk(node, key); desk != "" {
			return c.name(node) + " · " + desk
		}
		return c.name(node)
	}
	if id, ok := strings.CutPrefix(name, "group:"); ok {
		for _, g := range c.groups {
			if g.ID == id {
				return c.print.T("group.called", "name", g.Name)
			}
		}
		return c.print.T("group.called", "name", id)
	}
	return ""
}

// reasonText is why something was not taken, in words.
func reasonText(p *locale.Printer, why string) string {
	if why == "" {
		return ""
	}
	if key := wire.Reason(why).Key(); p.Has(key) {
		return p.T(key)
	}
	return why
}

// proving says whether a person has to prove that it is he before an act, and
// where: empty when he has just done so.
func (s *Site) proving(r *http.Request, back string) string {
	if s.desk.SteppedUp(visitOf(r).Actor) {
		return ""
	}
	return stepUpLink(back)
}

// refusedHere gives a refused form back to its page, and any other error on.
func refusedHere(err error) bool {
	return errors.Is(err, paiza.ErrInvalid) || errors.Is(err, paiza.ErrConflict)
}

// multipartForm reads a form that may bring files. Each file is written to a
// folder of its own, which the caller removes, and never held in memory; most
// bounds the body.
func multipartForm(w http.ResponseWriter, r *http.Request, dir string, most int64) (form, []paiza.NewFile, error) {
	f := form{values: url.Values{}}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	mr, err := r.MultipartReader()
	if err != nil {
		return readForm(r), nil, nil
	}
	var files []paiza.NewFile
	left := int64(maxForm) // of text fields, together
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return f, files, nil
		}
		if err != nil {
			return f, files, uploadFault(err)
		}
		if part.FileName() == "" {
			var buf bytes.Buffer
			n, err := io.Copy(&buf, io.LimitReader(part, left+1))
			if err != nil {
				return f, files, uploadFault(err)
			}
			if left -= n + int64(len(part.FormName())); left < 0 {
				return f, files, &http.MaxBytesError{Limit: maxForm}
			}
			f.values.Add(part.FormName(), buf.String())
			continue
		}
		if len(files) == wire.MaxAttachments {
			return f, files, &paiza.Error{Kind: paiza.ErrInvalid, Key: "exchange.files_many"}
		}
		path, err := keepPart(dir, part)
		if err != nil {
			return f, files, err
		}
		files = append(files, paiza.NewFile{Name: filepath.Base(part.FileName()), Media: part.Header.Get("Content-Type"), Path: path})
	}
}

func keepPart(dir string, part io.Reader) (string, error) {
	out, err := os.CreateTemp(dir, "file-")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, whole{part})
	if err := errors.Join(uploadCut(err), out.Close()); err != nil {
		return "", err
	}
	return out.Name(), nil
}

// uploadCut is uploadFault for an error that may be none.
func uploadCut(err error) error {
	if err == nil {
		return nil
	}
	return uploadFault(err)
}

// smallFile is the content of the one file of a form, or else of a text field;
// both are bounded.
func smallFile(f form, files []paiza.NewFile, field string, most int64) ([]byte, error) {
	if len(files) == 0 {
		return []byte(f.Raw(field)), nil
	}
	in, err := os.Open(files[0].Path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, most+1))
}

// since is how long ago something was; zero for what never was.
func (s *Site) since(t time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return max(s.now().Sub(t), 0)
}
