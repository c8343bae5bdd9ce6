package desk

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"paiza"
	"paiza/internal/backup"
	"paiza/internal/store"
)

// backupHistory is how many backups are looked at, newest first.
const backupHistory = 200

// Backups lists the newest backups, newest first: those that this store knows,
// each as its file is now, and files in the plan's folder that it does not know,
// for example because the store itself was put back from an older one.
func (d *Desk) Backups(ctx context.Context, who paiza.Actor) ([]paiza.Backup, error) {
	if err := allow(who, paiza.RightOperate); err != nil {
		return nil, err
	}
	return d.backups(ctx)
}

func (d *Desk) backups(ctx context.Context) ([]paiza.Backup, error) {
	list, err := d.store.Backups(ctx, backupHistory)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for i := range list {
		b := &list[i]
		if b.State == paiza.BackupDropped {
			continue
		}
		file := filepath.Join(b.Folder, b.Name)
		known[file] = true
		switch st, err := os.Stat(file); {
		case err != nil:
			b.State = paiza.BackupMissing
		case st.Size() != b.Size:
			b.State = paiza.BackupChanged
		}
	}
	folder, err := filepath.Abs(d.plan.Folder)
	if d.plan.Folder == "" || err != nil {
		return list, err
	}
	files, _ := os.ReadDir(folder) // a folder that is not there holds none
	for _, f := range files {
		if st, err := f.Info(); err == nil && backup.IsName(f.Name()) && !known[filepath.Join(folder, f.Name())] {
			list = append(list, paiza.Backup{Name: f.Name(), Folder: folder, Made: st.ModTime().UTC(), Size: st.Size(), State: paiza.BackupUnknown})
		}
	}
	slices.SortStableFunc(list, func(a, b paiza.Backup) int { return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(b.Name, a.Name)) })
	return list, nil
}

// VerifyBackup reads a backup's file to its end and compares it with the one
// that was proved when it was made. It needs no secret key: a file with the same
// SHA-256 opens as it did then. That the recipients still have their keys only a
// restore shows.
func (d *Desk) VerifyBackup(ctx context.Context, who paiza.Actor, id string) (paiza.Backup, error) {
	if err := allow(who, paiza.RightOperate); err != nil {
		return paiza.Backup{}, err
	}
	list, err := d.store.Backups(ctx, backupHistory)
	if err != nil {
		return paiza.Backup{}, err
	}
	i := slices.IndexFunc(list, func(b paiza.Backup) bool { return b.ID == id && b.State != paiza.BackupDropped })
	if i < 0 {
		return paiza.Backup{}, paiza.NotFound("backup", id)
	}
	b := list[i]
	file := filepath.Join(b.Folder, b.Name)
	f, err := os.Open(file)
	if err != nil {
		return b, &paiza.Error{Kind: paiza.ErrNotFound, Key: "backup.no_file", Args: paiza.Args{"file": file}, Err: err}
	}
	defer f.Close()
	sum, err := backup.Hash(ctx, f)
	if err != nil {
		return b, err
	}
	b.State, b.Checked = paiza.BackupGood, d.now()
	if sum.SHA256 != b.SHA256 {
		b.State = paiza.BackupChanged
	}
	return b, d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "backup.verify", subject: "backup/" + b.ID, detail: fmt.Sprintf("file=%s state=%s", b.Name, b.State)}, t.SetBackup(b)
	})
}

// dropOldBackups removes the files of the plan's folder that are older than the
// newest good ones which are to stay. It touches only what this store made there
// and knows to have newer good ones: never the last good one, and never a file
// that it does not know.
func (d *Desk) dropOldBackups(ctx context.Context) error {
	list, err := d.backups(ctx)
	if err != nil {
		return err
	}
	folder, err := filepath.Abs(d.plan.Folder)
	if err != nil {
		return err
	}
	keep := max(cmp.Or(d.plan.Keep, KeepBackups), 1)
	good := 0
	for _, b := range list {
		if b.Folder != folder || !backup.IsName(b.Name) || b.State != paiza.BackupGood && b.State != paiza.BackupChanged {
			continue
		}
		if good < keep {
			if b.State == paiza.BackupGood {
				good++
			}
			continue
		}
		b.State = paiza.BackupDropped
		err := d.act(ctx, node(), func(t *store.Tx) (entry, error) {
			if err := t.SetBackup(b); err != nil {
				return entry{}, err
			}
			// The file goes last: if it cannot, nothing is said of it.
			return entry{action: "backup.drop", subject: "backup/" + b.ID, detail: "file=" + b.Name}, os.Remove(filepath.Join(folder, b.Name))
		})
		if err != nil {
			return err
		}
	}
	return nil
}
