package auth

import (
	"testing"
	"time"
)

func TestDevice(t *testing.T) {
	key, other := []byte("0123456789abcdef0123456789abcdef"), []byte("another key of thirty-two bytes.")
	now := time.Unix(1_800_000_000, 0)
	cookie := NewDevice(key, "person", now)
	for _, tt := range []struct {
		name, cookie, person string
		key                  []byte
		at                   time.Time
		want                 bool
	}{
		{"his own", cookie, "person", key, now, true},
		{"just before it runs out", cookie, "person", key, now.Add(DeviceLife - time.Second), true},
		{"run out", cookie, "person", key, now.Add(DeviceLife), false},
		{"another person", cookie, "nosrep", key, now, false},
		{"nobody", cookie, "", key, now, false},
		{"another node", cookie, "person", other, now, false},
		{"cut", cookie[:len(cookie)-1], "person", key, now, false},
	} {
		if _, got := DeviceOf(tt.key, tt.cookie, tt.person, tt.at); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// FuzzDevice: no cookie but the node's own is known, for no person but its own.
func FuzzDevice(f *testing.F) {
	key := []byte("0123456789abcdef0123456789abcdef")
	now := time.Unix(1_800_000_000, 0)
	// Made with this key; its name is random, and each process that fuzzes would
	// make another.
	const good = "person.8dcbec43723c366cdc604eeb.u0xkw0.4Ym3Hc9xSZ-y-34Ro2drd2KYM8Aixk8iHB_Itfx1GBU"
	if _, ok := DeviceOf(key, good, "person", now); !ok {
		f.Fatal("a cookie of an earlier version is not known")
	}
	f.Add(good, "person")
	f.Add("person.00.zz.x", "person")
	f.Add("...", "")
	f.Fuzz(func(t *testing.T, cookie, person string) {
		if _, ok := DeviceOf(key, cookie, person, now); ok && (cookie != good || person != "person") {
			t.Errorf("%q is known for %q", cookie, person)
		}
	})
}
