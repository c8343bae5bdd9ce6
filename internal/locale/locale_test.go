package locale

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/feature/plural"

	"paiza"
)

// texts are all the forms of a message.
func (m message) texts() []string {
	if m.forms == nil {
		return []string{m.text}
	}
	return slices.Collect(maps.Values(m.forms))
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// TestComplete holds every language to the keys and placeholders of English.
func TestComplete(t *testing.T) {
	english := For("en")
	for _, tag := range Languages()[1:] {
		p := For(tag)
		if diff := cmp.Diff(english.Keys(), p.Keys()); diff != "" {
			t.Errorf("keys of %s differ from English (-en +%s):\n%s", tag, tag, diff)
		}
		for key, m := range p.messages {
			en, ok := english.messages[key]
			if !ok || strings.HasPrefix(key, "date.") { // the form of a date is each language's own
				continue
			}
			if (m.forms == nil) != (en.forms == nil) || m.of != en.of {
				t.Errorf("%s: %s counts in one language and not in the other", tag, key)
			}
			want := placeholders(en.text + en.forms[plural.Other])
			for _, text := range m.texts() {
				if got := placeholders(text); !cmp.Equal(got, want) {
					t.Errorf("%s: %s has placeholders %v, English %v", tag, key, got, want)
				}
			}
		}
	}
}

// TestForms holds every sentence that counts to the plural forms of its
// language, no more and no fewer.
func TestForms(t *testing.T) {
	for _, tag := range Languages() {
		p := For(tag)
		want := map[plural.Form]bool{plural.Other: true}
		for n := range 200 {
			want[plural.Cardinal.MatchPlural(p.tongue.tag, n, 0, 0, 0, 0)] = true
		}
		for key, m := range p.messages {
			for _, text := range m.texts() {
				if strings.TrimSpace(text) == "" || strings.Count(text, "{") != strings.Count(text, "}") {
					t.Errorf("%s: %s is empty or has an open bracket: %q", tag, key, text)
				}
			}
			if m.forms == nil {
				continue
			}
			for form := range want {
				if m.forms[form] == "" {
					t.Errorf("%s: %s lacks plural form %d", tag, key, form)
				}
			}
			for form := range m.forms {
				if !want[form] {
					t.Errorf("%s: %s has plural form %d, which the language does not use", tag, key, form)
				}
			}
			found := false
			for _, text := range m.texts() {
				found = found || strings.Contains(text, "{"+m.of+"}")
			}
			if !found {
				t.Errorf("%s: %s counts {%s} and never shows it", tag, key, m.of)
			}
		}
	}
}

func TestPlural(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		n    int64
		want string
	}{
		{"en", 1, "1 row"}, {"en", 0, "0 rows"}, {"en", 1234, "1,234 rows"},
		{"ru", 1, "1 строка"}, {"ru", 2, "2 строки"}, {"ru", 5, "5 строк"}, {"ru", 11, "11 строк"},
		{"ru", 21, "21 строка"}, {"ru", 112, "112 строк"}, {"ru", 257536, "257\u00a0536 строк"},
		{"ru", 10_000_000_001, "10\u00a0000\u00a0000\u00a0001 строка"},
		{"zh", 3, "3行"},
	} {
		if got := For(tt.tag).T("import.rows", "n", tt.n); got != tt.want {
			t.Errorf("%s %d: got %q, want %q", tt.tag, tt.n, got, tt.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		accept, want string
		ok           bool
	}{
		{"ru-RU,ru;q=0.9,en;q=0.5", "ru", true},
		{"zh-CN", "zh", true}, {"zh-Hant-TW", "zh", true},
		{"en-GB", "en", true}, {"", "en", false}, {"ja", "en", false},
		{"kk-KZ, ru;q=0.8", "ru", true},
		{"\xff;;;q=", "en", false}, {strings.Repeat("a,", 5000), "en", false},
	} {
		if got, ok := Match(tt.accept); got != tt.want || ok != tt.ok {
			t.Errorf("Match(%.40q) = %s, %v; want %s, %v", tt.accept, got, ok, tt.want, tt.ok)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, tt := range []struct {
		tag, text string
		places    int
		want      string
	}{
		{"en", "1234567.891", -1, "1,234,567.891"},
		{"ru", "1234567.891", -1, "1\u00a0234\u00a0567,891"},
		{"zh", "1234.5", 3, "1,234.500"},
		{"en", "0.0005", 3, "0.001"}, {"en", "0.0004", 3, "<0.001"}, {"ru", "0.0004", 3, "<0,001"},
		{"en", "0", 3, "0.000"}, {"en", "-0.0001", 3, ">\u22120.001"}, {"en", "-12.25", 1, "\u221212.3"},
		{"en", "0.4", 0, "<1"}, {"en", "999.9996", 3, "1,000.000"},
		{"en", "9223372036854775807", -1, "9,223,372,036,854,775,807"},
		{"en", "three", 3, "three"}, {"en", "1e6", 3, "1e6"}, {"en", "", 3, ""}, {"en", "1.", 2, "1."},
	} {
		if got := For(tt.tag).Decimal(tt.text, tt.places); got != tt.want {
			t.Errorf("%s Decimal(%q, %d) = %q, want %q", tt.tag, tt.text, tt.places, got, tt.want)
		}
	}
}

func TestFigures(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{For("en").Percent(0.1234), "12.3%"},
		{For("ru").Percent(0.1234), "12,3\u00a0%"},
		{For("en").Bytes(999), "999 B"},
		{For("ru").Bytes(24_315_000), "24,3 МБ"},
		{For("en").Date(20140214), "14 Feb 2014"},
		{For("ru").Date(20140214), "14.02.2014"},
		{For("zh").Date(20140214), "2014-02-14"},
		{For("ru").Date(20140200), "февр. 2014"},
		{For("zh").Date(20140000), "2014"},
		{For("en").Date(0), "—"},
		{For("en").Dates(20110000, 20150000), "2011\u2009–\u20092015"},
		{For("ru").Duration(1500 * time.Millisecond), "2 секунды"},
		{For("en").Duration(61 * time.Minute), "61 minutes"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestError(t *testing.T) {
	err := fmt.Errorf("while importing: %w", &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form",
		Err:    errors.New("secret path /var/lib"),
		Fields: []paiza.FieldError{{Field: "date", Key: "error.date", Args: paiza.Args{"value": "31.31.2014"}}}})
	want := "Проверьте отмеченные поля.\nДата: «31.31.2014» — не дата. Пишите 2014, 2014-02 или 2014-02-14."
	if got := For("ru").Error(err); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := For("en").Error(paiza.Forbidden(paiza.RightImport)); got != "Your account lacks a right: import files." {
		t.Errorf("forbidden: %q", got)
	}
	if got := For("en").Error(errors.New("pq: connection refused")); strings.Contains(got, "pq") {
		t.Errorf("an internal error reaches a person: %q", got)
	}
}

func TestCollate(t *testing.T) {
	words := []string{"Япония", "Ёлка", "Афганистан", "Ереван", "Жуковский"}
	SortBy(For("ru"), words, func(s string) string { return s })
	if want := []string{"Афганистан", "Ёлка", "Ереван", "Жуковский", "Япония"}; !cmp.Equal(words, want) {
		t.Errorf("ru: got %v, want %v", words, want)
	}
	words = []string{"中国", "阿富汗", "俄罗斯", "巴西"}
	SortBy(For("zh"), words, func(s string) string { return s })
	if want := []string{"阿富汗", "巴西", "俄罗斯", "中国"}; !cmp.Equal(words, want) {
		t.Errorf("zh: got %v, want %v", words, want)
	}
}
