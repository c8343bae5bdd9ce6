package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"paiza"
)

// A backup is one SQLite file, whatever the engine of the node: it opens with
// the same program, on either engine, and can be checked anywhere. Sessions,
// leases, counted attempts, one-time ways in, waiting uploads, answers kept for
// repeated requests and jobs are left out: they belong to running processes.
// Package backup encrypts the file.

// tables lists every table in the order in which they are copied.
var tables = []struct{ name, columns string }{
	{"meta", "name, value"},
	{"counter", "name, value"},
	{"agency", agencyColumns},
	{"person", "id, login, name, agency, roles, language, password, disabled, created, last_seen"},
	{"casefile", "id, reference, title, owner, closed, created"},
	{"casefile_member", "casefile, person"},
	{"handling", handlingColumns + ", mark"},
	{"handling_agency", "handling, agency"},
	{"handling_person", "handling, person"},
	{"passkey", passkeyColumns},
	{"otp", otpColumns},
	{"oidc_link", linkColumns},
	{"familiar", "person, address, seen"},
	{"token", "id, person, name, hint, digest, scopes, networks, created, expires, revoked, last_used, last_from"},
	{"act", actColumns},
	{"ledger_hash", "num, hash"},
	{"ledger_turn", "size, former, signed"},
	{"version", "subject, version, seq, content"},
	{"release", releaseColumns},
	{"alert", alertColumns},
	{"peer", peerColumns},
	{"card", "node, serial, raw"},
	{"revocation", "node, key, raw"},
	{"directory", "version, raw"},
	{"outlog", outlogColumns},
	{"outepoch", "peer, epoch, base_epoch, base_seq, base_hash, last"},
	{"outbox", outboxColumns},
	{"receipt", receiptColumns},
	{"inlog", "peer, epoch, seq, hash, stated"},
	{"inbox", inboxColumns},
	{"inbatch", "peer, epoch, last, first, evidence"},
	{"item", itemColumns},
	{"item_version", "item, version, hash"},
	{"audience", "item, peer, party, desk, gone"},
	{"opening", "item, version, person, at"},
	{"way", "node, relay"},
	{"parcel_number", "node, relay, sent, seen"},
	{"parcel_sent", parcelSentColumns},
	{"parcel_said", "hash, event, at, reason, raw"},
	{"relay_pair", relayPairColumns},
	{"parcel", parcelColumns},
	{"parcel_told", "num, node, digest, raw"},
	{"relay_flow", relayFlowColumns},
	{"node_group", "id, version, owner, name, raw"},
	{"note", noteColumns},
	{"checkpoint", headColumns},
	{"cosignature", "checkpoint, peer, sent, signed, epoch, seq, base"},
	{"fork", "peer, epoch, seq, at, ours, theirs"},
	{"peer_use", "peer, day, messages, bytes, files, warned"},
	{"peer_quota", "peer, messages, bytes, files"},
	{"file", "num, id, size, chunks, have, manifest"},
	{"file_chunk", "file, idx, data"},
	{"file_use", "file, item, peer, incoming, name, media, key, refused"},
	{"import", importColumns + ", header, purged"},
	{"sighting", "kind, import, num"},
	{"import_error", "import, seq, sheet, line, field, value, reason, args, aside"},
	{"source_block", "import, first, last, data"},
	{"seizure", strings.Join(seizureColumns, ", ")},
	{"total", strings.Join(totalColumns, ", ")},
	{"cell", "import, month, substance, country, division, routing, handling, doubtful, lines, events, weighed, micrograms, equivalent, microlitre, milliunits, rev"},
	{"route_cell", "import, year, substance, country, producing, departure, via, destination, routing, handling, doubtful, lines, events, micrograms, equivalent, rev"},
	{"total_cell", "import, year, country, substance, lines, micrograms, equivalent, rev"},
	{"backup", backupColumns},
	{"webhook", webhookColumns},
	{"delivery", deliveryColumns},
	{"measure", "day, bytes, lines, entries"},
}

// Backup writes one consistent state of the store to a new file. The file has
// its name only when it is whole, synced and checked.
func (s *Store) Backup(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err == nil {
		return paiza.Conflict("backup.exists", paiza.Args{"file": file})
	}
	tmp := file + ".part"
	os.Remove(tmp)
	defer removeStore(tmp)
	var err error
	if s.engine == sqlite {
		if err = s.vacuumInto(ctx, tmp); err == nil {
			err = withoutRunning(ctx, tmp)
		}
	} else {
		err = s.copyOut(ctx, tmp)
	}
	if err != nil {
		return err
	}
	if err := CheckBackup(ctx, tmp); err != nil {
		return err
	}
	return settle(tmp, file)
}

