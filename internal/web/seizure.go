package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"paiza"
	"paiza/internal/desk"
)

// listSize is how many rows a page of a list has.
const listSize = 100

// seizureListView is the list of seizures.
type seizureListView struct {
	Filter        filterView
	Rows          []seizureRow
	Count         int64 // -1 when not counted
	Shown         int
	First         string // address of the first page, empty on it
	Next          string // address of the next page, empty at the end
	CSV, XLSX     string // empty without the right to export
	CanRecord     bool
	Empty         bool // the node holds nothing at all
	CanImport     bool
	Withdrawn     string // address of what the person's agency withdrew
	OnlyWithdrawn bool   // that is what is shown
}

// seizureRow is one row with its figures in words.
type seizureRow struct {
	paiza.Seizure
	Reported  string // amount as written, without binary dust
	Converted bool   // kilograms by a factor, not by the scales
	Weight    bool   // there is a mass at all
	Route     string
	Named     bool   // the source calls the substance otherwise
	Owner     string // name of the agency, where it is another one than the reader's
}

func (s *Site) seizures(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	q := r.URL.Query()
	filter, problem := parseFilter(q)
	code := http.StatusOK
	view := seizureListView{CanRecord: v.can(paiza.RightRecordSeizure), CanImport: v.can(paiza.RightImport)}
	var err error
	if view.Filter, err = s.filterBar(r, "/seizures", filter, problem); err != nil {
		return err
	}
	if problem != nil {
		code, _ = statusOf(problem)
		return s.render(w, r, code, "seizure/list", view)
	}
	list, err := s.desk.Seizures(r.Context(), v.Actor, filter, paiza.Page{Size: listSize, After: q.Get(keyAfter)})
	if err != nil {
		return err
	}
	view.Count, view.Shown = list.Count, len(list.Seizures)
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	c, err := s.community(r)
	if err != nil {
		return err
	}
	for _, z := range list.Seizures {
		row := s.row(v, names, z)
		if z.Handling.Origin != "" {
			row.Owner = c.name(z.Handling.Origin)
		}
		view.Rows = append(view.Rows, row)
	}
	view.OnlyWithdrawn = filter.Withdrawn
	if !filter.Withdrawn && v.can(paiza.RightWithdrawSeizure) {
		view.Withdrawn = address("/seizures", formatFilter(paiza.SeizureFilter{Withdrawn: true}))
	}
	asked := formatFilter(filter)
	if q.Get(keyAfter) != "" {
		view.First = address("/seizures", asked)
	}
	if list.Next != "" {
		next := clone(asked)
		next.Set(keyAfter, list.Next)
		view.Next = address("/seizures", next)
	}
	if v.can(paiza.RightExport) && !filter.Withdrawn {
		view.CSV, view.XLSX = address("/seizures/export.csv", asked), address("/seizures/export.xlsx", asked)
	}
	view.Empty = len(list.Seizures) == 0 && !view.Filter.Set
	return s.render(w, r, code, "seizure/list", view)
}

func clone(q url.Values) url.Values {
	out := url.Values{}
	for k, v := range q {
		out[k] = append([]string(nil), v...)
	}
	return out
}

// row makes the figures of one row of a list.
func (s *Site) row(v *visit, agencies map[string]string, z paiza.Seizure) seizureRow {
	p := v.Print
	out := seizureRow{Seizure: z, Reported: asReported(p, z.AmountText), Weight: z.Factor != "" || z.Equivalent != 0,
		Converted: z.Factor != "" && z.Amount.Dim != paiza.DimMass}
	out.Route = s.travel(p, z.Route)
	name := s.substanceName(p, z.Substance)
	out.Named = z.SubstanceText != "" && !strings.EqualFold(z.SubstanceText, name)
	if z.Handling.Owner != v.Actor.Agency {
		out.Owner = agencies[z.Handling.Owner]
	}
	return out
}

// seizureView is one seizure: native beside normalised.
type seizureView struct {
	desk.SeizureDetail
	Row       seizureRow
	Resolved  []resolved
	SourceRow []sourceCell
	Similar   string // rows of the same state, month and substance
	Handling  handledView
	Acts      []actView
	Given     []releaseRow
	Proof     proofView
	Timeline  *timelineView // nil when it was never exchanged
	From      string        // name of the node that gave it; empty for a record of this one
}

// resolved is one field as the source wrote it and as the catalog took it.
type resolved struct {
	Field   string // key of the label
	Written string
	Taken   string
	How     string
}

// sourceCell is one cell of the source row under its heading.
type sourceCell struct{ Heading, Value string }

