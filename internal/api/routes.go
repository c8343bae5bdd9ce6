package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"paiza"
)

// tags are the groups of operations in the order of the reference.
var tags = []struct{ name, about string }{
	{"node", "What answers here."},
	{"account", "Who asks, and what he may do."},
	{"tokens", "Tokens of programs. One is made by a person who has just proved on the pages that it is he, or by the operator."},
	{"events", "What happens on the node, as it happens."},
	{"webhooks", "Addresses to which the node sends events. One is made by a person who has just proved on the pages that it is he."},
	{"seizures", "Rows, newest first, with their source and history."},
	{"alerts", "Warnings: new substances, dangerous admixtures, routes."},
	{"cases", "Investigations and proceedings, whose records their members read."},
	{"releases", "What leaves the agency: one person proposes, another confirms who has just proved that it is he."},
	{"totals", "Official yearly figures, never added to seizures."},
	{"uploads", "Files that wait to be imported: what they are and what they would do."},
	{"imports", "Files taken in, each as one act that can be undone."},
	{"picture", "Market, balance, routes, calendar and coverage."},
	{"exports", "Rows as files of any length."},
	{"catalog", "Substances, units, states and what a text means."},
	{"agencies", "Authorities that share this node."},
	{"people", "Accounts of this node."},
	{"ledger", "The record of acts, and proofs of it."},
	{"fsck", "Proof that figures equal their rows."},
}

