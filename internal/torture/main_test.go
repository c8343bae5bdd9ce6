package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/store/pgtest"
)

// program built once for all tests of the package.
var built string

func TestMain(m *testing.M) {
	if asConsole() || asCable() {
		return
	}
	dir, err := os.MkdirTemp("", "paiza-torture-test-")
	if err == nil {
		built = filepath.Join(dir, "paiza")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", built, "paiza/cmd/paiza").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Processes and these tests find the secrets of stores on PostgreSQL in one
	// place.
	os.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "settings"))
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// serving is a node with a registrar that serves, in a folder of its own.
func serving(t *testing.T, target, dir string) *node {
	t.Helper()
	n, err := newNode(built, target, dir, "node")
	if err != nil {
		t.Fatal(err)
	}
	if err := account(t.Context(), n, login, paiza.Roles()...); err != nil {
		t.Fatal(err)
	}
	begin(t, n)
	return n
}

// begin starts a node and ends it with the test.
func begin(t *testing.T, n *node) {
	t.Helper()
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.kill)
}

// server is a PostgreSQL for one test, or a reason to skip it.
func server(t *testing.T) *pgtest.Server {
	t.Helper()
	s, err := pgtest.NewServer()
	if err != nil {
		t.Skipf("PostgreSQL is not tested here: %v", err)
	}
	t.Cleanup(s.Stop)
	return s
}

// sound proves the store with the verbs that an operator has.
func sound(t *testing.T, n *node) {
	t.Helper()
	for _, args := range [][]string{{"fsck", "--json"}, {"ledger", "verify"}} {
		if out, err := n.verb(context.WithoutCancel(t.Context()), "", args...); err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
