package web

import (
	"net/http"
	"strconv"
	"strings"

	"paiza/internal/ledger"
)

// proofView is the offer of a proof file with how to check it: template "proof".
type proofView struct {
	Link, File string
	Key        string // of the node's ledger
}

func (s *Site) proofView(r *http.Request, link, file string) (proofView, error) {
	key, err := s.desk.LedgerKey(r.Context(), visitOf(r).Actor)
	return proofView{link, file, key}, err
}

// proofOf answers with the proof of the history of a subject: seizure, case or
// import.
func proofOf(kind string) func(*Site, http.ResponseWriter, *http.Request) error {
	return func(s *Site, w http.ResponseWriter, r *http.Request) error {
		id := r.PathValue("id")
		p, err := s.desk.ProveSubject(r.Context(), visitOf(r).Actor, kind+"/"+id)
		if err != nil {
			return err
		}
		return sendProof(w, kind+"-"+id+".proof", p)
	}
}

// entryProof answers with the proof of one entry of the ledger.
func (s *Site) entryProof(w http.ResponseWriter, r *http.Request) error {
	seq, _ := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	p, err := s.desk.ProveEntry(r.Context(), visitOf(r).Actor, seq)
	if err != nil {
		return err
	}
	return sendProof(w, "entry-"+strconv.FormatInt(seq, 10)+".proof", p)
}

func sendProof(w http.ResponseWriter, name string, p *ledger.Proof) error {
	return sendFile(w, name, "text/plain; charset=utf-8", p.Bytes())
}

// sendFile answers with a file that a browser saves.
func sendFile(w http.ResponseWriter, name, kind string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+strings.ReplaceAll(name, `"`, "")+`"`)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err := w.Write(body)
	return gone(err)
}
