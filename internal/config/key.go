package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Key is one thing that can be decided.
type Key struct {
	Path   string // section.name, or name alone
	Env    string
	Secret bool // masked when shown; also read from a file: Path+"_file", Env+"_FILE"
	preset string
	value  reflect.Value
}

// keys lists the fields of c in their order.
func keys(c *Config) []Key {
	var out []Key
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if name := f.Tag.Get("toml"); name != "" {
			out = append(out, keyOf("", f, v.Field(i)))
			continue
		}
		for j := range v.Field(i).NumField() {
			out = append(out, keyOf(strings.ToLower(f.Name)+".", f.Type.Field(j), v.Field(i).Field(j)))
		}
	}
	return out
}

func keyOf(section string, f reflect.StructField, v reflect.Value) Key {
	return Key{Path: section + f.Tag.Get("toml"), Env: f.Tag.Get("env"), Secret: f.Tag.Get("secret") == "true",
		preset: f.Tag.Get("default"), value: v}
}

// Keys lists every key with the default that it has.
func Keys() []Key {
	c := Default()
	return keys(&c)
}

// Section is the table of the file in which the key stands; empty for none.
func (k Key) Section() string {
	section, _, ok := strings.Cut(k.Path, ".")
	if !ok {
		return ""
	}
	return section
}

// Name is the key without its table.
func (k Key) Name() string { return strings.TrimPrefix(k.Path, k.Section()+".") }

// Text is the value as the file would write it.
func (k Key) Text() string {
	switch v := k.value.Interface().(type) {
	case string:
		return strconv.Quote(v)
	case bool, int:
		return fmt.Sprint(v)
	case []string:
		return quotedList(v)
	case []netip.Prefix:
		return quotedList(v)
	case time.Duration:
		return strconv.Quote(shortDuration(v))
	case fmt.Stringer:
		return strconv.Quote(v.String())
	}
	panic("config: no way to write " + k.Path)
}

func quotedList[T any](list []T) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = strconv.Quote(fmt.Sprint(v))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// shortDuration leaves out the units that are zero: 12h, not 12h0m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// masked stands for a secret that is there.
const masked = `"***"`

// Shown is Text with a secret masked. Of the address of a database only the
// password is one.
func (k Key) Shown() string {
	text, _ := k.value.Interface().(string)
	switch {
	case !k.Secret || text == "":
		return k.Text()
	case k.Path == "store" && !strings.Contains(text, "://"):
		return k.Text()
	case k.Path == "store":
		u, err := url.Parse(text)
		if err != nil {
			return masked
		}
		// A password may stand in the query too, as may others that no list names.
		u.RawQuery = ""
		return strconv.Quote(u.Redacted())
	}
	return masked
}

// List gives the keys of a configuration with its values.
func (c Config) List() []Key { return keys(&c) }
