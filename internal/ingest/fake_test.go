package ingest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"paiza"
)

// plainCatalog resolves what the tests of this package need and nothing more,
// so that they test the reading of files and not the catalog.
type plainCatalog struct{}

func (plainCatalog) ResolveSubstance(t string) Resolution {
	if t == "" || t == "Unknown" {
		return Resolution{}
	}
	return Resolution{Code: strings.ReplaceAll(strings.ToLower(t), " ", "-")}
}

func (plainCatalog) ResolveUnit(t string) Resolution {
	switch strings.ToLower(t) {
	case "kg", "kilogram", "кг", "公斤", "千克":
		return Resolution{Code: "kg"}
	case "g", "gram", "gramo", "г", "грамм":
		return Resolution{Code: "g"}
	case "lbs", "pound":
		return Resolution{Code: "lb"}
	case "tablet", "unit":
		return Resolution{Code: "tablet"}
	}
	return Resolution{}
}

func (plainCatalog) ResolveCountry(t string) Resolution {
	switch strings.ToLower(t) {
	case "colombia", "col":
		return Resolution{Code: "COL"}
	case "usa", "united states":
		return Resolution{Code: "USA"}
	case "bra", "brazil":
		return Resolution{Code: "BRA"}
	case "россия", "rus", "russian federation":
		return Resolution{Code: "RUS"}
	case "китай", "中国", "chn", "china":
		return Resolution{Code: "CHN"}
	case "peru", "per":
		return Resolution{Code: "PER"}
	case "", "unknown", "other", "atlantis":
		return Resolution{}
	}
	// Any other name stands for itself, so that real files can be counted.
	return Resolution{Code: strings.ToUpper(t)}
}

func (plainCatalog) ResolveDivision(c paiza.Country, t string) Resolution {
	if strings.HasPrefix(t, "BR-") || t == "ANTIOQUIA" || t == "Cotonou" {
		return Resolution{Code: t}
	}
	return Resolution{}
}

func (plainCatalog) ResolveRouting(t string) Resolution {
	for _, r := range paiza.Routings() {
		if string(r) == t {
			return Resolution{Code: t}
		}
	}
	return Resolution{}
}

func (plainCatalog) ResolveTransport(t string) Resolution {
	return Resolution{Code: strings.ToLower(t)}
}
func (plainCatalog) ResolveHiding(t string) Resolution { return Resolution{Code: strings.ToLower(t)} }
func (plainCatalog) ResolveInstallation(t string) Resolution {
	return Resolution{Code: strings.ToLower(t)}
}

func (plainCatalog) Convert(d paiza.Decimal, unit, substance string, c paiza.Country, year int) (Conversion, bool) {
	num, den := int64(0), int64(1)
	switch unit {
	case "kg":
		num = 1_000_000_000
	case "g":
		num = 1_000_000
	case "lb":
		num = 453_592_370
	case "tablet":
		n, ok := d.Times(1000, 1)
		return Conversion{Amount: paiza.Amount{Dim: paiza.DimCount, Base: n}}, ok
	}
	n, ok := d.Times(num, den)
	return Conversion{Amount: paiza.Amount{Dim: paiza.DimMass, Base: n}, Equivalent: n, Factor: "measured"}, ok
}

func (plainCatalog) Plausible(a paiza.Amount, substance string) bool {
	return a.Base < 1_000_000*paiza.MicrogramsPerKilogram
}

func (plainCatalog) InferRouting(installation string, r paiza.Route, c paiza.Country) (paiza.Routing, bool) {
	if installation == "airport" && r.Departure != "" && r.Departure != c {
		return paiza.RoutingInbound, true
	}
	return "", false
}

// write puts a file under the test's directory.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// open opens a file that must be good.
func open(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(context.Background(), path, filepath.Base(path), Limits{})
	if err != nil {
		t.Fatalf("Open(%s): %v", filepath.Base(path), err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// readAll reads a file into one list of rows.
func readAll(t testing.TB, f *File, p *Profile, opt Options) ([]Row, Report) {
	t.Helper()
	var rows []Row
	rep, err := Read(context.Background(), f, p, plainCatalog{}, opt, func(b *Batch) error {
		rows = append(rows, b.Rows...)
		return nil
	})
	if err != nil {
		t.Fatalf("Read(%s): %v", f.Name, err)
	}
	return rows, rep
}

// data finds a file of the shared data, or skips the test.
func data(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		path := filepath.Join(dir, "shared", "data", name)
		if _, e := os.Stat(path); e == nil {
			return path
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	t.Skipf("shared data not found above this folder: %s", name)
	return ""
}

// keyOf is the sentence key of an error, or empty.
func keyOf(err error) string {
	var e *paiza.Error
	if errors.As(err, &e) {
		return e.Key
	}
	return ""
}

// openText opens a text as a file, for property tests.
func openText(t *rapid.T, body string) *File {
	tmp, err := os.CreateTemp("", "paiza-test-*")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.WriteString(body); err != nil {
		t.Fatal(err)
	}
	if err := tmp.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := Open(context.Background(), tmp.Name(), "a.csv", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	// The file is opened again by Read.
	content := []byte(body)
	f.main.open = func() (rowReader, error) {
		s := &stream{Reader: bytes.NewReader(content), read: func() int64 { return 0 }, close: func() error { return nil }}
		return &csvRows{newCSVReader(s, f.Delimiter, encUTF8, f.limits), s}, nil
	}
	return f
}
