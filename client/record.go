package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"paiza/wire"
)

// at is the version that an act is for, as a parameter; 0 is any.
func at(version int64) url.Values {
	if version == 0 {
		return nil
	}
	return url.Values{"version": {strconv.FormatInt(version, 10)}}
}

// put says what something is to be. It is sent once when it names no version:
// sent twice it would come after somebody else's change.
func (c *Client) put(ctx context.Context, path string, q url.Values, in, out any) error {
	return c.into(ctx, call{method: http.MethodPut, path: path, query: q, body: in}, out)
}

// act does one act on a version of a record, with a key under which the node does
// it once.
func (c *Client) act(ctx context.Context, path string, version int64, in, out any) error {
	return c.into(ctx, call{method: http.MethodPost, path: path, query: at(version), body: in, header: http.Header{"Idempotency-Key": {newKey()}}, again: true}, out)
}

// file reads a small file whole.
func (c *Client) file(ctx context.Context, path string) ([]byte, error) {
	resp, err := c.send(ctx, call{method: http.MethodGet, path: path})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(io.LimitReader(resp.Body, maxProof))
}

// ProveSubject makes a file that proves the history of a record; kind is
// seizures, alerts, cases or imports.
func (c *Client) ProveSubject(ctx context.Context, kind, id string) ([]byte, error) {
	return c.file(ctx, "/"+kind+"/"+url.PathEscape(id)+"/proof")
}

// SeizureAt reads a seizure as it was at a version.
func (c *Client) SeizureAt(ctx context.Context, id string, version int64) (wire.Seizure, error) {
	var out wire.Seizure
	return out, c.get(ctx, "/seizures/"+url.PathEscape(id)+"/versions/"+strconv.FormatInt(version, 10), nil, &out)
}

// CorrectSeizure corrects a seizure that is at the version; 0 is any.
func (c *Client) CorrectSeizure(ctx context.Context, id string, version int64, in wire.NewSeizure) (wire.Seizure, error) {
	var out wire.Seizure
	return out, c.put(ctx, "/seizures/"+url.PathEscape(id), at(version), in, &out)
}

// RelabelSeizure changes how a seizure is handled that is at the version.
func (c *Client) RelabelSeizure(ctx context.Context, id string, version int64, in wire.Relabel) (wire.Seizure, error) {
	var out wire.Seizure
	return out, c.act(ctx, "/seizures/"+url.PathEscape(id)+"/relabel", version, in, &out)
}

// WithdrawSeizure takes a seizure back that is at the version.
func (c *Client) WithdrawSeizure(ctx context.Context, id string, version int64, reason string) (wire.Seizure, error) {
	var out wire.Seizure
	return out, c.act(ctx, "/seizures/"+url.PathEscape(id)+"/withdraw", version, wire.Why{Reason: reason}, &out)
}

// RelabelImport changes how the rows of an import are handled.
func (c *Client) RelabelImport(ctx context.Context, id string, in wire.Relabel) (wire.Import, error) {
	var out wire.Import
	return out, c.act(ctx, "/imports/"+url.PathEscape(id)+"/relabel", 0, in, &out)
}
