package ingest

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/text/transform"
	"pgregory.net/rapid"

	"paiza"
)

// encode writes a text in an encoding.
func encode(t testing.TB, name, text string) []byte {
	t.Helper()
	enc := encodingOf(name)
	if enc == nil {
		return []byte(text)
	}
	b, _, err := transform.Bytes(enc.NewEncoder(), []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b
}

const (
	ruShort = "Дата;Регион;Вещество;Количество;Единица\n14.02.2014;Москва;героин;1,5;кг\n"
	ruCaps  = "ДАТА;РЕГИОН;ВЕЩЕСТВО\n14.02.2014;МОСКВА;ГЕРОИН\n"
	ruTiny  = "id;город\n1;Москва\n"
	zhShort = "日期,地点,毒品种类,数量,单位\n2014-02-14,昆明市,海洛因,1.5,公斤\n"
	zhTiny  = "id,毒品\n1,冰毒\n"
	ptShort = "Data;Município;Quantidade;Tipo de Entorpecente\n14/02/2014;São Paulo;1,5;Cocaína\n"
	esShort = "FECHA;AÑO;MUNICIPIO;CLASE\n2016-01-01;2016;MEDELLÍN (CT);COCAÍNA\n"
	frShort = "Date;Pays;Quantité\n2014-02-14;Côte d’Ivoire;1,5\n"
	deShort = "Datum;Land;Menge\n14.02.2014;Österreich;1,5 – größer\n"
)

func TestDetectEncoding(t *testing.T) {
	tests := []struct{ name, enc, text string }{
		{"ASCII", encUTF8, "date,drug\n2014-02-14,heroin\n"},
		{"UTF-8 Russian", encUTF8, ruShort},
		{"CP1251", encCP1251, ruShort}, {"CP1251 capitals", encCP1251, ruCaps}, {"CP1251 one word", encCP1251, ruTiny},
		{"KOI8-R", encKOI8R, ruShort}, {"KOI8-R capitals", encKOI8R, ruCaps}, {"KOI8-R one word", encKOI8R, ruTiny},
		{"CP866", encCP866, ruShort}, {"CP866 capitals", encCP866, ruCaps}, {"CP866 one word", encCP866, ruTiny},
		{"ISO 8859-5", encISO5, ruShort},
		{"GB18030", encGB18030, zhShort}, {"GB18030 two words", encGB18030, zhTiny},
		{"Latin 1 Portuguese", encLatin1, ptShort}, {"Latin 1 Spanish", encLatin1, esShort},
		{"CP1252 French", encCP1252, frShort}, {"CP1252 German", encCP1252, deShort},
		{"CP850 Spanish", encCP850, esShort}, {"Macintosh Portuguese", encMac, ptShort},
		{"UTF-16LE Russian", encUTF16LE, ruShort}, {"UTF-16BE Russian", encUTF16BE, ruShort},
		{"UTF-16LE Chinese", encUTF16LE, zhShort}, {"UTF-16BE Chinese", encUTF16BE, zhShort},
		{"UTF-16LE English", encUTF16LE, "date,drug\n2014-02-14,heroin\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := detectEncoding(encode(t, test.enc, test.text), false)
			if err != nil || got != test.enc {
				t.Errorf("detectEncoding = %q, %v; want %q", got, err, test.enc)
			}
		})
	}
}

// Every byte order mark is believed, and taken off.
func TestByteOrderMark(t *testing.T) {
	for _, enc := range []string{encUTF8, encUTF16LE, encUTF16BE, encUTF32LE, encUTF32BE} {
		b := encode(t, enc, "\ufeff"+ruShort)
		f := open(t, write(t, "file.csv", b))
		if f.Encoding != enc || f.Header[0] != "Дата" || f.Delimiter != ';' || !f.DecimalComma {
			t.Errorf("%s: encoding %q, delimiter %q, comma %v, header %q", enc, f.Encoding, f.Delimiter, f.DecimalComma, f.Header)
		}
	}
}

