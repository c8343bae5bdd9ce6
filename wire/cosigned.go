package wire

import "time"

// Cosigned is how far other nodes have cosigned the ledger.
type Cosigned struct {
	Entries int64      `json:"entries" doc:"Of the ledger now."`
	Upto    int64      `json:"upto" doc:"Entries that at least one node cosigned; 0 for none."`
	By      []Cosigner `json:"by"`
}

// Cosigner is a node and how far it has cosigned the ledger.
type Cosigner struct {
	Node    string    `json:"node"`
	Name    string    `json:"name"`
	Entries int64     `json:"entries" doc:"Of the newest head that it cosigned."`
	At      time.Time `json:"at" doc:"When, as it says."`
}

// ShownLedgerList is the ledgers of other nodes as they show them here.
type ShownLedgerList struct {
	Ledgers []ShownLedger `json:"ledgers"`
}

// ShownLedger is the ledger of another node as it shows it here.
type ShownLedger struct {
	Node    string       `json:"node"`
	Name    string       `json:"name"`
	Log     string       `json:"log" example:"paiza.ledger/0011223344556677"`
	Entries int64        `json:"entries"`
	Root    string       `json:"root"`
	At      time.Time    `json:"at" doc:"When that head came."`
	Aside   *AsideLedger `json:"aside,omitempty" doc:"A head that does not continue it."`
}

// AsideLedger is a head that does not continue what its node showed before.
type AsideLedger struct {
	Entries  int64      `json:"entries"`
	Root     string     `json:"root"`
	At       time.Time  `json:"at"`
	Reason   string     `json:"reason" example:"ledger was rewritten"`
	Restored *time.Time `json:"restored,omitempty" doc:"When the node says that its ledger was put back from a backup."`
	Shown    string     `json:"shown" doc:"The signed note of the head that counted then."`
	Other    string     `json:"other" doc:"The signed note of the one that contradicts it."`
}
