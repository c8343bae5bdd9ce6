package paiza

import (
	"slices"
	"strings"
	"time"
)

// AlertKind is what an alert warns of.
type AlertKind string

// The kinds of alerts.
const (
	AlertSubstance   AlertKind = "substance"   // a new substance, or one new to the state
	AlertAdulterant  AlertKind = "adulterant"  // a dangerous admixture
	AlertRoute       AlertKind = "route"       // a new route
	AlertConcealment AlertKind = "concealment" // a new way of hiding
	AlertOther       AlertKind = "other"
)

// AlertKinds lists the kinds in the order in which pages show them.
func AlertKinds() []AlertKind {
	return []AlertKind{AlertSubstance, AlertAdulterant, AlertRoute, AlertConcealment, AlertOther}
}

// Urgency is how soon an alert should be read.
type Urgency string

// The urgencies.
const (
	UrgencyRoutine   Urgency = "routine"
	UrgencyPriority  Urgency = "priority"  // the same day
	UrgencyImmediate Urgency = "immediate" // now, at any hour
)

// Urgencies lists the urgencies, the calmest first.
func Urgencies() []Urgency { return []Urgency{UrgencyRoutine, UrgencyPriority, UrgencyImmediate} }

// Alert is a warning: of a new substance, a dangerous admixture, a route. It
// says what was seen and how it is recognised; it holds no way of making a
// substance and no dose.
type Alert struct {
	ID        string
	Kind      AlertKind
	Urgency   Urgency
	Title     string
	Text      string
	Substance string  // as written
	Structure string  // SMILES, empty when not known
	Country   Country // where it was seen
	Date      Date    // when
	Handling  Handling
	Caveat    string
	Exercise  bool // not real
	Recorded  time.Time
	Person    string // id of who raised it; empty for one from another node
	Version   int64
	Withdrawn bool
}

// NewAlert is what a person gives to raise or correct an alert.
type NewAlert struct {
	Kind, Urgency, Title, Text string
	Substance, Structure       string
	Country, Date              string
	Caveat                     string
	Exercise                   bool
	Handling                   NewHandling
	Reason                     string
}

// AlertFilter says which alerts a list shows; what is empty does not narrow.
type AlertFilter struct {
	Kinds     []AlertKind
	Urgencies []Urgency
	TLPs      []TLP
	Origin    string // OriginOwn, OriginOthers, or the name of a node; empty for all
	Withdrawn bool   // what was withdrawn, and nothing else
}

// Limits of an alert, in bytes.
const (
	MaxAlertTitle = 300
	MaxAlertText  = 20_000
)

// Validate checks what needs no catalog.
func (in NewAlert) Validate() []FieldError {
	var out []FieldError
	bad := func(field, key, value string) {
		out = append(out, FieldError{Field: field, Key: key, Args: Args{"value": value}})
	}
	known := func(field, value string, has bool) {
		if !has {
			bad(field, "error.choice_unknown", value)
		}
	}
	known("kind", in.Kind, in.Kind == "" || slices.Contains(AlertKinds(), AlertKind(in.Kind)))
	known("urgency", in.Urgency, in.Urgency == "" || slices.Contains(Urgencies(), Urgency(in.Urgency)))
	if t := strings.TrimSpace(in.Title); t == "" || len(t) > MaxAlertTitle {
		bad("title", "alert.title_form", "")
	}
	if len(in.Text) > MaxAlertText {
		bad("text", "alert.text_form", "")
	}
	if len(in.Structure) > 2000 {
		bad("structure", "alert.structure_form", "")
	}
	return out
}
