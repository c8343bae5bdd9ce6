package web

import (
	"crypto/ed25519"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"paiza"
	"paiza/internal/ledger"
	"paiza/wire"
)

// tells has a node say something to another in its log, at a place after those
// before.
func (n *node) tells(t *testing.T, to *node, at wire.Cursor, body []byte) wire.Cursor {
	t.Helper()
	x, y := n.desk.Exchange(), to.desk.Exchange()
	me, him := x.Identity(), y.Identity()
	from, node := me.Card().Node, him.Card().Node
	if at.Epoch == 0 {
		at = wire.Cursor{Epoch: 1<<32 | 1}
		at.Hash = wire.Start(from, node, at.Epoch, wire.Cursor{})
	}
	content := wire.Content{Salt: wire.NewSalt(), Type: wire.TypeCheckpoint, Created: time.Now(), Body: body,
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: from}}
	raw, err := content.Encode()
	if err != nil {
		t.Fatal(err)
	}
	raw = wire.Place(raw, from, node, at.Epoch, at.Seq+1, at.Hash)
	batch, err := wire.Seal(wire.Header{From: from, Epoch: at.Epoch, First: at.Seq + 1, Prev: at.Hash}, []wire.Item{{Raw: raw}}, me.Sign, him.Card(), wire.SuiteAES)
	if err != nil {
		t.Fatal(err)
	}
	o := &wire.Opener{Self: node, Suites: him.Card().Suites, Keys: him.Open, Signer: func(id wire.NodeID, key wire.KeyID, at time.Time) (ed25519.PublicKey, error) {
		h, err := y.History(t.Context(), id)
		if err != nil {
			return nil, err
		}
		return h.Signer(key, at)
	}}
	opened, err := o.Open(batch, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := y.Commit(t.Context(), from, []*wire.Opened{opened}, func(r wire.Receipt) (*wire.Receipt, error) { return wire.NewReceipt(r, him.Sign) }); err != nil {
		t.Fatal(err)
	}
	return opened.End()
}

// fits opens a page in a real browser, with everything on it unfolded, and looks
// that it is not wider than the screen.
func fits(t *testing.T, n *node, page string) {
	t.Helper()
	if testing.Short() {
		return
	}
	ctx := chromium(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(n.URL+page), chromedp.SendKeys("#login", "root"), chromedp.SendKeys("#password", password), chromedp.Click("main form button"), chromedp.WaitVisible("#contradicts"))
	for _, width := range []int64{390, 1440} {
		do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(n.URL+page), chromedp.WaitVisible("#contradicts"))
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.querySelectorAll('details').forEach(d => d.open = true); String(document.documentElement.scrollWidth <= innerWidth)"))
		if err != nil || got != "true" {
			t.Errorf("the page is wider than a screen of %d: %v", width, err)
		}
	}
}

