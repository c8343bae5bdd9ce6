package wire

import "paiza"

// Total is one official yearly figure, as published. It is never added to
// seizures.
type Total struct {
	ID              string   `json:"id"`
	Year            int      `json:"year"`
	Country         string   `json:"country"`
	Substance       string   `json:"substance"`
	AsWritten       string   `json:"substance_as_written"`
	Amount          string   `json:"amount" doc:"As written."`
	Unit            string   `json:"unit" doc:"As written."`
	Kilograms       string   `json:"kilograms,omitempty" doc:"Given as a mass; absent otherwise."`
	Micrograms      *int64   `json:"micrograms,omitempty"`
	Equivalent      string   `json:"kilograms_equivalent,omitempty" doc:"Given as a mass or converted."`
	EquivalentMicro *int64   `json:"micrograms_equivalent,omitempty"`
	Factor          string   `json:"factor,omitempty"`
	Flags           []string `json:"flags,omitempty"`
	Import          string   `json:"import,omitempty"`
	Sheet           string   `json:"sheet,omitempty"`
	Row             int      `json:"row,omitempty"`
}

// FromTotal gives an official figure its shape.
func FromTotal(z *paiza.Total) Total {
	t := Total{ID: z.ID, Year: z.Year, Country: string(z.Country), Substance: z.Substance, AsWritten: z.SubstanceText,
		Amount: z.AmountText, Unit: z.UnitText, Factor: z.Factor, Import: z.Source.Import, Sheet: z.Source.Sheet, Row: z.Source.Row}
	if z.Amount.Dim == paiza.DimMass {
		t.Kilograms, t.Micrograms = paiza.Kilograms(z.Amount.Base), &z.Amount.Base
	}
	if z.Factor != "" {
		t.Equivalent, t.EquivalentMicro = paiza.Kilograms(z.Equivalent), &z.Equivalent
	}
	for _, f := range z.Flags.Each() {
		t.Flags = append(t.Flags, FlagName(f))
	}
	return t
}

// TotalList is the official figures of a slice, newest year first.
type TotalList struct {
	Totals []Total `json:"totals"`
	More   bool    `json:"more" doc:"The list was cut off: narrow it."`
}
