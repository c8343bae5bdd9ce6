package catalog

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"paiza"
)

// shared finds the data kept outside the repository, from the test's folder
// upwards, or skips.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		path := filepath.Join(dir, "shared", "data", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skipf("shared/data/%s is not here: the real file is not tested", name)
		}
		dir = up
	}
}

// line is one row of a real file; get gives the value of a column.
type line struct {
	at     map[string]int
	fields []string
}

func (l line) get(column string) string {
	if i, ok := l.at[column]; ok && i < len(l.fields) {
		return l.fields[i]
	}
	return ""
}

// sheets are the files already read: the largest is asked for by four tests.
var sheets = map[string][]line{}

// readShared reads a CSV file, gzipped or not.
func readShared(t *testing.T, name string, comma rune) []line {
	t.Helper()
	if lines, ok := sheets[name]; ok {
		return lines
	}
	file, err := os.Open(shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var in io.Reader = bufio.NewReader(file)
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(in); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(in)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, column := range all[0] {
		at[strings.TrimSpace(strings.TrimPrefix(column, "\ufeff"))] = i
	}
	lines := make([]line, 0, len(all)-1)
	for _, fields := range all[1:] {
		lines = append(lines, line{at, fields})
	}
	sheets[name] = lines
	return lines
}

// share counts rows by what became of a text.
type share struct {
	rows, resolved, reasoned int
	open                     map[string]int
	how                      map[string]int
	spelt                    map[string]string
}

func (s *share) add(text string, r Resolution, n int) {
	if s.open == nil {
		s.open, s.how, s.spelt = map[string]int{}, map[string]int{}, map[string]string{}
	}
	s.rows += n
	switch {
	case r.Code != "":
		s.resolved += n
		s.how[strings.SplitN(r.How, ",", 2)[0]] += n
		if strings.HasPrefix(r.How, HowSpelling) {
			s.spelt[text] = r.Code
		}
	case r.Reason != ReasonNotListed:
		s.reasoned += n
		s.open[text+" — "+ReasonText(r.Reason)] += n
	default:
		s.open[text+" — NOT LISTED"] += n
	}
}

func (s *share) log(t *testing.T, what string) {
	t.Helper()
	t.Logf("%s: %d rows, resolved %.3f %%, unresolved with a reason %d, not listed %d; %v", what, s.rows,
		100*float64(s.resolved)/float64(max(s.rows, 1)), s.reasoned, s.rows-s.resolved-s.reasoned, s.how)
	open := make([]string, 0, len(s.open))
	for k := range s.open {
		open = append(open, k)
	}
	sort.Slice(open, func(i, j int) bool { return s.open[open[i]] > s.open[open[j]] })
	for i, k := range open {
		if i == 40 {
			t.Logf("   … and %d more texts", len(open)-i)
			break
		}
		t.Logf("   %6d %s", s.open[k], k)
	}
	if len(s.spelt) > 0 {
		t.Logf("   near: %v", s.spelt)
	}
}

// TestRealNames holds the catalog to the texts of the real files: everything
// that is a name resolves or has a reason.
func TestRealNames(t *testing.T) {
	c := Default()
	memo := func(resolve func(string) Resolution) func(string) Resolution {
		seen := map[string]Resolution{}
		return func(text string) Resolution {
			r, ok := seen[text]
			if !ok {
				r = resolve(text)
				seen[text] = r
			}
			return r
		}
	}
	substance, unit, country := memo(c.ResolveSubstance), memo(c.ResolveUnit), memo(c.ResolveCountry)
	files := []struct {
		file    string
		comma   rune
		columns map[string]func(string) Resolution
	}{
		{"unodc_ids/ids_2011_2015.csv.gz", ';', map[string]func(string) Resolution{
			"DRUG_NAME": substance, "DRUG_UNIT": unit, "COUNTRY": country, "PRODUCING_COUNTRY": country,
			"DEPARTURE_COUNTRY": country, "DESTINATION_COUNTRY": country, "ROUTING": memo(c.ResolveRouting),
			"TRANSPORT": memo(c.ResolveTransport), "HIDING_PLACE": memo(c.ResolveHiding), "INSTALLATION": memo(c.ResolveInstallation)}},
		{"codelists/ids_drug_name.csv", ',', map[string]func(string) Resolution{"value": substance}},
		{"codelists/ids_drug_unit.csv", ',', map[string]func(string) Resolution{"value": unit}},
		{"codelists/ids_transport.csv", ',', map[string]func(string) Resolution{"value": memo(c.ResolveTransport)}},
		{"codelists/ids_hiding_place.csv", ',', map[string]func(string) Resolution{"value": memo(c.ResolveHiding)}},
		{"codelists/ids_installation.csv", ',', map[string]func(string) Resolution{"value": memo(c.ResolveInstallation)}},
		{"codelists/ids_routing.csv", ',', map[string]func(string) Resolution{"value": memo(c.ResolveRouting)}},
		{"unodc_annual/unodc_seizures_annual_1970_2018.csv", ',', map[string]func(string) Resolution{"Drug": substance, "country": country}},
		{"colombia/estupefacientes_2016_2017.csv.gz", ',', map[string]func(string) Resolution{
			"CLASE DE ESTUPEFACIENTE": substance, "UNIDAD DE MEDIDA": unit}},
		{"brazil_fortaleza/fortaleza_2009_2024.csv.gz", ',', map[string]func(string) Resolution{"Tipo de Entorpecente": substance}},
		{"us_cbp/nationwide-drugs-fy19-fy22.csv", ',', map[string]func(string) Resolution{"Drug Type": substance}},
		{"us_cbp/nationwide-drugs-fy20-fy23.csv", ',', map[string]func(string) Resolution{"Drug Type": substance}},
	}
	for _, f := range files {
		t.Run(f.file, func(t *testing.T) {
			rows := readShared(t, f.file, f.comma)
			for column, resolve := range f.columns {
				var s share
				for _, row := range rows {
					s.add(row.get(column), resolve(row.get(column)), 1)
				}
				s.log(t, column)
				if n := s.rows - s.resolved - s.reasoned; n > 0 {
					t.Errorf("%s: %d rows are neither resolved nor have a reason", column, n)
				}
			}
		})
	}
}

// TestRealHeaders resolves substances that stand in a header or a first column.
func TestRealHeaders(t *testing.T) {
	c := Default()
	check := func(t *testing.T, texts map[string]bool) {
		var s share
		for text := range texts {
			s.add(text, c.ResolveSubstance(text), 1)
		}
		s.log(t, "substances")
		if n := s.rows - s.resolved - s.reasoned; n > 0 {
			t.Errorf("%d names are neither resolved nor have a reason", n)
		}
	}
	for _, name := range []string{"Quantities16-17.csv", "Seizures16-17.csv"} {
		t.Run(name, func(t *testing.T) {
			texts := map[string]bool{}
			for column := range readShared(t, "uk_police/"+name, ',')[0].at {
				if !strings.EqualFold(column, "police force") && column != "" {
					texts[column] = true
				}
			}
			check(t, texts)
		})
	}
	for _, name := range []string{"2017NFLISWebsiteTable3.csv", "2018NFLISWebsiteTable3.csv", "NFLISPublicData_2019_Table3.csv"} {
		t.Run(name, func(t *testing.T) {
			file, err := os.Open(shared(t, "us_nflis/"+name))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			r := csv.NewReader(file)
			r.FieldsPerRecord, r.LazyQuotes = -1, true
			all, err := r.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			texts := map[string]bool{}
			for _, rec := range all {
				if name := strings.TrimSpace(rec[0]); len(rec) > 3 && rec[1] != "" && rec[1][0] >= '0' && rec[1][0] <= '9' && name != "" {
					texts[name] = true
				}
			}
			check(t, texts)
		})
	}
}

// TestRealDivisions measures how many rows with a division resolve, and holds
// the share above the bar.
func TestRealDivisions(t *testing.T) {
	c := Default()
	rows := readShared(t, "unodc_ids/ids_2011_2015.csv.gz", ';')
	type key struct{ country, text string }
	seen := map[key]Resolution{}
	resolve := func(country, text string) Resolution {
		r, ok := seen[key{country, text}]
		if !ok {
			r = c.ResolveDivision(paiza.Country(c.ResolveCountry(country).Code), text)
			seen[key{country, text}] = r
		}
		return r
	}
	var all, russia, places share
	for _, row := range rows {
		if text := row.get("ADMINISTRATIVE_DIVISION"); strings.TrimSpace(text) != "" {
			all.add(row.get("COUNTRY")+": "+text, resolve(row.get("COUNTRY"), text), 1)
		} else if row.get("COUNTRY") == "Russian Federation" {
			russia.add(row.get("PLACE"), resolve(row.get("COUNTRY"), row.get("PLACE")), 1)
		} else if strings.TrimSpace(row.get("PLACE")) != "" {
			places.add(row.get("COUNTRY")+": "+row.get("PLACE"), resolve(row.get("COUNTRY"), row.get("PLACE")), 1)
		}
	}
	all.log(t, "ADMINISTRATIVE_DIVISION")
	russia.log(t, "PLACE of the Russian Federation without a division (2011)")
	places.log(t, "PLACE of other states without a division")
	if got := float64(all.resolved) / float64(all.rows); got < 0.97 {
		t.Errorf("%.3f %% of rows with a division resolve, want 97 %%", 100*got)
	}
	if got := float64(russia.resolved) / float64(russia.rows); got < 0.97 {
		t.Errorf("%.3f %% of the transliterated year resolves, want 97 %%", 100*got)
	}
	for _, row := range readShared(t, "colombia/estupefacientes_2016_2017.csv.gz", ',') {
		if r := resolve("Colombia", row.get("DEPARTAMENTO")); r.Code == "" {
			t.Fatalf("Colombia: %q: %s", row.get("DEPARTAMENTO"), r.Reason)
		}
	}
}

// TestRealCyrillic: a place resolves to the same division in the years whose
// names are in Cyrillic and in the year whose names are transliterated. The
// same cities are found by transliterating the Cyrillic ones; where a name is
// borne by cities of several divisions, the division must be one of them.
func TestRealCyrillic(t *testing.T) {
	c := Default()
	cyrillic, latin := map[string]map[string]int{}, map[string]map[string]int{}
	put := func(m map[string]map[string]int, city, code string) {
		if m[city] == nil {
			m[city] = map[string]int{}
		}
		m[city][code]++
	}
	for _, row := range readShared(t, "unodc_ids/ids_2011_2015.csv.gz", ';') {
		if row.get("COUNTRY") != "Russian Federation" {
			continue
		}
		division, place := strings.TrimSpace(row.get("ADMINISTRATIVE_DIVISION")), strings.TrimSpace(row.get("PLACE"))
		if division != "" {
			if city, ok := strings.CutPrefix(place, "г. "); ok {
				put(cyrillic, fold(transliterate(city)), c.ResolveDivision("RUS", division).Code)
			}
		} else if _, city, ok := strings.Cut(place, ", "); ok {
			put(latin, fold(strings.TrimSuffix(city, " city")), c.ResolveDivision("RUS", place).Code)
		}
	}
	most := func(m map[string]int) (code string, n int) {
		for k, v := range m {
			if v > n {
				code, n = k, v
			}
		}
		return code, n
	}
	same, rows := 0, 0
	for city, codes := range latin {
		there := cyrillic[city]
		if there == nil {
			continue
		}
		code, n := most(codes)
		rows += n
		if want, _ := most(there); there[code] > 0 {
			same += n
		} else {
			t.Logf("%s: %s transliterated (%d rows), %s in Cyrillic", city, code, n, want)
		}
	}
	t.Logf("%d of %d rows of cities that both spellings name lie in the same division", same, rows)
	if rows < 3000 || float64(same) < 0.98*float64(rows) {
		t.Errorf("only %d of %d rows agree", same, rows)
	}
}

// transliterate writes Russian as the file of 2011 does.
func transliterate(s string) string {
	return strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i",
		"й", "y", "к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f",
		"х", "kh", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "shch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "yu", "я", "ya").
		Replace(strings.ToLower(s))
}

// TestRealAmounts: the bounds doubt what cannot be and no more.
func TestRealAmounts(t *testing.T) {
	c := Default()
	doubted, counted, weighed := 0, 0, 0
	for _, row := range readShared(t, "unodc_ids/ids_2011_2015.csv.gz", ';') {
		d, ok := paiza.ParseDecimal(row.get("AMOUNT"))
		unit := c.ResolveUnit(row.get("DRUG_UNIT")).Code
		if !ok || unit == "" {
			continue
		}
		substance := c.ResolveSubstance(row.get("DRUG_NAME")).Code
		country := paiza.Country(c.ResolveCountry(row.get("COUNTRY")).Code)
		conv, ok := c.Convert(d, unit, substance, country, 2013)
		if !ok {
			t.Errorf("%s %s of %s does not convert", row.get("AMOUNT"), row.get("DRUG_UNIT"), row.get("DRUG_NAME"))
			continue
		}
		if conv.Amount.Dim != paiza.DimMass {
			counted++
			if conv.Factor != "" {
				weighed++
			}
		}
		if !c.Plausible(conv.Amount, substance) {
			doubted++
			t.Logf("doubted: %s %s of %s, %s", row.get("AMOUNT"), row.get("DRUG_UNIT"), row.get("DRUG_NAME"), row.get("COUNTRY"))
		}
	}
	t.Logf("%d rows without a mass, %d of them with a factor", counted, weighed)
	if doubted != 2 {
		t.Errorf("%d rows are doubted, want the 4,500,000 kg of tablets and the 927,611,728 bushes", doubted)
	}
	grams := paiza.Decimal{}
	for _, row := range readShared(t, "colombia/estupefacientes_2016_2017.csv.gz", ',') {
		grams, _ = paiza.ParseDecimal(row.get("CANTIDAD"))
		substance := c.ResolveSubstance(row.get("CLASE DE ESTUPEFACIENTE")).Code
		if conv, ok := c.Convert(grams, "gram", substance, "COL", 2016); !ok || !c.Plausible(conv.Amount, substance) {
			t.Errorf("Colombia: %s g of %s is doubted", row.get("CANTIDAD"), substance)
		}
	}
	for _, row := range readShared(t, "us_cbp/nationwide-drugs-fy19-fy22.csv", ',') {
		d, _ := paiza.ParseDecimal(row.get("Sum Qty (lbs)"))
		substance := c.ResolveSubstance(row.get("Drug Type")).Code
		if conv, ok := c.Convert(d, "pound", substance, "USA", 2020); !ok || !c.Plausible(conv.Amount, substance) {
			t.Errorf("CBP: %s lb of %s is doubted", row.get("Sum Qty (lbs)"), substance)
		}
	}
}
