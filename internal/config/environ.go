package config

import (
	"slices"
	"strings"

	"paiza"
)

// others are variables of the program that no key has: the language of the
// command line and the file itself.
var others = []string{"PAIZA_LANG", "PAIZA_CONFIG"}

// environ takes what the variables say, which wins over the file. A variable
// that is empty says nothing. NAME_FILE names a file that holds a secret.
func (l *loader) environ(list []string) {
	given := map[string]string{}
	for _, one := range list {
		if name, value, ok := strings.Cut(one, "="); ok && strings.HasPrefix(name, "PAIZA_") && value != "" {
			given[name] = value
		}
	}
	for _, k := range l.keys {
		value, file := given[k.Env], given[k.Env+"_FILE"]
		switch {
		case k.Secret && value != "" && file != "":
			l.fault.add(k.Env, "config.twice", paiza.Args{"other": k.Env + "_FILE"})
		case value != "":
			l.take(k, k.Env, value)
		case k.Secret && file != "":
			l.secret(k, k.Env+"_FILE", file)
		}
	}
	l.misspelt(given)
}

// misspelt notes variables that are nearly one of ours: they would be passed
// over without a word. Variables of other programs and of tests stay alone.
func (l *loader) misspelt(given map[string]string) {
	known := slices.Clone(others)
	for _, k := range l.keys {
		known = append(known, k.Env)
		if k.Secret {
			known = append(known, k.Env+"_FILE")
		}
	}
	var names []string
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		if near := nearest(name, known); distance(name, near) <= 2 {
			l.fault.add(name, "config.unknown_variable", paiza.Args{"nearest": near})
		}
	}
}
