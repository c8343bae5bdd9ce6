package web

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"paiza"
	"paiza/internal/desk"
)

// pictureRows is a small file in the layout of UNODC's individual seizures: two
// years, a month without rows, tablets, an implausible amount, an unknown
// substance, routes stated in full, in part and not at all.
const pictureRows = `REGION;SUBREGION;COUNTRY;ADMINISTRATIVE_DIVISION;PLACE;SEIZURE_DATE;DRUG_NAME;AMOUNT;DRUG_UNIT;HIDING_PLACE;INSTALLATION;TRANSPORT;PRODUCING_COUNTRY;DEPARTURE_COUNTRY;DESTINATION_COUNTRY;ROUTING
Europe;Western Europe;Germany;;Berlin;2013-01-05;Heroin;12.5;Kilogram;;;;Afghanistan;Pakistan;Germany;Border - inbound
Europe;Western Europe;Germany;;Berlin;2013-03-07;Heroin;0.25;Kilogram;;;;;Turkey;;Border - inbound
Europe;Western Europe;Germany;;Bremen;2013-03-09;Cocaine;80;Kilogram;;;;;Colombia;Netherlands;
Europe;Western Europe;Germany;;Bremen;2014-02-01;Cocaine;40.125;Kilogram;;;;;Colombia;Netherlands;Border - transit/free trade zone
Europe;Western Europe;Germany;;Hamburg;2014-02-01;Amphetamine;500;Gram;;;;;;;National territory/domestic seizure
Asia;Central Asia;Uzbekistan;;Tashkent;2014-01-03;Ketamine;2;Kilogram;;;;;;;
Asia;Central Asia;Tajikistan;;Dushanbe;2013-01-11;Opium;30;Kilogram;;;;Afghanistan;;;Border - inbound
Asia;Central Asia;Tajikistan;;Dushanbe;2014-05-11;Opium;31;Kilogram;;;;Afghanistan;;;
Asia;Central Asia;Tajikistan;;Khujand;2014-05-12;Ecstasy;2000;Tablet;;;;;;;National territory/domestic seizure
Asia;Central Asia;Tajikistan;;Khujand;2014-06-12;Heroin;900000000;Kilogram;;;;;;;National territory/domestic seizure
Asia;Central Asia;Tajikistan;;Khujand;2014-06-13;Zzyzx powder;3;Kilogram;;;;;;;Border - outbound
`

// pictureNode is a node with the rows above and somebody signed in.
type pictureNode struct {
	*node
	http *http.Client
}

