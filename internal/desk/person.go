package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"paiza"
	"paiza/internal/access"
	"paiza/internal/auth"
	"paiza/internal/store"
)

// setupMeta holds the hash of the one-time link with which the first
// administrator is made.
const setupMeta = "setup"

// NeedsSetup reports whether nobody has an account yet.
func (d *Desk) NeedsSetup(ctx context.Context) (bool, error) {
	people, err := d.store.People(ctx)
	return len(people) == 0, err
}

// SetupLink makes the token of a new one-time link, which replaces an earlier
// one. It is refused once somebody has an account.
func (d *Desk) SetupLink(ctx context.Context) (string, error) {
	var raw [24]byte
	rand.Read(raw[:])
	token := hex.EncodeToString(raw[:])
	err := d.act(ctx, paiza.Operator("operator"), func(t *store.Tx) (entry, error) {
		if n, err := t.CountPeople(); err != nil {
			return entry{}, err
		} else if n > 0 {
			return entry{}, paiza.Conflict("setup.done", nil)
		}
		return entry{action: "setup.link"}, t.SetMeta(setupMeta, hashToken(token))
	})
	return token, err
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Home is what the first person says of the agency that the node begins with.
type Home struct {
	Name string
	Kind paiza.AgencyKind
}

// Setup makes the first administrator, who also holds every other role until
// there are colleagues, and names the node's own agency.
func (d *Desk) Setup(ctx context.Context, token string, in paiza.NewPerson, home Home, from string) (paiza.Person, error) {
	stored, err := d.store.Meta(ctx, setupMeta)
	if err != nil {
		return paiza.Person{}, err
	}
	if stored == "" || subtle.ConstantTimeCompare([]byte(stored), []byte(hashToken(token))) != 1 {
		return paiza.Person{}, paiza.NotFound("setup", "")
	}
	in.Roles, in.Agency = paiza.Roles(), paiza.HomeAgency
	p, hash, err := d.newPerson(in)
	agency, err := d.nameHome(ctx, home, err)
	if err != nil {
		return paiza.Person{}, err
	}
	who := self(p, from)
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if n, err := t.CountPeople(); err != nil {
			return entry{}, err
		} else if n > 0 {
			return entry{}, paiza.Conflict("setup.done", nil)
		}
		if err := t.SetMeta(setupMeta, ""); err != nil {
			return entry{}, err
		}
		if err := t.UpdateAgency(agency); err != nil {
			return entry{}, err
		}
		return entry{action: "person.setup", subject: "person/" + p.ID, detail: "agency " + agencyText(agency) + "; roles: " + roleText(p.Roles)}, t.InsertPerson(p, hash)
	})
	return p, err
}

// nameHome is the node's own agency with its name and kind. What is wrong with
// them is told together with what is wrong with the account.
func (d *Desk) nameHome(ctx context.Context, home Home, account error) (paiza.Agency, error) {
	var all *paiza.Error
	if account != nil && !errors.As(account, &all) {
		return paiza.Agency{}, account
	}
	a, err := d.store.Agency(ctx, paiza.HomeAgency)
	if err != nil {
		return a, err
	}
	err = d.fillAgency(ctx, &a, paiza.NewAgency{Name: home.Name, Kind: home.Kind, Shares: a.Shares})
	var wrong *paiza.Error
	if !errors.As(err, &wrong) {
		return a, errors.Join(account, err)
	}
	if all == nil {
		all = &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form"}
	}
	for _, f := range wrong.Fields {
		f.Field = "agency_" + f.Field // on the same page as the person's name
		all.Fields = append(all.Fields, f)
	}
	return a, all
}

