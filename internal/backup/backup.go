// Package backup seals a copy of a store into one file and opens it again. The
// file is an age file (age-encryption.org/v1) around a gzip stream around the
// copy, so that without Paiza it opens with the programs age and gunzip.
//
// The package knows bytes and keys and nothing of stores: it does not make the
// copy, does not say whether the copy is sound and does not decide who may have
// it. Read seal.go for the file, key.go for whose keys open it. Why it is as it
// is stands in docs/design/backup.md.
package backup

import (
	"regexp"
	"time"
)

// Tail is how the name of a sealed backup ends.
const Tail = ".backup.age"

var nameForm = regexp.MustCompile(`^paiza-\d{8}-\d{6}\.backup\.age$`)

// Name is the name of the backup of a moment: paiza-YYYYMMDD-HHMMSS.backup.age,
// in UTC.
func Name(at time.Time) string { return "paiza-" + at.UTC().Format("20060102-150405") + Tail }

// IsName reports whether Name makes such a name. Nothing else in a folder is
// ever touched.
func IsName(name string) bool { return nameForm.MatchString(name) }
