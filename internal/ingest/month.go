package ingest

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"paiza"
)

// monthOf reads a month by number or name; 0 when it is none.
func monthOf(s string) int {
	s = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), "月")
	if n, err := strconv.Atoi(s); err == nil {
		if n < 1 || n > 12 {
			return 0
		}
		return n
	}
	if n, width := hanNumber([]rune(s)); n >= 1 && n <= 12 && width == utf8.RuneCountInString(s) {
		return n
	}
	return monthNames[strings.Trim(unaccent(s), ".")]
}

// yearOf reads a year, also as files of fiscal years write it: FY2019, 2018/19
// (the year it ends in), 2026 (FYTD).
func yearOf(s string) int {
	tok := dateTokens(s)
	year := 0
	for _, t := range tok {
		switch {
		case t.word != "":
		case t.digits == 4 && t.n >= 1900 && t.n < 3000:
			year = max(year, t.n)
		case t.digits == 2 && year > 0 && t.n == (year+1)%100:
			year++
		case t.digits == 2 && year == 0 && strings.HasPrefix(strings.ToLower(strings.TrimSpace(s)), "fy"):
			year = fullYear(t.n, 2)
		default:
			return 0
		}
	}
	return year
}

// fiscalDate is the calendar month of a fiscal year that is named for the year
// in which it ends; without a month it is the whole fiscal year.
func fiscalDate(year, month, start int) span {
	if start <= 1 {
		return span{date: paiza.NewDate(year, month, 0)}
	}
	if month == 0 {
		return span{paiza.NewDate(year-1, start, 0), paiza.NewDate(year, start-1, 0)}
	}
	if month >= start {
		year--
	}
	return span{date: paiza.NewDate(year, month, 0)}
}

// monthNames in English, Russian, Spanish, Portuguese and French, without
// accents, in full and short.
var monthNames = func() map[string]int {
	m := map[string]int{}
	for i, names := range []string{
		"january jan январь января янв enero ene janeiro janvier janv",
		"february feb февраль февраля фев февр febrero fevereiro fev fevrier fevr",
		"march mar март марта мар marzo marco mars",
		"april apr апрель апреля апр abril abr avril avr",
		"may май мая mayo maio mai",
		"june jun июнь июня июн junio junho juin",
		"july jul июль июля июл julio julho juillet juil",
		"august aug август августа авг agosto ago aout",
		"september sep sept сентябрь сентября сен сент septiembre setiembre setembro set septembre",
		"october oct октябрь октября окт octubre outubro out octobre",
		"november nov ноябрь ноября ноя нояб noviembre novembro novembre",
		"december dec декабрь декабря дек diciembre dic dezembro dez decembre",
	} {
		for _, name := range strings.Fields(names) {
			m[unaccent(name)] = i + 1
		}
	}
	return m
}()
