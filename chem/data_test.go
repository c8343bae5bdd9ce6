package chem

import (
	"bufio"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sharedPath returns where a reference file lies outside the repository.
// PAIZA_SHARED names the folder that holds data/; without it ../shared is looked
// for from here upwards.
func sharedPath(name string) string {
	dir := os.Getenv("PAIZA_SHARED")
	at, _ := os.Getwd()
	for dir == "" && at != filepath.Dir(at) {
		at = filepath.Dir(at)
		if try := filepath.Join(at, "shared"); isDir(filepath.Join(try, "data")) {
			dir = try
		}
	}
	return filepath.Join(dir, "data", "substances", name)
}

// shared opens a reference file, and skips the test when it is not there.
func shared(t testing.TB, name string) io.Reader {
	t.Helper()
	f, err := os.Open(sharedPath(name))
	if err != nil {
		t.Skipf("reference data %s is not here; set PAIZA_SHARED to the folder that holds data/", name)
	}
	t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(name, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func isDir(name string) bool {
	s, err := os.Stat(name)
	return err == nil && s.IsDir()
}

// lines returns the lines of a reference file.
func lines(t testing.TB, name string) []string {
	t.Helper()
	var out []string
	s := bufio.NewScanner(shared(t, name))
	s.Buffer(nil, 1<<22)
	for s.Scan() {
		out = append(out, s.Text())
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return out
}

// firstFields returns the first blank-separated field of each line.
func firstFields(t testing.TB, name string) []string {
	out := lines(t, name)
	for i, l := range out {
		if f := strings.Fields(l); len(f) > 0 {
			out[i] = f[0]
		}
	}
	return out
}
