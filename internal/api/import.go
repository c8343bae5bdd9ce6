package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

type uploadInput struct {
	Name   string `query:"name" required:"true" maxLength:"255" example:"seizures.csv" doc:"The file's name as a person knows it."`
	SHA256 string `query:"sha256" doc:"Its SHA-256 in hexadecimal digits: another file is refused. Or send Content-Digest (RFC 9530)."`
	Digest string `header:"Content-Digest"`

	body io.Reader
}

// Resolve takes the body as it comes: it may be two gigabytes.
func (in *uploadInput) Resolve(ctx huma.Context) []error {
	in.body = ctx.BodyReader()
	return nil
}

// rawBody describes a body that is a file.
func rawBody(o *huma.Operation) {
	o.RequestBody = &huma.RequestBody{Required: true, Description: "The bytes of the file, at most 2 GiB: CSV, TSV, XLSX, or a ZIP or GZIP of them.",
		Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
}

type uploadOutput struct {
	Location string `header:"Location"`
	Body     wire.Upload
}

func (a *API) upload(ctx context.Context, in *uploadInput) (*uploadOutput, error) {
	digest, err := announced(in.Digest, in.SHA256)
	if err != nil {
		return nil, err
	}
	u, err := a.desk.Upload(ctx, who(ctx), in.Name, &checked{r: in.body, sum: sha256.New(), want: digest})
	if err != nil {
		return nil, err
	}
	return &uploadOutput{Location: Prefix + "/uploads/" + u.ID + "/layout",
		Body: wire.Upload{ID: u.ID, Name: u.Name, Size: u.Size, SHA256: u.SHA256, At: u.At.UTC()}}, nil
}

// checked is a file that must have the digest which was announced: where it has
// not, its end is an error, and nothing of it is kept.
type checked struct {
	r    io.Reader
	sum  hash.Hash
	want string
}

func (c *checked) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.sum.Write(b[:n])
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF):
		err = &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.upload.broken", Err: err}
	case c.want != "" && hex.EncodeToString(c.sum.Sum(nil)) != c.want:
		err = paiza.Invalid("api.digest_differs", nil)
	}
	return n, err
}

// announced is the SHA-256 that a header or a parameter announces, in hexadecimal
// digits; empty when neither does.
func announced(header, parameter string) (string, error) {
	bad := paiza.Invalid("api.digest_form", nil)
	out := strings.ToLower(parameter)
	if out != "" {
		if raw, err := hex.DecodeString(out); err != nil || len(raw) != sha256.Size {
			return "", bad
		}
	}
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !strings.EqualFold(name, "sha-256") {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix(value, ":"), ":"))
		if err != nil || len(raw) != sha256.Size || len(value) < 2 || value[0] != ':' {
			return "", bad
		}
		text := hex.EncodeToString(raw)
		if out != "" && out != text {
			return "", bad
		}
		out = text
	}
	return out, nil
}

type layoutInput struct {
	IDInput
	Profile string `query:"profile" maxLength:"100" doc:"A shipped layout to try."`
}

type layoutOutput struct{ Body wire.Layout }

func (a *API) getLayout(ctx context.Context, in *layoutInput) (*layoutOutput, error) {
	rec, err := a.desk.Recognise(ctx, who(ctx), in.ID, in.Profile)
	if err != nil {
		return nil, err
	}
	return &layoutOutput{a.shape(callerOf(ctx)).Layout(rec)}, nil
}

func request(t wire.Take) desk.ImportRequest {
	return desk.ImportRequest{UploadID: t.Upload, Profile: t.Profile, Mapping: []byte(t.Mapping), Accept: t.Accept, Handling: t.Handling.ToNewHandling(), Reason: t.Reason}
}

type takeInput struct{ Body wire.Take }

type dryRunOutput struct{ Body wire.DryRun }

func (a *API) dryRun(ctx context.Context, in *takeInput) (*dryRunOutput, error) {
	if in.Body.Upload == "" {
		return nil, missing("upload")
	}
	run, err := a.desk.DryRun(ctx, who(ctx), request(in.Body))
	if err != nil {
		return nil, err
	}
	return &dryRunOutput{a.shape(callerOf(ctx)).DryRun(run)}, nil
}

