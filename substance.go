package paiza

// Class is the legal class of a substance under the conventions.
type Class string

// The classes.
const (
	ClassNarcotic     Class = "narcotic"     // 1961 Convention
	ClassPsychotropic Class = "psychotropic" // 1971 Convention
	ClassPrecursor    Class = "precursor"    // 1988 Convention, tables I and II
	ClassNew          Class = "new"          // new psychoactive substance, outside both
	ClassOther        Class = "other"        // medicine, alcohol, cutting agent, equipment
)

// Group is a drug group after UNODC's annual report questionnaire.
type Group string

// The groups. GroupUnknown holds what a source does not say or what the catalog
// does not resolve; it is always shown.
const (
	GroupCannabis       Group = "cannabis"
	GroupCocaine        Group = "cocaine"
	GroupOpioids        Group = "opioids"
	GroupATS            Group = "ats" // amphetamine-type stimulants
	GroupSedatives      Group = "sedatives"
	GroupHallucinogens  Group = "hallucinogens"
	GroupNewSubstances  Group = "nps"
	GroupPrecursors     Group = "precursors"
	GroupSolvents       Group = "solvents"
	GroupPharmaceutical Group = "pharmaceuticals" // other medicines
	GroupOther          Group = "other"
	GroupUnknown        Group = "unknown"
)

// Groups lists every group in the order in which pages show them.
func Groups() []Group {
	return []Group{GroupCannabis, GroupCocaine, GroupOpioids, GroupATS, GroupSedatives,
		GroupHallucinogens, GroupNewSubstances, GroupPrecursors, GroupSolvents,
		GroupPharmaceutical, GroupOther, GroupUnknown}
}

// SubstanceUnknown is the code of rows whose substance is not stated or not
// resolved. It belongs to GroupUnknown.
const SubstanceUnknown = "unknown"

// Substance is one entry of the catalog.
type Substance struct {
	Code  string            // stable, lower case, hyphens: "cocaine-base"
	Name  map[string]string // display name by language: en, ru, zh
	Group Group
	Class Class
	// Generic marks an entry for a class that sources report without saying
	// which substance ("synthetic cannabinoid", "benzodiazepine").
	Generic bool
}
