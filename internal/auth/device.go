package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// DeviceLife is how long a device is known after a sign-in.
const DeviceLife = 180 * 24 * time.Hour

// NewDevice makes the cookie by which a browser is known again in which the
// person has signed in (OWASP, "Slow Down Online Guessing Attacks with Device
// Cookies"). It signs nobody in: it only says that its failures are counted by
// themselves. The key is the node's.
func NewDevice(key []byte, person string, now time.Time) string {
	var nonce [12]byte
	rand.Read(nonce[:])
	text := person + "." + hex.EncodeToString(nonce[:]) + "." + strconv.FormatInt(now.Add(DeviceLife).Unix(), 36)
	return text + "." + deviceMark(key, text)
}

// DeviceOf reads a device cookie for a person: the name under which the
// device's failures are counted, or false when the cookie is not the node's,
// has run out or belongs to another person.
func DeviceOf(key []byte, cookie, person string, now time.Time) (name string, ok bool) {
	if len(cookie) > 300 || person == "" {
		return "", false
	}
	at := strings.LastIndexByte(cookie, '.')
	if at < 0 || subtle.ConstantTimeCompare([]byte(deviceMark(key, cookie[:at])), []byte(cookie[at+1:])) != 1 {
		return "", false
	}
	part := strings.Split(cookie[:at], ".")
	if len(part) != 3 || part[0] != person {
		return "", false
	}
	until, err := strconv.ParseInt(part[2], 36, 64)
	if err != nil || now.Unix() >= until {
		return "", false
	}
	return part[1], true
}

func deviceMark(key []byte, text string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("paiza device\x00"))
	m.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
