package web

import (
	"net/http"

	"paiza"
)

func (s *Site) exportCSV(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	filter, err := parseFilter(r.URL.Query())
	if err != nil {
		return err
	}
	_ = v
	_ = filter
	return paiza.NotFound("page", "")
}

func (s *Site) exportXLSX(w http.ResponseWriter, r *http.Request) error { return s.exportCSV(w, r) }
