package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// PasskeyTime is how long a person may take over a passkey's prompt.
const PasskeyTime = 5 * time.Minute

// MaxPasskeyAnswer bounds what a browser sends about a passkey, bytes.
const MaxPasskeyAnswer = 64 << 10

// RelyingParty is the node as passkeys know it (Web Authentication Level 3
// §4): ID is its host name and Origins the addresses of its pages.
type RelyingParty struct {
	ID      string
	Origins []string
}

// PasskeyOwner is a person as authenticators know him.
type PasskeyOwner struct {
	ID, Login, Name string
	Passkeys        []Passkey
}

// Passkey is one key of a person: its id in the text of URLs and its record as
// this package wrote it.
type Passkey struct {
	ID     string
	Record []byte
}

// ErrCloned: the passkey answered with a counter that it had left behind, so a
// copy of it exists (Web Authentication Level 3 §7.2 step 22).
var ErrCloned = errors.New("auth: the passkey has a copy")

// errAnswer hides the library's word: what was wrong is of no use to whoever
// sends a wrong answer.
var errAnswer = errors.New("auth: the answer of the passkey is not valid")

// person gives an owner the form of the library.
type person struct {
	o    PasskeyOwner
	keys []webauthn.Credential
}

func (p *person) WebAuthnID() []byte                         { return []byte(p.o.ID) }
func (p *person) WebAuthnName() string                       { return p.o.Login }
func (p *person) WebAuthnDisplayName() string                { return p.o.Name }
func (p *person) WebAuthnCredentials() []webauthn.Credential { return p.keys }

func owner(o PasskeyOwner) (*person, error) {
	p := &person{o: o}
	for _, k := range o.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Record, &c); err != nil {
			return nil, fmt.Errorf("auth: passkey %.16s: %w", k.ID, err)
		}
		p.keys = append(p.keys, c)
	}
	return p, nil
}

// library sets the rules for every passkey: it is kept where it was made and
// found without a login typed, its owner proves himself to it each time, and
// nothing is asked about its maker.
func (rp RelyingParty) library() (*webauthn.WebAuthn, error) {
	resident := true
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: PasskeyTime, TimeoutUVD: PasskeyTime}
	return webauthn.New(&webauthn.Config{
		RPID: rp.ID, RPDisplayName: "Paiza", RPOrigins: rp.Origins,
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{RequireResidentKey: &resident,
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
		Timeouts: webauthn.TimeoutsConfig{Login: limit, Registration: limit},
	})
}

// BeginPasskey asks the owner's browser for a new passkey: options is for its
// navigator.credentials.create, state for FinishPasskey.
func (rp RelyingParty) BeginPasskey(o PasskeyOwner) (options, state []byte, err error) {
	w, err := rp.library()
	if err != nil {
		return nil, nil, err
	}
	p, err := owner(o)
	if err != nil {
		return nil, nil, err
	}
	creation, session, err := w.BeginRegistration(p, webauthn.WithExclusions(webauthn.Credentials(p.keys).CredentialDescriptors()))
	if err != nil {
		return nil, nil, err
	}
	return both(creation.Response, session)
}

// FinishPasskey checks the browser's answer and gives the new passkey.
func (rp RelyingParty) FinishPasskey(o PasskeyOwner, state, answer []byte) (Passkey, error) {
	w, session, err := rp.resume(state, answer)
	if err != nil {
		return Passkey{}, err
	}
	p, err := owner(o)
	if err != nil {
		return Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Passkey{}, errAnswer
	}
	c, err := w.CreateCredential(p, *session, parsed)
	if err != nil || !c.Flags.UserVerified {
		return Passkey{}, errAnswer
	}
	return record(c)
}

// BeginAssertion asks a browser for whichever passkey of the node it has;
// options is for navigator.credentials.get, state for FinishAssertion.
func (rp RelyingParty) BeginAssertion() (options, state []byte, err error) {
	w, err := rp.library()
	if err != nil {
		return nil, nil, err
	}
	assertion, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, nil, err
	}
	return both(assertion.Response, session)
}

// FinishAssertion checks the browser's answer and gives the owner's id and the
// passkey as it is to be kept now. find looks up an owner by his id. With
// ErrCloned the owner and the passkey are answered too.
func (rp RelyingParty) FinishAssertion(state, answer []byte, find func(id string) (PasskeyOwner, error)) (ownerID string, k Passkey, err error) {
	w, session, err := rp.resume(state, answer)
	if err != nil {
		return "", k, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return "", k, errAnswer
	}
	var failed error
	user, c, err := w.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		o, err := find(string(handle))
		if err != nil {
			failed = err
			return nil, err
		}
		return owner(o)
	}, *session, parsed)
	if failed != nil {
		return "", k, failed
	}
	if err != nil || !parsed.Response.AuthenticatorData.Flags.HasUserVerified() {
		return "", k, errAnswer
	}
	cloned := c.Authenticator.CloneWarning
	c.Authenticator.CloneWarning = false
	if k, err = record(c); err == nil && cloned {
		err = ErrCloned
	}
	return string(user.WebAuthnID()), k, err
}

func (rp RelyingParty) resume(state, answer []byte) (*webauthn.WebAuthn, *webauthn.SessionData, error) {
	if len(answer) > MaxPasskeyAnswer {
		return nil, nil, errAnswer
	}
	w, err := rp.library()
	if err != nil {
		return nil, nil, err
	}
	var session webauthn.SessionData
	if err := json.Unmarshal(state, &session); err != nil || session.RelyingPartyID != rp.ID {
		return nil, nil, errAnswer
	}
	return w, &session, nil
}

func record(c *webauthn.Credential) (Passkey, error) {
	// The attestation was not asked for: what came of it is not kept.
	c.Attestation = webauthn.CredentialAttestation{}
	raw, err := json.Marshal(c)
	return Passkey{ID: base64.RawURLEncoding.EncodeToString(c.ID), Record: raw}, err
}

func both(options, session any) (a, b []byte, err error) {
	if a, err = json.Marshal(options); err != nil {
		return nil, nil, err
	}
	b, err = json.Marshal(session)
	return a, b, err
}
