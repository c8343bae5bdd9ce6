package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"paiza"
)

// Types of messages about subjects. The body of each is JSON in exactly the form
// that Encode gives: a body in any other form is not read, so that one content
// has one form and nothing is read twice in two ways.
const (
	TypeSeizure   = "seizure"   // body: a SeizureItem
	TypeAlert     = "alert"     // body: an AlertItem
	TypeNote      = "note"      // body: a NoteItem
	TypeTombstone = "tombstone" // body: a Tombstone; the subject is taken back
)

// Limits of what an item may say.
const (
	maxLine = 2_000          // bytes of a text on one line
	maxText = 200_000        // bytes of a long text
	maxBase = int64(1) << 50 // micrograms, microlitres or thousandths of a piece: of mass, 1,125 tonnes
	maxRows = 1_000_000      // events that one row adds up
)

// SeizureItem is a seizure as its owner gives it to another state. How it may be
// used stands in the message's handling.
type SeizureItem struct {
	Date          int64  `json:"date"`            // as paiza.Date
	Until         int64  `json:"until,omitempty"` // the same
	Country       string `json:"country"`
	Division      string `json:"division,omitempty"`
	DivisionText  string `json:"division_text,omitempty"`
	Place         string `json:"place,omitempty"`
	Routing       string `json:"routing"`
	Basis         string `json:"basis"`
	Substance     string `json:"substance"`
	SubstanceText string `json:"substance_text,omitempty"`
	AmountText    string `json:"amount_text,omitempty"`
	UnitText      string `json:"unit_text,omitempty"`
	Unit          string `json:"unit,omitempty"`
	Dim           string `json:"dim,omitempty"`
	Base          int64  `json:"base,omitempty"`
	Equivalent    int64  `json:"equivalent,omitempty"` // micrograms
	Factor        string `json:"factor,omitempty"`
	Count         int64  `json:"count"`
	Producing     string `json:"producing,omitempty"`
	Departure     string `json:"departure,omitempty"`
	Via           string `json:"via,omitempty"`
	Destination   string `json:"destination,omitempty"`
	Transport     string `json:"transport,omitempty"`
	Hiding        string `json:"hiding,omitempty"`
	Installation  string `json:"installation,omitempty"`
	Packaging     string `json:"packaging,omitempty"`
	Agency        string `json:"agency,omitempty"`
	Reference     string `json:"reference,omitempty"`
	Exhibit       string `json:"exhibit,omitempty"`
	Persons       int64  `json:"persons,omitempty"` // a count
	Flags         int64  `json:"flags,omitempty"`
	Caveat        string `json:"caveat,omitempty"`
	Recorded      int64  `json:"recorded"` // Unix milliseconds
}

// NewSeizureItem says of a seizure what travels. What a source wrote over several
// lines comes on one.
func NewSeizureItem(z paiza.Seizure) *SeizureItem {
	for _, s := range []*string{&z.DivisionText, &z.Place, &z.SubstanceText, &z.AmountText, &z.UnitText, &z.Packaging, &z.Agency, &z.Reference, &z.Exhibit, &z.Caveat} {
		*s = OneLine(*s, maxLine)
	}
	return &SeizureItem{Date: int64(z.Date), Until: int64(z.Until), Country: string(z.Country), Division: z.Division, DivisionText: z.DivisionText, Place: z.Place,
		Routing: string(z.Routing), Basis: string(z.RoutingBasis), Substance: z.Substance, SubstanceText: z.SubstanceText, AmountText: z.AmountText,
		UnitText: z.UnitText, Unit: z.Unit, Dim: string(z.Amount.Dim), Base: z.Amount.Base, Equivalent: z.Equivalent, Factor: z.Factor, Count: z.Count,
		Producing: string(z.Route.Producing), Departure: string(z.Route.Departure), Via: string(z.Route.Via), Destination: string(z.Route.Destination),
		Transport: z.Transport, Hiding: z.Hiding, Installation: z.Installation, Packaging: z.Packaging, Agency: z.Agency, Reference: z.Reference,
		Exhibit: z.Exhibit, Persons: int64(z.Persons), Flags: int64(z.Flags), Caveat: z.Caveat, Recorded: z.Recorded.UnixMilli()}
}

// Seizure gives the seizure. Handling, version and number are the receiver's
// to say.
func (x *SeizureItem) Seizure() paiza.Seizure {
	return paiza.Seizure{Date: paiza.Date(x.Date), Until: paiza.Date(x.Until), Country: paiza.Country(x.Country), Division: x.Division, DivisionText: x.DivisionText,
		Place: x.Place, Routing: paiza.Routing(x.Routing), RoutingBasis: paiza.Basis(x.Basis), Substance: x.Substance, SubstanceText: x.SubstanceText,
		AmountText: x.AmountText, UnitText: x.UnitText, Unit: x.Unit, Amount: paiza.Amount{Dim: paiza.Dimension(x.Dim), Base: x.Base}, Equivalent: x.Equivalent,
		Factor: x.Factor, Count: x.Count, Route: paiza.Route{Producing: paiza.Country(x.Producing), Departure: paiza.Country(x.Departure),
			Via: paiza.Country(x.Via), Destination: paiza.Country(x.Destination)},
		Transport: x.Transport, Hiding: x.Hiding, Installation: x.Installation, Packaging: x.Packaging, Agency: x.Agency, Reference: x.Reference,
		Exhibit: x.Exhibit, Persons: int(x.Persons), Flags: paiza.Flags(x.Flags), Caveat: x.Caveat, Recorded: time.UnixMilli(x.Recorded).UTC()}
}

