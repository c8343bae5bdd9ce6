package client

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"paiza/wire"
)

// Node says what answers.
func (c *Client) Node(ctx context.Context) (wire.Node, error) {
	var out wire.Node
	return out, c.get(ctx, "/node", nil, &out)
}

// Acts lists acts before a number, newest first, at most n; before 0 begins at
// the newest. subject, when it is not empty, narrows to the acts on it.
func (c *Client) Acts(ctx context.Context, subject string, before int64, n int) (wire.ActList, error) {
	q := url.Values{"limit": {strconv.Itoa(n)}}
	if before > 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if subject != "" {
		q.Set("subject", subject)
	}
	var out wire.ActList
	return out, c.get(ctx, "/ledger", q, &out)
}

// AllActs gives every act, newest first. An error ends it.
func (c *Client) AllActs(ctx context.Context) iter.Seq2[wire.Act, error] {
	return func(yield func(wire.Act, error) bool) {
		for before := int64(0); ; {
			list, err := c.Acts(ctx, "", before, 500)
			if err != nil {
				yield(wire.Act{}, err)
				return
			}
			for _, act := range list.Acts {
				if !yield(act, nil) {
					return
				}
			}
			if before = list.Before; before == 0 {
				return
			}
		}
	}
}

// Checkpoint is the signed head of the ledger and its key.
func (c *Client) Checkpoint(ctx context.Context) (wire.Head, error) {
	var out wire.Head
	return out, c.get(ctx, "/ledger/checkpoint", nil, &out)
}

// Cosigned is how far other nodes have cosigned the ledger.
func (c *Client) Cosigned(ctx context.Context) (wire.Cosigned, error) {
	var out wire.Cosigned
	return out, c.get(ctx, "/ledger/cosignatures", nil, &out)
}

// ShownLedgers are the ledgers of other nodes as they show them there.
func (c *Client) ShownLedgers(ctx context.Context) (wire.ShownLedgerList, error) {
	var out wire.ShownLedgerList
	return out, c.get(ctx, "/ledger/shown", nil, &out)
}

// Proving says which entries to prove: all on a subject, or one by its number.
type Proving struct {
	Subject string
	Seq     int64
	Detail  bool   // with the particulars
	Since   string // an earlier checkpoint that the ledger is proved to continue
}

// maxProof bounds a proof file.
const maxProof = 64 << 20

// Prove makes a file that proves entries, to be checked without the node.
func (c *Client) Prove(ctx context.Context, of Proving) ([]byte, error) {
	q := url.Values{}
	if of.Subject != "" {
		q.Set("subject", of.Subject)
	}
	if of.Seq > 0 {
		q.Set("seq", strconv.FormatInt(of.Seq, 10))
	}
	if of.Detail {
		q.Set("detail", "true")
	}
	if of.Since != "" {
		q.Set("since", of.Since)
	}
	resp, err := c.send(ctx, call{method: http.MethodGet, path: "/ledger/proof", query: q, again: true})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(io.LimitReader(resp.Body, maxProof))
}

// Fsck proves that figures equal their rows.
func (c *Client) Fsck(ctx context.Context) (wire.Fsck, error) {
	var out wire.Fsck
	return out, c.get(ctx, "/fsck", nil, &out)
}
