package ingest

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"paiza"
)

// The figures of this file are computed a second time by means that share
// nothing with the package: encoding/csv and fractions.

// plainRows reads a shared file with encoding/csv.
func plainRows(t *testing.T, path string, comma rune) (header map[string]int, rows [][]string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var in io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(in)
	r.Comma = comma
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header = map[string]int{}
	for i, h := range all[0] {
		header[h] = i
	}
	return header, all[1:]
}

// micrograms is text × factor rounded half to even.
func micrograms(t *testing.T, text string, factor int64) int64 {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("not a number: %q", text)
	}
	r.Mul(r, big.NewRat(factor, 1))
	q, rem := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	twice := new(big.Int).Lsh(rem, 1)
	switch c := twice.CmpAbs(r.Denom()); {
	case c > 0, c == 0 && q.Bit(0) == 1:
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

// kept is what of an amount a row can hold: more than paiza.MaxAmount is flagged
// as implausible and not summed.
func kept(n int64) int64 {
	if n > paiza.MaxAmount {
		return 0
	}
	return n
}

type figure struct {
	Country, Substance string
	Year               int
}

func TestIDSFigures(t *testing.T) {
	path := data(t, "unodc_ids/ids_2011_2015.csv.gz")
	h, plain := plainRows(t, path, ';')
	mass, routing := map[figure]int64{}, map[string]int{}
	doubles, seen := int64(0), map[string]bool{}
	for _, row := range plain {
		year, _ := strconv.Atoi(row[h["SEIZURE_DATE"]][:4])
		at := figure{row[h["COUNTRY"]], row[h["DRUG_NAME"]], year}
		switch row[h["DRUG_UNIT"]] {
		case "Kilogram":
			mass[at] += kept(micrograms(t, row[h["AMOUNT"]], 1_000_000_000))
		case "Gram":
			mass[at] += micrograms(t, row[h["AMOUNT"]], 1_000_000)
		}
		routing[row[h["ROUTING"]]]++
		// Equal rows, with the amount as a number of ten digits.
		amount, _ := strconv.ParseFloat(row[h["AMOUNT"]], 64)
		same := append([]string{}, row...)
		same[h["AMOUNT"]] = strconv.FormatFloat(amount, 'e', 9, 64)
		for i := range same {
			same[i] = strings.Join(strings.Fields(same[i]), " ")
		}
		key := strings.Join(same[2:], "\x00")
		if seen[key] {
			doubles++
		}
		seen[key] = true
	}

	f := open(t, path)
	if !f.Recognised || f.Profile.Name != "unodc-ids" {
		t.Fatalf("recognised as %v", f.Profile.Name)
	}
	rows, rep := readAll(t, f, f.Profile, Options{})
	if rep.Read != int64(len(plain)) || rep.Accepted != rep.Read {
		t.Errorf("read %d, accepted %d, want %d", rep.Read, rep.Accepted, len(plain))
	}
	if rep.Identical != doubles {
		t.Errorf("identical rows: got %d, want %d", rep.Identical, doubles)
	}
	gotMass, gotRouting, keys := map[figure]int64{}, map[paiza.Routing]int{}, map[[16]byte]bool{}
	for i, row := range rows {
		s := row.Seizure
		if s.Amount.Dim == paiza.DimMass {
			gotMass[figure{plain[i][h["COUNTRY"]], s.SubstanceText, s.Date.Year()}] += s.Equivalent
		}
		if s.RoutingBasis == paiza.BasisInferred {
			s.Routing = paiza.RoutingUnknown
		}
		gotRouting[s.Routing]++
		keys[row.Key] = true
	}
	for at, want := range mass {
		if want == 0 && gotMass[at] == 0 {
			delete(gotMass, at)
			delete(mass, at)
		}
	}
	if diff := cmp.Diff(mass, gotMass); diff != "" {
		t.Errorf("micrograms by country, substance and year (-want +got):\n%s", diff)
	}
	wantRouting := map[paiza.Routing]int{
		paiza.RoutingInland:   routing["National territory/domestic seizure"],
		paiza.RoutingInbound:  routing["Border - inbound"],
		paiza.RoutingOutbound: routing["Border - outbound"],
		paiza.RoutingTransit:  routing["Border - transit/free trade zone"],
		paiza.RoutingWaters:   routing["International waters/unclaimed territory"],
		paiza.RoutingOther:    routing["Other"],
		paiza.RoutingUnknown:  routing[""],
	}
	if diff := cmp.Diff(wantRouting, gotRouting); diff != "" {
		t.Errorf("routing (-want +got):\n%s", diff)
	}
	if len(keys) != len(rows) {
		t.Errorf("%d keys for %d rows", len(keys), len(rows))
	}
}

func TestColombiaGrams(t *testing.T) {
	path := data(t, "colombia/estupefacientes_2016_2017.csv.gz")
	h, plain := plainRows(t, path, ',')
	want := map[figure]int64{}
	for _, row := range plain {
		year, _ := strconv.Atoi(row[h["FECHA"]][:4])
		want[figure{"COL", row[h["CLASE DE ESTUPEFACIENTE"]], year}] += micrograms(t, row[h["CANTIDAD"]], 1_000_000)
	}
	f := open(t, path)
	rows, rep := readAll(t, f, f.Profile, Options{})
	if f.Profile.Name != "colombia" || rep.Accepted != int64(len(plain)) {
		t.Errorf("profile %s, accepted %d of %d", f.Profile.Name, rep.Accepted, len(plain))
	}
	got := map[figure]int64{}
	for _, row := range rows {
		got[figure{string(row.Seizure.Country), row.Seizure.SubstanceText, row.Seizure.Date.Year()}] += row.Seizure.Equivalent
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("micrograms (-want +got):\n%s", diff)
	}
}

func TestFortalezaKilograms(t *testing.T) {
	path := data(t, "brazil_fortaleza/fortaleza_2009_2024.csv.gz")
	h, plain := plainRows(t, path, ',')
	want := map[figure]int64{}
	for _, row := range plain {
		year, _ := strconv.Atoi(row[h["Data"]][:4])
		want[figure{"BRA", row[h["Tipo de Entorpecente"]], year}] += micrograms(t, row[h["Quantidade (Kg)"]], 1_000_000_000)
	}
	f := open(t, path)
	rows, rep := readAll(t, f, f.Profile, Options{})
	if f.Profile.Name != "fortaleza" || rep.Accepted != int64(len(plain)) {
		t.Errorf("profile %s, accepted %d of %d", f.Profile.Name, rep.Accepted, len(plain))
	}
	got := map[figure]int64{}
	for _, row := range rows {
		s := row.Seizure
		got[figure{string(s.Country), s.SubstanceText, s.Date.Year()}] += s.Equivalent
		if s.Division != "BR-CE" {
			t.Fatalf("row %d: division %q", row.Line, s.Division)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("micrograms (-want +got):\n%s", diff)
	}
}

func TestAnnualTotals(t *testing.T) {
	path := data(t, "unodc_annual/unodc_seizures_annual_1970_2018.csv")
	h, plain := plainRows(t, path, ',')
	want, missing := map[figure]int64{}, int64(0)
	for _, row := range plain {
		if row[h["KG Equivalent"]] == "NULL" {
			missing++
			continue
		}
		year, _ := strconv.Atoi(row[h["Year"]])
		country := row[h["ISO Code"]]
		if country == "NULL" {
			country = row[h["country"]]
		}
		want[figure{strings.ToUpper(country), row[h["Drug"]], year}] += kept(micrograms(t, row[h["KG Equivalent"]], 1_000_000_000))
	}
	f := open(t, path)
	rows, rep := readAll(t, f, f.Profile, Options{})
	if f.Profile.Name != "unodc-annual" || rep.Read != int64(len(plain)) || rep.Refused != missing {
		t.Errorf("profile %s, read %d of %d, refused %d of %d", f.Profile.Name, rep.Read, len(plain), rep.Refused, missing)
	}
	got, beyond := map[figure]int64{}, 0
	for _, row := range rows {
		if row.Err != nil {
			if row.Err.Key != "ingest.row.no_amount" {
				t.Fatalf("row %d: %s", row.Line, row.Err.Key)
			}
			continue
		}
		if row.Identity == [16]byte{} {
			t.Fatalf("row %d has no identity", row.Line)
		}
		if row.Total.Equivalent == 0 && len(row.Total.AmountText) > 6 && row.Total.Flags&paiza.FlagImplausible != 0 {
			beyond++
		}
		got[figure{string(row.Total.Country), row.Total.SubstanceText, row.Total.Year}] += row.Total.Equivalent
	}
	t.Logf("%d totals lie beyond paiza.MaxAmount", beyond)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("micrograms (-want +got):\n%s", diff)
	}
}

func TestCBPVintagesOverlap(t *testing.T) {
	read := func(name string) (shared map[[16]byte]Row, all int, lbs *big.Rat) {
		path := data(t, name)
		h, plain := plainRows(t, path, ',')
		f := open(t, path)
		rows, rep := readAll(t, f, f.Profile, Options{})
		if f.Profile.Name != "us-cbp" || rep.Accepted != int64(len(plain)) {
			t.Errorf("%s: profile %s, accepted %d of %d", name, f.Profile.Name, rep.Accepted, len(plain))
		}
		shared = map[[16]byte]Row{}
		identities := map[[16]byte]int{}
		for i, row := range rows {
			identities[row.Identity]++
			cells := plain[i]
			fy, _ := strconv.Atoi(cells[h["FY"]])
			if fy >= 2020 && fy <= 2022 {
				shared[row.Key] = row
			}
			month := monthOf(cells[h["Month (abbv)"]])
			if month >= 10 {
				fy--
			}
			if want := paiza.NewDate(fy, month, 0); row.Seizure.Date != want {
				t.Fatalf("row %d: date %v, want %v", row.Line, row.Seizure.Date, want)
			}
			if n, _ := strconv.ParseInt(cells[h["Count of Event"]], 10, 64); row.Seizure.Count != n {
				t.Fatalf("row %d: count %d, want %d", row.Line, row.Seizure.Count, n)
			}
			if want := micrograms(t, cells[h["Sum Qty (lbs)"]], 453_592_370); row.Seizure.Equivalent != want {
				t.Fatalf("row %d: %d micrograms, want %d", row.Line, row.Seizure.Equivalent, want)
			}
		}
		for id, n := range identities {
			if n > 1 {
				t.Errorf("%s: %d rows share identity %x", name, n, id)
				break
			}
		}
		return shared, len(rows), nil
	}
	first, n1, _ := read("us_cbp/nationwide-drugs-fy19-fy22.csv")
	second, n2, _ := read("us_cbp/nationwide-drugs-fy20-fy23.csv")
	if n1+n2 != 20016 {
		t.Errorf("rows of both vintages: %d", n1+n2)
	}
	both := 0
	for k := range first {
		if _, ok := second[k]; ok {
			both++
		}
	}
	if both != 7559 || len(first) != both || len(second) != both {
		t.Errorf("shared years: %d and %d rows, %d in both; want 7559 each", len(first), len(second), both)
	}
}
