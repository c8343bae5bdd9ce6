package store

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// diskFault names the sentence for a fault of the disk or the file; empty when
// err is something else.
func diskFault(err error) string {
	var se *driver.Error
	if errors.As(err, &se) {
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return "store.disk_full"
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return "store.damaged"
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return "store.busy"
		case sqlite3.SQLITE_IOERR:
			return "store.disk_fault"
		case sqlite3.SQLITE_READONLY:
			return "store.read_only"
		}
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch {
		case pe.Code == "53100":
			return "store.disk_full"
		case strings.HasPrefix(pe.Code, "XX001"), strings.HasPrefix(pe.Code, "XX002"):
			return "store.damaged"
		}
	}
	return ""
}

// isUnique reports whether err says that a unique key already exists.
func isUnique(err error) bool {
	var se *driver.Error
	if errors.As(err, &se) {
		return se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == "23505"
}
