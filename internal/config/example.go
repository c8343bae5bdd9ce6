package config

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Example writes a file with every key at its default, each with a sentence
// from say, which is asked for config.key.<path> and, for a table,
// config.section.<name>. Keys stand behind a # so that the file changes
// nothing; a test reads it with the # taken away.
func Example(w io.Writer, say func(key string) string) error {
	var b strings.Builder
	comment(&b, say("config.section.file"))
	section := ""
	for _, k := range Keys() {
		if k.Section() != section {
			section = k.Section()
			b.WriteString("\n")
			comment(&b, say("config.section."+section))
			fmt.Fprintf(&b, "[%s]\n", section)
		}
		comment(&b, say("config.key."+k.Path))
		fmt.Fprintf(&b, "#%s = %s\n", k.Name(), k.Text())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// comment writes lines of at most about 100 letters.
func comment(b *strings.Builder, text string) {
	for line := range strings.Lines(text) {
		words, width := strings.Fields(line), 0
		for i, w := range slices.All(words) {
			switch n := len([]rune(w)); {
			case i == 0:
				b.WriteString("# " + w)
				width = n
			case width+n > 100:
				b.WriteString("\n# " + w)
				width = n
			default:
				b.WriteString(" " + w)
				width += n + 1
			}
		}
		b.WriteString("\n")
	}
}
