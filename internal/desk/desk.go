// Package desk is where every act passes, whoever asks for it: a page, the API,
// the command line or a job. An act asks package access, checks what it was
// given, and writes its rows, its ledger entry and its sums in one transaction;
// act (below) owns that transaction, so that a change without a ledger entry
// cannot be written.
//
// The package draws nothing and speaks no SQL. Read desk.go first, then the file
// of the subject: person.go, signin.go, seizure.go, import.go, picture.go,
// node.go.
package desk

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"log/slog"
	"strings"
	"sync"
	"time"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/auth"
	"paiza/internal/catalog"
	"paiza/internal/dial"
	"paiza/internal/picture"
	"paiza/internal/store"
	"paiza/wire"
)

// Options are what a desk works with.
type Options struct {
	Store   *store.Store
	Catalog *catalog.Catalog // nil: the built-in one
	Now     func() time.Time // nil: the clock
	Log     *slog.Logger     // nil: silent
	Backup  BackupPlan       // of the node's own backups; empty for none
	Dial    dial.Allow       // where webhooks may lead besides the public Internet
	// Certificate is the PEM file of the node's TLS certificate, whose end the
	// node's page shows; empty where a proxy has it.
	Certificate string
	// SessionIdle and SessionLength end a session that is not used, and any
	// session; 0: two hours, twelve hours.
	SessionIdle, SessionLength time.Duration
	// SecondFactor is from whom a second factor is demanded; the zero value demands
	// none.
	SecondFactor SecondFactor
	// ClockDrift lets a code count one step early and late, for clocks that differ.
	ClockDrift bool
	// OldApps makes secrets for apps that know SHA-1 only.
	OldApps bool
	// Breached lists passwords that are known from breaches; nil: none are.
	Breached *auth.Breached
	// Quota is how much of each peer is taken in a day; zero fields are no limit.
	Quota paiza.Quota
	// Reserve is the room in bytes on the store's disk below which nothing is taken
	// in from peers; 0 for none.
	Reserve int64
	// Pause slows down who guesses passwords; nil: it waits.
	Pause func(context.Context, time.Duration)
}

// Desk answers for one node's store. It is safe for concurrent use and keeps
// nothing that another process of the node needs.
type Desk struct {
	store  *store.Store
	cat    *catalog.Catalog
	now    func() time.Time
	log    *slog.Logger
	holder string // this process, in leases

	idle, length time.Duration // of sessions
	factor       SecondFactor
	drift        int64 // steps of one-time codes
	oldApps      bool
	breached     *auth.Breached
	pause        func(context.Context, time.Duration)
	deviceMu     sync.Mutex
	deviceSecret []byte

	cubeMu sync.Mutex
	cube   *picture.Cube
	rev    int64

	handlings known
	nodes     nodes
	watching  watching
	dial      dial.Allow // where webhooks may lead
	repeats   underway

	readyMu sync.Mutex
	ready   Readiness
	failing map[string]bool // checks that did not hold when last asked

	work sync.WaitGroup // imports in the background
	stop context.CancelFunc
	back context.Context

	plan        BackupPlan
	certificate string
	asked       chan struct{} // a person changed a job
	room        func(folder string) (free, all int64)
	quota       paiza.Quota
	reserve     int64
}

// Open sets a desk over a store and clears what an earlier process left
// half-done.
func Open(ctx context.Context, o Options) (*Desk, error) {
	if o.Catalog == nil {
		o.Catalog = catalog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.SessionIdle <= 0 {
		o.SessionIdle = 2 * time.Hour
	}
	if o.SessionLength <= 0 {
		o.SessionLength = 12 * time.Hour
	}
	if o.Pause == nil {
		o.Pause = pause
	}
	d := &Desk{store: o.Store, cat: o.Catalog, now: o.Now, log: o.Log, holder: holderName(), cube: picture.NewCube(o.Catalog),
		quota: o.Quota, reserve: o.Reserve, plan: o.Backup, certificate: o.Certificate, asked: make(chan struct{}, 1), room: store.Room,
		idle: o.SessionIdle, length: o.SessionLength, factor: o.SecondFactor, oldApps: o.OldApps, breached: o.Breached, pause: o.Pause, dial: o.Dial}
	if o.ClockDrift {
		d.drift = 1
	}
	d.back, d.stop = context.WithCancel(context.Background())
	d.watching.look, d.watching.log = d.newestEvent, d.log
	return d, d.clearCutOff(ctx)
}

// Close stops imports that run in the background, which leaves nothing of them,
// and waits for them.
func (d *Desk) Close() {
	d.stop()
	d.work.Wait()
}

// entry is what an act says of itself in the ledger.
type entry struct {
	action, subject, reason, detail string
	version                         int64
	content                         []byte
	turns                           bool // the act gives the ledger another key
	inLog                           bool // content lies in the logs for peers
}

// act runs fn in one transaction and writes the ledger entry which fn returns
// beside it. Every change on the node goes through here.
func (d *Desk) act(ctx context.Context, who paiza.Actor, fn func(t *store.Tx) (entry, error)) error {
	var grown []wire.NodeID
	err := d.store.Write(ctx, func(t *store.Tx) error {
		e, err := fn(t)
		if err != nil {
			return err
		}
		if err := expected(ctx, t); err != nil {
			return err
		}
		grown = t.Grown()
		if err := noteRepeat(ctx, t, who, e.subject); err != nil {
			return err
		}
		write := t.Append
		if e.turns {
			write = t.TurnLedger
		}
		return write(&paiza.Act{At: d.now(), Actor: who, Action: e.action, Subject: e.subject, Reason: e.reason, Detail: e.detail,
			Version: e.version, Content: e.content, InLog: e.inLog})
	})
	if err == nil {
		d.nodes.wake(grown)
		d.watching.acted()
	}
	return err
}

// allow asks for a right.
func allow(who paiza.Actor, right paiza.Right) error { return access.Allow(who, right) }

var name32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// newID is a random name of 80 bits, for people, uploads and one-time links.
func newID() string {
	var b [10]byte
	rand.Read(b[:])
	return strings.ToLower(name32.EncodeToString(b[:]))
}
