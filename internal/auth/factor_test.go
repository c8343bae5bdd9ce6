package auth

import (
	"crypto/sha1"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestOTPVectors are those of RFC 4226 appendix D, and of RFC 6238 appendix B in
// their last six digits.
func TestOTPVectors(t *testing.T) {
	s := OTPSecret("12345678901234567890")
	for step, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := s.Code(int64(step)); got != want {
			t.Errorf("counter %d: %s, want %s", step, got, want)
		}
	}
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := s.Code(OTPStep(time.Unix(at, 0))); got != want {
			t.Errorf("second %d: %s, want %s", at, got, want)
		}
	}
	s = OTPSecret("12345678901234567890123456789012")
	for at, want := range map[int64]string{59: "119246", 1111111109: "084774", 1111111111: "062674", 1234567890: "819424", 2000000000: "698825", 20000000000: "737706"} {
		if got := s.Code(OTPStep(time.Unix(at, 0))); got != want {
			t.Errorf("SHA-256, second %d: %s, want %s", at, got, want)
		}
	}
}

func TestOTPCheck(t *testing.T) {
	s, now := NewOTPSecret(false), time.Unix(1_700_000_010, 0)
	at := OTPStep(now)
	for _, tt := range []struct {
		name  string
		typed string
		last  int64
		want  bool
		drift bool // where it is wanted with a drift of one step
	}{
		{"now", s.Code(at), 0, true, false},
		{"in two groups", s.Code(at)[:3] + " " + s.Code(at)[3:], 0, true, false},
		{"one step early", s.Code(at + 1), 0, false, true},
		{"one step late", s.Code(at - 1), 0, false, true},
		{"two steps late", s.Code(at - 2), 0, false, false},
		{"used", s.Code(at), at, false, false},
		{"before one that was used", s.Code(at - 1), at, false, false},
		{"after one that was used", s.Code(at), at - 1, true, false},
		{"empty", "", 0, false, false},
		{"five digits", s.Code(at)[:5], 0, false, false},
		{"long", strings.Repeat("0", 1000), 0, false, false},
		{"another's", NewOTPSecret(false).Code(at), 0, false, false},
	} {
		if step, ok := s.Check(tt.typed, now, tt.last, 0); ok != tt.want || ok && step <= tt.last {
			t.Errorf("%s: %d, %v", tt.name, step, ok)
		}
		if step, ok := s.Check(tt.typed, now, tt.last, 1); ok != (tt.want || tt.drift) || ok && step <= tt.last {
			t.Errorf("%s, with a drift: %d, %v", tt.name, step, ok)
		}
	}
	if _, ok := (OTPSecret{}).Check((OTPSecret{}).Code(at), now, 0, 1); ok {
		t.Error("no secret at all takes a code")
	}
}

// TestOldApp: an app that takes a new secret for one of the old kind is known for
// what it is, and opens nothing.
func TestOldApp(t *testing.T) {
	s, now := NewOTPSecret(false), time.Unix(1_700_000_010, 0)
	old := s.code(OTPStep(now), sha1.New)
	if _, ok := s.Check(old, now, 0, 1); ok || !s.OldApp(old[:3]+" "+old[3:], now) || s.OldApp(s.Code(OTPStep(now)), now) || s.OldApp("", now) {
		t.Error("an app that makes codes with SHA-1 is not told from one that does not")
	}
	if s = NewOTPSecret(true); s.OldApp(s.Code(OTPStep(now)), now) || s.Hash() != "SHA1" {
		t.Error("the same of a secret that is for it")
	}
}

// TestOTPLife: without a drift a code counts for thirty seconds and not one more
// (OWASP ASVS 5.0 6.5.5).
func TestOTPLife(t *testing.T) {
	s, begin := NewOTPSecret(false), time.Unix(1_700_000_010, 0)
	code, counts := s.Code(OTPStep(begin)), 0
	for second := range 120 {
		if _, ok := s.Check(code, begin.Add(time.Duration(second-60)*time.Second), 0, 0); ok {
			counts++
		}
	}
	if counts != 30 {
		t.Errorf("a code counts for %d seconds", counts)
	}
}

func TestOTPURL(t *testing.T) {
	s := OTPSecret("12345678901234567890")
	u, err := url.Parse(s.URL("Paiza node.example", "duty"))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Paiza node.example:duty" {
		t.Fatalf("%v, %v", u, err)
	}
	if got := u.Query().Get("secret"); got != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Errorf("secret %s", got)
	}
	if strings.Contains(NewOTPSecret(true).URL("n", "l"), "algorithm") || !strings.Contains(NewOTPSecret(false).URL("n", "l"), "algorithm=SHA256") {
		t.Error("the hash is not named where it has to be")
	}
	if strings.Contains(u.String(), "+") {
		t.Error("apps show a plus sign as it stands")
	}
}

func TestTwoFactors(t *testing.T) {
	for _, tt := range []struct {
		acr  string
		amr  []string
		want bool
	}{
		{"", nil, false},
		{"", []string{"pwd"}, false},
		{"", []string{"pwd", "kba"}, false},
		{"", []string{"otp"}, false},
		{"", []string{"pwd", "otp"}, true},
		{"", []string{"mfa"}, true},
		{"", []string{"hwk", "pin"}, true},
		{"", []string{"hwk", "sc"}, false},
		{"gold", nil, true},
		{"silver", nil, false},
	} {
		if got := (Identity{ACR: tt.acr, AMR: tt.amr}).TwoFactors("gold"); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
	if (Identity{}).TwoFactors("") {
		t.Error("an issuer that says nothing counts for two factors")
	}
}

func FuzzOTPCheck(f *testing.F) {
	f.Add("123456")
	f.Add(" 1 2 3 4 5 6 ")
	f.Add("١٢٣٤٥٦")
	s, now := OTPSecret("12345678901234567890"), time.Unix(59, 0)
	f.Fuzz(func(t *testing.T, typed string) {
		step, ok := s.Check(typed, now, 0, 1)
		if ok && s.Code(step) != strings.Join(strings.Fields(typed), "") {
			t.Errorf("%q is taken for the code of step %d", typed, step)
		}
	})
}
