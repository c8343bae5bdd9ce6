package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"paiza"
	"paiza/internal/backup"
	"paiza/internal/desk"
	"paiza/internal/store"
)

type backupCmd struct {
	Make   backupMakeCmd   `cmd:"" default:"withargs" help:"Write a backup, sealed for whose keys are given."`
	Verify backupVerifyCmd `cmd:"" help:"Check a backup: with its key, everything in it; without, that its file is what this store wrote."`
	List   backupListCmd   `cmd:"" help:"List the backups that this store knows."`
	Key    backupKeyCmd    `cmd:"" help:"Make a secret key, and print the recipient that belongs to it."`
}

type backupMakeCmd struct {
	File           string   `arg:"" help:"New file, or a folder in which it is named by its moment."`
	Recipients     []string `name:"recipient" help:"Public key (age1…) whose holder can open it; may be given several times." placeholder:"KEY"`
	PassphraseFile string   `help:"File whose first line is the passphrase that opens it." placeholder:"FILE"`
	Plain          bool     `help:"Do not seal it: everybody who has the file can read everything in it."`
}

func (c *backupMakeCmd) Run(a *app) error {
	if err := a.notOverNode(); err != nil {
		return err
	}
	if c.Plain {
		if len(c.Recipients) > 0 || c.PassphraseFile != "" {
			return paiza.Invalid("backup.plain_or_sealed", nil)
		}
		return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
			if err := d.Backup(a.ctx, who, c.File); err != nil {
				return err
			}
			return a.backedUp(map[string]any{"backup": c.File, "sealed": false, "checked": true}, "cli.backup.plain", c.File)
		})
	}
	lock := backup.Lock{Recipients: c.Recipients}
	if c.PassphraseFile != "" {
		words, err := firstLine(c.PassphraseFile)
		if err != nil {
			return err
		}
		lock.Passphrase = words
	}
	if err := lock.Check(); err != nil { // before a store is opened for nothing
		return err
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		b, err := d.BackUp(a.ctx, who, desk.BackupOrder{File: c.File, Lock: lock})
		if err != nil {
			return err
		}
		file := filepath.Join(b.Folder, b.Name)
		return a.backedUp(map[string]any{"backup": file, "sealed": true, "checked": true, "size": b.Size, "sha256": b.SHA256,
			"seizures": b.Rows, "entries": b.Entries, "recipients": b.Recipients}, "cli.backup.done", file)
	})
}

func (a *app) backedUp(v map[string]any, key, file string) error {
	if a.cli.JSON {
		return a.printLine(v)
	}
	fmt.Fprintln(a.out, a.loc.T(key, "file", file))
	return nil
}

