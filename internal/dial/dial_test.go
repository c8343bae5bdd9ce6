package dial

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// TestAddress is the table of what may be called: by nobody's leave, with a
// network of the operator, and with a name of his.
func TestAddress(t *testing.T) {
	network, err := ParseAllow([]string{"10.1.0.0/16", "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	name, err := ParseAllow([]string{"Board.internal."})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		ip                   string
		plain, network, name bool
	}{
		{"93.184.216.34", true, true, true},
		{"2606:2800:220:1::1", true, true, true},
		{"127.0.0.1", false, true, true},
		{"127.0.0.2", false, false, true},
		{"::1", false, false, true},
		{"10.1.2.3", false, true, true},
		{"10.2.0.1", false, false, true},
		{"172.16.0.1", false, false, true},
		{"192.168.1.1", false, false, true},
		{"169.254.169.254", false, false, true},
		{"100.64.0.1", false, false, true},
		{"0.0.0.0", false, false, true},
		{"255.255.255.255", false, false, true},
		{"224.0.0.1", false, false, true},
		{"198.18.0.1", false, false, true},
		{"fd00::1", false, false, true},
		{"fe80::1", false, false, true},
		{"ff02::1", false, false, true},
		{"::", false, false, true},
		// IPv4 inside IPv6, in every dress.
		{"::ffff:127.0.0.1", false, true, true},
		{"::ffff:10.9.9.9", false, false, true},
		{"::10.9.9.9", false, false, true},
		{"64:ff9b::a00:1", false, false, true},
		{"2002:a00:1::", false, false, true},
	} {
		ip := netip.MustParseAddr(tt.ip)
		for host, want := range map[string]struct {
			a  Allow
			ok bool
		}{"any.example": {Allow{}, tt.plain}, "board.other": {network, tt.network}, "BOARD.internal": {name, tt.name}} {
			if got := want.a.Address(host, ip); got != want.ok {
				t.Errorf("%s of %s: %v, want %v", tt.ip, host, got, want.ok)
			}
		}
	}
	for _, bad := range []string{"", " ", "http://x", "a b", "10.0.0.0/99", "x:1", "[::1]", "*.example", "..."} {
		if _, err := ParseAllow([]string{bad}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// TestURL: what the text of an address refuses before any name is looked up.
func TestURL(t *testing.T) {
	local, err := ParseAllow([]string{"127.0.0.0/8", "10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][2]bool{ // without and with leave
		"https://board.example/x":   {true, true},
		"https://93.184.216.34/":    {true, true},
		"http://93.184.216.34/":     {false, false},
		"http://board.example/":     {false, false},
		"https://10.0.0.1/":         {false, true},
		"http://10.0.0.1/":          {false, false},
		"http://127.0.0.1:9/":       {false, true},
		"http://localhost:9/":       {false, true},
		"https://[::ffff:10.0.0.1]": {false, true},
		"https://a:b@x.example/":    {false, false},
		"file:///etc/passwd":        {false, false},
		"gopher://x.example/":       {false, false},
		"https:///x":                {false, false},
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]bool{(Allow{}).URL(u) == nil, local.URL(u) == nil}; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestSend: a name is looked up once, and the very address that was allowed is
// called; one bad address among good ones calls none; a redirect is an answer.
func TestSend(t *testing.T) {
	called := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer srv.Close()
	port := srv.URL[strings.LastIndex(srv.URL, ":"):]
	local, err := ParseAllow([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	send := func(a Allow, address string, leads ...string) (int, int, error) {
		c := NewCaller(a)
		defer c.Close()
		looked := 0
		c.lookup = func(context.Context, string) ([]netip.Addr, error) {
			var out []netip.Addr
			for _, ip := range leads {
				out = append(out, netip.MustParseAddr(ip))
			}
			// A second look would be answered otherwise.
			if looked++; looked > 1 {
				return []netip.Addr{netip.MustParseAddr("93.184.216.34")}, nil
			}
			return out, nil
		}
		r, err := http.NewRequestWithContext(t.Context(), "POST", address, nil)
		if err != nil {
			t.Fatal(err)
		}
		status, err := c.Send(r)
		return status, looked, err
	}
	if status, looked, err := send(local, "http://localhost"+port, "127.0.0.1"); err != nil || status != http.StatusFound || looked != 1 || called != 1 {
		t.Errorf("allowed: %d, looked up %d times, called %d times, %v", status, looked, called, err)
	}
	for name, leads := range map[string][]string{"inside": {"127.0.0.1"}, "one of two inside": {"93.184.216.34", "10.0.0.1"}, "metadata": {"169.254.169.254"}} {
		if _, _, err := send(Allow{}, "https://rebound.example"+port, leads...); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if called != 1 {
		t.Errorf("called %d times", called)
	}
}

func FuzzParseAllow(f *testing.F) {
	for _, text := range []string{"10.0.0.0/8", "board.internal", "::1", "fe80::1%eth0", "x/y"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAllow([]string{text})
		if err == nil && a.Address("some.example", netip.MustParseAddr("169.254.169.254")) {
			// Only a network that holds it opens it for another host.
			if p, err := netip.ParsePrefix(strings.TrimSpace(text)); err != nil || !p.Contains(netip.MustParseAddr("169.254.169.254")) {
				if ip, err := netip.ParseAddr(strings.TrimSpace(text)); err != nil || ip.Unmap() != netip.MustParseAddr("169.254.169.254") {
					t.Errorf("%q opens it", text)
				}
			}
		}
	})
}
