package ingest

import (
	"bytes"
	"embed"
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"paiza"
)

//go:embed profiles/*.toml
var shipped embed.FS

// loadShipped reads the shipped profiles once. A broken one is a mistake of the
// build, which the tests find; it stops the program.
var loadShipped = sync.OnceValue(func() []*Profile {
	names, err := fs.Glob(shipped, "profiles/*.toml")
	if err != nil {
		panic(err)
	}
	var out []*Profile
	for _, name := range names {
		b, err := shipped.ReadFile(name)
		if err != nil {
			panic(err)
		}
		p, err := ParseProfile(b)
		if err != nil {
			panic(name + ": " + err.Error())
		}
		out = append(out, p)
	}
	return out
})

// Profiles lists the shipped profiles by name. They are shared: a caller that
// wants to change one parses its TOML.
func Profiles() []*Profile { return slices.Clone(loadShipped()) }

// ProfileByName finds a shipped profile.
func ProfileByName(name string) (*Profile, bool) {
	for _, p := range loadShipped() {
		if p.Name == name {
			return p, true
		}
	}
	return nil, false
}

// recognise finds the shipped profile whose headings are all in the record; of
// several, the one that asks for most.
func recognise(cells []string) *Profile {
	if len(cells) < 2 {
		return nil
	}
	have := make(map[string]bool, len(cells))
	for _, c := range cells {
		have[foldHeader(c)] = true
	}
	var best *Profile
	for _, p := range loadShipped() {
		if p.matches(have) && (best == nil || len(p.Recognise) > len(best.Recognise)) {
			best = p
		}
	}
	return best
}

func (p *Profile) matches(have map[string]bool) bool {
	for _, h := range p.Recognise {
		if !have[foldHeader(h)] {
			return false
		}
	}
	for _, h := range p.Without {
		if have[foldHeader(h)] {
			return false
		}
	}
	return len(p.Recognise) > 0
}

var profileName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// maxProfile bounds the text of a profile.
const maxProfile = 1 << 20

// ParseProfile reads a profile strictly: an unknown key, field or value is a
// *paiza.Error that names it.
func ParseProfile(text []byte) (*Profile, error) {
	if len(text) > maxProfile {
		return nil, fail("ingest.profile.syntax", paiza.Args{"row": 0, "column": 0})
	}
	p := &Profile{}
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		var strict *toml.StrictMissingError
		var syntax *toml.DecodeError
		switch {
		case errors.As(err, &strict) && len(strict.Errors) > 0:
			e := strict.Errors[0]
			row, _ := e.Position()
			return nil, fail("ingest.profile.unknown_key", paiza.Args{"key": keyText(e.Key()), "row": row})
		case errors.As(err, &syntax):
			row, col := syntax.Position()
			return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "ingest.profile.syntax",
				Args: paiza.Args{"row": row, "column": col}, Err: err}
		}
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "ingest.profile.syntax",
			Args: paiza.Args{"row": 0, "column": 0}, Err: err}
	}
	return p, p.Validate()
}

func keyText(key toml.Key) string {
	var b bytes.Buffer
	for i, k := range key {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(k)
	}
	return b.String()
}

// Validate says what is wrong with the profile itself, whatever the file.
func (p *Profile) Validate() error {
	bad := func(key, name string) error {
		return fail("ingest.profile.value", paiza.Args{"key": key, "value": name})
	}
	switch {
	case !profileName.MatchString(p.Name):
		return bad("name", p.Name)
	case p.Kind != paiza.KindSeizures && p.Kind != paiza.KindTotals:
		return bad("kind", string(p.Kind))
	case !slices.Contains([]string{"", orderDMY, orderMDY, orderYMD}, p.DateOrder):
		return bad("date-order", p.DateOrder)
	case !slices.Contains([]string{"", "point", "comma"}, p.Decimal):
		return bad("decimal", p.Decimal)
	case p.FiscalStart < 0 || p.FiscalStart > 12:
		return fail("ingest.profile.value", paiza.Args{"key": "fiscal-start", "value": p.FiscalStart})
	}
	known := Fields()
	for field := range p.Constant {
		if !slices.Contains(known, field) {
			return bad("constant", string(field))
		}
	}
	for _, field := range p.Revised {
		if !slices.Contains(known, field) {
			return bad("revised", string(field))
		}
	}
	for _, c := range p.Columns {
		if !slices.Contains(known, c.Field) {
			return bad("field", string(c.Field))
		}
		if len(c.Header) == 0 || slices.ContainsFunc(c.Header, func(h string) bool { return foldHeader(h) == "" }) {
			return bad("header", string(c.Field))
		}
		if c.Field == FieldRouting {
			for _, to := range c.Map {
				if to != "" && !slices.Contains(paiza.Routings(), paiza.Routing(to)) {
					return bad("map", to)
				}
			}
		}
	}
	if p.Pivot != nil {
		if !slices.Contains(known, p.Pivot.Label) {
			return bad("pivot.label", string(p.Pivot.Label))
		}
		if p.Pivot.Value != FieldAmount && p.Pivot.Value != FieldCount {
			return bad("pivot.value", string(p.Pivot.Value))
		}
	}
	return p.complete()
}

// complete says which fields a row cannot do without and nothing gives: one
// error that names them all, with one entry for each in Fields.
func (p *Profile) complete() error {
	has := func(f Field) bool {
		if _, ok := p.Constant[f]; ok {
			return true
		}
		if p.Pivot != nil && (p.Pivot.Label == f || p.Pivot.Value == f) {
			return true
		}
		return slices.ContainsFunc(p.Columns, func(c Column) bool { return c.Field == f })
	}
	var missing []string
	var fields []paiza.FieldError
	need := func(name Field, any ...Field) {
		if !slices.ContainsFunc(any, has) {
			missing = append(missing, string(name))
			fields = append(fields, paiza.FieldError{Field: string(name), Key: "ingest.profile.needs_field",
				Args: paiza.Args{"field": string(name)}})
		}
	}
	need(FieldDate, FieldDate, FieldYear, FieldFiscalYear)
	need(FieldCountry, FieldCountry)
	need(FieldSubstance, FieldSubstance)
	need(FieldAmount, FieldAmount, FieldCount)
	if len(missing) == 0 {
		return nil
	}
	e := fail("ingest.profile.needs_field", paiza.Args{"field": strings.Join(missing, ", ")})
	e.Fields = fields
	return e
}

// TOML writes the profile so that ParseProfile reads it back.
func (p *Profile) TOML() []byte {
	b, err := toml.Marshal(p)
	if err != nil { // a struct of strings and numbers always marshals
		panic(err)
	}
	return b
}
