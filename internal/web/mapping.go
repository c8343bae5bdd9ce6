package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/ingest"
	"paiza/internal/locale"
)

// mappingView is an uploaded file as it was recognised, with a choice of
// meaning for each column.
type mappingView struct {
	Upload     string // id
	File       *ingest.File
	Profile    *ingest.Profile
	Title      string // of the profile
	Delimiter  string // in words
	Recognised bool
	Profiles   []option
	Kinds      []option
	DateOrders []option
	Decimals   []option
	Columns    []columnView
	Constants  []constantView
	Missing    []string // fields without which nothing can be imported
	Error      string
	Fields     []string // what was wrong, field by field
	Handling   handlingForm
}

// columnView is one column of the file.
type columnView struct {
	Index   int
	Heading string
	Sample  []string
	Fields  []option
	Reason  string // why the proposal says so
	Sure    bool
	Mapped  bool
}

// constantView is a value for a field that no column holds.
type constantView struct{ Field, Label, Value string }

// delimiters have names: the signs themselves are hard to see.
var delimiters = map[rune]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "bar"}

// constants are the fields that a person may give for the whole file.
var constants = []ingest.Field{ingest.FieldCountry, ingest.FieldSubstance, ingest.FieldUnit, ingest.FieldRouting}

func (s *Site) recognise(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	rec, err := s.desk.Recognise(r.Context(), v.Actor, r.PathValue("id"), r.URL.Query().Get("profile"))
	if err != nil {
		return err
	}
	view := s.mappingView(v.Print, r.PathValue("id"), rec, rec.Profile)
	if view.Handling, err = s.handlingForm(r, form{values: r.URL.Query()}); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "import/mapping", view)
}

// mappingView shows profile, which is the recognised one or what a person has
// made of it.
func (s *Site) mappingView(p *locale.Printer, id string, rec desk.Recognition, profile *ingest.Profile) mappingView {
	view := mappingView{Upload: id, File: rec.File, Profile: profile, Title: title(profile), Recognised: rec.Recognised}
	if name, ok := delimiters[rec.File.Delimiter]; ok {
		view.Delimiter = p.T("mapping.sign." + name)
	}
	view.Profiles = append(view.Profiles, option{Value: "", Name: p.T("mapping.own"), Selected: !rec.Recognised})
	for _, known := range rec.Profiles {
		view.Profiles = append(view.Profiles, option{Value: known.Name, Name: title(known), Selected: rec.Recognised && known.Name == profile.Name})
	}
	view.Kinds = optionsOf(p, "kind.", string(profile.Kind), string(paiza.KindSeizures), string(paiza.KindTotals))
	view.DateOrders = optionsOf(p, "mapping.order.", profile.DateOrder, "", "dmy", "mdy", "ymd")
	view.Decimals = optionsOf(p, "mapping.decimal.", profile.Decimal, "", "point", "comma")
	have := map[ingest.Field]bool{}
	for i, heading := range rec.File.Header {
		c := columnOf(profile, heading)
		col := columnView{Index: i, Heading: heading, Sure: true}
		if c != nil {
			have[c.Field] = true
			col.Mapped = c.Field != ingest.FieldSource
			if c.Reason.Key != "" {
				col.Reason, col.Sure = s.note(p, c.Reason), c.Confidence >= 0.8 || !col.Mapped
			}
		}
		for _, row := range rec.File.Sample {
			if i < len(row) && strings.TrimSpace(row[i]) != "" && len(col.Sample) < 3 && !slices.Contains(col.Sample, cut(row[i])) {
				col.Sample = append(col.Sample, cut(row[i]))
			}
		}
		for _, f := range ingest.Fields() {
			col.Fields = append(col.Fields, option{Value: string(f), Name: p.T("field." + string(f)),
				Selected: c != nil && c.Field == f || c == nil && f == ingest.FieldSource})
		}
		view.Columns = append(view.Columns, col)
	}
	for _, f := range constants {
		value := profile.Constant[f]
		have[f] = have[f] || value != ""
		view.Constants = append(view.Constants, constantView{string(f), p.T("field." + string(f)), value})
	}
	if profile.Pivot != nil {
		have[profile.Pivot.Label], have[profile.Pivot.Value] = true, true
	}
	dated := have[ingest.FieldDate] || have[ingest.FieldYear] || have[ingest.FieldFiscalYear]
	for field, ok := range map[ingest.Field]bool{ingest.FieldDate: dated, ingest.FieldSubstance: have[ingest.FieldSubstance], ingest.FieldCountry: have[ingest.FieldCountry]} {
		if !ok {
			view.Missing = append(view.Missing, p.T("field."+string(field)))
		}
	}
	slices.Sort(view.Missing)
	return view
}

// cut is a sample as a table shows it.
func cut(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 48 {
		return string(r[:48]) + "…"
	}
	return s
}

func title(p *ingest.Profile) string {
	if p.Title != "" {
		return p.Title
	}
	return p.Name
}

func optionsOf(p *locale.Printer, prefix, chosen string, values ...string) []option {
	var out []option
	for _, v := range values {
		key := v
		if key == "" {
			key = "auto"
		}
		out = append(out, option{Value: v, Name: p.T(prefix + key), Selected: v == chosen})
	}
	return out
}