// newPerson checks what was typed for an account and hashes its password.
func (d *Desk) newPerson(in paiza.NewPerson) (paiza.Person, string, error) {
	p, fields := d.newAccount(in)
	if err := d.checkPassword(p, in.Password); errors.Is(err, paiza.ErrInvalid) {
		fields = append(fields, passwordFault(err))
	} else if err != nil {
		return p, "", err
	}
	if len(fields) > 0 {
		return p, "", &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	hash, err := auth.Hash(in.Password)
	return p, hash, err
}

// newAccount checks what was typed for an account besides its password.
func (d *Desk) newAccount(in paiza.NewPerson) (paiza.Person, []paiza.FieldError) {
	p := paiza.Person{ID: newID(), Login: strings.ToLower(strings.TrimSpace(in.Login)), Name: strings.TrimSpace(in.Name),
		Agency: in.Agency, Roles: in.Roles, Language: in.Language, Created: d.now()}
	if p.Language == "" {
		p.Language = "en"
	}
	if p.Agency == "" {
		p.Agency = paiza.HomeAgency
	}
	var fields []paiza.FieldError
	bad := func(field, key string) { fields = append(fields, paiza.FieldError{Field: field, Key: key}) }
	if !validLogin(p.Login) {
		bad("login", "person.login_form")
	}
	if p.Name == "" || len(p.Name) > 200 {
		bad("name", "person.name_form")
	}
	if !validRoles(p.Roles) {
		bad("roles", "person.roles_form")
	}
	return p, fields
}

func validLogin(s string) bool {
	if len(s) < 2 || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("._-@", r) {
			return false
		}
	}
	return true
}

func validRoles(roles []paiza.Role) bool {
	for i, r := range roles {
		if !slices.Contains(paiza.Roles(), r) || slices.Contains(roles[:i], r) {
			return false
		}
	}
	return len(roles) > 0
}

func roleText(roles []paiza.Role) string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return strings.Join(out, ", ")
}

// Actor is the person of a session with the roles he has now.
func (d *Desk) Actor(ctx context.Context, personID, from string) (paiza.Actor, paiza.Person, error) {
	p, err := d.store.Person(ctx, personID)
	if err != nil {
		return paiza.Actor{}, p, err
	}
	if p.Disabled {
		return paiza.Actor{}, p, &paiza.Error{Kind: paiza.ErrForbidden, Key: "signin.refused"}
	}
	a, err := d.store.Agency(ctx, p.Agency)
	if err != nil {
		return paiza.Actor{}, p, err
	}
	if a.Closed {
		return paiza.Actor{}, p, &paiza.Error{Kind: paiza.ErrForbidden, Key: "signin.refused"}
	}
	cases, err := d.store.CaseIDs(ctx, p.ID)
	return paiza.Actor{ID: p.ID, Name: p.Name, Agency: p.Agency, AgencyKind: a.Kind, Roles: p.Roles, Cases: cases, From: from, Via: paiza.ViaPage}, p, err
}

// SetLanguage changes the language of the actor's own pages.
func (d *Desk) SetLanguage(ctx context.Context, who paiza.Actor, tag string) error {
	if !slices.Contains([]string{"en", "ru", "zh"}, tag) {
		return fieldFault("language", "person.language_form")
	}
	p, err := d.store.Person(ctx, who.ID)
	if err != nil {
		return err
	}
	p.Language = tag
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "person.language", subject: "person/" + p.ID, detail: tag}, t.UpdatePerson(p)
	})
}

// People lists the accounts.
func (d *Desk) People(ctx context.Context, who paiza.Actor) ([]paiza.Person, error) {
	if err := allow(who, paiza.RightManagePeople); err != nil {
		return nil, err
	}
	return d.store.People(ctx)
}

// Person reads one account: anybody his own, an administrator any.
func (d *Desk) Person(ctx context.Context, who paiza.Actor, id string) (paiza.Person, error) {
	if who.ID != id {
		if err := allow(who, paiza.RightManagePeople); err != nil {
			return paiza.Person{}, err
		}
	}
	return d.store.Person(ctx, id)
}

