package report

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// look is what tells the styles of cells apart.
type look struct {
	format             string
	right, head, prose bool
}

func (b *book) style(k look) (int, error) {
	if id, ok := b.styles[k]; ok {
		return id, nil
	}
	s := &excelize.Style{Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "top"}}
	if k.right {
		s.Alignment.Horizontal = "right"
	}
	switch {
	case k.head:
		s.Font = &excelize.Font{Bold: true}
		s.Alignment.WrapText, s.Alignment.Vertical = true, "bottom"
		s.Border = []excelize.Border{{Type: "bottom", Color: "808080", Style: 1}}
	case k.prose:
		s.Alignment.WrapText = true
	}
	// The text format also keeps a text from becoming a formula when a person
	// opens the cell and leaves it again.
	switch k.format {
	case "", "@":
		s.NumFmt = 49
	default:
		s.CustomNumFmt = &k.format
	}
	id, err := b.file.NewStyle(s)
	b.styles[k] = id
	return id, err
}

// numberFormat is the format of one number: a column's own, with as many places
// as the column or the number has.
func numberFormat(c Column, decimal string) string {
	places := 0
	if _, after, ok := strings.Cut(decimal, "."); ok {
		places = len(after)
	}
	switch c.Format {
	case FormatPercent:
		return fraction("0", max(c.Places, 1)) + "%"
	case FormatInteger, FormatDecimal:
		if c.Places > 0 {
			places = c.Places
		}
		return fraction("#,##0", places)
	}
	return fraction("0", places)
}

func fraction(whole string, places int) string {
	if places <= 0 {
		return whole
	}
	return whole + "." + strings.Repeat("0", min(places, 9))
}

// end writes the sheet of notes and then the workbook.
func (b *book) end(w io.Writer, tables []Table) error {
	about, title, notes, made := "", "", []string{}, time.Time{}
	for _, t := range tables {
		if about == "" {
			about = t.About
		}
		if title == "" {
			title = t.Title
		}
		notes = append(notes, t.Notes...)
		if made.IsZero() {
			made = t.Made
		}
	}
	if about == "" {
		about = "About"
	}
	if made.IsZero() {
		made = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) // as old as a ZIP can be: plainly not a date
	}
	if title != "" || len(notes) > 0 || b.sheets == 0 {
		if err := b.about(about, tables); err != nil {
			return err
		}
	}
	at := made.UTC().Format(time.RFC3339)
	if err := b.file.SetDocProps(&excelize.DocProperties{Title: cut(title), Description: cut(strings.Join(notes, "\n")),
		Creator: "Paiza", LastModifiedBy: "Paiza", Created: at, Modified: at}); err != nil {
		return err
	}
	return b.file.Write(w)
}

// about writes title and notes of every table.
func (b *book) about(name string, tables []Table) error {
	sw, _, err := b.sheet(name)
	if err != nil {
		return err
	}
	if err := sw.SetColWidth(1, 1, 100); err != nil {
		return err
	}
	row := 0
	line := func(s string, k look) error {
		if row++; s == "" {
			return nil
		}
		style, err := b.style(k)
		if err != nil {
			return err
		}
		at, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return err
		}
		return sw.SetRow(at, []any{excelize.Cell{StyleID: style, Value: cut(s)}})
	}
	for i, t := range tables {
		if i > 0 {
			row++
		}
		if err := line(t.Title, look{head: true}); err != nil {
			return err
		}
		for _, note := range t.Notes {
			if err := line(note, look{prose: true}); err != nil {
				return err
			}
		}
	}
	return sw.Flush()
}

// name is a title as a name of a sheet: at most 31 characters, without those
// that a name may not have, and no name twice.
func (b *book) name(title string) string {
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return ' '
		}
		return r
	}, oneLine(title))
	title = strings.Trim(strings.TrimSpace(title), "'")
	if title == "" || strings.EqualFold(title, "history") { // a name that Excel keeps for itself
		title = "Table"
	}
	for n := 1; ; n++ {
		end := ""
		if n > 1 {
			end = " " + strconv.Itoa(n)
		}
		name := strings.Trim(strings.TrimSpace(shorten(title, 31-len(end))), "'") + end
		if key := strings.ToLower(name); !b.names[key] {
			b.names[key] = true
			return name
		}
	}
}

// oneLine replaces what does not belong into a line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == '\uFFFD' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
}

// cut shortens a text to what a cell can hold and says so by an ellipsis.
func cut(s string) string {
	if len(s) <= excelize.TotalCellChars {
		return s
	}
	if short := shorten(s, excelize.TotalCellChars-1); short != s {
		return short + "…"
	}
	return s
}

// shorten keeps the first n UTF-16 units, in which a spreadsheet counts.
func shorten(s string, n int) string {
	units := 0
	for i, r := range s {
		if units += max(1, utf16.RuneLen(r)); units > n {
			return s[:i]
		}
	}
	return s
}
