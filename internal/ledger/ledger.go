// Package ledger makes the record of acts provable. Every act is a leaf of an
// append-only Merkle tree (RFC 6962 §2.1, RFC 9162 §2.1); the tree's head is
// signed as a checkpoint after every act. With a checkpoint in his hand anybody
// can check, without network and without the database, that an entry stands in
// the log and that the log only grew.
//
// The package computes and checks: it reads and writes no database (package
// store does) and decides nothing (package desk does). Read leaf.go for what an
// entry says, tree.go for the tree, checkpoint.go for the signed head, cosign.go for
// the signatures of other nodes under it, turn.go for a change of its key, proof.go
// for the file that a person hands to a court.
package ledger

import "fmt"

// Fault is what a check of the ledger found. Kind is a word for programs and
// the last part of a sentence's key; At is the number of the entry (or of the
// tree's hash) at which it shows.
type Fault struct {
	Kind string // one of the constants below
	At   int64
	Want int64  // how many entries there should be, for FaultCut and FaultAdded
	By   string // who cosigned, for FaultCosigned
}

// The kinds of fault.
const (
	FaultMissing    = "missing"    // an entry is not there, or the order is broken
	FaultChanged    = "changed"    // an entry is not what was signed
	FaultTree       = "tree"       // a hash of the tree is not what its entries give
	FaultCut        = "cut"        // the log is shorter than its checkpoint
	FaultAdded      = "added"      // the log is longer than its checkpoint
	FaultHead       = "head"       // the tree is not the one of the checkpoint
	FaultCheckpoint = "checkpoint" // the checkpoint is missing or not signed by the key
	FaultTurn       = "turn"       // a change of the key is not signed by both keys, or not in the log
	FaultHistory    = "history"    // the log is not a continuation of an earlier checkpoint
	FaultCosigned   = "cosigned"   // the same, of one that other nodes cosigned
)

// Error says the fault in English, for logs and fsck.
func (f *Fault) Error() string {
	switch f.Kind {
	case FaultMissing:
		return fmt.Sprintf("ledger entry %d is missing or out of order", f.At)
	case FaultChanged:
		return fmt.Sprintf("ledger entry %d was changed", f.At)
	case FaultTree:
		return fmt.Sprintf("hash %d of the ledger's tree was changed or removed", f.At)
	case FaultCut:
		return fmt.Sprintf("the ledger ends at entry %d and should end at %d: entries were cut off", f.At, f.Want)
	case FaultAdded:
		return fmt.Sprintf("the ledger ends at entry %d and should end at %d: entries were added outside Paiza", f.At, f.Want)
	case FaultHead:
		return fmt.Sprintf("the ledger of %d entries is not the one that its checkpoint signs", f.At)
	case FaultCosigned:
		return fmt.Sprintf("the ledger is not the one that %s cosigned at entry %d", f.By, f.At)
	case FaultTurn:
		return fmt.Sprintf("the change of the ledger's key at entry %d does not hold", f.At)
	case FaultHistory:
		return fmt.Sprintf("the ledger is not a continuation of the checkpoint at entry %d", f.At)
	}
	return "the ledger's checkpoint is missing or not signed by the node's ledger key"
}

// Args are the figures of the fault, for its sentence.
func (f *Fault) Args() map[string]any { return map[string]any{"at": f.At, "want": f.Want, "by": f.By} }
