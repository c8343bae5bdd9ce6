// Package locale speaks to a person in his own language: sentences with
// plurals, dates, numbers, the order of words in a list.
//
// A catalogue is a set of TOML files, one folder a language and one file a
// subject (messages/ru/seizure.toml); tables nest and their names joined by
// dots are the key: [seizure.list] title is "seizure.list.title". A sentence
// that counts is a table of CLDR plural forms whose number is the placeholder
// {n}, or the one that `of` names:
//
//	rows = { one = "{n} row", other = "{n} rows" }
//
// A placeholder is {name}; {name|right} looks its value up as the key
// "right.<value>", and {year|raw} keeps digits ungrouped. Tests hold every
// language to the same keys, placeholders and plural forms, and every key that
// a template or a Go file names to the catalogues.
//
// Read message.go for sentences, number.go and date.go for figures. The
// package knows no names of states or substances: those are package catalog's.
package locale

import (
	"cmp"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Default is the language of a person who has said nothing.
const Default = "en"

// tongue is what the code, not the catalogue, has to know of a language.
type tongue struct {
	tag     language.Tag
	html    string // value of the lang attribute
	name    string // in the language itself
	group   string // between thousands
	point   string // before decimals
	percent string // between number and sign
}

// A narrow no-break space would be right for Russian, but the system fonts of
// older office machines draw it as a box.
var tongues = map[string]tongue{
	"en": {language.English, "en", "English", ",", ".", ""},
	"ru": {language.Russian, "ru", "Русский", "\u00a0", ",", "\u00a0"},
	"zh": {language.SimplifiedChinese, "zh-Hans", "中文", ",", ".", ""},
}

// Languages lists the tags in the order in which pages offer them.
func Languages() []string { return []string{"en", "ru", "zh"} }

// Known reports whether there is a catalogue for exactly this tag.
func Known(tag string) bool { _, ok := tongues[tag]; return ok }

var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, tag := range Languages() {
		tags = append(tags, tongues[tag].tag)
	}
	return language.NewMatcher(tags)
})

// Match gives the best language for an Accept-Language header or any BCP 47
// tag, and false when none of ours would be understood.
func Match(accept string) (string, bool) {
	if len(accept) > 1000 {
		return Default, false
	}
	want, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(want) == 0 {
		return Default, false
	}
	_, i, sure := matcher().Match(want...)
	if sure == language.No {
		return Default, false
	}
	return Languages()[i], true
}

// Printer writes in one language. It is safe for concurrent use.
type Printer struct {
	lang     string
	tongue   tongue
	messages map[string]message
	order    sync.Pool // *collate.Collator, which is not safe for concurrent use
}

var printers = sync.OnceValue(func() map[string]*Printer {
	out := map[string]*Printer{}
	for _, tag := range Languages() {
		t := tongues[tag]
		p := &Printer{lang: tag, tongue: t, messages: load(tag)}
		p.order.New = func() any { return collate.New(t.tag, collate.Numeric) }
		out[tag] = p
	}
	return out
})

// For gives the printer of the nearest language, English when there is none.
func For(tag string) *Printer {
	if p := printers()[tag]; p != nil {
		return p
	}
	near, _ := Match(tag)
	return printers()[near]
}

// Tag is the catalogue's tag: en, ru, zh.
func (p *Printer) Tag() string { return p.lang }

// HTML is the value for the lang attribute of a page.
func (p *Printer) HTML() string { return p.tongue.html }

// Name is what the language calls itself.
func (p *Printer) Name() string { return p.tongue.name }

// Dir is the direction of writing, ltr or rtl.
func (p *Printer) Dir() string {
	switch s, _ := p.tongue.tag.Script(); s.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo":
		return "rtl"
	}
	return "ltr"
}

// Collate orders two words as a dictionary of the language does; digits by
// their value.
func (p *Printer) Collate(a, b string) int {
	c := p.order.Get().(*collate.Collator)
	defer p.order.Put(c)
	return cmp.Or(c.CompareString(a, b), cmp.Compare(a, b))
}

// SortBy puts a list into the language's order by the word that name gives.
func SortBy[T any](p *Printer, list []T, name func(T) string) {
	slices.SortStableFunc(list, func(a, b T) int { return p.Collate(name(a), name(b)) })
}
