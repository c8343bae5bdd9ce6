// Package exchange lets nodes of different states talk: it carries the log that
// this node keeps for each peer to that peer, takes the peer's log in, and finds
// out with the peer what is missing after any outage.
//
// It is a door: it decides nothing about what may be sent or who may read, and
// it keeps nothing. What it needs of the node's store it asks for by the narrow
// interfaces in this file; package desk answers them over SQL, package memory in
// memory for tests. Both pass the same suite, package exchangetest. The formats
// and their cryptography are package wire's; docs/PROTOCOL.md describes both.
//
// Read this file first, then session.go for how a log is sent, lane.go for how
// one is taken in, recover.go for what happens when the two sides' histories
// part.
package exchange

import (
	"context"
	"time"

	"paiza/wire"
)

// Outbox is the logs that this node keeps for its peers.
type Outbox interface {
	State(ctx context.Context, peer wire.NodeID) (wire.LogState, error)
	// Read gives the rows after a place that is in the log, in order, at most n
	// and of one epoch, ending when they have reached the number of bytes.
	Read(ctx context.Context, peer wire.NodeID, after wire.Cursor, n, bytes int) ([]wire.Row, error)
	// Confirm keeps what the peer has now. The receipts are signed by him and speak
	// of this log. One for a place that the log does not have waits until Reopen has
	// got it back. One with another chain hash than the log proves nothing. One that
	// sets aside what an earlier one took up proves that the messages are there, and
	// that he was put back to before the earlier one, or lies. Both are also kept
	// apart, for people to see, and stop nothing.
	Confirm(ctx context.Context, peer wire.NodeID, have wire.Cursor, receipts []*wire.Receipt) error
}

// Withholder keeps that a message of a log is sent without its content from now
// on, because the peer cannot take it, and why.
type Withholder interface {
	Withhold(ctx context.Context, peer wire.NodeID, at wire.Cursor, reason wire.Reason) error
}

// Past is what becomes of a log when the peer has another history of it: after
// this node was restored from a backup.
type Past interface {
	// Epochs lists the epochs of the log in order.
	Epochs(ctx context.Context, peer wire.NodeID) ([]wire.Epoch, error)
	// Sent gives the places with their hashes; zero where the log has no such place.
	Sent(ctx context.Context, peer wire.NodeID, places []wire.Cursor) ([]wire.Cursor, error)
	// Reopen replaces, in one transaction, what follows the place fork by the
	// messages that the peer gave back and that this node signed once; recovered
	// yields them in order. What stood after fork is placed anew after them, in a
	// new epoch that begins where they end; but for contents that the peer gave back,
	// which a backup from between two restores can hold at another place.
	Reopen(ctx context.Context, peer wire.NodeID, fork wire.Cursor, recovered func(yield func(*wire.Opened, error) bool)) error
}

// Inbox is the logs of peers as this node has taken them in.
type Inbox interface {
	// Have is how far the peer's log is durable here.
	Have(ctx context.Context, peer wire.NodeID) (wire.Cursor, error)
	// Commit takes in batches that follow each other and the place Have, in one
	// transaction: every message, taken up or set aside with its reason; the
	// batches' evidence; the new place; and the receipts, made with wire.Consign. When
	// it returns, all of it is durable. A batch may begin with messages that are
	// here already (see wire.Fresh).
	Commit(ctx context.Context, peer wire.NodeID, batches []*wire.Opened, sign wire.Sign) ([]*wire.Receipt, error)
}

// Archive is the past of the peers' logs as this node has taken them in.
type Archive interface {
	// Taken gives the places of the peer's log with their hashes; zero where there
	// is nothing here.
	Taken(ctx context.Context, peer wire.NodeID, places []wire.Cursor) ([]wire.Cursor, error)
	// Batch gives the batch with the message after the place; ReasonAbsent when
	// the place is the last one or is not here.
	Batch(ctx context.Context, peer wire.NodeID, after wire.Cursor) (*wire.Kept, error)
	// Issued gives receipts that this node signed for the peer's log and that speak
	// of messages after the place, in order, at most n. Those whose key this node has
	// revoked since count no more: it has made them anew, of what is so now.
	Issued(ctx context.Context, peer wire.NodeID, after wire.Cursor, n int) ([]*wire.Receipt, error)
}

