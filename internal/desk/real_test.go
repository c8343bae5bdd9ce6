package desk_test

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/catalog"
	"paiza/internal/desk"
	"paiza/internal/picture"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The tests of this file import real published files and compare every figure
// with one computed here, from the file alone, with encoding/csv and exact
// fractions. They skip where the files are absent.

func shared(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		p := filepath.Join(dir, "..", "shared", "data", name)
		if _, err := os.Stat(p); err == nil {
			return p
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skipf("%s is absent: the published files are not on this machine", name)
		}
		dir = up
	}
}

func open(t *testing.T, target string) *desk.Desk {
	t.Helper()
	s, err := store.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	d, err := desk.Open(t.Context(), desk.Options{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Close()
		s.Close()
	})
	return d
}

func fresh(t *testing.T) *desk.Desk {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "node.paiza"))
}

var who = paiza.Operator("test")

func take(t *testing.T, d *desk.Desk, path string) paiza.Import {
	t.Helper()
	imp, err := d.Import(t.Context(), who, desk.ImportRequest{Path: path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return imp
}

func sound(t *testing.T, d *desk.Desk) {
	t.Helper()
	r, err := d.Fsck(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Sound {
		t.Errorf("fsck: %+v", r.Proofs)
	}
}

// table reads a file, plain or gzipped, into rows by heading.
func table(t *testing.T, path string, comma rune) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(in)
	r.Comma = comma
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	var out []map[string]string
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		for i, h := range head {
			m[h] = cells[i]
		}
		out = append(out, m)
	}
}

// exact is amount × grams as whole micrograms, half to even.
func exact(t *testing.T, amount, grams string) int64 {
	t.Helper()
	a, ok := new(big.Rat).SetString(strings.TrimSpace(amount))
	if !ok {
		t.Fatalf("amount %q", amount)
	}
	g, ok := new(big.Rat).SetString(grams)
	if !ok {
		t.Fatalf("factor %q", grams)
	}
	a.Mul(a, g).Mul(a, big.NewRat(1_000_000, 1))
	q, r := new(big.Int).QuoRem(a.Num(), a.Denom(), new(big.Int))
	switch r.Mul(r, big.NewInt(2)).Cmp(a.Denom()) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		if q.Bit(0) == 1 {
			q.Add(q, big.NewInt(1))
		}
	}
	return q.Int64()
}

// gramsOf are the mass units of the individual drug seizures, in grams.
var gramsOf = map[string]string{"Kilogram": "1000", "Gram": "1", "Milligram": "0.001", "Microgram": "0.000001", "Ton": "1000000",
	"Ounce": "28.349523125", "Paper (1/10 gm)": "0.1", "100 gram": "100", "Block (350gr)": "350", "Viss": "1632.932532"}

type place struct {
	country   paiza.Country
	substance string
	year      int
}

