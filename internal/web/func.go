package web

import (
	"errors"
	"fmt"
	"html/template"
	"strings"
	"time"

	"paiza"
	"paiza/internal/locale"
)

// tongueView is one button of the choice of language.
type tongueView struct{ Tag, HTML, Name, Short string }

// funcs are what templates may call, bound to one language.
func (s *Site) funcs(p *locale.Printer) template.FuncMap {
	return template.FuncMap{
		// Words.
		"t":    p.T,
		"lang": p.Tag,
		"languages": func() []tongueView {
			var out []tongueView
			for _, tag := range locale.Languages() {
				l := locale.For(tag)
				out = append(out, tongueView{tag, l.HTML(), l.Name(), l.T("language.short")})
			}
			return out
		},
		"roles": func(list []paiza.Role) string {
			var out []string
			for _, r := range list {
				out = append(out, p.T("role."+string(r)))
			}
			return strings.Join(out, ", ")
		},
		"rowError": p.RowError,
		"note":     func(n paiza.Note) string { return s.note(p, n) },
		"reason":   func(e *paiza.Error) string { return p.Error(e) },

		// Figures.
		"n":       number(p),
		"pct":     p.Percent,
		"kg":      func(micrograms int64) string { return p.Decimal(paiza.Kilograms(micrograms), 3) },
		"kgExact": func(micrograms int64) string { return p.Decimal(paiza.Kilograms(micrograms), -1) },
		"dec":     p.Decimal,
		"date":    p.Date,
		"dates":   p.Dates,
		"time":    p.Time,
		"timeSec": p.TimeSecond,
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"dur":     p.Duration,
		"bytes":   p.Bytes,
		"grown": func(n int64) string {
			if n < 0 {
				return "\u2212" + p.Bytes(-n)
			}
			return "+" + p.Bytes(n)
		},

		// Names from the catalog.
		"country":   func(c paiza.Country) string { return s.countryName(p, c) },
		"body":      func(code string) string { return s.bodyName(p, code) },
		"division":  func(code string) string { return s.divisionName(p, code) },
		"substance": func(code string) string { return s.substanceName(p, code) },
		"unit":      func(code string) string { return s.unitName(p, code) },
		"dim": func(d paiza.Dimension) string {
			if d == paiza.DimNone {
				return "none"
			}
			return string(d)
		},
		"isWarning": func(f paiza.Flags) bool { return f&paiza.Warning != 0 },
		"flags":     paiza.AllFlags,
		"action":    func(name string) string { return actionName(p, name) },
		"agency":    func(name string) string { return agencyName(p, name) },
		"tlpMark":   func(l any) string { return strings.TrimSuffix(fmt.Sprint(l), "+strict") },
		"group":     func(g paiza.Group) string { return p.T("group." + string(g)) },
		"routing":   func(r paiza.Routing) string { return p.T("routing." + string(r)) },
		"amount":    func(a paiza.Amount) string { return amount(p, a) },

		// Pieces.
		"members": func(list []memberChoice, bad string) membersView { return membersView{list, bad} },
		"says":    func(words []string, digits string) saysView { return saysView{words, digits} },
		"asset":   s.assets.url,
		"input":   func(f form, name string, rest ...string) (inputView, error) { return input(p, f, name, rest) },
	}
}

// actionName is an act of the ledger in words.
func actionName(p *locale.Printer, name string) string {
	if key := "action." + name; p.Has(key) {
		return p.T(key)
	}
	return name
}

// number writes any whole number.
func number(p *locale.Printer) func(any) (string, error) {
	return func(v any) (string, error) {
		switch v := v.(type) {
		case int:
			return p.Number(int64(v)), nil
		case int64:
			return p.Number(v), nil
		}
		return "", fmt.Errorf("n: %T is not a whole number", v)
	}
}

// amount writes a measured quantity in the unit of its dimension.
func amount(p *locale.Printer, a paiza.Amount) string {
	switch a.Dim {
	case paiza.DimMass:
		return p.T("amount.mass", "value", p.Decimal(paiza.Kilograms(a.Base), -1))
	case paiza.DimVolume:
		return p.T("amount.volume", "value", p.Decimal(paiza.Litres(a.Base), -1))
	case paiza.DimCount:
		if a.Base%1000 == 0 {
			return p.T("amount.pieces", "n", a.Base/1000)
		}
		return p.T("amount.count", "value", p.Decimal(paiza.Units(a.Base), -1))
	case paiza.DimArea:
		return p.T("amount.area", "value", p.Decimal(paiza.Units(a.Base), -1))
	}
	return "—"
}

// inputView is one field of a form: template "text" or, with Options,
// "choice".
type inputView struct {
	Name, ID, Label, Hint, Bad, Value string
	Type, Autocomplete, Mode          string
	List, Placeholder                 string
	Required, Autofocus, Wide         bool
	Options                           []option
}

// option is one choice of a list, or with Options a headed group of them.
type option struct {
	Value, Name string
	Selected    bool
	Options     []option
}

// input describes a field; rest are names of switches (required, autofocus,
// wide) and pairs (type, hint, autocomplete, mode, list, placeholder).
func input(p *locale.Printer, f form, name string, rest []string) (inputView, error) {
	v := inputView{Name: name, ID: name, Label: p.FieldName(name), Bad: f.Bad(name), Value: f.values.Get(name), Type: "text", Autocomplete: "off"}
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case "required":
			v.Required = true
			continue
		case "autofocus":
			v.Autofocus = true
			continue
		case "wide":
			v.Wide = true
			continue
		}
		if i+1 == len(rest) {
			return v, errors.New("input: " + rest[i] + " has no value")
		}
		i++
		switch value := rest[i]; rest[i-1] {
		case "type":
			v.Type = value
		case "id":
			v.ID = value
		case "hint":
			v.Hint = p.T(value)
		case "label":
			v.Label = p.T(value)
		case "autocomplete":
			v.Autocomplete = value
		case "mode":
			v.Mode = value
		case "list":
			v.List = value
		case "placeholder":
			v.Placeholder = value
		default:
			return v, errors.New("input: no such part " + rest[i-1])
		}
	}
	return v, nil
}