// routes is the contents page: every operation of the API with the right it
// takes. An address that is not here does not exist.
func routes() []route {
	return []route{
		op("GET /openapi.json", "getDocument", public, "This description as OpenAPI 3.1", (*API).document, inTag("node"), with(file200("application/vnd.oai.openapi+json", "The document."))),
		op("GET /node", "getNode", signedIn, "Version and capabilities of the node", (*API).node),
		op("GET /node/condition", "getCondition", paiza.RightOperate, "How the node stands: storage, keys, last check, certificate", (*API).condition),
		op("GET /node/jobs", "listJobs", paiza.RightOperate, "List what the node does by itself, with the newest runs", (*API).listJobs),
		op("GET /node/jobs/{id}", "getJob", paiza.RightOperate, "Read one job with its newest runs", (*API).getJob),
		op("POST /node/jobs/{id}/run", "runJob", paiza.RightOperate, "Ask for a run now", (*API).runJob),
		op("POST /node/jobs/{id}/pause", "pauseJob", paiza.RightOperate, "Pause a job", (*API).pauseJob),
		op("POST /node/jobs/{id}/resume", "resumeJob", paiza.RightOperate, "Let a paused job go on", (*API).resumeJob),
		op("GET /node/backups", "listBackups", paiza.RightOperate, "List backups as their files are now, newest first", (*API).listBackups),
		op("POST /node/backups/{id}/verify", "verifyBackup", paiza.RightOperate, "Read a backup's file and compare it with what was proved", (*API).verifyBackup, slow),
		op("GET /account", "getAccount", signedIn, "Who asks, with the rights he has now", (*API).account),
		op("GET /account/sessions", "listSessions", signedIn, "List where you are signed in, the latest used first", (*API).listSessions),
		op("DELETE /account/sessions/{id}", "endSession", signedIn, "End one of your sessions; needs a proof of presence", (*API).endSession, answers(http.StatusNoContent)),

		op("GET /tokens", "listTokens", signedIn, "List tokens, newest first", (*API).listTokens),
		op("POST /tokens", "createToken", signedIn, "Make a token; its secret is answered this once", (*API).createToken, secret, answers(http.StatusCreated)),
		op("DELETE /tokens/{id}", "revokeToken", signedIn, "Revoke a token at once", (*API).revokeToken, answers(http.StatusNoContent)),

		op("GET /events", "streamEvents", signedIn, "What you may know of, as it happens: server-sent events whose data are ActEvent", (*API).events, streams, with(eventStream200)),
		op("GET /webhooks", "listWebhooks", signedIn, "List webhooks by name", (*API).listWebhooks),
		op("POST /webhooks", "createWebhook", signedIn, "Make a webhook; its secret is answered this once", (*API).createWebhook, secret, answers(http.StatusCreated)),
		op("GET /webhooks/{id}", "getWebhook", signedIn, "Read one webhook", (*API).getWebhook),
		op("DELETE /webhooks/{id}", "removeWebhook", signedIn, "Remove a webhook at once", (*API).removeWebhook, answers(http.StatusNoContent)),
		op("GET /webhooks/{id}/deliveries", "listDeliveries", signedIn, "List attempts to send, newest first", (*API).listDeliveries),
		op("POST /webhooks/{id}/pause", "pauseWebhook", signedIn, "Stop sending; events wait", (*API).pauseWebhook),
		op("POST /webhooks/{id}/resume", "resumeWebhook", signedIn, "Go on after the last event that was done with", (*API).resumeWebhook),
		op("POST /webhooks/{id}/test", "testWebhook", signedIn, "Ask for one message of type webhook.test", (*API).testWebhook),
		op("POST /webhooks/{id}/replay", "replayWebhook", signedIn, "Send events again", (*API).replayWebhook),

		op("GET /seizures", "listSeizures", paiza.RightReadSeizure, "List seizures, newest first", (*API).listSeizures),
		op("POST /seizures", "recordSeizure", paiza.RightRecordSeizure, "Record one seizure", (*API).recordSeizure, answers(http.StatusCreated)),
		op("GET /seizures/{id}", "getSeizure", paiza.RightReadSeizure, "Read one seizure", (*API).getSeizure),
		op("GET /seizures/{id}/source", "getSourceRow", paiza.RightReadSeizure, "Read the row of the file that a seizure came from, as written", (*API).getSourceRow),
		op("GET /seizures/{id}/history", "getSeizureHistory", paiza.RightReadSeizure, "List what was done to a seizure", (*API).getHistory),
		op("PUT /seizures/{id}", "correctSeizure", paiza.RightCorrectSeizure, "Correct a seizure that was typed in: a new version", (*API).correctSeizure, on("/seizures/{id}")),
		op("POST /seizures/{id}/relabel", "relabelSeizure", paiza.RightRelabel, "Change how a seizure is handled", (*API).relabelSeizure, on("/seizures/{id}")),
		op("POST /seizures/{id}/withdraw", "withdrawSeizure", paiza.RightWithdrawSeizure, "Take a seizure out of every list and figure", (*API).withdrawSeizure, on("/seizures/{id}")),
		op("GET /seizures/{id}/versions/{version}", "getSeizureVersion", paiza.RightReadSeizure, "Read a seizure as it was at a version", (*API).getSeizureVersion),
		op("GET /seizures/{id}/proof", "proveSeizure", paiza.RightReadSeizure, "A file that proves the history of a seizure", proveSubject("seizure"), streams, with(proof200)),

		op("GET /alerts", "listAlerts", paiza.RightReadAlert, "List alerts, newest first", (*API).listAlerts),
		op("POST /alerts", "raiseAlert", paiza.RightRaiseAlert, "Raise an alert", (*API).raiseAlert, answers(http.StatusCreated)),
		op("GET /alerts/{id}", "getAlert", paiza.RightReadAlert, "Read one alert", (*API).getAlert),
		op("PUT /alerts/{id}", "correctAlert", paiza.RightRaiseAlert, "Correct an alert: a new version", (*API).correctAlert, on("/alerts/{id}")),
		op("POST /alerts/{id}/relabel", "relabelAlert", paiza.RightRelabel, "Change how an alert is handled", (*API).relabelAlert, on("/alerts/{id}")),
		op("POST /alerts/{id}/withdraw", "withdrawAlert", paiza.RightRaiseAlert, "Take an alert back", (*API).withdrawAlert, on("/alerts/{id}")),
		op("GET /alerts/{id}/history", "getAlertHistory", paiza.RightReadAlert, "List what was done to an alert", (*API).getAlertHistory),
		op("GET /alerts/{id}/versions/{version}", "getAlertVersion", paiza.RightReadAlert, "Read an alert as it was at a version", (*API).getAlertVersion),
		op("GET /alerts/{id}/proof", "proveAlert", paiza.RightReadAlert, "A file that proves the history of an alert", proveSubject("alert"), streams, with(proof200)),

		op("GET /cases", "listCases", paiza.RightReadCase, "List the cases of which you are a member", (*API).listCases),
		op("POST /cases", "openCase", paiza.RightManageCase, "Open a case", (*API).openCase, answers(http.StatusCreated)),
		op("GET /cases/{id}", "getCase", paiza.RightReadCase, "Read one case", (*API).getCase),
		op("PUT /cases/{id}", "changeCase", paiza.RightManageCase, "Change a case: number, title, members, whether it is closed", (*API).changeCase, on("/cases/{id}")),
		op("GET /cases/{id}/history", "getCaseHistory", paiza.RightReadCase, "List what was done to a case", (*API).getCaseHistory),
		op("GET /cases/{id}/proof", "proveCase", paiza.RightReadCase, "A file that proves the history of a case", proveSubject("case"), streams, with(proof200)),

		op("GET /releases", "listReleases", paiza.RightReadSeizure, "List the releases of your agency, the open ones first", (*API).listReleases),
		op("POST /releases", "proposeRelease", paiza.RightProposeRelease, "Propose that a record leaves the agency", (*API).proposeRelease, answers(http.StatusCreated)),
		op("GET /releases/{id}", "getRelease", paiza.RightReadSeizure, "Read one release", (*API).getRelease),
		op("POST /releases/{id}/confirm", "confirmRelease", paiza.RightConfirmRelease, "Confirm what another person proposed; needs a proof of presence, which a token is not", (*API).confirmRelease),
		op("POST /releases/{id}/refuse", "refuseRelease", paiza.RightProposeRelease, "Refuse a proposal, or take back your own", (*API).refuseRelease),
		op("GET /releases/{id}/file", "getReleasedFile", paiza.RightProposeRelease, "The record of a confirmed release with its limits", (*API).getReleasedFile, streams, with(file200("application/json", "The record byte for byte as it was confirmed, and what it may be used for."))),

		op("GET /totals", "listTotals", paiza.RightReadSeizure, "List official yearly figures, newest year first", (*API).listTotals),

		op("POST /uploads", "uploadFile", paiza.RightImport, "Give the node a file", (*API).upload, streams, answers(http.StatusCreated), with(rawBody)),
		op("GET /uploads/{id}/layout", "getLayout", paiza.RightImport, "Find out how an uploaded file is written, or propose a layout", (*API).getLayout, slow),
		op("POST /imports/dry-run", "dryRunImport", paiza.RightImport, "Read a whole uploaded file and change nothing", (*API).dryRun, slow, secret),
		op("POST /imports", "startImport", paiza.RightImport, "Take an uploaded file in; poll Location, or wait with Prefer", (*API).startImport, slow, answers(http.StatusAccepted)),
		op("GET /imports", "listImports", paiza.RightReadSeizure, "List imports, newest first", (*API).listImports),
		op("GET /imports/{id}", "getImport", paiza.RightReadSeizure, "Read one import with its progress and first refused rows", (*API).getImport),
		op("GET /imports/{id}/errors", "listImportErrors", paiza.RightReadSeizure, "Every refused and set-aside row, one JSON object a line", (*API).importErrors, streams, with(file200(kindNDJSON, "Rows of RowError."))),
		op("POST /imports/{id}/undo", "undoImport", paiza.RightUndoImport, "Take an import back as one act", (*API).undoImport, on("/imports/{id}")),

		op("POST /imports/{id}/relabel", "relabelImport", paiza.RightRelabel, "Change how the rows of an import are handled", (*API).relabelImport, on("/imports/{id}")),
		op("GET /imports/{id}/proof", "proveImport", paiza.RightReadSeizure, "A file that proves the history of an import", proveSubject("import"), streams, with(proof200)),

		op("GET /picture/market", "getMarket", paiza.RightReadPicture, "Structure of what was seized, by period", (*API).market),
		op("GET /picture/balance", "getBalance", paiza.RightReadPicture, "Inland, border and transit, by period", (*API).balance),
		op("GET /picture/routes", "getRoutes", paiza.RightReadPicture, "Where consignments came from and went to", (*API).routes),
		op("GET /picture/calendar", "getCalendar", paiza.RightReadPicture, "Who reported when; gaps are gaps", (*API).calendar),
		op("GET /picture/coverage", "getCoverage", paiza.RightReadPicture, "Seizures beside official totals", (*API).coverage),

		op("GET /exports/seizures.csv", "exportSeizuresCSV", paiza.RightExport, "Every matching seizure as CSV", (*API).exportCSV, streams, with(file200("text/csv", "One row a line, headings are the names of the fields of Seizure."))),
		op("GET /exports/seizures.xlsx", "exportSeizuresXLSX", paiza.RightExport, "Every matching seizure as a workbook", (*API).exportXLSX, streams, with(file200(kindXLSX, "A workbook."))),
		op("GET /exports/seizures.ndjson", "exportSeizuresNDJSON", paiza.RightExport, "Every matching seizure, one JSON object a line", (*API).exportNDJSON, streams, with(file200(kindNDJSON, "Rows of Seizure."))),

		op("GET /catalog/substances", "listSubstances", paiza.RightReadCatalog, "List substances", (*API).substances),
		op("GET /catalog/units", "listUnits", paiza.RightReadCatalog, "List units with their conversions", (*API).units),
		op("GET /catalog/countries", "listCountries", paiza.RightReadCatalog, "List states", (*API).countries),
		op("GET /catalog/factors", "listFactors", paiza.RightReadCatalog, "List factors that make a mass of a volume or a count", (*API).factors),
		op("GET /catalog/resolve", "resolveText", paiza.RightReadCatalog, "Explain what a text means", (*API).resolve),

		op("GET /agencies", "listAgencies", signedIn, "List the agencies that share the node", (*API).listAgencies),
		op("POST /agencies", "createAgency", paiza.RightManageAgencies, "Add an agency", (*API).createAgency, answers(http.StatusCreated)),
		op("GET /agencies/{id}", "getAgency", signedIn, "Read one agency", (*API).getAgency),
		op("PUT /agencies/{id}", "updateAgency", paiza.RightManageAgencies, "Change an agency", (*API).updateAgency, on("/agencies/{id}")),

		op("GET /people", "listPeople", paiza.RightManagePeople, "List accounts", (*API).listPeople),
		op("POST /people", "createPerson", paiza.RightManagePeople, "Open an account", (*API).createPerson, secret, answers(http.StatusCreated)),
		op("GET /people/{id}", "getPerson", paiza.RightManagePeople, "Read one account", (*API).getPerson),
		op("PUT /people/{id}", "updatePerson", paiza.RightManagePeople, "Change an account", (*API).updatePerson, on("/people/{id}")),
		op("POST /people/{id}/password", "resetPassword", paiza.RightManagePeople, "Give an account a new password", (*API).resetPassword, secret, answers(http.StatusNoContent)),
		op("GET /people/{id}/sessions", "listSessionsOf", paiza.RightManagePeople, "List where a person is signed in", (*API).listSessionsOf),
		op("DELETE /people/{id}/sessions", "endSessionsOf", paiza.RightManagePeople, "End every session of a person; needs a proof of presence", (*API).endSessionsOf),
		op("GET /colleagues", "listColleagues", signedIn, "List who can be named in a record or a case", (*API).colleagues, inTag("people")),

		op("GET /ledger", "listActs", paiza.RightReadLedger, "List acts, newest first", (*API).listActs),
		op("GET /ledger/checkpoint", "getCheckpoint", paiza.RightReadLedger, "The signed head of the ledger, and its key", (*API).checkpoint),
		op("GET /ledger/proof", "proveActs", paiza.RightReadLedger, "A file that proves entries, checked without the node", (*API).prove, streams, with(file200("text/plain", "A proof for paiza ledger verify."))),
		op("GET /ledger/key", "getLedgerKey", signedIn, "The key with which proofs are checked", (*API).ledgerKey),
		op("GET /ledger/people", "listLedgerPeople", paiza.RightReadLedger, "List who may have acted", (*API).ledgerPeople),
		op("GET /ledger/cosignatures", "getCosignatures", paiza.RightReadLedger, "How far other nodes have cosigned the ledger", (*API).cosigned),
		op("GET /ledger/shown", "listShownLedgers", paiza.RightManagePeers, "List the ledgers of other nodes as they show them here", (*API).shownLedgers),
		op("GET /ledger/{seq}", "getAct", paiza.RightReadLedger, "Read one entry", (*API).getAct),
		op("GET /ledger/{seq}/proof", "proveAct", paiza.RightReadLedger, "A file that proves one entry", (*API).proveAct, streams, with(proof200)),
		op("GET /fsck", "checkStore", paiza.RightOperate, "Prove that figures equal their rows and that the ledger is whole", (*API).fsck, slow),
	}
}

// inTag puts a row into another group than its path says.
func inTag(name string) trait { return func(r *route) { r.tag = name } }

// proof200 describes a proof.
func proof200(o *huma.Operation) { file200("text/plain", "A proof for paiza ledger verify.")(o) }

// file200 describes an answer that is a file.
func file200(kind, about string) func(*huma.Operation) {
	return func(o *huma.Operation) {
		o.Responses = map[string]*huma.Response{"200": {Description: about,
			Content: map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	}
}

// eventStream200 describes a stream of events, with the shape of their data.
func eventStream200(o *huma.Operation) {
	o.Responses = map[string]*huma.Response{"200": {Description: "A stream that does not end. Each event has an id, with which a reader goes on, and data.",
		Content: map[string]*huma.MediaType{kindEvents: {Schema: &huma.Schema{Type: huma.TypeString}}}}}
}
