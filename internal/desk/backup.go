package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"paiza"
	"paiza/internal/backup"
	"paiza/internal/store"
)

// BackupPlan is how a node backs itself up. It is whole with a folder and at
// least one recipient.
type BackupPlan struct {
	Folder     string   // where the files go; best another disk
	Recipients []string // age1…: who can open them; their secret keys are not on the node
	Keep       int      // how many good ones stay; 0 means KeepBackups
	// Scratch is where the copy lies, unencrypted, while it is proved and sealed;
	// empty means beside the store or, for PostgreSQL, the folder for temporary
	// files.
	Scratch string
}

// KeepBackups is how many good backups stay when the plan does not say.
const KeepBackups = 14

// Set reports whether the plan says where to and for whom.
func (p BackupPlan) Set() bool { return p.Folder != "" && len(p.Recipients) > 0 }

// Check says what is wrong with a plan before the first night depends on it.
func (p BackupPlan) Check() error {
	if p.Folder == "" && len(p.Recipients) == 0 {
		return nil
	}
	if !p.Set() {
		return paiza.Invalid("backup.plan_half", nil)
	}
	if st, err := os.Stat(p.Folder); err != nil || !st.IsDir() {
		return paiza.Invalid("backup.no_folder", paiza.Args{"folder": p.Folder})
	}
	return backup.Lock{Recipients: p.Recipients}.Check()
}

// BackupOrder says what backup to make: into which file, sealed with what.
type BackupOrder struct {
	File string // a new file, or a folder in which it gets the name of the moment
	Lock backup.Lock
}

// BackUp writes a sealed backup. The copy inside is proved as Fsck proves a
// store before it is sealed; the written file is read back, authenticated and
// compared with the copy before it gets its name. Refusals and failures leave
// nothing behind.
func (d *Desk) BackUp(ctx context.Context, who paiza.Actor, o BackupOrder) (paiza.Backup, error) {
	b := paiza.Backup{ID: newID(), Made: d.now(), Recipients: o.Lock.Recipients, State: paiza.BackupGood}
	if err := allow(who, paiza.RightOperate); err != nil {
		return b, err
	}
	if err := o.Lock.Check(); err != nil {
		return b, err
	}
	file, err := filepath.Abs(o.File)
	if err != nil {
		return b, err
	}
	if st, err := os.Stat(file); err == nil && st.IsDir() {
		file = filepath.Join(file, backup.Name(b.Made))
	}
	b.Folder, b.Name = filepath.Split(file)
	b.Folder = filepath.Clean(b.Folder)
	if _, err := os.Lstat(file); err == nil {
		return b, paiza.Conflict("backup.exists", paiza.Args{"file": file})
	}
	about, log, err := d.store.Bytes(ctx)
	if err != nil {
		return b, err
	}
	about += log
	scratch := d.scratch()
	// The copy and its log while it is made; the file is at most as large as the copy.
	if err := errors.Join(d.hasRoom(scratch, 2*about), d.hasRoom(b.Folder, about)); err != nil {
		return b, err
	}
	// The entry is written first, so that the copy holds it too: a restored store
	// says from which backup it came.
	subject := "backup/" + b.ID
	if err := d.act(ctx, who, func(*store.Tx) (entry, error) {
		return entry{action: "backup.begin", subject: subject, detail: "file=" + b.Name}, nil
	}); err != nil {
		return b, err
	}
	if err := d.sealCopy(ctx, &b, scratch, o.Lock); err != nil {
		return b, fullDisk(err)
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "backup.make", subject: subject, detail: fmt.Sprintf("file=%s size=%d sha256=%s rows=%d entries=%d recipients=%s",
			b.Name, b.Size, b.SHA256, b.Rows, b.Entries, fingerprints(b.Recipients))}, errors.Join(t.PutBackup(b), t.SetBackupDone(d.now()))
	})
	return b, err
}

func fingerprints(recipients []string) string {
	if len(recipients) == 0 {
		return "passphrase"
	}
	var out []string
	for _, r := range recipients {
		out = append(out, strings.ReplaceAll(backup.Fingerprint(r), " ", ""))
	}
	return strings.Join(out, ",")
}

// scratch is where a copy lies while it is sealed.
func (d *Desk) scratch() string {
	switch {
	case d.plan.Scratch != "":
		return d.plan.Scratch
	case d.store.Folder() != "":
		return d.store.Folder()
	}
	return os.TempDir()
}

