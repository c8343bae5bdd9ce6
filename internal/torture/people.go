package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"paiza"
	"paiza/client"
)

const (
	login    = "registrar"
	password = "seven bridges of koenigsberg"
)

// account opens an account at the console. It exists before the node serves.
func account(ctx context.Context, n *node, login string, roles ...paiza.Role) error {
	args := []string{"user", "add", "--name", "Torture " + login, login}
	for _, r := range roles {
		args = append(args, "--role", string(r))
	}
	_, err := n.verb(ctx, password+"\n", args...)
	return err
}

// program makes a token with every right of its owner and a client that asks
// again and again while the node is away.
func program(ctx context.Context, n *node, base, login string, tries int) (*client.Client, error) {
	args := []string{"token", "add", "--name", "torture", login}
	for _, right := range []paiza.Right{paiza.RightReadSeizure, paiza.RightRecordSeizure, paiza.RightImport, paiza.RightUndoImport,
		paiza.RightReadPicture, paiza.RightExport, paiza.RightReadLedger, paiza.RightOperate} {
		args = append(args, "--scope", string(right))
	}
	secret, err := n.verb(ctx, "", args...)
	if err != nil {
		return nil, err
	}
	return client.New(base, client.Options{Token: strings.TrimSpace(secret), Language: "en", Tries: tries,
		HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}})
}

// reader is a person at the pages, with the cookies of his browser.
type reader struct {
	base string
	http *http.Client
}

// signIn opens a session.
func signIn(base, login string) (*reader, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	r := &reader{base, &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 2}}}
	resp, err := r.http.PostForm(base+"/sign-in", url.Values{"login": {login}, "password": {password}})
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err == nil && (resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "/sign-out")) {
		err = fmt.Errorf("sign-in of %s: %s", login, resp.Status)
	}
	return r, err
}

// get reads a page to its end.
func (r *reader) get(ctx context.Context, path string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+path, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if asked, _, _ := strings.Cut(path, "?"); err == nil && resp.Request.URL.Path != asked {
		return http.StatusSeeOther, string(raw), nil // he was led to another page than he asked for
	}
	return resp.StatusCode, string(raw), err
}

// present reports whether the session still opens the pages.
func (r *reader) present(ctx context.Context) error {
	status, body, err := r.get(ctx, "/seizures")
	if err == nil && (status != http.StatusOK || !strings.Contains(body, "/sign-out")) {
		err = fmt.Errorf("a session from before is not good any more: the page answered %d", status)
	}
	return err
}
