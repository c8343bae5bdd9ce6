package store

import (
	"strings"

	"paiza/internal/access"
)

// may narrows a query to the records that access allows: the condition that
// package access made, written as SQL. The handling of a row of the table is looked up in the
// few rows of table handling; whether it was withdrawn is the row's own, and the
// caller says which of the two he lists.
func (w *where) may(table string, e access.Expr, withdrawn bool) {
	switch e := access.Fix(e, access.FieldWithdrawn, withdrawn).(type) {
	case access.Const:
		if !e {
			w.text = append(w.text, "1 = 0")
		}
	default:
		// IS TRUE keeps PostgreSQL from making a join of it, which reads the records
		// again for each handling: the few that may be read are looked up once.
		w.text = append(w.text, "("+table+".handling IN (SELECT id FROM handling WHERE "+w.expr(e)+")) IS TRUE")
	}
}

// fieldColumns are the columns of table handling for the fields of an object.
var fieldColumns = map[access.Field]string{
	access.FieldOwner: "owner", access.FieldOrigin: "origin", access.FieldCase: "casefile",
	access.FieldTLP: "tlp", access.FieldPurpose: "purpose",
}

// setTables are the tables of the sets, with the column of a member.
var setTables = map[access.Field][2]string{
	access.FieldAgencies: {"handling_agency", "agency"},
	access.FieldPersons:  {"handling_person", "person"},
}

func (w *where) expr(e access.Expr) string {
	switch e := e.(type) {
	case access.Const:
		if e {
			return "1 = 1"
		}
		return "1 = 0"
	case access.Not:
		return "NOT (" + w.expr(e.Of) + ")"
	case access.All:
		return w.joined(e, " AND ")
	case access.Any:
		return w.joined(e, " OR ")
	case access.In:
		return fieldColumns[e.Field] + " IN (" + marks(w, e.Values) + ")"
	case access.Has:
		t := setTables[e.Set]
		return "id IN (SELECT handling FROM " + t[0] + " WHERE " + t[1] + " = " + w.arg(e.Value) + ")"
	}
	panic("store: a condition of a form that access does not have")
}

func (w *where) joined(list []access.Expr, word string) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = "(" + w.expr(e) + ")"
	}
	return strings.Join(out, word)
}
