package wire

import (
	"encoding/base32"
	"fmt"
	"strings"
)

const (
	armourBegin = "-----BEGIN PAIZA "
	armourEnd   = "-----END PAIZA "
	armourDash  = "-----"
	armourLine  = 30 // bytes, which are 48 letters
	// MaxArmour is the most bytes of a text that is read back.
	MaxArmour = 4 * MaxCard
)

// read32 is Crockford's base 32: no I, L, O and U, which are misread.
var read32 = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Armour gives bytes as text that passes through mail, paper and dictation:
// lines of eight groups of six letters and digits, and two more that check the
// line, so that a slip is found on the line where it is. title says what it is,
// in capitals.
func Armour(title string, raw []byte) string {
	var b strings.Builder
	b.WriteString(armourBegin + title + armourDash + "\n")
	for n := 0; n*armourLine < len(raw); n++ {
		part := raw[n*armourLine : min((n+1)*armourLine, len(raw))]
		for s := read32.EncodeToString(part); s != ""; {
			k := min(6, len(s))
			b.WriteString(s[:k] + " ")
			s = s[k:]
		}
		b.WriteString(lineCheck(n, part) + "\n")
	}
	b.WriteString(armourEnd + title + armourDash + "\n")
	return b.String()
}

func lineCheck(n int, part []byte) string {
	h := sum("paiza line 1", []byte{byte(n >> 8), byte(n)}, part)
	return read32.EncodeToString(h[:2])[:2]
}

// Unarmour reads what Armour wrote, in whatever case and spacing, with O for 0
// and I or L for 1, and whatever text around it.
func Unarmour(title, text string) ([]byte, error) {
	if len(text) > MaxArmour {
		return nil, refuse(ReasonLimit, "a text of %d bytes", len(text))
	}
	_, rest, found := strings.Cut(text, armourBegin+title+armourDash)
	body, _, ended := strings.Cut(rest, armourEnd+title+armourDash)
	if !found || !ended {
		return nil, refuse(ReasonMalformed, "there is no %s in the text", title)
	}
	mend := strings.NewReplacer(" ", "", "\t", "", "\r", "", "O", "0", "I", "1", "L", "1")
	var out []byte
	n := 0
	for _, line := range strings.Split(body, "\n") {
		line = mend.Replace(strings.ToUpper(line))
		if line == "" {
			continue
		}
		part, err := readLine(n, line)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
		n++
	}
	return out, nil
}

func readLine(n int, line string) ([]byte, error) {
	wrong := refuse(ReasonMalformed, "line %d is not what was written: %s", n+1, fmt.Sprintf("%.60s", clip(line, 60)))
	if len(line) < 3 {
		return nil, wrong
	}
	text, check := line[:len(line)-2], line[len(line)-2:]
	part, err := read32.DecodeString(text)
	if err != nil || len(part) > armourLine || read32.EncodeToString(part) != text || lineCheck(n, part) != check {
		return nil, wrong
	}
	return part, nil
}
