package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"paiza"
	"paiza/wire"
)

// Seizures reads a page of rows, newest first.
func (c *Client) Seizures(ctx context.Context, f paiza.SeizureFilter, p paiza.Page) (wire.SeizureList, error) {
	q := wire.FormatFilter(f)
	if p.Size > 0 {
		q.Set("limit", strconv.Itoa(p.Size))
	}
	if p.After != "" {
		q.Set(wire.KeyAfter, p.After)
	}
	var out wire.SeizureList
	return out, c.get(ctx, "/seizures", q, &out)
}

// AllSeizures gives every row that matches, page after page. An error ends it.
func (c *Client) AllSeizures(ctx context.Context, f paiza.SeizureFilter) iter.Seq2[wire.Seizure, error] {
	return func(yield func(wire.Seizure, error) bool) {
		for after := ""; ; {
			list, err := c.Seizures(ctx, f, paiza.Page{Size: 1000, After: after})
			if err != nil {
				yield(wire.Seizure{}, err)
				return
			}
			for _, z := range list.Seizures {
				if !yield(z, nil) {
					return
				}
			}
			if after = list.Next; after == "" {
				return
			}
		}
	}
}

// Seizure reads one row.
func (c *Client) Seizure(ctx context.Context, id string) (wire.Seizure, error) {
	var out wire.Seizure
	return out, c.get(ctx, "/seizures/"+url.PathEscape(id), nil, &out)
}

// SourceRow reads the row of the file that a seizure came from.
func (c *Client) SourceRow(ctx context.Context, id string) (wire.SourceRow, error) {
	var out wire.SourceRow
	return out, c.get(ctx, "/seizures/"+url.PathEscape(id)+"/source", nil, &out)
}

// SeizureHistory lists what was done to a seizure.
func (c *Client) SeizureHistory(ctx context.Context, id string) (wire.Acts, error) {
	var out wire.Acts
	return out, c.get(ctx, "/seizures/"+url.PathEscape(id)+"/history", nil, &out)
}

// RecordSeizure records one seizure.
func (c *Client) RecordSeizure(ctx context.Context, in wire.NewSeizure) (wire.Seizure, error) {
	var out wire.Seizure
	return out, c.post(ctx, "/seizures", in, &out)
}

// Totals lists official yearly figures.
func (c *Client) Totals(ctx context.Context, s paiza.Slice) (wire.TotalList, error) {
	var out wire.TotalList
	return out, c.get(ctx, "/totals", wire.FormatSlice(s), &out)
}

// ExportSeizures opens every matching row as a file: format is csv, xlsx or
// ndjson. A file that the node could not finish ends with an error and not as a
// whole one. The caller closes it.
func (c *Client) ExportSeizures(ctx context.Context, f paiza.SeizureFilter, format string) (io.ReadCloser, error) {
	resp, err := c.send(ctx, call{method: http.MethodGet, path: "/exports/seizures." + url.PathEscape(format), query: wire.FormatFilter(f)})
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// EachSeizure gives every matching row from one export, which is one act.
func (c *Client) EachSeizure(ctx context.Context, f paiza.SeizureFilter) iter.Seq2[wire.Seizure, error] {
	return lines[wire.Seizure](func() (io.ReadCloser, error) { return c.ExportSeizures(ctx, f, "ndjson") })
}

// lines reads one JSON value after the other.
func lines[T any](open func() (io.ReadCloser, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		body, err := open()
		if err != nil {
			yield(none, err)
			return
		}
		defer body.Close()
		dec := json.NewDecoder(body)
		for {
			var v T
			if err := dec.Decode(&v); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				yield(none, err)
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}
