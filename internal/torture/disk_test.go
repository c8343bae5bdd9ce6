package main

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"paiza"
	"paiza/client"
	"paiza/wire"
)

// limitFiles sets how long the files of a running process may become.
func limitFiles(t *testing.T, pid int, size uint64) {
	t.Helper()
	limit := syscall.Rlimit{Cur: size, Max: 1 << 40}
	const prlimit64 = 302 // amd64; elsewhere the test is left out
	if _, _, no := syscall.RawSyscall6(prlimit64, uintptr(pid), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(&limit)), 0, 0, 0); no != 0 {
		t.Skipf("no limit for a running process here: %v", no)
	}
}

// refusedBy reports whether an answer is the refusal of a store that cannot
// write, with status 503 and a sentence.
func refusedBy(err error, codes ...string) bool {
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != 503 || p.Detail == "" {
		return false
	}
	for _, code := range codes {
		if p.Code == code {
			return true
		}
	}
	return false
}

// full works on a node whose disk is full and gets room again: what cannot be
// kept is refused in words, nothing is torn, and the node goes on by itself.
func full(t *testing.T, n *node, fill, free func(), codes ...string) {
	ctx := t.Context()
	k, err := program(ctx, n, n.url(), login, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	if _, err := k.RecordSeizure(ctx, newSeizure(r, "before")); err != nil {
		t.Fatal(err)
	}
	up, err := k.Upload(ctx, "f.csv", strings.NewReader(file(r, "row", 30_000)), nil)
	if err != nil {
		t.Fatal(err)
	}
	fill()
	imp, err := k.TakeIn(ctx, wire.Take{Upload: up.ID, Profile: "paiza", Reason: "test"}, nil)
	if err == nil {
		t.Fatalf("the import of 30,000 rows found room: %+v", imp.Counts)
	}
	written := 0
	for ; written < 20_000; written++ {
		z := newSeizure(r, "while full")
		z.Packaging = strings.Repeat("much to be kept ", 100)
		if _, err = k.RecordSeizure(ctx, z); err != nil {
			break
		}
	}
	if !refusedBy(err, codes...) {
		t.Errorf("a record on a full disk, after %d: %v", written, err)
	}
	list, err := k.Seizures(ctx, paiza.SeizureFilter{}, paiza.Page{Size: 10})
	if err != nil || len(list.Seizures) == 0 {
		t.Errorf("reading on a full disk: %v", err)
	}
	free()
	if _, err := k.RecordSeizure(ctx, newSeizure(r, "after")); err != nil {
		t.Errorf("a record after there was room again: %v", err)
	}
	again, err := k.Upload(ctx, "f.csv", strings.NewReader(file(r, "again", 2000)), nil)
	if err != nil {
		t.Fatal(err)
	}
	// The import that failed may still be removing its rows.
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		_, err = k.TakeIn(ctx, wire.Take{Upload: again.ID, Profile: "paiza", Reason: "test"}, nil)
		var p *client.Problem
		if !errors.As(err, &p) || p.Code != "import.busy" || time.Now().After(end) {
			break
		}
	}
	if err != nil {
		t.Errorf("an import after there was room again: %v", err)
	}
	imports, err := k.Imports(ctx)
	if err != nil || len(imports.Imports) < 2 || imports.Imports[len(imports.Imports)-1].State != "failed" {
		t.Errorf("the import that found no room: %+v, %v", imports.Imports, err)
	}
	sound(t, n)
}

// TestFileLimit stands for a full disk where the tests are not those of root: the
// store's files may not grow any more.
func TestFileLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	dir := t.TempDir()
	n := serving(t, filepath.Join(dir, "node.paiza"), dir)
	full(t, n, func() {
		st, err := os.Stat(n.target + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		limitFiles(t, n.pid(), uint64(st.Size())+512<<10)
	}, func() { limitFiles(t, n.pid(), 1<<40) }, "store.disk_full", "store.disk_fault")
}

// TestDiskFull fills a small disk of memory, which takes root.
func TestDiskFull(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	dir := t.TempDir()
	disk := small(t, "24m", -1, -1)
	n := serving(t, filepath.Join(disk, "node.paiza"), dir)
	ballast := filepath.Join(disk, "ballast")
	full(t, n, func() { occupy(t, disk, ballast, 256<<10) }, func() { os.Remove(ballast) }, "store.disk_full")

	// A backup that finds no room leaves nothing.
	occupy(t, disk, ballast, 64<<10)
	key, err := n.verb(t.Context(), "", "backup", "key", filepath.Join(dir, "identity"))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(disk, "copy.backup")
	if _, err := n.verb(t.Context(), "", "backup", "--recipient", firstWord(key), out); err == nil || !strings.Contains(err.Error(), "Free space") {
		t.Errorf("a backup on a full disk: %v", err)
	}
	if left, _ := filepath.Glob(out + "*"); len(left) > 0 {
		t.Errorf("a backup that found no room left %v", left)
	}
}

// small mounts a disk of memory, or skips the test.
func small(t *testing.T, size string, uid, gid int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "none", dir).CombinedOutput(); err != nil {
		t.Skipf("a full disk is not tested here, a small one cannot be mounted (it takes root): %s", out)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
	if uid >= 0 {
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// occupy fills a disk but for a little.
func occupy(t *testing.T, disk, file string, but int64) {
	t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(disk, &st); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, make([]byte, max(0, int64(st.Bavail)*st.Bsize-but)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTablespaceFull fills the disk of a PostgreSQL.
func TestTablespaceFull(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	s := server(t)
	uid, gid := s.Owner()
	disk := small(t, "32m", uid, gid)
	open(t, filepath.Dir(disk))
	base, err := newDatabase(s, "torture TABLESPACE = pg_default")
	if err != nil {
		t.Fatal(err)
	}
	base = strings.Replace(base, " TABLESPACE = pg_default", "", 1)
	if err := execute(s.URL, "CREATE TABLESPACE little LOCATION '"+disk+"'", "ALTER DATABASE torture SET TABLESPACE little"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	n := serving(t, base, dir)
	ballast := filepath.Join(disk, "ballast")
	full(t, n, func() { occupy(t, disk, ballast, 128<<10) }, func() { os.Remove(ballast) }, "store.disk_full")
}

// open lets the server's user through to a folder.
func open(t *testing.T, dir string) {
	t.Helper()
	for ; strings.HasPrefix(dir, os.TempDir()) && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
