package wire

import (
	"time"

	"paiza"
)

// Person is an account of the node.
type Person struct {
	ID       string       `json:"id"`
	Login    string       `json:"login"`
	Name     string       `json:"name"`
	Agency   string       `json:"agency,omitempty"`
	Roles    []paiza.Role `json:"roles"`
	Language string       `json:"language"`
	Disabled bool         `json:"disabled"`
	Created  time.Time    `json:"created"`
	LastSeen *time.Time   `json:"last_seen,omitempty" doc:"Absent when never."`
}

// FromPerson gives an account its shape.
func FromPerson(p paiza.Person) Person {
	return Person{ID: p.ID, Login: p.Login, Name: p.Name, Agency: p.Agency, Roles: append([]paiza.Role{}, p.Roles...), Language: p.Language, Disabled: p.Disabled,
		Created: p.Created.UTC(), LastSeen: instant(p.LastSeen)}
}

// PersonList is every account by login.
type PersonList struct {
	People []Person `json:"people"`
}

// NewPerson opens an account.
type NewPerson struct {
	Login    string       `json:"login" example:"duty"`
	Name     string       `json:"name" example:"Duty analyst"`
	Agency   string       `json:"agency,omitempty" doc:"That of who opens the account when not given."`
	Roles    []paiza.Role `json:"roles"`
	Language string       `json:"language,omitempty" example:"en"`
	Password string       `json:"password"`
}

// PersonChange replaces what may be changed of an account.
type PersonChange struct {
	Name     string       `json:"name"`
	Agency   string       `json:"agency,omitempty" doc:"Unchanged when not given."`
	Roles    []paiza.Role `json:"roles"`
	Disabled bool         `json:"disabled"`
	Reason   string       `json:"reason,omitempty"`
}

// NewPassword gives an account another password.
type NewPassword struct {
	Password string `json:"password"`
	Reason   string `json:"reason,omitempty"`
}

// Account is who asks, as the node sees him.
type Account struct {
	Person Person        `json:"person"`
	Via    string        `json:"via" doc:"page, token or console."`
	Token  string        `json:"token,omitempty" doc:"Id of the token that was used."`
	Rights []paiza.Right `json:"rights" doc:"What may be done now, with this token."`
}

// Token is a token of a program, without its secret.
type Token struct {
	ID       string        `json:"id"`
	Person   string        `json:"person" doc:"Id of its owner."`
	Name     string        `json:"name" example:"nightly figures"`
	Scopes   []paiza.Right `json:"scopes"`
	Networks []string      `json:"networks,omitempty" doc:"Addresses that it may be used from; absent for any."`
	Created  time.Time     `json:"created"`
	Expires  time.Time     `json:"expires"`
	Revoked  *time.Time    `json:"revoked,omitempty"`
	LastUsed *time.Time    `json:"last_used,omitempty" doc:"Exact to a minute; absent when never."`
	LastFrom string        `json:"last_from,omitempty"`
}

// FromToken gives a token its shape.
func FromToken(k paiza.Token) Token {
	t := Token{ID: k.ID, Person: k.Person, Name: k.Name, Scopes: append([]paiza.Right{}, k.Scopes...), Created: k.Created.UTC(), Expires: k.Expires.UTC(),
		Revoked: instant(k.Revoked), LastUsed: instant(k.LastUsed), LastFrom: k.LastFrom}
	for _, n := range k.Networks {
		t.Networks = append(t.Networks, n.String())
	}
	return t
}

// TokenList is somebody's tokens, newest first.
type TokenList struct {
	Tokens []Token `json:"tokens"`
}

// NewToken makes a token.
type NewToken struct {
	Name     string        `json:"name" example:"nightly figures" doc:"What it is for."`
	Scopes   []paiza.Right `json:"scopes" doc:"Rights, within those of the owner."`
	Networks []string      `json:"networks,omitempty" doc:"Addresses or ranges (CIDR) that it may be used from."`
	Days     int           `json:"days" example:"90" doc:"Until it expires: 1 to 365."`
	Reason   string        `json:"reason,omitempty"`
}

// ToNewToken is the form as the desk takes it.
func (n NewToken) ToNewToken() paiza.NewToken {
	return paiza.NewToken{Name: n.Name, Scopes: n.Scopes, Networks: n.Networks, Days: n.Days, Reason: n.Reason}
}

// MadeToken is a new token with its secret, which is answered this once.
type MadeToken struct {
	Token
	Secret string `json:"token"`
}

// Session is one place in which a person is signed in.
type Session struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind" doc:"password, passkey or oidc."`
	Created  time.Time `json:"created"`
	LastSeen time.Time `json:"last_seen" doc:"Exact to a minute."`
	Address  string    `json:"address"`
	Agent    string    `json:"agent" doc:"What the browser says of itself."`
}

// SessionList is somebody's sessions, the latest used first.
type SessionList struct {
	Sessions []Session `json:"sessions"`
}

// Ended counts what was ended.
type Ended struct {
	Sessions int64 `json:"sessions"`
}
