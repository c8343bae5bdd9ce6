package catalog

import (
	"strings"

	"paiza"
)

// divisionWords name the kind of a division, or who reports from it, and not
// the division.
var divisionWords = strings.Fields(`
	region district province state territory division oblast krai kray governorate prefecture county
	department canton republic autonomous area okrug voivodeship municipality metropolitan city rayon
	область обл край республика респ автономный автономная округ ао г город
	provincia departamento estado dpto departement wilaya velayat viloyat oblusu oblasy jud judet loc
	police excise narcotics customs
	of de del the la`)

// kindWords are those of divisionWords that only a division bears; a city does
// not decide between "Kaluga Region" and "Kirov".
var kindWords = strings.Fields(`
	region district province state territory oblast krai kray governorate prefecture department canton
	republic area okrug область обл край республика округ provincia departamento estado`)

// kindSigns end Chinese names of divisions and name their kind.
var kindSigns = []string{"特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "边疆区", "共和国", "自治州", "大区", "省", "市", "州", "邦", "府", "县"}

// ResolveDivision finds the first-level division that a text means in a state.
// Beyond the listed spellings it tries the text without the word for the kind
// of division ("Новосибирская обл.", "Latgale region"), the parts of a text
// with commas, semicolons or slashes ("Samara Region, Tol'yatti city",
// "Mixco, Guatemala"), the parts of brackets, and a near match. It may be given
// the text of a place where a source has no column for the division. A text
// that names a state, another place abroad or an office is not resolved.
func (c *Catalog) ResolveDivision(country paiza.Country, text string) Resolution {
	s := c.divisions.states[country]
	if s == nil {
		r := Resolution{Kind: KindDivision, Text: text, Reason: ReasonNoData}
		switch _, ok := c.country[country]; {
		case fold(text) == "":
			r.Reason = ReasonEmpty
		case !ok:
			r.Reason = ReasonNoCountry
		}
		return r
	}
	ix := s.load().ix
	r := c.resolve(KindDivision, ix, text, func(r *Resolution) bool {
		return s.office(r) || c.abroad(r, country) ||
			r.without(ix, divisionWords) || r.brackets(ix) || r.parts(ix)
	})
	return r
}

// office recognises texts that begin like an office of the state.
func (s *state) office(r *Resolution) bool {
	if len(s.abroad) == 0 {
		return false
	}
	w := words(r.Text) + " "
	for _, p := range s.abroad {
		if strings.HasPrefix(w, p.words) {
			r.Reason = p.reason
			r.step("known", p.words+"*", ReasonText(p.reason))
			return true
		}
	}
	return false
}

// abroad recognises the name of a state, its own or another.
func (c *Catalog) abroad(r *Resolution, country paiza.Country) bool {
	t, ok := c.index[KindCountry].names[fold(r.Text)]
	if !ok {
		return false
	}
	r.Reason = ReasonAbroad
	if t.code == string(country) {
		r.Reason = ReasonState
	}
	r.step("known", r.Text, t.code)
	return true
}

// parts tries what stands between commas, semicolons and slashes.
func (r *Resolution) parts(ix *index) bool {
	if !strings.ContainsAny(r.Text, ",;/") {
		return false
	}
	var found, named []string
	split := func(ch rune) bool { return ch == ',' || ch == ';' || ch == '/' }
	for n, part := range strings.FieldsFunc(r.Text, split) {
		key := fold(part)
		if code := ix.heads[key]; n == 0 && code != "" {
			r.step(HowPart, strings.TrimSpace(part)+", *", code)
			return r.settle([]string{code}, nil)
		}
		code := ix.names[key].code
		if short, ok := dropWords(words(part), divisionWords); ok && code == "" {
			code = ix.names[fold(short)].code
		}
		r.step(HowPart, strings.TrimSpace(part), code)
		if code != "" && !contains(found, code) {
			found = append(found, code)
		}
		if _, says := dropWords(words(part), kindWords); says && code != "" && !contains(named, code) {
			named = append(named, code)
		}
	}
	return r.settle(found, named)
}

// settle makes of the divisions that parts of a text name one, or none: with
// several, the one whose part says that it is a division decides ("Moscow
// Region, Moscow").
func (r *Resolution) settle(found, named []string) bool {
	if len(named) == 1 {
		found = named
	}
	switch len(found) {
	case 0:
		return false
	case 1:
		r.Code, r.How = found[0], HowPart
	default:
		r.How, r.Reason, r.Candidates = HowAmbiguous, ReasonSeveral, sortedCopy(found)
	}
	return true
}

// anyDivision looks a text up among the listed names of the divisions of every
// state.
func (c *Catalog) anyDivision(text string) []Resolution {
	key := fold(text)
	var out []Resolution
	for i := range c.countries {
		s := c.divisions.states[c.countries[i].Code]
		if s == nil || key == "" {
			continue
		}
		ix := s.load().ix
		r := Resolution{Kind: KindDivision, Text: text}
		if ix.names[key].code != "" || ix.codes[strings.TrimSpace(text)] != "" {
			r.lookup(ix, strings.TrimSpace(text), key)
			out = append(out, r)
		}
	}
	return out
}
