package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"paiza/internal/store/pgtest"
)

// program builds the real program once for the tests of this file.
func program(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "paiza")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	return bin
}

type node struct {
	*exec.Cmd
	url string // with the one-time link at the first start
}

var address = regexp.MustCompile(`http://\S+`)

func serve(t *testing.T, bin, target string, more ...string) *node {
	t.Helper()
	cmd := exec.Command(bin, append([]string{"serve", "--store", target, "--address", "127.0.0.1:0", "--lang", "en"}, more...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "PAIZA_SECOND_FACTOR=off") // the tests sign in by password
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := address.FindString(lines.Text()); found != "" {
			go io.Copy(io.Discard, out)
			return &node{cmd, found}
		}
	}
	t.Fatal("the program did not say where it serves")
	return nil
}

// TestSeveralProcesses: two processes serve one PostgreSQL. A session made at
// one is good at the other, a file taken in through one is seen through the
// other, and the death of one stops nobody.
func TestSeveralProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	target := pgtest.New(t)
	bin := program(t)
	a := serve(t, bin, target)
	b := serve(t, bin, target)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	link, err := url.Parse(b.url) // the last link made is the one that is good
	if err != nil {
		t.Fatal(err)
	}
	baseA := strings.SplitN(a.url, "/setup", 2)[0]
	baseB := strings.SplitN(b.url, "/setup", 2)[0]
	const login, password = "root", "seven bridges of koenigsberg"
	post(t, client, baseA+"/setup", url.Values{"token": {link.Fragment}, "login": {login}, "name": {"First Administrator"}, "agency_name": {"Central Police"}, "agency_kind": {"police"},
		"password": {password}, "again": {password}, "repeat": {password}})
	post(t, client, baseA+"/sign-in", url.Values{"login": {login}, "password": {password}})
	if body := get(t, client, baseB+"/seizures"); !strings.Contains(body, "/sign-out") {
		t.Fatal("the session made at one process is not known at the other")
	}
	file := filepath.Join(t.TempDir(), "f.csv")
	if err := os.WriteFile(file, []byte("date,country,division,place,routing,substance,amount,unit\n2024-02-03,KAZ,,Алматы,,Heroin,1.5,kg\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(bin, "import", "--store", target, "--json", file).CombinedOutput(); err != nil {
		t.Fatalf("import: %v: %s", err, out)
	}
	for _, base := range []string{baseA, baseB} {
		if body := get(t, client, base+"/picture/market?level=substance"); !strings.Contains(body, "Heroin") {
			t.Errorf("%s does not show what was taken in beside it", base)
		}
	}
	if err := a.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	a.Wait()
	if body := get(t, client, baseB+"/seizures?q=алматы"); !strings.Contains(body, "Алматы") {
		t.Error("after the death of one process the other does not go on")
	}
}

func post(t *testing.T, c *http.Client, address string, form url.Values) {
	t.Helper()
	resp, err := c.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %s\n%.2000s", address, resp.Status, body)
	}
}

func get(t *testing.T, c *http.Client, address string) string {
	t.Helper()
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", address, resp.Status, err)
	}
	return string(body)
}

// TestKilledImport kills the program in the middle of an import; the next start
// finds nothing of it, and the file can be taken in again.
func TestKilledImport(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	bin := program(t)
	dir := t.TempDir()
	target := filepath.Join(dir, "n.paiza")
	var b strings.Builder
	b.WriteString("date,country,division,place,routing,substance,amount,unit\n")
	const rows = 60_000
	for i := range rows {
		fmt.Fprintf(&b, "2024-%02d-%02d,KAZ,,Place %d,,Heroin,%d.5,kg\n", 1+i%12, 1+i%28, i, i)
	}
	file := filepath.Join(dir, "f.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "import", "--store", target, file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Rows of a running import are in the file once it has grown.
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if st, err := os.Stat(target + "-wal"); err == nil && st.Size() > 4<<20 {
			break
		}
	}
	cmd.Process.Signal(syscall.SIGKILL)
	cmd.Wait()
	out, err := exec.Command(bin, "fsck", "--store", target, "--json").CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"sound": true`) {
		t.Fatalf("after the kill: %v: %s", err, out)
	}
	out, err = exec.Command(bin, "import", "--store", target, "--json", file).Output()
	if err != nil {
		t.Fatalf("import again: %v", err)
	}
	// Either the first import was cut off and all rows are new, or it was
	// finished just before and all are repeated.
	if s := string(out); !strings.Contains(s, `"imported":60000`) && !strings.Contains(s, `"repeated":60000`) {
		t.Errorf("import again: %s", s)
	}
}
