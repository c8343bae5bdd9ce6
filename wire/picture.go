package wire

// Figure is what is known of some rows together. Kilograms are measured mass;
// the equivalent adds volumes and counts at published factors.
type Figure struct {
	Seizures        int64   `json:"seizures" doc:"Events."`
	Kilograms       string  `json:"kilograms" doc:"Measured mass, exact."`
	Micrograms      int64   `json:"micrograms"`
	Share           float64 `json:"share" doc:"Part of the period's measured mass, 0 to 1."`
	ShareSeizures   float64 `json:"share_seizures" doc:"Part of the period's events, 0 to 1."`
	Equivalent      string  `json:"kilograms_equivalent"`
	EquivalentMicro int64   `json:"micrograms_equivalent"`
	Litres          string  `json:"litres"`
	Units           string  `json:"units"`
	Rows            int64   `json:"rows"`
	Doubtful        string  `json:"kilograms_doubtful" doc:"The part from rows whose amount is implausible."`
	Saturated       bool    `json:"saturated,omitempty" doc:"A sum left 64 bits: not to be believed."`
}

// Market is the structure of what was seized, by period.
type Market struct {
	By      string         `json:"by" doc:"year or month."`
	Level   string         `json:"level" doc:"substance or group."`
	Rows    []MarketRow    `json:"rows" doc:"By period, then by mass, the heaviest first."`
	Periods []MarketPeriod `json:"periods"`
	Total   Figure         `json:"total"`
}

// MarketRow is one substance or group in one period.
type MarketRow struct {
	Period    string `json:"period" example:"2024"`
	Substance string `json:"substance" doc:"Catalog code; empty at the level of groups."`
	Name      string `json:"name" doc:"In the caller's language."`
	Group     string `json:"group"`
	Figure
}

// MarketPeriod is the total of a period, and what entered and left the market.
type MarketPeriod struct {
	Period  string   `json:"period"`
	Entered []string `json:"entered,omitempty" doc:"Seen for the first time in this slice."`
	Left    []string `json:"left,omitempty" doc:"Seen before and not again."`
	Figure
}

// Balance is how much was seized inland, at the border and in transit.
type Balance struct {
	By      string          `json:"by"`
	Level   string          `json:"level"`
	Rows    []BalanceRow    `json:"rows"`
	Periods []BalancePeriod `json:"periods"`
	Overall BalancePeriod   `json:"overall"`
}

// BalanceRow is one substance or group at one kind of place in one period.
type BalanceRow struct {
	Period    string `json:"period"`
	Routing   string `json:"routing"`
	Substance string `json:"substance"`
	Name      string `json:"name"`
	Group     string `json:"group"`
	Figure
}

// BalancePeriod is one period by kind of place.
type BalancePeriod struct {
	Period   string          `json:"period,omitempty" doc:"Absent for the whole slice."`
	Routings []RoutingFigure `json:"routings"`
	Total    Figure          `json:"total"`
}

// RoutingFigure is what was seized at one kind of place.
type RoutingFigure struct {
	Routing string `json:"routing"`
	Figure
}

// RouteFigure is what is known of the rows of a route.
type RouteFigure struct {
	Seizures        int64  `json:"seizures"`
	Kilograms       string `json:"kilograms"`
	Micrograms      int64  `json:"micrograms"`
	Equivalent      string `json:"kilograms_equivalent"`
	EquivalentMicro int64  `json:"micrograms_equivalent"`
	Rows            int64  `json:"rows"`
	Saturated       bool   `json:"saturated,omitempty"`
}

// Routes is where consignments came from and went to.
type Routes struct {
	Rows      []RouteRow  `json:"rows" doc:"The heaviest first, as many as were asked for."`
	OtherRows int         `json:"other_routes" doc:"How many routes others adds up."`
	Others    RouteFigure `json:"others"`
	NotStated RouteFigure `json:"not_stated" doc:"Rows whose source names no state of the route."`
	Total     RouteFigure `json:"total"`
}

// RouteRow is one route as sources name it, ends that are not stated inferred.
type RouteRow struct {
	Origin      string `json:"origin"`
	Via         string `json:"via"`
	Destination string `json:"destination"`
	Basis       string `json:"basis" doc:"stated or inferred."`
	Country     string `json:"country" doc:"State of the seizures."`
	Producing   string `json:"producing"`
	First       int    `json:"first_year"`
	Last        int    `json:"last_year"`
	RouteFigure
}

// Calendar is who reported when.
type Calendar struct {
	From string        `json:"from"`
	To   string        `json:"to"`
	Rows []CalendarRow `json:"rows" doc:"By seizures, the most first."`
}

// CalendarRow is when one state reported. A gap is not a zero.
type CalendarRow struct {
	Country  string          `json:"country"`
	First    string          `json:"first"`
	Last     string          `json:"last"`
	Seizures int64           `json:"seizures"`
	Undated  int64           `json:"rows_without_month"`
	Gaps     []string        `json:"gaps" doc:"Months without a report between two reports."`
	Months   []CalendarMonth `json:"months" doc:"Months with a report."`
	YearOnly []string        `json:"year_only,omitempty" doc:"Months of years whose reports name no month."`
}

// CalendarMonth is a month with a report.
type CalendarMonth struct {
	Month    string `json:"month"`
	Seizures int64  `json:"seizures"`
}

// Coverage sets seizures beside official totals. The two are never added.
type Coverage struct {
	Rows []CoverageRow `json:"rows"`
}

// CoverageRow is one state, year and group or substance. A side that is missing
// is null.
type CoverageRow struct {
	Country         string   `json:"country"`
	Year            int      `json:"year"`
	Group           string   `json:"group"`
	Substance       string   `json:"substance" doc:"Empty: the group as a whole."`
	State           string   `json:"state" doc:"both, incidents or official: which side knows of it."`
	Seizures        *int64   `json:"seizures" nullable:"true"`
	Kilograms       *string  `json:"kilograms" nullable:"true"`
	Equivalent      *string  `json:"kilograms_equivalent" nullable:"true"`
	EquivalentMicro *int64   `json:"micrograms_equivalent" nullable:"true"`
	Official        *string  `json:"official_kilograms" nullable:"true"`
	OfficialMicro   *int64   `json:"official_micrograms" nullable:"true"`
	Ratio           *float64 `json:"ratio" nullable:"true" doc:"Equivalent over official."`
	Conflicts       int      `json:"conflicting_totals" doc:"Other series with a figure for the same."`
}
