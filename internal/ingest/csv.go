package ingest

import (
	"bytes"
	"io"
	"unicode/utf8"

	"paiza"
)

// csvReader splits delimited text into records. It agrees with encoding/csv
// with LazyQuotes (a fuzz test compares them) except that a quoted field which
// never ends is an error when it swallows lines, and that every size is
// bounded. It allocates once per record: the cells are parts of one string.
type csvReader struct {
	r     io.Reader
	delim byte
	lim   Limits
	// badRune is set for text decoded from another encoding: U+FFFD in it then
	// stands for bytes that the encoding does not have.
	badRune  bool
	encoding string

	buf        []byte
	start, end int
	eof        error // io.EOF, or what reading ended with
	line       int   // lines consumed
	ended      bool  // the last line had an end

	out  []byte // a record with quotes taken off
	ends []int  // where its fields end in out
}

func newCSVReader(r io.Reader, delim rune, encoding string, lim Limits) *csvReader {
	return &csvReader{r: r, delim: byte(delim), lim: lim, encoding: encoding,
		badRune: encoding != encUTF8, buf: make([]byte, 64<<10)}
}

// next reads one record and appends its cells to into. It gives the line on
// which the record begins, from 1. Blank lines are skipped. At the end it gives
// io.EOF.
func (c *csvReader) next(into []string) ([]string, int, error) {
	for {
		line, err := c.readLine()
		if err != nil {
			return into, c.line, err
		}
		if len(line) == 0 {
			continue
		}
		first := c.line
		if bytes.IndexByte(line, '"') < 0 {
			into, err = c.split(into, string(line))
		} else {
			into, err = c.quoted(into, line)
		}
		return into, first, err
	}
}

// split cuts a record without quotes.
func (c *csvReader) split(into []string, s string) ([]string, error) {
	from, columns := 0, 1
	for i := 0; i < len(s); i++ {
		if s[i] != c.delim {
			continue
		}
		into = append(into, s[from:i])
		if i-from > c.lim.MaxCell {
			return into, c.cellTooLong(c.line)
		}
		from = i + 1
		if columns++; columns > c.lim.MaxColumns {
			return into, fail("ingest.too_many_columns", paiza.Args{"row": c.line, "limit": c.lim.MaxColumns})
		}
	}
	if len(s)-from > c.lim.MaxCell {
		return into, c.cellTooLong(c.line)
	}
	return append(into, s[from:]), nil
}

// quoted reads a record that has quotes in it, over as many lines as it takes.
func (c *csvReader) quoted(into []string, line []byte) ([]string, error) {
	c.out, c.ends = c.out[:0], c.ends[:0]
	first, inside := c.line, false
	fieldStart, begun := true, 0
	for {
		for i := 0; i < len(line); i++ {
			b := line[i]
			switch {
			case inside && b == '"':
				switch {
				case i+1 < len(line) && line[i+1] == '"':
					c.out = append(c.out, '"')
					i++
				case i+1 == len(line) || line[i+1] == c.delim:
					inside = false
				default: // a quote in the middle of a quoted field stands for itself
					c.out = append(c.out, '"')
				}
			case inside:
				c.out = append(c.out, b)
			case b == c.delim:
				c.ends = append(c.ends, len(c.out))
				fieldStart, begun = true, len(c.out)
				if len(c.ends) >= c.lim.MaxColumns {
					return into, fail("ingest.too_many_columns", paiza.Args{"row": first, "limit": c.lim.MaxColumns})
				}
				continue
			case b == '"' && fieldStart:
				inside = true
			default:
				c.out = append(c.out, b)
			}
			fieldStart = false
		}
		if len(c.out)-begun > c.lim.MaxCell {
			return into, c.cellTooLong(first)
		}
		if !inside {
			break
		}
		var err error
		line, err = c.readLine()
		if err == io.EOF {
			if c.line > first {
				return into, fail("ingest.quote_open", paiza.Args{"row": first})
			}
			if c.ended {
				c.out = append(c.out, '\n')
			}
			break
		}
		if err != nil {
			return into, err
		}
		c.out = append(c.out, '\n')
	}
	c.ends = append(c.ends, len(c.out))
	s, from := string(c.out), 0
	for _, end := range c.ends {
		into = append(into, s[from:end])
		from = end
	}
	return into, nil
}

func (c *csvReader) cellTooLong(line int) error {
	return fail("ingest.cell_too_long", paiza.Args{"row": line, "limit": c.lim.MaxCell})
}

// readLine gives the next line without its end. The bytes are good until the
// next call. The line count grows by one.
func (c *csvReader) readLine() ([]byte, error) {
	seen := 0 // bytes from start already searched
	for {
		if i := bytes.IndexByte(c.buf[c.start+seen:c.end], '\n'); i >= 0 {
			line := c.buf[c.start : c.start+seen+i]
			c.start += seen + i + 1
			c.line++
			c.ended = true
			if n := len(line); n > 0 && line[n-1] == '\r' {
				line = line[:n-1]
			}
			return line, c.check(line)
		}
		seen = c.end - c.start
		if c.eof != nil {
			if c.eof != io.EOF || seen == 0 {
				return nil, c.eof
			}
			line := c.buf[c.start:c.end]
			c.start = c.end
			c.line++
			c.ended = false
			if line[len(line)-1] == '\r' {
				line = line[:len(line)-1]
			}
			return line, c.check(line)
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads more behind the unread bytes, growing the buffer up to the limit.
func (c *csvReader) fill() error {
	if c.start > 0 {
		copy(c.buf, c.buf[c.start:c.end])
		c.end -= c.start
		c.start = 0
	}
	if c.end == len(c.buf) {
		if len(c.buf) > c.lim.MaxCell+c.lim.MaxColumns*64 {
			return c.cellTooLong(c.line + 1)
		}
		grown := make([]byte, 2*len(c.buf))
		copy(grown, c.buf[:c.end])
		c.buf = grown
	}
	for range 100 {
		n, err := c.r.Read(c.buf[c.end:])
		c.end += n
		if err != nil {
			c.eof = err
			return nil
		}
		if n > 0 {
			return nil
		}
	}
	c.eof = io.ErrNoProgress
	return nil
}

var replacement = []byte("\ufffd")

// check refuses bytes that are no text in the encoding of the file.
func (c *csvReader) check(line []byte) error {
	if c.badRune {
		if bytes.Contains(line, replacement) {
			return fail("ingest.encoding", paiza.Args{"encoding": c.encoding, "row": c.line})
		}
	} else if !utf8.Valid(line) {
		return fail("ingest.encoding", paiza.Args{"encoding": c.encoding, "row": c.line})
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return fail("ingest.binary_row", paiza.Args{"row": c.line})
	}
	return nil
}
