package ingest

// Messages is every sentence of this package in English, by key; {name} stands
// for an argument. Package locale holds the same keys in every language.
//
// Arguments: {row} is a row as a person counts, {column} a heading, {value} a
// text of the file, {limit} bytes or a number, {n} a number that decides the
// plural.
var Messages = map[string]string{
	// The file as a whole cannot be used.
	"ingest.no_file":            "There is no such file.",
	"ingest.unreadable":         "The file cannot be read on this machine. The operator's log says why.",
	"ingest.directory":          "This is a folder, not a file.",
	"ingest.empty":              "The file is empty.",
	"ingest.no_rows":            "The table has headings and no rows under them.",
	"ingest.too_large":          "The file is larger than {limit} bytes.",
	"ingest.not_table":          "This is a {what} file, not a table. Export the table as CSV or XLSX.",
	"ingest.binary":             "This is not a text: it holds bytes that no table has. Export the table as CSV or XLSX.",
	"ingest.binary_row":         "Row {row} holds bytes that no text has. The file is damaged or not a table.",
	"ingest.xls":                "This is an old Excel workbook (.xls) or one with a password. Open it in a spreadsheet program and save it as .xlsx without a password.",
	"ingest.other_workbook":     "This is a workbook of another kind (ODS or XLSB). Open it in a spreadsheet program and save it as .xlsx.",
	"ingest.encrypted":          "The archive has a password. Unpack it and give the table itself.",
	"ingest.archive_empty":      "There is no table in the archive.",
	"ingest.nested":             "The archive holds another archive: {name}. Unpack it and give the table itself.",
	"ingest.truncated":          "The archive ends before its end: it was cut off on its way. Fetch it again.",
	"ingest.damaged":            "The archive or workbook is damaged. Fetch it again.",
	"ingest.bomb":               "The archive unpacks to more than {ratio} times its size. That is not a table.",
	"ingest.unpacked_too_large": "The file unpacks to more than {limit} bytes.",
	"ingest.workbook_too_large": "The workbook is larger than {limit} bytes. Save its sheet as CSV.",
	"ingest.too_many_tables":    "The file holds more than {limit} tables.",
	"ingest.too_many_rows":      "The file has more than {limit} rows.",
	"ingest.too_many_columns":   "Row {row} has more than {limit} columns.",
	"ingest.cell_too_long":      "A cell of row {row} is longer than {limit} bytes. A quotation mark may be missing.",
	"ingest.quote_open":         "A quotation mark that opens in row {row} is never closed.",
	"ingest.encoding":           "Row {row} is not text in {encoding}. The file mixes encodings or is damaged.",
	"ingest.no_columns":         "No columns were found. A table has at least two, set apart by commas, semicolons, tabs or bars.",
	"ingest.no_header":          "No header was found among the first rows. The first row of the table must name its columns.",

	// The profile cannot be used.
	"ingest.profile.syntax":         "The profile is not valid TOML: line {row}, column {column}.",
	"ingest.profile.unknown_key":    "The profile has a key that is not known: {key} (line {row}).",
	"ingest.profile.value":          "The profile has a value that is not known: {key} = {value}.",
	"ingest.profile.needs_field":    "The mapping does not say which column holds: {field}. Map a column or give one value for all rows.",
	"ingest.profile.constant":       "The value given for all rows cannot be read: {field} = {value}.",
	"ingest.profile.column_missing": "The file has no column “{column}”, which the profile {profile} needs.",
	"ingest.profile.no_pivot":       "The file has no columns of values, which the profile {profile} needs.",

	// One row is refused.
	"ingest.row.no_date":          "There is no date.",
	"ingest.row.date":             "This is not a date.",
	"ingest.row.date_before_1900": "The date lies before 1900.",
	"ingest.row.no_country":       "There is no country.",
	"ingest.row.country":          "This country is not known.",
	"ingest.row.amount":           "The amount is not a number.",
	"ingest.row.negative":         "The amount is negative.",
	"ingest.row.no_amount":        "There is no amount.",
	"ingest.row.count":            "This is not a number of events or persons.",

	// One row is set aside: it is no event.
	"ingest.row.total":          "A total of other rows: it claims {claims} and they add up to it.",
	"ingest.row.total_differs":  "A total of other rows: it claims {claims}, but they add up to {sum}.",
	"ingest.row.total_empty":    "A total of other rows, without a number.",
	"ingest.row.header_again":   "The header once more.",
	"ingest.row.column_numbers": "The numbers of the columns.",
	"ingest.row.remark":         "A remark, not a row of the table.",

	// What a person should know about the whole file.
	"ingest.note.unmapped":          "Columns that fill no field and are kept with the source row: {columns}.",
	"ingest.note.total_columns":     "Columns left out because they are totals of others: {columns}.",
	"ingest.note.identical":         "Rows that are identical to an earlier row of the file, imported and flagged: {n}.",
	"ingest.note.total_differs":     "Row {row} claims a total of {claims} in “{column}”, but the rows add up to {sum}.",
	"ingest.note.gap":               "{country}: {n} months without rows between the first and the last: {months}. This is a gap in reporting, not a decline.",
	"ingest.note.date_order":        "Every date can be read as day before month or as month before day. Day before month was taken; the profile can say otherwise.",
	"ingest.note.stacked":           "In row {row} another table begins, with other headings. Its rows were read under its own.",
	"ingest.note.sheet_passed_over": "Sheet passed over because its header differs: {sheet}.",

	// Why a column of an unknown layout was mapped as it was.
	"ingest.propose.both":       "The heading says “{word}” and the values fit.",
	"ingest.propose.heading":    "The heading says “{word}”.",
	"ingest.propose.dates":      "The heading is not known, but the values are dates.",
	"ingest.propose.years":      "The heading is not known, but the values are years.",
	"ingest.propose.numbers":    "The heading is not known, but the values are numbers and no other column is the amount.",
	"ingest.propose.none":       "Neither the heading nor the values say what it is. It is kept with the source row.",
	"ingest.propose.unit":       "The unit {unit} stands in the heading “{column}”.",
	"ingest.propose.date":       "No column holds a date. The year {year} stands in the title or the name of the file.",
	"ingest.propose.carry_down": "Labels in “{column}” are written once for several rows: a blank cell means the cell above.",
	"ingest.propose.wide":       "{n} columns of numbers look like values of one field: {field}.",
}
