package web

import (
	"errors"
	"net/http"

	"paiza"
)

// relabelImportView is the form with which all rows of an import are handled
// otherwise.
type relabelImportView struct {
	Import   paiza.Import
	Form     form
	Handling handlingForm
	Now      handledView
}

func (s *Site) relabelImportForm(w http.ResponseWriter, r *http.Request) error {
	imp, err := s.desk.ImportFor(r.Context(), visitOf(r).Actor, paiza.RightRelabel, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.relabelImportPage(w, r, http.StatusOK, imp, form{values: handlingValues(imp.Handling)})
}

func (s *Site) relabelImportPage(w http.ResponseWriter, r *http.Request, code int, imp paiza.Import, f form) error {
	view := relabelImportView{Import: imp, Form: f}
	var err error
	if view.Handling, err = s.handlingForm(r, f); err != nil {
		return err
	}
	if view.Now, err = s.handled(r, imp.Handling, ""); err != nil {
		return err
	}
	return s.render(w, r, code, "import/relabel", view)
}

func (s *Site) relabelImport(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	imp, err := s.desk.RelabelImport(r.Context(), v.Actor, r.PathValue("id"), newHandling(f), f.Get("reason"))
	if errors.Is(err, paiza.ErrInvalid) || errors.Is(err, paiza.ErrConflict) {
		code, _ := statusOf(err)
		return s.relabelImportPage(w, r, code, imp, f.failed(v.Print, err))
	}
	if err != nil {
		return err
	}
	s.flash(r, "import.relabelled")
	http.Redirect(w, r, "/imports/"+imp.ID, http.StatusSeeOther)
	return nil
}
