package catalog

import "paiza"

// loadSubstances reads data/substances.tsv.
func (c *Catalog) loadSubstances() {
	ix := c.index[KindSubstance]
	c.substance = make(map[string]int, 600)
	columns := []string{"code", "group", "class", "generic", "en", "ru", "zh", "synonyms"}
	table("substances.tsv", columns, func(r row) {
		f := r.fields
		s := paiza.Substance{Code: f[0], Group: paiza.Group(f[1]), Class: paiza.Class(f[2]),
			Generic: f[3] == "generic", Name: names(f[4], f[5], f[6])}
		if _, ok := c.substance[s.Code]; ok {
			r.bad("code twice")
		}
		c.substance[s.Code] = len(c.substances)
		c.substances = append(c.substances, s)
		if s.Code == paiza.SubstanceUnknown {
			return // what no text means
		}
		for _, name := range f[4:7] {
			ix.add(name, s.Code, rankName)
		}
		ix.codes[s.Code] = s.Code
		each(f[7], func(name string) { ix.add(name, s.Code, rankSynonym) })
	})
	ix.freeze()
}

// Substance gives the entry of a code.
func (c *Catalog) Substance(code string) (paiza.Substance, bool) {
	i, ok := c.substance[code]
	if !ok {
		return paiza.Substance{}, false
	}
	return c.substances[i], true
}

// Substances lists every substance in the order of the groups, including
// paiza.SubstanceUnknown at the end. The caller must not change it.
func (c *Catalog) Substances() []paiza.Substance { return c.substances }

// Group gives the group of a substance, GroupUnknown for a code that the
// catalog does not know.
func (c *Catalog) Group(code string) paiza.Group {
	if i, ok := c.substance[code]; ok {
		return c.substances[i].Group
	}
	return paiza.GroupUnknown
}

// salts are words that name the salt of a substance and not another one. Where
// a source distinguishes the salt (cocaine hydrochloride), the catalog lists it
// as a name of its own, which is tried first.
var salts = []string{
	"hydrochloride", "hydrochlorid", "hcl", "sulphate", "sulfate", "sulfat", "citrate", "tartrate",
	"bitartrate", "phosphate", "maleate", "fumarate", "hydrobromide", "hydrogensulfate", "succinate",
	"chlorhydrate", "clorhidrato", "cloridrato", "гидрохлорид", "сульфат", "гидробромид", "тартрат",
	"цитрат", "фосфат", "盐酸", "硫酸",
}

// forms are words that name how a substance is made up. Where the form decides
// (an entry "Amphetamine tablets"), the catalog lists it and it is tried first.
var forms = []string{
	"powder", "tablet", "tablets", "pill", "pills", "capsule", "capsules", "crystal", "crystals",
	"порошок", "порошке", "таблетки", "таблетках", "в", "капсулы", "кристаллы",
	"polvo", "en", "em", "po", "comprimidos", "tabletas", "pastillas", "poudre", "comprimes",
}

// ResolveSubstance finds the substance that a text means. Beyond the listed
// names it tries the parts before and inside brackets, the name without the
// word for its salt or its form, and a near match.
func (c *Catalog) ResolveSubstance(text string) Resolution {
	return c.resolve(KindSubstance, c.index[KindSubstance], text, func(r *Resolution) bool {
		ix := c.index[KindSubstance]
		return r.brackets(ix) || r.without(ix, salts) || r.without(ix, forms)
	})
}
