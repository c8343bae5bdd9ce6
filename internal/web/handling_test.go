package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"paiza"
	"paiza/internal/ledger"
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
		p, err := h.desk.CreatePerson(t.Context(), h.root, paiza.NewPerson{Login: login, Name: "Officer " + login, Agency: agency, Roles: everything, Language: "en", Password: password})
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
	a.StepUp = time.Now()
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

// TestCorrection: a correction makes a version, both can be read, and who comes
// late is shown what changed.
func TestCorrection(t *testing.T) {
	h := shared(t)
	root := h.as(t, "root")
	at := h.records(t, root, typed("green", "place", "Khorgos"))
	late := root.page(at + "/correct").fields("main form")
	form := root.page(at + "/correct").fields("main form")
	if form.Get("amount") != "2.5" || form.Get("country") != "Kazakhstan" || form.Get("expect") != "1" {
		t.Fatalf("the form is filled in as %v", form)
	}
	form.Set("amount", "2.75")
	if r := root.post(at+"/correct", form); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a correction without a reason: %s", r.Status)
	}
	form.Set("reason", "weighed again")
	if r := root.post(at+"/correct", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("correct: %s %s", r.Status, r.text(".bad"))
	}
	if got := root.page(at).text("h1"); !strings.Contains(got, "2.75") {
		t.Errorf("the corrected record is headed %q", got)
	}
	old := root.page(at + "/versions/1")
	if got := old.text("main table"); !strings.Contains(got, "2.52.75") {
		t.Errorf("the earlier version does not say what changed: %q", got)
	}
	if got := root.page(at).text(".history"); !strings.Contains(got, "weighed again") || !strings.Contains(got, "version 2") {
		t.Errorf("the history says %q", got)
	}
	late.Set("reason", "place")
	late.Set("place", "Dostyk")
	r := root.post(at+"/correct", late)
	if r.StatusCode != http.StatusConflict || !strings.Contains(r.text("main table"), "2.52.75") {
		t.Fatalf("who comes late: %s, %q", r.Status, r.text("main table"))
	}
	again := r.fields("main form")
	if again.Get("place") != "Dostyk" || again.Get("expect") != "2" {
		t.Errorf("the refused form comes back as %v", again)
	}
	if r := root.post(at+"/correct", again); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after having seen the change: %s", r.Status)
	}
}

// TestWithdrawn: a withdrawn record leaves the lists and is read by its agency.
func TestWithdrawn(t *testing.T) {
	h := shared(t)
	root, customs := h.as(t, "root"), h.as(t, "customs")
	at := h.records(t, root, typed("green"))
	form := root.page(at + "/withdraw").fields("main form")
	form.Set("reason", "entered twice")
	if r := root.post(at+"/withdraw", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("withdraw: %s %s", r.Status, r.text(".bad"))
	}
	if got := root.page(at).text("[role=note]"); !strings.Contains(got, h.words("seizure.withdrawn_title")) {
		t.Errorf("the page does not say that the record is withdrawn: %q", got)
	}
	if r := customs.get(at); r.StatusCode != http.StatusNotFound {
		t.Errorf("another agency reads what was withdrawn: %s", r.Status)
	}
	link := "main td a[href='" + at + "']"
	if root.page("/seizures").doc.Find(link).Length() != 0 || root.page("/seizures?withdrawn=only").doc.Find(link).Length() != 1 ||
		customs.page("/seizures?withdrawn=only").doc.Find(link).Length() != 0 {
		t.Error("what was withdrawn stands in the wrong lists")
	}
	for _, act := range []string{"correct", "relabel", "withdraw", "release"} {
		if r := root.get(at + "/" + act); r.StatusCode != http.StatusForbidden || r.text(".reason") != h.words("error.rule.withdrawn") {
			t.Errorf("%s of a withdrawn record: %s, %q", act, r.Status, r.text(".reason"))
		}
	}
}

