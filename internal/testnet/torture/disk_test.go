package torture

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/store/pgtest"
	"paiza/internal/testnet"
)

// TestFullDisk: the disk of the node that takes in is full. The other learns that
// it waits and why; when there is room again, all arrives.
func TestFullDisk(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		disk := newDevice(t, 48)
		fullDisk(t, disk, filepath.Join(disk.dir, "n.paiza"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db := pgtest.Own(t)
		disk := newDevice(t, 96)
		t.Cleanup(db.Crash) // or it holds the device
		fullDisk(t, disk, tablespace(t, db, disk))
	})
}

// tablespace makes a database whose tables lie on the device, and gives its
// address. The log of the server lies elsewhere: without room for that it ends.
func tablespace(t *testing.T, db *pgtest.Server, disk *device) string {
	t.Helper()
	dir := filepath.Join(disk.dir, "tables")
	uid, gid := db.Owner()
	if err := errors.Join(os.Chmod(filepath.Dir(disk.dir), 0o755), os.Mkdir(dir, 0o700), os.Chown(dir, uid, gid)); err != nil {
		t.Fatal(err)
	}
	conn, err := sql.Open("pgx", db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, q := range []string{"CREATE TABLESPACE little LOCATION '" + dir + "'", "CREATE DATABASE n TABLESPACE little"} {
		if _, err := conn.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Replace(db.URL, "/postgres?", "/n?", 1)
}

func fullDisk(t *testing.T, disk *device, target string) {
	n := open(t, testnet.Plan{Limits: impatient, Nodes: []testnet.NodePlan{{Name: "a", Body: "XAA"}, {Name: "b", Body: "XBB", Store: target}}})
	a, b := n.Node("a"), n.Node("b")
	quiet(t, n)
	ballast := filepath.Join(disk.dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size >= 512; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	_ = f.Close()
	for range 60 {
		if _, err := a.Desk().SendNote(t.Context(), a.As(paiza.RoleAnalyst), paiza.NewDeskNote{Peer: b.ID().String(), Title: "Exercise", Text: strings.Repeat("full ", 18_000), Exercise: true}); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the writer is told that the other cannot take it now", func() bool { s := a.Traffic(b); return s.Failed > 0 && s.Refused != "" })
	if err := errors.Join(os.Remove(ballast)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	calm(n)
	quiet(t, n)
	whole(t, n)
}
