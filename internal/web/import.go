package web

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/report"
)

// importsView is the list of imports and the box for a new file.
type importsView struct {
	Imports   []paiza.Import
	CanImport bool
	Max       int64
	Error     string
}

func (s *Site) imports(w http.ResponseWriter, r *http.Request) error {
	return s.importsPage(w, r, http.StatusOK, "")
}

func (s *Site) importsPage(w http.ResponseWriter, r *http.Request, code int, problem string) error {
	v := visitOf(r)
	list, err := s.desk.Imports(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := importsView{Imports: list, CanImport: v.can(paiza.RightImport), Max: s.opt.MaxUpload, Error: problem}
	return s.render(w, r, code, "import/list", view)
}

// upload takes a file in as it comes, without keeping it in memory or twice on
// the disk.
func (s *Site) upload(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	r.Body = http.MaxBytesReader(w, r.Body, s.opt.MaxUpload+maxForm)
	mr, err := r.MultipartReader()
	if err != nil {
		return s.importsPage(w, r, http.StatusUnprocessableEntity, v.Print.T("error.upload.none"))
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return s.importsPage(w, r, http.StatusUnprocessableEntity, v.Print.T("error.upload.none"))
		}
		if err != nil {
			return uploadFault(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		u, err := s.desk.Upload(r.Context(), v.Actor, part.FileName(), whole{part})
		if err != nil {
			return uploadFault(err)
		}
		http.Redirect(w, r, "/uploads/"+u.ID, http.StatusSeeOther)
		return nil
	}
}

// whole is a file on its way that must not end early. The error of a transfer
// that was cut off is renamed: io.ReadFull gives the same one at the ordinary
// end of a short file.
type whole struct{ r io.Reader }

var errCut = errors.New("the transfer was cut off")

func (w whole) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCut
	}
	return n, err
}

// uploadFault tells a person that the transfer broke; what the desk or a limit
// said stays as it is.
func uploadFault(err error) error {
	var known *paiza.Error
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return large
	}
	if errors.As(err, &known) {
		return err
	}
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.upload.broken", Err: err}
}

// importView is one import: running, done, failed or undone.
type importView struct {
	desk.ImportDetail
	Part       float64       // of the file read, 0 to 1
	Rate       int64         // rows per second
	Left       time.Duration // 0 when it cannot be said
	Took       time.Duration
	Rows       string // address of its rows in the list
	Market     string // address of its market
	CanUndo    bool
	CanRelabel bool
	CanImport  bool
	Form       form
	Handling   handledView
	Proof      proofView
}

// refresh makes the page of a running import load itself again, without
// JavaScript too.
func (v importView) refresh() int {
	if v.State == paiza.StateRunning {
		return 2
	}
	return 0
}

func (s *Site) importDetail(w http.ResponseWriter, r *http.Request) error {
	return s.importPage(w, r, http.StatusOK, form{})
}

func (s *Site) importPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	v := visitOf(r)
	detail, err := s.desk.ImportByID(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := importView{ImportDetail: detail, Form: f, CanImport: v.can(paiza.RightImport),
		CanUndo:    detail.State == paiza.StateDone && slices.Contains(detail.May, paiza.RightUndoImport),
		CanRelabel: detail.State == paiza.StateDone && slices.Contains(detail.May, paiza.RightRelabel)}
	if view.Handling, err = s.handled(r, detail.Handling, ""); err != nil {
		return err
	}
	if view.Proof, err = s.proofView(r, "/imports/"+detail.ID+"/proof", "import-"+detail.ID+".proof"); err != nil {
		return err
	}
	if p := detail.Progress; p.Size > 0 {
		view.Part = min(1, float64(p.Bytes)/float64(p.Size))
		view.Rate = int64(p.Rate())
		if left, ok := p.Left(); ok && !p.Finishing {
			view.Left = left
		}
	}
	if !detail.Finished.IsZero() {
		view.Took = detail.Finished.Sub(detail.Started)
	}
	if detail.State == paiza.StateDone {
		only := formatSlice(paiza.Slice{Imports: []string{detail.ID}})
		if detail.Kind == paiza.KindTotals {
			view.Market = address("/picture/coverage", nil)
		} else {
			view.Rows, view.Market = address("/seizures", only), address("/picture/market", only)
		}
	}
	return s.render(w, r, code, "import/detail", view)
}

func (s *Site) undoImport(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	if _, err := s.desk.Undo(r.Context(), v.Actor, r.PathValue("id"), f.Get("reason")); err != nil {
		if !errors.Is(err, paiza.ErrInvalid) {
			return err
		}
		return s.importPage(w, r, http.StatusUnprocessableEntity, f.failed(v.Print, err))
	}
	s.flash(r, "import.undone")
	http.Redirect(w, r, "/imports/"+r.PathValue("id"), http.StatusSeeOther)
	return nil
}

// importErrors is every refused row of an import as a table to download.
func (s *Site) importErrors(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	id := r.PathValue("id")
	if _, err := s.desk.ImportByID(r.Context(), v.Actor, id); err != nil {
		return err
	}
	p := v.Print
	table := report.Table{Columns: []report.Column{{Title: p.T("column.sheet")}, {Title: p.T("column.row"), Format: report.FormatInteger},
		{Title: p.T("column.column")}, {Title: p.T("column.value")}, {Title: p.T("column.reason")}, {Title: p.T("column.outcome")}}}
	return s.sendRows(w, "paiza-import-"+id+".csv", table, func(yield func([]report.Value) error) error {
		return s.desk.ImportErrors(r.Context(), v.Actor, id, func(e paiza.RowError) error {
			outcome := p.T("import.refused")
			if e.Aside {
				outcome = p.T("import.set_aside")
			}
			return yield([]report.Value{report.Text(e.Sheet), report.Integer(int64(e.Row)), report.Text(e.Column),
				report.Text(e.Value), report.Text(p.RowError(e)), report.Text(outcome)})
		})
	})
}
