package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
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

// Settle moves what the server keeps into a folder of another file system, on
// the disk of which it is when this returns, and starts it there.
func (s *Server) Settle(dir string) error {
	s.end(syscall.SIGINT)
	to := filepath.Join(dir, "data")
	for _, c := range [][]string{{"cp", "-a", s.data, to}, {"sync", "-f", to}} {
		if out, err := exec.Command(c[0], c[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %v: %s", c[0], err, out)
		}
	}
	if err := os.RemoveAll(s.data); err != nil {
		return err
	}
	s.data = to
	return s.Start()
}

// Freeze stops every process of the server where it is, and gives what ends them
// all at once, as the loss of power does: none of them does anything any more.
func (s *Server) Freeze() (lose func(), err error) {
	main := s.run.Process.Pid
	if err := syscall.Kill(main, syscall.SIGSTOP); err != nil {
		return nil, err
	}
	for !strings.HasPrefix(state(main), "T") { // until then it may begin one more
		time.Sleep(time.Millisecond)
	}
	all, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", main, main))
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, word := range strings.Fields(string(all)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			return nil, err
		}
		// One that has just ended is no fault.
		_ = syscall.Kill(pid, syscall.SIGSTOP)
		pids = append(pids, pid)
	}
	return func() {
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		s.end(syscall.SIGKILL)
		for _, pid := range pids {
			for s := state(pid); s != "" && s[0] != 'Z'; s = state(pid) { // it still holds its files
				time.Sleep(time.Millisecond)
			}
		}
	}, nil
}

// state begins with the letter of what a process does, as proc(5) has it; it is
// empty when there is none.
func state(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // what stands before is its name
	return rest
}
