package wire

import (
	"bytes"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// readItem reads a body that is in the form that encodeItem writes: the fields of
// x in their order, empty ones left out where they may be. It reports false for
// everything else, also for what encoding/json could read. It checks no more than
// it needs to read: parseItem compares what it gives with the body.
//
// encoding/json goes through a body twice, to find out whether it is JSON and
// what it says, and looks each field up by its name. At both nodes that took a
// tenth of a message's time.
func readItem(raw []byte, x any) bool {
	v := reflect.ValueOf(x).Elem()
	b, ok := bytes.CutPrefix(raw, []byte("{"))
	if !ok {
		return false
	}
	first := true
	for _, f := range fieldsOf(v.Type()) {
		rest := b
		if !first && len(rest) > 0 && rest[0] == ',' {
			rest = rest[1:]
		}
		rest, ok := bytes.CutPrefix(rest, f.key)
		switch {
		case !ok && f.optional:
			continue
		case !ok:
			return false
		}
		if b, ok = readValue(rest, v.Field(f.index)); !ok {
			return false
		}
		first = false
	}
	return string(b) == "}"
}

// itemField is a field as it stands in a body.
type itemField struct {
	index    int
	key      []byte // with quotes and colon
	optional bool
}

var itemFields sync.Map // reflect.Type: []itemField

func fieldsOf(t reflect.Type) []itemField {
	if list, ok := itemFields.Load(t); ok {
		return list.([]itemField)
	}
	var list []itemField
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		list = append(list, itemField{i, []byte(`"` + name + `":`), options == "omitempty"})
	}
	itemFields.Store(t, list)
	return list
}

// readValue reads one value into v and gives what follows it.
func readValue(b []byte, v reflect.Value) (rest []byte, ok bool) {
	switch v.Kind() {
	case reflect.String:
		s, rest, ok := readString(b)
		if ok {
			v.SetString(s)
		}
		return rest, ok
	case reflect.Int64:
		end := 0
		for end < len(b) && (b[end] == '-' || b[end] >= '0' && b[end] <= '9') {
			end++
		}
		n, err := strconv.ParseInt(string(b[:end]), 10, 64)
		v.SetInt(n)
		return b[end:], err == nil
	case reflect.Bool:
		rest, ok := bytes.CutPrefix(b, []byte("true"))
		v.SetBool(ok)
		return rest, ok
	}
	return b, false
}

// readString reads a text in quotes. A mark of JSON that encodeItem has no use for
// ends it with false.
func readString(b []byte) (s string, rest []byte, ok bool) {
	b, ok = bytes.CutPrefix(b, []byte(`"`))
	if !ok {
		return "", b, false
	}
	if end := bytes.IndexByte(b, '"'); end >= 0 && bytes.IndexByte(b[:end], '\\') < 0 {
		return string(b[:end]), b[end+1:], true
	}
	var out strings.Builder
	for {
		end := bytes.IndexAny(b, `"\`)
		if end < 0 || end+1 >= len(b) {
			return "", b, false
		}
		out.Write(b[:end])
		if b[end] == '"' {
			return out.String(), b[end+1:], true
		}
		switch b[end+1] {
		case '"', '\\':
			out.WriteByte(b[end+1])
		case 'n':
			out.WriteByte('\n')
		case 't':
			out.WriteByte('\t')
		default:
			return "", b, false // \u2028 and its like: encoding/json reads them
		}
		b = b[end+2:]
	}
}