func (s *Site) seizure(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	detail, err := s.desk.Seizure(r.Context(), v.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	names, err := s.agencyNames(r)
	if err != nil {
		return err
	}
	view := seizureView{SeizureDetail: detail, Row: s.row(v, names, detail.Seizure), Acts: s.acts(v, names, detail.History)}
	if view.Handling, err = s.handled(r, detail.Handling, detail.Caveat); err != nil {
		return err
	}
	of, id := "seizure", detail.ID
	if !slices.ContainsFunc(detail.History, func(a paiza.Act) bool { return a.Subject == "seizure/"+id }) && detail.Import != nil {
		of, id = "import", detail.Import.ID // a row to which nothing was done since
	}
	if view.Proof, err = s.proofView(r, "/"+of+"s/"+id+"/proof", of+"-"+id+".proof"); err != nil {
		return err
	}
	c, err := s.community(r)
	if err != nil {
		return err
	}
	if detail.Handling.Origin != "" {
		view.From = c.name(detail.Handling.Origin)
	}
	for _, one := range detail.Releases {
		view.Given = append(view.Given, s.releaseRow(v, c, one))
	}
	if view.Timeline, err = s.timeline(r, "seizure/"+detail.ID); err != nil {
		return err
	}
	view.Resolved = s.resolvedFields(v.Print, detail)
	for i, cell := range detail.Cells {
		heading := ""
		if i < len(detail.Header) {
			heading = detail.Header[i]
		}
		view.SourceRow = append(view.SourceRow, sourceCell{heading, cell})
	}
	month := detail.Date.MonthOf()
	view.Similar = address("/seizures", formatSlice(paiza.Slice{Period: paiza.Period{From: month, To: month},
		Countries: some(detail.Country), Substances: some(detail.Substance)}))
	return s.render(w, r, http.StatusOK, "seizure/detail", view)
}

// can reports whether the person may do something to the seizure.
func (v seizureView) can(right paiza.Right) bool { return slices.Contains(v.May, right) }

// CanCorrect, CanRelabel, CanWithdraw and CanPropose show or leave out a button.
func (v seizureView) CanCorrect() bool  { return v.can(paiza.RightCorrectSeizure) }
func (v seizureView) CanRelabel() bool  { return v.can(paiza.RightRelabel) }
func (v seizureView) CanWithdraw() bool { return v.can(paiza.RightWithdrawSeizure) }
func (v seizureView) CanPropose() bool  { return v.can(paiza.RightProposeRelease) }

// Link is the seizure's page.
func (v seizureView) Link() string { return "/seizures/" + v.ID }

// some is a list of one value, or of none when it is empty.
func some[T ~string](v T) []T {
	if v == "" {
		return nil
	}
	return []T{v}
}

// recordView is the form of a seizure typed in.
type recordView struct {
	Form       form
	Countries  []string // names for the datalist
	Substances []string
	Units      []string
	Routings   inputView
	Handling   handlingForm
	Transport  inputView
	Hiding     inputView
	Place      inputView // installation
}

func (s *Site) recordForm(w http.ResponseWriter, r *http.Request) error {
	f := form{values: url.Values{keyCountry: {r.URL.Query().Get(keyCountry)}}}
	return s.recordPage(w, r, http.StatusOK, f)
}

func (s *Site) recordPage(w http.ResponseWriter, r *http.Request, code int, f form) error {
	view := s.recordView(r, f)
	var err error
	if view.Handling, err = s.handlingForm(r, f); err != nil {
		return err
	}
	return s.render(w, r, code, "seizure/new", view)
}

// newSeizure is what a registrar typed.
func newSeizure(f form) paiza.NewSeizure {
	return paiza.NewSeizure{Date: f.Get("date"), Country: f.Get("country"), Division: f.Get("division"), Place: f.Get("place"),
		Routing: f.Get("routing"), Substance: f.Get("substance"), Amount: f.Get("amount"), Unit: f.Get("unit"),
		Producing: f.Get("producing"), Departure: f.Get("departure"), Via: f.Get("via"), Destination: f.Get("destination"),
		Transport: f.Get("transport"), Hiding: f.Get("hiding"), Installation: f.Get("installation"), Packaging: f.Get("packaging"),
		Agency: f.Get("agency"), Reference: f.Get("reference"), Exhibit: f.Get("exhibit"), Persons: f.Get("persons"),
		Caveat: f.Get("caveat"), Handling: newHandling(f), Reason: f.Get("reason")}
}

func (s *Site) record(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	z, err := s.desk.RecordSeizure(r.Context(), v.Actor, newSeizure(f))
	if err != nil {
		if !errors.Is(err, paiza.ErrInvalid) && !errors.Is(err, paiza.ErrConflict) {
			return err
		}
		code, _ := statusOf(err)
		return s.recordPage(w, r, code, f.failed(v.Print, err))
	}
	s.flash(r, "seizure.recorded")
	http.Redirect(w, r, "/seizures/"+z.ID, http.StatusSeeOther)
	return nil
}
