// Package pgtest gives tests a real PostgreSQL database of their own: it starts
// one server for the test process from the programs of the machine, on a socket
// in a temporary folder, and makes a new database for each test. It is for
// tests only.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of the databases made here
)

// EnvURL names a running server to use instead of starting one; its user must
// be allowed to create databases.
const EnvURL = "PAIZA_TEST_POSTGRES"

type server struct {
	url  string
	dir  string
	stop func()
	err  error
}

var (
	once   sync.Once
	shared server
	number atomic.Int64

	settings string // the folder of secrets
)

// ownSettings has the secrets of stores on PostgreSQL lie in a folder that ends
// with these tests, and not in the user's folder of settings.
var ownSettings = sync.OnceFunc(func() {
	if dir, err := os.MkdirTemp("", "paiza-settings-*"); err == nil {
		settings = dir
		os.Setenv("XDG_CONFIG_HOME", dir)
	}
})

// New makes an empty database and answers its address. It skips the test with
// a clear line where there is no PostgreSQL.
func New(t testing.TB) string {
	t.Helper()
	once.Do(func() {
		shared = start()
		ownSettings()
	})
	if shared.err != nil {
		t.Skipf("PostgreSQL is not tested here: %v (install the package postgresql, or set %s)", shared.err, EnvURL)
	}
	db, err := sql.Open("pgx", shared.url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("paiza_%d_%d", os.Getpid(), number.Add(1))
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db, err := sql.Open("pgx", shared.url)
		if err != nil {
			return
		}
		defer db.Close()
		db.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
	})
	u, err := url.Parse(shared.url)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// Main runs the tests of a package and then stops the server. Call it from
// TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	if settings != "" {
		os.RemoveAll(settings)
	}
	os.Exit(code)
}

// Start starts a server for a program that is no test, and answers its address
// and how to stop it.
func Start() (address string, stop func(), err error) {
	s := start()
	if s.stop == nil {
		s.stop = func() {}
	}
	return s.url, s.stop, s.err
}

func start() server {
	if given := os.Getenv(EnvURL); given != "" {
		return server{url: given}
	}
	bin, err := programs()
	if err != nil {
		return server{err: err}
	}
	dir, err := os.MkdirTemp("", "paiza-pg-")
	if err != nil {
		return server{err: err}
	}
	s := server{dir: dir}
	fail := func(err error) server {
		os.RemoveAll(dir)
		return server{err: err}
	}
	// PostgreSQL refuses to run as root; Debian has a user for it.
	cred, err := credential(dir)
	if err != nil {
		return fail(err)
	}
	data := filepath.Join(dir, "data")
	init := command(cred, filepath.Join(bin, "initdb"), "-D", data, "-U", "paiza", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	init.Dir = dir
	if out, err := init.CombinedOutput(); err != nil {
		return fail(fmt.Errorf("initdb: %v: %s", err, out))
	}
	run := command(cred, filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=100")
	run.Dir = dir
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return fail(err)
	}
	run.Stdout, run.Stderr = log, log
	// A test process that is killed takes the server with it.
	run.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	if err := run.Start(); err != nil {
		return fail(err)
	}
	s.stop = func() {
		run.Process.Signal(syscall.SIGINT)
		run.Wait()
		os.RemoveAll(dir)
	}
	s.url = "postgres://paiza@/postgres?host=" + url.QueryEscape(dir)
	if err := wait(s.url); err != nil {
		s.stop()
		return server{err: err}
	}
	return s
}

func wait(address string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not answer within 30 s: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func programs() (string, error) {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres"); len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	return "", fmt.Errorf("no PostgreSQL server programs on this machine")
}

func credential(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("root cannot run PostgreSQL and there is no user postgres: %w", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func command(cred *syscall.Credential, name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	return c
}
