package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"paiza"
)

// referenceView is the reference of the API: its own OpenAPI document as a page
// that needs nothing from elsewhere. Scripts only add the sending of requests.
type referenceView struct {
	About   []string // paragraphs of the document
	Groups  []referenceGroup
	Schemas []referenceSchema
}

type referenceGroup struct {
	Name, About string
	Operations  []referenceOperation
}

type referenceOperation struct {
	ID, Method, Path, Summary string
	Right                     string // key of its name
	Parameters                []referenceField
	Body                      *referenceBody
	Answers                   []referenceAnswer
	Prefix                    string
}

type referenceBody struct {
	File    bool
	Schema  string
	About   string
	Example string
}

type referenceAnswer struct{ Status, About, Schema, Kind string }

// referenceField is a parameter, or a field of a schema.
type referenceField struct {
	Name, In, About, Type, Example string
	Schema                         string // of another schema that it holds
	Required                       bool
}

type referenceSchema struct {
	Name   string
	Fields []referenceField
}

// openapi is what the page reads of the document.
type openapi struct {
	Info    struct{ Description string }
	Servers []struct{ URL string }
	Tags    []struct{ Name, Description string }
	Paths   map[string]map[string]struct {
		OperationID string
		Summary     string
		Tags        []string
		Right       string `json:"x-right"`
		Parameters  []struct {
			Name, In, Description string
			Required              bool
			Schema                schema
		}
		RequestBody *struct {
			Description string
			Content     map[string]struct{ Schema schema }
		}
		Responses map[string]struct {
			Description string
			Content     map[string]struct{ Schema schema }
		}
	}
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Ref         string `json:"$ref"`
	Type        any
	Format      string
	Description string
	Items       *schema
	Properties  map[string]schema
	Required    []string
	Examples    []any
	Enum        []any
	Default     any
}

// name is the schema that it refers to, itself or in its items.
func (s schema) name() string {
	if s.Items != nil {
		return s.Items.name()
	}
	return strings.TrimPrefix(s.Ref, "#/components/schemas/")
}

func (s schema) kind() string {
	if s.Items != nil {
		inner := s.Items.kind()
		if inner == "" {
			inner = s.Items.name()
		}
		return inner + "[]"
	}
	switch t := s.Type.(type) {
	case string:
		return t
	case []any:
		var names []string
		for _, one := range t {
			if text, ok := one.(string); ok {
				names = append(names, text)
			}
		}
		return strings.Join(names, " | ")
	}
	return s.name()
}

func (s schema) example() string {
	var v any
	switch {
	case len(s.Enum) > 0:
		var all []string
		for _, one := range s.Enum {
			if text, ok := one.(string); ok {
				all = append(all, text)
			}
		}
		return strings.Join(all, ", ")
	case len(s.Examples) > 0:
		v = s.Examples[0]
	case s.Default != nil:
		v = s.Default
	default:
		return ""
	}
	raw, _ := json.Marshal(v) // read from JSON
	return strings.Trim(string(raw), `"`)
}

// readReference turns the document into the page's view; it is the program's
// own, so a broken one is a mistake of the programmer.
func readReference(raw []byte) (referenceView, error) {
	var doc openapi
	if err := json.Unmarshal(raw, &doc); err != nil {
		return referenceView{}, err
	}
	view := referenceView{About: strings.Split(doc.Info.Description, "\n\n")}
	prefix := ""
	if len(doc.Servers) > 0 {
		prefix = doc.Servers[0].URL
	}
	for _, tag := range doc.Tags {
		view.Groups = append(view.Groups, referenceGroup{Name: tag.Name, About: tag.Description, Operations: doc.operations(tag.Name, prefix)})
	}
	for name, s := range doc.Components.Schemas {
		view.Schemas = append(view.Schemas, referenceSchema{name, s.fields()})
	}
	slices.SortFunc(view.Schemas, func(a, b referenceSchema) int { return strings.Compare(a.Name, b.Name) })
	return view, nil
}

func (s schema) fields() []referenceField {
	var out []referenceField
	for name, p := range s.Properties {
		out = append(out, referenceField{Name: name, About: p.Description, Type: p.kind(), Schema: p.name(), Example: p.example(), Required: slices.Contains(s.Required, name)})
	}
	slices.SortFunc(out, func(a, b referenceField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (doc *openapi) operations(tag, prefix string) []referenceOperation {
	var out []referenceOperation
	for path, methods := range doc.Paths {
		for method, o := range methods {
			if !slices.Contains(o.Tags, tag) {
				continue
			}
			op := referenceOperation{ID: o.OperationID, Method: strings.ToUpper(method), Path: path, Prefix: prefix, Summary: o.Summary, Right: o.Right}
			for _, p := range o.Parameters {
				op.Parameters = append(op.Parameters, referenceField{Name: p.Name, In: p.In, About: p.Description, Type: p.Schema.kind(), Example: p.Schema.example(), Required: p.Required})
			}
			if b := o.RequestBody; b != nil {
				op.Body = &referenceBody{About: b.Description}
				for kind, c := range b.Content {
					op.Body.File, op.Body.Schema = kind != "application/json", c.Schema.name()
				}
				op.Body.Example = doc.sample(op.Body.Schema)
			}
			for status, a := range o.Responses {
				one := referenceAnswer{Status: status, About: a.Description}
				for kind, c := range a.Content {
					one.Kind, one.Schema = kind, c.Schema.name()
				}
				op.Answers = append(op.Answers, one)
			}
			slices.SortFunc(op.Answers, func(a, b referenceAnswer) int { return strings.Compare(a.Status, b.Status) })
			out = append(out, op)
		}
	}
	slices.SortFunc(out, func(a, b referenceOperation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return out
}

// sample is a body to begin with: the required fields and those with examples.
func (doc *openapi) sample(name string) string {
	s, ok := doc.Components.Schemas[name]
	if !ok {
		return ""
	}
	body := map[string]any{}
	for field, p := range s.Properties {
		switch {
		case field == "$schema":
		case len(p.Examples) > 0:
			body[field] = p.Examples[0]
		case !slices.Contains(s.Required, field):
		case p.Items != nil:
			body[field] = []any{}
		case p.Type == "boolean":
			body[field] = false
		case p.Type == "integer":
			body[field] = 0
		default:
			body[field] = ""
		}
	}
	raw, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		return ""
	}
	return string(raw)
}

// reference shows what programs may ask.
func (s *Site) reference(w http.ResponseWriter, r *http.Request) error {
	if s.opt.API == nil {
		return paiza.NotFound("page", "")
	}
	view, err := s.readReference()
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "reference/api", view)
}
