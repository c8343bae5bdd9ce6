package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/dial"
)

// check notes everything that does not hold, and derives what was left open.
func (l *loader) check() {
	l.checkListen()
	l.checkTLS()
	c := &l.c
	l.choice(&c.Log.Level, c.Log.Level, "debug", "info", "warn", "error")
	l.choice(&c.Log.Format, c.Log.Format, "text", "json")
	l.checkStore()
	l.checkMetrics()
	l.checkSession()
	l.checkBreached()
	l.checkPasskey()
	l.checkOIDC()
	l.checkBackup()
	if _, err := dial.ParseAllow(c.Webhook.Allow); err != nil {
		l.bad(&c.Webhook.Allow, "config.webhook_allow", nil)
	}
	if c.Limits.Upload < 1<<20 || c.Limits.Upload > 2<<30 {
		l.bad(&c.Limits.Upload, "config.range", paiza.Args{"least": Size(1 << 20).String(), "most": Size(2 << 30).String()})
	}
	l.count(&c.Limits.Pages, 60, 1_000_000)
	l.count(&c.Limits.Calls, 60, 1_000_000)
	l.between(&c.Limits.Request, 5*time.Second, time.Hour)
	l.between(&c.Limits.Stop, 0, 10*time.Minute)
	l.between(&c.Listen.Drain, 0, 10*time.Minute)
}

// checkMetrics lets figures go unencrypted on loopback only.
func (l *loader) checkMetrics() {
	m := &l.c.Metrics
	if m.TLS && l.c.TLS.Certificate == "" {
		l.bad(&m.TLS, "config.metrics_certificate", nil)
	}
	if m.Address == "" || !l.checkAddress(&m.Address) {
		return
	}
	if !m.TLS && !strings.HasPrefix(m.Address, ":") && !Loopback(m.Address) {
		l.bad(&m.Address, "config.metrics_plain", nil)
	}
}

// checkStore refuses a database on another machine to which the connection is
// in the open, or encrypted or not as the server likes ("prefer", which drivers
// take for granted), or encrypted for whoever answers: "require" without a root.
func (l *loader) checkStore() {
	c := &l.c
	if c.Store == "" {
		l.bad(&c.Store, "config.missing", nil)
	}
	u, err := url.Parse(c.Store)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return
	}
	host := u.Query().Get("host")
	if host == "" {
		host = u.Hostname()
	}
	here := host == "" || strings.HasPrefix(host, "/") || Loopback(net.JoinHostPort(host, "0"))
	mode, root := u.Query().Get("sslmode"), u.Query().Get("sslrootcert")
	if !here && mode != "verify-full" && mode != "verify-ca" && (mode != "require" || root == "") {
		l.bad(&c.Store, "config.database_tls", nil)
	}
}

// bad notes a fault of the field that to points to, where it was given.
func (l *loader) bad(to any, key string, args paiza.Args) {
	k := l.key(to)
	where := l.from[k.Path]
	if where == "" {
		where = k.Path
	}
	// A value that could not be read has been noted already.
	if !slices.ContainsFunc(l.fault.list, func(f paiza.FieldError) bool { return f.Field == where }) {
		l.fault.add(where, key, args)
	}
}

func (l *loader) key(to any) Key {
	i := slices.IndexFunc(l.keys, func(k Key) bool { return k.value.Addr().Interface() == to })
	return l.keys[i]
}

// choice holds a value to a list.
func (l *loader) choice(to *string, got string, list ...string) {
	if !slices.Contains(list, got) {
		l.bad(to, "config.choice", paiza.Args{"choices": strings.Join(list, ", ")})
	}
}

// between holds a duration to its bounds.
func (l *loader) between(to *time.Duration, least, most time.Duration) {
	if *to < least || *to > most {
		l.bad(to, "config.range", paiza.Args{"least": shortDuration(least), "most": shortDuration(most)})
	}
}

// count holds a number to its bounds.
func (l *loader) count(to *int, least, most int) {
	if *to < least || *to > most {
		l.bad(to, "config.range", paiza.Args{"least": strconv.Itoa(least), "most": strconv.Itoa(most)})
	}
}

func (l *loader) checkListen() {
	c := &l.c
	if l.checkAddress(&c.Listen.Address) && !c.Encrypted() && !Loopback(c.Listen.Address) {
		l.bad(&c.Listen.Address, "config.plain", nil)
	}
	if c.Listen.PublicURL == "" {
		return
	}
	u, ok := origin(c.Listen.PublicURL)
	switch {
	case !ok:
		l.bad(&c.Listen.PublicURL, "config.public_url", nil)
	case (u.Scheme == "https") != c.Encrypted():
		l.bad(&c.Listen.PublicURL, "config.public_scheme", nil)
	default:
		c.Listen.PublicURL = u.Scheme + "://" + u.Host
	}
}

