// Package demo fills a store with demonstration data: a few thousand
// significant seizures and the official yearly totals of about thirty states,
// restated from figures that UNODC has published (see data/SOURCE.md), and
// accounts for each role. There are no persons in it.
//
// It takes the data in as a person would, through package desk.
package demo

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base32"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"paiza"
	"paiza/internal/desk"
)

//go:embed data/*.csv
var data embed.FS

// Person is an account of the demonstration with its password of this start.
type Person struct {
	Login, Name, Password string
	Roles                 []paiza.Role
}

// Posts are accounts for one of the nodes of a network: one with all roles, and
// another that confirms what the first proposes.
func Posts() []Person {
	var out []Person
	for _, a := range accounts {
		if a.login == "demo" || a.login == "prosecutor" {
			out = append(out, Person{Login: a.login, Name: a.name, Password: password(), Roles: a.roles})
		}
	}
	return out
}

// accounts are one for each role and one with all of them. The names are of
// posts, not of people.
var accounts = []struct {
	login, name string
	roles       []paiza.Role
}{
	{"demo", "Demonstration (all roles)", paiza.Roles()},
	{"analyst", "Duty analyst", []paiza.Role{paiza.RoleAnalyst}},
	{"prosecutor", "Duty prosecutor", []paiza.Role{paiza.RoleProsecutor}},
	{"registrar", "Duty registrar", []paiza.Role{paiza.RoleRegistrar}},
	{"viewer", "Guest", []paiza.Role{paiza.RoleViewer}},
}

// Fill makes the store one of demonstration, with accounts. It may be called
// again: data that is there stays, passwords are made anew.
func Fill(ctx context.Context, d *desk.Desk, who paiza.Actor) ([]Person, error) {
	if err := Data(ctx, d, who); err != nil {
		return nil, err
	}
	return people(ctx, d, who)
}

// Data makes the store one of demonstration, without accounts. A store that
// holds other data is a conflict.
func Data(ctx context.Context, d *desk.Desk, who paiza.Actor) error {
	marked, err := d.Demo(ctx)
	if err != nil {
		return err
	}
	if !marked {
		seen, err := d.Overview(ctx, who)
		if err != nil {
			return err
		}
		if seen.Rows > 0 {
			return paiza.Conflict("demo.not_empty", nil)
		}
		if err := d.MarkDemo(ctx, who); err != nil {
			return err
		}
		home := paiza.NewAgency{Name: "Demonstration headquarters", Kind: paiza.AgencyCoordination, Reason: "demonstration"}
		if _, err := d.UpdateAgency(ctx, who, paiza.HomeAgency, home); err != nil {
			return err
		}
	}
	return files(ctx, d, who)
}

func files(ctx context.Context, d *desk.Desk, who paiza.Actor) error {
	dir, err := os.MkdirTemp("", "paiza-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, f := range []struct{ name, profile string }{{"seizures.csv", "paiza"}, {"totals.csv", "paiza-totals"}} {
		text, err := fs.ReadFile(data, "data/"+f.name)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
		_, err = d.Import(ctx, who, desk.ImportRequest{Path: path, Name: "demonstration-" + f.name, Profile: f.profile, Reason: "demonstration data"}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

func people(ctx context.Context, d *desk.Desk, who paiza.Actor) ([]Person, error) {
	known, err := d.People(ctx, who)
	if err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for _, p := range known {
		ids[p.Login] = p.ID
	}
	var out []Person
	for _, a := range accounts {
		p := Person{Login: a.login, Name: a.name, Password: password(), Roles: a.roles}
		if id := ids[a.login]; id != "" {
			err = d.ResetPassword(ctx, who, id, p.Password, "demonstration")
		} else {
			_, err = d.CreatePerson(ctx, who, paiza.NewPerson{Login: a.login, Name: a.name, Roles: a.roles, Password: p.Password})
		}
		if err != nil {
			return nil, errors.Join(errors.New("account "+a.login), err)
		}
		out = append(out, p)
	}
	return out, nil
}

// password is four groups that a person can type from a terminal.
func password() string {
	var b [10]byte
	rand.Read(b[:])
	s := strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}