// TestFourEyes: who proposes a release does not confirm it; who confirms proves
// that it is he; the released record leaves with its limits.
func TestFourEyes(t *testing.T) {
	h := shared(t)
	root, colleague := h.as(t, "root"), h.as(t, "colleague")
	at := h.records(t, root, typed("amber", "purpose", "", "caveat", "for the prosecutor alone"))
	r := root.post(at+"/release", url.Values{"audience": {"state"}, "state": {"KGZ"}, "reason": {"request 118"}})
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/releases/") {
		t.Fatalf("propose: %s %s", r.Status, r.text(".bad"))
	}
	if root.page("/").doc.Find("nav .count").Length() != 0 || colleague.page("/").text("nav .count") != "1" {
		t.Error("the release waits for the wrong person")
	}
	if got := colleague.page("/").text("#attention ~ ul"); !strings.Contains(got, "1 release waits for a second person") {
		t.Errorf("the first page says %q", got)
	}
	if own := root.page(to); own.doc.Find("form[action$='/confirm']").Length() != 0 || !strings.Contains(own.text("main"), h.words("error.rule.four-eyes")) {
		t.Error("who proposed is offered to confirm")
	}
	if r := root.post(to+"/confirm", nil); r.StatusCode != http.StatusForbidden || r.text(".reason") != h.words("error.rule.four-eyes") {
		t.Errorf("who proposed confirms: %s, %q", r.Status, r.text(".reason"))
	}
	r = colleague.post(to+"/confirm", nil)
	link := r.doc.Find("main a.primary").AttrOr("href", "")
	if r.StatusCode != http.StatusForbidden || r.text(".reason") != h.words("error.rule.step-up") || link != "/step-up?next="+url.QueryEscape(to) {
		t.Errorf("without a step-up: %s, %q, %q", r.Status, r.text(".reason"), link)
	}
	if r := h.as(t, "customs").get(to); r.StatusCode != http.StatusNotFound {
		t.Errorf("another agency sees the release: %s", r.Status)
	}
	if r := colleague.get(to + "/file"); r.StatusCode != http.StatusConflict {
		t.Errorf("a file before it is confirmed: %s", r.Status)
	}
	if _, err := h.desk.ConfirmRelease(t.Context(), h.actor(t, "colleague"), strings.TrimPrefix(to, "/releases/"), "seen"); err != nil {
		t.Fatal(err)
	}
	r = colleague.get(to + "/file")
	var file struct {
		Handling struct{ TLP, Purpose, Caveat string }
		Release  struct{ Audience, Owner string }
	}
	if err := json.Unmarshal(r.body, &file); err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("the file: %s %v", r.Status, err)
	}
	if file.Handling.TLP != "amber" || file.Handling.Purpose != "statistics" || file.Handling.Caveat == "" || file.Release.Audience != "KGZ" || file.Release.Owner != "Central Police" {
		t.Errorf("the file says %+v", file)
	}
}

// TestOvertaken: a record that changes after the proposal is not released, and
// the page says so before and after.
func TestOvertaken(t *testing.T) {
	h := shared(t)
	root, colleague := h.as(t, "root"), h.as(t, "colleague")
	at := h.records(t, root, typed("green"))
	to := root.post(at+"/release", url.Values{"audience": {"public"}, "reason": {"briefing"}}).Header.Get("Location")
	form := root.page(at + "/correct").fields("main form")
	form.Set("amount", "3")
	form.Set("reason", "weighed again")
	root.post(at+"/correct", form)
	if got := colleague.page(to).text("[role=note]"); !strings.Contains(got, h.words("release.will_overtake")) {
		t.Errorf("the page does not warn: %q", got)
	}
	if _, err := h.desk.ConfirmRelease(t.Context(), h.actor(t, "colleague"), strings.TrimPrefix(to, "/releases/"), ""); err == nil {
		t.Error("a changed record is released")
	}
	if got := colleague.page(to).text("[role=note]"); !strings.Contains(got, h.words("release.overtaken_text")) {
		t.Errorf("the page does not explain: %q", got)
	}
	if got := root.page(at).text(".tlp"); strings.Contains(got, "CLEAR") {
		t.Error("the record became TLP:CLEAR")
	}
	// What is not for statistics is not published, and the page says why.
	evidence := typed("amber")
	evidence.Set("purpose", "evidence")
	other := h.records(t, root, evidence)
	page := root.page(other + "/release")
	if _, off := page.doc.Find("input[value=public]").Attr("disabled"); !off || !strings.Contains(page.text("form"), h.words("error.rule.purpose")) {
		t.Error("evidence is offered for publication")
	}
	if r := root.post(other+"/release", url.Values{"audience": {"public"}, "reason": {"x"}}); r.StatusCode != http.StatusForbidden {
		t.Errorf("evidence is proposed for publication: %s", r.Status)
	}
}

