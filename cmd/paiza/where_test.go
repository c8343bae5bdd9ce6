package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProgramAsksProgram: one process serves, another takes a file in and reads
// the figures with nothing but an address and a token.
func TestProgramAsksProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	bin, dir := program(t), t.TempDir()
	target := filepath.Join(dir, "n.paiza")
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
	ask("seven bridges of koenigsberg\n", "user", "add", "--store", target, "--name", "A program", "--role", "registrar", "--role", "analyst", "program")
	token := filepath.Join(dir, "token")
	text := ask("", "token", "add", "--store", target, "--name", "monthly report", "--scope", "import.run", "--scope", "seizure.read", "--scope", "picture.read", "program")
	if err := os.WriteFile(token, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	n := serve(t, bin, target)
	file := filepath.Join(dir, "f.csv")
	if err := os.WriteFile(file, []byte("date,country,division,place,routing,substance,amount,unit\n2024-02-03,KAZ,,Алматы,,Heroin,1.5,kg\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	base := strings.SplitN(n.url, "/sign-in", 2)[0]
	if out := ask("", "import", "--node", base, "--token-file", token, "--json", file); !strings.Contains(out, `"imported":1`) {
		t.Errorf("import: %s", out)
	}
	if out := ask("", "picture", "market", "--node", base, "--token-file", token, "--json"); !strings.Contains(out, `"kilograms": "1.5"`) {
		t.Errorf("market: %s", out)
	}
	cmd := exec.Command(bin, "user", "list", "--node", base, "--token-file", token, "--lang", "ru")
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != exitForbidden || !strings.Contains(string(out), "прав") {
		t.Errorf("outside the scope: exit %d: %s", cmd.ProcessState.ExitCode(), out)
	}
}
