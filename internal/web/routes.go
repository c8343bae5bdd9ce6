package web

import (
	"net/http"

	"paiza"
)

// What a route may need besides a right of the desk.
const (
	public   paiza.Right = "public"   // anybody, signed in or not
	signedIn paiza.Right = "signedin" // any person with an account
	halfway  paiza.Right = "halfway"  // he, and who owes his second factor too
)

// route is one row of the contents page. The mux and the test of every
// refusal are both made from the rows: an address that is not here does not
// exist, and none exists without a declared right.
type route struct {
	method  string
	pattern string // of http.ServeMux, without the method
	needs   paiza.Right
	handle  func(*Site, http.ResponseWriter, *http.Request) error
	slow    bool // a file comes in or goes out: no one-minute limit, no form limit
}

func routes() []route {
	rows := []route{
		{"GET", "/{$}", signedIn, (*Site).home, false},

		{"GET", "/seizures", paiza.RightReadSeizure, (*Site).seizures, false},
		{"GET", "/seizures/export.csv", paiza.RightExport, (*Site).exportCSV, true},
		{"GET", "/seizures/export.xlsx", paiza.RightExport, (*Site).exportXLSX, true},
		{"GET", "/seizures/new", paiza.RightRecordSeizure, (*Site).recordForm, false},
		{"POST", "/seizures", paiza.RightRecordSeizure, (*Site).record, false},
		{"GET", "/seizures/{id}", paiza.RightReadSeizure, (*Site).seizure, false},
		{"GET", "/seizures/{id}/versions/{version}", paiza.RightReadSeizure, (*Site).seizureVersion, false},
		{"GET", "/seizures/{id}/proof", paiza.RightReadSeizure, proofOf("seizure"), false},
		{"GET", "/seizures/{id}/correct", paiza.RightCorrectSeizure, correcting().form, false},
		{"POST", "/seizures/{id}/correct", paiza.RightCorrectSeizure, correcting().post, false},
		{"GET", "/seizures/{id}/relabel", paiza.RightRelabel, relabelling().form, false},
		{"POST", "/seizures/{id}/relabel", paiza.RightRelabel, relabelling().post, false},
		{"GET", "/seizures/{id}/withdraw", paiza.RightWithdrawSeizure, withdrawing().form, false},
		{"POST", "/seizures/{id}/withdraw", paiza.RightWithdrawSeizure, withdrawing().post, false},
		{"GET", "/seizures/{id}/release", paiza.RightProposeRelease, proposeForm("seizure"), false},
		{"POST", "/seizures/{id}/release", paiza.RightProposeRelease, propose("seizure"), false},
		{"GET", "/alerts", paiza.RightReadAlert, (*Site).alerts, false},
		{"GET", "/alerts/new", paiza.RightRaiseAlert, (*Site).raiseForm, false},
		{"POST", "/alerts", paiza.RightRaiseAlert, (*Site).raise, false},
		{"GET", "/alerts/{id}", paiza.RightReadAlert, (*Site).alert, false},
		{"GET", "/alerts/{id}/versions/{version}", paiza.RightReadAlert, (*Site).alertVersion, false},
		{"GET", "/alerts/{id}/proof", paiza.RightReadAlert, proofOf("alert"), false},
		{"GET", "/alerts/{id}/correct", paiza.RightRaiseAlert, correctingAlert().form, false},
		{"POST", "/alerts/{id}/correct", paiza.RightRaiseAlert, correctingAlert().post, false},
		{"GET", "/alerts/{id}/relabel", paiza.RightRelabel, relabellingAlert().form, false},
		{"POST", "/alerts/{id}/relabel", paiza.RightRelabel, relabellingAlert().post, false},
		{"GET", "/alerts/{id}/withdraw", paiza.RightRaiseAlert, withdrawingAlert().form, false},
		{"POST", "/alerts/{id}/withdraw", paiza.RightRaiseAlert, withdrawingAlert().post, false},

		{"GET", "/totals", paiza.RightReadSeizure, (*Site).totals, false},

		{"GET", "/imports", paiza.RightReadSeizure, (*Site).imports, false},
		{"POST", "/uploads", paiza.RightImport, (*Site).upload, true},
		{"GET", "/uploads/{id}", paiza.RightImport, (*Site).recognise, false},
		{"POST", "/uploads/{id}/check", paiza.RightImport, (*Site).dryRun, true},
		{"POST", "/uploads/{id}/run", paiza.RightImport, (*Site).startImport, false},
		{"GET", "/imports/{id}", paiza.RightReadSeizure, (*Site).importDetail, false},
		{"GET", "/imports/{id}/errors.csv", paiza.RightReadSeizure, (*Site).importErrors, true},
		{"POST", "/imports/{id}/undo", paiza.RightUndoImport, (*Site).undoImport, true},

		{"GET", "/imports/{id}/proof", paiza.RightReadSeizure, proofOf("import"), false},
		{"GET", "/imports/{id}/relabel", paiza.RightRelabel, (*Site).relabelImportForm, false},
		{"POST", "/imports/{id}/relabel", paiza.RightRelabel, (*Site).relabelImport, true},

		{"GET", "/cases", paiza.RightReadCase, (*Site).cases, false},
		{"GET", "/cases/new", paiza.RightManageCase, (*Site).caseForm, false},
		{"POST", "/cases", paiza.RightManageCase, (*Site).createCase, false},
		{"GET", "/cases/{id}", paiza.RightReadCase, (*Site).casefile, false},
		{"GET", "/cases/{id}/proof", paiza.RightReadCase, proofOf("case"), false},
		{"GET", "/cases/{id}/change", paiza.RightManageCase, (*Site).changeCaseForm, false},
		{"POST", "/cases/{id}/change", paiza.RightManageCase, (*Site).updateCase, false},

		{"GET", "/alerts/{id}/release", paiza.RightProposeRelease, proposeForm("alert"), false},
		{"POST", "/alerts/{id}/release", paiza.RightProposeRelease, propose("alert"), false},
		{"GET", "/releases", paiza.RightReadSeizure, (*Site).releases, false},
		{"GET", "/releases/{id}", paiza.RightReadSeizure, (*Site).release, false},
		{"POST", "/releases/{id}/confirm", paiza.RightConfirmRelease, (*Site).confirmRelease, false},
		{"POST", "/releases/{id}/refuse", paiza.RightProposeRelease, (*Site).refuseRelease, false},
		{"GET", "/releases/{id}/file", paiza.RightProposeRelease, (*Site).releaseFile, false},

		{"GET", "/catalog", paiza.RightReadCatalog, (*Site).substances, false},
		{"GET", "/catalog/units", paiza.RightReadCatalog, (*Site).units, false},
		{"GET", "/catalog/countries", paiza.RightReadCatalog, (*Site).countries, false},
		{"GET", "/catalog/resolve", paiza.RightReadCatalog, (*Site).resolve, false},

		{"GET", "/people", paiza.RightManagePeople, (*Site).people, false},
		{"GET", "/people/new", paiza.RightManagePeople, (*Site).personForm, false},
		{"POST", "/people", paiza.RightManagePeople, (*Site).createPerson, false},
		{"GET", "/people/{id}", paiza.RightManagePeople, (*Site).person, false},
		{"POST", "/people/{id}", paiza.RightManagePeople, (*Site).updatePerson, false},

		{"GET", "/agencies", paiza.RightManageAgencies, (*Site).agencies, false},
		{"GET", "/agencies/new", paiza.RightManageAgencies, (*Site).agencyForm, false},
		{"POST", "/agencies", paiza.RightManageAgencies, (*Site).createAgency, false},
		{"GET", "/agencies/{id}", paiza.RightManageAgencies, (*Site).agency, false},
		{"POST", "/agencies/{id}", paiza.RightManageAgencies, (*Site).updateAgency, false},

		{"GET", "/ledger/{seq}", paiza.RightReadLedger, (*Site).entry, false},
		{"GET", "/ledger/{seq}/proof", paiza.RightReadLedger, (*Site).entryProof, false},
		{"GET", "/ledger", paiza.RightReadLedger, (*Site).ledger, false},
		{"GET", "/node", paiza.RightOperate, (*Site).node, false},
		{"GET", "/node/jobs/{id}", paiza.RightOperate, (*Site).jobHistory, false},
		{"POST", "/node/jobs/{id}/run", paiza.RightOperate, (*Site).runJob, false},
		{"POST", "/node/jobs/{id}/pause", paiza.RightOperate, (*Site).pauseJob, false},
		{"POST", "/node/jobs/{id}/resume", paiza.RightOperate, (*Site).resumeJob, false},
		{"POST", "/node/backups/{id}/verify", paiza.RightOperate, (*Site).verifyBackup, true},
		{"GET", "/account/tokens", signedIn, (*Site).tokens, false},
		{"POST", "/account/tokens", signedIn, (*Site).createToken, false},
		{"POST", "/account/tokens/{id}/revoke", signedIn, (*Site).revokeToken, false},
		{"GET", "/api", signedIn, (*Site).reference, false},

		{"GET", "/help", public, (*Site).help, false},
	}
	rows = append(rows, signinRoutes()...)
	rows = append(rows, factorRoutes()...)
	rows = append(rows, webhookRoutes()...)
	rows = append(rows, exchangeRoutes()...)
	return append(rows, pictureRoutes()...)
}

// mux answers the rows; everything else is not found, in words.
func (s *Site) mux() http.Handler {
	mux := http.NewServeMux()
	for _, row := range routes() {
		mux.Handle(row.method+" "+row.pattern, s.guard(row))
	}
	mux.Handle("/", s.guard(route{pattern: "none", needs: public, handle: (*Site).nowhere}))
	return mux
}

// nowhere answers an address without a row.
func (s *Site) nowhere(http.ResponseWriter, *http.Request) error {
	return paiza.NotFound("page", "")
}
