package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"filippo.io/age"

	"paiza"
)

const (
	// MaxRecipients bounds how many keys one backup is sealed for.
	MaxRecipients = 20
	// MinPassphrase is the fewest letters of a passphrase: it has to withstand
	// guessing at any speed, by whoever has the file.
	MinPassphrase = 16

	maxKeyFile = 64 << 10
	// scryptWork is the logarithm of the work that a passphrase takes (age's
	// own choice, about a second); maxScryptWork bounds what a file may ask of
	// who opens it.
	scryptWork    = 18
	maxScryptWork = 20
)

// Lock is what a backup is sealed with: recipients' public keys, or one
// passphrase. The two do not mix: age refuses it, because who knows the
// passphrase could change what the others open.
type Lock struct {
	Recipients []string // as written: age1…
	Passphrase string
}

// recipients are the keys of the lock; field errors name the recipient that is
// none.
func (l Lock) recipients() ([]age.Recipient, error) {
	switch {
	case l.Passphrase != "" && len(l.Recipients) > 0:
		return nil, paiza.Invalid("backup.lock_two", nil)
	case l.Passphrase != "":
		if utf8.RuneCountInString(l.Passphrase) < MinPassphrase {
			return nil, paiza.Invalid("backup.passphrase_short", paiza.Args{"n": MinPassphrase})
		}
		r, err := age.NewScryptRecipient(l.Passphrase)
		if err != nil {
			return nil, err
		}
		r.SetWorkFactor(scryptWork)
		return []age.Recipient{r}, nil
	case len(l.Recipients) == 0:
		return nil, paiza.Invalid("backup.lock_none", nil)
	case len(l.Recipients) > MaxRecipients:
		return nil, paiza.Invalid("backup.lock_many", paiza.Args{"n": MaxRecipients})
	}
	var out []age.Recipient
	for _, text := range l.Recipients {
		r, err := age.ParseX25519Recipient(text)
		if err != nil {
			return nil, badRecipient(text)
		}
		out = append(out, r)
	}
	return out, nil
}

// badRecipient does not repeat a secret key that somebody gave by mistake: a
// sentence may end in a log.
func badRecipient(text string) error {
	if strings.Contains(strings.ToUpper(text), "SECRET") {
		return paiza.Invalid("backup.recipient_secret", nil)
	}
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	return paiza.Invalid("backup.recipient_form", paiza.Args{"value": text})
}

// Check says what is wrong with the lock, without sealing anything.
func (l Lock) Check() error {
	_, err := l.recipients()
	return err
}

// Fingerprint is a short name of a recipient to compare by eye: the first eight
// bytes of the SHA-256 of its text, in groups of four digits.
func Fingerprint(recipient string) string {
	sum := sha256.Sum256([]byte(recipient))
	h := hex.EncodeToString(sum[:8])
	return h[:4] + " " + h[4:8] + " " + h[8:12] + " " + h[12:]
}

// Key is what opens a sealed backup: the secret keys of recipients, or a
// passphrase. It never shows itself in a text.
type Key struct{ ids []age.Identity }

// String hides the key from logs.
func (Key) String() string { return "(key)" }

// ParseKey reads the secret keys of an identity file, one on a line, as
// NewKeyFile and age-keygen write it.
func ParseKey(r io.Reader) (Key, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	if err != nil {
		return Key{}, err
	}
	if len(raw) > maxKeyFile {
		return Key{}, paiza.Invalid("backup.identity_form", nil)
	}
	var k Key
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, err := age.ParseX25519Identity(line)
		if err != nil { // its text repeats the line, which is secret
			return Key{}, paiza.Invalid("backup.identity_form", nil)
		}
		k.ids = append(k.ids, id)
	}
	if len(k.ids) == 0 {
		return Key{}, paiza.Invalid("backup.identity_form", nil)
	}
	return k, nil
}

// PassphraseKey opens what was sealed with the passphrase.
func PassphraseKey(passphrase string) (Key, error) {
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return Key{}, paiza.Invalid("backup.passphrase_short", paiza.Args{"n": MinPassphrase})
	}
	id.SetMaxWorkFactor(maxScryptWork)
	return Key{[]age.Identity{id}}, nil
}

// NewKeyFile writes a new secret key to a new file that only its owner may
// read, and answers the recipient that belongs to it.
func NewKeyFile(file string) (recipient string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return "", paiza.Conflict("backup.exists", paiza.Args{"file": file})
	}
	if err != nil {
		return "", err
	}
	recipient = id.Recipient().String()
	_, err = io.WriteString(f, "# Paiza backup key. Keep it away from the node.\n# recipient: "+recipient+"\n"+id.String()+"\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(file)
		return "", err
	}
	return recipient, nil
}
