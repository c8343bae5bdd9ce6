package desk_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/backup"
	"paiza/internal/desk"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

// recipient makes a key and answers both halves.
func recipient(t *testing.T) (string, backup.Key) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	to, err := backup.NewKeyFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	key, err := backup.ParseKey(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return to, key
}

// record writes n seizures.
func record(t *testing.T, d *desk.Desk, n int) {
	t.Helper()
	for range n {
		_, err := d.RecordSeizure(t.Context(), who, paiza.NewSeizure{Date: "2024-02-03", Country: "KAZ", Place: "Алматы",
			Substance: "Heroin", Amount: "1.5", Unit: "kg", Routing: "inland"})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// unseal opens a backup's file into a plain copy.
func unseal(t *testing.T, file string, key backup.Key) string {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var plain bytes.Buffer
	if _, err := backup.Open(t.Context(), &plain, in, key, 1<<30); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(out, plain.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// names are the files of a folder, hidden ones too.
func names(t *testing.T, folder string) []string {
	t.Helper()
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range list {
		out = append(out, f.Name())
	}
	return out
}

// TestBackUp seals the store of each engine and restores it into the other.
func TestBackUp(t *testing.T) {
	onBoth(t, func(t *testing.T, target string) {
		one, _ := recipient(t)
		two, key := recipient(t)
		folder := t.TempDir()
		d := openWith(t, target, desk.Options{})
		record(t, d, 5)
		b, err := d.BackUp(t.Context(), who, desk.BackupOrder{File: folder, Lock: backup.Lock{Recipients: []string{one, two}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := names(t, folder); len(got) != 1 || got[0] != b.Name || !backup.IsName(b.Name) {
			t.Errorf("files %v, want %s alone", got, b.Name)
		}
		if b.Rows != 5 || b.State != paiza.BackupGood {
			t.Errorf("the backup says %+v", b)
		}
		if !store.IsPostgres(target) {
			for _, name := range names(t, filepath.Dir(target)) {
				if strings.HasPrefix(name, ".paiza-copy-") {
					t.Errorf("an unencrypted copy stayed: %s", name)
				}
			}
		}
		raw, err := os.ReadFile(filepath.Join(folder, b.Name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte("SQLite")) || bytes.Contains(raw, []byte("Алматы")) {
			t.Error("the file can be read without a key")
		}
		other := pgtest.New(t)
		if store.IsPostgres(target) {
			other = filepath.Join(t.TempDir(), "other.paiza")
		}
		if err := store.Restore(t.Context(), unseal(t, filepath.Join(folder, b.Name), key), other, false); err != nil {
			t.Fatal(err)
		}
		again := openWith(t, other, desk.Options{})
		sound(t, again)
		if o, err := again.Overview(t.Context(), who); err != nil || o.Rows != 5 {
			t.Errorf("restored: %d rows, %v", o.Rows, err)
		}
		list, err := again.LedgerOn(t.Context(), who, "backup/"+b.ID, 0, 10)
		if err != nil || len(list) != 1 || list[0].Action != "backup.begin" {
			t.Errorf("the restored store does not say from which backup it is: %v, %v", list, err)
		}
		if jobs, err := again.Jobs(t.Context(), who, 1); err != nil || len(jobs) != 0 {
			t.Errorf("claims of jobs came with the backup: %v, %v", jobs, err)
		}
	})
}

// TestBackUpFails: whatever stops a backup, no file and no copy stays, and the
// store goes on.
func TestBackUpFails(t *testing.T) {
	to, _ := recipient(t)
	lock := backup.Lock{Recipients: []string{to}}
	dir := t.TempDir()
	d := openWith(t, filepath.Join(dir, "node.paiza"), desk.Options{})
	record(t, d, 3)
	before := names(t, dir)
	folder := t.TempDir()
	try := func(what string, key string, folder string) {
		t.Helper()
		_, err := d.BackUp(t.Context(), who, desk.BackupOrder{File: folder, Lock: lock})
		var pe *paiza.Error
		if !errors.As(err, &pe) || pe.Key != key {
			t.Errorf("%s: %v, want %s", what, err, key)
		}
		if st, err := os.Stat(folder); err == nil && st.IsDir() && len(names(t, folder)) > 0 {
			t.Errorf("%s: left %v", what, names(t, folder))
		}
		if got := names(t, dir); !slices.Equal(got, before) {
			t.Errorf("%s: left %v beside the store", what, got)
		}
	}
	d.SetRoom(func(f string) (int64, int64) {
		if f == folder {
			return 10 << 10, 1 << 30
		}
		return 1 << 40, 1 << 40
	})
	try("a disk without room", "backup.no_room", folder)
	d.SetRoom(func(string) (int64, int64) { return -1, -1 })
	if small := smallDisk(t); small != "" {
		try("a disk that fills up", "backup.disk_full", small)
	}
	if list, err := d.Backups(t.Context(), who); err != nil || len(list) != 0 {
		t.Errorf("backups that failed are listed: %v, %v", list, err)
	}
	record(t, d, 1)
	sound(t, d)
}

// smallDisk mounts a disk of a few pages; empty where the test may not.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if os.Getuid() != 0 {
		t.Log("a full disk is not tested: only root may mount one")
		return ""
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Logf("a full disk is not tested: %v %s", err, out)
		return ""
	}
	t.Cleanup(func() { exec.Command("umount", dir).Run() })
	return dir
}

// TestRetention keeps the newest good ones. A file that changed does not count as
// good, the last good one is never removed, and what the store does not know is
// not touched.
func TestRetention(t *testing.T) {
	to, _ := recipient(t)
	folder := t.TempDir()
	clock := newClock()
	target := filepath.Join(t.TempDir(), "node.paiza")
	d := openWith(t, target, desk.Options{Now: clock.now, Backup: desk.BackupPlan{Folder: folder, Recipients: []string{to}, Keep: 2}})
	foreign := []string{"paiza-20200101-000000.backup.age", "notes.txt"}
	for _, name := range foreign {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var made []paiza.Backup
	next := func() {
		t.Helper()
		clock.advance(24 * time.Hour)
		b, err := d.BackUpAsPlanned(t.Context())
		if p, perr := d.Pulse(t.Context()); perr != nil || p.LastBackup.IsZero() {
			t.Errorf("the figures do not count the backup: %v, %v", p.LastBackup, perr)
		}
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, b)
	}
	stay := func(want ...string) {
		t.Helper()
		want = append(want, foreign...)
		slices.Sort(want)
		if got := names(t, folder); !slices.Equal(got, want) {
			t.Fatalf("files %v, want %v", got, want)
		}
	}
	next()
	next()
	next()
	stay(made[1].Name, made[2].Name)
	// The newest is damaged in place: the two good ones before it stay.
	flip(t, filepath.Join(folder, made[2].Name))
	if b, err := d.VerifyBackup(t.Context(), who, made[2].ID); err != nil || b.State != paiza.BackupChanged {
		t.Fatalf("a changed file: %v, %v", b.State, err)
	}
	next()
	stay(made[1].Name, made[2].Name, made[3].Name)
	// A good one is lost past the program: it counts no more.
	if err := os.Remove(filepath.Join(folder, made[3].Name)); err != nil {
		t.Fatal(err)
	}
	next()
	stay(made[1].Name, made[2].Name, made[4].Name)
	next()
	stay(made[4].Name, made[5].Name)
	list, err := d.Backups(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]paiza.BackupState{}
	for _, b := range list {
		states[b.Name] = b.State
	}
	for name, want := range map[string]paiza.BackupState{made[0].Name: paiza.BackupDropped, made[3].Name: paiza.BackupMissing,
		made[5].Name: paiza.BackupGood, foreign[0]: paiza.BackupUnknown} {
		if states[name] != want {
			t.Errorf("%s is %q, want %q", name, states[name], want)
		}
	}
}

// flip changes one bit in the middle of a file.
func flip(t *testing.T, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSweep: what a backup of a dead process left is removed by the next one, and
// what one that lives has is not.
func TestSweep(t *testing.T) {
	to, _ := recipient(t)
	folder, dir := t.TempDir(), t.TempDir()
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Skip(err)
	}
	host, _ := os.Hostname()
	dead := fmt.Sprintf(".paiza-copy-%s@%d@x@y", host, cmd.ProcessState.Pid())
	alive := fmt.Sprintf(".paiza-copy-%s@%d@x@y", host, os.Getpid())
	for _, name := range []string{dead, alive} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	old, young := ".paiza-20260101-000000.backup.age.part", ".paiza-20260102-000000.backup.age.part"
	for _, name := range []string{old, young} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(filepath.Join(folder, old), long, long); err != nil {
		t.Fatal(err)
	}
	d := openWith(t, filepath.Join(dir, "node.paiza"), desk.Options{Backup: desk.BackupPlan{Folder: folder, Recipients: []string{to}}})
	if _, err := d.BackUpAsPlanned(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); slices.Contains(got, dead) || !slices.Contains(got, alive) {
		t.Errorf("copies beside the store: %v", got)
	}
	if got := names(t, folder); slices.Contains(got, old) || !slices.Contains(got, young) {
		t.Errorf("unfinished files: %v", got)
	}
}
