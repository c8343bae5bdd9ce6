package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestDemoNetwork: one command opens five nodes, each with its own pages and
// accounts; they send each other exercises until Enter is pressed; it stops in
// order and begins again where it was.
func TestDemoNetwork(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("PAIZA_STORE", "")
	for _, fresh := range []bool{true, false} {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		keys, keyboard := io.Pipe()
		screen, out := io.Pipe()
		args := []string{"demo", "--lang", "en", "--every", "20ms", "--address", "127.0.0.1:0"}
		if fresh {
			args = append(args, "--fresh")
		}
		code := make(chan int, 1)
		go func() {
			code <- run(ctx, args, &streams{keys, out, t.Output()})
			out.Close()
		}()
		lines := make(chan string, 10_000)
		go func() {
			defer close(lines)
			for s := bufio.NewScanner(screen); s.Scan(); {
				lines <- s.Text()
			}
		}()
		next := func(what string, is func(string) bool) string {
			t.Helper()
			limit := time.After(60 * time.Second)
			for {
				select {
				case line, more := <-lines:
					if !more {
						t.Fatalf("the program ended before: %s", what)
					}
					if is(line) {
						return line
					}
				case <-limit:
					t.Fatalf("it did not say: %s", what)
				}
			}
		}
		for _, node := range []string{"state A", "observer"} {
			at := next("where "+node+" is", func(l string) bool { return strings.HasPrefix(l, "  "+node) })
			fields := strings.Fields(strings.TrimPrefix(at, "  "+node))
			guest(t, fields[0], fields[1], fields[2])
		}
		next("traffic", func(l string) bool { return strings.Contains(l, " → ") })
		if _, err := keyboard.Write([]byte("\n")); err != nil {
			t.Fatal(err)
		}
		next("paused", func(l string) bool { return strings.HasPrefix(l, "Paused") })
		if _, err := keyboard.Write([]byte("\n")); err != nil {
			t.Fatal(err)
		}
		if line := next("anything", func(string) bool { return true }); line != "Going on." {
			t.Errorf("while it was paused it said %q", line)
		}
		next("traffic again", func(l string) bool { return strings.Contains(l, " → ") })
		stop()
		go func() { // nobody reads what it still says
			for range lines {
			}
		}()
		if got := <-code; got != exitOK {
			t.Errorf("it ended with %d", got)
		}
		keyboard.Close()
	}
}

// guest signs in at a node and reads its first page.
func guest(t *testing.T, base, login, password string) {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	post(t, client, base+"/sign-in", url.Values{"login": {login}, "password": {password}})
	res, err := client.Get(base + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || !strings.Contains(string(text), "emonstration") || strings.Contains(string(text), `name="password"`) {
		t.Errorf("%s does not say that it is a demonstration, or nobody is signed in: %d, %v", base, res.StatusCode, err)
	}
}
