package store

import (
	"database/sql"
	"errors"
)

// LeaseHolder is who holds a lease now; empty when nobody does.
func (t *Tx) LeaseHolder(name string) (string, error) {
	var holder string
	err := t.row("SELECT holder FROM lease WHERE name = $1", name).Scan(&holder)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return holder, err
}
