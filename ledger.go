package paiza

import "time"

// ActFilter says which acts of the ledger are asked for. What is empty does not
// narrow.
type ActFilter struct {
	Subject string // exactly: seizure/12
	Person  string // id of who acted
	Agency  string // id of his agency at that time
	Action  string
	From    time.Time // at or after
	Until   time.Time // before
}
