package ingest

import (
	"bytes"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"

	xunicode "golang.org/x/text/encoding/unicode"
)

// The names of the encodings, as in the IANA registry, lower case.
const (
	encUTF8    = "utf-8"
	encUTF16LE = "utf-16le"
	encUTF16BE = "utf-16be"
	encUTF32LE = "utf-32le"
	encUTF32BE = "utf-32be"
	encCP1251  = "windows-1251"
	encKOI8R   = "koi8-r"
	encCP866   = "ibm866"
	encISO5    = "iso-8859-5"
	encGB18030 = "gb18030"
	encCP1252  = "windows-1252"
	encLatin1  = "iso-8859-1"
	encCP850   = "ibm850"
	encMac     = "macintosh"
)

// encodingOf gives the decoder of a name; nil for UTF-8.
func encodingOf(name string) encoding.Encoding {
	switch name {
	case encUTF16LE:
		return xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM)
	case encUTF16BE:
		return xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM)
	case encUTF32LE:
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case encUTF32BE:
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	case encCP1251:
		return charmap.Windows1251
	case encKOI8R:
		return charmap.KOI8R
	case encCP866:
		return charmap.CodePage866
	case encISO5:
		return charmap.ISO8859_5
	case encGB18030:
		return simplifiedchinese.GB18030
	case encCP1252:
		return charmap.Windows1252
	case encLatin1:
		return charmap.ISO8859_1
	case encCP850:
		return charmap.CodePage850
	case encMac:
		return charmap.Macintosh
	}
	return nil
}

// decoded reads r as UTF-8 without a byte order mark. Bytes that the encoding
// does not have come out as U+FFFD (other encodings) or as they are (UTF-8):
// csvReader refuses both.
func decoded(r io.Reader, name string) io.Reader {
	if enc := encodingOf(name); enc != nil {
		r = transform.NewReader(r, enc.NewDecoder())
	}
	return &unmarked{r: r}
}

// unmarked takes the byte order mark off a UTF-8 text, and gives the line ends
// of old Macintosh files (CR alone) as LF when lone is set.
type unmarked struct {
	r    io.Reader
	done bool
	rest []byte
	lone bool
}

func (u *unmarked) Read(b []byte) (int, error) {
	if !u.done {
		u.done = true
		head := make([]byte, 3)
		n, err := io.ReadFull(u.r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return 0, err
		}
		u.rest = bytes.TrimPrefix(head[:n], []byte("\ufeff"))
	}
	n, err := 0, error(nil)
	if len(u.rest) > 0 {
		n = copy(b, u.rest)
		u.rest = u.rest[n:]
	} else {
		n, err = u.r.Read(b)
	}
	if u.lone {
		for i := range b[:n] {
			if b[i] == '\r' {
				b[i] = '\n'
			}
		}
	}
	return n, err
}

// detectEncoding guesses the encoding of a sample of a file; more says that the
// file goes on after it. A sample that is no text at all is an error.
func detectEncoding(b []byte, more bool) (string, error) {
	for _, m := range []struct{ mark, name string }{
		{"\xef\xbb\xbf", encUTF8}, {"\xff\xfe\x00\x00", encUTF32LE}, {"\x00\x00\xfe\xff", encUTF32BE},
		{"\xff\xfe", encUTF16LE}, {"\xfe\xff", encUTF16BE},
	} {
		if bytes.HasPrefix(b, []byte(m.mark)) {
			return m.name, nil
		}
	}
	if bytes.IndexByte(b, 0) >= 0 {
		if name := unmarkedUTF16(b); name != "" {
			return name, nil
		}
		return "", fail("ingest.binary", nil)
	}
	if validUTF8(b, more) {
		if looksBinary(string(b)) {
			return "", fail("ingest.binary", nil)
		}
		return encUTF8, nil
	}
	if mostlyUTF8(b) { // the reader names the row that is not
		return encUTF8, nil
	}
	text := highLines(b)
	best, bestScore := "", 0.0
	for _, name := range []string{encCP1251, encKOI8R, encCP866, encISO5, encCP1252, encCP850, encMac} {
		s, err := encodingOf(name).NewDecoder().Bytes(text)
		if err != nil {
			continue
		}
		if score := letterScore(string(s)); best == "" || score > bestScore {
			best, bestScore = name, score
		}
	}
	// Russian in capitals or in words of even length is valid GB 18030 too, but
	// Chinese never reads like Russian.
	if gb := gbScore(text, more); gb > 0.5 && (bestScore < 0.2 || gb > 0.9 && bestScore < 0.7) {
		return encGB18030, nil
	}
	s, _ := encodingOf(best).NewDecoder().Bytes(b)
	if looksBinary(string(s)) {
		return "", fail("ingest.binary", nil)
	}
	if best == encCP1252 && !has(b, 0x80, 0x9f) {
		return encLatin1, nil
	}
	return best, nil
}

