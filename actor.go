package paiza

import (
	"slices"
	"time"
)

// Role is what a person does on this node.
type Role string

// The roles. Each is a set of rights; package access holds the table.
const (
	RoleViewer        Role = "viewer"        // reads seizures and the picture
	RoleRegistrar     Role = "registrar"     // records, imports, corrects
	RoleAnalyst       Role = "analyst"       // reads, exports, labels
	RoleChemist       Role = "chemist"       // a laboratory's findings
	RoleProsecutor    Role = "prosecutor"    // cases; decides what leaves the agency
	RoleDutyOfficer   Role = "duty_officer"  // records and proposes at any hour
	RolePressOfficer  Role = "press_officer" // what may be published
	RoleAuditor       Role = "auditor"       // the ledger, not what it speaks of
	RoleAdministrator Role = "administrator" // people, agencies, backups; no content
)

// Roles lists every role, in the order in which pages show them.
func Roles() []Role {
	return []Role{RoleViewer, RoleRegistrar, RoleAnalyst, RoleChemist, RoleProsecutor, RoleDutyOfficer, RolePressOfficer,
		RoleAuditor, RoleAdministrator}
}

// Right names one thing that an actor may be allowed to do.
type Right string

// The rights of the node.
const (
	RightReadSeizure     Right = "seizure.read"
	RightRecordSeizure   Right = "seizure.record"
	RightCorrectSeizure  Right = "seizure.correct"
	RightWithdrawSeizure Right = "seizure.withdraw"
	RightRelabel         Right = "handling.change"
	RightImport          Right = "import.run"
	RightUndoImport      Right = "import.undo"
	RightReadPicture     Right = "picture.read"
	RightExport          Right = "export"
	RightReadCatalog     Right = "catalog.read"
	RightReadCase        Right = "case.read"
	RightManageCase      Right = "case.manage"
	RightReadAlert       Right = "alert.read"
	RightRaiseAlert      Right = "alert.raise"     // and correct and withdraw
	RightProposeRelease  Right = "release.propose" // that something leaves the agency
	RightConfirmRelease  Right = "release.confirm" // what another person proposed
	RightManagePeople    Right = "person.manage"
	RightRecoverPerson   Right = "person.recover" // half of it: it takes two
	RightManageAgencies  Right = "agency.manage"
	RightReadLedger      Right = "ledger.read"
	RightOperate         Right = "node.operate" // backup, restore, fsck, webhooks
	RightManagePeers     Right = "peer.manage"  // this node's keys and card, other nodes, groups of them
	RightReadMessage     Right = "message.read" // notes of other nodes' desks, and what became of what was sent
	RightSendMessage     Right = "message.send"
)

// Rights lists every right.
func Rights() []Right {
	return []Right{RightReadSeizure, RightRecordSeizure, RightCorrectSeizure, RightWithdrawSeizure, RightRelabel, RightImport, RightUndoImport,
		RightReadPicture, RightExport, RightReadCatalog, RightReadCase, RightManageCase, RightReadAlert, RightRaiseAlert, RightProposeRelease, RightConfirmRelease,
		RightManagePeople, RightRecoverPerson, RightManageAgencies, RightReadLedger, RightOperate,
		RightManagePeers, RightReadMessage, RightSendMessage}
}

// Via is the way by which an actor came.
type Via string

// The ways.
const (
	ViaPage    Via = "page"    // a person's session in a browser
	ViaToken   Via = "token"   // a program with a person's token
	ViaConsole Via = "console" // the operator at the machine's own command line
)

// Actor is who acts: a signed-in person, a program with his token, or the
// operator at the machine. Every act takes one, and the ledger keeps its name,
// roles and agency as they were at that time.
type Actor struct {
	ID         string // person id; "operator" at the command line of the machine
	Name       string // display name, kept in the ledger beside the id
	Agency     string // id of the agency that he works for
	AgencyKind AgencyKind
	Roles      []Role
	Cases      []string // ids of the cases that he is a member of
	From       string   // network address or "console"
	Via        Via
	// Scopes limit a token to some of its owner's rights; nil does not limit.
	Scopes []Right
	// Token is the id of the token, for Via ViaToken.
	Token string
	// StepUp is when he last proved that it is he, in this session; zero for never.
	StepUp time.Time
}

// Operator is the person at the machine's own command line, who holds the
// store's files and therefore every right over them. He acts for the home
// agency.
func Operator(name string) Actor {
	return Actor{ID: "operator", Name: name, Agency: HomeAgency, AgencyKind: AgencyCoordination, Roles: Roles(), From: "console", Via: ViaConsole}
}

// Has reports whether the actor holds the role.
func (a Actor) Has(r Role) bool { return slices.Contains(a.Roles, r) }

// Anonymous reports whether nobody is signed in.
func (a Actor) Anonymous() bool { return a.ID == "" }

// Person is someone with an account on this node.
type Person struct {
	ID       string
	Login    string
	Name     string
	Agency   string // id of the agency that he works for
	Roles    []Role
	Language string // BCP 47 tag: en, ru, zh
	Disabled bool
	Created  time.Time
	LastSeen time.Time // zero when the person has never signed in
}

// NewPerson is what an administrator gives to open an account.
type NewPerson struct {
	Login    string
	Name     string
	Agency   string // empty: the agency of who opens the account
	Roles    []Role
	Language string
	Password string
}

// Act is one entry of the ledger: who did what to which subject, why, when and
// from where. An entry outlives what it describes.
type Act struct {
	Seq     int64
	At      time.Time
	Actor   Actor
	Action  string // seizure.record, import.run, person.create …
	Subject string // kind and id of what was acted on: seizure/12
	Version int64  // of the subject after the act; 0 where it has none
	Reason  string
	Detail  string // short, without content: counts, hashes
	// Content is the subject as it was after the act, in the form of package
	// wire. The ledger keeps only a salted commitment to it.
	Content []byte
	// InLog says that the content is the body of the subject's message of that
	// version in the logs for peers, and need not be kept twice.
	InLog bool
}