// fold makes headings equal that differ in case, blanks or signs.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// columnOf is the profile's column with the heading, nil when it has none.
func columnOf(p *ingest.Profile, heading string) *ingest.Column {
	for i := range p.Columns {
		for _, h := range p.Columns[i].Header {
			if fold(h) == fold(heading) {
				return &p.Columns[i]
			}
		}
	}
	return nil
}

// confirmed is the profile as the person left the form, and whether that is
// more than the recognised one.
func confirmed(f form, rec desk.Recognition) (*ingest.Profile, bool) {
	p := *rec.Profile
	changed := !rec.Recognised
	p.Columns = nil
	seen := map[*ingest.Column]bool{}
	for i, heading := range rec.File.Header {
		field := ingest.Field(f.Get("column-" + strconv.Itoa(i)))
		was := columnOf(rec.Profile, heading)
		switch {
		case was != nil && (field == was.Field || field == ""):
			if !seen[was] {
				seen[was] = true
				p.Columns = append(p.Columns, *was)
			}
		case was == nil && (field == ingest.FieldSource || field == ""):
		case slices.Contains(ingest.Fields(), field):
			changed = true
			p.Columns = append(p.Columns, ingest.Column{Header: []string{heading}, Field: field})
		}
	}
	p.Constant = map[ingest.Field]string{}
	for field, value := range rec.Profile.Constant {
		p.Constant[field] = value
	}
	for _, field := range constants {
		value := f.Get("constant-" + string(field))
		if value != p.Constant[field] {
			changed = true
		}
		delete(p.Constant, field)
		if value != "" {
			p.Constant[field] = value
		}
	}
	change := func(have *string, name string, allowed ...string) {
		if v := f.Get(name); v != *have && slices.Contains(allowed, v) {
			*have, changed = v, true
		}
	}
	kind := string(p.Kind)
	change(&kind, "kind", string(paiza.KindSeizures), string(paiza.KindTotals))
	p.Kind = paiza.ImportKind(kind)
	change(&p.DateOrder, "date-order", "", "dmy", "mdy", "ymd")
	change(&p.Decimal, "decimal", "", "point", "comma")
	if source := f.Get("source"); source != "" && source != rec.Profile.Series() {
		p.Source, changed = source, true
	}
	if changed {
		p.Recognise, p.Without = nil, nil
		if rec.Recognised {
			p.Source = p.Series() // vintages still find each other
		}
	}
	return &p, changed
}

// dryRunView is what the import would do, before anything is kept.
type dryRunView struct {
	Upload   string
	File     string
	Profile  string
	Request  mappingForm
	Run      desk.DryRun
	Rows     []seizureRow
	Errors   int
	Form     form
	Handling handledView
	Keep     []keep // the handling, for the run
}

// mappingForm travels from the dry run to the run in hidden fields.
type mappingForm struct{ Profile, Mapping string }

// dryRun reads the whole file and keeps nothing.
func (s *Site) dryRun(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	id := r.PathValue("id")
	f := readForm(r)
	rec, err := s.desk.Recognise(r.Context(), v.Actor, id, f.Get("profile"))
	if err != nil {
		return err
	}
	profile, changed := confirmed(f, rec)
	travels := mappingForm{Profile: profile.Name}
	if changed {
		travels = mappingForm{Mapping: string(profile.TOML())}
	}
	run, err := s.desk.DryRun(r.Context(), v.Actor, desk.ImportRequest{UploadID: id, Profile: travels.Profile, Mapping: []byte(travels.Mapping), Handling: newHandling(f)})
	if errors.Is(err, paiza.ErrInvalid) {
		view := s.mappingView(v.Print, id, rec, profile)
		f = f.failed(v.Print, err)
		view.Error = f.Error
		if view.Handling, err = s.handlingForm(r, f); err != nil {
			return err
		}
		return s.render(w, r, http.StatusUnprocessableEntity, "import/mapping", view)
	}
	if err != nil {
		return err
	}
	view := dryRunView{Upload: id, File: rec.File.Name, Profile: title(profile), Request: travels, Run: run}
	for _, z := range run.Sample {
		z.Handling = run.Handling
		view.Rows = append(view.Rows, s.row(v, nil, z))
	}
	if view.Handling, err = s.handled(r, run.Handling, ""); err != nil {
		return err
	}
	for _, name := range handlingFields {
		for _, value := range f.All(name) {
			view.Keep = append(view.Keep, keep{name, value})
		}
	}
	return s.render(w, r, http.StatusOK, "import/dry_run", view)
}

// startImport begins the import, which goes on behind the pages.
func (s *Site) startImport(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f := readForm(r)
	in := desk.ImportRequest{UploadID: r.PathValue("id"), Profile: f.Get("profile"), Mapping: []byte(f.Raw("mapping")), Reason: f.Get("reason"), Handling: newHandling(f)}
	if len(in.Mapping) == 0 {
		in.Mapping = nil
	}
	started, err := s.desk.StartImport(r.Context(), v.Actor, in)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/imports/"+started.ID, http.StatusSeeOther)
	return nil
}
