package store

import (
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"io"
	"net"
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
	if cutOff(err) {
		return "store.no_database"
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

// cutOff reports whether err says that the connection to PostgreSQL broke or
// cannot be made: the server is away, stops, or is starting again.
func cutOff(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		// Class 08, connection exception; 57P01 to 57P03, shutdown and start.
		return strings.HasPrefix(pe.Code, "08") || strings.HasPrefix(pe.Code, "57P0")
	}
	var refused *pgconn.ConnectError
	var broken net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false // the asker left
	case errors.As(err, &refused), errors.Is(err, pgconn.ErrConnClosed), errors.Is(err, sqldriver.ErrBadConn):
		return true
	}
	// What the driver reads of a connection whose other end is no more.
	return errors.As(err, &broken) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
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
