package pgtest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Own starts a server of its own for a test, which may have it die. It skips the
// test where there is no PostgreSQL.
func Own(t testing.TB) *Server {
	t.Helper()
	s, err := NewServer()
	if err != nil {
		t.Skipf("PostgreSQL is not tested here: %v", err)
	}
	t.Cleanup(s.Stop)
	ownSettings()
	return s
}

// Move crashes the server and starts it again on a copy of its folder as it was
// left.
func (s *Server) Move() error {
	s.Crash()
	old := s.data
	s.moves++
	s.data = filepath.Join(s.dir, fmt.Sprintf("copy-%d", s.moves))
	copied := command(s.cred, "cp", "-a", old, s.data)
	copied.Dir = s.dir
	if out, err := copied.CombinedOutput(); err != nil {
		return fmt.Errorf("cp: %v: %s", err, out)
	}
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	return s.Start()
}