// Encode gives the body of the message.
func (x *SeizureItem) Encode() ([]byte, error) { return encodeItem(x, x.check()) }

// ParseSeizureItem reads the body of a message of type TypeSeizure.
func ParseSeizureItem(raw []byte) (*SeizureItem, error) {
	x := &SeizureItem{}
	return x, parseItem(raw, x, x.check)
}

func (x *SeizureItem) check() error {
	known := paiza.Flags(0)
	for _, f := range paiza.AllFlags() {
		known |= f
	}
	switch {
	case !paiza.Date(x.Date).Valid() || x.Date == 0 || x.Until != 0 && !paiza.Date(x.Until).Valid():
		return refuse(ReasonMalformed, "a seizure without a date")
	case !countries(x.Country, x.Producing, x.Departure, x.Via, x.Destination):
		return refuse(ReasonMalformed, "a state is three letters")
	case !slices.Contains(paiza.Routings(), paiza.Routing(x.Routing)) || !slices.Contains([]paiza.Basis{"", paiza.BasisStated, paiza.BasisInferred}, paiza.Basis(x.Basis)):
		return refuse(ReasonMalformed, "a kind of place that is not known")
	case !slices.Contains([]paiza.Dimension{paiza.DimNone, paiza.DimMass, paiza.DimVolume, paiza.DimCount, paiza.DimArea}, paiza.Dimension(x.Dim)):
		return refuse(ReasonMalformed, "an amount of a kind that is not known")
	case x.Base < 0 || x.Base > maxBase || x.Equivalent < 0 || x.Equivalent > maxBase:
		return refuse(ReasonLimit, "an amount that nobody seizes")
	case x.Count < 1 || x.Count > maxRows || x.Persons < 0 || x.Persons > 100_000 || x.Flags < 0 || x.Flags&^int64(known) != 0:
		return refuse(ReasonLimit, "a count out of range")
	case x.Substance == "" || x.Recorded < 0 || x.Recorded > 1<<52:
		return refuse(ReasonMalformed, "a seizure of nothing")
	}
	return lines(x.Division, x.DivisionText, x.Place, x.Substance, x.SubstanceText, x.AmountText, x.UnitText, x.Unit, x.Factor, x.Transport, x.Hiding,
		x.Installation, x.Packaging, x.Agency, x.Reference, x.Exhibit, x.Caveat)
}

// AlertItem is a warning as its owner gives it to another state.
type AlertItem struct {
	Kind      string `json:"kind"`
	Urgency   string `json:"urgency"`
	Title     string `json:"title"`
	Text      string `json:"text,omitempty"`
	Substance string `json:"substance,omitempty"`
	Structure string `json:"structure,omitempty"` // SMILES
	Country   string `json:"country,omitempty"`
	Date      int64  `json:"date,omitempty"`
	Caveat    string `json:"caveat,omitempty"`
	Exercise  bool   `json:"exercise,omitempty"`
	Recorded  int64  `json:"recorded"`
}

// NewAlertItem says of an alert what travels.
func NewAlertItem(a paiza.Alert) *AlertItem {
	for _, s := range []*string{&a.Title, &a.Substance, &a.Structure, &a.Caveat} {
		*s = OneLine(*s, maxLine)
	}
	a.Text = strings.ReplaceAll(a.Text, "\r", "")
	return &AlertItem{Kind: string(a.Kind), Urgency: string(a.Urgency), Title: a.Title, Text: a.Text, Substance: a.Substance, Structure: a.Structure,
		Country: string(a.Country), Date: int64(a.Date), Caveat: a.Caveat, Exercise: a.Exercise, Recorded: a.Recorded.UnixMilli()}
}

// Alert gives the alert. Handling, version and number are the receiver's to say.
func (x *AlertItem) Alert() paiza.Alert {
	return paiza.Alert{Kind: paiza.AlertKind(x.Kind), Urgency: paiza.Urgency(x.Urgency), Title: x.Title, Text: x.Text, Substance: x.Substance,
		Structure: x.Structure, Country: paiza.Country(x.Country), Date: paiza.Date(x.Date), Caveat: x.Caveat, Exercise: x.Exercise,
		Recorded: time.UnixMilli(x.Recorded).UTC()}
}

// Encode gives the body of the message.
func (x *AlertItem) Encode() ([]byte, error) { return encodeItem(x, x.check()) }

// ParseAlertItem reads the body of a message of type TypeAlert.
func ParseAlertItem(raw []byte) (*AlertItem, error) {
	x := &AlertItem{}
	return x, parseItem(raw, x, x.check)
}