// validUTF8 allows for a last rune that the end of the sample cuts.
func validUTF8(b []byte, more bool) bool {
	if more {
		for i := 1; i <= 3 && i <= len(b); i++ {
			if utf8.RuneStart(b[len(b)-i]) {
				if !utf8.FullRune(b[len(b)-i:]) {
					b = b[:len(b)-i]
				}
				break
			}
		}
	}
	return utf8.Valid(b)
}

// mostlyUTF8 reports a UTF-8 text with a few bytes that are not: a file put
// together from two, or damaged. Texts in other encodings hold hardly a valid
// sequence.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good >= 8 && good >= 3*bad
}

func has(b []byte, from, to byte) bool {
	for _, c := range b {
		if c >= from && c <= to {
			return true
		}
	}
	return false
}

// looksBinary reports that a decoded sample has too many control characters for a
// text.
func looksBinary(s string) bool {
	control := 0
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' && r != '\v' && r != 0x1a {
			control++
		}
	}
	return control > 3 && control*200 > len(s)
}

// unmarkedUTF16 tells UTF-16 without a byte order mark by reading it both ways:
// read the wrong way, letters become rare or unassigned characters.
func unmarkedUTF16(b []byte) string {
	if len(b)%2 == 1 {
		b = b[:len(b)-1]
	}
	best, bestShare := "", 0.0
	for _, name := range []string{encUTF16LE, encUTF16BE} {
		s, err := encodingOf(name).NewDecoder().Bytes(b)
		if err != nil {
			continue
		}
		good, all := 0, 0
		for _, r := range string(s) {
			all++
			switch {
			case r == utf8.RuneError || r == 0:
			case r >= ' ' && r < 0x2000 && unicode.IsPrint(r), r == '\n', r == '\r', r == '\t':
				good++
			case r >= 0x2000 && r < 0x2070, r >= 0x3000 && r < 0x3040, r == '№':
				good++
			case strings.ContainsRune(commonHan, r):
				good++
			}
		}
		if share := float64(good) / float64(max(all, 1)); share > bestShare {
			best, bestShare = name, share
		}
	}
	if bestShare < 0.7 {
		return ""
	}
	return best
}

// highLines keeps the lines that have bytes outside ASCII, up to 64 kB of them:
// the rest says nothing about the encoding.
func highLines(b []byte) []byte {
	var out []byte
	for line := range bytes.Lines(b) {
		if has(line, 0x80, 0xff) {
			out = append(out, line...)
		}
		if len(out) > 64<<10 {
			break
		}
	}
	return out
}

// gbScore is how much like Chinese in GB 18030 the text is: the share of its
// characters outside ASCII that are common Han characters or Chinese marks,
// with half a point for the other characters of GB 2312 level 1. It is 0 when
// the bytes are not valid.
func gbScore(b []byte, more bool) float64 {
	all, score := 0, 0.0
	for i := 0; i < len(b); {
		lead := b[i]
		if lead < 0x80 {
			i++
			continue
		}
		if i+1 >= len(b) {
			if more {
				break
			}
			return 0
		}
		trail := b[i+1]
		if lead == 0x80 || lead == 0xff {
			return 0
		}
		if trail >= '0' && trail <= '9' {
			if i+3 >= len(b) || b[i+2] < 0x81 || b[i+3] < '0' || b[i+3] > '9' {
				return 0
			}
			i += 4
			all++
			continue
		}
		if trail < 0x40 || trail == 0x7f || trail == 0xff {
			return 0
		}
		all++
		r, _ := simplifiedchinese.GB18030.NewDecoder().Bytes(b[i : i+2])
		c, _ := utf8.DecodeRune(r)
		switch {
		case strings.ContainsRune(commonHan, c):
			score++
		case lead == 0xa1 || lead == 0xa3:
			score += 0.8
		case lead >= 0xb0 && lead <= 0xd7 && trail >= 0xa1:
			score += 0.55
		}
		i += 2
	}
	if all == 0 {
		return 0
	}
	return score / float64(all)
}
