package paiza

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Token lets a program act for a person, within some of his rights, until a
// day, from some addresses. The secret itself is kept nowhere.
type Token struct {
	ID       string
	Person   string // id of its owner
	Name     string // what it is for, as its owner says
	Scopes   []Right
	Networks []netip.Prefix // addresses it may be used from; none allows any
	Created  time.Time
	Expires  time.Time
	Revoked  time.Time // zero while it is good
	LastUsed time.Time // zero when never; exact to a minute
	LastFrom string    // address of that use
}

// Limits of a token.
const (
	MaxTokenDays     = 365
	MaxTokenNetworks = 20
)

// NewToken is what a person gives to make a token.
type NewToken struct {
	// Owner is whose rights it has; empty for who makes it. Only the operator at
	// the console makes one for somebody else.
	Owner    string
	Name     string
	Scopes   []Right
	Networks []string // CIDR or single addresses
	Days     int      // until it expires, 1 to MaxTokenDays
	Reason   string
}

// Validate checks the form and answers the networks. Whether its maker has the
// rights is for the desk to say.
func (in NewToken) Validate() ([]netip.Prefix, error) {
	var fields []FieldError
	bad := func(field, key string, args Args) {
		fields = append(fields, FieldError{Field: field, Key: key, Args: args})
	}
	if n := len(strings.TrimSpace(in.Name)); n == 0 || n > 200 {
		bad("name", "token.name_form", nil)
	}
	if in.Days < 1 || in.Days > MaxTokenDays {
		bad("days", "token.days_form", Args{"n": MaxTokenDays})
	}
	if len(in.Scopes) == 0 {
		bad("scopes", "token.scopes_form", nil)
	}
	for i, right := range in.Scopes {
		if !slices.Contains(Rights(), right) || slices.Contains(in.Scopes[:i], right) {
			bad("scopes", "error.choice_unknown", Args{"value": string(right)})
		}
	}
	if len(in.Networks) > MaxTokenNetworks {
		bad("networks", "error.filter.many", Args{"n": MaxTokenNetworks})
		return nil, &Error{Kind: ErrInvalid, Key: "error.form", Fields: fields}
	}
	var out []netip.Prefix
	for _, text := range in.Networks {
		p, err := parseNetwork(strings.TrimSpace(text))
		if err != nil {
			bad("networks", "token.network_form", Args{"value": text})
			continue
		}
		out = append(out, p)
	}
	if len(fields) > 0 {
		return nil, &Error{Kind: ErrInvalid, Key: "error.form", Fields: fields}
	}
	return out, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		return p.Masked(), err
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return a.WithZone("").Prefix(a.BitLen())
}

// Good reports whether the token is neither revoked nor expired.
func (t Token) Good(now time.Time) bool { return t.Revoked.IsZero() && now.Before(t.Expires) }

// From reports whether the token may be used from an address. An IPv4 address
// inside an IPv6 one counts as itself.
func (t Token) From(address string) bool {
	if len(t.Networks) == 0 {
		return true
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(t.Networks, func(p netip.Prefix) bool { return p.Contains(a) })
}
