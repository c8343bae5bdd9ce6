package main

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/api"
	"paiza/internal/desk"
	"paiza/internal/store"
)

// TestStories runs the stories of testdata with the real program: what a person
// types, and what he reads.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: english})
}

func english(e *testscript.Env) error {
	e.Setenv("LANG", "en_US.UTF-8")
	return nil
}

// TestStoriesBoth runs the stories of testdata/both twice: with a store that the
// verbs open, and with a node that they ask over its API. They read the same.
func TestStoriesBoth(t *testing.T) {
	dir := filepath.Join("testdata", "both")
	t.Run("store", func(t *testing.T) {
		testscript.Run(t, testscript.Params{Dir: dir, Setup: func(e *testscript.Env) error {
			e.Setenv("PAIZA_STORE", filepath.Join(e.WorkDir, "n.paiza"))
			return english(e)
		}})
	})
	t.Run("node", func(t *testing.T) {
		testscript.Run(t, testscript.Params{Dir: dir, Setup: func(e *testscript.Env) error { return errors.Join(english(e), atNode(e)) }})
	})
}

// atNode opens a node for one story, with a token that has every right.
func atNode(e *testscript.Env) error {
	ctx := context.Background()
	// Outside the story's folder, so that a verb cannot find the store by chance.
	dir, err := os.MkdirTemp("", "paiza-story-")
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, filepath.Join(dir, "node.paiza"))
	if err != nil {
		return err
	}
	d, err := desk.Open(ctx, desk.Options{Store: st})
	if err != nil {
		return err
	}
	srv := httptest.NewServer(api.New(d, api.Options{}))
	e.Defer(func() {
		srv.Close()
		d.Close()
		st.Close()
		os.RemoveAll(dir)
	})
	operator := paiza.Operator("story")
	p, err := d.CreatePerson(ctx, operator, paiza.NewPerson{Login: "program", Name: "A program", Roles: paiza.Roles(), Password: "tablets of the relay"})
	if err != nil {
		return err
	}
	in := paiza.NewToken{Owner: p.ID, Name: "story", Days: 1}
	for _, right := range paiza.Rights() {
		if access.Allow(operator, right) == nil {
			in.Scopes = append(in.Scopes, right)
		}
	}
	_, token, err := d.CreateToken(ctx, operator, in)
	e.Setenv("PAIZA_NODE", srv.URL)
	e.Setenv("PAIZA_TOKEN", token)
	return err
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"paiza": func() {
			os.Exit(run(context.Background(), os.Args[1:], &streams{os.Stdin, os.Stdout, os.Stderr}))
		},
	})
}
