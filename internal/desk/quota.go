package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// No peer may fill this node. Above his quota of the day, and while the disk has
// less room than the reserve, a peer is told to wait: nothing is lost, and both
// sides see why.

// roomWait is after what time a peer asks again while there is no room.
const roomWait = time.Minute

// day is the day of UTC in which a peer's use is counted, and when it ends.
func (d *Desk) day() (day int64, ends time.Time) {
	now := d.now().UTC()
	day = now.Unix() / 86400
	return day, time.Unix((day+1)*86400, 0).UTC()
}

// effective is what holds for a peer: his own quota where he has one, else the
// node's rule.
func (d *Desk) effective(own paiza.Quota) paiza.Quota {
	pick := func(own, rule int64) int64 {
		if own > 0 {
			return own
		}
		return rule
	}
	return paiza.Quota{Messages: pick(own.Messages, d.quota.Messages), Bytes: pick(own.Bytes, d.quota.Bytes), Files: pick(own.Files, d.quota.Files)}
}

// over reports whether so much is used that no more is taken.
func over(used, limit int64) bool { return limit > 0 && used >= limit }

// near reports whether four fifths of a quota are used: then the operator is told.
func near(u, q paiza.Quota) bool {
	most := func(used, limit int64) bool { return limit > 0 && used >= limit/5*4+limit%5*4/5 }
	return most(u.Messages, q.Messages) || most(u.Bytes, q.Bytes) || most(u.Files, q.Files)
}

// waits is the refusal above a quota.
func (d *Desk) waits(what string, used, limit int64) error {
	_, ends := d.day()
	return &wire.Refusal{Reason: wire.ReasonQuota, Detail: fmt.Sprintf("%d of %d %s of the day", used, limit, what), After: max(ends.Sub(d.now()), time.Second)}
}

// roomLeft refuses while the store's disk has less room than the reserve. Where
// the disk is not known, of PostgreSQL, it cannot tell.
func (d *Desk) roomLeft() error {
	folder := d.store.Folder()
	if d.reserve <= 0 || folder == "" {
		return nil
	}
	if free, _ := d.room(folder); free >= 0 && free < d.reserve {
		return &wire.Refusal{Reason: wire.ReasonRoom, After: roomWait}
	}
	return nil
}

// withinQuota refuses to take messages of a peer above his quota. What comes at
// once is taken whole, so one batch may go beyond it.
func (in *intake) withinQuota() error {
	own, err := in.t.PeerQuota(in.p.Num)
	if err != nil {
		return err
	}
	day, _ := in.x.d.day()
	u, err := in.t.Use(in.p.Num, day)
	if err != nil {
		return err
	}
	q := in.x.d.effective(own)
	switch {
	case over(u.Messages, q.Messages):
		return in.x.d.waits("messages", u.Messages, q.Messages)
	case over(u.Bytes, q.Bytes):
		return in.x.d.waits("bytes of messages", u.Bytes, q.Bytes)
	}
	return nil
}

// used counts messages that were taken.
func (in *intake) used(all []store.Incoming) error {
	more := paiza.Quota{Messages: int64(len(all))}
	for i := range all {
		more.Bytes += int64(len(all[i].Raw))
	}
	day, _ := in.x.d.day()
	return in.t.AddUse(in.p.Num, day, more)
}

// tellNear tells the operator once a day that a peer has used most of his quota.
func (d *Desk) tellNear(ctx context.Context, p store.Peer) error {
	own, err := d.store.PeerQuota(ctx, p.Num)
	if err != nil {
		return err
	}
	day, _ := d.day()
	u, err := d.store.Use(ctx, p.Num, day)
	q := d.effective(own)
	if err != nil || u.Warned || !near(u.Quota, q) {
		return err
	}
	id, err := wire.ParseNodeID(p.Node)
	if err != nil {
		return err
	}
	err = d.act(ctx, machine(id), func(t *store.Tx) (entry, error) {
		first, err := t.WarnUse(p.Num, day)
		if err == nil && !first {
			err = errNothing
		}
		return entry{action: "peer.quota_near", subject: "peer/" + p.Node, detail: fmt.Sprintf("messages %d of %d, bytes %d of %d, bytes of files %d of %d",
			u.Messages, q.Messages, u.Bytes, q.Bytes, u.Files, q.Files)}, err
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// filesLeft refuses to fetch files of a peer above his quota, or without room.
func (d *Desk) filesLeft(ctx context.Context, peer int64) error {
	if err := d.roomLeft(); err != nil {
		return err
	}
	own, err := d.store.PeerQuota(ctx, peer)
	if err != nil {
		return err
	}
	day, _ := d.day()
	u, err := d.store.Use(ctx, peer, day)
	if err != nil {
		return err
	}
	if q := d.effective(own); over(u.Files, q.Files) {
		return d.waits("bytes of files", u.Files, q.Files)
	}
	return nil
}

// SetQuota gives a peer a quota of its own; a zero field is the node's rule. Who
// decides it has just proved that it is he.
func (d *Desk) SetQuota(ctx context.Context, who paiza.Actor, node string, q paiza.Quota, reason string) error {
	_, p, _, err := d.peerFor(ctx, who, node)
	if err != nil {
		return err
	}
	if err := d.decided(who, reason); err != nil {
		return err
	}
	if q.Messages < 0 || q.Bytes < 0 || q.Files < 0 {
		return fieldFault("messages", "quota.form")
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "peer.quota", subject: "peer/" + p.Node, reason: reason, detail: fmt.Sprintf("messages %d, bytes %d, bytes of files %d", q.Messages, q.Bytes, q.Files)},
			t.SetPeerQuota(p.Num, q)
	})
}

// QuotaDetail is how much of a peer may be taken today and how much was.
type QuotaDetail struct {
	Limit paiza.Quota // what holds; 0 is no limit
	Own   paiza.Quota // what was decided for this peer; 0 is the node's rule
	Used  paiza.Quota
	Near  bool
}

func (d *Desk) quotaOf(ctx context.Context, peer int64) (out QuotaDetail, err error) {
	if out.Own, err = d.store.PeerQuota(ctx, peer); err != nil {
		return out, err
	}
	day, _ := d.day()
	u, err := d.store.Use(ctx, peer, day)
	out.Limit, out.Used = d.effective(out.Own), u.Quota
	out.Near = near(out.Used, out.Limit)
	return out, err
}
