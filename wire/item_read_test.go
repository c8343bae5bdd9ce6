package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"testing"
)

// readAsJSON is what parseItem did before readItem: encoding/json reads the body
// and what it gives is written again.
func readAsJSON(raw []byte, x any) bool {
	if json.Unmarshal(raw, x) != nil {
		return false
	}
	again, err := encodeItem(x, nil)
	return err == nil && bytes.Equal(raw, again)
}

// rare are marks that readItem leaves to encoding/json.
var rare = regexp.MustCompile(`\\[ubfr]`)

// FuzzReadItem: readItem and encoding/json read the same in every body that is in
// the one form, and readItem reads each of those that a node writes by itself.
func FuzzReadItem(f *testing.F) {
	f.Add([]byte(`{"title":"On the parcel","text":"First \"line\"\nsecond\t<line> \\ и далее","author":"Дежурный","written":1}`))
	f.Add([]byte(`{"title":"t","author":"a","written":-7}`))
	f.Add([]byte("{\"title\":\"one\u2028two\",\"author\":\"a\",\"written\":0}"))
	f.Add([]byte(`{"title":"one\u2028two","author":"a","written":0}`))
	f.Add([]byte(`{"title":"\ufffd","author":"\ud800","written":00}`))
	f.Add([]byte(`{"title":"a","title":"b","author":"a","written":1}`))
	f.Add([]byte(`{"kind":"substance","urgency":"routine","title":"t","exercise":true,"recorded":1}`))
	f.Add([]byte(`{"kind":"substance","urgency":"routine","title":"t","exercise":false,"recorded":1}`))
	f.Add([]byte(`{"reason":"recorded twice"}`))
	f.Add([]byte(`{}`))
	f.Add([]byte(`{,"title":"t","author":"a","written":1}`))
	f.Add([]byte(`{"date":20240305,"country":"KAZ","routing":"inland","basis":"stated","substance":"heroin","base":1200000000,"count":1,"recorded":1709640000000}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, typ := range []any{NoteItem{}, AlertItem{}, SeizureItem{}, Tombstone{}} {
			quick, slow := reflect.New(reflect.TypeOf(typ)).Interface(), reflect.New(reflect.TypeOf(typ)).Interface()
			if !readAsJSON(raw, slow) {
				continue
			}
			switch read := readItem(raw, quick); {
			case read && !reflect.DeepEqual(quick, slow):
				t.Errorf("%s\nis %+v\nnot %+v", raw, quick, slow)
			case !read && !rare.Match(raw):
				t.Errorf("%s is not read at once", raw)
			}
		}
	})
}
