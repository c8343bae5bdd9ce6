package main

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestStories runs the stories of testdata with the real program: what a person
// types, and what he reads.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: func(e *testscript.Env) error {
		e.Setenv("LANG", "en_US.UTF-8")
		return nil
	}})
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"paiza": func() {
			os.Exit(run(context.Background(), os.Args[1:], &streams{os.Stdin, os.Stdout, os.Stderr}))
		},
	})
}
