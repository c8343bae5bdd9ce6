package config

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"paiza"
)

// errForm says that a value is not of the kind its key takes.
var errForm = errors.New("config: form")

// set puts what a file or a variable gives into a field. The file gives text,
// whole numbers, truths and lists; a variable gives text, lists with commas.
func set(to reflect.Value, v any) error {
	switch p := to.Addr().Interface().(type) {
	case *string:
		return put(p, v, func(s string) (string, error) { return s, nil })
	case *bool:
		return put(p, v, strconv.ParseBool)
	case *int:
		if n, ok := v.(int64); ok && int64(int(n)) == n {
			*p = int(n)
			return nil
		}
		return put(p, v, strconv.Atoi)
	case *time.Duration:
		return put(p, v, time.ParseDuration)
	case *Size:
		if n, ok := v.(int64); ok && n >= 0 {
			*p = Size(n)
			return nil
		}
		return put(p, v, ParseSize)
	case *paiza.Schedule:
		return put(p, v, paiza.ParseSchedule)
	case *[]string:
		return putList(p, v, func(s string) (string, error) { return s, nil })
	case *[]netip.Prefix:
		return putList(p, v, parsePrefix)
	}
	panic("config: no way to read a " + to.Type().String())
}

func put[T any](to *T, v any, parse func(string) (T, error)) error {
	if same, ok := v.(T); ok {
		*to = same
		return nil
	}
	s, ok := v.(string)
	if !ok {
		return errForm
	}
	out, err := parse(s)
	if err != nil {
		return errForm
	}
	*to = out
	return nil
}

func putList[T any](to *[]T, v any, parse func(string) (T, error)) error {
	var texts []string
	switch v := v.(type) {
	case string:
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				texts = append(texts, s)
			}
		}
	case []any:
		for _, one := range v {
			s, ok := one.(string)
			if !ok {
				return errForm
			}
			texts = append(texts, s)
		}
	default:
		return errForm
	}
	out := make([]T, 0, len(texts))
	for _, s := range texts {
		one, err := parse(s)
		if err != nil {
			return errForm
		}
		out = append(out, one)
	}
	*to = out
	return nil
}

// parsePrefix takes 10.0.0.0/8 and also 10.0.0.7, which is one address.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Prefix(a.BitLen())
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

// Size is a number of bytes.
type Size int64

var units = []struct {
	name string
	size Size
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// ParseSize reads "2 GiB", "512MiB" or a number of bytes.
func ParseSize(s string) (Size, error) {
	s = strings.TrimSpace(s)
	unit := Size(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(s, u.name); ok {
			s, unit = strings.TrimSpace(rest), u.size
			break
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > int64(1<<62/unit) {
		return 0, errForm
	}
	return Size(n) * unit, nil
}

// String writes the size in the largest unit that leaves it whole.
func (s Size) String() string {
	for _, u := range units {
		if s >= u.size && s%u.size == 0 {
			return fmt.Sprintf("%d %s", s/u.size, u.name)
		}
	}
	return "0 B"
}
