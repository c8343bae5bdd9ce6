package backup

import (
	"bytes"
	"testing"
)

// FuzzParseKey: a file that is named as the key of a backup may be any file.
func FuzzParseKey(f *testing.F) {
	f.Add([]byte("# created\nAGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ\n"))
	f.Add([]byte("\xff\xfe\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = ParseKey(bytes.NewReader(raw))
	})
}
