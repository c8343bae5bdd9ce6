package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"paiza"
	"paiza/client"
	"paiza/internal/api"
	"paiza/internal/desk"
	"paiza/internal/store"
	"paiza/wire"
)

// exampleNode is a node with a token, as an operator would open it.
func exampleNode() (address, token string, closeNode func()) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "paiza-example-")
	check(err)
	st, err := store.Open(ctx, filepath.Join(dir, "node.paiza"))
	check(err)
	d, err := desk.Open(ctx, desk.Options{Store: st})
	check(err)
	operator := paiza.Operator("operator")
	p, err := d.CreatePerson(ctx, operator, paiza.NewPerson{Login: "program", Name: "A program", Password: "tablets of the relay",
		Roles: []paiza.Role{paiza.RoleRegistrar, paiza.RoleAnalyst}})
	check(err)
	_, token, err = d.CreateToken(ctx, operator, paiza.NewToken{Owner: p.ID, Name: "example", Days: 1,
		Scopes: []paiza.Right{paiza.RightImport, paiza.RightReadSeizure, paiza.RightReadPicture}})
	check(err)
	srv := httptest.NewServer(api.New(d, api.Options{}))
	return srv.URL, token, func() {
		srv.Close()
		d.Close()
		st.Close()
		os.RemoveAll(dir)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A file goes in, and the market is read off.
func Example() {
	address, token, closeNode := exampleNode()
	defer closeNode()
	ctx := context.Background()
	c, err := client.New(address, client.Options{Token: token, Language: "en"})
	check(err)

	file := strings.NewReader("date,country,division,place,routing,substance,amount,unit\n2024-02-03,KAZ,,Almaty,,Heroin,1.5,kg\n2024-03-09,KAZ,,Astana,,Heroin,500,g\n")
	up, err := c.Upload(ctx, "report.csv", file, nil)
	check(err)
	imp, err := c.TakeIn(ctx, wire.Take{Upload: up.ID, Reason: "monthly report"}, nil)
	check(err)
	fmt.Println(imp.State, imp.Counts.Imported)

	market, err := c.Market(ctx, paiza.Slice{Countries: []paiza.Country{"KAZ"}}, paiza.ByYear, "substance")
	check(err)
	for _, row := range market.Rows {
		fmt.Println(row.Period, row.Name, row.Kilograms)
	}
	// Output:
	// done 2
	// 2024 Heroin 2
}

// Every row that matches, page after page.
func ExampleClient_AllSeizures() {
	address, token, closeNode := exampleNode()
	defer closeNode()
	c, err := client.New(address, client.Options{Token: token})
	check(err)
	for z, err := range c.AllSeizures(context.Background(), paiza.SeizureFilter{Text: "almaty"}) {
		check(err)
		fmt.Println(z.Date, z.Place)
	}
	// Output:
}

// A refusal has one of five kinds and the node's own sentence.
func ExampleProblem() {
	address, token, closeNode := exampleNode()
	defer closeNode()
	c, err := client.New(address, client.Options{Token: token, Language: "en"})
	check(err)
	_, err = c.People(context.Background())
	fmt.Println(errors.Is(err, paiza.ErrForbidden))
	fmt.Println(err)
	// Output:
	// true
	// Your account lacks a right: manage people.
}