// firstLine reads a passphrase from a file.
func firstLine(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", noFile(file, err)
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, 4<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func noFile(file string, err error) error {
	return &paiza.Error{Kind: paiza.ErrNotFound, Key: "backup.no_file", Args: paiza.Args{"file": file}, Err: err}
}

// keyFlags are how a person gives the key to a sealed backup.
type keyFlags struct {
	Identity       string `help:"File with the secret key that opens the backup." placeholder:"FILE"`
	PassphraseFile string `help:"File whose first line is the passphrase that opens the backup." placeholder:"FILE"`
}

func (k *keyFlags) given() bool { return k.Identity != "" || k.PassphraseFile != "" }

func (k *keyFlags) key() (backup.Key, error) {
	switch {
	case !k.given():
		return backup.Key{}, paiza.Invalid("backup.key_needed", nil)
	case k.Identity != "" && k.PassphraseFile != "":
		return backup.Key{}, paiza.Invalid("backup.lock_two", nil)
	case k.Identity != "":
		f, err := os.Open(k.Identity)
		if err != nil {
			return backup.Key{}, noFile(k.Identity, err)
		}
		defer f.Close()
		return backup.ParseKey(f)
	}
	words, err := firstLine(k.PassphraseFile)
	if err != nil {
		return backup.Key{}, err
	}
	return backup.PassphraseKey(words)
}

// opened calls fn with the plain copy that is in a backup: the file itself, or
// what the key opens, which is removed afterwards. near is a folder on the disk
// that has room for it.
func (a *app) opened(file, near string, k keyFlags, fn func(plain string) error) error {
	f, err := os.Open(file)
	if err != nil {
		return noFile(file, err)
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if !backup.Sealed(head[:n]) && !k.given() {
		return fn(file)
	}
	key, err := k.key()
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(near, ".paiza-open-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	limit := int64(1) << 40
	if free, _ := store.Room(dir); free >= 0 {
		limit = min(limit, free)
	}
	plain := filepath.Join(dir, "copy")
	out, err := os.OpenFile(plain, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = backup.Open(a.ctx, out, f, key, limit)
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	return fn(plain)
}

type backupVerifyCmd struct {
	File string `arg:"" help:"The backup." type:"existingfile"`
	keyFlags
}

func (c *backupVerifyCmd) Run(a *app) error {
	f, err := os.Open(c.File)
	if err != nil {
		return noFile(c.File, err)
	}
	head := make([]byte, 64)
	n, _ := io.ReadFull(f, head)
	f.Close()
	if backup.Sealed(head[:n]) && !c.given() {
		return c.compare(a)
	}
	return a.opened(c.File, os.TempDir(), c.keyFlags, func(plain string) error {
		if err := store.CheckBackup(a.ctx, plain); err != nil {
			return err
		}
		rows, entries, err := store.CopyCounts(a.ctx, plain)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printLine(map[string]any{"backup": c.File, "sound": true, "opened": true, "seizures": rows, "entries": entries})
		}
		fmt.Fprintln(a.out, a.loc.T("cli.backup.sound", "file", c.File, "rows", rows, "entries", entries))
		return nil
	})
}

// compare checks the file against what the store wrote, without a key.
func (c *backupVerifyCmd) compare(a *app) error {
	file, err := filepath.Abs(c.File)
	if err != nil {
		return err
	}
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		list, err := d.Backups(a.ctx, who)
		if err != nil {
			return err
		}
		for _, b := range list {
			if b.ID == "" || filepath.Join(b.Folder, b.Name) != file || b.State == paiza.BackupDropped {
				continue
			}
			if b, err = d.VerifyBackup(a.ctx, who, b.ID); err != nil {
				return err
			}
			if b.State != paiza.BackupGood {
				return paiza.Invalid("backup.file_changed", paiza.Args{"file": c.File})
			}
			return a.backedUp(map[string]any{"backup": c.File, "sound": true, "opened": false}, "cli.backup.same", c.File)
		}
		return paiza.Invalid("backup.not_known", paiza.Args{"file": c.File})
	})
}

type backupListCmd struct{}

// backupJSON is one backup as --json prints it.
type backupJSON struct {
	File       string    `json:"file"`
	Made       time.Time `json:"made"`
	State      string    `json:"state"`
	Size       int64     `json:"size"`
	SHA256     string    `json:"sha256"`
	Seizures   int64     `json:"seizures"`
	Entries    int64     `json:"entries"`
	Recipients []string  `json:"recipients"`
	Checked    time.Time `json:"checked"`
}

func (c *backupListCmd) Run(a *app) error {
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		list, err := d.Backups(a.ctx, who)
		if err != nil {
			return err
		}
		if a.cli.JSON {
			out := []backupJSON{}
			for _, b := range list {
				out = append(out, backupJSON{filepath.Join(b.Folder, b.Name), b.Made, string(b.State), b.Size, b.SHA256, b.Rows, b.Entries, b.Recipients, b.Checked})
			}
			return a.printJSON(out)
		}
		if len(list) == 0 {
			fmt.Fprintln(a.out, a.loc.T("cli.backup.none"))
			return nil
		}
		var rows [][]string
		for _, b := range list {
			rows = append(rows, []string{a.loc.Time(b.Made), a.loc.T("backup.state." + string(b.State)), a.loc.Bytes(b.Size), printable(filepath.Join(b.Folder, b.Name))})
		}
		return table(a.out, []string{a.loc.T("node.backup.made"), a.loc.T("node.backup.state"), ">" + a.loc.T("node.backup.size"), a.loc.T("node.backup.file")}, rows)
	})
}

type backupKeyCmd struct {
	File string `arg:"" help:"New file for the secret key. Keep it away from the node."`
}

func (c *backupKeyCmd) Run(a *app) error {
	recipient, err := backup.NewKeyFile(c.File)
	if err != nil {
		return err
	}
	if a.cli.JSON {
		return a.printLine(map[string]any{"recipient": recipient, "fingerprint": backup.Fingerprint(recipient), "identity": c.File})
	}
	fmt.Fprintln(a.out, recipient)
	fmt.Fprintln(a.err, a.loc.T("cli.backup.key", "file", c.File, "fingerprint", backup.Fingerprint(recipient)))
	return nil
}

type restoreCmd struct {
	File    string `arg:"" help:"The backup, sealed or plain." type:"existingfile"`
	Replace bool   `help:"Replace a store that exists."`
	keyFlags
}

func (c *restoreCmd) Run(a *app) error {
	if err := a.notOverNode(); err != nil {
		return err
	}
	target, err := a.store()
	if err != nil {
		return err
	}
	near := os.TempDir()
	if !store.IsPostgres(target) {
		near = filepath.Dir(target)
	}
	err = a.opened(c.File, near, c.keyFlags, func(plain string) error {
		return store.Restore(a.ctx, plain, target, c.Replace)
	})
	if err != nil {
		return err
	}
	// The act is written into the store that now stands.
	return a.withDesk(func(d *desk.Desk, who paiza.Actor) error {
		if err := d.Restored(a.ctx, who); err != nil {
			return err
		}
		if a.cli.JSON {
			return a.printLine(map[string]any{"restored": target, "from": c.File, "checked": true})
		}
		fmt.Fprintln(a.out, a.loc.T("cli.restore.done", "file", c.File))
		return nil
	})
}
