// Package config is what the operator of a node decides: one struct, filled
// from one TOML file, over it the variables PAIZA_… of the environment, and
// over those the flags of the command line.
//
// The fields of Config are the only table. Their tags name the key of the file,
// the variable, the default and whether the value is a secret; the example
// file, the page of the guide and the masking of secrets are made from it. A
// key that is not there is refused with its line and the nearest key that is.
// Read config.go, then file.go (what a file says), environ.go (what the
// environment says) and check.go (what must hold).
//
// The package opens neither the store nor an address; of files and folders it
// only looks whether they are there. It answers every fault at once, as fields of one *paiza.Error.
package config

import (
	"net/netip"
	"time"

	"paiza"
)

// Config is everything that can be decided about a node. A value from Load has
// passed Check.
type Config struct {
	Store string `toml:"store" env:"PAIZA_STORE" secret:"true" default:"node.paiza"`
	// SecretFile is where the node's secret lies; empty: beside the store, or in
	// the user's folder of settings for PostgreSQL.
	SecretFile string `toml:"secret_file" env:"PAIZA_SECRET_FILE"`
	Listen     Listen
	TLS        TLS
	Log        Log
	Metrics    Metrics
	Session    Session
	Passkey    Passkey
	OIDC       OIDC
	Backup     Backup
	Exchange   Exchange
	Webhook    Webhook
	Limits     Limits
}

// Listen is where the pages are reached.
type Listen struct {
	Address        string         `toml:"address" env:"PAIZA_ADDRESS" default:"127.0.0.1:8080"`
	PublicURL      string         `toml:"public_url" env:"PAIZA_PUBLIC_URL"`           // as people type it; empty: found from the address
	HTTPS          bool           `toml:"https" env:"PAIZA_HTTPS" default:"false"`     // a proxy before the node speaks TLS
	TrustedProxies []netip.Prefix `toml:"trusted_proxies" env:"PAIZA_TRUSTED_PROXIES"` // whose X-Forwarded-For is believed
	Drain          time.Duration  `toml:"drain" env:"PAIZA_DRAIN" default:"0s"`        // from "not ready" to closing the address
}

// TLS is the node's own certificate. Without one it speaks HTTP.
type TLS struct {
	Certificate string        `toml:"certificate" env:"PAIZA_TLS_CERTIFICATE"` // PEM file, the chain
	Key         string        `toml:"key" env:"PAIZA_TLS_KEY"`                 // PEM file
	MinVersion  string        `toml:"min_version" env:"PAIZA_TLS_MIN_VERSION" default:"1.3"`
	Reload      time.Duration `toml:"reload" env:"PAIZA_TLS_RELOAD" default:"5s"` // how often the files are looked at
}

// Log is how the node speaks to its operator.
type Log struct {
	Level  string `toml:"level" env:"PAIZA_LOG_LEVEL" default:"info"`   // debug, info, warn, error
	Format string `toml:"format" env:"PAIZA_LOG_FORMAT" default:"text"` // text, json
}

// Metrics is the listener for Prometheus. It is off when the address is empty;
// an address without a host is on loopback, and any other needs TLS.
type Metrics struct {
	Address string `toml:"address" env:"PAIZA_METRICS_ADDRESS"`
	TLS     bool   `toml:"tls" env:"PAIZA_METRICS_TLS" default:"false"` // with the node's certificate
}

// Session is what a sign-in takes and how long it holds.
type Session struct {
	Lifetime time.Duration `toml:"lifetime" env:"PAIZA_SESSION_LIFETIME" default:"12h"`
	Idle     time.Duration `toml:"idle" env:"PAIZA_SESSION_IDLE" default:"2h"` // unused for so long, it ends
	// SecondFactor is from whom a second factor is demanded beside a password:
	// required (from everybody), administrators, off.
	SecondFactor string `toml:"second_factor" env:"PAIZA_SECOND_FACTOR" default:"required"`
	// ClockDrift lets a one-time code count one step of 30 seconds early and late.
	ClockDrift bool `toml:"clock_drift" env:"PAIZA_CLOCK_DRIFT" default:"false"`
	// OldApps makes new apps for codes work with SHA-1, for apps that know no other.
	OldApps bool `toml:"old_apps" env:"PAIZA_OLD_APPS" default:"false"`
	// BreachedPasswords is a file of SHA-1 hashes, in order, of passwords that nobody
	// may choose; off when empty.
	BreachedPasswords string `toml:"breached_passwords" env:"PAIZA_BREACHED_PASSWORDS"`
}