// Contradictions keeps that a peer signed two histories of one log: the batch
// cannot follow what is here.
type Contradictions interface {
	Forked(ctx context.Context, peer wire.NodeID, batch *wire.Opened) error
}

// Trust is who the peers are. Its errors are *wire.Refusal: ReasonSender for a
// node that is not known, ReasonTrust for one with which nothing may be
// exchanged now.
type Trust interface {
	History(ctx context.Context, node wire.NodeID) (*wire.History, error)
	// Learn takes later cards that the node itself presented.
	Learn(ctx context.Context, node wire.NodeID, cards []*wire.Card) error
	// Pinned is the node that speaks TLS with the key.
	Pinned(ctx context.Context, pin wire.Hash) (wire.NodeID, error)
}

// Attachments gives what peers may fetch: sealed chunks and manifests of
// attachments of messages that were sent to them; ReasonAbsent for any other.
type Attachments interface {
	Chunk(ctx context.Context, peer wire.NodeID, q wire.AttachmentQuery) ([]byte, error)
}

// Transport brings a request to a peer and his answer back. It knows who he is:
// the connection is authenticated on both sides. A refusal of the peer comes
// back as a *wire.Refusal.
type Transport interface {
	Call(ctx context.Context, peer wire.NodeID, verb Verb, body []byte) ([]byte, error)
}

// Verb is what a request asks for.
type Verb string

// The verbs: all that one node ever asks of another.
const (
	VerbHello      Verb = "hello"      // wire.Hello for wire.Hello
	VerbBatch      Verb = "batch"      // a batch for wire.Answer
	VerbPlaces     Verb = "places"     // wire.Query for wire.Places
	VerbReturn     Verb = "return"     // wire.Query with one place for wire.Return
	VerbAttachment Verb = "attachment" // wire.AttachmentQuery for the bytes
	VerbPost       Verb = "post"       // wire.Post for wire.Posted
	VerbCollect    Verb = "collect"    // wire.Collect for wire.Collected
)

// limits are the most bytes of a request and of its answer.
var limits = map[Verb][2]int64{
	VerbHello:      {wire.MaxHello, wire.MaxHello},
	VerbBatch:      {wire.MaxBatch, wire.MaxAnswer},
	VerbPlaces:     {wire.MaxQuery, 3 * wire.MaxQuery},
	VerbReturn:     {64, wire.MaxReturn},
	VerbAttachment: {64, wire.MaxManifest},
	VerbPost:       {wire.MaxPost, wire.MaxPosted},
	VerbCollect:    {wire.MaxCollect, wire.MaxCollected},
}

// Limits bound what peers may cost. The zero value takes the defaults.
type Limits struct {
	Window     int           // batches under way to a peer at once; 4
	Serve      int           // batches of one peer that are taken at once; 8
	Bytes      int64         // of all peers' requests that are answered at once, a third of them one peer's; 64 MiB
	BatchItems int           // messages of a batch; 256
	BatchBytes int           // bytes of a batch's messages; wire.BatchTarget
	Wait       time.Duration // how long a batch waits for those before it; 5 s
	Call       time.Duration // how long a request may take, and its body may come; 60 s
	Slow       time.Duration // within which a request brings at least 4 KB; 10 s
	Idle       time.Duration // between two hellos when nothing happens; 60 s
	Far        time.Duration // the same for a peer behind a relay, where each hello is kept on its way; 1 h
	Backoff    time.Duration // the first wait after a failure; 250 ms, doubled each time
	MaxBackoff time.Duration // the longest; 2 min
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	after := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	set(&l.Window, 4)
	set(&l.Serve, 8)
	if l.Bytes == 0 {
		l.Bytes = 64 << 20
	}
	set(&l.BatchItems, 256)
	set(&l.BatchBytes, wire.BatchTarget)
	after(&l.Wait, 5*time.Second)
	after(&l.Call, time.Minute)
	after(&l.Slow, 10*time.Second)
	after(&l.Idle, time.Minute)
	after(&l.Far, time.Hour)
	after(&l.Backoff, 250*time.Millisecond)
	after(&l.MaxBackoff, 2*time.Minute)
	return l
}
