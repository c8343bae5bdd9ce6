package main

import (
	"database/sql"
	"fmt"
	"strings"

	"paiza/internal/store/pgtest"
)

// newDatabase makes an empty database on a server and answers its address.
func newDatabase(s *pgtest.Server, name string) (string, error) {
	db, err := sql.Open("pgx", s.URL)
	if err != nil {
		return "", err
	}
	defer db.Close()
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	return strings.Replace(s.URL, "/postgres?", "/"+name+"?", 1), nil
}

// execute runs statements on a database.
func execute(target string, statements ...string) error {
	db, err := sql.Open("pgx", target)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}

// firstWord is a line that a verb printed, without its end.
func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return word
}
