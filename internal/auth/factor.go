package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash"
	"net/url"
	"slices"
	"strings"
	"time"
)

// One-time codes by time (TOTP, RFC 6238): HMAC-SHA-256, six digits, a new one
// every 30 seconds. Some apps know HMAC-SHA-1 only, as RFC 4226 began; what is
// broken of SHA-1, collisions, does not touch HMAC, but it is no longer among the
// hashes that OWASP ASVS 5.0 approves for it (appendix C).
const (
	otpSecret    = 32 // bytes, as long as the hash (RFC 6238 §5.1)
	oldOTPSecret = 20 // of apps that know SHA-1 only (RFC 4226 §4 R6)
	otpDigits    = 6
	otpStep      = 30 // seconds
)

// OTPSecret is the secret that an app and the node share. Its length says with
// which hash codes are made.
type OTPSecret []byte

// NewOTPSecret makes a secret of 256 random bits; for an app that knows SHA-1
// only, of 160.
func NewOTPSecret(old bool) OTPSecret {
	n := otpSecret
	if old {
		n = oldOTPSecret
	}
	s := make(OTPSecret, n)
	rand.Read(s)
	return s
}

// Hash names the hash of the secret's codes, as apps do.
func (s OTPSecret) Hash() string {
	if len(s) == oldOTPSecret {
		return "SHA1"
	}
	return "SHA256"
}

func (s OTPSecret) hash() func() hash.Hash {
	if len(s) == oldOTPSecret {
		return sha1.New
	}
	return sha256.New
}

// Text is the secret as apps take it typed: base32 in groups of four.
func (s OTPSecret) Text() string {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s)
	var groups []string
	for part := range slices.Chunk([]byte(text), 4) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, " ")
}

// URL is the secret as apps take it from a picture: node is what the app shows
// above the code, login the account.
func (s OTPSecret) URL(node, login string) string {
	q := url.Values{"secret": {strings.ReplaceAll(s.Text(), " ", "")}, "issuer": {node}}
	if len(s) != oldOTPSecret {
		q.Set("algorithm", s.Hash())
	}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + node + ":" + login, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	return u.String()
}

// OTPStep is the number of the step in which a moment lies.
func OTPStep(at time.Time) int64 { return at.Unix() / otpStep }

// Code is the code of a step: RFC 4226 §5.3 over the counter of RFC 6238 §4.2.
func (s OTPSecret) Code(step int64) string {
	return s.code(step, s.hash())
}

func (s OTPSecret) code(step int64, of func() hash.Hash) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(of, s)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", otpDigits, n%1_000_000)
}

// Check reads a code as a person typed it, with or without blanks. It answers
// the step that the code belongs to; false when it is of no step that counts, or
// of one that is not after the last that was used, so that each code counts once
// (RFC 6238 §5.2). drift is how many steps to either side of the present one
// count, for clocks that differ; with 0 a code lives for 30 seconds.
func (s OTPSecret) Check(typed string, now time.Time, last, drift int64) (step int64, ok bool) {
	if len(typed) > 32 || len(s) < oldOTPSecret {
		return 0, false
	}
	code := strings.Join(strings.Fields(typed), "")
	for try := OTPStep(now) - drift; try <= OTPStep(now)+drift; try++ {
		if subtle.ConstantTimeCompare([]byte(s.Code(try)), []byte(code)) == 1 && try > last {
			step, ok = try, true
		}
	}
	return step, ok
}

// OldApp reports whether a code is what an app makes of a new secret when it
// does not look at the hash that the secret is for, and takes SHA-1: so that its
// owner can be told.
func (s OTPSecret) OldApp(typed string, now time.Time) bool {
	code := strings.Join(strings.Fields(typed), "")
	for try := OTPStep(now) - 1; try <= OTPStep(now)+1; try++ {
		if len(s) != oldOTPSecret && s.code(try, sha1.New) == code {
			return true
		}
	}
	return false
}

// The methods of RFC 8176 §2, by what they prove.
var (
	amrKnown = []string{"pwd", "pin", "kba"}
	amrHeld  = []string{"hwk", "swk", "sc", "otp", "pop"}
	amrBody  = []string{"fpt", "face", "iris", "retina", "vbm"}
)

// TwoFactors reports whether the issuer says that the person proved himself by
// two factors: acr is the class that the operator configured, or amr names
// "mfa" or methods of two different kinds. An issuer that says nothing is taken
// for a password alone.
func (i Identity) TwoFactors(acr string) bool {
	if acr != "" && i.ACR == acr || slices.Contains(i.AMR, "mfa") {
		return true
	}
	kinds := 0
	for _, kind := range [][]string{amrKnown, amrHeld, amrBody} {
		if slices.ContainsFunc(i.AMR, func(m string) bool { return slices.Contains(kind, m) }) {
			kinds++
		}
	}
	return kinds > 1
}
