package api

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"paiza"
	"paiza/internal/report"
	"paiza/wire"
)

// The kinds of files that leave by the API. Their headings are the names of the
// fields of package wire: they are for programs and do not change with the
// language. The pages make the files for people.
const (
	kindCSV    = "text/csv; charset=utf-8"
	kindXLSX   = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	kindNDJSON = "application/x-ndjson"
)

func unwrap(ctx huma.Context) (*http.Request, http.ResponseWriter) { return humago.Unwrap(ctx) }

// file is an answer that streams. Its headers are sent with the first byte, so
// that an error before it is still a problem.
type file struct {
	w    http.ResponseWriter
	r    *http.Request
	kind string
	name string
	zip  *gzip.Writer
	sent bool
}

func (f *file) Write(b []byte) (int, error) {
	f.begin()
	if f.zip != nil {
		return f.zip.Write(b)
	}
	return f.w.Write(b)
}

func (f *file) begin() {
	if f.sent {
		return
	}
	f.sent = true
	h := f.w.Header()
	h.Set("Content-Type", f.kind)
	if f.name != "" {
		h.Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	}
	if f.kind != kindXLSX && acceptsGzip(f.r) {
		h.Set("Content-Encoding", "gzip")
		f.zip, _ = gzip.NewWriterLevel(f.w, gzip.BestSpeed)
	}
}

// end finishes what was written whole. It is not called after an error: a file
// that breaks off must not look whole.
func (f *file) end() error {
	f.begin()
	if f.zip != nil {
		return f.zip.Close()
	}
	return nil
}

// cut answers an error of a stream: as a problem before the first byte, and
// after it by cutting the connection.
func (a *API) cut(w http.ResponseWriter, r *http.Request, err error) {
	if w.Header().Get("Content-Type") == "" {
		a.refuse(w, r, err)
		return
	}
	a.log.Error("file cut off", "path", r.URL.Path, "error", err)
	panic(http.ErrAbortHandler)
}

func (a *API) exportSeizures(ctx context.Context, in *FilterInput, name string) (*huma.StreamResponse, error) {
	each := func(fn func(*paiza.Seizure) error) error {
		return a.desk.EachSeizure(ctx, who(ctx), in.filter, func(z paiza.Seizure) error { return fn(&z) })
	}
	return a.streamed(func(w http.ResponseWriter, r *http.Request) error {
		_, ending, _ := strings.Cut(name, ".")
		out := &file{w: w, r: r, name: name, kind: map[string]string{"csv": kindCSV, "xlsx": kindXLSX, "ndjson": kindNDJSON}[ending]}
		if ending == "ndjson" {
			enc := json.NewEncoder(out)
			enc.SetEscapeHTML(false)
			if err := each(func(z *paiza.Seizure) error { return enc.Encode(wire.FromSeizure(z)) }); err != nil {
				return err
			}
			return out.end()
		}
		table := report.Table{Title: "Paiza seizures", Made: a.now()}
		for _, c := range exportColumns {
			table.Columns = append(table.Columns, report.Column{Title: c.name, Format: c.format})
		}
		rows := pulled(func(yield func([]report.Value) error) error {
			return each(func(z *paiza.Seizure) error {
				shaped := wire.FromSeizure(z)
				row := make([]report.Value, len(exportColumns))
				for i, c := range exportColumns {
					row[i] = c.value(&shaped)
				}
				return yield(row)
			})
		})
		rows, stop, err := begun(rows)
		if err != nil {
			return err
		}
		defer stop()
		if ending == "xlsx" {
			err = report.WriteXLSXRows(out, table, rows)
		} else {
			err = report.WriteCSVRows(out, table.Columns, rows)
		}
		if err != nil {
			return err
		}
		return out.end()
	}), nil
}

func (a *API) exportCSV(ctx context.Context, in *FilterInput) (*huma.StreamResponse, error) {
	return a.exportSeizures(ctx, in, "seizures.csv")
}

func (a *API) exportXLSX(ctx context.Context, in *FilterInput) (*huma.StreamResponse, error) {
	return a.exportSeizures(ctx, in, "seizures.xlsx")
}

func (a *API) exportNDJSON(ctx context.Context, in *FilterInput) (*huma.StreamResponse, error) {
	return a.exportSeizures(ctx, in, "seizures.ndjson")
}

// exportColumn is one column of the tables.
type exportColumn struct {
	name   string
	format report.Format
	value  func(*wire.Seizure) report.Value
}

func text(name string, of func(*wire.Seizure) string) exportColumn {
	return exportColumn{name, report.FormatText, func(z *wire.Seizure) report.Value { return report.Text(of(z)) }}
}

func decimal(name string, of func(*wire.Seizure) string) exportColumn {
	return exportColumn{name, report.FormatDecimal, func(z *wire.Seizure) report.Value { return report.Number(of(z)) }}
}

