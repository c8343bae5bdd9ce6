package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"paiza"
)

// house is a node that several agencies share: the police (home), the customs
// and the prosecution. "root" is of the police and has every role.
type house struct {
	*node
	customs, prosecution paiza.Agency
	people               map[string]paiza.Person
}

func shared(t *testing.T) *house {
	t.Helper()
	h := &house{node: inhabited(t), people: map[string]paiza.Person{}}
	h.customs = h.agency(t, "State Customs", paiza.AgencyCustoms)
	h.prosecution = h.agency(t, "Prosecution Office", paiza.AgencyProsecution)
	everything := paiza.Roles()
	for login, agency := range map[string]string{"customs": h.customs.ID, "prosecutor": h.prosecution.ID, "colleague": paiza.HomeAgency} {
		p, err := h.desk.CreatePerson(t.Context(), paiza.Operator("test"), paiza.NewPerson{Login: login, Name: "Officer " + login, Agency: agency, Roles: everything, Language: "en", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		h.people[login] = p
	}
	return h
}

func (h *house) agency(t *testing.T, name string, kind paiza.AgencyKind) paiza.Agency {
	t.Helper()
	a, err := h.desk.CreateAgency(t.Context(), h.root, paiza.NewAgency{Name: name, Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// actor is a person as the desk knows him now, who has just proved that it is he.
func (h *house) actor(t *testing.T, login string) paiza.Actor {
	t.Helper()
	id := h.root.ID
	if login != "root" {
		id = h.people[login].ID
	}
	a, _, err := h.desk.Actor(t.Context(), id, "test")
	if err != nil {
		t.Fatal(err)
	}
	a.StepUp = time.Now().Add(time.Duration(h.ahead.Load()))
	return a
}

// typed is the form of a seizure with the block of handling.
func typed(tlp string, more ...string) url.Values {
	q := url.Values{"date": {"2026-02-03"}, "country": {"Kazakhstan"}, "substance": {"heroin"}, "amount": {"2.5"}, "unit": {"kg"},
		"handling": {"own"}, "tlp": {tlp}, "purpose": {"statistics"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Add(more[i], more[i+1])
	}
	return q
}

// records a seizure by the page and gives its address.
func (h *house) records(t *testing.T, b *browser, form url.Values) string {
	t.Helper()
	r := b.post("/seizures", form)
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/seizures/") {
		t.Fatalf("recording: %s\n%s", r.Status, r.text(".bad"))
	}
	return to
}

// TestWhoReads: the label of a record decides on whose pages it stands.
func TestWhoReads(t *testing.T) {
	h := shared(t)
	police := h.as(t, "root")
	readers := map[string]*browser{"root": police, "colleague": h.as(t, "colleague"), "customs": h.as(t, "customs"), "prosecutor": h.as(t, "prosecutor")}
	if r := police.post("/cases", url.Values{"reference": {"2026-17"}, "members": {h.people["customs"].ID}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("open a case: %s %s", r.Status, r.text(".bad"))
	}
	id := strings.TrimPrefix(police.page("/cases").doc.Find("main .rowlink").AttrOr("href", ""), "/cases/")
	for name, tt := range map[string]struct {
		form url.Values
		want []string
	}{
		"green":                {typed("green"), []string{"root", "colleague", "customs", "prosecutor"}},
		"amber, to nobody":     {typed("amber"), []string{"root", "colleague"}},
		"amber, shared":        {typed("amber", "agencies", h.customs.ID), []string{"root", "colleague", "customs"}},
		"amber+strict, shared": {typed("amber+strict", "agencies", h.customs.ID), []string{"root", "colleague"}},
		"red, named":           {typed("red", "persons_named", h.people["prosecutor"].ID), []string{"root", "prosecutor"}},
		"of a case":            {typed("amber", "case", id), []string{"root", "customs"}},
	} {
		at := h.records(t, police, tt.form)
		for login, b := range readers {
			want := http.StatusNotFound
			for _, one := range tt.want {
				if one == login {
					want = http.StatusOK
				}
			}
			if r := b.get(at); r.StatusCode != want {
				t.Errorf("%s, for %s: %s, want %d", name, login, r.Status, want)
			}
			listed := b.page("/seizures").doc.Find("main a[href='"+at+"']").Length() == 1
			if listed != (want == http.StatusOK) {
				t.Errorf("%s, for %s: in the list: %v", name, login, listed)
			}
		}
	}
	if r := readers["customs"].page("/cases/" + id); r.doc.Find("main .rowlink[href^='/seizures/']").Length() != 1 {
		t.Errorf("the page of the case shows %q", r.text("main"))
	}
	if r := readers["prosecutor"].get("/cases/" + id); r.StatusCode != http.StatusNotFound {
		t.Errorf("a case to who is no member: %s", r.Status)
	}
	// Nothing new is put into a closed case; what is in it stays readable.
	change := police.page("/cases/" + id + "/change").fields("main form")
	change.Set("closed", "1")
	if r := police.post("/cases/"+id+"/change", change); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("close the case: %s %s", r.Status, r.text(".bad"))
	}
	if r := police.post("/seizures", typed("amber", "case", id)); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text(".bad"), h.words("case.is_closed")) {
		t.Errorf("a record for a closed case: %s, %q", r.Status, r.text(".bad"))
	}
	// Figures lead to rows without TLP:RED, and say that something is not in them.
	market := readers["prosecutor"].page("/picture/market")
	if got := market.text(".pic-notes"); !strings.Contains(got, h.words("picture.note.withheld")) {
		t.Errorf("the market does not say that records are withheld: %q", got)
	}
	under := market.doc.Find(".pic-table tfoot a").First().AttrOr("href", "")
	list := readers["prosecutor"].page(under)
	if list.doc.Find(".tlp.red").Length() != 0 || !strings.Contains(list.text("main .head"), "1 row") {
		t.Errorf("under the figure of %s: %q", under, list.text("main .head"))
	}
	if red := readers["prosecutor"].page("/seizures?label=red"); red.doc.Find("tr.red").Length() != 1 {
		t.Error("the row marked RED is not shown to the person named")
	}
}

// TestOriginator: who received a record reads it and does nothing to it; the
// refusal says whose it is.
func TestOriginator(t *testing.T) {
	h := shared(t)
	at := h.records(t, h.as(t, "root"), typed("amber", "agencies", h.customs.ID))
	customs := h.as(t, "customs")
	page := customs.page(at)
	if got := page.text("main .pairs"); !strings.Contains(got, "Central Police") || !strings.Contains(got, "State Customs") {
		t.Errorf("the page does not say whose the record is and with whom it is shared: %q", got)
	}
	for _, act := range []string{"correct", "relabel", "withdraw", "release"} {
		if page.doc.Find("a[href='"+at+"/"+act+"']").Length() != 0 {
			t.Errorf("%s is offered to who does not own the record", act)
		}
		for _, method := range []string{"GET", "POST"} {
			r := customs.do(method, at+"/"+act, strings.NewReader("reason=x&audience=public&tlp=green&handling=own"), "application/x-www-form-urlencoded")
			if r.StatusCode != http.StatusForbidden || r.text(".reason") != h.words("error.rule.originator") {
				t.Errorf("%s %s: %s, %q", method, act, r.Status, r.text(".reason"))
			}
		}
	}
}

// TestImportHandling: what is said at the file holds for its rows from the dry
// run on, and is changed for all of them at once.
func TestImportHandling(t *testing.T) {
	h := shared(t)
	root, customs := h.as(t, "root"), h.as(t, "customs")
	at := root.send("ids.csv")
	form := root.page(at).fields("form[action$='/check']")
	form.Set("tlp", "amber")
	form["agencies"] = []string{h.customs.ID}
	form.Set("purpose", "investigation")
	dry := root.post(at+"/check", form)
	if got := dry.text("form[action$='/run'] .pairs"); !strings.Contains(got, "Investigation") || !strings.Contains(got, "State Customs") {
		t.Fatalf("the dry run says of the handling: %q", got)
	}
	r := root.post(at+"/run", dry.fields("form[action$='/run']"))
	imp := r.Header.Get("Location")
	root.finished(imp)
	if got := customs.page("/seizures").doc.Find("main tbody tr").Length(); got == 0 {
		t.Error("the customs do not see the shared rows")
	}
	// One row is shared with everybody before the file is kept back.
	row := root.page("/seizures").doc.Find("main tbody .rowlink").First().AttrOr("href", "")
	wider := root.page(row + "/relabel").fields("main form")
	wider.Set("tlp", "green")
	wider.Set("reason", "for all")
	if r := root.post(row+"/relabel", wider); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("relabel a row: %s %s", r.Status, r.text(".bad"))
	}
	change := root.page(imp + "/relabel").fields("main form")
	change.Set("tlp", "amber+strict")
	change.Set("reason", "shared by mistake")
	if r := root.post(imp+"/relabel", change); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("relabel: %s %s", r.Status, r.text(".bad"))
	}
	if r := customs.get(imp); r.StatusCode != http.StatusNotFound {
		t.Errorf("the import is still shared: %s", r.Status)
	}
	if got := customs.page("/seizures").doc.Find("main .rowlink").Length(); got != 1 {
		t.Errorf("%d rows are still shared, want the one labelled by itself", got)
	}
	page := customs.page(row)
	if page.doc.Find("main a[href='"+imp+"']").Length() != 0 || strings.Contains(page.text("main"), "ids.csv") || !strings.Contains(page.text("main"), h.words("seizure.file_kept")) {
		t.Error("the page of a shared row tells of the file that is not shared")
	}
}