func openPictureNode(t *testing.T, rows string) *pictureNode {
	t.Helper()
	n := &pictureNode{node: inhabited(t)}
	if rows != "" {
		file := filepath.Join(t.TempDir(), "rows.csv")
		if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := n.desk.Import(t.Context(), n.root, desk.ImportRequest{Path: file, Name: "rows.csv", Accept: true, Reason: "test"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	n.http = n.as(t, "root").client
	return n
}

func (n *pictureNode) get(t *testing.T, path string) *goquery.Document {
	t.Helper()
	resp, err := n.http.Get(n.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, resp.Status)
	}
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// rowsUnder adds up the rows that a link of a figure leads to.
func (n *pictureNode) rowsUnder(t *testing.T, link string, m measure) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Path != "/seizures" {
		t.Fatalf("a figure leads to %q", link)
	}
	filter, err := parseFilter(u.Query())
	if err != nil {
		t.Fatalf("%s: %v", link, err)
	}
	var sum tally
	page := paiza.Page{Size: 200}
	for {
		list, err := n.desk.Seizures(context.Background(), n.root, filter, page)
		if err != nil {
			t.Fatalf("%s: %v", link, err)
		}
		for _, z := range list.Seizures {
			one := tally{Rows: 1, Seizures: z.Count, Equivalent: z.Equivalent}
			switch z.Amount.Dim {
			case paiza.DimMass:
				one.Micrograms = z.Amount.Base
			case paiza.DimCount:
				one.Milliunits = z.Amount.Base
			case paiza.DimVolume:
				one.Microlitre = z.Amount.Base
			}
			sum.add(one)
		}
		if page.After = list.Next; list.Next == "" {
			return m.text(m.base(sum))
		}
	}
}

// Every figure of every view equals the rows that its link leads to.
func TestFiguresEqualTheirRows(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	for _, view := range []string{"market", "market?level=substance", "market?by=month", "market?from=2013-02&to=2014-03&level=substance",
		"market?country=TJK&doubtful=without", "balance", "balance?level=substance&by=month", "balance?routing=inbound&routing=transit",
		"routes", "routes?from=2014", "routes?country=DEU"} {
		for _, m := range []measure{byMass, byWeighed, bySeizures} {
			path, query, _ := strings.Cut(view, "?")
			q, _ := url.ParseQuery(query)
			q.Set(keyMeasure, string(m))
			at := "/picture/" + path + "?" + q.Encode()
			t.Run(view+"/"+string(m), func(t *testing.T) {
				figures := 0
				n.get(t, at).Find("td[data-v]").Each(func(_ int, td *goquery.Selection) {
					link, ok := td.Find("a").Attr("href")
					if !ok {
						if v := td.AttrOr("data-v", ""); v != "" && v != "0" {
							t.Errorf("figure %s leads nowhere", v)
						}
						return
					}
					figures++
					if got, want := n.rowsUnder(t, link, m), td.AttrOr("data-v", ""); got != want {
						t.Errorf("%s: the table says %s, the rows %s", link, want, got)
					}
				})
				if figures == 0 {
					t.Error("no figure on the page")
				}
			})
		}
	}
}

// What the market shows is what the desk answers, and the implausible amount
// stands apart.
func TestMarketTable(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	doc := n.get(t, "/picture/market?level=substance")
	got := map[string]string{}
	doc.Find("#figures tbody tr").Each(func(_ int, tr *goquery.Selection) {
		var cells []string
		tr.Find("td[data-v]").Each(func(_ int, td *goquery.Selection) { cells = append(cells, td.AttrOr("data-v", "")) })
		got[tr.AttrOr("data-s", "")] = strings.Join(cells, " ")
	})
	for series, want := range map[string]string{"opium": "30 31", "heroin": "12.75 0", "amphetamine": "0 0.5"} {
		if got[series] != want {
			t.Errorf("%s: got %q, want %q (all: %v)", series, got[series], want, got)
		}
	}
	if text := doc.Find("#figures tfoot .pic-aside").Text(); !strings.Contains(text, "900,000,000") {
		t.Errorf("the implausible amount does not stand apart: %q", text)
	}
	if notes := doc.Find(".pic-notes").Text(); !strings.Contains(notes, "rows.csv") {
		t.Errorf("the page does not name its source: %q", notes)
	}
	if doc.Find(`#figures tbody tr[data-s="unknown"]`).Length() != 1 {
		t.Error("the unknown substance is not shown")
	}
}

// The cells of the calendar are the seizures of a month; a month without rows
// between two reports is a gap and not nought.
func TestCalendarStrip(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	doc := n.get(t, "/picture/calendar?country=DEU")
	var got []string
	doc.Find(".pic-heat tbody tr td.pic-h").Each(func(_ int, td *goquery.Selection) {
		text := strings.TrimSpace(td.Text())
		if td.HasClass("pic-h0") {
			text = "gap"
		}
		got = append(got, text)
		if link, ok := td.Find("a").Attr("href"); ok {
			if rows := n.rowsUnder(t, link, bySeizures); rows != text {
				t.Errorf("%s: the cell says %s, the rows %s", link, text, rows)
			}
		}
	})
	want := "1 gap 2 gap gap gap gap gap gap gap gap gap gap 2"
	if strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, " "), want)
	}
}

// Incidents and official totals stand beside each other and are never summed.
func TestCoverageBesideTotals(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	if n.get(t, "/picture/coverage").Find(".none").Length() != 1 {
		t.Error("without official totals the page does not say so")
	}
	pairs := []pairOf{
		{year: 2013, country: "DEU", group: "opioids", incidents: 3, official: 4, hasIncidents: true, hasOfficial: true},
		{year: 2013, country: "DEU", group: "cocaine", incidents: 5, hasIncidents: true},
		{year: 2013, country: "TJK", group: "cocaine", official: 7, hasOfficial: true},
	}
	incidents, official := matched(pairs)
	if incidents[2013] != 3 || official[2013] != 4 {
		t.Errorf("matched %v and %v, want only what has both", incidents, official)
	}
	if got := pairs[0].plus(pairs[1]); got.incidents != 3 || got.official != 4 {
		t.Errorf("a part without a total was added: %+v", got)
	}
	if got := pairs[1].plus(pairs[2]); got.both() || got.official != 7 {
		t.Errorf("unlike parts were set against each other: %+v", got)
	}
}

