package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"paiza"
)

// What an operation may need besides a right of the desk.
const (
	public   paiza.Right = "public"   // anybody
	signedIn paiza.Right = "signedin" // any account, any token
)

// route is one row of the contents page. The handlers, the OpenAPI document and
// the test of every refusal are made from the rows.
type route struct {
	method  string
	path    string // under Prefix
	id      string // stable: clients are made from it
	needs   paiza.Right
	tag     string
	summary string

	stream  bool   // a file comes in or goes out: it is not held in memory
	slow    bool   // a whole file is read: no one-minute limit
	secret  bool   // what it handles must not be kept for repeated requests
	subject string // path whose ETag an If-Match names
	status  int    // of success; 0: 200
	change  func(*huma.Operation)

	register func(*API)
}

// pattern is the row as http.ServeMux names it.
func (r *route) pattern() string { return r.method + " " + Prefix + r.path }

// trait sets something unusual of a row.
type trait func(*route)

func streams(r *route) { r.stream, r.slow = true, true }
func slow(r *route)    { r.slow = true }
func secret(r *route)  { r.secret = true }

// answers sets the status of success.
func answers(status int) trait { return func(r *route) { r.status = status } }

// on names the path whose ETag an If-Match of this operation means.
func on(path string) trait { return func(r *route) { r.subject = path } }

// changes is the subject in the ledger of what the row changes.
func (r *route) changes(id string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.subject, "/"), "/")
	switch kind {
	case "people":
		kind = "person"
	case "agencies":
		kind = "agency"
	default:
		kind = strings.TrimSuffix(kind, "s")
	}
	return kind + "/" + id
}

// with changes the description.
func with(fn func(*huma.Operation)) trait { return func(r *route) { r.change = fn } }

// op makes a row. The method and the path stand in one text, as http.ServeMux
// writes them; fn is a method of API with the operation's input and output.
func op[I, O any](pattern, id string, needs paiza.Right, summary string, fn func(*API, context.Context, *I) (*O, error), traits ...trait) route {
	method, path, _ := strings.Cut(pattern, " ")
	tag, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	r := route{method: method, path: path, id: id, needs: needs, tag: tag, summary: summary}
	for _, set := range traits {
		set(&r)
	}
	r.register = func(a *API) {
		o := a.operation(&r)
		api := humago.New(&guarded{a, &r}, huma.Config{OpenAPI: a.huma.OpenAPI(), Formats: formats, DefaultFormat: "application/json"})
		huma.Register(api, o, func(ctx context.Context, in *I) (*O, error) { return fn(a, ctx, in) })
	}
	return r
}

var formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}

// guarded is the mux as one row sees it: its handler is put behind the guard.
type guarded struct {
	a *API
	r *route
}

// HandleFunc registers the row's handler.
func (g *guarded) HandleFunc(_ string, handler func(http.ResponseWriter, *http.Request)) {
	g.a.mux.HandleFunc(g.r.pattern(), g.a.guard(g.r, handler))
}

// ServeHTTP answers as the mux does.
func (g *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.a.mux.ServeHTTP(w, r) }

func (a *API) operation(r *route) huma.Operation {
	o := huma.Operation{OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, Tags: []string{r.tag}, DefaultStatus: r.status,
		RejectUnknownQueryParameters: true, BodyReadTimeout: time.Minute, Extensions: map[string]any{"x-right": string(r.needs)},
		Errors: []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable}}
	if r.slow {
		o.BodyReadTimeout = slowLimit
	}
	if r.needs != public {
		o.Security = []map[string][]string{{"token": {}}, {"session": {}}}
		o.Errors = append(o.Errors, http.StatusUnauthorized)
	}
	if r.needs != public && r.needs != signedIn {
		o.Errors = append(o.Errors, http.StatusForbidden)
	}
	if strings.Contains(r.path, "{") {
		o.Errors = append(o.Errors, http.StatusNotFound)
	}
	if r.method == http.MethodPost && !r.secret {
		o.Parameters = append(o.Parameters, &huma.Param{Name: headerKey, In: "header",
			Description: "Any text of 1 to 200 visible characters that names this request: sent again within a day, it answers the same and does nothing.",
			Schema:      &huma.Schema{Type: huma.TypeString}})
		o.Errors = append(o.Errors, http.StatusConflict)
	}
	if r.subject != "" {
		o.Parameters = append(o.Parameters, &huma.Param{Name: "If-Match", In: "header", Description: "The ETag of " + r.subject + " as you read it: refused when it has changed since.",
			Schema: &huma.Schema{Type: huma.TypeString}})
		o.Errors = append(o.Errors, http.StatusPreconditionFailed)
	}
	if r.change != nil {
		r.change(&o)
	}
	return o
}

// describe begins the OpenAPI document.
func (a *API) describe() {
	doc := &huma.OpenAPI{OpenAPI: "3.1.0", Info: &huma.Info{Title: "Paiza", Version: "1", Description: about},
		Servers: []*huma.Server{{URL: Prefix}},
		Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token":   {Type: "http", Scheme: "bearer", Description: "A token made on the page of one's account or by the operator."},
				"session": {Type: "apiKey", In: "cookie", Name: "paiza", Description: "The session of the pages, from the same origin only; __Host-paiza over HTTPS."}}}}
	for _, t := range tags {
		doc.Tags = append(doc.Tags, &huma.Tag{Name: t.name, Description: t.about})
	}
	a.huma = humago.New(http.NewServeMux(), huma.Config{OpenAPI: doc, Formats: formats, DefaultFormat: "application/json"})
}

const about = `The acts and figures of one Paiza node, with the same rights as on its pages.

Masses are exact kilograms as decimal text and whole micrograms. Dates are as exact as their source: 2014, 2014-02 or 2014-02-14. What is not known is absent or null, and not zero. Times are UTC.

Refusals are problem documents (RFC 9457) in the language of Accept-Language: en, ru or zh.`
