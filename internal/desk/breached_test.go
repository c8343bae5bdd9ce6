package desk_test

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/auth"
	"paiza/internal/desk"
)

// TestBreachedPassword: what stands in the operator's list opens no account, and
// a list that cannot be read any more lets nothing through.
func TestBreachedPassword(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "list")
	const known, other = "nine quiet herons", "seven loud herons"
	if err := os.WriteFile(path, fmt.Appendf(nil, "%X:3\r\n", sha1.Sum([]byte(known))), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := auth.OpenBreached(path)
	if err != nil {
		t.Fatal(err)
	}
	d := openWith(t, filepath.Join(dir, "node.paiza"), desk.Options{Breached: list})
	add := func(login, password string) error {
		_, err := d.CreatePerson(t.Context(), paiza.Operator("test"), paiza.NewPerson{Login: login, Name: "Analyst", Password: password, Agency: paiza.HomeAgency, Roles: []paiza.Role{paiza.RoleAnalyst}})
		return err
	}
	var e *paiza.Error
	if err := add("first", known); !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Key != "error.password.breached" {
		t.Errorf("a breached password: %v", err)
	}
	if err := add("second", other); err != nil {
		t.Errorf("another password: %v", err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("x", 45)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := add("third", other); err == nil || errors.Is(err, paiza.ErrInvalid) {
		t.Errorf("with a list that was damaged: %v", err)
	}
}