// A link of the switches and the files keeps the slice; the file holds the same
// figures and the address.
func TestPictureLinksReproduce(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	doc := n.get(t, "/picture/market?country=DEU&from=2013&by=month&measure=seizures&as=share")
	doc.Find(".pic-switch a").Each(func(_ int, a *goquery.Selection) {
		u, err := url.Parse(a.AttrOr("href", ""))
		if err != nil || u.Query().Get("country") != "DEU" || u.Query().Get("from") != "2013" {
			t.Errorf("the switch %q loses the slice: %s", a.Text(), a.AttrOr("href", ""))
		}
	})
	if got := doc.Find(`.pic-switch a[aria-current]`).Length(); got != 4 {
		t.Errorf("%d switches are set, want 4", got)
	}
	csv, ok := doc.Find(`a[href^="/picture/market.csv"]`).Attr("href")
	if !ok {
		t.Fatal("no file is offered")
	}
	resp, err := n.http.Get(n.URL + csv)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if first, _, _ := strings.Cut(string(body), "\r\n"); !strings.HasPrefix(first, "\uFEFFDrug groups,Jan 2013,Feb 2013,Mar 2013") {
		t.Errorf("the file begins with %q", first)
	}
	if !strings.Contains(string(body), "/picture/market?as=share&by=month&country=DEU&from=2013&measure=seizures") {
		t.Errorf("the file does not say its address:\n%s", body)
	}
}

// A filter that a view cannot act on is named, not silently ignored.
func TestIgnoredFilterIsNamed(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	for _, at := range []string{"/picture/market?via=COL", "/picture/routes?from=2013-02", "/picture/calendar?from=2013-01-03"} {
		if n.get(t, at).Find(".alert.warn").Length() != 1 {
			t.Errorf("%s says nothing of the filter it cannot act on", at)
		}
	}
}

func TestPictureWithoutRows(t *testing.T) {
	n := openPictureNode(t, "")
	for _, view := range []string{"market", "balance", "routes", "calendar", "coverage"} {
		doc := n.get(t, "/picture/"+view)
		if doc.Find(".none a[href='/imports']").Length() != 1 || doc.Find("table").Length() != 0 {
			t.Errorf("%s: an empty store has no way on", view)
		}
	}
}

func TestNothingMatches(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	for _, view := range []string{"market", "balance", "routes", "calendar", "coverage"} {
		doc := n.get(t, "/picture/"+view+"?country=FRA")
		if doc.Find(".none a").AttrOr("href", "") != "/picture/"+view {
			t.Errorf("%s: no way back from filters that match nothing", view)
		}
	}
}

// maxPage is what a page may weigh compressed, charts included.
const maxPage = 400 << 10

// Every page of the picture weighs at most 400 KB.
func TestPageWeight(t *testing.T) {
	n := openPictureNode(t, pictureRows)
	if n.site.assets.url("chart.js") == "" {
		t.Skip("the bundle is not built: go run ./internal/web/bundle")
	}
	for _, view := range []string{"market", "balance", "routes", "calendar", "coverage"} {
		at := "/picture/" + view
		doc := n.get(t, at)
		weight := map[string]int{at: n.weigh(t, at)}
		doc.Find("link[rel=stylesheet], script[src], [data-world]").Each(func(_ int, e *goquery.Selection) {
			for _, name := range []string{"href", "src", "data-world"} {
				if link := e.AttrOr(name, ""); link != "" {
					weight[link] = n.weigh(t, link)
				}
			}
		})
		total := 0
		for _, w := range weight {
			total += w
		}
		t.Logf("%s: %d KB %v", at, total>>10, weight)
		if total > maxPage {
			t.Errorf("%s weighs %d bytes: %v", at, total, weight)
		}
	}
}

// weigh is the size of an answer as it travels.
func (n *pictureNode) weigh(t *testing.T, path string) int {
	t.Helper()
	req, _ := http.NewRequest("GET", n.URL+path, nil)
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := n.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if _, err := gzip.NewReader(strings.NewReader(string(body))); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", path, err))
		}
	}
	return len(body)
}