// Passkey is the relying party of WebAuthn: the host of the public URL, or a
// domain above it, for which passkeys are made.
type Passkey struct {
	RelyingParty string `toml:"relying_party" env:"PAIZA_PASSKEY_RELYING_PARTY"`
}

// OIDC is a provider of identities; off when the issuer is empty. It opens
// accounts that exist and were linked, and makes none.
type OIDC struct {
	Issuer       string `toml:"issuer" env:"PAIZA_OIDC_ISSUER"`
	ClientID     string `toml:"client_id" env:"PAIZA_OIDC_CLIENT_ID"`
	ClientSecret string `toml:"client_secret" env:"PAIZA_OIDC_CLIENT_SECRET" secret:"true"`
	ACR          string `toml:"acr" env:"PAIZA_OIDC_ACR"`                            // class of authentication asked for, empty for the provider's own
	Name         string `toml:"name" env:"PAIZA_OIDC_NAME" default:"OpenID Connect"` // on the button
}

// Backup is the backups that the node makes by itself; off when the folder is
// empty.
type Backup struct {
	Folder     string         `toml:"folder" env:"PAIZA_BACKUP_FOLDER"`
	Schedule   paiza.Schedule `toml:"schedule" env:"PAIZA_BACKUP_SCHEDULE" default:"daily 02:30"`
	Keep       int            `toml:"keep" env:"PAIZA_BACKUP_KEEP" default:"14"`
	Recipients []string       `toml:"recipients" env:"PAIZA_BACKUP_RECIPIENTS"` // age public keys
	Scratch    string         `toml:"scratch" env:"PAIZA_BACKUP_SCRATCH"`       // where a copy lies, unencrypted, while it is sealed
}

// Exchange is where other nodes reach this one; off when the address is empty.
type Exchange struct {
	Address string `toml:"address" env:"PAIZA_EXCHANGE"` // HOST:PORT; nodes prove themselves by their cards
	// How much of one other node is taken in a day; 0 is no limit.
	QuotaMessages int  `toml:"quota_messages" env:"PAIZA_EXCHANGE_QUOTA_MESSAGES" default:"5000000"`
	QuotaBytes    Size `toml:"quota_bytes" env:"PAIZA_EXCHANGE_QUOTA_BYTES" default:"50 GiB"`
	QuotaFiles    Size `toml:"quota_files" env:"PAIZA_EXCHANGE_QUOTA_FILES" default:"50 GiB"`
	// Reserve is the room on the store's disk below which nothing is taken in.
	Reserve Size `toml:"reserve" env:"PAIZA_EXCHANGE_RESERVE" default:"512 MiB"`
}

// Webhook is where people's webhooks may lead. The public Internet over TLS is
// open; this machine, private networks and others that are not public are not,
// unless they are named here.
type Webhook struct {
	Allow []string `toml:"allow" env:"PAIZA_WEBHOOK_ALLOW"` // networks (CIDR), addresses, names of hosts
}

// Limits bound what one request may take, and how many one caller may make.
type Limits struct {
	Pages   int           `toml:"pages" env:"PAIZA_PAGES_LIMIT" default:"600"`     // a minute, of a person who is signed in
	Calls   int           `toml:"calls" env:"PAIZA_CALLS_LIMIT" default:"1200"`    // a minute, of a token or an account at the API
	Upload  Size          `toml:"upload" env:"PAIZA_UPLOAD_LIMIT" default:"2 GiB"` // largest file by a page
	Request time.Duration `toml:"request" env:"PAIZA_REQUEST_LIMIT" default:"1m"`  // of an ordinary page
	Stop    time.Duration `toml:"stop" env:"PAIZA_STOP_LIMIT" default:"10s"`       // for requests under way at a stop
}

// Default is the configuration of a node about which nothing was decided.
func Default() Config {
	var c Config
	for _, k := range keys(&c) {
		if k.preset != "" {
			if err := set(k.value, k.preset); err != nil {
				panic("config: default of " + k.Path + ": " + err.Error())
			}
		}
	}
	return c
}

// Encrypted reports whether people reach the node over TLS, its own or that of
// a proxy: cookies are then bound to it.
func (c Config) Encrypted() bool { return c.Listen.HTTPS || c.TLS.Certificate != "" }
