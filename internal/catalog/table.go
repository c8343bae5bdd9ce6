package catalog

import (
	"fmt"
	"strings"
)

// languages is the order of the name columns of every table.
var languages = []string{"en", "ru", "zh"}

// row is one line of a table, by column. The columns of a table are named on
// its first line that is not a comment.
type row struct {
	file   string
	line   int
	fields []string
}

// bad stops the program at a malformed table: the tables are tested with it.
func (r row) bad(why string) {
	panic(fmt.Sprintf("catalog: %s:%d: %s", r.file, r.line, why))
}

// table calls do for every row of an embedded table whose columns are exactly
// those named.
func table(name string, columns []string, do func(row)) {
	raw, err := data.ReadFile("data/" + name)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	text := string(raw)
	head := false
	for n := 1; text != ""; n++ {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if line == "" || line[0] == '#' {
			continue
		}
		r := row{name, n, strings.Split(line, "\t")}
		if !head {
			if got, want := line, strings.Join(columns, "\t"); got != want {
				r.bad("columns are " + got + ", want " + want)
			}
			head = true
			continue
		}
		if len(r.fields) != len(columns) {
			r.bad(fmt.Sprintf("%d fields, want %d", len(r.fields), len(columns)))
		}
		do(r)
	}
}

// each calls do for every part of a field that holds several, parted by "|".
func each(field string, do func(string)) {
	for field != "" {
		part, rest, _ := strings.Cut(field, "|")
		if part != "" {
			do(part)
		}
		field = rest
	}
}

// names makes a map by language of the three name columns.
func names(en, ru, zh string) map[string]string {
	return map[string]string{"en": en, "ru": ru, "zh": zh}
}