func (x *AlertItem) check() error {
	switch {
	case !slices.Contains(paiza.AlertKinds(), paiza.AlertKind(x.Kind)) || !slices.Contains(paiza.Urgencies(), paiza.Urgency(x.Urgency)):
		return refuse(ReasonMalformed, "an alert of a kind that is not known")
	case x.Title == "" || len(x.Title) > paiza.MaxAlertTitle || len(x.Text) > paiza.MaxAlertText:
		return refuse(ReasonLimit, "a title of %d bytes and a text of %d", len(x.Title), len(x.Text))
	case !countries(x.Country) || x.Date != 0 && !paiza.Date(x.Date).Valid() || x.Recorded < 0 || x.Recorded > 1<<52:
		return refuse(ReasonMalformed, "a place or a date that is none")
	case !plainText(x.Text):
		return refuse(ReasonMalformed, "a text with control characters")
	}
	return lines(x.Title, x.Substance, x.Structure, x.Caveat)
}

// NoteItem is a free message from a desk to a desk.
type NoteItem struct {
	Title   string `json:"title"`
	Text    string `json:"text,omitempty"`
	Author  string `json:"author"` // who wrote it, by name
	Written int64  `json:"written"`
}

// Encode gives the body of the message.
func (x *NoteItem) Encode() ([]byte, error) { return encodeItem(x, x.check()) }

// ParseNoteItem reads the body of a message of type TypeNote.
func ParseNoteItem(raw []byte) (*NoteItem, error) {
	x := &NoteItem{}
	return x, parseItem(raw, x, x.check)
}

func (x *NoteItem) check() error {
	switch {
	case x.Title == "" || x.Author == "" || x.Written < 0 || x.Written > 1<<52:
		return refuse(ReasonMalformed, "a note without a title or an author")
	case len(x.Text) > maxText:
		return refuse(ReasonLimit, "a text of %d bytes", len(x.Text))
	case !plainText(x.Text):
		return refuse(ReasonMalformed, "a text with control characters")
	}
	return lines(x.Title, x.Author)
}

// Tombstone takes a subject back. Whoever has it shows it no more.
type Tombstone struct {
	Reason string `json:"reason,omitempty"` // for people
}

// Encode gives the body of the message.
func (x *Tombstone) Encode() ([]byte, error) { return encodeItem(x, lines(x.Reason)) }

// ParseTombstone reads the body of a message of type TypeTombstone.
func ParseTombstone(raw []byte) (*Tombstone, error) {
	x := &Tombstone{}
	return x, parseItem(raw, x, func() error { return lines(x.Reason) })
}

// OneLine is a text without control characters and marks of direction, in UTF-8,
// at most n bytes long.
func OneLine(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case !plain(string(r)):
			return -1
		}
		return r
	}, s)
	for len(s) > n {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

func encodeItem(x any, fault error) ([]byte, error) {
	if fault != nil {
		return nil, fault
	}
	b := itemBuffers.Get().(*bytes.Buffer)
	defer itemBuffers.Put(b)
	raw, err := writeItem(b, x)
	return bytes.Clone(raw), err
}

var itemBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// writeItem gives the one form of a body, in the buffer.
func writeItem(b *bytes.Buffer, x any) ([]byte, error) {
	b.Reset()
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(x)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// parseItem reads a body and refuses every form of it but the one.
func parseItem(raw []byte, x any, check func() error) error {
	if len(raw) > MaxBody {
		return refuse(ReasonLimit, "a body of %d bytes", len(raw))
	}
	if !readItem(raw, x) {
		reflect.ValueOf(x).Elem().SetZero()
		if err := json.Unmarshal(raw, x); err != nil {
			return refuse(ReasonMalformed, "the body is not what its type says")
		}
	}
	if err := check(); err != nil {
		return err
	}
	b := itemBuffers.Get().(*bytes.Buffer)
	defer itemBuffers.Put(b)
	again, err := writeItem(b, x)
	if err != nil {
		return err
	}
	if !bytes.Equal(raw, again) {
		return refuse(ReasonMalformed, "the body is not in the form that is written")
	}
	return nil
}

func countries(codes ...string) bool {
	for _, c := range codes {
		if c == "" {
			continue
		}
		if len(c) != 3 || strings.ContainsFunc(c, func(r rune) bool { return r < 'A' || r > 'Z' }) {
			return false
		}
	}
	return true
}

// lines checks texts on one line.
func lines(texts ...string) error {
	for _, s := range texts {
		if len(s) > maxLine {
			return refuse(ReasonLimit, "a text of %d bytes", len(s))
		}
		if !plain(s) {
			return refuse(ReasonMalformed, "a text is not UTF-8 or has control characters")
		}
	}
	return nil
}

// plainText is plain for a text of several lines.
func plainText(s string) bool {
	from := 0
	for i := range len(s) { // both are ASCII, so no letter is cut
		if s[i] == '\n' || s[i] == '\t' {
			if !plain(s[from:i]) {
				return false
			}
			from = i + 1
		}
	}
	return plain(s[from:])
}
