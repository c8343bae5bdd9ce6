package paiza

import (
	"strconv"
	"time"
)

// Event says that something was done to something. It carries no content: who
// is told reads the subject with his own rights. Events are entries of the
// ledger; nothing is written twice.
type Event struct {
	Seq     int64 // of the ledger entry; events of one reader need not follow each other
	At      time.Time
	Type    string // as in the ledger: seizure.record, import.run …
	Subject string // seizure/12
	Version int64  // of the subject after the act; 0 where it has none
	TLP     TLP    // of the subject as it is handled now; empty where it has no label
}

// ID is the event's name: the same wherever and however often it is told.
func (e Event) ID() string { return strconv.FormatInt(e.Seq, 10) }

// maxEventID bounds the text of a number.
const maxEventID = 19

// ParseEventID reads the number of an event, as a reader gives it back to go on
// after it. Empty is 0: from the beginning.
func ParseEventID(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || len(text) > maxEventID || strconv.FormatInt(n, 10) != text {
		return 0, &Error{Kind: ErrInvalid, Key: "event.number", Fields: []FieldError{{Field: "after", Key: "event.number"}}}
	}
	return n, nil
}
