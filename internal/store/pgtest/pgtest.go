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
	own, err := NewServer()
	if err != nil {
		return server{err: err}
	}
	return server{url: own.URL, dir: own.dir, stop: own.Stop}
}

// Server is a PostgreSQL of one's own, which can be crashed and started again.
type Server struct {
	URL   string // of the database postgres
	bin   string
	dir   string
	data  string
	cred  *syscall.Credential
	run   *exec.Cmd
	moves int
}

// NewServer makes a server in a temporary folder and starts it.
func NewServer() (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "paiza-pg-")
	if err != nil {
		return nil, err
	}
	// PostgreSQL refuses to run as root; Debian has a user for it.
	cred, err := credential(dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	s := &Server{URL: "postgres://paiza@/postgres?host=" + url.QueryEscape(dir), bin: bin, dir: dir, data: filepath.Join(dir, "data"), cred: cred}
	init := command(cred, filepath.Join(bin, "initdb"), "-D", s.data, "-U", "paiza", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	init.Dir = dir
	if out, err := init.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %v: %s", err, out)
	}
	if err := s.Start(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// Start starts the server, after a crash with what its log recovers, and waits
// until it answers.
func (s *Server) Start() error {
	run := command(s.cred, filepath.Join(s.bin, "postgres"), "-D", s.data, "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=100")
	run.Dir = s.dir
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	run.Stdout, run.Stderr = log, log
	// A test process that is killed takes the server with it.
	run.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	if err := run.Start(); err != nil {
		return err
	}
	s.run = run
	return wait(s.URL)
}

// Owner is the user of the machine that the server runs as.
func (s *Server) Owner() (uid, gid int) {
	if s.cred == nil {
		return os.Getuid(), os.Getgid()
	}
	return int(s.cred.Uid), int(s.cred.Gid)
}

// Folder is where the server keeps everything.
func (s *Server) Folder() string { return s.dir }

// Crash ends the server as `pg_ctl stop -m immediate` does: without a word to
// anybody and without a checkpoint.
func (s *Server) Crash() { s.end(syscall.SIGQUIT) }

// Stop ends the server in order and removes it.
func (s *Server) Stop() {
	s.end(syscall.SIGINT)
	os.RemoveAll(s.dir)
}

func (s *Server) end(sig syscall.Signal) {
	if s.run == nil {
		return
	}
	s.run.Process.Signal(sig)
	s.run.Wait()
	s.run = nil
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
