// Package dial is how the node calls an address that a person gave it: only
// over TLS, only where the operator lets it, and never where a name was made to
// lead afterwards. It is for webhooks, whose addresses people choose, and not
// for the sign-in server or the database, whose addresses the operator chooses.
//
// Read dial.go for the rules, client.go for the calls.
package dial

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Allow is what the operator opens besides the public Internet: networks, and
// hosts by name. The zero value opens nothing.
type Allow struct {
	networks []netip.Prefix
	hosts    []string
}

// ErrForm is an entry that is neither a network nor an address nor a name.
var ErrForm = errors.New("dial: not a network, an address or a host")

// ParseAllow reads the operator's list: networks (10.1.0.0/16), addresses
// (127.0.0.1) and names of hosts (board.internal). A name opens whatever address
// it leads to, this machine too.
func ParseAllow(list []string) (Allow, error) {
	var a Allow
	for _, text := range list {
		text = strings.TrimSpace(text)
		if p, err := netip.ParsePrefix(text); err == nil {
			a.networks = append(a.networks, p.Masked())
			continue
		}
		if ip, err := netip.ParseAddr(text); err == nil {
			ip = ip.Unmap().WithZone("")
			a.networks = append(a.networks, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		if !hostName(text) {
			return Allow{}, ErrForm
		}
		a.hosts = append(a.hosts, canonical(text))
	}
	return a, nil
}

func hostName(text string) bool {
	if text == "" || len(text) > 253 || strings.Trim(text, ".-") == "" {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !(r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	})
}

func canonical(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }

// special are the networks that are not the public Internet, besides those that
// package netip knows by itself (RFC 6890 and the registries that follow it).
var special = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, text := range list {
		out[i] = netip.MustParsePrefix(text)
	}
	return out
}

// public reports whether an address is one of the public Internet. Networks
// that hold an IPv4 address inside an IPv6 one are not: what is inside may be
// anything.
func public(ip netip.Addr) bool {
	in := func(p netip.Prefix) bool { return p.Contains(ip) }
	return ip.IsValid() && ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() && !slices.ContainsFunc(special, in)
}

// Address reports whether the node may call an address to which a host leads.
func (a Allow) Address(host string, ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return public(ip) || ip.IsValid() && a.opens(host, ip)
}

// opens reports whether the operator opened it by name.
func (a Allow) opens(host string, ip netip.Addr) bool {
	if canonical(host) == "localhost" && !ip.IsLoopback() {
		return false // it may be called without TLS
	}
	return slices.Contains(a.hosts, canonical(host)) || slices.ContainsFunc(a.networks, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// ErrForbidden is an address that the node does not call.
var ErrForbidden = errors.New("dial: the node does not call this address")

// URL answers ErrForbidden for an address that can be refused by its text: one
// without TLS that is not of this machine, or a number that is not allowed.
// Where a name leads is known at the call only.
func (a Allow) URL(u *url.URL) error {
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	literal := err == nil
	switch {
	case host == "" || u.User != nil:
		return ErrForbidden
	case literal && !a.Address(host, ip):
		return ErrForbidden
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return ErrForbidden
	case literal && ip.Unmap().IsLoopback():
		return nil
	case canonical(host) == "localhost" && (slices.Contains(a.hosts, "localhost") || slices.ContainsFunc(a.networks, loopback)):
		return nil
	}
	return ErrForbidden
}

func loopback(p netip.Prefix) bool { return p.Addr().IsLoopback() }
