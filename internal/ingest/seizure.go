package ingest

import (
	"strings"

	"paiza"
)

// seizure fills the row with a seizure.
func (r *reader) seizure(row *Row, v *values, country paiza.Country, pivot int) *paiza.RowError {
	r.seizures = append(r.seizures, paiza.Seizure{})
	s := &r.seizures[len(r.seizures)-1]
	s.Date, s.Until, s.Country = v.date.date, v.date.until, country
	s.SubstanceText = v.text[slotSubstance]
	s.Place = v.text[slotPlace]
	s.DivisionText = v.text[slotDivision]
	s.Packaging = v.text[slotPackaging]
	s.Agency = v.text[slotAgency]
	s.Reference = v.text[slotReference]
	s.Exhibit = v.text[slotExhibit]
	s.Source = paiza.Source{Sheet: r.sheet, Row: v.line}

	s.Route = paiza.Route{
		Producing:   paiza.Country(r.code(v, slotProducing, pivot)),
		Departure:   paiza.Country(r.code(v, slotDeparture, pivot)),
		Via:         paiza.Country(r.code(v, slotVia, pivot)),
		Destination: paiza.Country(r.code(v, slotDestination, pivot)),
	}
	s.Transport = r.code(v, slotTransport, pivot)
	s.Hiding = r.code(v, slotHiding, pivot)
	s.Installation = r.code(v, slotInstallation, pivot)
	r.place(s)
	r.setRouting(s, v)
	if e := r.events(s, v, pivot); e != nil {
		r.seizures = r.seizures[:len(r.seizures)-1]
		return e
	}
	q := r.quantity(v, country, pivot)
	s.Substance, s.Unit, s.Amount, s.Equivalent, s.Factor = q.substance, q.unit, q.amount, q.equivalent, q.factor
	s.AmountText, s.UnitText = q.amountText, v.text[slotUnit]
	s.Flags |= q.flags
	// A row that adds events up is held to what one of them can be.
	each := s.Amount
	each.Base /= max(s.Count, 1)
	if q.factor+q.unit != "" && !r.cat.Plausible(each, s.Substance) {
		s.Flags |= paiza.FlagImplausible
	}
	if r.opt.Day != 0 && s.Date.First() > r.opt.Day {
		s.Flags |= paiza.FlagFutureDate
	}
	row.Seizure = s
	return nil
}

// official fills the row with an official total.
func (r *reader) official(row *Row, v *values, country paiza.Country, pivot int) *paiza.RowError {
	if !v.counts {
		e := r.rowError(slotAmount, pivot, "", "ingest.row.no_amount")
		for _, col := range r.plan.of[slotAmount] {
			if col < len(v.cells) { // as written: NULL, n/a, or nothing
				e.Value = v.cells[col]
			}
		}
		return e
	}
	q := r.quantity(v, country, pivot)
	r.totals = append(r.totals, paiza.Total{
		Year: v.date.date.Year(), Country: country,
		Substance: q.substance, SubstanceText: v.text[slotSubstance],
		AmountText: q.amountText, UnitText: v.text[slotUnit],
		Amount: q.amount, Equivalent: q.equivalent, Factor: q.factor, Flags: q.flags,
		Source: paiza.Source{Sheet: r.sheet, Row: v.line},
	})
	t := &r.totals[len(r.totals)-1]
	if r.opt.Day != 0 && v.date.date.First() > r.opt.Day {
		t.Flags |= paiza.FlagFutureDate
	}
	row.Total = t
	return nil
}

// quantity is what a row says of what and how much.
type quantity struct {
	substance, unit, factor, amountText string
	amount                              paiza.Amount
	equivalent                          int64
	flags                               paiza.Flags
}

func (r *reader) quantity(v *values, country paiza.Country, pivot int) quantity {
	q := quantity{substance: r.code(v, slotSubstance, pivot), unit: r.code(v, slotUnit, -1)}
	if pivot >= 0 && r.plan.columns[pivot].unit != "" {
		q.unit = r.bare[slotUnit].get(r.plan.columns[pivot].unit)
	}
	if v.unit != "" {
		q.unit = v.unit
	}
	if q.substance == "" {
		q.substance = paiza.SubstanceUnknown
		q.flags |= paiza.FlagUnresolvedSubstance
	}
	if pivot < 0 || r.plan.value == slotAmount {
		q.amountText = v.text[slotAmount]
	} else {
		// A wide table of counts says how many seizures there were, not how much.
		q.flags |= paiza.FlagNoAmount
		return q
	}
	if !v.counts {
		q.flags |= paiza.FlagNoAmount
		return q
	}
	if q.unit == "" {
		q.flags |= paiza.FlagUnresolvedUnit
		return q
	}
	got, ok := r.cat.Convert(v.amount, q.unit, q.substance, country, v.date.date.Year())
	if !ok { // more than any seizure can be
		q.flags |= paiza.FlagImplausible
		return q
	}
	q.amount, q.equivalent, q.factor = got.Amount, got.Equivalent, got.Factor
	return q
}

