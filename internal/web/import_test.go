package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"paiza"
)

// TestImportKnown takes a file of a known layout through every page: upload,
// what was recognised, dry run, result, undo.
func TestImportKnown(t *testing.T) {
	n := inhabited(t)
	b := n.as(t, "root")
	at := b.send("ids.csv")
	r := b.page(at)
	if !strings.Contains(r.text(".alert.good"), "UNODC individual drug seizures") {
		t.Fatalf("the layout is not recognised: %q", r.text(".alert"))
	}
	if got := r.doc.Find("select[name='column-6'] option[selected]").AttrOr("value", ""); got != "substance" {
		t.Errorf("DRUG_NAME means %q", got)
	}
	form := r.fields("form[action$='/check']")
	r = b.post(at+"/check", form)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("dry run: %s\n%.600s", r.Status, r.body)
	}
	if list := b.page("/seizures"); list.doc.Find("tbody tr").Length() != 0 {
		t.Error("a dry run keeps rows")
	}
	form = r.fields("form[action$='/run']")
	if form.Get("profile") != "unodc-ids" || form.Get("mapping") != "" {
		t.Errorf("an unchanged mapping travels as %q with %d bytes", form.Get("profile"), len(form.Get("mapping")))
	}
	form.Set("reason", "monthly report")
	r = b.post(at+"/run", form)
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("run: %s\n%.600s", r.Status, r.body)
	}
	page := r.Header.Get("Location")
	r = b.finished(page)
	counts := r.text("dl.figures")
	if counts != "Rows read12 Imported11 Already here0 Flagged3 Refused1 Set aside0" {
		t.Errorf("counts: %q", counts)
	}
	if got := r.text("section table tbody"); !strings.Contains(got, "31.31.2015") || !strings.Contains(got, "not a date") {
		t.Errorf("the refused row is not explained: %q", got)
	}
	market := r.doc.Find("a[href^='/picture/market?']").AttrOr("href", "")
	if market != "/picture/market?import="+strings.TrimPrefix(page, "/imports/") {
		t.Errorf("the result leads to the market at %q", market)
	}
	rows := csvRows(t, b.get(page+"/errors.csv"))
	if len(rows) != 2 || rows[1][1] != "12" || rows[1][3] != "31.31.2015" {
		t.Errorf("refused rows as a file: %q", rows)
	}

	if r := b.post(page+"/undo", url.Values{"reason": {" "}}); r.StatusCode != http.StatusUnprocessableEntity || r.text("#h-reason") == "" {
		t.Errorf("undo without a reason: %s", r.Status)
	}
	if r := b.post(page+"/undo", url.Values{"reason": {"wrong file"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("undo: %s", r.Status)
	}
	if r := b.page("/seizures"); r.doc.Find("tbody tr").Length() != 0 {
		t.Error("rows of an undone import are still listed")
	}
	if got := b.page("/ledger").text("tbody"); !strings.Contains(got, "Import undone") || !strings.Contains(got, "wrong file") {
		t.Errorf("the ledger does not know: %.300q", got)
	}
}

// finished waits until an import is no longer running.
func (b *browser) finished(page string) reply {
	b.t.Helper()
	for range 100 {
		r := b.page(page)
		if r.doc.Find("meta[http-equiv='refresh']").Length() == 0 {
			return r
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatal("the import does not end")
	return reply{}
}

// TestImportUnknown maps an unknown layout by hand.
func TestImportUnknown(t *testing.T) {
	n := inhabited(t)
	b := n.as(t, "root")
	at := b.send("own.csv")
	r := b.page(at)
	if r.text(".alert.warn") == "" {
		t.Fatal("an unknown layout is not said to be a proposal")
	}
	column := func(heading string) string {
		id := ""
		for _, l := range r.doc.Find("tbody th label").EachIter() {
			if l.Text() == heading {
				id = l.AttrOr("for", "")
			}
		}
		return id
	}
	form := r.fields("form[action$='/check']")
	form.Set(column("Day"), "date")
	form.Set(column("Border post"), "place")
	form.Set(column("Drug"), "substance")
	form.Set(column("Quantity"), "amount")
	form.Set(column("Measure"), "unit")
	form.Del("constant-country")
	form.Set("date-order", "dmy")
	if r := b.post(at+"/check", form); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text(".alert.bad"), "State") {
		t.Errorf("a mapping without a state: %s %q", r.Status, r.text(".alert.bad"))
	}
	form.Set("constant-country", "KAZ")
	form.Set("source", "customs-monthly")
	r = b.post(at+"/check", form)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("dry run: %s %q", r.Status, r.text(".alert"))
	}
	run := r.fields("form[action$='/run']")
	if !strings.Contains(run.Get("mapping"), "customs-monthly") {
		t.Errorf("the confirmed mapping is %q", run.Get("mapping"))
	}
	r = b.post(at+"/run", run)
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("run: %s %q", r.Status, r.text(".reason"))
	}
	b.finished(r.Header.Get("Location"))
	list := b.page("/seizures?country=KAZ")
	if got := list.doc.Find("tbody tr").Length(); got != 3 {
		t.Errorf("%d rows, want 3: the total is no seizure", got)
	}
	if got := list.text("tbody tr:first-child .rowlink"); got != "20 Feb 2020" {
		t.Errorf("newest row is of %q", got)
	}
	if got := list.text("tbody tr:first-child"); !strings.Contains(got, "0.250") {
		t.Errorf("250 g are not 0.250 kg: %q", got)
	}
}

