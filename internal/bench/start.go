package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
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
	begin := time.Now()
	p, err := serve(ctx, target)
	if err != nil {
		return 0, err
	}
	return time.Since(begin), p.stop()
}

// program is bin/paiza as it serves.
type program struct{ cmd *exec.Cmd }

// serve starts the program on a store and waits until it says that it serves.
func serve(ctx context.Context, target string, more ...string) (*program, error) {
	cmd := exec.CommandContext(ctx, "bin/paiza", append([]string{"serve", "--store", target, "--address", "127.0.0.1:0", "--lang", "en"}, more...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &program{cmd}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "http://") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p, nil
		}
	}
	return nil, errors.Join(errors.New("the program did not say that it serves"), p.stop())
}

// stop ends it in order.
func (p *program) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	err := p.cmd.Wait()
	if exit := (&exec.ExitError{}); errors.As(err, &exit) {
		return nil // ended by the signal
	}
	return err
}
