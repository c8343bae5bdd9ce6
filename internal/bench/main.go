// Command bench prints the figures that the product promises, beside what they
// must be: medians of five runs on this machine, on both engines. It is what
// `make bench` runs. It needs bin/paiza, and the published files in the folder
// that PAIZA_SHARED names (../shared/data by default); what it cannot measure it
// says.
//
//	go run ./internal/bench [-rows 10000000] [-only import,slice,start,weight,memory,exchange]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

var (
	rows   = flag.Int64("rows", 10_000_000, "rows of the generated store for slices")
	only   = flag.String("only", "import,slice,start,weight,memory,exchange", "what to measure")
	runs   = flag.Int("runs", 5, "runs of which the median is printed")
	shared = flag.String("shared", envOr("PAIZA_SHARED", "../shared/data"), "folder of the published files")
	keep   = flag.String("keep", "", "keep the generated store in this file and use it again")
)

func envOr(name, other string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return other
}

func main() {
	flag.Parse()
	ctx := context.Background()
	fmt.Printf("%-58s %14s   %s\n", "figure", "measured", "must be")
	for _, part := range strings.Split(*only, ",") {
		var err error
		switch part {
		case "import":
			err = imports(ctx)
		case "slice":
			err = slicesOf(ctx)
		case "start":
			err = start(ctx)
		case "weight":
			err = weight()
		case "memory":
			err = memory()
		case "exchange":
			err = exchanges(ctx)
		default:
			err = fmt.Errorf("there is no part %q", part)
		}
		if err != nil {
			fmt.Printf("%-58s %14s   %v\n", part, "not measured", err)
		}
	}
}

func figure(what, got, must string) { fmt.Printf("%-58s %14s   %s\n", what, got, must) }

func median(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)/2]
}

func percentile(ds []time.Duration, p float64) time.Duration {
	slices.Sort(ds)
	return ds[min(int(float64(len(ds))*p), len(ds)-1)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// weight prints the size of the program and of a page.
func weight() error {
	st, err := os.Stat("bin/paiza")
	if err != nil {
		return fmt.Errorf("bin/paiza is not built: make build")
	}
	figure("size of the program", fmt.Sprintf("%.1f MB", float64(st.Size())/1e6), "≤ 45 MB")
	out, err := exec.Command("go", "run", "./internal/web/bundle", "-size").CombinedOutput()
	if err != nil {
		return fmt.Errorf("page weight: %v: %s", err, out)
	}
	fmt.Printf("page weight, compressed (must be ≤ 400 KB):\n%s", out)
	return nil
}

func tempDir() (string, func()) {
	dir, err := os.MkdirTemp("", "paiza-bench-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return dir, func() { os.RemoveAll(dir) }
}

func file(name string) (string, error) {
	p := filepath.Join(*shared, name)
	if _, err := os.Stat(p); err != nil {
		return "", fmt.Errorf("%s is absent: the published files are not on this machine", name)
	}
	return p, nil
}
