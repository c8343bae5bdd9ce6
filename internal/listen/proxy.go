package listen

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of proxies whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// Handler gives every request the address of its client: of a request that a
// trusted proxy passed on, the last address in X-Forwarded-For that is not a
// trusted proxy itself. What stands to the left of it may have been written by
// the client and is not looked at. From all others the header is ignored.
func (p Proxies) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from, ok := p.client(r); ok {
			clone := *r // the header stays as it came; only the address is ours to say
			clone.RemoteAddr = net.JoinHostPort(from.String(), "0")
			r = &clone
		}
		next.ServeHTTP(w, r)
	})
}

func (p Proxies) client(r *http.Request) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !p.trusted(peer.Addr()) {
		return netip.Addr{}, false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	at := peer.Addr()
	for i := len(hops) - 1; i >= 0; i-- {
		a, ok := hop(hops[i])
		if !ok {
			break // the nearest address that is sure
		}
		at = a
		if !p.trusted(a) {
			break
		}
	}
	return at.Unmap(), true
}

// hop reads one address; some proxies add a port.
func hop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.WithZone(""), true
	}
	ap, err := netip.ParseAddrPort(s)
	return ap.Addr().WithZone(""), err == nil
}

func (p Proxies) trusted(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}
