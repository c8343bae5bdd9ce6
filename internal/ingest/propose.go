package ingest

// Propose guesses what the columns of an unknown layout mean from their
// headings and values, with a confidence and a reason for each.
func (f *File) Propose() *Profile { return nil }
