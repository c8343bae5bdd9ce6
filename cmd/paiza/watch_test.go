package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"paiza/internal/store/pgtest"
)

// TestWatchProcess: one program watches a node; another process of the node,
// over the same database, takes a file in; the watcher prints it and nothing
// else. A node that stops ends the streams it has open, and stops in order.
func TestWatchProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	bin, dir, target := program(t), t.TempDir(), pgtest.New(t)
	ask := func(stdin string, args ...string) string {
		t.Helper()
		cmd := exec.Command(bin, args...)
		cmd.Stdin, cmd.Stderr = strings.NewReader(stdin), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("paiza %v: %v", args, err)
		}
		return string(out)
	}
	ask("seven bridges of koenigsberg\n", "user", "add", "--store", target, "--name", "A program", "--role", "registrar", "program")
	token := filepath.Join(dir, "token")
	text := ask("", "token", "add", "--store", target, "--name", "board", "--scope", "import.run", "--scope", "seizure.read", "program")
	file := filepath.Join(dir, "f.csv")
	for name, body := range map[string]string{token: text, file: "date,country,division,place,routing,substance,amount,unit\n2024-02-03,KAZ,,Алматы,,Heroin,1.5,kg\n"} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n := serve(t, bin, target)
	base := strings.SplitN(n.url, "/sign-in", 2)[0]
	watch := func(more ...string) (*exec.Cmd, *strings.Builder) {
		var out strings.Builder
		cmd := exec.Command(bin, append([]string{"watch", "--node", base, "--token-file", token, "--after", "0"}, more...)...)
		cmd.Stdout, cmd.Stderr = &out, os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		return cmd, &out
	}
	one, out := watch("--type", "import", "--count", "1")
	ask("", "import", "--store", target, "--json", file)
	if err := one.Wait(); err != nil || !strings.Contains(out.String(), "import.run  import/1  amber") || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("watched: %q, %v", out, err)
	}
	endless, _ := watch()
	time.AfterFunc(time.Second, func() { n.Process.Signal(syscall.SIGTERM) })
	if err := n.Wait(); err != nil {
		t.Errorf("a node with an open stream stops with %v", err)
	}
	endless.Process.Signal(syscall.SIGTERM)
	if err := endless.Wait(); err != nil {
		t.Errorf("a watcher that is stopped ends with %v", err)
	}
	// Without a node there is nothing to watch.
	cmd := exec.Command(bin, "watch", "--store", target)
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != exitInvalid {
		t.Errorf("without a node: %v", err)
	}
}
