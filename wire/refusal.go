package wire

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"paiza"
)

// Reason is why something was not taken. Both sides see it. The list is
// append-only: other nodes read it, and a reason that a node does not know is
// shown as it is.
type Reason string

// Reasons for which a batch, a card or a file is not taken at all.
const (
	ReasonTruncated  Reason = "truncated"
	ReasonMalformed  Reason = "malformed"
	ReasonLimit      Reason = "over a limit"
	ReasonVersion    Reason = "unsupported version"
	ReasonSuite      Reason = "unsupported suite"
	ReasonRecipient  Reason = "wrong recipient"
	ReasonSender     Reason = "unknown sender"
	ReasonKey        Reason = "unknown key"
	ReasonKeyExpired Reason = "key not valid at that time"
	ReasonKeyRevoked Reason = "key revoked"
	ReasonSignature  Reason = "bad signature"
	ReasonAltered    Reason = "altered"
	ReasonSealed     Reason = "cannot be opened"
	ReasonPadding    Reason = "bad padding"
	ReasonChain      Reason = "wrong chain"
	ReasonGap        Reason = "gap"
	ReasonFork       Reason = "fork"
	ReasonBusy       Reason = "busy"
	ReasonTrust      Reason = "not trusted now"
	ReasonRollback   Reason = "older than what is known"
	ReasonThreshold  Reason = "too few signatures"
	ReasonExpired    Reason = "expired"
	ReasonAbsent     Reason = "not there"
	ReasonConflict   Reason = "contradicts an earlier statement"
	ReasonRelay      Reason = "not relayed for these two nodes"
	ReasonReturned   Reason = "not collected in time"
)

// Reasons for which one message is set aside in quarantine while its log goes
// on.
const (
	ReasonUnreadable   Reason = "unreadable message" // decodes in no version known here
	ReasonPosition     Reason = "wrong position"     // says another place in the log than its own
	ReasonType         Reason = "unknown type"
	ReasonHandling     Reason = "handling not known or not allowed"
	ReasonGroup        Reason = "unknown group"
	ReasonNotMember    Reason = "not in the group"
	ReasonVersionTaken Reason = "subject version taken" // with another content
	ReasonOwner        Reason = "not the owner of the subject"
	ReasonWithheld     Reason = "withheld by the sender"
	ReasonExercise     Reason = "exercise and real traffic do not mix"
)

// Reasons lists every reason that this node gives.
func Reasons() []Reason {
	return []Reason{
		ReasonTruncated, ReasonMalformed, ReasonLimit, ReasonVersion, ReasonSuite, ReasonRecipient,
		ReasonSender, ReasonKey, ReasonKeyExpired, ReasonKeyRevoked, ReasonSignature, ReasonAltered,
		ReasonSealed, ReasonPadding, ReasonChain, ReasonGap, ReasonFork, ReasonBusy,
		ReasonTrust, ReasonRollback, ReasonThreshold, ReasonExpired, ReasonAbsent, ReasonConflict,
		ReasonUnreadable, ReasonPosition, ReasonType, ReasonHandling, ReasonGroup, ReasonNotMember,
		ReasonVersionTaken, ReasonOwner, ReasonWithheld, ReasonExercise, ReasonRelay, ReasonReturned,
	}
}

// Key names the reason for package locale.
func (r Reason) Key() string { return "reason." + strings.ReplaceAll(string(r), " ", "_") }

// Refusal says that bytes from elsewhere were not taken, and why. Detail is for
// operators and holds no content. After says how long the other side should
// wait before it asks again; zero when asking again is of no use or needs no
// wait.
type Refusal struct {
	Reason Reason
	Detail string
	After  time.Duration
}

func refuse(reason Reason, format string, args ...any) error {
	return &Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// Error gives the reason and the detail.
func (r *Refusal) Error() string {
	if r.Detail == "" {
		return string(r.Reason)
	}
	return string(r.Reason) + ": " + r.Detail
}

// Unwrap gives the kind of refusal that the rest of the program knows.
func (r *Refusal) Unwrap() error {
	switch r.Reason {
	case ReasonBusy:
		return paiza.ErrUnavailable
	case ReasonTrust, ReasonSender, ReasonKeyRevoked, ReasonKeyExpired:
		return paiza.ErrForbidden
	case ReasonGap, ReasonFork, ReasonConflict, ReasonRollback:
		return paiza.ErrConflict
	case ReasonAbsent:
		return paiza.ErrNotFound
	}
	return paiza.ErrInvalid
}

// ReasonOf is the reason of a refusal, empty for any other error.
func ReasonOf(err error) Reason {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return ""
}

const (
	maxReason = 64
	maxDetail = 500
)

const magicRefusal = "PZF1"

// Encode gives the bytes in which a refusal travels.
func (r *Refusal) Encode() []byte {
	w := &writer{}
	w.raw([]byte(magicRefusal))
	w.text(clip(string(r.Reason), maxReason))
	w.text(clip(r.Detail, maxDetail))
	w.u32(uint32(min(max(r.After, 0), 24*time.Hour) / time.Millisecond))
	return w.b
}

// ParseRefusal reads a refusal of another node.
func ParseRefusal(raw []byte) (*Refusal, error) {
	r := &reader{b: raw}
	r.magic(magicRefusal)
	out := &Refusal{Reason: Reason(r.text(maxReason)), Detail: r.text(maxDetail)}
	out.After = time.Duration(r.u32()) * time.Millisecond
	if out.After > 24*time.Hour {
		r.fail(ReasonLimit, "a wait of more than a day")
	}
	if out.Reason == "" {
		r.fail(ReasonMalformed, "a refusal without a reason")
	}
	return out, r.done()
}

// clip makes s plain and at most n bytes long.
func clip(s string, n int) string {
	var b []byte
	for _, c := range s {
		if t := string(c); !plain(t) {
			c = '?'
		}
		if t := string(c); len(b)+len(t) <= n {
			b = append(b, t...)
		} else {
			break
		}
	}
	return string(b)
}
