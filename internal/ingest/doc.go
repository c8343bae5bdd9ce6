// Package ingest takes files in: it finds out how a file is written (container,
// encoding, delimiter, header row), matches it with a profile that says what
// its columns mean, and turns its rows into seizures or official totals with a
// reason for every row that cannot be used.
//
// It stores nothing and decides nothing about rights: package desk calls Open,
// shows a person what was recognised or proposed, and then calls Read, whose
// batches it writes so that they count only together. Read emits rows as it goes and may fail
// late (a truncated archive, bytes that are not in the encoding), so that the
// caller must keep nothing of a file whose Read returned an error. Names of
// substances, units and places are resolved by package catalog; ingest only
// asks it.
//
// Files are not trusted: sizes, ratios, cells, columns and rows are bounded
// (limits.go), and the decoders are fuzzed. Memory does not grow with the file
// but for 12 to 18 bytes a row that tell repeated rows apart.
//
// Read open.go first, then profile.go for what a layout is, read.go for the
// stream of rows, normalise.go for how a row becomes a seizure, and key.go for
// why importing a file twice changes nothing. Every sentence a person may get
// from here is a key in messages.go.
package ingest
