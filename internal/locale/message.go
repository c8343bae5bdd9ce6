package locale

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"paiza"
)

//go:embed messages
var files embed.FS

// message is one sentence: a single text, or one text per plural form.
type message struct {
	text  string
	forms map[plural.Form]string
	of    string // placeholder that decides the form
}

var formNames = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other}

// load reads one language. The files are part of the program: a broken one is
// a mistake of the programmer, which every test finds.
func load(tag string) map[string]message {
	out := map[string]message{}
	dir := "messages/" + tag
	list, err := files.ReadDir(dir)
	if err != nil {
		panic(err)
	}
	for _, f := range list {
		raw, err := files.ReadFile(path.Join(dir, f.Name()))
		if err != nil {
			panic(err)
		}
		var tree map[string]any
		if err := toml.Unmarshal(raw, &tree); err != nil {
			panic(fmt.Sprintf("%s/%s: %v", dir, f.Name(), err))
		}
		flatten(out, "", tree, dir+"/"+f.Name())
	}
	return out
}

func flatten(out map[string]message, prefix string, tree map[string]any, file string) {
	for name, v := range tree {
		key := prefix + name
		var m message
		switch v := v.(type) {
		case string:
			m = message{text: v}
		case map[string]any:
			if !isPlural(v) {
				flatten(out, key+".", v, file)
				continue
			}
			m = message{forms: map[plural.Form]string{}, of: "n"}
			for form, text := range v {
				if form == "of" {
					m.of = text.(string)
					continue
				}
				m.forms[formNames[form]] = text.(string)
			}
		default:
			panic(fmt.Sprintf("%s: %s is neither text nor table", file, key))
		}
		if _, twice := out[key]; twice {
			panic(fmt.Sprintf("%s: %s stands twice", file, key))
		}
		out[key] = m
	}
}

// isPlural tells a table of plural forms from a table of keys.
func isPlural(t map[string]any) bool {
	for name, v := range t {
		if _, ok := v.(string); !ok {
			return false
		}
		if _, ok := formNames[name]; !ok && name != "of" {
			return false
		}
	}
	// [routing] has a key "other" too, but never alone.
	_, other := t["other"]
	return other
}

// Keys lists every key of the catalogue, sorted.
func (p *Printer) Keys() []string { return slices.Sorted(maps.Keys(p.messages)) }

// Has reports whether the catalogue has the key.
func (p *Printer) Has(key string) bool { _, ok := p.messages[key]; return ok }

// T writes the sentence of a key. The arguments are either one paiza.Args or
// names and values in turn. A key that is missing shows as itself.
func (p *Printer) T(key string, args ...any) string {
	m, ok := p.messages[key]
	if !ok {
		return key
	}
	named := named(args)
	text := m.text
	if m.forms != nil {
		text = p.form(m, named)
	}
	return p.fill(text, named)
}

func named(args []any) paiza.Args {
	if len(args) == 1 {
		switch a := args[0].(type) {
		case paiza.Args:
			return a
		case map[string]any:
			return a
		}
	}
	out := paiza.Args{}
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			out[name] = args[i+1]
		}
	}
	return out
}

func (p *Printer) form(m message, args paiza.Args) string {
	n, ok := whole(args[m.of])
	if !ok {
		return m.forms[plural.Other]
	}
	if n < 0 {
		n = -n
	}
	base, _ := p.tongue.tag.Base()
	tag, _ := language.Compose(base)
	// The rules look at n modulo 100 and whether it is small; int is 32 bits on
	// some machines.
	if n > 1_000_000_000 {
		n = n%1_000_000 + 1_000_000
	}
	if text, ok := m.forms[plural.Cardinal.MatchPlural(tag, int(n), 0, 0, 0, 0)]; ok {
		return text
	}
	return m.forms[plural.Other]
}

func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case uint64:
		return int64(v), v < 1<<63
	}
	return 0, false
}

func (p *Printer) fill(text string, args paiza.Args) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		inside, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteString("{" + rest)
			return b.String()
		}
		name, as, _ := strings.Cut(inside, "|")
		b.WriteString(p.value(args[name], as))
		text = after
	}
}

func (p *Printer) value(v any, as string) string {
	switch as {
	case "":
	case "raw":
		return fmt.Sprint(v)
	default:
		if key := as + "." + fmt.Sprint(v); p.Has(key) {
			return p.T(key)
		}
		return fmt.Sprint(v)
	}
	if n, ok := whole(v); ok {
		return p.Number(n)
	}
	switch v := v.(type) {
	case nil:
		return "—"
	case string:
		return v
	case float64:
		return p.Decimal(strconv.FormatFloat(v, 'f', -1, 64), -1)
	case paiza.Date:
		return p.Date(v)
	case time.Time:
		return p.Time(v)
	case time.Duration:
		return p.Duration(v)
	}
	return fmt.Sprint(v)
}

// Error writes a refusal as sentences: what is wrong and, where fields are
// named, each of them. An error that is not a paiza.Error says only that
// something failed: its text is the operator's.
func (p *Printer) Error(err error) string {
	var e *paiza.Error
	if !errors.As(err, &e) {
		return p.T("error.internal")
	}
	text := p.T("error.invalid")
	if p.Has(e.Key) {
		text = p.T(e.Key, e.Args)
	}
	for _, f := range e.Fields {
		if f.Key == e.Key { // the sentence of the whole is that of its only field
			continue
		}
		text += "\n" + p.T("error.field", "field", p.FieldName(f.Field), "reason", p.Field(f))
	}
	return text
}

// Field writes what is wrong with one field, without its name.
func (p *Printer) Field(f paiza.FieldError) string { return p.T(f.Key, f.Args) }

// FieldName is the label of a form's field.
func (p *Printer) FieldName(field string) string {
	if key := "field." + field; p.Has(key) {
		return p.T(key)
	}
	return field
}

// Note writes a note on an import.
func (p *Printer) Note(n paiza.Note) string { return p.T(n.Key, n.Args) }

// RowError writes why a row was refused or set aside.
func (p *Printer) RowError(e paiza.RowError) string {
	args := paiza.Args{"value": e.Value, "column": e.Column, "row": e.Row}
	maps.Copy(args, e.Args)
	return p.T(e.Key, args)
}