func date(name string, of func(*wire.Seizure) string) exportColumn {
	return exportColumn{name, report.FormatDate, func(z *wire.Seizure) report.Value {
		d, err := paiza.ParseDate(of(z))
		if err != nil {
			return report.Value{}
		}
		return report.Date(d)
	}}
}

// exportColumns are the fields of a seizure in the order of package wire.
var exportColumns = []exportColumn{
	text("id", func(z *wire.Seizure) string { return z.ID }),
	date("date", func(z *wire.Seizure) string { return z.Date }),
	date("until", func(z *wire.Seizure) string { return z.Until }),
	text("country", func(z *wire.Seizure) string { return z.Country }),
	text("division", func(z *wire.Seizure) string { return z.Division }),
	text("division_as_written", func(z *wire.Seizure) string { return z.DivisionAsWritten }),
	text("place", func(z *wire.Seizure) string { return z.Place }),
	text("routing", func(z *wire.Seizure) string { return z.Routing }),
	text("routing_basis", func(z *wire.Seizure) string { return z.RoutingBasis }),
	text("substance", func(z *wire.Seizure) string { return z.Substance }),
	text("substance_as_written", func(z *wire.Seizure) string { return z.AsWritten }),
	text("amount", func(z *wire.Seizure) string { return z.Amount }),
	text("unit", func(z *wire.Seizure) string { return z.Unit }),
	text("unit_code", func(z *wire.Seizure) string { return z.UnitCode }),
	decimal("kilograms", func(z *wire.Seizure) string { return z.Kilograms }),
	decimal("litres", func(z *wire.Seizure) string { return z.Litres }),
	decimal("units", func(z *wire.Seizure) string { return z.Units }),
	decimal("square_metres", func(z *wire.Seizure) string { return z.SquareMetres }),
	decimal("kilograms_equivalent", func(z *wire.Seizure) string { return z.Equivalent }),
	text("factor", func(z *wire.Seizure) string { return z.Factor }),
	{"count", report.FormatInteger, func(z *wire.Seizure) report.Value { return report.Integer(z.Count) }},
	text("producing", func(z *wire.Seizure) string { return z.Producing }),
	text("departure", func(z *wire.Seizure) string { return z.Departure }),
	text("via", func(z *wire.Seizure) string { return z.Via }),
	text("destination", func(z *wire.Seizure) string { return z.Destination }),
	text("transport", func(z *wire.Seizure) string { return z.Transport }),
	text("hiding", func(z *wire.Seizure) string { return z.Hiding }),
	text("installation", func(z *wire.Seizure) string { return z.Installation }),
	text("packaging", func(z *wire.Seizure) string { return z.Packaging }),
	text("agency", func(z *wire.Seizure) string { return z.Agency }),
	text("reference", func(z *wire.Seizure) string { return z.Reference }),
	text("exhibit", func(z *wire.Seizure) string { return z.Exhibit }),
	{"persons", report.FormatInteger, func(z *wire.Seizure) report.Value {
		if z.Persons == nil {
			return report.Value{}
		}
		return report.Integer(int64(*z.Persons))
	}},
	text("flags", func(z *wire.Seizure) string { return strings.Join(z.Flags, " ") }),
	text("tlp", func(z *wire.Seizure) string { return z.TLP }),
	text("purpose", func(z *wire.Seizure) string { return z.Handling.Purpose }),
	text("owner", func(z *wire.Seizure) string { return z.Handling.Owner }),
	text("case", func(z *wire.Seizure) string { return z.Handling.Case }),
	text("import", func(z *wire.Seizure) string { return z.Import }),
	text("sheet", func(z *wire.Seizure) string { return z.Sheet }),
	{"row", report.FormatInteger, func(z *wire.Seizure) report.Value {
		if z.Row == 0 {
			return report.Value{}
		}
		return report.Integer(int64(z.Row))
	}},
	text("recorded", func(z *wire.Seizure) string { return z.Recorded.UTC().Format(time.RFC3339) }),
}

var errEnough = errors.New("no more rows are wanted")

// pulled turns an act that gives row by row into a sequence.
func pulled(each func(func([]report.Value) error) error) iter.Seq2[[]report.Value, error] {
	return func(yield func([]report.Value, error) bool) {
		err := each(func(row []report.Value) error {
			if !yield(row, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// begun waits for the first row, so that an act that is refused is told before
// anything is sent.
func begun(rows iter.Seq2[[]report.Value, error]) (_ iter.Seq2[[]report.Value, error], stop func(), err error) {
	next, stop := iter.Pull2(rows)
	row, err, ok := next()
	if err != nil {
		stop()
		return nil, nil, err
	}
	return func(yield func([]report.Value, error) bool) {
		for ; ok; row, err, ok = next() {
			if !yield(row, err) {
				return
			}
		}
	}, stop, nil
}
