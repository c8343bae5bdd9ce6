package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"paiza"
	"paiza/internal/desk"
)

// apart are the acts of the desk that the API does not offer, each with its
// reason.
var apart = map[string]string{
	// A form of a page; the act itself refuses in the same words.
	"SeizureFor": "a form", "AlertFor": "a form", "CaseFor": "a form", "ImportFor": "a form", "ReleaseFor": "a form",
	// Names for a page; a program has the ids and the lists of agencies, people and cases.
	"Handled": "names for a page", "Overview": "the first page", "Facets": "choices of a filter", "WaitingReleases": "a count in the navigation; the list has it",
	"Withheld": "a note under a figure", "ExportPicture": "the entry of a file that the page makes; the API answers the figures",
	// Ways in and a proof of presence are a person's in a browser.
	"AddPasskey": "a browser's ceremony", "BeginPasskey": "a browser's ceremony", "BeginPasskeyStepUp": "a browser's ceremony", "StepUpPasskey": "a browser's ceremony",
	"BeginJourney": "a browser's journey", "Link": "a browser's journey", "StepUpOIDC": "a browser's journey", "StepUpPassword": "a proof of presence",
	"Passkeys": "a way in", "RemovePasskey": "a way in", "Unlink": "a way in", "LinkNewcomer": "a way in", "WaysIn": "a way in", "ChangePassword": "a way in",
	"Leave": "a browser's session", "EndOtherSessions": "keeps the browser's own session; endSession ends one by one", "SetLanguage": "of the pages; a program says it with each request",
	// One-time codes are handed from person to person.
	"EnrolPerson": "a code for a person", "RenewEnrolment": "a code for a person", "ProposeRecovery": "a code for a person", "ConfirmRecovery": "a code for a person",
	"CancelRecovery": "a code for a person", "Recoveries": "a code for a person",
	// The machine's own command line.
	"RecoverAtConsole": "the console", "Backup": "the console", "BackUp": "the console; a program asks for a run of the job backup", "Restored": "the console", "MarkDemo": "the console",
	"RotateSecret": "the console: the file lies on the machine", "RotateLedger": "the console; proof files tell of it",
	"Import": "waits at the console; startImport with Prefer", "RecogniseFile": "a file of this machine; getLayout",
	// The same by another name.
	"Ledger": "listActs without a filter", "LedgerOn": "listActs with a subject",
	// Second factors, and what nodes say to each other.
	"AddCodes": "a way in", "BeginCodes": "a way in", "RemoveCodes": "a way in",
	"Admit": "a person compares words by voice with another", "ConfirmPair": "a person compares words by voice with another", "Pair": "a person compares words by voice with another", "Pairing": "a person compares words by voice with another",
	"Card": "looked after by the operator, on the pages and at the console", "ChangeGroup": "looked after by the operator, on the pages and at the console", "CreateGroup": "looked after by the operator, on the pages and at the console", "EndPeer": "looked after by the operator, on the pages and at the console", "Groups": "looked after by the operator, on the pages and at the console", "ImportDirectory": "looked after by the operator, on the pages and at the console", "InitNode": "looked after by the operator, on the pages and at the console", "PausePeer": "looked after by the operator, on the pages and at the console", "Peers": "looked after by the operator, on the pages and at the console", "PeersHealth": "looked after by the operator, on the pages and at the console", "Contradicting": "a notice on the first page; listShownLedgers has it", "AcceptLedger": "looked after by the operator, on the pages and at the console", "SetQuota": "looked after by the operator, on the pages and at the console", "SendCheckpoint": "the console; a program asks for a run of the job checkpoint", "Quarantine": "looked after by the operator, on the pages and at the console", "RenewCard": "looked after by the operator, on the pages and at the console", "Revoke": "looked after by the operator, on the pages and at the console", "RotateKeys": "looked after by the operator, on the pages and at the console",
	"SetVia": "looked after by the operator, on the pages and at the console", "AllowRelay": "looked after by the operator, on the pages and at the console", "EndRelay": "looked after by the operator, on the pages and at the console", "Relayed": "looked after by the operator, on the pages and at the console",
	"CourierFrom": "the console", "CourierSent": "the console", "CourierTaken": "the console", "MayCourier": "the console",
	"Inbox": "read and written by officials on the pages; programs are told of records by events", "ItemTimeline": "read and written by officials on the pages; programs are told of records by events", "Note": "read and written by officials on the pages; programs are told of records by events", "Notes": "read and written by officials on the pages; programs are told of records by events", "Outbox": "read and written by officials on the pages; programs are told of records by events", "Proof": "read and written by officials on the pages; programs are told of records by events", "ReadFile": "read and written by officials on the pages; programs are told of records by events", "SendNote": "read and written by officials on the pages; programs are told of records by events",
	"BeginDirectory": "bodies agree on a version face to face, on the pages", "ChangeDirectory": "bodies agree on a version face to face, on the pages", "Concerns": "looked after by the operator, on the pages; each is an event", "DirectoryDraft": "bodies agree on a version face to face, on the pages", "DropDraft": "bodies agree on a version face to face, on the pages", "PublishDirectory": "bodies agree on a version face to face, on the pages", "SignDirectory": "bodies agree on a version face to face, on the pages", "TakeDraft": "bodies agree on a version face to face, on the pages",
	"Decisions": "looked after by the operator, on the pages and at the console", "OwnNode": "looked after by the operator, on the pages and at the console", "Partner": "looked after by the operator, on the pages and at the console", "ReadCard": "looked after by the operator, on the pages and at the console", "Reconsider": "looked after by the operator, on the pages and at the console", "TrustDirectory": "looked after by the operator, on the pages and at the console", "Stopped": "looked after by the operator, on the pages and at the console",
	"Received": "read and written by officials on the pages; programs are told of records by events", "Dispatched": "read and written by officials on the pages; programs are told of records by events", "Unread": "read and written by officials on the pages; programs are told of records by events", "Thread": "read and written by officials on the pages; programs are told of records by events",
	"StepUpCode": "a proof of presence",
	// No act.
	"SteppedUp": "asks nothing of the store",
}