func (d *Desk) hasRoom(folder string, need int64) error {
	if free, _ := d.room(folder); free >= 0 && free < need {
		return paiza.Conflict("backup.no_room", paiza.Args{"folder": folder, "need": need>>20 + 1, "free": free >> 20})
	}
	return nil
}

// fullDisk says in a sentence that a disk filled up meanwhile.
func fullDisk(err error) error {
	var pe *paiza.Error
	if !errors.As(err, &pe) && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)) {
		return paiza.Unavailable("backup.disk_full", err)
	}
	return err
}

const scratchMark = ".paiza-copy-"

// sealCopy makes the copy and the file, and fills in what is known of them.
func (d *Desk) sealCopy(ctx context.Context, b *paiza.Backup, scratch string, lock backup.Lock) error {
	sweepScratch(scratch)
	dir := filepath.Join(scratch, scratchMark+strings.ReplaceAll(d.holder, "/", "@")+"@"+b.ID)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	plain := filepath.Join(dir, "copy")
	err := d.store.Backup(ctx, plain)
	if err != nil {
		return err
	}
	if b.Rows, b.Entries, err = store.CopyCounts(ctx, plain); err != nil {
		return err
	}
	if err := d.store.CarrySecret(ctx, plain); err != nil {
		return err
	}
	return d.sealFile(ctx, b, plain, lock)
}

// sweepScratch removes the copies that dead processes of this machine left.
func sweepScratch(scratch string) {
	list, _ := filepath.Glob(filepath.Join(scratch, scratchMark+"*"))
	for _, dir := range list {
		part := strings.Split(strings.TrimPrefix(filepath.Base(dir), scratchMark), "@")
		if len(part) == 4 && diedHere(strings.Join(part[:3], "/")) {
			os.RemoveAll(dir)
		}
	}
}

// sealFile writes the file under another name, proves it, and gives it its own.
func (d *Desk) sealFile(ctx context.Context, b *paiza.Backup, plain string, lock backup.Lock) error {
	in, err := os.Open(plain)
	if err != nil {
		return err
	}
	defer in.Close()
	st, err := in.Stat()
	if err != nil {
		return err
	}
	if err := d.hasRoom(b.Folder, st.Size()+st.Size()/100); err != nil {
		return err
	}
	part := filepath.Join(b.Folder, "."+b.Name+".part")
	out, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		out.Close()
		if !done {
			os.Remove(part)
		}
	}()
	proof, err := backup.Seal(ctx, out, in, lock)
	if err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum, err := proof.Check(ctx, out)
	if err != nil {
		return err
	}
	b.Plain, b.Size, b.SHA256, b.Checked = proof.Plain.Size, sum.Size, sum.SHA256, d.now()
	// A link is refused where a rename would replace what came there meanwhile.
	file := filepath.Join(b.Folder, b.Name)
	switch err := os.Link(part, file); {
	case err == nil:
		os.Remove(part)
	case errors.Is(err, fs.ErrExist):
		return paiza.Conflict("backup.exists", paiza.Args{"file": file})
	default: // a file system without links, as on many a stick
		if err := os.Rename(part, file); err != nil {
			return err
		}
	}
	done = true
	return syncFolder(b.Folder)
}

func syncFolder(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// BackUpAsPlanned makes the backup of the plan and removes those of which newer
// good ones have taken the place. It is a job's work and acts for the node.
func (d *Desk) BackUpAsPlanned(ctx context.Context) (paiza.Backup, error) {
	if !d.plan.Set() {
		return paiza.Backup{}, paiza.Conflict("backup.no_plan", nil)
	}
	sweepParts(d.plan.Folder, d.now())
	b, err := d.BackUp(ctx, node(), BackupOrder{File: d.plan.Folder, Lock: backup.Lock{Recipients: d.plan.Recipients}})
	if err != nil {
		return b, err
	}
	return b, d.dropOldBackups(ctx)
}

// sweepParts removes unfinished files that nobody writes any more.
func sweepParts(folder string, now time.Time) {
	list, _ := filepath.Glob(filepath.Join(folder, ".paiza-*"+backup.Tail+".part"))
	for _, part := range list {
		if st, err := os.Stat(part); err == nil && now.Sub(st.ModTime()) > time.Hour {
			os.Remove(part)
		}
	}
}
