package wire_test

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"paiza/wire"
)

func TestHistory(t *testing.T) {
	a := newParty(t, "a")
	old := a.card.Signing()
	a2 := a.rotate(t, "a2")
	if _, err := a.history.Signer(old, noon); err != nil {
		t.Errorf("the former key is no longer good: %v", err)
	}
	if _, err := a.history.Signer(old, noon.AddDate(3, 0, 0)); wire.ReasonOf(err) != wire.ReasonKeyExpired {
		t.Errorf("after its card: %v", err)
	}
	stolen := cardBody("thief")
	stolen.Node, stolen.Serial, stolen.Previous = a.card.Node, 3, a2.card.Hash()
	c, err := wire.NewCard(stolen, signingKey("thief"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.history.Add(c); wire.ReasonOf(err) != wire.ReasonSignature {
		t.Errorf("a card that the former key did not sign: %v", err)
	}
	v, err := wire.NewRevocation(wire.Revocation{Node: a.card.Node, Key: old, At: noon, Reason: "lost"}, signingKey("thief"))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.history.Revoke(v); wire.ReasonOf(err) != wire.ReasonSignature {
		t.Errorf("a revocation by nobody: %v", err)
	}
	if v, err = wire.NewRevocation(wire.Revocation{Node: a.card.Node, Key: old, At: noon, Reason: "lost"}, a2.sign); err != nil {
		t.Fatal(err)
	}
	if err := a.history.Revoke(v); err != nil {
		t.Fatal(err)
	}
	if _, err := a.history.Signer(old, noon.Add(-time.Hour)); err != nil {
		t.Errorf("what was signed before the revocation counts no more: %v", err)
	}
	if _, err := a.history.Signer(old, noon); wire.ReasonOf(err) != wire.ReasonKeyRevoked {
		t.Errorf("after the revocation: %v", err)
	}
	if _, err := wire.NewCard(func() wire.CardBody { b := cardBody("b"); b.Node = a.card.Node; return b }(), signingKey("b"), nil); wire.ReasonOf(err) != wire.ReasonMalformed {
		t.Errorf("a first card with another node's name: %v", err)
	}
}

func TestArmour(t *testing.T) {
	c := newParty(t, "a").card
	text := wire.Armour("NODE CARD", c.Bytes())
	lower := strings.Split(strings.ToLower(text), "\n")
	lower[0], lower[len(lower)-2] = "-----BEGIN PAIZA NODE CARD-----", "-----END PAIZA NODE CARD-----"
	for name, s := range map[string]string{
		"as written": text,
		"in a mail":  "Colleagues,\r\n" + strings.ReplaceAll(text, "\n", "\r\n\r\n") + "Regards",
		"lower case": strings.Join(lower, "\n"),
		"misread":    strings.ReplaceAll(strings.Join(lower[1:len(lower)-2], "\n"), "0", "o"),
	} {
		if name == "misread" {
			s = lower[0] + "\n" + strings.ReplaceAll(s, "1", "L") + "\n" + lower[len(lower)-2]
		}
		raw, err := wire.Unarmour("NODE CARD", s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := wire.ParseCard(raw); err != nil || got.Hash() != c.Hash() {
			t.Errorf("%s: %v", name, err)
		}
	}
	lines := strings.Split(text, "\n")
	slip := []byte(lines[7])
	slip[3] = map[bool]byte{true: '7', false: '8'}[slip[3] == '8']
	lines[7] = string(slip)
	if _, err := wire.Unarmour("NODE CARD", strings.Join(lines, "\n")); err == nil || !strings.Contains(err.Error(), "line 7") {
		t.Errorf("a slip on line 7: %v", err)
	}
}

func TestWords(t *testing.T) {
	a, b, c := newParty(t, "a").card, newParty(t, "b").card, newParty(t, "c").card
	f := wire.PairFingerprint(a, b)
	if f != wire.PairFingerprint(b, a.Countersign(signingKey("body"))) {
		t.Error("the two sides hear different words")
	}
	if f == wire.PairFingerprint(a, c) {
		t.Error("another card gives the same words")
	}
	if d := f.Digits(); len(d) != 35 {
		t.Errorf("digits %q", d)
	}
	for _, lang := range []string{"en", "ru", "zh"} {
		var every wire.Fingerprint
		seen := map[string]bool{}
		for i := range 256 {
			every[0] = byte(i)
			seen[every.Words(lang)[0]] = true
		}
		if len(seen) != 256 || seen[""] {
			t.Errorf("%s: %d different words", lang, len(seen))
		}
		begin := map[string]string{}
		for w := range seen {
			letters := []rune(strings.ReplaceAll(w, "ё", "е"))
			if lang == "zh" {
				continue // two characters, told apart by their sound
			}
			four := string(letters[:min(4, len(letters))])
			if o := begin[four]; o != "" {
				t.Errorf("%s: %s and %s begin alike", lang, w, o)
			}
			begin[four] = w
		}
	}
}

func TestDirectory(t *testing.T) {
	a, b := newParty(t, "a"), newParty(t, "b")
	cards := []*wire.Card{a.card, b.card}
	if cards[0].Node.String() > cards[1].Node.String() {
		cards[0], cards[1] = cards[1], cards[0]
	}
	body := func(seeds ...string) (out []wire.Body) {
		for _, s := range seeds {
			out = append(out, wire.Body{Code: s, Key: signingKey(s).Public().(ed25519.PublicKey)})
		}
		return out
	}
	keys := func(seeds ...string) (out []ed25519.PrivateKey) {
		for _, s := range seeds {
			out = append(out, signingKey(s))
		}
		return out
	}
	const week = 7 * 24 * time.Hour
	in := wire.DirectoryBody{Version: 1, Issued: noon, Expires: noon.AddDate(0, 3, 0), Warn: 4 * week, Known: 8 * week, Threshold: 2,
		Bodies: body("KAZ", "UZB", "TJK"), Cards: cards}
	first, err := wire.NewDirectory(in, keys("KAZ", "TJK")...)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.VerifyFirst(); err != nil {
		t.Fatal(err)
	}
	next := in
	next.Version, next.Previous, next.Issued, next.Cards = 2, first.Hash(), noon.AddDate(0, 1, 0), cards[:1]
	takeover := next
	takeover.Threshold, takeover.Bodies = 1, body("XXX")
	skip := next
	skip.Version = 3
	for name, c := range map[string]struct {
		in   wire.DirectoryBody
		keys []string
		want wire.Reason
	}{
		"enough":                {next, []string{"UZB", "TJK"}, ""},
		"too few":               {next, []string{"UZB"}, wire.ReasonThreshold},
		"strangers":             {next, []string{"UZB", "XXX", "YYY"}, wire.ReasonThreshold},
		"new rule by new alone": {takeover, []string{"XXX"}, wire.ReasonThreshold},
		"new rule by old alone": {takeover, []string{"UZB", "TJK"}, wire.ReasonThreshold},
		"new rule by both":      {takeover, []string{"UZB", "TJK", "XXX"}, ""},
		"one left out":          {skip, []string{"UZB", "TJK"}, wire.ReasonGap},
	} {
		d, err := wire.NewDirectory(c.in, keys(c.keys...)...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := d.Follows(first); wire.ReasonOf(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if c.want == "" {
			if err := first.Follows(d); wire.ReasonOf(err) != wire.ReasonRollback {
				t.Errorf("%s, and back: %v", name, err)
			}
		}
	}
	for after, want := range map[time.Duration]wire.Standing{0: wire.StandingFresh, week: wire.StandingWarn, 5 * week: wire.StandingKnown, 13 * week: wire.StandingStop} {
		at := in.Expires.Add(after)
		if got := in.Standing(at); got != want {
			t.Errorf("%v after it expires: %s, want %s", after, got, want)
		}
		if got, want := in.Admits(a.card.Node, at, true), want != wire.StandingStop; got != want {
			t.Errorf("%v after it expires, a known peer: %v", after, got)
		}
	}
	if in.Admits(newParty(t, "c").card.Node, noon, true) {
		t.Error("a node that is not on the list is admitted")
	}
	hasty := in
	hasty.Known = 0
	if _, err := wire.NewDirectory(hasty, keys("KAZ", "TJK")...); wire.ReasonOf(err) != wire.ReasonMalformed {
		t.Errorf("a directory that stops at once: %v", err)
	}
}

func TestGroup(t *testing.T) {
	a, b, c := newParty(t, "a"), newParty(t, "b"), newParty(t, "c")
	group := func(v uint64, prev wire.Hash, members ...wire.NodeID) *wire.Group {
		g, err := wire.NewGroup(wire.GroupBody{Group: wire.UUID{1}, Version: v, Previous: prev, Owner: a.card.Node, Name: "Operation", Members: members, At: noon}, a.sign)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	one := group(1, wire.Hash{}, a.card.Node, b.card.Node)
	nobody := group(2, one.Hash())
	known := func(gs ...*wire.Group) func(wire.GroupRef) *wire.Group {
		return func(r wire.GroupRef) *wire.Group {
			for _, g := range gs {
				if g.Ref() == r {
					return g
				}
			}
			return nil
		}
	}
	for name, x := range map[string]struct {
		to    *wire.Group
		node  *party
		known []*wire.Group
		want  wire.Reason
	}{
		"member":         {one, b, []*wire.Group{one}, ""},
		"outsider":       {one, c, []*wire.Group{one}, wire.ReasonNotMember},
		"empty":          {nobody, b, []*wire.Group{one, nobody}, wire.ReasonNotMember},
		"unknown group":  {one, b, nil, wire.ReasonGroup},
		"unknown number": {nobody, b, []*wire.Group{one}, wire.ReasonGroup},
	} {
		if got := wire.Audience(wire.Handling{Groups: []wire.GroupRef{x.to.Ref()}}, x.node.card.Node, known(x.known...)); got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
	if err := one.Verify(a.history); err != nil {
		t.Error(err)
	}
	if err := nobody.Follows(one); err != nil {
		t.Error(err)
	}
	if err := group(2, wire.Hash{1}).Follows(one); wire.ReasonOf(err) != wire.ReasonChain {
		t.Errorf("a version that continues another: %v", err)
	}
	if err := group(1, wire.Hash{}, c.card.Node).Follows(one); wire.ReasonOf(err) != wire.ReasonConflict {
		t.Errorf("another version 1: %v", err)
	}
}
