// Command extract restates a part of two published tables of UNODC in Paiza's
// own layout, as demonstration data: the heaviest seizures of each state, year
// and substance from the individual drug seizures of 2011–2015, and the yearly
// totals of the same states. It is run by hand when the choice changes; its
// output is what is committed.
//
//	go run ./internal/demo/extract ../shared/data internal/demo/data
package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// states are the thirty of the extract, by the source's name.
var states = map[string]string{
	"Afghanistan": "AFG", "Pakistan": "PAK", "Iran, Islamic Republic of": "IRN", "India": "IND", "Myanmar": "MMR", "Thailand": "THA",
	"Turkmenistan": "TKM", "Tajikistan": "TJK", "Kyrgyzstan": "KGZ", "Uzbekistan": "UZB", "Kazakhstan": "KAZ", "Russian Federation": "RUS",
	"Belarus": "BLR", "Ukraine": "UKR", "Armenia": "ARM", "Azerbaijan": "AZE", "Georgia": "GEO", "Latvia": "LVA", "Bulgaria": "BGR",
	"Romania": "ROU", "Spain": "ESP", "Italy": "ITA", "Portugal": "PRT", "Germany": "DEU", "France": "FRA", "Colombia": "COL",
	"Ecuador": "ECU", "Bolivia, Plurinational State of": "BOL", "Paraguay": "PRY", "Nigeria": "NGA", "China": "CHN", "Mongolia": "MNG",
	"Sri Lanka": "LKA", "Nepal": "NPL", "Egypt": "EGY",
}

// perGroup bounds the rows of one state, year and substance, and perState those
// of one state and year.
const (
	perGroup = 6
	perState = 48
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: extract SHARED-DATA OUT")
	}
	if err := seizures(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
	if err := totals(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

type row map[string]string

func read(r io.Reader, comma rune) ([]row, error) {
	c := csv.NewReader(r)
	c.Comma = comma
	head, err := c.Read()
	if err != nil {
		return nil, err
	}
	var out []row
	for {
		cells, err := c.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		m := row{}
		for i, h := range head {
			m[strings.TrimPrefix(h, "\ufeff")] = strings.TrimSpace(cells[i])
		}
		out = append(out, m)
	}
}

// kilograms is a rough weight for choosing, not a figure that is published.
func kilograms(m row) float64 {
	v, err := strconv.ParseFloat(m["AMOUNT"], 64)
	if err != nil {
		return 0
	}
	switch m["DRUG_UNIT"] {
	case "Kilogram", "Litre":
		return v
	case "Gram":
		return v / 1000
	case "Tablet", "Pill", "Capsule", "Dose":
		return v * 0.0002
	}
	return 0
}

func seizures(in, out string) error {
	f, err := os.Open(filepath.Join(in, "unodc_ids/ids_2011_2015.csv.gz"))
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	rows, err := read(z, ';')
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(m row) bool { return states[m["COUNTRY"]] == "" || kilograms(m) <= 0 })
	sort.SliceStable(rows, func(i, j int) bool { return kilograms(rows[i]) > kilograms(rows[j]) })
	inGroup, inState := map[string]int{}, map[string]int{}
	var kept []row
	for _, m := range rows {
		year := m["COUNTRY"] + m["SEIZURE_DATE"][:4]
		group := year + m["DRUG_NAME"]
		if inGroup[group] == perGroup || inState[year] == perState {
			continue
		}
		inGroup[group]++
		inState[year]++
		kept = append(kept, m)
	}
	sort.SliceStable(kept, func(i, j int) bool {
		a, b := kept[i], kept[j]
		if a["SEIZURE_DATE"] != b["SEIZURE_DATE"] {
			return a["SEIZURE_DATE"] < b["SEIZURE_DATE"]
		}
		return a["COUNTRY"] < b["COUNTRY"]
	})
	return write(filepath.Join(out, "seizures.csv"),
		[]string{"date", "country", "division", "place", "routing", "substance", "amount", "unit", "producing", "departure", "destination", "transport", "hiding", "installation", "source"},
		len(kept), func(i int) []string {
			m := kept[i]
			return []string{m["SEIZURE_DATE"], states[m["COUNTRY"]], m["ADMINISTRATIVE_DIVISION"], m["PLACE"], m["ROUTING"], m["DRUG_NAME"], clean(m["AMOUNT"]), m["DRUG_UNIT"],
				m["PRODUCING_COUNTRY"], m["DEPARTURE_COUNTRY"], m["DESTINATION_COUNTRY"], m["TRANSPORT"], m["HIDING_PLACE"], m["INSTALLATION"], "UNODC, individual drug seizures"}
		})
}

// clean writes a number without binary dust.
func clean(s string) string {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(v, 'f', -1, 32)
}

func totals(in, out string) error {
	f, err := os.Open(filepath.Join(in, "unodc_annual/unodc_seizures_annual_1970_2018.csv"))
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := read(f, ',')
	if err != nil {
		return err
	}
	codes := map[string]bool{}
	for _, c := range states {
		codes[c] = true
	}
	sums := map[[3]string]float64{}
	for _, m := range rows {
		v, err := strconv.ParseFloat(m["KG Equivalent"], 64)
		if err != nil || !codes[m["ISO Code"]] || m["Year"] < "2008" || m["Year"] > "2016" {
			continue
		}
		sums[[3]string{m["Year"], m["ISO Code"], m["Drug"]}] += v
	}
	keys := make([][3]string, 0, len(sums))
	for k, v := range sums {
		if v > 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b [3]string) int {
		return strings.Compare(strings.Join(a[:], "|"), strings.Join(b[:], "|"))
	})
	return write(filepath.Join(out, "totals.csv"), []string{"year", "country", "substance", "amount", "unit", "source"}, len(keys), func(i int) []string {
		k := keys[i]
		return []string{k[0], k[1], k[2], strconv.FormatFloat(sums[k], 'f', -1, 64), "Kilogram", "UNODC, annual drug seizures"}
	})
}

func write(file string, head []string, n int, line func(int) []string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	w.Write(head)
	for i := range n {
		w.Write(line(i))
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	fmt.Printf("%s: %d rows\n", file, n)
	return f.Close()
}
