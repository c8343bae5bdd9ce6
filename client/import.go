package client

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"paiza/wire"
)

// Upload gives the node a file under the name by which a person knows it. The
// file is read twice: for its digest, so that the node keeps it whole or not at
// all, and to be sent. progress, which may be nil, is told the bytes sent.
func (c *Client) Upload(ctx context.Context, name string, file io.ReadSeeker, progress func(sent, size int64)) (wire.Upload, error) {
	var out wire.Upload
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err != nil {
		return out, err
	}
	in := call{method: http.MethodPost, path: "/uploads", query: url.Values{"name": {name}}, again: true,
		header: http.Header{"Idempotency-Key": {newKey()}, "Content-Type": {"application/octet-stream"},
			"Content-Digest": {"sha-256=:" + base64.StdEncoding.EncodeToString(sum.Sum(nil)) + ":"}},
		open: func() (io.Reader, int64, error) {
			if _, err := file.Seek(0, io.SeekStart); err != nil {
				return nil, 0, err
			}
			return &counted{r: io.LimitReader(file, size), size: size, tell: progress}, size, nil
		}}
	return out, c.into(ctx, in, &out)
}

// counted tells how much of a file was read.
type counted struct {
	r          io.Reader
	sent, size int64
	tell       func(sent, size int64)
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.sent += int64(n)
	if c.tell != nil && n > 0 {
		c.tell(c.sent, c.size)
	}
	return n, err
}

// Layout says how an uploaded file is written, or proposes how it may be read.
func (c *Client) Layout(ctx context.Context, upload, profile string) (wire.Layout, error) {
	q := url.Values{}
	if profile != "" {
		q.Set("profile", profile)
	}
	var out wire.Layout
	return out, c.get(ctx, "/uploads/"+url.PathEscape(upload)+"/layout", q, &out)
}

// DryRun reads a whole uploaded file and changes nothing.
func (c *Client) DryRun(ctx context.Context, in wire.Take) (wire.DryRun, error) {
	var out wire.DryRun
	return out, c.into(ctx, call{method: http.MethodPost, path: "/imports/dry-run", body: in, again: true}, &out)
}

// StartImport begins to take an uploaded file in and waits for the end as long
// as is said, at most a minute. An import that still runs has State running.
func (c *Client) StartImport(ctx context.Context, in wire.Take, wait time.Duration) (wire.Import, error) {
	var out wire.Import
	head := http.Header{"Idempotency-Key": {newKey()}}
	if n := int(wait / time.Second); n > 0 {
		head.Set("Prefer", "wait="+strconv.Itoa(n))
	}
	return out, c.into(ctx, call{method: http.MethodPost, path: "/imports", body: in, header: head, again: true}, &out)
}

// TakeIn takes an uploaded file in and comes back at the end. progress, which
// may be nil, is told how far it is. An import that fails is an error. When the
// context ends, the node goes on.
func (c *Client) TakeIn(ctx context.Context, in wire.Take, progress func(wire.Import)) (wire.Import, error) {
	imp, err := c.StartImport(ctx, in, time.Second)
	for pause := 200 * time.Millisecond; err == nil && imp.State == "running"; pause = min(pause*2, 2*time.Second) {
		if progress != nil {
			progress(imp)
		}
		if err := c.pause(ctx, pause); err != nil {
			return imp, err
		}
		imp, err = c.Import(ctx, imp.ID)
	}
	if err == nil && imp.Failure != nil {
		err = &Problem{Problem: wire.Problem{Type: imp.Failure.Type, Code: imp.Failure.Code, Detail: imp.Failure.Detail}}
	}
	return imp, err
}

// Imports lists imports, newest first.
func (c *Client) Imports(ctx context.Context) (wire.ImportList, error) {
	var out wire.ImportList
	return out, c.get(ctx, "/imports", nil, &out)
}

// Import reads one import.
func (c *Client) Import(ctx context.Context, id string) (wire.Import, error) {
	var out wire.Import
	return out, c.get(ctx, "/imports/"+url.PathEscape(id), nil, &out)
}

// ImportErrors gives every refused and set-aside row of an import.
func (c *Client) ImportErrors(ctx context.Context, id string) iter.Seq2[wire.RowError, error] {
	return lines[wire.RowError](func() (io.ReadCloser, error) {
		resp, err := c.send(ctx, call{method: http.MethodGet, path: "/imports/" + url.PathEscape(id) + "/errors", again: true})
		if err != nil {
			return nil, err
		}
		return resp.Body, nil
	})
}

// Undo takes an import back as one act.
func (c *Client) Undo(ctx context.Context, id, reason string) (wire.Import, error) {
	var out wire.Import
	return out, c.post(ctx, "/imports/"+url.PathEscape(id)+"/undo", wire.Why{Reason: reason}, &out)
}