// CreatePerson opens an account with a password that whoever opens it knows:
// for scripts at the machine. Pages use EnrolPerson.
func (d *Desk) CreatePerson(ctx context.Context, who paiza.Actor, in paiza.NewPerson) (paiza.Person, error) {
	if err := d.mayGrant(who, in.Roles); err != nil {
		return paiza.Person{}, err
	}
	if in.Agency == "" {
		in.Agency = who.Agency
	}
	if _, err := d.store.Agency(ctx, in.Agency); err != nil {
		return paiza.Person{}, fieldFault("agency", "error.choice_unknown")
	}
	p, hash, err := d.newPerson(in)
	if err != nil {
		return p, err
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "person.create", subject: "person/" + p.ID, detail: p.Login + "; agency " + p.Agency + "; roles: " + roleText(p.Roles)}, t.InsertPerson(p, hash)
	})
	return p, err
}

// PersonChange is what an administrator may change of an account.
type PersonChange struct {
	Name     string
	Agency   string // empty leaves it
	Roles    []paiza.Role
	Disabled bool
	Reason   string
}

// mayGrant asks whether the actor may give or take the roles, now: nobody
// grants a right he lacks, and who grants has just proved that it is he.
func (d *Desk) mayGrant(who paiza.Actor, roles []paiza.Role) error {
	if err := allow(who, paiza.RightManagePeople); err != nil {
		return err
	}
	if err := access.CanGrant(who, roles); err != nil {
		return err
	}
	return d.steppedUp(who)
}

// granted are the roles that a change gives or takes; an account that is opened
// again, or that goes to another agency, gets all of its roles.
func granted(p paiza.Person, in PersonChange) []paiza.Role {
	if p.Disabled && !in.Disabled || in.Agency != "" && in.Agency != p.Agency {
		return append(slices.Clone(p.Roles), in.Roles...)
	}
	var out []paiza.Role
	for _, r := range paiza.Roles() {
		if slices.Contains(p.Roles, r) != slices.Contains(in.Roles, r) {
			out = append(out, r)
		}
	}
	return out
}

// UpdatePerson changes an account. The last administrator stays one; the
// sessions of an account that is closed end.
func (d *Desk) UpdatePerson(ctx context.Context, who paiza.Actor, id string, in PersonChange) (paiza.Person, error) {
	if err := allow(who, paiza.RightManagePeople); err != nil {
		return paiza.Person{}, err
	}
	p, err := d.store.Person(ctx, id)
	if err != nil {
		return p, err
	}
	in.Name = strings.TrimSpace(in.Name)
	if in.Name == "" || len(in.Name) > 200 {
		return p, fieldFault("name", "person.name_form")
	}
	if !validRoles(in.Roles) {
		return p, fieldFault("roles", "person.roles_form")
	}
	if roles := granted(p, in); len(roles) > 0 {
		if err := d.mayGrant(who, roles); err != nil {
			return p, err
		}
	}
	administers := func() bool { return !p.Disabled && slices.Contains(p.Roles, paiza.RoleAdministrator) }
	was := administers()
	p.Name, p.Roles, p.Disabled = in.Name, in.Roles, in.Disabled
	if in.Agency != "" {
		if _, err := d.store.Agency(ctx, in.Agency); err != nil {
			return p, fieldFault("agency", "error.choice_unknown")
		}
		p.Agency = in.Agency
	}
	loses := was && !administers()
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if loses {
			if n, err := t.CountAdministrators(p.ID); err != nil {
				return entry{}, err
			} else if n == 0 {
				return entry{}, paiza.Conflict("person.last_administrator", nil)
			}
		}
		detail := "agency " + p.Agency + "; roles: " + roleText(p.Roles)
		if p.Disabled {
			detail += "; disabled"
			if err := d.shut(t, p.ID); err != nil {
				return entry{}, err
			}
		}
		return entry{action: "person.update", subject: "person/" + p.ID, reason: in.Reason, detail: detail}, t.UpdatePerson(p)
	})
	return p, err
}

func fieldFault(field, key string) error {
	return &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: []paiza.FieldError{{Field: field, Key: key}}}
}

// passwordFault is the field error that package auth found.
func passwordFault(err error) paiza.FieldError {
	var e *paiza.Error
	if errors.As(err, &e) {
		if len(e.Fields) > 0 {
			return e.Fields[0]
		}
		return paiza.FieldError{Field: "password", Key: e.Key, Args: e.Args}
	}
	return paiza.FieldError{Field: "password", Key: "error.field"}
}
