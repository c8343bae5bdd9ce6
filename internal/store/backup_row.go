package store

import (
	"context"
	"strings"

	"paiza"
)

const backupColumns = "id, name, folder, made, size, sha256, plain, lines, entries, recipients, state, checked"

// PutBackup writes what is known of a backup that was made. What was known of an
// earlier file of that name in that folder is forgotten: the file is no more.
func (t *Tx) PutBackup(b paiza.Backup) error {
	if _, err := t.exec("DELETE FROM backup WHERE folder = $1 AND name = $2", b.Folder, b.Name); err != nil {
		return err
	}
	_, err := t.exec(insertText("backup", strings.Split(backupColumns, ", ")), b.ID, b.Name, b.Folder, millis(b.Made), b.Size, b.SHA256,
		b.Plain, b.Rows, b.Entries, strings.Join(b.Recipients, " "), string(b.State), millis(b.Checked))
	return err
}

// SetBackup writes what may change of a backup: its state and when it was
// checked.
func (t *Tx) SetBackup(b paiza.Backup) error {
	_, err := t.exec("UPDATE backup SET state = $1, checked = $2 WHERE id = $3", string(b.State), millis(b.Checked), b.ID)
	return err
}

// Backups lists the newest backups that this store knows of, newest first.
func (s *Store) Backups(ctx context.Context, limit int) ([]paiza.Backup, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+backupColumns+" FROM backup ORDER BY made DESC, name DESC LIMIT $1", limit)
	if err != nil {
		return nil, diskError(err)
	}
	defer rows.Close()
	var out []paiza.Backup
	for rows.Next() {
		var b paiza.Backup
		var made, checked int64
		var recipients string
		if err := rows.Scan(&b.ID, &b.Name, &b.Folder, &made, &b.Size, &b.SHA256, &b.Plain, &b.Rows, &b.Entries, &recipients, &b.State, &checked); err != nil {
			return nil, err
		}
		b.Made, b.Checked, b.Recipients = moment(made), moment(checked), strings.Fields(recipients)
		out = append(out, b)
	}
	return out, diskError(rows.Err())
}

// CopyCounts says how many seizures and ledger entries a plain backup holds.
func CopyCounts(ctx context.Context, file string) (rows, entries int64, err error) {
	b, err := OpenForRepair(ctx, file)
	if err != nil {
		return 0, 0, err
	}
	defer b.Close()
	err = b.read.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM seizure), (SELECT count(*) FROM act)").Scan(&rows, &entries)
	return rows, entries, diskError(err)
}
