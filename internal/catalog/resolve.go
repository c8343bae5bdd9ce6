package catalog

import (
	"fmt"
	"strings"
)

// Resolution is what the catalog makes of a text, and why.
type Resolution struct {
	Kind Kind
	Text string // as given
	Code string // empty: not resolved, and Reason says why
	// How the code was found: one of the How constants, for HowSpelling with
	// the number of letters that differ ("spelling, 1 letter").
	How        string
	Reason     string   // a key such as "catalog.unresolved.not_listed"; see ReasonText
	Steps      []Step   // what was tried, in order
	Candidates []string // codes that an ambiguous text may mean
}

// The ways in which a text is resolved.
const (
	HowCode     = "code"       // the text is the code itself
	HowName     = "exact name" // the listed name, letter for letter
	HowSynonym  = "synonym"    // a listed other name or spelling, letter for letter
	HowFolded   = "folded"     // the same but for case, accents, blanks, punctuation
	HowPart     = "part"       // a part of the text: before or inside brackets, of a list, without the salt or the kind of division
	HowPlace    = "place"      // a listed place inside the division
	HowSpelling = "spelling"   // the only near match; followed by its distance
	// HowAmbiguous comes without a code: the Candidates say what it may mean.
	HowAmbiguous = "ambiguous"
)

// The reasons for which a text is not resolved.
const (
	ReasonEmpty     = "catalog.unresolved.empty"
	ReasonStated    = "catalog.unresolved.stated_unknown"
	ReasonNotListed = "catalog.unresolved.not_listed"
	ReasonAmbiguous = "catalog.unresolved.ambiguous"
	ReasonNumber    = "catalog.unresolved.number"
	ReasonMixture   = "catalog.unresolved.mixture"
	ReasonTotal     = "catalog.unresolved.total"
	ReasonTruncated = "catalog.unresolved.truncated"
	ReasonLocal     = "catalog.unresolved.local_name"
	ReasonAgency    = "catalog.unresolved.agency"
	ReasonState     = "catalog.unresolved.state"
	ReasonAbroad    = "catalog.unresolved.abroad"
	ReasonWaters    = "catalog.unresolved.waters"
	ReasonSeveral   = "catalog.unresolved.several"
	ReasonOther     = "catalog.unresolved.stated_other"
	ReasonStandard  = "catalog.unresolved.not_standard"
	ReasonNoUnit    = "catalog.unresolved.no_unit"
	ReasonNoCountry = "catalog.unresolved.no_country"
	ReasonNoData    = "catalog.unresolved.no_divisions"
)

var reasons = map[string]string{
	ReasonEmpty:     "nothing is written",
	ReasonStated:    "stated as unknown by the source",
	ReasonNotListed: "not in the catalog",
	ReasonAmbiguous: "may mean more than one entry",
	ReasonNumber:    "a number, not a name",
	ReasonMixture:   "several substances in one amount",
	ReasonTotal:     "a total, not an entry",
	ReasonTruncated: "a fragment of a longer name that fits many",
	ReasonLocal:     "a local or trade name whose content is not established",
	ReasonAgency:    "the name of an agency or office, not of a place",
	ReasonState:     "the name of the whole state",
	ReasonAbroad:    "a place in another state",
	ReasonWaters:    "waters, not a division of the state",
	ReasonSeveral:   "several places in one text",
	ReasonOther:     "stated as other by the source",
	ReasonStandard:  "not a division of this state in ISO 3166-2",
	ReasonNoUnit:    "a word that does not measure",
	ReasonNoCountry: "the state is not known",
	ReasonNoData:    "the catalog has no divisions of this state",
}

// Reasons lists the keys of all reasons, for the tests of package locale.
func Reasons() []string {
	out := make([]string, 0, len(reasons))
	for key := range reasons {
		out = append(out, key)
	}
	return sortedCopy(out)
}

// ReasonText is the English sentence of a reason's key; the key itself when
// there is no such reason.
func ReasonText(key string) string {
	if text, ok := reasons[key]; ok {
		return text
	}
	return key
}