func missing(field string) error {
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: []paiza.FieldError{{Field: field, Key: "error.missing"}}}
}

type startImportInput struct {
	Prefer string `header:"Prefer" example:"wait=30" doc:"wait=SECONDS waits that long for the end, at most a minute (RFC 7240)."`
	Body   wire.Take
}

type importOutput struct {
	Status   int
	Location string `header:"Location"`
	Applied  string `header:"Preference-Applied"`
	Body     wire.Import
}

func (a *API) startImport(ctx context.Context, in *startImportInput) (*importOutput, error) {
	wait, err := parsePrefer(in.Prefer)
	if err != nil {
		return nil, err
	}
	if in.Body.Upload == "" {
		return nil, missing("upload")
	}
	actor := who(ctx)
	imp, err := a.desk.StartImport(ctx, actor, request(in.Body))
	if err != nil {
		return nil, err
	}
	out := &importOutput{Status: http.StatusAccepted, Location: Prefix + "/imports/" + imp.ID}
	detail := desk.ImportDetail{Import: imp}
	if wait > 0 {
		out.Applied = "wait=" + strconv.Itoa(int(wait/time.Second))
		if detail, err = a.ended(ctx, actor, imp.ID, wait); err != nil {
			return nil, err
		}
		if detail.State != paiza.StateRunning {
			out.Status = http.StatusOK
		}
	}
	out.Body = a.shape(callerOf(ctx)).Import(detail)
	return out, nil
}

// ended waits for the end of an import. Its progress is in the store, since
// another process may be the one at work.
func (a *API) ended(ctx context.Context, actor paiza.Actor, id string, wait time.Duration) (desk.ImportDetail, error) {
	end := time.NewTimer(wait)
	defer end.Stop()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		detail, err := a.desk.ImportByID(ctx, actor, id)
		if err != nil || detail.State != paiza.StateRunning {
			return detail, err
		}
		select {
		case <-look.C:
		case <-end.C:
			return detail, nil
		case <-ctx.Done():
			return detail, nil
		}
	}
}

// parsePrefer reads how long a caller is ready to wait. What it does not know of
// the header it leaves (RFC 7240 §2).
func parsePrefer(header string) (time.Duration, error) {
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "wait") {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 {
			return 0, paiza.Invalid("api.header_form", paiza.Args{"header": "Prefer"})
		}
		return time.Duration(min(n, 60)) * time.Second, nil
	}
	return 0, nil
}

type importListOutput struct{ Body wire.ImportList }

func (a *API) listImports(ctx context.Context, _ *struct{}) (*importListOutput, error) {
	list, err := a.desk.Imports(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	return &importListOutput{a.shape(callerOf(ctx)).Imports(list)}, nil
}

type getImportOutput struct{ Body wire.Import }

func (a *API) getImport(ctx context.Context, in *IDInput) (*getImportOutput, error) {
	d, err := a.desk.ImportByID(ctx, who(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &getImportOutput{a.shape(callerOf(ctx)).Import(d)}, nil
}

func (a *API) importErrors(ctx context.Context, in *IDInput) (*huma.StreamResponse, error) {
	c := callerOf(ctx)
	return a.streamed(func(w http.ResponseWriter, r *http.Request) error {
		out := &file{w: w, r: r, kind: kindNDJSON}
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		err := a.desk.ImportErrors(ctx, c.Actor, in.ID, func(e paiza.RowError) error { return enc.Encode(wire.FromRowError(e, c.Print)) })
		if err != nil {
			return err
		}
		return out.end()
	}), nil
}

type whyInput struct {
	IDInput
	Body wire.Why
}

func (a *API) undoImport(ctx context.Context, in *whyInput) (*getImportOutput, error) {
	imp, err := a.desk.Undo(ctx, who(ctx), in.ID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &getImportOutput{wire.FromImport(imp, callerOf(ctx).Print)}, nil
}

type relabelImportInput struct {
	IDInput
	Body wire.Relabel
}

func (a *API) relabelImport(ctx context.Context, in *relabelImportInput) (*getImportOutput, error) {
	imp, err := a.desk.RelabelImport(ctx, who(ctx), in.ID, in.Body.Handling.ToNewHandling(), in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &getImportOutput{wire.FromImport(imp, callerOf(ctx).Print)}, nil
}