// code is what the catalog makes of a slot: of its columns in turn, the heading
// of a wide table, or the constant.
func (r *reader) code(v *values, s slot, pivot int) string {
	if pivot >= 0 && r.plan.label == s {
		return r.bare[s].get(v.text[s])
	}
	for _, col := range r.plan.of[s] {
		if code := r.look[col].get(v.cell[col]); code != "" {
			return code
		}
		if v.cell[col] != "" && len(r.plan.of[s]) == 1 {
			return ""
		}
	}
	return r.fixed[s]
}

// events reads how many events and persons the row stands for.
func (r *reader) events(s *paiza.Seizure, v *values, pivot int) *paiza.RowError {
	s.Count = 1
	if text := v.text[slotCount]; text != "" {
		n, ok := r.whole(text)
		if !ok {
			return r.rowError(slotCount, pivot, text, "ingest.row.count")
		}
		s.Count = n
	}
	if text := v.text[slotPersons]; text != "" {
		n, ok := r.whole(text)
		if !ok {
			return r.rowError(slotPersons, pivot, text, "ingest.row.count")
		}
		s.Persons = int(n)
	}
	return nil
}

// maxCount bounds a count of events or persons in one row.
const maxCount = 1_000_000_000

func (r *reader) whole(text string) (int64, bool) {
	d, ok := parseNumber(text, r.comma)
	if !ok || d.Coef < 0 {
		return 0, false
	}
	n, ok := d.Times(1, 1)
	return n, ok && n <= maxCount
}

// place resolves the administrative division. Where the division column holds
// the name of an agency, as some states write it, that name is the agency; a
// place stands in for a division that is not given.
func (r *reader) place(s *paiza.Seizure) {
	s.Division = r.resolveDivision(s.Country, s.DivisionText)
	if s.Division == "" && s.Agency == "" && s.DivisionText != "" && r.agency.get(s.DivisionText) != "" {
		s.Agency = s.DivisionText
	}
	if s.Division == "" && s.Place != "" && (s.DivisionText == "" || s.Agency == s.DivisionText) {
		s.Division = r.resolveDivision(s.Country, s.Place)
	}
	if s.Division == "" && (s.DivisionText != "" || s.Place != "") {
		s.Flags |= paiza.FlagUnresolvedPlace
	}
}

// agencyWords are words of the names of agencies, folded.
var agencyWords = []string{"police", "customs", "border guard", "coast guard", "gendarmerie", "ministry",
	"department of", "directorate", "bureau", "agency", "service", "anti narcotic", "narcotics control",
	"полиц", "таможн", "управлени", "умвд", "гувд", "мвд", "фскн", "фсб", "погран", "служба", "министерств",
	"policia", "aduana", "guardia civil", "policia federal", "alfandega", "receita federal", "douane",
	"公安", "海关", "警察", "边防"}

// likeAgency gives the text back when it names an agency.
func likeAgency(s string) string {
	f := foldHeader(s)
	for _, w := range agencyWords {
		if strings.Contains(f, unaccent(w)) {
			return s
		}
	}
	return ""
}

// setRouting takes the routing that the source states, or else what follows
// from the kind of place and the route, marked as inferred.
func (r *reader) setRouting(s *paiza.Seizure, v *values) {
	s.Routing, s.RoutingBasis = paiza.RoutingUnknown, paiza.BasisStated
	text, code := v.text[slotRouting], ""
	switch {
	case text == "":
	case r.routing != nil:
		code = r.routing.get(text)
	default:
		if code = r.plan.constant[slotRouting]; !isRouting(code) {
			code = r.bare[slotRouting].get(code)
		}
	}
	if isRouting(code) && code != string(paiza.RoutingUnknown) {
		s.Routing = paiza.Routing(code)
		return
	}
	if routing, ok := r.cat.InferRouting(s.Installation, s.Route, s.Country); ok && routing != paiza.RoutingUnknown {
		s.Routing, s.RoutingBasis = routing, paiza.BasisInferred
		s.Flags |= paiza.FlagInferred
	}
}

func isRouting(code string) bool {
	for _, one := range paiza.Routings() {
		if string(one) == code {
			return true
		}
	}
	return false
}
