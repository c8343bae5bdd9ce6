package web

import (
	"errors"
	"iter"
	"net/http"
	"strings"

	"paiza/internal/report"
)

// The kinds of files that leave the node.
var fileKinds = map[string]string{
	"csv":  "text/csv; charset=utf-8",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// file is an answer that a browser saves. The headers are sent with the first
// byte, so that an error before it is still a page.
type file struct {
	w    http.ResponseWriter
	name string // with its ending
	sent bool
}

func (f *file) Write(b []byte) (int, error) {
	if !f.sent {
		f.sent = true
		_, ending, _ := strings.Cut(f.name, ".")
		f.w.Header().Set("Content-Type", fileKinds[ending])
		f.w.Header().Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	}
	return f.w.Write(b)
}

// sendRows sends a table of any length as it comes. After the first byte
// nothing can be said to the person any more: an error then cuts the
// connection, so that half a file is not taken for a whole one.
func (s *Site) sendRows(w http.ResponseWriter, name string, t report.Table, each func(yield func([]report.Value) error) error) error {
	out := &file{w: w, name: name}
	var err error
	if strings.HasSuffix(name, ".xlsx") {
		err = report.WriteXLSXRows(out, t, pulled(each))
	} else {
		err = report.WriteCSVRows(out, t.Columns, pulled(each), report.WithBOM())
	}
	if err != nil && out.sent {
		s.log.Error("file cut off", "name", name, "err", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

var errEnough = errors.New("no more rows are wanted")

// pulled turns a desk's act that gives row by row into a sequence.
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
