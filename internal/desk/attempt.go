package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/store"
)

// Guessing is slowed down and then stopped for a time, never in a way that
// locks out whom it is about. What is counted, within attemptWindow:
//
//	a login from one address        perPair
//	a login from everywhere         perAccount, for strangers only
//	one address, whatever login     perAddress, after a delay that grows
//	a device that the person knows  perDevice, and nothing else
//	one-time codes for a login      perCodes, for strangers only
//
// Who comes with the cookie of a device in which he signed in before is counted
// by that device alone; who comes from an address from which he signed in
// before is not held up by what strangers do to his login (OWASP, "Slow Down
// Online Guessing Attacks with Device Cookies"). Passkeys are not counted:
// there is nothing to guess. The counts are in the store, so that several
// processes share them.
const (
	attemptWindow = 15 * time.Minute
	perPair       = 5
	perAccount    = 30
	perAddress    = 30
	perDevice     = 10
	perCodes      = 10 // of second factors, in the place of perAccount
	freeAddress   = 10 // failures of an address before the delay begins
	familiarFor   = 90 * 24 * time.Hour
)

// Visitor is who stands at the door, before it is known who he is.
type Visitor struct {
	From   string // network address
	Agent  string // as his browser names itself
	Device string // device cookie, as it came
}

// tally is one thing that is counted.
type tally struct {
	name  string // hashed
	limit int64
	kept  bool // forgotten after success, and not only lowered
	slow  bool // its failures cost a growing delay
}

// tallies says what an attempt counts. familiar and device are what is known of
// the visitor for the account; account is the limit for all strangers together.
func tallies(login, address, device string, familiar bool, account int64) []tally {
	if device != "" {
		return []tally{{name: tallyName("device", login, device), limit: perDevice, kept: true}}
	}
	out := []tally{
		{name: tallyName("pair", login, address), limit: perPair, kept: true},
		{name: tallyName("address", address), limit: perAddress, slow: true},
	}
	if !familiar {
		out = append(out, tally{name: tallyName("account", login), limit: account})
	}
	return out
}

func tallyName(kind string, parts ...string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.Join(parts, "\x00")))
	return kind + "/" + hex.EncodeToString(sum[:])
}

// place is an address as far as one visitor holds it: an IPv6 network of 64
// bits is one household's.
func place(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil {
		return from
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64)
	return p.String()
}

// attempt counts an attempt before it is made. It answers what it counted, or a
// refusal that says how long to wait (WaitOf).
func (d *Desk) attempt(ctx context.Context, login, person string, v Visitor) ([]tally, error) {
	return d.attemptOf(ctx, login, person, v, perAccount)
}

func (d *Desk) attemptOf(ctx context.Context, login, person string, v Visitor, account int64) ([]tally, error) {
	device, familiar := "", false
	if person != "" {
		key, err := d.deviceKey(ctx)
		if err != nil {
			return nil, err
		}
		if device, _ = auth.DeviceOf(key, v.Device, person, d.now()); device == "" {
			if familiar, err = d.store.Familiar(ctx, person, place(v.From), d.now().Add(-familiarFor)); err != nil {
				return nil, err
			}
		}
	}
	return d.count(ctx, tallies(login, place(v.From), device, familiar, account))
}

func (d *Desk) count(ctx context.Context, list []tally) ([]tally, error) {
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = t.name
	}
	var n []int64
	var until []time.Time
	err := d.store.Write(ctx, func(t *store.Tx) (err error) {
		n, until, err = t.CountAttempt(names, d.now(), attemptWindow)
		return err
	})
	if err != nil {
		return nil, err
	}
	var wait, slow time.Duration
	for i, t := range list {
		if n[i] > t.limit {
			wait = max(wait, until[i].Sub(d.now()), time.Second)
		}
		if t.slow {
			slow = delay(n[i])
		}
	}
	if wait > 0 {
		return nil, &paiza.Error{Kind: paiza.ErrUnavailable, Key: "error.sign_in.wait", Args: paiza.Args{"time": wait}}
	}
	d.pause(ctx, slow)
	return list, nil
}

// delay is what an attempt costs an address with n failures.
func delay(n int64) time.Duration {
	return min(time.Duration(max(n-freeAddress, 0))*100*time.Millisecond, time.Second)
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// forgive takes back what an attempt counted that was no failure.
func forgive(t *store.Tx, list []tally) error { return takeBack(t, list, true) }

// takeBack lowers the counts, in the order in which CountAttempt takes their
// locks, and forgets those that success clears.
func takeBack(t *store.Tx, list []tally, success bool) error {
	for _, c := range slices.SortedFunc(slices.Values(list), func(a, b tally) int { return strings.Compare(a.name, b.name) }) {
		back := t.LowerAttempt
		if c.kept && success {
			back = t.ForgetAttempt
		}
		if err := back(c.name); err != nil {
			return err
		}
	}
	return nil
}

// unanswered takes back an attempt that could not be answered at all, so that a
// node under load does not count it as a failure.
func (d *Desk) unanswered(ctx context.Context, list []tally) {
	err := d.store.Write(context.WithoutCancel(ctx), func(t *store.Tx) error { return takeBack(t, list, false) })
	if err != nil {
		d.log.Error("attempt not taken back", "err", err)
	}
}

// WaitOf is how long a refusal asks to wait; false when it asks nothing.
func WaitOf(err error) (time.Duration, bool) {
	var e *paiza.Error
	if !errors.As(err, &e) || e.Key != "error.sign_in.wait" {
		return 0, false
	}
	wait, ok := e.Args["time"].(time.Duration)
	return wait, ok
}

// deviceMeta holds the secret with which device cookies are signed.
const deviceMeta = "device_key"

func (d *Desk) deviceKey(ctx context.Context) ([]byte, error) {
	d.deviceMu.Lock()
	defer d.deviceMu.Unlock()
	if d.deviceSecret != nil {
		return d.deviceSecret, nil
	}
	var raw [32]byte
	rand.Read(raw[:])
	text, err := d.store.SecretMeta(ctx, deviceMeta, hex.EncodeToString(raw[:]))
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return nil, err
	}
	d.deviceSecret = key
	return key, nil
}
