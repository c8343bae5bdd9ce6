package locale

import "testing"

// FuzzMatch: whatever a browser says it likes, the answer is a language of ours.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"ru-RU,ru;q=0.9,en;q=0.8", "zh-Hans-CN", "*", ";;q=", "x-\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		if tag, _ := Match(accept); !Known(tag) {
			t.Errorf("%q gives %q", accept, tag)
		}
	})
}
