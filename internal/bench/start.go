package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// start measures how long the program takes from its start until it serves, with
// a new store and with one that exists.
func start(ctx context.Context) error {
	if _, err := os.Stat("bin/paiza"); err != nil {
		return fmt.Errorf("bin/paiza is not built: make build")
	}
	dir, clean := tempDir()
	defer clean()
	var first, again []time.Duration
	for i := range *runs {
		target := filepath.Join(dir, fmt.Sprintf("n%d.paiza", i))
		for _, list := range []*[]time.Duration{&first, &again} {
			d, err := serveOnce(ctx, target)
			if err != nil {
				return err
			}
			*list = append(*list, d)
		}
	}
	figure("start to serving, new store", ms(median(first)), "≤ 300 ms")
	figure("start to serving", ms(median(again)), "≤ 300 ms")
	return nil
}

func serveOnce(ctx context.Context, target string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, "bin/paiza", "serve", "--store", target, "--address", "127.0.0.1:0", "--lang", "en")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	}()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "http://") {
			return time.Since(begin), nil
		}
	}
	return 0, fmt.Errorf("the program did not say that it serves")
}
