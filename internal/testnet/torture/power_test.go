package torture

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

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
	if out, err := exec.Command("umount", d.dir).CombinedOutput(); err != nil {
		d.t.Errorf("umount: %v %s", err, out)
	}
}

// powerLoss is the device as it is at this moment while p works on it: what no
// one has synced is not on it. The process dies, and the file system is mounted
// from the copy.
func (d *device) powerLoss(p *process) []string {
	d.t.Helper()
	if err := p.Process.Signal(syscall.SIGSTOP); err != nil {
		d.t.Fatal(err)
	}
	copied := d.image + "+"
	out, err := exec.Command("cp", "--sparse=always", "--reflink=auto", d.image, copied).CombinedOutput()
	if err != nil {
		d.t.Fatalf("cp: %v %s", err, out)
	}
	kept := p.kill()
	d.unmount()
	if err := os.Rename(copied, d.image); err != nil {
		d.t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "loop", d.image, d.dir).CombinedOutput(); err != nil {
		d.t.Fatalf("mount: %v %s", err, out)
	}
	return kept
}

// TestPowerLoss: the machine of either node loses its power at any moment. What
// was acknowledged was on the disk.
func TestPowerLoss(t *testing.T) {
	for _, side := range []string{"writer", "reader"} {
		t.Run(side, func(t *testing.T) {
			t.Parallel()
			disk := newDevice(t, 128)
			plan := testnet.NodePlan{Store: filepath.Join(disk.dir, "n.paiza")}
			w := newTwins(t, plan, testnet.NodePlan{})
			if side == "reader" {
				w = newTwins(t, testnet.NodePlan{}, plan)
			}
			a, b := w.startA(), w.startB()
			for range rounds(3) {
				chance()
				if side == "writer" {
					w.kept = append(w.kept, disk.powerLoss(a)...)
					a = w.startA()
				} else {
					disk.powerLoss(b)
					b = w.startB()
				}
			}
			chance()
			w.kept = append(w.kept, a.finish()...)
			b.finish()
			w.judge()
		})
	}
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
