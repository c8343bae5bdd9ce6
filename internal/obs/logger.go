// Package obs is how an operator sees a node from outside: its log and its
// figures. Doors call it; it knows nothing of what the node keeps.
//
// Nothing that people wrote, no name, no secret and no address with its query
// may come out here. Two walls keep that: an attribute whose key is not in the
// list of logger.go is withheld, and every text that remains goes through
// redact.go. Read logger.go, request.go (one line and one count for each
// request), metric.go (the registry) and state.go (figures asked for at each
// scrape).
package obs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"paiza"
)

// plain are the keys of attributes that may be written. A key stands here when
// its values are made by the program and say nothing of what the node keeps.
var plain = map[string]bool{
	"request": true, "method": true, "route": true, "status": true, "ms": true, "bytes": true, "person": true,
	"error": true, "err": true, "panic": true, "stack": true, "kind": true, "check": true,
	"import": true, "upload": true, "rows": true, "n": true, "version": true, "engine": true,
	"address": true, "file": true, "folder": true, "expires": true, "after": true, "took": true, "job": true, "signal": true,
	"cause": true, "webhook": true, "peer": true, "verb": true, "refused": true, "epoch": true, "number": true,
}

// NewLogger writes to w at the level (debug, info, warn, error) and in the
// format (text, json) that package config knows; anything else is info and
// text.
func NewLogger(w io.Writer, level, format string) *slog.Logger {
	var at slog.Level
	if err := at.UnmarshalText([]byte(level)); err != nil {
		at = slog.LevelInfo
	}
	opt := &slog.HandlerOptions{Level: at}
	var h slog.Handler = slog.NewTextHandler(w, opt)
	if format == "json" {
		h = slog.NewJSONHandler(w, opt)
	}
	return slog.New(handler{h})
}

// handler holds back what must not come out, before another handler writes.
type handler struct{ next slog.Handler }

func (h handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, redact(r.Message), r.PC)
	if id := RequestID(ctx); id != "" {
		out.AddAttrs(slog.String("request", id))
	}
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(safe(a))
		return true
	})
	return h.next.Handle(ctx, out)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = safe(a)
	}
	return handler{h.next.WithAttrs(out)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name)} }

// safe is an attribute as it may be written.
func safe(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		var members []slog.Attr
		for _, m := range v.Group() {
			members = append(members, safe(m))
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(members...)}
	}
	if !plain[a.Key] {
		return slog.String(a.Key, withheld)
	}
	switch v.Kind() {
	case slog.KindBool, slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindDuration, slog.KindTime:
		return slog.Attr{Key: a.Key, Value: v}
	case slog.KindString:
		if a.Key == "panic" {
			return slog.String(a.Key, unquote(redact(v.String())))
		}
		return slog.String(a.Key, redact(v.String()))
	}
	if err, ok := v.Any().(error); ok {
		return slog.String(a.Key, errorText(err))
	}
	return slog.String(a.Key, unquote(redact(fmt.Sprint(v.Any()))))
}

// errorText says of an error what an operator can use. The arguments of a
// refusal are what a person wrote, and what other errors quote often is too.
func errorText(err error) string {
	var pe *paiza.Error
	if !errors.As(err, &pe) {
		return unquote(redact(err.Error()))
	}
	text := pe.Kind.Error() + ": " + pe.Key
	var fields []string
	for _, f := range pe.Fields {
		fields = append(fields, f.Field+" "+f.Key)
	}
	if len(fields) > 0 {
		text += " (" + redact(strings.Join(fields, ", ")) + ")"
	}
	if pe.Err != nil {
		text += ": " + errorText(pe.Err)
	}
	return text
}