// Step is one thing that was tried, for `paiza catalog resolve`.
type Step struct {
	What  string // what was tried: a How constant, or "known", "language"
	Value string // the spelling looked for
	Found string // what it led to, or empty
}

// String tells the step in English.
func (s Step) String() string {
	found := s.Found
	if found == "" {
		found = "nothing"
	}
	return fmt.Sprintf("%s %q: %s", s.What, s.Value, found)
}

// Resolve tries a text as every kind and gives what resolved first, then what
// is known not to resolve. A text that no kind knows gives one resolution with
// ReasonNotListed. Divisions are tried in every state whose divisions the
// catalog has, by listed names only.
func (c *Catalog) Resolve(text string) []Resolution {
	all := []Resolution{
		c.ResolveSubstance(text), c.ResolveUnit(text), c.ResolveCountry(text),
		c.ResolveRouting(text), c.ResolveTransport(text), c.ResolveHiding(text), c.ResolveInstallation(text),
	}
	all = append(all, c.anyDivision(text)...)
	var out, near, open []Resolution
	for _, r := range all {
		switch {
		case r.Code != "" && strings.HasPrefix(r.How, HowSpelling):
			near = append(near, r)
		case r.Code != "":
			out = append(out, r)
		case r.Reason != ReasonNotListed:
			open = append(open, r)
		}
	}
	out = append(append(out, near...), open...)
	if len(out) == 0 {
		return all[:1]
	}
	return out
}

// resolve tries a text in the order that Resolution.Steps shows: the listed
// spellings, what is known not to resolve, what the kind adds, near spellings.
func (c *Catalog) resolve(kind Kind, ix *index, text string, more func(*Resolution) bool) Resolution {
	r := Resolution{Kind: kind, Text: text}
	trimmed := strings.TrimSpace(text)
	key := fold(trimmed)
	if key == "" {
		r.Reason = ReasonEmpty
		return r
	}
	if strings.EqualFold(trimmed, "n/a") { // folds to the code of Namibia
		r.Reason = ReasonStated
		return r
	}
	if r.lookup(ix, trimmed, key) {
		return r
	}
	if statedUnknown[key] {
		r.Reason = ReasonStated
		return r
	}
	if number(trimmed) {
		r.Reason = ReasonNumber
		return r
	}
	if more != nil && more(&r) {
		return r
	}
	if r.near(ix, trimmed, key) {
		return r
	}
	r.Reason = ReasonNotListed
	return r
}

// lookup tries one spelling as it is listed. It reports whether the search is
// over, with a code or with the reason for which there is none.
func (r *Resolution) lookup(ix *index, text, key string) bool {
	if code, ok := ix.codes[text]; ok {
		r.Code, r.How = code, HowCode
		r.step(HowCode, text, code)
		return true
	}
	if t, ok := ix.names[key]; ok {
		r.Code, r.How = t.code, HowFolded
		if t.name == text || t.rank == rankPlace {
			r.How = [...]string{HowName, HowSynonym, HowPlace}[t.rank]
		}
		r.step(r.How, text, t.code)
		return true
	}
	if o, ok := ix.known[key]; ok {
		r.Reason, r.Candidates = o.reason, o.candidates
		if len(o.candidates) > 0 {
			r.How = HowAmbiguous
		}
		r.step("known", text, ReasonText(o.reason))
		return true
	}
	r.step(HowFolded, key, "")
	return false
}

// part looks a part of the text up. It reports whether that gave a code.
func (r *Resolution) part(ix *index, part string) bool {
	if t, ok := ix.names[fold(part)]; ok {
		r.Code, r.How = t.code, HowPart
		r.step(HowPart, part, t.code)
		return true
	}
	r.step(HowPart, part, "")
	return false
}

