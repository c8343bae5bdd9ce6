package web

import (
	"cmp"
	"net/http"
	"slices"

	"paiza"
	"paiza/internal/picture"
)

// glance is the market of the last two years that the node holds, by group.
func (s *Site) glance(r *http.Request, view *homeView) error {
	v := visitOf(r)
	last := min(view.Overview.To.Year(), s.now().Year()) // a mistyped date lies in the future
	if last == 0 {
		return nil
	}
	period := paiza.Period{From: paiza.NewDate(last-1, 0, 0), To: paiza.NewDate(last, 0, 0)}
	slice := paiza.Slice{Period: period, WithoutDoubtful: true}
	market, err := s.desk.Market(r.Context(), v.Actor, slice, paiza.ByYear, picture.ByGroup)
	if err != nil {
		return err
	}
	sums := map[paiza.Group]*glanceRow{}
	var total int64
	for _, row := range market.Rows {
		g := sums[row.Group]
		if g == nil {
			only := slice
			only.Groups = []paiza.Group{row.Group}
			g = &glanceRow{Group: row.Group, Link: rowsLink(only)}
			sums[row.Group] = g
		}
		g.Seizures += row.Seizures
		g.Kilograms += row.Equivalent
		total += row.Equivalent
	}
	for _, g := range sums {
		if total > 0 {
			g.Share = float64(g.Kilograms) / float64(total)
		}
		view.Glance = append(view.Glance, *g)
	}
	slices.SortFunc(view.Glance, func(a, b glanceRow) int {
		return cmp.Or(-cmp.Compare(a.Kilograms, b.Kilograms), -cmp.Compare(a.Seizures, b.Seizures), cmp.Compare(a.Group, b.Group))
	})
	view.GlanceOf = period
	return nil
}
