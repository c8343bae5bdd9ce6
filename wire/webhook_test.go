package wire

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestWebhookVector is the example of the Standard Webhooks specification: what
// any of its libraries verifies.
func TestWebhookVector(t *testing.T) {
	key, err := ParseWebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	const id, signature = "msg_p5jXN8AQM9LWM0D4loKWxJek", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	at, body := time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)
	if got := SignWebhook(key, id, at, body); got != signature {
		t.Errorf("signed as %s", got)
	}
	other := "v1," + strings.Repeat("A", 43) + "="
	for name, tt := range map[string]struct {
		id, at, signature string
		body              []byte
		now               time.Time
		ok                bool
	}{
		"itself":         {id, "1614265330", signature, body, at, true},
		"among others":   {id, "1614265330", "v2,x " + other + " " + signature, body, at, true},
		"late":           {id, "1614265330", signature, body, at.Add(WebhookTolerance), true},
		"too late":       {id, "1614265330", signature, body, at.Add(WebhookTolerance + time.Second), false},
		"too early":      {id, "1614265330", signature, body, at.Add(-WebhookTolerance - time.Second), false},
		"another time":   {id, "1614265331", signature, body, at, false},
		"written anew":   {id, "01614265330", signature, body, at, false},
		"another id":     {"msg_2", "1614265330", signature, body, at, false},
		"another body":   {id, "1614265330", signature, []byte(`{}`), at, false},
		"another":        {id, "1614265330", other, body, at, false},
		"none":           {id, "1614265330", "", body, at, false},
		"another scheme": {id, "1614265330", "v1a" + signature[2:], body, at, false},
		"no id":          {"", "1614265330", signature, body, at, false},
	} {
		if err := CheckWebhook(key, tt.id, tt.at, tt.signature, tt.body, tt.now); (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrWebhook) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_" + strings.Repeat("A", 200), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa\nSw"} {
		if _, err := ParseWebhookSecret(bad); !errors.Is(err, ErrWebhook) {
			t.Errorf("%q is taken for a secret: %v", bad, err)
		}
	}
}

// FuzzCheckWebhook: no header passes but one that holds the signature.
func FuzzCheckWebhook(f *testing.F) {
	f.Add("1", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", []byte("{}"))
	f.Add("1", "9223372036854775807", "v1, v1,v1,= v2,a", []byte{})
	f.Add("", "-1", strings.Repeat("v1,AAAA ", 300), []byte("x"))
	key := bytes.Repeat([]byte{7}, 32)
	f.Fuzz(func(t *testing.T, id, at, signature string, body []byte) {
		now := time.Unix(1614265330, 0)
		err := CheckWebhook(key, id, at, signature, body, now)
		if err == nil && !strings.Contains(signature, strings.TrimPrefix(SignWebhook(key, id, now, body), "v1,")) && at == "1614265330" {
			t.Fatalf("%q passes", signature)
		}
		if CheckWebhook(key, "1", "1614265330", signature+" "+SignWebhook(key, "1", now, body), body, now) != nil && len(signature) < 1900 {
			t.Fatalf("a good signature behind %q is refused", signature)
		}
		if key, err := ParseWebhookSecret(signature); err == nil && FormatWebhookSecret(key) != signature {
			t.Fatalf("%q is read as another secret", signature)
		}
	})
}
