// Command bundle makes the scripts of the pages: it installs the front-end
// packages that package-lock.json pins, unless they are there, bundles
// internal/web/assets/src with esbuild and writes the map of the world.
//
//	go run ./internal/web/bundle          # from the root of the repository
//	go run ./internal/web/bundle -size    # prints what a page weighs, compressed
//
// It does not serve anything and nothing in the program imports it. Read
// world.go for what happens to the map.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	src  = "internal/web/assets/src"
	dist = "internal/web/assets/dist"
)

// Entries are the scripts that pages load, by name in src and in dist.
var entries = []string{"chart.js", "map.js"}

func main() {
	size := flag.Bool("size", false, "print what the built files weigh, compressed, and build nothing")
	flag.Parse()
	run := build
	if *size {
		run = weigh
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func build() error {
	if _, err := os.Stat(src); err != nil {
		return fmt.Errorf("run it from the root of the repository: %w", err)
	}
	if err := install(); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	args := []string{"tool", "esbuild", "--bundle", "--minify", "--format=esm", "--target=es2020",
		"--charset=utf8", "--legal-comments=eof", "--log-level=warning", "--define:process.env.NODE_ENV=\"production\"",
		"--outdir=" + dist}
	for _, e := range entries {
		args = append(args, filepath.Join(src, e))
	}
	if err := command("go", args...); err != nil {
		return fmt.Errorf("esbuild: %w", err)
	}
	raw, err := os.ReadFile("node_modules/world-atlas/countries-50m.json")
	if err != nil {
		return err
	}
	world, err := world(raw)
	if err != nil {
		return fmt.Errorf("map of the world: %w", err)
	}
	return os.WriteFile(filepath.Join(dist, "world.json"), world, 0o644)
}

// install runs npm only when node_modules differs from the lock file, so that
// a machine without a network builds once the packages are there.
func install() error {
	want, err := versions("package-lock.json")
	if err != nil {
		return err
	}
	have, err := versions("node_modules/.package-lock.json")
	if err == nil && agree(want, have) {
		return nil
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return fmt.Errorf("npm is not installed; on Debian: apt-get install nodejs npm")
	}
	return command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
}

// versions reads the version and digest of every package of a lock file.
func versions(file string) (map[string]string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	out := map[string]string{}
	for name, p := range lock.Packages {
		if name != "" {
			out[name] = p.Version + " " + p.Integrity
		}
	}
	return out, nil
}

func agree(want, have map[string]string) bool {
	for name, v := range want {
		if have[name] != v {
			return false
		}
		if _, err := os.Stat(filepath.Join(name, "package.json")); err != nil {
			return false
		}
	}
	return len(want) > 0
}

func command(name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	return c.Run()
}

// weigh prints the size of every built file as it travels.
func weigh() error {
	for _, name := range append(entries, "world.json") {
		raw, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil {
			return err
		}
		fmt.Printf("%-12s %8d bytes  %8d compressed\n", name, len(raw), compressed(raw))
	}
	return nil
}

func compressed(raw []byte) int {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.DefaultCompression)
	z.Write(raw)
	z.Close()
	return b.Len()
}