func TestUploadRefused(t *testing.T) {
	n := inhabited(t)
	b := n.as(t, "root")
	if r := b.post("/uploads", nil); r.StatusCode != http.StatusUnprocessableEntity || r.text("[role=alert]") == "" {
		t.Errorf("upload without a file: %s", r.Status)
	}
	n.site.opt.MaxUpload = 10 << 10
	big := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\n" + strings.Repeat("a,b\n", 1<<20) + "\r\n--b--\r\n"
	if r := b.do("POST", "/uploads", strings.NewReader(big), "multipart/form-data; boundary=b"); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text(".reason"), "kB") && !strings.Contains(r.text(".reason"), "MB") {
		t.Errorf("a file beyond the limit: %s %q", r.Status, r.text(".reason"))
	}
	cut := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\na,b\n1,2"
	if r := b.do("POST", "/uploads", strings.NewReader(cut), "multipart/form-data; boundary=b"); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a transfer that was cut off: %s", r.Status)
	}
	if r := b.do("POST", "/seizures", strings.NewReader("date="+strings.Repeat("x", maxForm+10)), "application/x-www-form-urlencoded"); r.StatusCode >= 500 || r.StatusCode < 400 {
		t.Errorf("a form beyond the limit: %s", r.Status)
	}
}

func csvRows(t *testing.T, r reply) [][]string {
	t.Helper()
	if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/csv") {
		t.Fatalf("%s %s", r.Status, r.Header.Get("Content-Type"))
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(r.body), "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSeizureList(t *testing.T) {
	n := inhabited(t)
	n.load(t, "ids.csv")
	b := n.as(t, "root")
	for query, want := range map[string]int{
		"":                               11,
		"country=KAZ":                    2,
		"country=KAZ&country=RUS":        4,
		"from=2015":                      6,
		"from=2014-05&to=2014-06":        3,
		"group=cocaine":                  3,
		"group=cocaine&doubtful=without": 2,
		"substance=heroin":               2,
		"routing=inbound":                4,
		"country=RUS&division=RU-NVS":    1,
		"flag=implausible":               1,
		"flag=unresolved_substance":      1,
		"flag=identical":                 1,
		"q=алматы":                       2,
		"q=昆明":                           1,
		"q=barajas":                      2,
		"via=TJK":                        2,
		"departure=TJK&destination=KAZ&producing=AFG": 1,
	} {
		r := b.page("/seizures?" + query)
		if got := r.doc.Find("tbody tr").Length(); got != want && !(want == 0 && got == 0) {
			t.Errorf("%s: %d rows, want %d", query, got, want)
		}
		if query != "" && r.doc.Find(".chips a").Length() < 2 {
			t.Errorf("%s: the filter is not named", query)
		}
		csv := csvRows(t, b.get("/seizures/export.csv?"+query))
		if len(csv)-1 != want {
			t.Errorf("%s: %d rows in the file, want %d", query, len(csv)-1, want)
		}
		// The form of the page asks for the same rows again.
		again := b.page("/seizures?" + r.fields(".filter form").Encode())
		if got := again.doc.Find("tbody tr").Length(); got != want {
			t.Errorf("%s: applying the form unchanged gives %d rows, want %d", query, got, want)
		}
	}
	if r := b.page("/seizures?country=FRA"); !strings.Contains(r.text(".none"), "No rows match") {
		t.Errorf("no rows: %q", r.text("main"))
	}
	if r := b.get("/seizures?from=2015-99"); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text("[role=alert]"), "2015-99") {
		t.Errorf("a bad filter: %s %q", r.Status, r.text("[role=alert]"))
	}
}