// brackets tries what stands before brackets and inside them. Two different
// codes are a contradiction of the source and resolve to neither.
func (r *Resolution) brackets(ix *index) bool {
	before, inside, ok := apart(r.Text)
	if !ok {
		return false
	}
	a, b := ix.names[fold(before)].code, ix.names[fold(inside)].code
	r.step(HowPart, before, a)
	r.step(HowPart, inside, b)
	switch {
	case a != "" && b != "" && a != b:
		r.ambiguous(a, b)
		return true
	case a != "":
		r.Code, r.How = a, HowPart
		return true
	case b != "":
		r.Code, r.How = b, HowPart
		return true
	}
	return false
}

// without tries the text without the words that do not distinguish entries.
func (r *Resolution) without(ix *index, drop []string) bool {
	if short, ok := dropWords(words(r.Text), drop); ok {
		return r.part(ix, short)
	}
	return false
}

// near tries the nearest listed spellings.
func (r *Resolution) near(ix *index, text, key string) bool {
	codes, name, far := ix.near(key)
	switch {
	case len(codes) == 0:
		r.step(HowSpelling, text, "")
		return false
	case len(codes) > 1:
		r.step(HowSpelling, text, strings.Join(codes, ", "))
		r.ambiguous(codes...)
		return true
	}
	r.Code, r.How = codes[0], HowSpelling+", 1 letter"
	if far > 1 {
		r.How = fmt.Sprintf("%s, %d letters", HowSpelling, far)
	}
	r.step(r.How, name, r.Code)
	return true
}

func (r *Resolution) ambiguous(codes ...string) {
	r.Code, r.How, r.Reason, r.Candidates = "", HowAmbiguous, ReasonAmbiguous, sortedCopy(codes)
}

func (r *Resolution) step(what, value, found string) {
	r.Steps = append(r.Steps, Step{what, value, found})
}

// dropWords leaves out of folded words those in drop, as words of their own or,
// for scripts without blanks, at the beginning. ok is false when nothing was
// left out or nothing is left.
func dropWords(folded string, drop []string) (string, bool) {
	var kept []string
	dropped := false
	for _, w := range strings.Fields(folded) {
		if contains(drop, w) {
			dropped = true
			continue
		}
		for _, d := range drop {
			if d[0] >= 0xe4 && strings.HasPrefix(w, d) && len(w) > len(d) { // Chinese
				w, dropped = w[len(d):], true
			}
		}
		kept = append(kept, w)
	}
	return strings.Join(kept, " "), dropped && len(kept) > 0
}

// loadUnresolved reads data/unresolved.tsv: spellings that sources use and that
// do not mean one entry. Divisions are listed with the divisions.
func (c *Catalog) loadUnresolved() {
	table("unresolved.tsv", []string{"kind", "text", "reason", "candidates", "note"}, func(r row) {
		f := r.fields
		ix := c.index[Kind(f[0])]
		reason := "catalog.unresolved." + f[2]
		if ix == nil || reasons[reason] == "" {
			r.bad("unknown kind or reason")
		}
		var candidates []string
		each(f[3], func(code string) { candidates = append(candidates, code) })
		ix.known[fold(f[1])] = open{reason, candidates}
	})
}

// statedUnknown are folded spellings by which sources of any language say that
// they do not know.
var statedUnknown = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range []string{
		"Unknown", "Not known", "Unk", "Unspecified", "Not specified", "Non-specified", "Not stated", "Not available",
		"NA", "NULL", "None given", "Not indicated", "Undetermined", "Unidentified", "Not applicable", "Any", "No data",
		"Неизвестно", "Неизвестен", "Неизвестная", "Не известно", "Не указано", "Не указан", "Не установлено", "Не установлен", "Нет данных", "н/д",
		"未知", "不详", "不明", "未说明", "无", "Desconocido", "Desconocida", "Se desconoce", "No indica", "Sin dato", "Sin datos", "No reportado", "Sin especificar",
		"Ignorado", "Ignorada", "Não informado", "Não identificada", "Desconhecido", "Desconhecida", "Inconnu", "Inconnue", "Non précisé", "Non spécifié", "Unbekannt", "Sconosciuto",
	} {
		m[fold(s)] = true
	}
	return m
}()
