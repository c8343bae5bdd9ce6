package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// One-time codes by time (TOTP, RFC 6238) as every app on a telephone makes
// them: HMAC-SHA-1, six digits, a new one every 30 seconds. SHA-1 is the only
// hash that all apps know; what is broken of it, collisions, does not touch
// HMAC.
const (
	otpSecret = 20 // bytes, the 160 bits of RFC 4226 §4 R6
	otpDigits = 6
	otpStep   = 30 // seconds
	otpSkew   = 1  // steps to either side, for clocks that differ (RFC 6238 §5.2)
)

// OTPSecret is the secret that an app and the node share.
type OTPSecret []byte

// NewOTPSecret makes a secret of 160 random bits.
func NewOTPSecret() OTPSecret {
	s := make(OTPSecret, otpSecret)
	rand.Read(s)
	return s
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
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + node + ":" + login, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	return u.String()
}

// OTPStep is the number of the step in which a moment lies.
func OTPStep(at time.Time) int64 { return at.Unix() / otpStep }

// Code is the code of a step: RFC 4226 §5.3 over the counter of RFC 6238 §4.2.
func (s OTPSecret) Code(step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, s)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", otpDigits, n%1_000_000)
}

// Check reads a code as a person typed it, with or without blanks. It answers
// the step that the code belongs to; false when it is of no step now, or of one
// that is not after the last that was used, so that each code counts once
// (RFC 6238 §5.2).
func (s OTPSecret) Check(typed string, now time.Time, last int64) (step int64, ok bool) {
	if len(typed) > 32 || len(s) < otpSecret {
		return 0, false
	}
	code := strings.Join(strings.Fields(typed), "")
	for try := OTPStep(now) - otpSkew; try <= OTPStep(now)+otpSkew; try++ {
		if subtle.ConstantTimeCompare([]byte(s.Code(try)), []byte(code)) == 1 && try > last {
			step, ok = try, true
		}
	}
	return step, ok
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
