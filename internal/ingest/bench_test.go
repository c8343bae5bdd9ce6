package ingest

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"paiza/internal/catalog"
)

// BenchmarkReadIDS reads the 257,536 rows of the UNODC file with everything but
// the catalog: unpacking, splitting, dates, numbers, keys, seizures.
func BenchmarkReadIDS(b *testing.B) {
	path := data(b, "unodc_ids/ids_2011_2015.csv.gz")
	b.ReportAllocs()
	rows := int64(0)
	for b.Loop() {
		f, err := Open(context.Background(), path, "ids.csv.gz", Limits{})
		if err != nil {
			b.Fatal(err)
		}
		rep, err := Read(context.Background(), f, f.Profile, plainCatalog{}, Options{}, func(*Batch) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		rows += rep.Read
		f.Close()
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

var large = flag.Int64("large", 64<<20, "bytes of the file of BenchmarkReadLarge")

// BenchmarkReadLarge reads a generated file of the IDS layout, 64 MB or as many
// as -large says, and reports the greatest resident memory of the process. No
// row repeats, which is the worst case for counting occurrences.
func BenchmarkReadLarge(b *testing.B) {
	path := b.TempDir() + "/large.csv"
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(file, 1<<20)
	fmt.Fprintln(w, "REGION;SUBREGION;COUNTRY;ADMINISTRATIVE_DIVISION;PLACE;SEIZURE_DATE;DRUG_NAME;AMOUNT;DRUG_UNIT;HIDING_PLACE;INSTALLATION;TRANSPORT;PRODUCING_COUNTRY;DEPARTURE_COUNTRY;DESTINATION_COUNTRY;ROUTING")
	size := int64(0)
	for i := 0; size < *large; i++ {
		n, _ := fmt.Fprintf(w, "Americas;South America;Colombia;ANTIOQUIA;MEDELLIN %d;20%02d-%02d-%02d;Cocaine Base;%d.%03d;Gram;;Street;;Colombia;Colombia;;National territory/domestic seizure\n",
			i%1_000_000, 11+i%5, 1+i%12, 1+i%28, i/1000, i%1000)
		size += int64(n)
	}
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		b.Fatal(err)
	}
	rows := int64(0)
	for b.Loop() {
		f, err := Open(context.Background(), path, "large.csv", Limits{})
		if err != nil {
			b.Fatal(err)
		}
		rep, err := Read(context.Background(), f, f.Profile, plainCatalog{}, Options{}, func(*Batch) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		rows += rep.Read
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(rows), "rows")
	b.ReportMetric(float64(peak(b))/(1<<20), "MB-resident")
}

// peak is the greatest resident memory of the process so far, in bytes.
func peak(b *testing.B) int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n << 10
		}
	}
	return 0
}

// BenchmarkReadIDSCatalog is BenchmarkReadIDS with the catalog that ships.
func BenchmarkReadIDSCatalog(b *testing.B) {
	path := data(b, "unodc_ids/ids_2011_2015.csv.gz")
	cat := fullCatalog{catalog.Default()}
	b.ReportAllocs()
	rows := int64(0)
	for b.Loop() {
		f, err := Open(context.Background(), path, "ids.csv.gz", Limits{})
		if err != nil {
			b.Fatal(err)
		}
		rep, err := Read(context.Background(), f, f.Profile, cat, Options{}, func(*Batch) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		rows += rep.Read
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
