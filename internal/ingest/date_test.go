package ingest

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"paiza"
)

func TestParseDate(t *testing.T) {
	tests := []struct {
		in, order string
		want      string // date, or date/until; empty when it is no date
	}{
		{"2014-02-14", "", "2014-02-14"},
		{"2014-02-14T10:20:00Z", "", "2014-02-14"},
		{"2014-02-14 10:20:00.000", "", "2014-02-14"},
		{"2014/2/14", "", "2014-02-14"},
		{"2014.02.14", "", "2014-02-14"},
		{"14.02.2014", orderDMY, "2014-02-14"},
		{"14.02.2014 г.", orderDMY, "2014-02-14"},
		{"14.02.14", orderDMY, "2014-02-14"},
		{"2/14/2014", orderMDY, "2014-02-14"},
		{"01/31/2018 12:00:00 AM", orderMDY, "2018-01-31"},
		{"2/14/2014", orderDMY, ""},
		{"14-02-04", orderYMD, "2014-02-04"},
		{"14 февраля 2014 г.", "", "2014-02-14"},
		{"14 февраля 2014 года", "", "2014-02-14"},
		{"Февраль 2014", "", "2014-02"},
		{"14 Feb 2014", "", "2014-02-14"},
		{"February 14, 2014", "", "2014-02-14"},
		{"Feb-14", "", "2014-02"},
		{"14-Feb-99", "", "1999-02-14"},
		{"14 de febrero de 2014", "", "2014-02-14"},
		{"14 de fevereiro de 2014", "", "2014-02-14"},
		{"1 août 2014", "", "2014-08-01"},
		{"2014年2月14日", "", "2014-02-14"},
		{"2014年2月", "", "2014-02"},
		{"二〇一四年", "", ""},
		{"2014年十二月", "", "2014-12"},
		{"2014年二月二十一日", "", "2014-02-21"},
		{"2014年第二季度", "", "2014-04/2014-06"},
		{"2014年上半年", "", "2014-01/2014-06"},
		{"2014年下半年", "", "2014-07/2014-12"},
		{"２０１４年２月１４日", "", "2014-02-14"},
		{"20140214", "", "2014-02-14"},
		{"201402", "", "2014-02"},
		{"2014-02", "", "2014-02"},
		{"02/2014", "", "2014-02"},
		{"02.2014", "", "2014-02"},
		{"2014", "", "2014"},
		{"41684", "", "2014-02-14"},
		{"41684.4375", "", "2014-02-14"},
		{"41684.43750000001", "", "2014-02-14"},
		{"2014 Q1", "", "2014-01/2014-03"},
		{"Q4 2014", "", "2014-10/2014-12"},
		{"1 квартал 2014 г.", "", "2014-01/2014-03"},
		{"II квартал 2014", "", "2014-04/2014-06"},
		{"2014年第3季度", "", "2014-07/2014-09"},
		{"2014 H2", "", "2014-07/2014-12"},
		{"1 полугодие 2014", "", "2014-01/2014-06"},
		{"2016/17", "", "2016/2017"},
		{"2014-02-30", "", ""},
		{"30.02.2014", orderDMY, ""},
		{"2014-13", "", ""},
		{"1899-12-31", "", ""},
		{"unknown", "", ""},
		{"Heroin 2014", "", ""},
		{"5", "", ""},
		{"", "", ""},
		{"0000-00-00", "", ""},
		{"2014-00-00", "", ""},
	}
	for _, test := range tests {
		s, ok := parseDate(test.in, test.order)
		got := ""
		if ok {
			got = s.date.String()
			if s.until != 0 {
				got += "/" + s.until.String()
			}
		}
		if got != test.want {
			t.Errorf("parseDate(%q, %q) = %q, want %q", test.in, test.order, got, test.want)
		}
	}
}

// A day written in any of the usual ways reads back as itself.
func TestDateRoundTrip(t *testing.T) {
	ru := []string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 36500).Draw(t, "day"))
		y, m, d := day.Date()
		want := paiza.NewDate(y, int(m), d)
		for _, form := range []struct{ text, order string }{
			{day.Format("2006-01-02"), ""}, {day.Format("02.01.2006"), orderDMY}, {day.Format("1/2/2006"), orderMDY},
			{day.Format("2 January 2006"), ""}, {day.Format("Jan 2, 2006"), ""}, {day.Format("20060102"), ""},
			{fmt.Sprintf("%d %s %d г.", d, ru[m-1], y), ""}, {fmt.Sprintf("%d年%d月%d日", y, m, d), ""},
			{fmt.Sprint(int(day.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24)), ""},
			{day.Format("02/01/2006 15:04:05"), orderDMY},
		} {
			if got, ok := parseDate(form.text, form.order); !ok || got.date != want {
				t.Fatalf("parseDate(%q, %q) = %v, %v; want %v", form.text, form.order, got.date, ok, want)
			}
		}
	})
}

func TestFiscalDate(t *testing.T) {
	tests := []struct {
		year, month, start int
		want               string
	}{
		{2019, 10, 10, "2018-10"}, {2019, 9, 10, "2019-09"}, {2019, 4, 10, "2019-04"}, {2019, 4, 1, "2019-04"}, {2019, 0, 0, "2019"},
	}
	for _, test := range tests {
		if got := fiscalDate(test.year, test.month, test.start).date.String(); got != test.want {
			t.Errorf("fiscalDate(%d, %d, %d) = %s, want %s", test.year, test.month, test.start, got, test.want)
		}
	}
	whole := fiscalDate(2019, 0, 10)
	if whole.date.String() != "2018-10" || whole.until.String() != "2019-09" {
		t.Errorf("fiscal year 2019 = %v to %v", whole.date, whole.until)
	}
}

func TestYearOf(t *testing.T) {
	for text, want := range map[string]int{"2019": 2019, "FY2019": 2019, "FY19": 2019, "2026 (FYTD)": 2026, "2018/19": 2019,
		"2019 г.": 2019, "x": 0, "": 0, "19": 0} {
		if got := yearOf(text); got != want {
			t.Errorf("yearOf(%q) = %d, want %d", text, got, want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2014-02-14", "14.02.14", "41684.5", "1 квартал 2014", "2014年", "14 févr 2014", "::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, order := range []string{"", orderDMY, orderMDY, orderYMD} {
			got, ok := parseDate(s, order)
			if !ok {
				continue
			}
			if !got.date.Valid() || (got.until != 0 && !got.until.Valid()) {
				t.Errorf("parseDate(%q, %q) = %v to %v", s, order, got.date, got.until)
			}
			if again, ok := parseDate(got.date.String(), ""); !ok || again.date != got.date {
				t.Errorf("parseDate(%q) = %v, which reads back as %v", s, got.date, again.date)
			}
		}
		monthOf(s)
		yearOf(s)
		dateVote(s)
	})
}
