package store

import (
	"fmt"
	"strconv"
	"strings"

	"paiza"
	"paiza/internal/access"
)

// where builds the condition of a query with its arguments.
type where struct {
	text []string
	args []any
}

func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *where) add(format string, vs ...any) {
	marks := make([]any, len(vs))
	for i, v := range vs {
		marks[i] = w.arg(v)
	}
	w.text = append(w.text, fmt.Sprintf(format, marks...))
}

// in narrows a column to the values; no values do not narrow.
func in[T ~string](w *where, column string, values []T) {
	if len(values) == 0 {
		return
	}
	w.text = append(w.text, column+" IN ("+marks(w, values)+")")
}

// marks are the placeholders of a list of values.
func marks[T ~string](w *where, values []T) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = w.arg(string(v))
	}
	return strings.Join(out, ", ")
}

func (w *where) String() string {
	if len(w.text) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.text, " AND ")
}

// touches matches rows whose route names the state in any part.
const touches = "(country = %[1]s OR producing = %[1]s OR departure = %[1]s OR via = %[1]s OR destination = %[1]s)"

// searchMax bounds how many matches of a text search are put in order.
const searchMax = 20000

// seizures is the condition for the rows of a list. Groups have been turned into
// substances by the desk, which knows the catalog.
func (s *Store) seizures(f paiza.SeizureFilter, may access.Expr) *where {
	w := &where{text: []string{visible}}
	if f.Withdrawn {
		w.text[0] = "superseded = -1 AND import NOT IN (SELECT num FROM import WHERE state <> 'done')"
	}
	w.may("seizure", may, f.Withdrawn)
	if len(f.TLPs) > 0 {
		w.text = append(w.text, "seizure.handling IN (SELECT id FROM handling WHERE tlp IN ("+marks(w, f.TLPs)+"))")
	}
	if f.Case != "" {
		w.add("seizure.handling IN (SELECT id FROM handling WHERE casefile = %s)", f.Case)
	}
	w.origin("seizure", f.Origin)
	if f.WithoutRed {
		w.add("seizure.handling NOT IN (SELECT id FROM handling WHERE tlp = %s)", string(paiza.TLPRed))
	}
	if f.Period.From != 0 {
		w.add("date >= %s", int64(f.Period.From.YearOf()))
		w.add("(CASE WHEN date %% 10000 = 0 THEN date + 101 WHEN date %% 100 = 0 THEN date + 1 ELSE date END) >= %s", int64(f.Period.From.First()))
	}
	if f.Period.To != 0 {
		w.add("(CASE WHEN date %% 10000 = 0 THEN date + 1231 WHEN date %% 100 = 0 THEN date + 31 ELSE date END) <= %s", int64(f.Period.To.Last()))
		w.add("date <= %s", int64(f.Period.To.Last()))
	}
	in(w, "country", f.Countries)
	in(w, "division", f.Divisions)
	in(w, "substance", f.Substances)
	in(w, "routing", f.Routings)
	if len(f.Imports) > 0 {
		marks := make([]string, len(f.Imports))
		for i, id := range f.Imports {
			n, _ := strconv.ParseInt(id, 10, 64) // "" is what people typed in: 0
			marks[i] = w.arg(n)
		}
		w.text = append(w.text, "import IN ("+strings.Join(marks, ", ")+")")
	}
	if f.WithoutDoubtful {
		w.add("flags & %s = 0", int64(paiza.FlagImplausible))
	}
	if f.Flags != 0 {
		w.add("flags & %s <> 0", int64(f.Flags))
	}
	if f.Slice.Via != "" {
		w.add(touches, string(f.Slice.Via))
	}
	if f.Route != nil {
		w.add("producing = %s AND departure = %s AND via = %s AND destination = %s",
			string(f.Route.Producing), string(f.Route.Departure), string(f.Route.Via), string(f.Route.Destination))
	}
	if words := queryWords(f.Text); len(words) > 0 {
		match := s.engine.matchWords(w.arg(s.engine.matchQuery(words)))
		w.text = append(w.text, "num "+s.engine.among(fmt.Sprintf("%s ORDER BY rowid DESC LIMIT %d", match, searchMax)))
	}
	return w
}

// origin narrows by the node that a record came from.
func (w *where) origin(table, origin string) {
	switch origin {
	case "":
	case paiza.OriginOwn:
		w.add(table+".handling IN (SELECT id FROM handling WHERE origin = %s)", "")
	case paiza.OriginOthers:
		w.add(table+".handling IN (SELECT id FROM handling WHERE origin <> %s)", "")
	default:
		w.add(table+".handling IN (SELECT id FROM handling WHERE origin = %s)", origin)
	}
}
