package config

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paiza"
	"paiza/internal/locale"
)

// write makes a file of the test and gives its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestOrder: a flag wins over the environment, the environment over the file,
// the file over the default.
func TestOrder(t *testing.T) {
	file := write(t, "paiza.toml", `
store = "from-file.paiza"
[listen]
address = "127.0.0.1:1001"
trusted_proxies = ["10.1.2.3/8", "::1"]
[session]
lifetime = "8h"
[limits]
upload = "64 MiB"
[backup]
schedule = "every 6h"
keep = 3
scratch = "/var/tmp"
`)
	secret := write(t, "secret", "s3cret value\n")
	c, err := Load(file, []string{"PAIZA_ADDRESS=127.0.0.1:1002", "PAIZA_SESSION_LIFETIME=9h", "PAIZA_OIDC_CLIENT_SECRET_FILE=" + secret,
		"PAIZA_OIDC_ISSUER=https://id.example", "PAIZA_OIDC_CLIENT_ID=node", "PAIZA_PUBLIC_URL=https://node.example", "PAIZA_HTTPS=true", "OTHER=1"},
		map[string]string{"listen.address": "127.0.0.1:1003"})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Store = "from-file.paiza"
	want.Listen.Address, want.Listen.PublicURL, want.Listen.HTTPS = "127.0.0.1:1003", "https://node.example", true
	want.Listen.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	want.Session.Lifetime = 9 * time.Hour
	want.Limits.Upload = 64 << 20
	want.Backup.Schedule, want.Backup.Keep, want.Backup.Scratch = paiza.Schedule{Every: 6 * time.Hour}, 3, "/var/tmp"
	want.OIDC.Issuer, want.OIDC.ClientID, want.OIDC.ClientSecret = "https://id.example", "node", "s3cret value"
	want.Passkey.RelyingParty = "node.example"
	if diff := cmp.Diff(want, c, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestFaults: everything that is wrong is said at once, with its line, its key
// and what would be right, in the person's language.
func TestFaults(t *testing.T) {
	file := write(t, "paiza.toml", `stor = "x"
[listen]
adress = "127.0.0.1:80"
https = "perhaps"
[tls]
certificate = "/nowhere/cert.pem"
min_version = "1.1"
[sesion]
lifetime = "1h"
[backup]
recipients = ["age1short"]
keep = 0
`)
	_, err := Load(file, []string{"PAIZA_LOG_LEVEL=loud", "PAIZA_STORR=x", "PAIZA_ADDRESS=0.0.0.0:8080"}, nil)
	if !errors.Is(err, paiza.ErrInvalid) {
		t.Fatal(err)
	}
	text := locale.For("en").Error(err)
	for _, want := range []string{"paiza.toml:1: stor: ", "store", "paiza.toml:3: listen.adress: ", "listen.address", "paiza.toml:4: listen.https: ",
		"paiza.toml:6: tls.certificate: ", "/nowhere/cert.pem", "tls.key: ", "paiza.toml:7: tls.min_version: ", "1.2, 1.3", "paiza.toml:8: sesion: There is no such key. The nearest is session.",
		"paiza.toml:11: backup.recipients: ", "paiza.toml:12: backup.keep: ", "PAIZA_LOG_LEVEL: ", "debug, info", "PAIZA_STORR: ", "PAIZA_STORE",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	for _, tag := range locale.Languages() {
		if got := locale.For(tag).Error(err); strings.Contains(got, "config.") {
			t.Errorf("%s: a fault has no sentence:\n%s", tag, got)
		}
	}
}

// TestChecks: one fault each, found where it was given.
func TestChecks(t *testing.T) {
	for _, tt := range []struct{ text, key string }{
		{"[listen]\naddress = \"0.0.0.0:80\"", "config.plain"},
		{"[listen]\naddress = \":8080\"", "config.plain"},
		{"[listen]\naddress = \"node\"", "config.address"},
		{"[listen]\npublic_url = \"node.example\"", "config.public_url"},
		{"[listen]\npublic_url = \"https://node.example\"", "config.public_scheme"},
		{"[listen]\ntrusted_proxies = [\"proxy\"]", "config.form.networks"},
		{"[listen]\npublic_url = \"https://node.example\"\nhttps = true\n[passkey]\nrelying_party = \"other.example\"", "config.relying_party"},
		{"[oidc]\nclient_id = \"x\"", "config.oidc_issuer"},
		{"[oidc]\nissuer = \"http://id.example\"\nclient_id = \"x\"\n[listen]\nhttps = true\npublic_url = \"https://n.example\"", "config.oidc_issuer"},
		{"[session]\nidle = \"13h\"", "config.range"},
		{"[session]\nsecond_factor = \"sometimes\"", "config.choice"},
		{"store = \"postgres://node@db.example/paiza\"", "config.database_tls"},
		{"store = \"postgres://node@db.example/paiza?sslmode=prefer\"", "config.database_tls"},
		{"store = \"postgres://node@db.example/paiza?sslmode=disable\"", "config.database_tls"},
		{"store = \"postgres://node@db.example/paiza?sslmode=require\"", "config.database_tls"},
		{"[metrics]\naddress = \"0.0.0.0:9464\"", "config.metrics_plain"},
		{"[metrics]\naddress = \"10.0.0.7:9464\"\ntls = true", "config.metrics_certificate"},
		{"[limits]\npages = 5", "config.range"},
		{"[session]\nlifetime = 12", "config.form.duration"},
		{"[backup]\nschedule = \"weekly\"", "config.form.schedule"},
		{"[backup]\nfolder = \"/nowhere/backup\"\nrecipients = [\"age1" + strings.Repeat("q", 58) + "\"]", "config.folder"},
		{"[backup]\nfolder = \"/\"", "backup.plan_half"},
		{"[backup]\nrecipients = [\"age1" + strings.Repeat("q", 58) + "\"]", "backup.plan_half"},
		{"[limits]\nupload = \"3 GiB\"", "config.range"},
		{"[oidc]\nclient_secret_file = \"/nowhere/secret\"", "config.secret_file"},
		{"store = \"a\"\nstore_file = \"b\"", "config.twice"},
		{"store = [", "config.syntax"},
	} {
		_, err := Parse("t.toml", []byte(tt.text))
		var pe *paiza.Error
		if !errors.As(err, &pe) || len(pe.Fields) != 1 || pe.Fields[0].Key != tt.key {
			t.Errorf("%q: got %v, want %s", tt.text, err, tt.key)
		}
	}
}

// TestExample: the example is a correct file that changes nothing, in every
// language, and every key has its sentence.
func TestExample(t *testing.T) {
	for _, tag := range locale.Languages() {
		var b strings.Builder
		if err := Example(&b, func(key string) string {
			if !locale.For(tag).Has(key) {
				t.Errorf("%s: no sentence %s", tag, key)
			}
			return locale.For(tag).T(key)
		}); err != nil {
			t.Fatal(err)
		}
		var bare []string
		for line := range strings.Lines(b.String()) {
			if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# ") {
				line = line[1:]
			}
			bare = append(bare, line)
		}
		c, err := Parse("example", []byte(strings.Join(bare, "")))
		if err != nil {
			t.Fatalf("%s: %v", tag, err)
		}
		if diff := cmp.Diff(texts(Default()), texts(c)); diff != "" {
			t.Errorf("%s: the example changes the default:\n%s", tag, diff)
		}
	}
}

func texts(c Config) map[string]string {
	out := map[string]string{}
	for _, k := range c.List() {
		out[k.Path] = k.Text()
	}
	return out
}

// TestMasked: what is shown holds no secret.
func TestMasked(t *testing.T) {
	c := Default()
	c.Store, c.OIDC.ClientSecret = "postgres://paiza:verysecret@db/paiza?sslpassword=verysecret2", "verysecret3"
	for _, k := range c.List() {
		if strings.Contains(k.Shown(), "verysecret") {
			t.Errorf("%s shows a secret: %s", k.Path, k.Shown())
		}
	}
}

// FuzzParse: no file makes the reader fail, and what it takes shows again as
// the same configuration.
func FuzzParse(f *testing.F) {
	f.Add([]byte("store = \"x\"\n[listen]\naddress = \"127.0.0.1:1\"\ntrusted_proxies = [\"10.0.0.0/8\"]\n"))
	f.Add([]byte("[limits]\nupload = 1048576\n[backup]\nschedule = \"every 90m\"\n"))
	f.Add([]byte("listen.https = true\nlog = { level = \"debug\" }\n[[tls]]\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := Parse("f", raw)
		if err != nil {
			if !errors.Is(err, paiza.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		for _, k := range c.List() {
			if !k.Secret && strings.Contains(k.Shown(), "\n") {
				t.Fatalf("%s breaks its line", k.Path)
			}
		}
	})
}
