// Package catalog is the node's reference data: substances, units, states and
// their divisions, routings, means of transport, hiding places and
// installations, and the factors that turn a volume or a number of tablets into
// a weight. Every entry has names in English, Russian and Chinese, every factor
// and every unit a source, and the whole has a version that an import keeps.
//
// The package resolves what a source wrote to a code and says how it did so. It
// never guesses: a text that may mean two things stays unresolved and names
// both, a text that means nothing the catalog knows says why. It decides
// nothing about law (package statute), stores nothing, and reads no file but
// those embedded from the folder data, which are written by us and cite what
// they restate.
//
// Read resolve.go first: it is the order in which a text is tried. fold.go says
// when two spellings are one, index.go how near a misspelling may be; each kind
// then has its own file.
package catalog

import (
	"embed"
	"strings"
	"sync"

	"paiza"
)

//go:embed data/*.tsv data/version.txt
var data embed.FS

// Kind is what a text or a code is about.
type Kind string

// The kinds, in the order in which Resolve tries them.
const (
	KindSubstance    Kind = "substance"
	KindUnit         Kind = "unit"
	KindCountry      Kind = "country"
	KindDivision     Kind = "division"
	KindRouting      Kind = "routing"
	KindTransport    Kind = "transport"
	KindHiding       Kind = "hiding"
	KindInstallation Kind = "installation"
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{KindSubstance, KindUnit, KindCountry, KindDivision,
		KindRouting, KindTransport, KindHiding, KindInstallation}
}

// Catalog is the reference data of one version. It does not change after it is
// made; all methods may be called from several goroutines.
type Catalog struct {
	version string

	substances []paiza.Substance
	substance  map[string]int
	units      []Unit
	unit       map[string]int
	countries  []Country
	country    map[paiza.Country]int
	regions    map[string][]string // M49 code → names in order of languages
	factors    []Factor
	limits     []Limit
	lists      map[Kind]*list

	index  map[Kind]*index
	tongue func() *index // names of states in many languages, built when first missed

	divisions divisions
}

var builtIn = sync.OnceValue(load)

// Default is the catalog embedded in the program, read once.
func Default() *Catalog { return builtIn() }

// Version of the data, such as "2026-11.1": the month of the last change and
// its number in that month. An import keeps it, so that a later reader knows
// which names and factors were in force.
func (c *Catalog) Version() string { return c.version }

// load reads the embedded tables. They are part of the program and tested with
// it, so a malformed one is a panic, not an error.
func load() *Catalog {
	version, err := data.ReadFile("data/version.txt")
	if err != nil {
		panic("catalog: " + err.Error())
	}
	c := &Catalog{version: strings.TrimSpace(string(version)), index: map[Kind]*index{}, lists: map[Kind]*list{}}
	for _, kind := range Kinds() {
		c.index[kind] = newIndex(kind)
	}
	c.loadUnresolved()
	c.loadSubstances()
	c.loadUnits()
	c.loadFactors()
	c.loadLimits()
	c.loadCountries()
	c.loadLists()
	c.loadDivisions()
	c.tongue = sync.OnceValue(c.manyTongues)
	return c
}
