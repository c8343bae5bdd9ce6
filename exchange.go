package paiza

import (
	"slices"
	"strings"
	"time"
)

// PeerStatus is how far the trust in another node goes.
type PeerStatus string

// The statuses of a peer.
const (
	PeerInvited PeerStatus = "invited" // its card is here; nobody has compared the words yet
	PeerActive  PeerStatus = "active"  // the words agree: messages go both ways
	PeerPaused  PeerStatus = "paused"  // nothing is exchanged until it is made active again
	PeerEnded   PeerStatus = "ended"   // for good; what was exchanged stays
)

// PeerStatuses lists the statuses in the order in which pages show them.
func PeerStatuses() []PeerStatus {
	return []PeerStatus{PeerInvited, PeerActive, PeerPaused, PeerEnded}
}

// Peer is another node with which this one talks, and what was last seen of it.
type Peer struct {
	Node        string // its name for ever
	Name        string
	Names       map[string]string // on its card, by language (BCP 47)
	Body        string            // state by ISO 3166-1 alpha-3, or a body of states
	Status      PeerStatus
	Added       time.Time
	Reason      string // why it was paused or ended
	Authorities []Authority
	Addresses   []string
	Serial      int64     // of its card
	KeyUntil    time.Time // when the key on its card expires
	Contact     time.Time // when it last answered or asked; zero for never
	Tried       time.Time
	Skew        time.Duration // its clock ahead of ours
	Version     int64         // of the protocol that is spoken
	Failed      int64         // tries in a row without success
	Refused     string        // why the last try ended
	Detail      string        // the same for operators
	Round       time.Duration // the last question there and back
	Waiting     int64         // messages that it does not have yet, as far as we know
	Oldest      time.Time     // when the first of them was written; zero when none waits
	Unproven    int64         // messages that no receipt of it speaks of yet
	SetAside    int64         // its messages in quarantine here
	Via         string        // node by which it is reached; empty for a direct link
}

// Authority is one that works on a peer's node. Messages name it by its key.
type Authority struct{ Key, Name string }

// NewNode is what an administrator gives to make this node one that talks to
// others.
type NewNode struct {
	Name      string // of the node, in English
	Names     map[string]string
	Body      string // state by ISO 3166-1 alpha-3, or a body of states
	Addresses []string
	Reason    string
}

// Validate checks the form.
func (in NewNode) Validate() []FieldError {
	var out []FieldError
	if n := strings.TrimSpace(in.Name); n == "" || len(n) > 200 {
		out = append(out, FieldError{Field: "name", Key: "peer.name_form"})
	}
	if n := len(in.Body); n < 2 || n > 16 {
		out = append(out, FieldError{Field: "body", Key: "peer.body_form"})
	}
	if len(in.Addresses) > 8 || slices.ContainsFunc(in.Addresses, func(a string) bool { return !strings.HasPrefix(a, "https://") || len(a) > 200 }) {
		out = append(out, FieldError{Field: "address", Key: "peer.address_form"})
	}
	return out
}

// NodeGroup is a version of a group of nodes. Nobody is in an empty one.
type NodeGroup struct {
	ID      string
	Version int64
	Owner   string // node; empty for this one
	Name    string
	Members []string // nodes
	At      time.Time
}

// DeskNote is a free message between desks of two nodes.
type DeskNote struct {
	ID        string
	Peer      string // the other node
	Incoming  bool
	Thread    string // subject with which the conversation began
	Desk      string // authority to which it is addressed; empty for the node
	Title     string
	Text      string
	Handling  Handling
	Exercise  bool
	Written   time.Time
	Recorded  time.Time // here
	Person    string    // id of who wrote it here
	Author    string    // name of who wrote it
	Version   int64
	Withdrawn bool
	Files     []NodeFile
}

// NodeFile is a file beside a message.
type NodeFile struct {
	ID    string // of its content
	Name  string
	Media string
	Size  int64
	Have  int64  // bytes that are here
	Fault string // why it is not fetched; empty while it is or when it is here
}

// NewDeskNote is what a person gives to write to a desk of another node.
type NewDeskNote struct {
	Peer     string
	Desk     string
	Title    string
	Text     string
	Answers  string // id of the note that it answers
	Purpose  string
	TLP      string
	Exercise bool
	Files    []NewFile
}

// NewFile is a file that goes with a note: its name and where it lies.
type NewFile struct {
	Name, Media, Path string
}

// Limits of a note, in bytes.
const (
	MaxNoteTitle = 300
	MaxNoteText  = 100_000
)

// Validate checks what needs no store.
func (in NewDeskNote) Validate() []FieldError {
	var out []FieldError
	if t := strings.TrimSpace(in.Title); t == "" || len(t) > MaxNoteTitle {
		out = append(out, FieldError{Field: "title", Key: "exchange.note_title_form"})
	}
	if len(in.Text) > MaxNoteText {
		out = append(out, FieldError{Field: "text", Key: "exchange.note_text_form"})
	}
	switch TLP(in.TLP) {
	case "", TLPClear, TLPGreen, TLPAmber:
	default:
		out = append(out, FieldError{Field: "tlp", Key: "exchange.label_stays"})
	}
	if in.Purpose != "" && !slices.Contains(Purposes(), Purpose(in.Purpose)) {
		out = append(out, FieldError{Field: "purpose", Key: "error.choice_unknown", Args: Args{"value": in.Purpose}})
	}
	return out
}

// Delivery is what became of a version of a subject at one peer.
type Delivery struct {
	Peer     string
	Name     string
	Version  int64
	Type     string
	Epoch    uint64
	Seq      uint64
	Queued   time.Time
	Taken    bool      // the peer said that he has it
	Durable  time.Time // when he stated in a receipt that it is durable there
	Notified time.Time // when the officials of the desk were told
	Opened   []Opening
	Refused  string // why he set it aside
	Withheld string // why its content did not leave
	Relayed  []Relayed
}

// Relayed is what a node that carries sealed parcels said of one in which a
// message travelled.
type Relayed struct {
	Node   string
	Event  string // RelayAcceptance, RelayRejection or RelayFailure
	At     time.Time
	Reason string // of a rejection or a failure
}

// RelayPair are two nodes for which this one carries parcels, in either
// direction. Both names are empty for all members of the trust directory.
type RelayPair struct {
	A, B   string
	Reason string
	Person string
	At     time.Time
}

// RelayFlow is what this node carries from one node to another.
type RelayFlow struct {
	From, To string
	Parcels  int64     // carried so far
	Bytes    int64     // of those
	Waiting  int64     // parcels that are here now
	Size     int64     // of those, in bytes
	Oldest   time.Time // when the first of those came; zero when none waits
	Failed   int64     // that came back to the sender
	Refused  int64     // that were not taken
	Reason   string    // why the last one was refused or came back
	At       time.Time // of the last one taken or refused
}

// Opening is that a named official opened a message.
type Opening struct {
	Official string
	At       time.Time
}

// Arrival is a message of a peer's log as it lies here.
type Arrival struct {
	Peer     string
	Epoch    uint64
	Seq      uint64
	Received time.Time
	Type     string
	Subject  string // what it is here, such as seizure/12; empty when set aside
	Version  int64
	Desk     string
	Refused  string    // why it was set aside
	Notified time.Time // when its desk was told here; zero for not yet
	Opened   []Opening // by officials of this node
}
