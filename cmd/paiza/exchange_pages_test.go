package main

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/web"
	"paiza/wire"
)

// visitor is a person with every role in a browser at a node's pages.
type visitor struct {
	t    *testing.T
	base string
	http.Client
}

// visit opens an account on a node and signs in at its pages.
func (n *state) visit(t *testing.T) *visitor {
	t.Helper()
	token := must[string](t)(n.d.SetupLink(t.Context()))
	if _, err := n.d.Setup(t.Context(), token, paiza.NewPerson{Login: "root", Name: "Duty analyst", Password: "tablets of the relay", Language: "en"},
		desk.Home{Name: "Office of " + n.body, Kind: paiza.AgencyCoordination}, "test"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(web.New(n.d, web.Options{Version: "test", Log: slog.New(slog.DiscardHandler)}))
	t.Cleanup(srv.Close)
	jar, _ := cookiejar.New(nil)
	v := &visitor{t: t, base: srv.URL, Client: http.Client{Jar: jar}}
	res := must[*http.Response](t)(v.PostForm(srv.URL+"/sign-in", url.Values{"login": {"root"}, "password": {"tablets of the relay"}}))
	res.Body.Close()
	return v
}

func (v *visitor) raw(path string) []byte {
	v.t.Helper()
	res := must[*http.Response](v.t)(v.Get(v.base + path))
	defer res.Body.Close()
	body := must[[]byte](v.t)(io.ReadAll(res.Body))
	if res.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: %s", path, res.Status)
	}
	return body
}

func (v *visitor) page(path string) *goquery.Document {
	v.t.Helper()
	return must[*goquery.Document](v.t)(goquery.NewDocumentFromReader(bytes.NewReader(v.raw(path))))
}

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

// TestMessagesOnPages: a note with a file goes from page to page and is counted
// until it is opened; its sender reads who opened it and takes the proof out;
// what another state gave is found by its origin and cannot be changed.
func TestMessagesOnPages(t *testing.T) {
	a, b := newState(t, "KAZ"), newState(t, "UZB")
	va, vb := a.visit(t), b.visit(t)
	for _, n := range []*state{a, b} {
		must[*wire.Card](t)(n.d.RenewCard(t.Context(), operatorOf, paiza.NewNode{Reason: "the agency has its name"}))
	}
	paired(t, a, b)
	a.up()
	b.up()

	content := bytes.Repeat([]byte("evidence "), 200_000)
	var form bytes.Buffer
	mp := multipart.NewWriter(&form)
	for k, x := range map[string]string{"to": b.id + "/" + paiza.HomeAgency, "title": "A parcel", "text": "Seen it?\n<b>Look</b>", "exercise": "1"} {
		mp.WriteField(k, x)
	}
	part := must[io.Writer](t)(mp.CreateFormFile("files", "photo.html"))
	part.Write(content)
	mp.Close()
	res := must[*http.Response](t)(va.Post(va.base+"/messages", mp.FormDataContentType(), &form))
	res.Body.Close()
	sent := res.Request.URL.Path
	if !strings.HasPrefix(sent, "/messages/") {
		t.Fatalf("the note was not sent: %s %s", res.Status, sent)
	}
	until(t, "the note is counted", func() bool { return vb.page("/").Find("nav a[href='/messages'] .count").Text() == "1" })
	row := vb.page("/messages").Find("tr.unread")
	if got := words(row); !strings.Contains(got, "A parcel") || !strings.Contains(got, "Exercise") || !strings.Contains(got, "Node of KAZ") || !strings.Contains(got, "Office of UZB") || !strings.Contains(got, "TLP:AMBER") {
		t.Errorf("the inbox says %q", got)
	}
	link := row.Find("a").AttrOr("href", "")
	until(t, "the file is whole", func() bool { return vb.page(link).Find(".files a").Length() == 1 })
	page := vb.page(link)
	if got := page.Find(".note-text").Text(); got != "Seen it?\n<b>Look</b>" {
		t.Errorf("the note says %q", got)
	}
	file := must[*http.Response](t)(vb.Get(vb.base + page.Find(".files a").AttrOr("href", "")))
	got := must[[]byte](t)(io.ReadAll(file.Body))
	file.Body.Close()
	if !bytes.Equal(got, content) || file.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file came as %s, %d bytes", file.Header.Get("Content-Type"), len(got))
	}
	if n := vb.page("/").Find("nav a[href='/messages'] .count").Length(); n != 0 {
		t.Error("an opened note is counted")
	}
	until(t, "the sender sees who opened it", func() bool {
		return strings.Contains(words(va.page(sent).Find(".way")), "Duty analyst, Office of UZB")
	})
	if got := words(va.page("/messages/sent").Find("tbody tr")); !strings.Contains(got, "opened") {
		t.Errorf("the list of what was sent says %q", got)
	}
	proof := must[*wire.Proof](t)(wire.ParseProof(va.raw(va.page(sent).Find(".way a[download]").AttrOr("href", ""))))
	if rep, err := proof.Verify(); err != nil || len(rep.Opened) != 1 {
		t.Errorf("the proof: %v", err)
	}

	z := a.record("1200", paiza.TLPGreen)
	a.record("7", paiza.TLPGreen)
	own := must[paiza.Seizure](t)(b.d.RecordSeizure(t.Context(), registrar, paiza.NewSeizure{Date: "2024-05-05", Country: "UZB", Substance: "heroin", Amount: "3", Unit: "kg", Handling: paiza.NewHandling{TLP: "green"}}))
	a.release("seizure/"+z.ID, "UZB")
	until(t, "the seizure arrives", func() bool { return len(b.foreign()) == 1 })
	foreign := b.foreign()[0].ID
	for query, want := range map[string]string{"origin=others": foreign, "origin=" + a.id: foreign, "origin=own": own.ID} {
		rows := vb.page("/seizures?" + query).Find("tbody tr")
		if to := rows.Find("a.rowlink").AttrOr("href", ""); rows.Length() != 1 || to != "/seizures/"+want {
			t.Errorf("%s shows %d rows, %s", query, rows.Length(), to)
		}
	}
	record := vb.page("/seizures/" + foreign)
	if !strings.Contains(words(record.Find("[role=note]")), "Node of KAZ") || record.Find("a[href$='/correct']").Length() != 0 || record.Find(".way li").Length() == 0 {
		t.Error("the record of another state is not shown as such")
	}
	if got := words(vb.page("/picture/market").Find("main")); !strings.Contains(got, "1 of these records was given by another node") {
		t.Error("the market does not say that a record is another's")
	}
	if got := words(va.page("/seizures/" + z.ID + "/release").Find("form.card")); !strings.Contains(got, "Node of UZB") {
		t.Errorf("the form of a release offers %q", got)
	}
}
