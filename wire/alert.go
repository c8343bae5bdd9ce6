package wire

import (
	"net/url"
	"slices"
	"time"

	"paiza"
)

// Alert is a warning.
type Alert struct {
	ID        string    `json:"id" example:"3" doc:"Stable on this node."`
	Kind      string    `json:"kind" example:"substance" doc:"substance, adulterant, route, concealment or other."`
	Urgency   string    `json:"urgency" example:"priority" doc:"routine, priority (the same day) or immediate (at any hour)."`
	Title     string    `json:"title"`
	Text      string    `json:"text,omitempty" doc:"What was seen and how it is recognised."`
	Substance string    `json:"substance,omitempty" doc:"As written."`
	Structure string    `json:"structure,omitempty" doc:"SMILES."`
	Country   string    `json:"country,omitempty" doc:"Where it was seen, ISO 3166-1 alpha-3."`
	Date      string    `json:"date,omitempty" doc:"When: a day, a month or a year."`
	TLP       string    `json:"tlp" example:"amber" doc:"Traffic Light Protocol 2.0."`
	Handling  Marking   `json:"handling"`
	Caveat    string    `json:"caveat,omitempty" doc:"What the originator adds to the handling, in his words."`
	Exercise  bool      `json:"exercise,omitempty" doc:"Not real."`
	Recorded  time.Time `json:"recorded"`
	Person    string    `json:"person,omitempty" doc:"Account that raised it; absent for one from another node."`
	Version   int64     `json:"version" doc:"1 as raised; grows with each change."`
	Withdrawn bool      `json:"withdrawn,omitempty" doc:"Taken back by its agency."`
}

// FromAlert gives an alert its shape.
func FromAlert(a *paiza.Alert) Alert {
	return Alert{ID: a.ID, Kind: string(a.Kind), Urgency: string(a.Urgency), Title: a.Title, Text: a.Text, Substance: a.Substance, Structure: a.Structure,
		Country: string(a.Country), Date: a.Date.String(), TLP: string(a.Handling.TLP), Handling: FromMarking(a.Handling), Caveat: a.Caveat,
		Exercise: a.Exercise, Recorded: a.Recorded.UTC(), Person: a.Person, Version: a.Version, Withdrawn: a.Withdrawn}
}

// ToAlert is the inverse of FromAlert. It refuses a date that does not exist.
func (a Alert) ToAlert() (paiza.Alert, error) {
	out := paiza.Alert{ID: a.ID, Kind: paiza.AlertKind(a.Kind), Urgency: paiza.Urgency(a.Urgency), Title: a.Title, Text: a.Text, Substance: a.Substance,
		Structure: a.Structure, Country: paiza.Country(a.Country), Handling: a.Handling.ToHandling(), Caveat: a.Caveat, Exercise: a.Exercise,
		Recorded: a.Recorded, Person: a.Person, Version: a.Version, Withdrawn: a.Withdrawn}
	return out, out.Date.UnmarshalText([]byte(a.Date))
}

// AlertList is a page of alerts, newest first.
type AlertList struct {
	Alerts []Alert `json:"alerts"`
	Next   string  `json:"next,omitempty" doc:"Cursor of the next page; absent at the end."`
}

// FromAlertList gives a page its shape; next is its cursor as the door writes
// cursors.
func FromAlertList(list []paiza.Alert, next string) AlertList {
	out := AlertList{Alerts: make([]Alert, len(list)), Next: next}
	for i := range list {
		out.Alerts[i] = FromAlert(&list[i])
	}
	return out
}

// NewAlert raises or corrects an alert. Values are text as on the page.
type NewAlert struct {
	Kind      string     `json:"kind,omitempty" example:"substance" doc:"substance when not given."`
	Urgency   string     `json:"urgency,omitempty" example:"priority" doc:"routine when not given."`
	Title     string     `json:"title"`
	Text      string     `json:"text,omitempty" doc:"What was seen and how it is recognised. No way of making it and no dose."`
	Substance string     `json:"substance,omitempty"`
	Structure string     `json:"structure,omitempty" doc:"SMILES."`
	Country   string     `json:"country,omitempty" doc:"Code or name."`
	Date      string     `json:"date,omitempty"`
	Caveat    string     `json:"caveat,omitempty"`
	Exercise  bool       `json:"exercise,omitempty" doc:"Not real; a correction does not change it."`
	Handling  NewMarking `json:"handling,omitzero" required:"false" doc:"Of a new alert. A correction does not change it: relabel does."`
	Reason    string     `json:"reason,omitempty" doc:"Why, for the ledger."`
}

// ToNewAlert is the form as the desk takes it.
func (n NewAlert) ToNewAlert() paiza.NewAlert {
	return paiza.NewAlert{Kind: n.Kind, Urgency: n.Urgency, Title: n.Title, Text: n.Text, Substance: n.Substance, Structure: n.Structure,
		Country: n.Country, Date: n.Date, Caveat: n.Caveat, Exercise: n.Exercise, Handling: n.Handling.ToNewHandling(), Reason: n.Reason}
}

// The query parameters of alerts, besides label and withdrawn.
const (
	KeyKind    = "kind"
	KeyUrgency = "urgency"
)

// ParseAlerts reads which alerts an address asks for.
func ParseAlerts(q url.Values) (paiza.AlertFilter, error) {
	p := queryParser{q: q}
	f := paiza.AlertFilter{
		Kinds:     codes[paiza.AlertKind](&p, KeyKind, func(s string) bool { return slices.Contains(paiza.AlertKinds(), paiza.AlertKind(s)) }),
		Urgencies: codes[paiza.Urgency](&p, KeyUrgency, func(s string) bool { return slices.Contains(paiza.Urgencies(), paiza.Urgency(s)) }),
		TLPs:      codes[paiza.TLP](&p, KeyLabel, func(s string) bool { return slices.Contains(paiza.TLPs(), paiza.TLP(s)) }),
		Origin:    one[string](&p, KeyOrigin, isOrigin),
		Withdrawn: one[string](&p, KeyWithdrawn, func(s string) bool { return s == alone }) == alone,
	}
	return f, p.err()
}

// FormatAlerts is the inverse of ParseAlerts.
func FormatAlerts(f paiza.AlertFilter) url.Values {
	q := url.Values{}
	AddQuery(q, KeyKind, f.Kinds)
	AddQuery(q, KeyUrgency, f.Urgencies)
	AddQuery(q, KeyLabel, f.TLPs)
	SetQuery(q, KeyOrigin, f.Origin)
	if f.Withdrawn {
		q.Set(KeyWithdrawn, alone)
	}
	return q
}
