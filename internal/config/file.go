package config

import (
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"paiza"
)

// The limits of what is read: a configuration is small.
const (
	maxFile   = 1 << 20
	maxSecret = 64 << 10
)

// faults collects everything that is wrong, in the order of the file.
type faults struct {
	file string
	list []paiza.FieldError
}

func (f *faults) add(where, key string, args paiza.Args) {
	f.list = append(f.list, paiza.FieldError{Field: where, Key: key, Args: args})
}

// at names a place of the file as editors do: paiza.toml:12.
func (f *faults) at(line int, path string) string {
	if line == 0 {
		return f.file + ": " + path
	}
	return f.file + ":" + strconv.Itoa(line) + ": " + path
}

// err is one refusal of all the faults; nil when there are none.
func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "config.faults", Args: paiza.Args{"n": len(f.list)}, Fields: f.list}
}

// loader fills one configuration and remembers where each value came from.
type loader struct {
	c     Config
	keys  []Key
	from  map[string]string // path of a key → where it was given
	fault faults
}

func newLoader() *loader {
	l := &loader{c: Default(), from: map[string]string{}}
	l.keys = keys(&l.c)
	return l
}

// Load reads a file (none when empty), the environment over it and the flags
// over that (path of a key → value), and checks the whole. Every fault is a
// field of the one error of kind ErrInvalid; it is ErrNotFound when there is no
// such file.
func Load(file string, environ []string, flags map[string]string) (Config, error) {
	l := newLoader()
	if err := l.open(file); err != nil {
		return l.c, err
	}
	l.environ(environ)
	for _, k := range l.keys {
		if v, ok := flags[k.Path]; ok {
			l.take(k, "--"+strings.ReplaceAll(k.Name(), "_", "-"), v)
		}
	}
	l.check()
	return l.c, l.fault.err()
}

// StoreOf answers what a verb at the machine of the store needs: which store,
// where the node's secret lies, and what holds of sign-ins, so that an account
// that is opened at the console has a password that the pages would take. What a
// file and the environment say of addresses, certificates and folders is read and
// not checked.
func StoreOf(file string, environ []string) (Config, error) {
	l := newLoader()
	if err := l.open(file); err != nil {
		return Config{}, err
	}
	l.environ(environ)
	l.checkSession()
	return l.c, l.fault.err()
}

// open reads a file; none when the name is empty.
func (l *loader) open(file string) error {
	if file == "" {
		return nil
	}
	raw, err := readSmall(file, maxFile)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return &paiza.Error{Kind: paiza.ErrNotFound, Key: "config.no_file", Args: paiza.Args{"file": file}, Err: err}
	case err != nil:
		return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "config.unreadable", Args: paiza.Args{"file": file}, Err: err}
	}
	l.fault.file = filepath.Base(file)
	l.file(raw)
	return nil
}

// Parse reads the text of a file alone, as Load does. name is for the faults.
func Parse(name string, raw []byte) (Config, error) {
	l := newLoader()
	l.fault.file = name
	l.file(raw)
	l.check()
	return l.c, l.fault.err()
}

var errLarge = errors.New("config: the file is too large")

// readSmall reads a file that has at most limit bytes. Of a device or a pipe it
// reads no more than that either.
func readSmall(file string, limit int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = errLarge
	}
	return raw, err
}

// file takes what the file says.
func (l *loader) file(raw []byte) {
	if len(raw) > maxFile {
		l.fault.add(l.fault.file, "config.too_large", nil)
		return
	}
	var tree map[string]any
	if err := toml.Unmarshal(raw, &tree); err != nil {
		line := 0
		if at := new(toml.DecodeError); errors.As(err, &at) {
			line, _ = at.Position()
		}
		l.fault.add(strings.TrimSuffix(l.fault.at(line, ""), ": "), "config.syntax", nil)
		return
	}
	lines := lineNumbers(raw)
	l.table("", tree, lines)
	slices.SortStableFunc(l.fault.list, func(a, b paiza.FieldError) int { return lineOf(a.Field) - lineOf(b.Field) })
}

func lineOf(where string) int {
	parts := strings.SplitN(where, ":", 3)
	if len(parts) < 3 {
		return 0
	}
	n, _ := strconv.Atoi(parts[1])
	return n
}

func (l *loader) table(prefix string, tree map[string]any, lines map[string]int) {
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		path := prefix + name
		where := l.fault.at(lines[path], path)
		if sub, ok := tree[name].(map[string]any); ok && prefix == "" && l.section(name) {
			l.table(name+".", sub, lines)
			continue
		}
		i := slices.IndexFunc(l.keys, func(k Key) bool { return path == k.Path || k.Secret && path == k.Path+"_file" })
		if i < 0 {
			known := l.paths()
			if _, table := tree[name].(map[string]any); table && prefix == "" {
				known = l.sections()
			}
			l.fault.add(where, "config.unknown_key", paiza.Args{"nearest": nearest(path, known)})
			continue
		}
		k := l.keys[i]
		if path != k.Path {
			file, _ := tree[name].(string)
			if _, both := tree[k.Name()]; both {
				l.fault.add(where, "config.twice", paiza.Args{"other": k.Path})
				continue
			}
			l.secret(k, where, file)
			continue
		}
		l.take(k, where, tree[name])
	}
}

// take puts a value into its key, or notes why it cannot be.
func (l *loader) take(k Key, where string, v any) {
	l.from[k.Path] = where
	if err := set(k.value, v); err != nil {
		l.fault.add(where, "config.form."+formOf(k), nil)
	}
}

// secret takes a value from a file of its own.
func (l *loader) secret(k Key, where, file string) {
	raw, err := readSmall(file, maxSecret)
	if err != nil {
		l.fault.add(where, "config.secret_file", paiza.Args{"file": file})
		return
	}
	l.take(k, where, strings.TrimRight(string(raw), "\r\n"))
}

// formOf names the sentence that says what a key takes.
func formOf(k Key) string {
	switch k.value.Type().String() {
	case "bool":
		return "bool"
	case "int":
		return "number"
	case "time.Duration":
		return "duration"
	case "config.Size":
		return "size"
	case "paiza.Schedule":
		return "schedule"
	case "[]netip.Prefix":
		return "networks"
	case "[]string":
		return "list"
	}
	return "text"
}

func (l *loader) section(name string) bool {
	return name != "" && slices.Contains(l.sections(), name)
}

func (l *loader) sections() []string {
	var out []string
	for _, k := range l.keys {
		if s := k.Section(); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (l *loader) paths() []string {
	var out []string
	for _, k := range l.keys {
		out = append(out, k.Path)
	}
	return out
}

// lineNumbers finds the line of every key and table. The text has been parsed
// before, so it is well formed.
func lineNumbers(raw []byte) map[string]int {
	out := map[string]int{}
	var p unstable.Parser
	p.Reset(raw)
	table := ""
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.Table && e.Kind != unstable.ArrayTable && e.Kind != unstable.KeyValue {
			continue
		}
		var names []string
		line := 0
		for it := e.Key(); it.Next(); {
			if line == 0 {
				line = p.Shape(it.Node().Raw).Start.Line
			}
			names = append(names, string(it.Node().Data))
		}
		path := strings.Join(names, ".")
		if e.Kind == unstable.KeyValue {
			path = table + path
		} else {
			table = path + "."
		}
		// A table that is only named by the path of another has its line too.
		for i := range len(path) + 1 {
			if (i == len(path) || path[i] == '.') && out[path[:i]] == 0 {
				out[path[:i]] = line
			}
		}
	}
	return out
}
