package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"paiza"
	"paiza/internal/config"
	"paiza/internal/locale"
	"paiza/internal/obs"
)

var update = flag.Bool("update", false, "write the table of the guide anew")

func readText(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestDeployConfig: the file that an operator copies is right but for the files
// and folders of his machine.
func TestDeployConfig(t *testing.T) {
	_, err := config.Parse("paiza.toml", []byte(readText(t, "deploy/paiza.toml")))
	var pe *paiza.Error
	if err != nil && !errors.As(err, &pe) {
		t.Fatal(err)
	}
	if pe == nil {
		return // a machine with such a node
	}
	for _, f := range pe.Fields {
		if f.Key != "config.file" && f.Key != "config.folder" {
			t.Errorf("%s: %s", f.Field, locale.For("en").Field(f))
		}
	}
}

var (
	variable = regexp.MustCompile(`\bPAIZA_[A-Z0-9_]+`)
	command  = regexp.MustCompile(`(?m)^(?:ExecStart|ExecStartPre)=/usr/local/bin/paiza (.*)$|\["(?:CMD", ")?/paiza", "([^\]]*)"\]|^CMD \["([^\]]*)"\]`)
)

// TestDeployNames: every variable and every command line of the files for
// systemd and containers is one that the program has.
func TestDeployNames(t *testing.T) {
	known := []string{"PAIZA_LANG", "PAIZA_CONFIG"}
	for _, k := range config.Keys() {
		known = append(known, k.Env)
		if k.Secret {
			known = append(known, k.Env+"_FILE")
		}
	}
	commands := 0
	for _, path := range []string{"deploy/systemd/paiza.service", "deploy/systemd/paiza.service.d/secret.conf", "deploy/docker/Dockerfile",
		"deploy/docker/compose.yaml", "docs/guides/node-operator.md", "docs/guides/administrator.md"} {
		text := readText(t, path)
		for _, name := range variable.FindAllString(text, -1) {
			if !slices.Contains(known, name) && name != "PAIZA_" {
				t.Errorf("%s: there is no variable %s", path, name)
			}
		}
		for _, m := range command.FindAllStringSubmatch(text, -1) {
			args := strings.Fields(strings.ReplaceAll(m[1]+m[2]+m[3], `", "`, " "))
			parser, err := kong.New(&cli{}, kong.Name("paiza"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.Parse(args); err != nil {
				t.Errorf("%s: paiza %s: %v", path, strings.Join(args, " "), err)
			}
			commands++
		}
	}
	if commands < 4 {
		t.Errorf("only %d command lines were found", commands)
	}
}

// allFigures are the names of the figures of a node with everything.
func allFigures(t *testing.T) []string {
	t.Helper()
	m := obs.NewMetrics("test")
	m.Certificate(time.Now)
	m.Watch(func(context.Context) (obs.State, error) {
		return obs.State{Checks: map[string]bool{"store": true}, LastAct: time.Now(), DiskSize: 1}, nil
	})
	obs.Requests(obs.NewLogger(t.Output(), "error", ""), m, http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	names, err := m.Names()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestAlerts: each alert has a page of its name and each page an alert; every
// figure and every check that a rule names exists.
func TestAlerts(t *testing.T) {
	rules := readText(t, "deploy/prometheus/alerts.yml")
	var alerts []string
	for _, m := range regexp.MustCompile(`(?m)^\s+- alert: (\S+)$`).FindAllStringSubmatch(rules, -1) {
		alerts = append(alerts, m[1])
		if !strings.Contains(rules, "playbook: docs/playbooks/"+m[1]+".md") {
			t.Errorf("alert %s does not name its page", m[1])
		}
	}
	var pages []string
	files, err := filepath.Glob("../../docs/playbooks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		if name == "README" {
			continue
		}
		pages = append(pages, name)
		text := readText(t, "docs/playbooks/"+name+".md")
		for _, part := range []string{"# " + name + "\n", "## What it means", "## What to look at", "## What to do", "## How to know it is over"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q", file, part)
			}
		}
	}
	slices.Sort(alerts)
	slices.Sort(pages)
	if !slices.Equal(alerts, pages) {
		t.Errorf("alerts %v\npages  %v", alerts, pages)
	}
	names := allFigures(t)
	figure := regexp.MustCompile(`\b(?:paiza|process|go)_[a-z_]+`)
	for _, path := range append([]string{"deploy/prometheus/alerts.yml", "docs/guides/node-operator.md"}, playbookPaths(pages)...) {
		for _, name := range figure.FindAllString(readText(t, path), -1) {
			base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count"), "_sum")
			if !slices.Contains(names, name) && !slices.Contains(names, base) {
				t.Errorf("%s: there is no figure %s", path, name)
			}
		}
	}
	for _, m := range regexp.MustCompile(`check="([a-z]+)"`).FindAllStringSubmatch(rules, -1) {
		if !slices.Contains([]string{"store", "migrations", "ledger", "disk"}, m[1]) {
			t.Errorf("there is no check %s", m[1])
		}
	}
}

func playbookPaths(pages []string) (out []string) {
	for _, p := range pages {
		out = append(out, "docs/playbooks/"+p+".md")
	}
	return out
}

// TestGuideTable holds the table of the guide to the keys that there are; with
// -update it writes it.
func TestGuideTable(t *testing.T) {
	const path, begin, end = "docs/guides/node-operator.md", "<!-- keys -->\n", "<!-- end of keys -->"
	text := readText(t, path)
	before, rest, ok := strings.Cut(text, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the guide has no place for the table")
	}
	var b strings.Builder
	b.WriteString("| key | variable | default | what it decides |\n|---|---|---|---|\n")
	for _, k := range config.Keys() {
		env := "`" + k.Env + "`"
		if k.Secret {
			env += ", `…_FILE`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s |\n", k.Path, env, k.Text(), locale.For("en").T("config.key."+k.Path))
	}
	want := before + begin + b.String() + end + after
	if *update {
		if err := os.WriteFile(filepath.Join("..", "..", path), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != text {
		t.Error("the table of the guide is old: go test ./cmd/paiza -run TestGuideTable -update")
	}
}
