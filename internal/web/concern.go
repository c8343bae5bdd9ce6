package web

import (
	"net/http"

	"paiza"
	"paiza/internal/desk"
)

// concerns are what the person should look at in the exchange; none for who does
// not look after it.
func (s *Site) concerns(r *http.Request) []desk.Concern {
	v := visitOf(r)
	if !v.can(paiza.RightManagePeers) {
		return nil
	}
	list, err := s.desk.Concerns(r.Context(), v.Actor)
	if err != nil {
		s.log.Error("concerns not asked", "err", err)
	}
	return list
}

// concerned are the concerns as what needs the person's attention, each with the
// page on which it is mended.
func (s *Site) concerned(r *http.Request) (list []attention, err error) {
	found := s.concerns(r)
	if len(found) == 0 {
		return nil, nil
	}
	c, err := s.community(r)
	if err != nil {
		return nil, err
	}
	p := visitOf(r).Print
	for _, one := range found {
		link := "/partners/" + one.Node
		switch one.Kind {
		case "card_ends":
			link = "/identity"
		case "directory_ends", "directory_ended":
			link = "/directory"
		}
		list = append(list, attention{p.T("concern."+one.Kind, "name", c.name(one.Node), "time", one.Until, "n", one.N, "reason", reasonText(p, one.Why)), link, p.T("home.look")})
	}
	return list, nil
}
