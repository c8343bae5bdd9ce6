package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"paiza"
)

// keyed gives a node its keys by its pages and its card as a file.
func (n *node) keyed(t *testing.T, b *browser, state string) string {
	t.Helper()
	if got := b.page("/partners").text("main"); !strings.Contains(got, n.words("partner.no_identity")) {
		t.Errorf("a node without keys says %q", got)
	}
	if r := b.post("/identity", url.Values{"name": {"Node"}, "body": {state}, "address": {"http://x"}}); r.StatusCode != http.StatusUnprocessableEntity || r.text("[role=alert]") == "" {
		t.Errorf("a wrong address is taken: %s", r.Status)
	}
	form := url.Values{"name": {"Coordination Office of " + state}, "name_ru": {"Штаб " + state}, "body": {strings.ToLower(state)}, "address": {"https://127.0.0.1:1"}}
	if r := b.post("/identity", form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("no keys: %s %s", r.Status, r.text("main"))
	}
	r := b.get("/identity/card")
	if !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
		t.Error("the card is no file to save")
	}
	return string(r.body)
}

// TestPairing walks the pages of two nodes: keys, cards, words, confirmation,
// pause and end. Both sides show the same words, each in the language of its
// reader, and nothing is confirmed without saying with whom and how.
func TestPairing(t *testing.T) {
	a, b := inhabited(t), inhabited(t)
	ba, bb := a.as(t, "root"), b.as(t, "root")
	ca, cb := a.keyed(t, ba, "KAZ"), b.keyed(t, bb, "UZB")
	if r := ba.post("/partners", url.Values{"card": {strings.Replace(cb, "6", "7", 40)}}); r.StatusCode != http.StatusUnprocessableEntity || r.text("[role=alert]") == "" {
		t.Errorf("a damaged card: %s", r.Status)
	}
	if r := ba.post("/partners", url.Values{"card": {ca}}); r.StatusCode != http.StatusConflict {
		t.Errorf("the own card: %s", r.Status)
	}
	to := ba.post("/partners", url.Values{"card": {"Dear colleagues,\n\n" + cb}}).Header.Get("Location")
	back := bb.post("/partners", url.Values{"card": {ca}}).Header.Get("Location")
	words := func(r reply) []string {
		return r.doc.Find(".fingerprint li").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	}
	one, two := words(ba.page(to)), words(bb.page(back))
	if len(one) != 12 || !slices.Equal(one, two) {
		t.Fatalf("the words are %v and %v", one, two)
	}
	ba.header.Set("Accept-Language", "ru")
	form := url.Values{"spoke_with": {""}, "means": {"telephone"}, "same": {"1"}}
	confirm := strings.TrimSuffix(to, "/compare") + "/confirm"
	if r := ba.post(confirm, form); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text("main"), a.words("pair.whom_missing")) {
		t.Errorf("confirmed with nobody: %s", r.Status)
	}
	form.Set("spoke_with", "the head of the duty unit")
	for _, field := range []string{"same", "means"} {
		less := clone(form)
		less.Del(field)
		if r := ba.post(confirm, less); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("confirmed without %s: %s", field, r.Status)
		}
	}
	a.later(10 * time.Minute)
	if got := ba.page(to); got.doc.Find("form[action$='/confirm']").Length() != 0 || got.doc.Find("a[href^='/step-up']").Length() == 0 {
		t.Error("the page does not ask for a proof of presence first")
	}
	if r := ba.post(confirm, form); !strings.HasPrefix(r.Header.Get("Location"), "/step-up?") && r.StatusCode != http.StatusForbidden {
		t.Errorf("confirmed without a proof of presence: %s", r.Status)
	}
	ba.post("/step-up", url.Values{"password": {password}, "next": {to}})
	if r := ba.post(confirm, form); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("not confirmed: %s %s", r.Status, r.text("main"))
	}
	page := strings.TrimSuffix(to, "/compare")
	if got := ba.page(page).text(".history"); !strings.Contains(got, "the head of the duty unit") {
		t.Errorf("the history does not say with whom: %q", got)
	}
	if got := ba.page("/partners").text("tbody"); !strings.Contains(got, "Coordination Office of UZB") || !strings.Contains(got, "Uzbekistan") || !strings.Contains(got, a.words("partner.health.never")) {
		t.Errorf("the list says %q", got)
	}
	if r := ba.post(page+"/pause", url.Values{"reason": {" "}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("paused without a reason: %s", r.Status)
	}
	a.later(10 * time.Minute)
	if r := ba.post(page+"/end", url.Values{"reason": {"x"}}); !strings.HasPrefix(r.Header.Get("Location"), "/step-up?") {
		t.Errorf("ended without a proof of presence: %s", r.Status)
	}
	ba.post("/step-up", url.Values{"password": {password}, "next": {page}})
	for _, act := range []string{"pause", "resume", "end"} {
		if r := ba.post(page+"/"+act, url.Values{"reason": {"agreed"}}); r.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %s %s", act, r.Status, r.text(".bad"))
		}
	}
	if r := ba.post(page+"/reconsider", url.Values{"reason": {"x"}, "epoch": {"1"}, "seq": {"1"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("a message of an ended partner: %s", r.Status)
	}
	a.wantActs(t, "node.init", "peer.invite", "peer.confirm", "peer.pause", "peer.resume", "peer.end")
}

// TestGroupsAndKeys: an empty group is nobody and says so; keys are changed and
// the former one is revoked; a card comes back with this node's signature.
func TestGroupsAndKeys(t *testing.T) {
	a, b := inhabited(t), inhabited(t)
	ba, bb := a.as(t, "root"), b.as(t, "root")
	_, cb := a.keyed(t, ba, "KAZ"), b.keyed(t, bb, "UZB")
	to := ba.post("/groups", url.Values{"name": {"Operation"}, "reason": {"agreed"}}).Header.Get("Location")
	if got := ba.page(to).text("main"); !strings.Contains(got, a.words("group.nobody_text")) {
		t.Errorf("an empty group says %q", got)
	}
	if r := ba.post(to, url.Values{"name": {"Operation"}, "members": {"unknown"}, "reason": {"x"}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an unknown member: %s", r.Status)
	}
	key := ba.page("/identity").doc.Find("dl.pairs dd.mono").Eq(1).Text()
	if r := ba.post("/identity/revoke", url.Values{"key": {key}, "reason": {"stolen"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("the present key is revoked: %s", r.Status)
	}
	if r := ba.post("/identity/rotate", url.Values{"reason": {"yearly"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("rotate: %s %s", r.Status, r.text(".bad"))
	}
	form := ba.page("/identity").fields("form[action='/identity/revoke']")
	if form.Get("key") != key {
		t.Fatalf("the page offers to revoke %q, not %q", form.Get("key"), key)
	}
	form.Set("reason", "stolen")
	form.Set("moment", "yesterday")
	if r := ba.post("/identity/revoke", form); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a moment that is none: %s", r.Status)
	}
	form.Set("moment", "")
	if r := ba.post("/identity/revoke", form); r.StatusCode != http.StatusSeeOther {
		t.Errorf("revoke: %s %s", r.Status, r.text(".bad"))
	}
	look := ba.post("/directory/admit", url.Values{"card": {cb}})
	if look.StatusCode != http.StatusOK || !strings.Contains(look.text("main"), "Coordination Office of UZB") || look.doc.Find("#signed").Length() != 0 {
		t.Fatalf("the card is not shown before it is signed: %s", look.Status)
	}
	sign := look.fields("form[action='/directory/admit']")
	sign.Set("reason", "resolved")
	signed := ba.post("/directory/admit", sign).doc.Find("#signed").Text()
	if _, err := b.desk.ReadCard(t.Context(), paiza.Operator("test"), signed); err != nil || signed == cb {
		t.Errorf("the signed card: %v", err)
	}
	a.wantActs(t, "group.create", "node.rotate", "node.revoke", "node.admit")
}

// TestFormLimits: the text of a form with files is bounded as a whole, and not
// each field by itself.
func TestFormLimits(t *testing.T) {
	n := inhabited(t)
	b := n.as(t, "root")
	var body bytes.Buffer
	mp := multipart.NewWriter(&body)
	for range 3 {
		w, _ := mp.CreateFormField("text")
		w.Write(bytes.Repeat([]byte("x"), maxForm/2))
	}
	mp.Close()
	if r := b.do("POST", "/messages", &body, mp.FormDataContentType()); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(r.text("main"), "1") {
		t.Errorf("three halves of the limit are taken: %s %s", r.Status, r.text("main"))
	}
}

// TestConcernsOnPages: a silent partner stands on the first page and beside
// Partners, for who looks after partners and for nobody else.
func TestConcernsOnPages(t *testing.T) {
	a, b := inhabited(t), inhabited(t)
	ba := a.as(t, "root")
	a.keyed(t, ba, "KAZ")
	card := b.keyed(t, b.as(t, "root"), "UZB")
	op := paiza.Operator("test")
	op.StepUp = time.Now()
	pair, err := a.desk.Pair(t.Context(), op, card)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.desk.ConfirmPair(t.Context(), op, pair.Peer.Node, "compared"); err != nil {
		t.Fatal(err)
	}
	a.later(time.Hour)
	if err := a.desk.Exchange().Note(t.Context(), paiza.Peer{Node: pair.Peer.Node, Failed: 12}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.desk.NoteConcerns(t.Context()); err != nil {
		t.Fatal(err)
	}
	home := ba.page("/")
	if got := home.text("nav a[href='/partners'] .count"); got != "1" {
		t.Errorf("beside Partners stands %q", got)
	}
	if link := home.doc.Find("#attention ~ ul a[href='/partners/" + pair.Peer.Node + "']"); link.Length() != 1 || !strings.Contains(home.text("#attention ~ ul"), "Coordination Office of UZB is silent since") {
		t.Errorf("the first page says %q", home.text("#attention ~ ul"))
	}
	a.account(t, paiza.RoleAdministrator)
	if got := a.as(t, "administrator").page("/").text("#attention ~ ul"); !strings.Contains(got, "is silent since") {
		t.Errorf("who may read no seizures sees %q", got)
	}
	a.account(t, paiza.RoleAnalyst)
	if got := a.as(t, "analyst").page("/").text("body"); strings.Contains(got, "is silent since") {
		t.Error("an analyst is told of it")
	}
}
