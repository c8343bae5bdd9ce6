package pgtest

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Server is a PostgreSQL of one test, which it may have die.
type Server struct {
	t    testing.TB
	bin  string
	dir  string
	data string
	cred *syscall.Credential
	run  *exec.Cmd
	n    int
}

// NewServer starts a server of its own for the test, with its commits synced to
// the disk. It skips the test where there is no PostgreSQL.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t}
	var err error
	if s.bin, err = programs(); err != nil {
		t.Skipf("PostgreSQL is not tested here: %v", err)
	}
	if s.dir, err = os.MkdirTemp("", "paiza-pg-"); err != nil { // short: it holds a socket
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.stop(syscall.SIGQUIT)
		os.RemoveAll(s.dir)
	})
	if s.cred, err = credential(s.dir); err != nil {
		t.Skipf("PostgreSQL is not tested here: %v", err)
	}
	ownSettings()
	s.data = filepath.Join(s.dir, "data")
	s.do(filepath.Join(s.bin, "initdb"), "-D", s.data, "-U", "paiza", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	s.start()
	return s
}

func (s *Server) do(name string, args ...string) {
	s.t.Helper()
	c := command(s.cred, name, args...)
	c.Dir = s.dir
	if out, err := c.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v: %s", filepath.Base(name), err, out)
	}
}

// URL is the address of a database on the server.
func (s *Server) URL() string { return "postgres://paiza@/postgres?host=" + url.QueryEscape(s.dir) }

func (s *Server) start() {
	s.t.Helper()
	s.run = command(s.cred, filepath.Join(s.bin, "postgres"), "-D", s.data, "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=60")
	s.run.Dir = s.dir
	s.run.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	if err := s.run.Start(); err != nil {
		s.t.Fatal(err)
	}
	if err := wait(s.URL()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) stop(how os.Signal) {
	if s.run != nil {
		_ = s.run.Process.Signal(how)
		_ = s.run.Wait()
		s.run = nil
	}
}

// Crash ends the server at once, without a checkpoint, and starts another one on
// a copy of the folder as it was left.
func (s *Server) Crash() {
	s.t.Helper()
	s.stop(syscall.SIGQUIT)
	s.n++
	copied := filepath.Join(s.dir, fmt.Sprintf("copy-%d", s.n))
	s.do("cp", "-a", s.data, copied)
	if err := os.RemoveAll(s.data); err != nil {
		s.t.Fatal(err)
	}
	s.data = copied
	s.start()
}
