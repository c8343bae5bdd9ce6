package paiza

import "time"

// BackupState says what is known of a backup that this node made.
type BackupState string

// The states of a backup.
const (
	BackupGood    BackupState = "good"    // it was proved, and its file has not changed since
	BackupChanged BackupState = "changed" // its file is not the one that was proved
	BackupMissing BackupState = "missing" // its file is not where it was written
	BackupUnknown BackupState = "unknown" // a file in the folder that this store did not write
	BackupDropped BackupState = "dropped" // removed when newer ones had taken its place
)

// Backup is what a node knows of a backup that it made: enough to find it, to
// see whether its file is still what was proved, and to know whose keys open
// it. None of it opens the file.
type Backup struct {
	ID      string
	Name    string // of the file, without its folder
	Folder  string
	Made    time.Time
	Size    int64  // bytes of the file
	SHA256  string // of the file, hexadecimal
	Plain   int64  // bytes of the store's copy inside
	Rows    int64  // seizures in it
	Entries int64  // of the ledger in it
	// Recipients are the public keys whose holders can open it; empty for one
	// that a passphrase opens.
	Recipients []string
	State      BackupState
	Checked    time.Time // when its file was last read and compared
}
