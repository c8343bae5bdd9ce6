package web

import (
	"net/http"

	"paiza"
)

// totalsView is the list of official figures under a figure of the coverage.
type totalsView struct {
	Rows     []totalRow
	Sum      string // kilograms
	Coverage string // the view that these figures belong to
}

// totalRow is one official figure, as written and as taken.
type totalRow struct {
	paiza.Total
	Kilograms string
}

func (s *Site) totals(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	slice, err := parseSlice(r.URL.Query())
	if err != nil {
		return err
	}
	list, err := s.desk.Totals(r.Context(), v.Actor, slice)
	if err != nil {
		return err
	}
	view := totalsView{Coverage: "/picture/coverage?" + formatSlice(slice).Encode()}
	var sum int64
	for _, z := range list {
		sum += z.Equivalent
		view.Rows = append(view.Rows, totalRow{z, v.Print.Decimal(paiza.Kilograms(z.Equivalent), 3)})
	}
	view.Sum = v.Print.Decimal(paiza.Kilograms(sum), 3)
	return s.render(w, r, http.StatusOK, "total/list", view)
}

// totalsLink is the address of the official figures of a slice.
func totalsLink(s paiza.Slice) string {
	q := formatSlice(paiza.Slice{Period: s.Period, Countries: s.Countries, Substances: s.Substances, Groups: s.Groups})
	return "/totals?" + q.Encode()
}