// TestEveryAct: what the desk does for an actor can be asked of the API, or
// stands above with the reason why not. It counts only what a row of the contents
// page leads to.
func TestEveryAct(t *testing.T) {
	calls := map[string]map[string]bool{} // of each function: what it names of the API and the desk
	var rows []string
	set := token.NewFileSet()
	pkgs, err := parser.ParseDir(set, ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range pkgs["api"].Files {
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			named := map[string]bool{}
			ast.Inspect(fn, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if of, ok := n.X.(*ast.SelectorExpr); ok && of.Sel.Name == "desk" {
						named["desk."+n.Sel.Name] = true
					} else {
						named[n.Sel.Name] = true
					}
				case *ast.Ident:
					named[n.Name] = true
				}
				return true
			})
			calls[fn.Name.Name] = named
			if fn.Name.Name == "routes" {
				for name := range named {
					rows = append(rows, name)
				}
			}
		}
	}
	offered, seen := map[string]bool{}, map[string]bool{}
	for len(rows) > 0 {
		name := rows[0]
		rows = rows[1:]
		if act, ok := strings.CutPrefix(name, "desk."); ok {
			offered[act] = true
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		for other := range calls[name] {
			rows = append(rows, other)
		}
	}
	actor := reflect.TypeFor[paiza.Actor]()
	acts := map[string]bool{}
	for m := range reflect.TypeFor[*desk.Desk]().Methods() {
		takes := false
		for in := range m.Type.Ins() {
			takes = takes || in == actor
		}
		if !takes {
			continue
		}
		acts[m.Name] = true
		if why := apart[m.Name]; offered[m.Name] == (why != "") {
			t.Errorf("%s: offered by the API is %v, and the reason why not is %q", m.Name, offered[m.Name], why)
		}
	}
	for name := range apart {
		if !acts[name] {
			t.Errorf("%s is no act of the desk", name)
		}
	}
}