// The same table in every encoding gives the same rows and the same keys.
func TestEncodingsAgree(t *testing.T) {
	head := "date,country,division,place,routing,substance,amount,unit,count\n"
	text := head + "2014-02-14,Россия,Московская область,Москва,inland,героин,1.5,кг,1\n" +
		"2014-02-15,Россия,,Санкт-Петербург,,гашиш,2,кг,1\n"
	var want [][16]byte
	for _, enc := range []string{encUTF8, encCP1251, encKOI8R, encCP866, encISO5, encGB18030, encUTF16LE, encUTF16BE} {
		f := open(t, write(t, "file.csv", encode(t, enc, text)))
		if enc != encGB18030 && f.Encoding != enc { // Cyrillic in GB 18030 is rare enough to be missed
			t.Errorf("encoding %q, want %q", f.Encoding, enc)
			continue
		} else if f.Encoding != enc {
			continue
		}
		rows, _ := readAll(t, f, f.Profile, Options{})
		var keys [][16]byte
		for _, row := range rows {
			if row.Err != nil {
				t.Fatalf("%s: %v", enc, row.Err)
			}
			keys = append(keys, row.Key)
		}
		if want == nil {
			want = keys
		}
		if len(keys) != 2 || keys[0] != want[0] || keys[1] != want[1] {
			t.Errorf("%s: keys differ from those of UTF-8", enc)
		}
	}
}

// Words of the trade, in any number from three, are told apart.
func TestCyrillicEncodingsProperty(t *testing.T) {
	words := strings.Fields(russianText)
	rapid.Check(t, func(t *rapid.T) {
		enc := rapid.SampledFrom([]string{encCP1251, encKOI8R, encCP866, encISO5}).Draw(t, "encoding")
		n := rapid.IntRange(3, 40).Draw(t, "words")
		var b strings.Builder
		b.WriteString("id;name\n")
		for range n {
			w := rapid.SampledFrom(words).Draw(t, "word")
			if len([]rune(w)) < 4 {
				continue
			}
			if rapid.Bool().Draw(t, "capital") {
				r := []rune(w)
				w = strings.ToUpper(string(r[0])) + string(r[1:])
			}
			b.WriteString("1;" + w + "\n")
		}
		text, _, err := transform.String(encodingOf(enc).NewEncoder(), b.String())
		if err != nil {
			t.Fatal(err)
		}
		got, err := detectEncoding([]byte(text), false)
		if got != enc && !(got == encUTF8 && len(text) == len(b.String())) {
			t.Fatalf("detectEncoding = %q, %v; want %q for %q", got, err, enc, b.String())
		}
	})
}

func TestLateBytesOutsideASCII(t *testing.T) {
	head := "date,country,division,place,routing,substance,amount,unit,count\n"
	row := "2014-02-14,Россия,,Moscow,inland,heroin,1.5,kg,1\n"
	plain := strings.Repeat("2014-02-14,RUS,,Moscow,inland,heroin,1.5,kg,1\n", 40_000)
	f := open(t, write(t, "late.csv", []byte(head+plain+string(encode(t, encCP1251, row)))))
	if f.Encoding != encCP1251 {
		t.Errorf("encoding %q, want %q: it shows only after 1.8 MB", f.Encoding, encCP1251)
	}
}

func TestMixedEncodingIsRefused(t *testing.T) {
	text := ruShort + string(encode(t, encCP1251, "15.02.2014;Москва;героин;2;кг\n"))
	path := write(t, "mixed.csv", []byte(strings.Repeat(ruShort, 20_000)+text))
	f, err := Open(context.Background(), path, "mixed.csv", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p := f.Profile
	p.Constant = map[Field]string{FieldCountry: "RUS"}
	_, err = Read(context.Background(), f, p, plainCatalog{}, Options{}, func(*Batch) error { return nil })
	if keyOf(err) != "ingest.encoding" {
		t.Errorf("got %v, want ingest.encoding", err)
	}
	if k := paiza.ErrInvalid; err == nil || !strings.Contains(err.Error(), k.Error()) {
		t.Errorf("got %v", err)
	}
}
