package catalog

import "paiza"

// Entry is a value of a short list: a routing, a means of transport, a hiding
// place, an installation.
type Entry struct {
	Code string
	Name map[string]string
}

type list struct {
	entries []Entry
	at      map[string]int
}

// loadLists reads the short lists. The codes of routings are paiza.Routing's.
func (c *Catalog) loadLists() {
	for _, kind := range []Kind{KindRouting, KindTransport, KindHiding, KindInstallation} {
		c.lists[kind] = &list{at: map[string]int{}}
	}
	table("lists.tsv", []string{"kind", "code", "en", "ru", "zh", "spellings"}, func(r row) {
		f := r.fields
		l, ix := c.lists[Kind(f[0])], c.index[Kind(f[0])]
		if l == nil {
			r.bad("unknown kind")
		}
		l.at[f[1]] = len(l.entries)
		l.entries = append(l.entries, Entry{f[1], names(f[2], f[3], f[4])})
		if f[0] == string(KindRouting) && f[1] == string(paiza.RoutingUnknown) {
			return // what no text means
		}
		for _, name := range f[2:5] {
			ix.add(name, f[1], rankName)
		}
		ix.codes[f[1]] = f[1]
		each(f[5], func(name string) { ix.add(name, f[1], rankSynonym) })
	})
	for kind := range c.lists {
		c.index[kind].freeze()
	}
}

// Entries lists the routings, means of transport, hiding places or
// installations; nil for another kind. The caller must not change it.
func (c *Catalog) Entries(kind Kind) []Entry {
	if l := c.lists[kind]; l != nil {
		return l.entries
	}
	return nil
}

func (c *Catalog) resolveList(kind Kind, text string) Resolution {
	ix := c.index[kind]
	return c.resolve(kind, ix, text, func(r *Resolution) bool { return r.brackets(ix) })
}

// ResolveRouting finds the kind of place that a text means; its code is a
// paiza.Routing. "Unknown" is not resolved.
func (c *Catalog) ResolveRouting(text string) Resolution { return c.resolveList(KindRouting, text) }

// ResolveTransport finds the means of transport.
func (c *Catalog) ResolveTransport(text string) Resolution {
	return c.resolveList(KindTransport, text)
}

// ResolveHiding finds the hiding place.
func (c *Catalog) ResolveHiding(text string) Resolution { return c.resolveList(KindHiding, text) }

// ResolveInstallation finds the installation, the kind of site of the seizure.
func (c *Catalog) ResolveInstallation(text string) Resolution {
	return c.resolveList(KindInstallation, text)
}
