package main

import (
	"fmt"
	"net"

	"paiza/internal/config"
)

type configCmd struct {
	Check   configCheckCmd   `cmd:"" help:"Say what holds, or every fault with its line. Ends with 3 when there is one."`
	Show    configShowCmd    `cmd:"" help:"Print what holds, secrets masked."`
	Example configExampleCmd `cmd:"" help:"Print a file with every key and its default."`
}

type configCheckCmd struct {
	File string `arg:"" optional:"" help:"The file; otherwise the one of --config." type:"path"`
}

func (c *configCheckCmd) Run(a *app) error {
	if c.File != "" {
		a.cli.File = c.File
	}
	cfg, err := a.settings(map[string]string{})
	if err != nil {
		return err
	}
	if a.cli.JSON {
		return a.printLine(map[string]any{"file": a.cli.File, "holds": true})
	}
	if a.cli.File == "" {
		fmt.Fprintln(a.out, a.loc.T("config.holds.none"))
	} else {
		fmt.Fprintln(a.out, a.loc.T("config.holds.file", "file", a.cli.File))
	}
	for _, line := range a.holds(cfg) {
		fmt.Fprintln(a.out, "  "+line)
	}
	return nil
}

// holds says in words what a configuration makes of a node.
func (a *app) holds(cfg config.Config) []string {
	var out []string
	say := func(key string, args ...any) { out = append(out, a.loc.T(key, args...)) }
	store := cfg.Store
	for _, k := range cfg.List() {
		if k.Path == "store" {
			store = k.Shown()
		}
	}
	say("config.holds.store", "store", store)
	switch address := cfg.Listen.Address; {
	case cfg.TLS.Certificate != "":
		say("config.holds.tls", "address", address, "version", cfg.TLS.MinVersion)
	case cfg.Listen.HTTPS:
		say("config.holds.proxy", "address", address)
	default:
		say("config.holds.plain", "address", address)
	}
	if cfg.Metrics.Address != "" {
		scheme := "http"
		if cfg.Metrics.TLS {
			scheme = "https"
		}
		say("config.holds.metrics", "scheme", scheme, "address", cfg.Metrics.Address)
	} else {
		say("config.holds.no_metrics")
	}
	if cfg.OIDC.Issuer != "" {
		say("config.holds.oidc", "issuer", cfg.OIDC.Issuer)
	} else {
		say("config.holds.no_oidc")
	}
	if b := cfg.Backup; b.Folder != "" {
		say("config.holds.backup", "folder", b.Folder, "schedule", b.Schedule.String(), "n", b.Keep)
	} else {
		say("config.holds.no_backup")
	}
	return out
}

type configShowCmd struct{}

func (c *configShowCmd) Run(a *app) error {
	cfg, err := a.settings(map[string]string{})
	if err != nil {
		return err
	}
	section := ""
	values := map[string]string{}
	for _, k := range cfg.List() {
		values[k.Path] = k.Shown()
		if a.cli.JSON {
			continue
		}
		if k.Section() != section {
			section = k.Section()
			fmt.Fprintf(a.out, "\n[%s]\n", section)
		}
		fmt.Fprintf(a.out, "%s = %s\n", k.Name(), k.Shown())
	}
	if a.cli.JSON {
		return a.printJSON(values)
	}
	return nil
}

type configExampleCmd struct{}

func (c *configExampleCmd) Run(a *app) error {
	return config.Example(a.out, func(key string) string { return a.loc.T(key) })
}

// ownAddress is where the node of this configuration is reached from its own
// machine.
func ownAddress(cfg config.Config) (string, error) {
	host, port, err := net.SplitHostPort(cfg.Listen.Address)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if cfg.TLS.Certificate != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}
