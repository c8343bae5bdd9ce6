package wire

// Substance is an entry of the catalog.
type Substance struct {
	Code    string            `json:"code" example:"cocaine-base"`
	Name    map[string]string `json:"name" doc:"By language."`
	Group   string            `json:"group"`
	Class   string            `json:"class" doc:"narcotic, psychotropic, precursor, new or other."`
	Generic bool              `json:"generic" doc:"A class that sources report without saying which substance."`
}

// SubstanceList is every substance of the catalog.
type SubstanceList struct {
	Catalog    string      `json:"catalog" doc:"Version."`
	Substances []Substance `json:"substances"`
}

// Unit is a measure. An amount in it times num/den is the amount in the base of
// its dimension: micrograms, microlitres, thousandths.
type Unit struct {
	Code   string            `json:"code" example:"kilogram"`
	Name   map[string]string `json:"name"`
	Dim    string            `json:"dimension" doc:"mass, volume, count or area."`
	Num    int64             `json:"num"`
	Den    int64             `json:"den"`
	Source string            `json:"source" doc:"Of the conversion."`
}

// UnitList is every unit of the catalog.
type UnitList struct {
	Catalog string `json:"catalog"`
	Units   []Unit `json:"units"`
}

// State is a state or territory of the catalog.
type State struct {
	Code   string            `json:"code" example:"KAZ" doc:"ISO 3166-1 alpha-3."`
	Name   map[string]string `json:"name"`
	Region string            `json:"region,omitempty" doc:"Of UNODC."`
}

// StateList is every state of the catalog.
type StateList struct {
	Catalog   string  `json:"catalog"`
	Countries []State `json:"countries"`
}

// Factor turns a volume or a count into a mass for comparison.
type Factor struct {
	ID         string   `json:"id"`
	Substance  string   `json:"substance,omitempty"`
	Group      string   `json:"group,omitempty"`
	Dim        string   `json:"dimension"`
	Units      []string `json:"units,omitempty"`
	Region     string   `json:"region,omitempty"`
	FromYear   int      `json:"from_year,omitempty"`
	ToYear     int      `json:"to_year,omitempty"`
	Micrograms int64    `json:"micrograms" doc:"For one microlitre or one thousandth of a unit."`
	Source     string   `json:"source"`
}

// FactorList is every factor in the order in which they are tried.
type FactorList struct {
	Catalog string   `json:"catalog"`
	Factors []Factor `json:"factors"`
}

// Resolution is what the catalog makes of a text, and why.
type Resolution struct {
	Text       string   `json:"text"`
	Kind       string   `json:"kind" doc:"substance, unit, country, division, routing …"`
	Code       string   `json:"code" doc:"Empty: not resolved, and reason says why."`
	Name       string   `json:"name" doc:"In the caller's language."`
	How        string   `json:"how"`
	Reason     string   `json:"reason"`
	Candidates []string `json:"candidates" nullable:"true" doc:"Codes that an ambiguous text may mean."`
	Steps      []string `json:"steps" doc:"What was tried, in order."`
	// Group and Class are those of a substance.
	Group string `json:"group,omitempty"`
	Class string `json:"class,omitempty"`
}

// ResolutionList is what a text may mean, of every kind.
type ResolutionList struct {
	Catalog     string       `json:"catalog"`
	Resolutions []Resolution `json:"resolutions"`
}