func TestSeizureDetail(t *testing.T) {
	n := inhabited(t)
	n.load(t, "ids.csv")
	b := n.as(t, "root")
	open := func(query string) reply {
		return b.page(b.page("/seizures?"+query).doc.Find("tbody a.rowlink").First().AttrOr("href", ""))
	}
	r := open("q=昆明")
	text := r.text("main")
	for _, want := range []string{"Methamphetamine", "850 Gram", "0.85 kg", "measured mass", "云南", "Yunnan", "Border, inbound", "DRUG_UNIT", "SEIZURE_DATE", "ids.csv", "TLP:"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	if got := open("q=Mexedrone").text("main"); !strings.Contains(got, "Substance not resolved") || !strings.Contains(got, "Mexedrone XYZ") {
		t.Errorf("unresolved substance: %s", got)
	}
	if got := open("substance=mdma").text("main"); !strings.Contains(got, "≈") || !strings.Contains(got, "conversion factor") || !strings.Contains(got, "1,200 units") {
		t.Errorf("converted tablets: %s", got)
	}
	hostile := open("q=HYPERLINK")
	if hostile.doc.Find("main script").Length() != 0 || !strings.Contains(hostile.text("main"), "<script>alert(1)</script>") {
		t.Error("text of a file is not shown as text")
	}
	for _, row := range csvRows(t, b.get("/seizures/export.csv?q=HYPERLINK")) {
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("a formula leaves the node: %q", cell)
			}
		}
	}
}

func TestRecord(t *testing.T) {
	n := inhabited(t)
	b := n.as(t, "root")
	form := b.page("/seizures/new").fields("form.card")
	form.Set("date", "2026-13-01")
	form.Set("country", "Казахстан")
	form.Set("substance", "Героин")
	form.Set("amount", "2,5")
	r := b.post("/seizures", form)
	if r.StatusCode != http.StatusUnprocessableEntity || r.text("#h-date .bad") == "" || r.text("#h-unit .bad") == "" {
		t.Fatalf("%s date %q unit %q", r.Status, r.text("#h-date"), r.text("#h-unit"))
	}
	if got := r.doc.Find("#f-substance").AttrOr("value", ""); got != "Героин" {
		t.Errorf("the form lost what was typed: %q", got)
	}
	form.Set("date", "2026-01-31")
	form.Set("unit", "kg")
	form.Set("routing", string(paiza.RoutingInbound))
	form.Set("reason", "report 17/2026")
	r = b.post("/seizures", form)
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s %q", r.Status, r.text("[role=alert]"))
	}
	page := b.page(r.Header.Get("Location"))
	text := page.text("main")
	for _, want := range []string{"Heroin", "2.5 kg", "Kazakhstan", "Border, inbound", "Typed in on this node", "TLP:AMBER", "report 17/2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	if page.text(".flash") == "" || b.page("/seizures").text(".flash") != "" {
		t.Error("the confirmation is not shown exactly once")
	}
}