func TestIDS(t *testing.T) {
	path := shared(t, "unodc_ids/ids_2011_2015.csv.gz")
	rows := table(t, path, ';')
	cat := catalog.Default()
	wantKG, wantN := map[place]int64{}, map[place]int64{}
	wantRouting := map[paiza.Routing]int64{}
	routings := map[string]paiza.Routing{"National territory/domestic seizure": paiza.RoutingInland, "Border - inbound": paiza.RoutingInbound,
		"Border - outbound": paiza.RoutingOutbound, "Border - transit/free trade zone": paiza.RoutingTransit,
		"International waters/unclaimed territory": paiza.RoutingWaters, "Other": paiza.RoutingOther}
	for _, m := range rows {
		year := int(m["SEIZURE_DATE"][0]-'0')*1000 + int(m["SEIZURE_DATE"][1]-'0')*100 + int(m["SEIZURE_DATE"][2]-'0')*10 + int(m["SEIZURE_DATE"][3]-'0')
		code := cat.ResolveSubstance(m["DRUG_NAME"]).Code
		if code == "" {
			code = paiza.SubstanceUnknown
		}
		k := place{paiza.Country(cat.ResolveCountry(m["COUNTRY"]).Code), code, year}
		wantN[k]++
		if g, ok := gramsOf[m["DRUG_UNIT"]]; ok && m["AMOUNT"] != "" {
			wantKG[k] += exact(t, m["AMOUNT"], g)
		}
		if r, ok := routings[m["ROUTING"]]; ok {
			wantRouting[r]++
		}
	}
	targets := map[string]string{"sqlite": filepath.Join(t.TempDir(), "node.paiza")}
	if !testing.Short() {
		targets["postgres"] = ""
	}
	for engine, target := range targets {
		t.Run(engine, func(t *testing.T) {
			if engine == "postgres" {
				target = pgtest.New(t)
			}
			d := open(t, target)
			imp := take(t, d, path)
			if imp.Counts.Read != int64(len(rows)) || imp.Counts.Imported != int64(len(rows)) || imp.Profile != "unodc-ids" {
				t.Fatalf("read %d rows of %d: %+v", imp.Counts.Read, len(rows), imp)
			}
			m, err := d.Market(t.Context(), who, paiza.Slice{}, paiza.ByYear, picture.BySubstance)
			if err != nil {
				t.Fatal(err)
			}
			if m.Total.Seizures != int64(len(rows)) {
				t.Errorf("%d seizures in the market, %d rows in the file", m.Total.Seizures, len(rows))
			}
			checked := 0
			for _, country := range countries(wantN) {
				m, err := d.Market(t.Context(), who, paiza.Slice{Countries: []paiza.Country{country}}, paiza.ByYear, picture.BySubstance)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range m.Rows {
					k := place{country, r.Substance, r.Period.Year()}
					if r.Seizures != wantN[k] || r.Micrograms != wantKG[k] {
						t.Errorf("%v: %d seizures, %s kg; the file has %d, %s kg", k, r.Seizures, paiza.Kilograms(r.Micrograms), wantN[k], paiza.Kilograms(wantKG[k]))
					}
					checked++
				}
			}
			if checked != len(wantN) {
				t.Errorf("%d figures in the picture, %d in the file", checked, len(wantN))
			}
			b, err := d.Balance(t.Context(), who, paiza.Slice{}, paiza.ByYear, picture.ByGroup)
			if err != nil {
				t.Fatal(err)
			}
			// Rows without a stated routing may be inferred; stated ones must be
			// there in full, so each routing holds at least them.
			for _, r := range b.Overall.Routings {
				if r.Seizures < wantRouting[r.Routing] {
					t.Errorf("%s: %d seizures, the file states %d", r.Routing, r.Seizures, wantRouting[r.Routing])
				}
			}
			stated := map[paiza.Routing]int64{}
			err = d.EachSeizure(t.Context(), who, paiza.SeizureFilter{}, func(z paiza.Seizure) error {
				if z.RoutingBasis == paiza.BasisStated && z.Routing != paiza.RoutingUnknown {
					stated[z.Routing]++
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for r, want := range wantRouting {
				if stated[r] != want {
					t.Errorf("%s stated: %d, the file has %d", r, stated[r], want)
				}
			}
			sound(t, d)
			again := take(t, d, path)
			if again.Counts.Imported != 0 || again.Counts.Repeated != int64(len(rows)) {
				t.Errorf("the same file again: %+v", again.Counts)
			}
			sound(t, d)
		})
	}
}

func countries(m map[place]int64) []paiza.Country {
	seen := map[paiza.Country]bool{}
	var out []paiza.Country
	for k := range m {
		if !seen[k.country] {
			seen[k.country] = true
			out = append(out, k.country)
		}
	}
	return out
}

// TestColombia compares grams to the gram.
func TestColombia(t *testing.T) {
	path := shared(t, "colombia/estupefacientes_2016_2017.csv.gz")
	want := map[place]int64{}
	var n int64
	for _, m := range table(t, path, ',') {
		if strings.EqualFold(m["FECHA"], "TOTAL") || m["CLASE DE ESTUPEFACIENTE"] == "" {
			continue
		}
		n++
		code := catalog.Default().ResolveSubstance(m["CLASE DE ESTUPEFACIENTE"]).Code
		if code == "" {
			code = paiza.SubstanceUnknown
		}
		if m["UNIDAD DE MEDIDA"] == "GRAMO" {
			want[place{"COL", code, int(m["FECHA"][3]-'0') + 2010}] += exact(t, m["CANTIDAD"], "1")
		}
	}
	d := fresh(t)
	imp := take(t, d, path)
	if imp.Counts.Imported != n {
		t.Errorf("imported %d, want %d", imp.Counts.Imported, n)
	}
	m, err := d.Market(t.Context(), who, paiza.Slice{}, paiza.ByYear, picture.BySubstance)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range m.Rows {
		k := place{"COL", r.Substance, r.Period.Year()}
		if r.Micrograms != want[k] {
			t.Errorf("%v: %s kg, want %s", k, paiza.Kilograms(r.Micrograms), paiza.Kilograms(want[k]))
		}
		delete(want, k)
	}
	for k, ug := range want {
		if ug != 0 {
			t.Errorf("%v: nothing in the picture, %s kg in the file", k, paiza.Kilograms(ug))
		}
	}
	sound(t, d)
}

// TestCBP: two vintages share three fiscal years and must not double them.
func TestCBP(t *testing.T) {
	first, second := shared(t, "us_cbp/nationwide-drugs-fy19-fy22.csv"), shared(t, "us_cbp/nationwide-drugs-fy20-fy23.csv")
	d := fresh(t)
	a, b := take(t, d, first), take(t, d, second)
	const sharedRows = 7559
	if a.Counts.Imported != 10092 || b.Counts.Repeated != sharedRows || b.Counts.Imported != 9924-sharedRows || b.Counts.Revised != 0 {
		t.Errorf("first %+v, second %+v", a.Counts, b.Counts)
	}
	// Of the two tables, each fiscal year once: the first three of the second
	// are those of the first.
	var want, events int64
	seen := map[string]bool{}
	for _, path := range []string{first, second} {
		years := map[string]bool{}
		for _, m := range table(t, path, ',') {
			years[m["FY"]] = true
			if !seen[m["FY"]] {
				want += exact(t, m["Sum Qty (lbs)"], "453.59237")
				var n big.Int
				n.SetString(m["Count of Event"], 10)
				events += n.Int64()
			}
		}
		for y := range years {
			seen[y] = true
		}
	}
	m, err := d.Market(t.Context(), who, paiza.Slice{}, paiza.ByYear, picture.BySubstance)
	if err != nil {
		t.Fatal(err)
	}
	if m.Total.Seizures != events {
		t.Errorf("%d events, want %d", m.Total.Seizures, events)
	}
	if diff := m.Total.Micrograms - want; diff > 100 || diff < -100 { // the two vintages round the sixteenth digit differently
		t.Errorf("%s kg, want %s", paiza.Kilograms(m.Total.Micrograms), paiza.Kilograms(want))
	}
	sound(t, d)
	if _, err := d.Undo(t.Context(), who, a.ID, "a test"); err != nil {
		t.Fatal(err)
	}
	sound(t, d)
}

// TestUNODCYearly: repeated keys are added up, and totals are never seizures.
func TestUNODCYearly(t *testing.T) {
	path := shared(t, "unodc_annual/unodc_seizures_annual_1970_2018.csv")
	type key struct {
		country paiza.Country
		year    int
		group   paiza.Group
	}
	want := map[key]int64{}
	cat := catalog.Default()
	var n, refused int64
	for _, m := range table(t, path, ',') {
		if m["KG Equivalent"] == "NULL" {
			refused++
			continue
		}
		n++
		code := cat.ResolveSubstance(m["Drug"]).Code
		group := paiza.GroupUnknown
		if code != "" {
			group = cat.Group(code)
		}
		y, _ := new(big.Int).SetString(m["Year"], 10)
		// The publisher's code first: it counts states that are no more with
		// their successors.
		country := cat.ResolveCountry(m["ISO Code"]).Code
		if country == "" {
			country = cat.ResolveCountry(m["country"]).Code
		}
		want[key{paiza.Country(country), int(y.Int64()), group}] += exact(t, m["KG Equivalent"], "1000")
	}
	d := fresh(t)
	imp := take(t, d, path)
	if imp.Counts.Imported != n || imp.Counts.Refused != refused || imp.Kind != paiza.KindTotals {
		t.Errorf("imported %d, refused %d; want %d, %d (%s)", imp.Counts.Imported, imp.Counts.Refused, n, refused, imp.Kind)
	}
	m, err := d.Market(t.Context(), who, paiza.Slice{}, paiza.ByYear, picture.ByGroup)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Rows) != 0 {
		t.Errorf("official totals are in the market: %d rows", len(m.Rows))
	}
	cov, err := d.Coverage(t.Context(), who, paiza.Slice{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[key]int64{}
	for _, r := range cov.Rows {
		if r.Substance == "" {
			got[key{r.Country, r.Year, r.Group}] = r.Official
		}
	}
	bad := 0
	for k, ug := range want {
		if got[k] != ug {
			if bad++; bad < 10 {
				t.Errorf("%v: %s kg, want %s", k, paiza.Kilograms(got[k]), paiza.Kilograms(ug))
			}
		}
	}
	sound(t, d)
}

// TestDivisionsAcrossScripts: the years that wrote places in Cyrillic and the
// years that transliterated them resolve to the same divisions.
func TestDivisionsAcrossScripts(t *testing.T) {
	path := shared(t, "unodc_ids/ids_2011_2015.csv.gz")
	d := fresh(t)
	take(t, d, path)
	byScript := map[bool]map[string]int{true: {}, false: {}}
	f := paiza.SeizureFilter{Slice: paiza.Slice{Countries: []paiza.Country{"RUS"}}}
	err := d.EachSeizure(t.Context(), who, f, func(z paiza.Seizure) error {
		text := z.DivisionText + z.Place
		if z.Division != "" && text != "" {
			cyrillic := strings.ContainsAny(strings.ToLower(text), "аеиоуыэюя")
			byScript[cyrillic][z.Division]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	common := 0
	for code := range byScript[false] {
		if byScript[true][code] > 0 {
			common++
		}
	}
	t.Logf("divisions met in Cyrillic %d, in Latin %d, in both %d", len(byScript[true]), len(byScript[false]), common)
	if common < 40 {
		t.Errorf("only %d divisions are met in both scripts", common)
	}
}
