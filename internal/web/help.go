package web

import "net/http"

// helpView is what the program is, how figures are made and which keys there
// are.
type helpView struct {
	Version string
	Catalog string
	Keys    []navLink
}

func (s *Site) help(w http.ResponseWriter, r *http.Request) error {
	view := helpView{Version: s.opt.Version, Catalog: s.catalog.Version()}
	for _, g := range nav(visitOf(r), "") {
		view.Keys = append(view.Keys, g.Links...)
	}
	return s.render(w, r, http.StatusOK, "about/help", view)
}