// checkAddress reports whether a field is host:port; the host may be left out.
func (l *loader) checkAddress(to *string) bool {
	_, port, err := net.SplitHostPort(*to)
	n, perr := strconv.Atoi(port)
	if err != nil || perr != nil || n < 0 || n > 65535 {
		l.bad(to, "config.address", nil)
		return false
	}
	return true
}

// Loopback reports whether host:port can be reached from this machine only.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// origin reads scheme://host[:port] and nothing more.
func origin(s string) (*url.URL, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return nil, false
	}
	return u, u.Scheme == "http" || u.Scheme == "https"
}

func (l *loader) checkTLS() {
	t := &l.c.TLS
	l.choice(&t.MinVersion, t.MinVersion, "1.2", "1.3")
	l.between(&t.Reload, time.Second, time.Hour)
	switch {
	case t.Certificate != "" && t.Key == "":
		l.bad(&t.Key, "config.tls_pair", nil)
	case t.Key != "" && t.Certificate == "":
		l.bad(&t.Certificate, "config.tls_pair", nil)
	}
	for _, file := range []*string{&t.Certificate, &t.Key} {
		if *file == "" {
			continue
		}
		f, err := os.Open(*file)
		if err != nil {
			l.bad(file, "config.file", paiza.Args{"file": *file})
			continue
		}
		f.Close()
	}
}

func (l *loader) checkSession() {
	s := &l.c.Session
	l.between(&s.Lifetime, 5*time.Minute, 30*24*time.Hour)
	l.choice(&s.SecondFactor, s.SecondFactor, "required", "administrators", "off")
	l.between(&s.Idle, time.Minute, max(s.Lifetime, time.Minute))
}

func (l *loader) checkBreached() {
	file := &l.c.Session.BreachedPasswords
	if *file == "" {
		return
	}
	f, err := os.Open(*file)
	if err != nil {
		l.bad(file, "config.file", paiza.Args{"file": *file})
		return
	}
	f.Close()
}

// checkPasskey derives what was left open from the public URL. WebAuthn lets a
// relying party be the host of an origin or a domain above it.
func (l *loader) checkPasskey() {
	p := &l.c.Passkey
	u, ok := origin(l.c.Listen.PublicURL)
	if !ok {
		return
	}
	host := u.Hostname()
	if p.RelyingParty == "" {
		p.RelyingParty = host
	}
	if host != p.RelyingParty && !strings.HasSuffix(host, "."+p.RelyingParty) {
		l.bad(&p.RelyingParty, "config.relying_party", paiza.Args{"value": l.c.Listen.PublicURL})
	}
}

func (l *loader) checkOIDC() {
	o := &l.c.OIDC
	if o.Issuer == "" {
		if o.ClientID != "" || o.ClientSecret != "" {
			l.bad(&o.Issuer, "config.oidc_issuer", nil)
		}
		return
	}
	u, err := url.Parse(o.Issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !Loopback(net.JoinHostPort(u.Hostname(), "0"))) {
		l.bad(&o.Issuer, "config.oidc_issuer", nil)
	}
	for _, needed := range []*string{&o.ClientID, &o.Name} {
		if strings.TrimSpace(*needed) == "" {
			l.bad(needed, "config.missing", nil)
		}
	}
	if l.c.Listen.PublicURL == "" {
		l.bad(&l.c.Listen.PublicURL, "config.oidc_public_url", nil)
	}
}

// ageKey is the form of a recipient of age: X25519 or hybrid post-quantum
// (age-encryption.org/v1; bech32 of BIP 173).
var ageKey = regexp.MustCompile(`^age1(pq1)?[02-9ac-hj-np-z]{58,}$`)

func (l *loader) checkBackup() {
	b := &l.c.Backup
	l.count(&b.Keep, 1, 10_000)
	for _, r := range b.Recipients {
		if !ageKey.MatchString(r) {
			l.bad(&b.Recipients, "config.recipient", paiza.Args{"value": fmt.Sprintf("%.20s", r)})
		}
	}
	switch {
	case b.Folder == "" && len(b.Recipients) > 0:
		l.bad(&b.Folder, "backup.plan_half", nil)
	case b.Folder != "" && len(b.Recipients) == 0:
		l.bad(&b.Recipients, "backup.plan_half", nil)
	}
	if b.Folder == "" {
		return
	}
	if st, err := os.Stat(b.Folder); err != nil || !st.IsDir() {
		l.bad(&b.Folder, "config.folder", paiza.Args{"folder": b.Folder})
	} else if !strings.Contains(l.c.Store, "://") && same(b.Folder, filepath.Dir(l.c.Store)) {
		l.bad(&b.Folder, "config.backup_beside", nil)
	}
}

func same(a, b string) bool {
	x, err := os.Stat(a)
	y, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(x, y)
}
