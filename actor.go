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
	RoleRegistrar     Role = "registrar"     // records and imports seizures
	RoleAnalyst       Role = "analyst"       // reads, exports, judges doubtful rows
	RoleAdministrator Role = "administrator" // people, backups, the ledger
)

// Roles lists every role, in the order in which pages show them.
func Roles() []Role {
	return []Role{RoleViewer, RoleRegistrar, RoleAnalyst, RoleAdministrator}
}

// Right names one thing that an actor may be allowed to do.
type Right string

// The rights of the node.
const (
	RightReadSeizure   Right = "seizure.read"
	RightRecordSeizure Right = "seizure.record"
	RightImport        Right = "import.run"
	RightUndoImport    Right = "import.undo"
	RightReadPicture   Right = "picture.read"
	RightExport        Right = "export"
	RightReadCatalog   Right = "catalog.read"
	RightManagePeople  Right = "person.manage"
	RightReadLedger    Right = "ledger.read"
	RightOperate       Right = "node.operate" // backup, restore, fsck
)

// Actor is who acts: a signed-in person, or the operator at the machine.
// Every act takes one, and the ledger keeps its name as it was at that time.
type Actor struct {
	ID    string // person id; "operator" at the command line of the machine
	Name  string // display name, kept in the ledger beside the id
	Roles []Role
	From  string // network address or "console"
}

// Operator is the person at the machine's own command line, who holds the
// store's files and therefore every right over them.
func Operator(name string) Actor {
	return Actor{ID: "operator", Name: name, Roles: Roles(), From: "console"}
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
	Subject string // id of what was acted on
	Reason  string
	Detail  string // short, without content: counts, hashes, version
}
