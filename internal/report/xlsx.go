package report

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"paiza"
)

// sheetRows is how many rows of a sheet are filled before the next sheet is
// begun; a variable for tests.
var sheetRows = excelize.TotalRows

// WriteXLSX writes tables as a workbook, each on a sheet of its own with a
// header that stays in view, and title and notes of all of them on a last
// sheet. Numbers are numbers, with the fifteen significant digits of a
// spreadsheet; a text is always a text and never a formula.
func WriteXLSX(w io.Writer, tables ...Table) error {
	b := newBook()
	defer b.file.Close()
	for _, t := range tables {
		columns := fitted(t)
		if err := b.table(t.Title, columns, each(t.Rows)); err != nil {
			return err
		}
	}
	return b.end(w, tables)
}

// WriteXLSXRows writes rows as they come as a workbook; what does not fit into
// memory goes through a temporary file. Rows of t are not written. More rows
// than a sheet may have continue on a further sheet. A workbook is complete or
// absent: nothing is written to w after an error of rows.
func WriteXLSXRows(w io.Writer, t Table, rows iter.Seq2[[]Value, error]) error {
	b := newBook()
	defer b.file.Close()
	t.Rows = nil
	if err := b.table(t.Title, fitted(t), rows); err != nil {
		return err
	}
	return b.end(w, []Table{t})
}

func each(rows [][]Value) iter.Seq2[[]Value, error] {
	return func(yield func([]Value, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

type book struct {
	file   *excelize.File
	styles map[look]int
	names  map[string]bool
	sheets int
}

func newBook() *book {
	return &book{file: excelize.NewFile(), styles: map[look]int{}, names: map[string]bool{}}
}

// sheet begins a sheet and returns its writer.
func (b *book) sheet(title string) (*excelize.StreamWriter, string, error) {
	name := b.name(title)
	var err error
	if b.sheets == 0 {
		err = b.file.SetSheetName("Sheet1", name)
	} else {
		_, err = b.file.NewSheet(name)
	}
	if err != nil {
		return nil, name, err
	}
	b.sheets++
	// The size is not known yet, and a wrong one misleads readers.
	if err := b.file.SetSheetDimension(name, ""); err != nil {
		return nil, name, err
	}
	if err := b.page(name, title); err != nil {
		return nil, name, err
	}
	sw, err := b.file.NewStreamWriter(name)
	return sw, name, err
}

// table writes one table, over several sheets when it is long.
func (b *book) table(title string, columns []Column, rows iter.Seq2[[]Value, error]) error {
	var sw *excelize.StreamWriter
	at := 0
	begin := func() (err error) {
		var name string
		if sw, name, err = b.sheet(title); err != nil {
			return err
		}
		at = 1
		return b.header(sw, name, columns)
	}
	if err := begin(); err != nil {
		return err
	}
	var cells []any
	for row, err := range rows {
		if err != nil {
			return err
		}
		if at == sheetRows {
			if err := sw.Flush(); err != nil {
				return err
			}
			if err := begin(); err != nil {
				return err
			}
		}
		at++
		cells = cells[:0]
		for i, v := range row {
			column := Column{}
			if i < len(columns) {
				column = columns[i]
			}
			cell, err := b.cell(v, column)
			if err != nil {
				return err
			}
			cells = append(cells, cell)
		}
		if err := sw.SetRow("A"+strconv.Itoa(at), cells); err != nil {
			return err
		}
	}
	return sw.Flush()
}

func (b *book) header(sw *excelize.StreamWriter, name string, columns []Column) error {
	if len(columns) == 0 {
		return nil
	}
	cells := make([]any, len(columns))
	for i, c := range slices.Backward(columns) {
		// The writer puts each width before those it has; Excel mends a file
		// whose widths are not in order.
		if err := sw.SetColWidth(i+1, i+1, float64(c.Width)); err != nil {
			return err
		}
		style, err := b.style(look{head: true, right: c.Align == Right})
		if err != nil {
			return err
		}
		cells[i] = excelize.Cell{StyleID: style, Value: cut(c.Title)}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := sw.SetRow("A1", cells); err != nil {
		return err
	}
	return b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: name,
		RefersTo: "'" + strings.ReplaceAll(name, "'", "''") + "'!$1:$1"})
}

// page sets how a sheet is printed: across, all columns on one page's width,
// its title above and the number of the page below.
func (b *book) page(name, title string) error {
	across, wide, high := "landscape", 1, 0
	fit := true
	if err := b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &across, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	// & begins a code in a header, which holds 255 characters in all.
	head := []rune(strings.ReplaceAll(oneLine(title), "&", "&&"))
	return b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddHeader: "&L" + string(head[:min(len(head), 120)]), OddFooter: "&R&P / &N"})
}

// cell is a value as the stream writer takes it.
func (b *book) cell(v Value, c Column) (any, error) {
	k := look{right: c.Align == Right}
	var value any
	switch v.kind {
	case empty:
		return nil, nil
	case text:
		k.format, value = "@", cut(v.text)
	case number:
		k.format = numberFormat(c, v.text)
		if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
			value = n
		} else if value, err = strconv.ParseFloat(v.text, 64); err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
	case day:
		k.format, value = dateCell(v.date)
	}
	style, err := b.style(k)
	return excelize.Cell{StyleID: style, Value: value}, err
}

// dateCell is a real date only where the day is known: a date made up for a
// month or a year would be more exact than the source.
func dateCell(d paiza.Date) (format string, value any) {
	switch {
	case d.Month() == 0:
		return "0", d.Year()
	case d.Day() == 0, d.Year() == 1900: // a spreadsheet believes in 29 February 1900
		return "@", d.String()
	}
	days := time.Date(d.Year(), time.Month(d.Month()), d.Day(), 0, 0, 0, 0, time.UTC).Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC))
	return "yyyy\\-mm\\-dd", int(days / (24 * time.Hour))
}
