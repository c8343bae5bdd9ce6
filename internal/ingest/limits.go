package ingest

// Limits bound what a foreign file may cost. A value of zero takes the value
// of DefaultLimits.
type Limits struct {
	MaxFile     int64 // bytes of the file as it was given
	MaxUnpacked int64 // bytes after unpacking, of all its tables together
	MaxRatio    int   // unpacked bytes per packed byte, beyond the first 10 MB
	MaxCell     int   // bytes of one cell, as UTF-8
	MaxColumns  int   // columns of one table
	MaxRows     int64 // rows of all tables together
	MaxTables   int   // sheets of a workbook, or entries of an archive
	MaxWorkbook int64 // bytes of an .xlsx file: its container is held in memory
}

// DefaultLimits let in any file that an authority is known to publish (the
// largest seen is 300 MB) with a wide margin, and keep a hostile file from
// exhausting the machine.
func DefaultLimits() Limits {
	return Limits{
		MaxFile:     4 << 30,
		MaxUnpacked: 16 << 30,
		MaxRatio:    200,
		MaxCell:     1 << 20,
		MaxColumns:  1000,
		MaxRows:     50_000_000,
		MaxTables:   200,
		MaxWorkbook: 128 << 20,
	}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	pick := func(v *int64, by int64) {
		if *v <= 0 {
			*v = by
		}
	}
	pickInt := func(v *int, by int) {
		if *v <= 0 {
			*v = by
		}
	}
	pick(&l.MaxFile, d.MaxFile)
	pick(&l.MaxUnpacked, d.MaxUnpacked)
	pickInt(&l.MaxRatio, d.MaxRatio)
	pickInt(&l.MaxCell, d.MaxCell)
	pickInt(&l.MaxColumns, d.MaxColumns)
	pick(&l.MaxRows, d.MaxRows)
	pickInt(&l.MaxTables, d.MaxTables)
	pick(&l.MaxWorkbook, d.MaxWorkbook)
	return l
}
