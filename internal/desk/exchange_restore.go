package desk

import (
	"errors"
	"strconv"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// After a restore, peers give back later versions of records that the backup has
// in an older one. The record becomes what was last sent of it; whose it is and
// where it came from stays.

func (in *intake) restoreSeizure(record int64, then paiza.Seizure) error {
	_, err := in.t.ChangeSeizure(strconv.FormatInt(record, 10), 0, func(now *paiza.Seizure) error {
		then.ID, then.Source, then.Recorded, then.Version = now.ID, now.Source, now.Recorded, now.Version
		tlp, purpose := then.Handling.TLP, then.Handling.Purpose
		then.Handling = now.Handling
		then.Handling.TLP, then.Handling.Purpose = tlp, purpose
		*now = then
		return nil
	})
	return gone(err)
}

func (in *intake) restoreAlert(record int64, then paiza.Alert) error {
	_, err := in.t.ChangeAlert(strconv.FormatInt(record, 10), 0, func(now *paiza.Alert) error {
		then.ID, then.Person, then.Recorded, then.Version = now.ID, now.Person, now.Recorded, now.Version
		tlp, purpose := then.Handling.TLP, then.Handling.Purpose
		then.Handling = now.Handling
		then.Handling.TLP, then.Handling.Purpose = tlp, purpose
		*now = then
		return nil
	})
	return gone(err)
}

// restoreWithdrawal withdraws a record only when that is what was sent for it;
// one that was only recalled from peers keeps its place here.
func (in *intake) restoreWithdrawal(i *store.Item) error {
	if i.Kind == wire.TypeNote {
		return in.t.WithdrawNote(i.Record, int64(i.Version))
	}
	return nil
}

// gone lets a record pass that is not here any more or was withdrawn.
func gone(err error) error {
	if errors.Is(err, paiza.ErrNotFound) || errors.Is(err, paiza.ErrConflict) {
		return nil
	}
	return err
}