// TestProofs: the files that prove a history verify without the node, and hide
// what their reader may not read.
func TestProofs(t *testing.T) {
	h := shared(t)
	root, customs := h.as(t, "root"), h.as(t, "customs")
	at := h.records(t, root, typed("amber+strict", "place", "Depot 9"))
	if r := customs.get(at + "/proof"); r.StatusCode != http.StatusNotFound {
		t.Fatalf("the proof of a record that one may not read: %s", r.Status)
	}
	form := root.page(at + "/relabel").fields("main form")
	form.Set("tlp", "amber")
	form.Add("agencies", h.customs.ID)
	form.Set("reason", "joint operation")
	if r := root.post(at+"/relabel", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("relabel: %s %s", r.Status, r.text(".bad"))
	}
	key := root.page("/ledger").text("main p.section .mono")
	check := func(b *browser, whole bool) {
		t.Helper()
		r := b.get(at + "/proof")
		p, err := ledger.ParseProof(r.body)
		if err != nil {
			t.Fatalf("%s: %v", r.Status, err)
		}
		if _, _, err := p.Verify(ledger.Trust{Key: key}); err != nil {
			t.Error(err)
		}
		if got := strings.Contains(string(r.body), "Depot 9"); got != whole {
			t.Errorf("the proof shows the record: %v, want %v", got, whole)
		}
	}
	check(root, true)
	// The first version was not for the customs: nothing of the record is shown.
	check(customs, false)
	auditor := h.account(t, paiza.RoleAuditor)
	b := h.as(t, auditor.Login)
	if r := b.page("/ledger?subject=seizure/1&action=seizure.relabel"); r.doc.Find("tbody tr").Length() != 1 || !strings.Contains(r.text("tbody"), "Central Police") {
		t.Errorf("the filtered ledger shows %q", r.text("tbody"))
	}
	entry := b.page("/ledger?subject=seizure/1").doc.Find("tbody .rowlink").Last().AttrOr("href", "")
	if r := b.page(entry); !strings.Contains(r.text("main"), h.words("ledger.hides")) {
		t.Error("the page of an entry does not say what its proof hides")
	}
	if r := b.get(entry + "/proof"); r.StatusCode != http.StatusOK || strings.Contains(string(r.body), "Depot 9") {
		t.Errorf("the auditor's proof: %s", r.Status)
	}
	if r := b.get(at); r.StatusCode != http.StatusForbidden {
		t.Errorf("the auditor reads the record: %s", r.Status)
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
	change := root.page(imp + "/relabel").fields("main form")
	change.Set("tlp", "amber+strict")
	change.Set("reason", "shared by mistake")
	if r := root.post(imp+"/relabel", change); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("relabel: %s %s", r.Status, r.text(".bad"))
	}
	if r := customs.get(imp); r.StatusCode != http.StatusNotFound {
		t.Errorf("the import is still shared: %s", r.Status)
	}
	if got := customs.page("/seizures").doc.Find("main .rowlink").Length(); got != 0 {
		t.Errorf("%d rows are still shared", got)
	}
}

// TestAgencies: an agency is added, gets people, is closed, and its people are out.
func TestAgencies(t *testing.T) {
	h := shared(t)
	root := h.as(t, "root")
	form := root.page("/agencies/new").fields("main form")
	form.Set("name", "Border Guard")
	if r := root.post("/agencies", form); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an agency without a kind: %s", r.Status)
	}
	form.Set("kind", "border_guard")
	if r := root.post("/agencies", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("add: %s %s", r.Status, r.text(".bad"))
	}
	if got := root.page("/people?agency=" + h.customs.ID).text("tbody"); !strings.Contains(got, "Officer customs") || strings.Contains(got, "Officer colleague") {
		t.Errorf("the people of the customs: %q", got)
	}
	customs := h.as(t, "customs")
	if got := customs.page("/").text(".me .house"); got != "State Customs" {
		t.Errorf("the frame names the agency %q", got)
	}
	close := root.page("/agencies/" + h.customs.ID).fields("main form")
	close.Set("closed", "1")
	if r := root.post("/agencies/"+h.customs.ID, close); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("close: %s %s", r.Status, r.text(".bad"))
	}
	if r := customs.get("/seizures"); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/sign-in") {
		t.Errorf("the people of a closed agency still read: %s", r.Status)
	}
}
