package paiza

// TLP is a label of the Traffic Light Protocol 2.0 (FIRST, 2022).
type TLP string

// The labels, from the widest audience to the narrowest.
const (
	TLPClear       TLP = "clear"
	TLPGreen       TLP = "green"
	TLPAmber       TLP = "amber"
	TLPAmberStrict TLP = "amber+strict"
	TLPRed         TLP = "red"
)

// TLPs lists the labels from the widest audience to the narrowest.
func TLPs() []TLP { return []TLP{TLPClear, TLPGreen, TLPAmber, TLPAmberStrict, TLPRed} }

// Handling says to whom an item may go and what it may be used for.
type Handling struct {
	TLP     TLP
	Purpose string // free text of the originator; empty means statistics
}
