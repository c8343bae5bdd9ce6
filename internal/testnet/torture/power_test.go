package torture

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"paiza/internal/store/pgtest"
	"paiza/internal/testnet"
)

// device is a file system on a block device that is a file.
type device struct {
	t     *testing.T
	image string
	dir   string // where it is mounted
}

// newDevice makes a file system of so many megabytes. It skips the test where
// that is not allowed.
func newDevice(t *testing.T, megabytes int) *device {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("a block device is not tested: only root may mount one")
	}
	d := &device{t: t, image: filepath.Join(t.TempDir(), "disk"), dir: t.TempDir()}
	f, err := os.Create(d.image)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(int64(megabytes)<<20), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][]string{{"mkfs.ext4", "-q", "-F", d.image}, {"mount", "-o", "loop", d.image, d.dir}} {
		if out, err := exec.Command(c[0], c[1:]...).CombinedOutput(); err != nil {
			t.Skipf("a block device is not tested: %s: %v %s", c[0], err, out)
		}
	}
	t.Cleanup(d.unmount)
	return d
}

func (d *device) unmount() {
	for tries := 1; ; tries++ {
		out, err := exec.Command("umount", d.dir).CombinedOutput()
		if err == nil {
			return
		}
		if tries == 20 { // who has just ended may still hold a file for a moment
			d.t.Fatalf("umount: %v %s", err, out)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// powerLoss is the device as it is at this moment while p works on it: what no
// one has synced is not on it. The process dies, and so does its PostgreSQL when
// it has one; the file system is mounted from the copy.
func (d *device) powerLoss(p *process, db *pgtest.Server) []string {
	d.t.Helper()
	if err := p.Process.Signal(syscall.SIGSTOP); err != nil {
		d.t.Fatal(err)
	}
	lose := func() {}
	if db != nil {
		var err error
		if lose, err = db.Freeze(); err != nil {
			d.t.Fatal(err)
		}
	}
	copied := d.image + "+"
	out, err := exec.Command("cp", "--sparse=always", "--reflink=auto", d.image, copied).CombinedOutput()
	if err != nil {
		d.t.Fatalf("cp: %v %s", err, out)
	}
	kept := p.kill()
	lose()
	d.unmount()
	if err := os.Rename(copied, d.image); err != nil {
		d.t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "loop", d.image, d.dir).CombinedOutput(); err != nil {
		d.t.Fatalf("mount: %v %s", err, out)
	}
	if db != nil {
		if err := db.Start(); err != nil {
			d.t.Fatal(err)
		}
	}
	return kept
}

// TestPowerLoss: the machine of either node loses its power at any moment. What
// was acknowledged was on the disk, of SQLite and of PostgreSQL.
func TestPowerLoss(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, side := range []string{"writer", "reader"} {
			t.Run(engine+"/"+side, func(t *testing.T) {
				t.Parallel()
				losePower(t, engine, side)
			})
		}
	}
}

func losePower(t *testing.T, engine, side string) {
	var db *pgtest.Server
	size := 128
	if engine == "postgres" {
		db, size = pgtest.Own(t), 512
	}
	disk := newDevice(t, size)
	plan := testnet.NodePlan{Store: filepath.Join(disk.dir, "n.paiza")}
	if db != nil {
		// The server runs as another user, who comes through here.
		if err := errors.Join(os.Chmod(filepath.Dir(disk.dir), 0o755), db.Settle(disk.dir)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Crash)
		plan.Store = db.URL
	}
	w := newTwins(t, plan, testnet.NodePlan{})
	if side == "reader" {
		w = newTwins(t, testnet.NodePlan{}, plan)
	}
	w.a.Rest = 5 * time.Millisecond // or the reader is given more than he can take in
	a, b := w.startA(), w.startB()
	for range rounds(3) {
		chance()
		if db != nil {
			chance() // each commit of PostgreSQL waits longer for the device
		}
		if side == "writer" {
			w.kept = append(w.kept, disk.powerLoss(a, db)...)
			a = w.startA()
		} else {
			disk.powerLoss(b, db)
			b = w.startB()
		}
	}
	chance()
	w.kept = append(w.kept, a.finish()...)
	b.finish()
	w.judge()
}

// TestPowerLossTells: the copy of the device is worth something: what a program
// wrote without syncing it is not on it.
func TestPowerLossTells(t *testing.T) {
	disk := newDevice(t, 16)
	write := func(name string, sync bool) {
		f, err := os.Create(filepath.Join(disk.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteString("kept?")
		if sync {
			err = errors.Join(err, f.Sync())
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	write("synced", true)
	write("unsynced", false)
	copied := disk.image + "+"
	if out, err := exec.Command("cp", disk.image, copied).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v %s", err, out)
	}
	after := &device{t: t, image: copied, dir: t.TempDir()}
	if out, err := exec.Command("mount", "-o", "loop", after.image, after.dir).CombinedOutput(); err != nil {
		t.Fatalf("mount: %v %s", err, out)
	}
	defer after.unmount()
	for name, want := range map[string]string{"synced": "kept?", "unsynced": ""} {
		got, err := os.ReadFile(filepath.Join(after.dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, fmt.Sprint(err))
		}
	}
}
