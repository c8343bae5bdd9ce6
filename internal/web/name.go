package web

import (
	"paiza"
	"paiza/internal/locale"
)

// The names of what the catalog knows, in the language of the page. A code the
// catalog does not know shows as itself.

func (s *Site) countryName(p *locale.Printer, c paiza.Country) string { return string(c) }

func (s *Site) divisionName(p *locale.Printer, code string) string { return code }

func (s *Site) substanceName(p *locale.Printer, code string) string { return code }

func (s *Site) unitName(p *locale.Printer, code string) string { return code }

func (s *Site) codeName(p *locale.Printer, kind, code string) string { return code }
