package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"paiza"
	"paiza/internal/config"
)

type healthCmd struct {
	URL string `name:"url" help:"Address of the node; otherwise that of the configuration on this machine." placeholder:"URL"`
}

// Help is shown under the usage.
func (healthCmd) Help() string {
	return `Asks /readyz. Ends with 0 when the node is ready and with 6 when it is not or does not answer: for the health check of a container
or a script. The certificate of a node on this machine is not checked.`
}

func (c *healthCmd) Run(a *app) error {
	address := c.URL
	if address == "" {
		cfg, err := a.settings(map[string]string{})
		if err != nil {
			return err
		}
		if address, err = ownAddress(cfg); err != nil {
			return err
		}
	}
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return paiza.Invalid("node.health.url", nil)
	}
	failing, err := askReady(a.ctx, u)
	switch {
	case err != nil:
		return paiza.Unavailable("node.health.silent", err)
	case len(failing) > 0:
		return &paiza.Error{Kind: paiza.ErrUnavailable, Key: "node.health.not_ready", Args: paiza.Args{"checks": strings.Join(failing, ", ")}}
	case a.cli.JSON:
		return a.printLine(map[string]any{"ready": true, "url": address})
	}
	fmt.Fprintln(a.out, a.loc.T("node.health.ready", "url", address))
	return nil
}

// askReady gives the names of the checks that do not hold.
func askReady(ctx context.Context, u *url.URL) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String()+"/readyz", nil)
	if err != nil {
		return nil, err
	}
	// From the machine itself the certificate bears another name, and there is
	// nobody between.
	own := config.Loopback(net.JoinHostPort(u.Hostname(), "0"))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: own}}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct {
		Ready  bool
		Checks []struct {
			Check string
			Holds bool
		}
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&answer); err != nil {
		return nil, err
	}
	if answer.Ready && resp.StatusCode == http.StatusOK {
		return nil, nil
	}
	failing := []string{}
	for _, c := range answer.Checks {
		if !c.Holds {
			failing = append(failing, c.Check)
		}
	}
	if len(failing) == 0 {
		failing = append(failing, resp.Status)
	}
	return failing, nil
}
