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
		op("GET /account", "getAccount", signedIn, "Who asks, with the rights he has now", (*API).account),

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
		op("GET /totals", "listTotals", paiza.RightReadSeizure, "List official yearly figures, newest year first", (*API).listTotals),

		op("POST /uploads", "uploadFile", paiza.RightImport, "Give the node a file", (*API).upload, streams, answers(http.StatusCreated), with(rawBody)),
		op("GET /uploads/{id}/layout", "getLayout", paiza.RightImport, "Find out how an uploaded file is written, or propose a layout", (*API).getLayout, slow),
		op("POST /imports/dry-run", "dryRunImport", paiza.RightImport, "Read a whole uploaded file and change nothing", (*API).dryRun, slow, secret),
		op("POST /imports", "startImport", paiza.RightImport, "Take an uploaded file in; poll Location, or wait with Prefer", (*API).startImport, slow, answers(http.StatusAccepted)),
		op("GET /imports", "listImports", paiza.RightReadSeizure, "List imports, newest first", (*API).listImports),
		op("GET /imports/{id}", "getImport", paiza.RightReadSeizure, "Read one import with its progress and first refused rows", (*API).getImport),
		op("GET /imports/{id}/errors", "listImportErrors", paiza.RightReadSeizure, "Every refused and set-aside row, one JSON object a line", (*API).importErrors, streams, with(file200(kindNDJSON, "Rows of RowError."))),
		op("POST /imports/{id}/undo", "undoImport", paiza.RightUndoImport, "Take an import back as one act", (*API).undoImport, on("/imports/{id}")),

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

		op("GET /people", "listPeople", paiza.RightManagePeople, "List accounts", (*API).listPeople),
		op("POST /people", "createPerson", paiza.RightManagePeople, "Open an account", (*API).createPerson, secret, answers(http.StatusCreated)),
		op("GET /people/{id}", "getPerson", paiza.RightManagePeople, "Read one account", (*API).getPerson),
		op("PUT /people/{id}", "updatePerson", paiza.RightManagePeople, "Change an account", (*API).updatePerson, on("/people/{id}")),
		op("POST /people/{id}/password", "resetPassword", paiza.RightManagePeople, "Give an account a new password", (*API).resetPassword, secret, answers(http.StatusNoContent)),

		op("GET /ledger", "listActs", paiza.RightReadLedger, "List acts, newest first", (*API).listActs),
		op("GET /ledger/checkpoint", "getCheckpoint", paiza.RightReadLedger, "The signed head of the ledger, and its key", (*API).checkpoint),
		op("GET /ledger/proof", "proveActs", paiza.RightReadLedger, "A file that proves entries, checked without the node", (*API).prove, streams, with(file200("text/plain", "A proof for paiza ledger verify."))),
		op("GET /fsck", "checkStore", paiza.RightOperate, "Prove that figures equal their rows and that the ledger is whole", (*API).fsck, slow),
	}
}

// inTag puts a row into another group than its path says.
func inTag(name string) trait { return func(r *route) { r.tag = name } }

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
