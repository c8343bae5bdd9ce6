package web

import (
	"encoding/csv"
	"net/http"
	"strings"

	"paiza"
)

// download is a table sent as a file, row by row.
type download struct {
	w   http.ResponseWriter
	csv *csv.Writer
}

// download begins the answer. The mark before the first byte tells office
// programs that the file is UTF-8.
func (s *Site) download(w http.ResponseWriter, name, kind string) *download {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return &download{w: w, csv: csv.NewWriter(w)}
}

func (d *download) header(cells ...string) error {
	if _, err := d.w.Write([]byte("\uFEFF")); err != nil {
		return err
	}
	return d.csv.Write(cells)
}

func (d *download) row(cells ...string) error {
	for i, c := range cells {
		cells[i] = harmless(c)
	}
	return d.csv.Write(cells)
}

// close ends the file. After the first row nothing can be said to the person
// any more: an error cuts the connection, so that half a file is not taken for
// a whole one.
func (d *download) close(s *Site, err error) error {
	d.csv.Flush()
	if err == nil {
		err = d.csv.Error()
	}
	if err != nil {
		s.log.Error("download cut off", "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// harmless keeps a spreadsheet from taking a cell of a stranger's file for a
// formula (OWASP, CSV injection).
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		if _, number := paiza.ParseDecimal(cell); !number {
			return "'" + cell
		}
	}
	return cell
}