// running are the tables of running processes, and one-time ways in: what was
// used since must not come back with a restore.
var running = []string{"session", "signin", "ceremony", "attempt", "recovery", "lease", "upload", "upload_chunk", "outback", "repeat", "job", "job_run"}

// withoutRunning takes what belongs to running processes out of a copy, and the
// space it took.
func withoutRunning(ctx context.Context, file string) error {
	c, err := open(ctx, file, asCopy)
	if err != nil {
		return err
	}
	err = c.Write(ctx, func(t *Tx) error {
		for _, name := range running {
			if _, err := t.exec("DELETE FROM " + name); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, c.Close()); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", sqliteDSN(file, "rw", "immediate"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM")
	return errors.Join(diskError(err), db.Close())
}

// vacuumInto copies one state of the file while others read and write it.
func (s *Store) vacuumInto(ctx context.Context, file string) error {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return diskError(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = 0"); err != nil {
		return diskError(err)
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO $1", file)
	_, err2 := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA query_only = 1")
	return diskError(errors.Join(err, err2))
}

// CheckBackup opens a backup and proves it as Fsck does.
func CheckBackup(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err != nil {
		return &paiza.Error{Kind: paiza.ErrNotFound, Key: "backup.no_file", Args: paiza.Args{"file": file}, Err: err}
	}
	b, err := OpenForRepair(ctx, file) // Fsck checks the ledger, and its fault is the backup's
	if err != nil {
		return err
	}
	defer b.Close()
	proofs, err := b.Fsck(ctx)
	if err != nil {
		return err
	}
	for _, p := range proofs {
		if p.Fault != "" {
			return paiza.Invalid("backup.damaged", paiza.Args{"file": file, "what": p.What, "fault": p.Fault})
		}
	}
	return nil
}

// copyOut copies every table of a PostgreSQL store into a new SQLite file.
func (s *Store) copyOut(ctx context.Context, file string) error {
	out, err := open(ctx, file, asCopy)
	if err != nil {
		return err
	}
	defer out.Close()
	tx, err := s.snapshot(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := out.emptied(ctx); err != nil {
		return err
	}
	for _, t := range tables {
		columns := strings.Split(t.columns, ", ")
		err := readTable(ctx, tx, t.name, columns, func(rows [][]any) error {
			return out.Write(ctx, func(w *Tx) error { return w.insertRows(t.name, columns, rows) })
		})
		if err != nil {
			return fmt.Errorf("copy table %s: %w", t.name, err)
		}
	}
	return out.reindex(ctx)
}

// emptied removes what the migrations put into a new store.
func (s *Store) emptied(ctx context.Context) error {
	return s.Write(ctx, func(t *Tx) error {
		for _, table := range tables {
			if _, err := t.exec("DELETE FROM " + table.name); err != nil {
				return err
			}
		}
		return nil
	})
}

// reindex makes the search index from the rows.
func (s *Store) reindex(ctx context.Context) error {
	last := int64(0)
	var b strings.Builder
	for {
		rows, err := s.read.QueryContext(ctx, selectSeizure+" WHERE num > $1 ORDER BY num LIMIT 5000", last)
		if err != nil {
			return diskError(err)
		}
		var nums []int64
		var words []string
		for rows.Next() {
			z, err := scanSeizure(rows)
			if err != nil {
				rows.Close()
				return err
			}
			fmt.Sscan(z.ID, &last)
			nums, words = append(nums, last), append(words, wordsOf(&b, &z))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return diskError(err)
		}
		if len(nums) == 0 {
			return nil
		}
		if err := s.Write(ctx, func(t *Tx) error {
			for i, n := range nums {
				if _, err := t.exec(addWords, n, words[i]); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

func readTable(ctx context.Context, tx *sql.Tx, table string, columns []string, chunk func([][]any) error) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	var batch [][]any
	for rows.Next() {
		row := make([]any, len(columns))
		dest := make([]any, len(columns))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for i, v := range row {
			if b, ok := v.([]byte); ok && b == nil { // SQLite's driver reads empty bytes as nil, which PostgreSQL takes for NULL
				row[i] = []byte{}
			}
		}
		if batch = append(batch, row); len(batch) == chunkOf(table) {
			if err := chunk(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(batch) == 0 {
		return nil
	}
	return chunk(batch)
}

// chunkOf is how many rows of a table are copied at once: few where one row may
// have a megabyte.
func chunkOf(table string) int {
	switch table {
	case "outbox", "inbox", "file_chunk", "item":
		return 100
	}
	return 5000
}

func (t *Tx) insertRows(table string, columns []string, rows [][]any) error {
	q := insertText(table, columns)
	for _, row := range rows {
		if _, err := t.exec(q, row...); err != nil {
			return err
		}
	}
	return nil
}