// TestLedgersOfPartners: a partner whose ledger does not continue what it showed
// before is marked wherever partners are listed; its page shows both signed
// heads, and an administrator who has proved his presence lets it go on. The
// quota of the day is shown and changed on the same page.
func TestLedgersOfPartners(t *testing.T) {
	a, b := inhabited(t), inhabited(t)
	ba, bb := a.as(t, "root"), b.as(t, "root")
	ca, cb := a.keyed(t, ba, "KAZ"), b.keyed(t, bb, "UZB")
	confirm := url.Values{"spoke_with": {"the head of the duty unit"}, "means": {"telephone"}, "same": {"1"}}
	for _, p := range []struct {
		b    *browser
		card string
	}{{ba, cb}, {bb, ca}} {
		at := p.b.post("/partners", url.Values{"card": {p.card}}).Header.Get("Location")
		if r := p.b.post(strings.TrimSuffix(at, "/compare")+"/confirm", confirm); r.StatusCode != http.StatusSeeOther {
			t.Fatalf("not paired: %s", r.Status)
		}
	}
	me := a.desk.Exchange().Identity()
	page := "/partners/" + me.Card().Node.String()
	if got := bb.page(page); got.doc.Find("#contradicts").Length() != 0 || strings.Count(got.text("main"), b.words("shown.not_yet")) != 2 {
		t.Errorf("before anything was shown: %q", got.text("main"))
	}
	secret, err := ledger.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	head := func(leaf string, entries int, since uint64) []byte {
		t.Helper()
		var tree ledger.Tree
		for range entries {
			tree.Append([]byte(leaf))
		}
		signed, err := key.Sign(&tree)
		if err == nil {
			signed, err = ledger.Own(signed, me.Card().Node, me.Sign)
		}
		if err != nil {
			t.Fatal(err)
		}
		return (&wire.Checkpoint{Verifier: key.Verifier(), Note: []byte(signed), Since: since}).Encode()
	}
	at := a.tells(t, b, wire.Cursor{}, head("one history", 40, 0))
	if got := bb.page(page); !strings.Contains(got.text("main"), "40") || got.doc.Find("#contradicts").Length() != 0 {
		t.Errorf("after the first head: %q", got.text("main"))
	}
	a.tells(t, b, at, head("another history", 57, 40))
	got := bb.page(page)
	if said := got.text("section[aria-labelledby=contradicts]"); !strings.Contains(said, "40") || !strings.Contains(said, "57") || strings.Count(said, "paiza.ledger-of/") != 2 {
		t.Errorf("the page says %q", said)
	}
	if list := bb.page("/partners").text("tbody"); !strings.Contains(list, b.words("partner.health.contradicts")) {
		t.Errorf("the list says %q", list)
	}
	if home := bb.page("/").doc.Find("a[href='" + page + "']").Length(); home == 0 {
		t.Error("the first page does not say so")
	}
	fits(t, b, page)
	if r := bb.post(page+"/ledger", url.Values{"reason": {" "}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("accepted without a reason: %s", r.Status)
	}
	b.later(10 * time.Minute)
	if r := bb.post(page+"/ledger", url.Values{"reason": {"x"}}); !strings.HasPrefix(r.Header.Get("Location"), "/step-up?") {
		t.Errorf("accepted without a proof of presence: %s", r.Status)
	}
	bb.post("/step-up", url.Values{"password": {password}, "next": {page}})
	if r := bb.post(page+"/ledger", url.Values{"reason": {"their disk failed"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("not accepted: %s %s", r.Status, r.text("[role=alert]"))
	}
	got = bb.page(page)
	if got.doc.Find("#contradicts").Length() != 0 || !strings.Contains(got.text("main"), "57") || !strings.Contains(got.text(".history"), "their disk failed") {
		t.Errorf("after it was accepted: %q", got.text("main"))
	}
	if r := bb.post(page+"/ledger", url.Values{"reason": {"again"}}); r.StatusCode != http.StatusConflict {
		t.Errorf("accepted twice: %s", r.Status)
	}
	for _, bad := range []url.Values{{"messages": {"many"}, "reason": {"x"}}, {"bytes": {"-1"}, "reason": {"x"}}, {"messages": {"5"}}} {
		if r := bb.post(page+"/quota", bad); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v: %s", bad, r.Status)
		}
	}
	if r := bb.post(page+"/quota", url.Values{"messages": {"2"}, "bytes": {"3 MiB"}, "reason": {"they flood"}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("quota: %s %s", r.Status, r.text(".bad"))
	}
	if said := bb.page(page).text("main"); !strings.Contains(said, "2 / 2") || !strings.Contains(said, b.words("quota.own")) {
		t.Errorf("the page says %q", said)
	}
	if said := bb.page("/ledger").text("main"); !strings.Contains(said, b.words("cosigned.none")) {
		t.Errorf("the ledger says %q", said)
	}
	b.wantActs(t, "ledger.contradict", "ledger.accept", "peer.quota")
}
