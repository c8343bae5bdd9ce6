package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paiza/internal/store/pgtest"
)

// TestServedNodeBacksUp: two processes serve one PostgreSQL with a plan for
// backups; between them they make one, and it restores into a file on a machine
// that has the key. A plan that cannot work is refused at the start.
func TestServedNodeBacksUp(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	target, bin, folder, dir := pgtest.New(t), program(t), t.TempDir(), t.TempDir()
	key := filepath.Join(dir, "key")
	out, err := exec.Command(bin, "backup", "key", key).Output()
	if err != nil {
		t.Fatal(err)
	}
	recipient := strings.TrimSpace(string(out))
	for what, vars := range map[string][]string{
		"no recipient":    {"PAIZA_BACKUP_FOLDER=" + folder},
		"no such folder":  {"PAIZA_BACKUP_FOLDER=" + folder + "/none", "PAIZA_BACKUP_RECIPIENTS=" + recipient},
		"not a recipient": {"PAIZA_BACKUP_FOLDER=" + folder, "PAIZA_BACKUP_RECIPIENTS=age1x"},
		"not a time":      {"PAIZA_BACKUP_SCHEDULE=sometimes"},
	} {
		cmd := exec.Command(bin, "serve", "--store", target, "--address", "127.0.0.1:0")
		cmd.Env = append(os.Environ(), vars...)
		if out, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != exitInvalid {
			t.Errorf("%s: %v: %s", what, err, out)
		}
	}
	t.Setenv("PAIZA_BACKUP_FOLDER", folder)
	t.Setenv("PAIZA_BACKUP_RECIPIENTS", recipient)
	t.Setenv("PAIZA_BACKUP_SCHEDULE", "every 1h")
	a := serve(t, bin, target)
	b := serve(t, bin, target)
	var files []string
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end) && len(files) == 0; time.Sleep(50 * time.Millisecond) {
		files, _ = filepath.Glob(filepath.Join(folder, "paiza-*.backup.age"))
	}
	for _, n := range []*node{a, b} { // what they do is done when they have stopped
		n.Process.Signal(os.Interrupt)
		if err := n.Wait(); err != nil {
			t.Errorf("the end of a process: %v", err)
		}
	}
	list, err := os.ReadDir(folder)
	if err != nil || len(list) != 1 || len(files) != 1 {
		t.Fatalf("files %v, %v; want one backup", list, err)
	}
	restored := filepath.Join(dir, "restored.paiza")
	if out, err := exec.Command(bin, "restore", "--store", restored, "--identity", key, files[0]).CombinedOutput(); err != nil {
		t.Fatalf("restore: %v: %s", err, out)
	}
	if out, err := exec.Command(bin, "fsck", "--store", restored).CombinedOutput(); err != nil {
		t.Errorf("fsck: %v: %s", err, out)
	}
}
