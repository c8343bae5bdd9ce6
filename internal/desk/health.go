package desk

import (
	"context"
	"time"

	"paiza/internal/store"
)

// Check is one thing that must hold before a node takes requests.
type Check struct {
	Name  string `json:"check"` // store, migrations, ledger, disk
	Holds bool   `json:"holds"`
}

// Readiness is the answer of all checks at one time.
type Readiness struct {
	Checks []Check
	at     time.Time
}

// Holds reports whether every check does.
func (r Readiness) Holds() bool {
	for _, c := range r.Checks {
		if !c.Holds {
			return false
		}
	}
	return true
}

// leastFree is the free space below which a node says that its disk is full:
// an import of a large file still fits, and the log of SQLite.
const leastFree = 256 << 20

// readyFor is how long an answer holds: anybody may ask, and the answer costs
// the database something.
const readyFor = 2 * time.Second

// Ready answers whether the node can work: the store answers, its tables are of
// this version, the ledger ends as its signed head says, the disk has room.
// Why a check does not hold stands in the log and nowhere else. Anybody may
// ask.
func (d *Desk) Ready(ctx context.Context) Readiness {
	d.readyMu.Lock()
	defer d.readyMu.Unlock()
	if time.Since(d.ready.at) < readyFor {
		return d.ready
	}
	// An asker who leaves must not make the answer for the next one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	r := Readiness{at: time.Now()}
	for _, c := range []struct {
		name string
		ask  func(context.Context) error
	}{{"store", d.store.Ping}, {"migrations", d.store.Current}, {"ledger", d.store.LedgerSound}} {
		err := c.ask(ctx)
		d.tellCheck(c.name, err)
		r.Checks = append(r.Checks, Check{c.name, err == nil})
	}
	free, _, known := d.store.Disk()
	r.Checks = append(r.Checks, Check{"disk", !known || free >= leastFree})
	d.ready = r
	return r
}

// tellCheck logs a check when it begins or ceases to hold, not at each probe.
func (d *Desk) tellCheck(name string, err error) {
	if was := d.failing[name]; was == (err != nil) {
		return
	}
	if d.failing == nil {
		d.failing = map[string]bool{}
	}
	d.failing[name] = err != nil
	if err != nil {
		d.log.Error("check does not hold", "check", name, "error", err)
	} else {
		d.log.Info("check holds again", "check", name)
	}
}

// Pulse is what the node says of itself to its operator's figures: counts and
// times, no content.
type Pulse struct {
	store.Pulse
	DiskFree, DiskSize uint64 // bytes; zero when the store is elsewhere
}

// Pulse asks the store for its figures.
func (d *Desk) Pulse(ctx context.Context) (Pulse, error) {
	p, err := d.store.Pulse(ctx)
	out := Pulse{Pulse: p}
	out.DiskFree, out.DiskSize, _ = d.store.Disk()
	return out, err
}
