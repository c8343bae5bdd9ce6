package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// memory imports a file of one gigabyte with the real program and prints what it
// held resident at most.
func memory() error {
	if _, err := os.Stat("bin/paiza"); err != nil {
		return fmt.Errorf("bin/paiza is not built: make build")
	}
	dir, clean := tempDir()
	defer clean()
	file := filepath.Join(dir, "gigabyte.csv")
	rows, err := gigabyte(file)
	if err != nil {
		return err
	}
	cmd := exec.Command("bin/paiza", "import", "--store", filepath.Join(dir, "n.paiza"), "--json", file)
	begin := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("import: %v: %s", err, out)
	}
	took := time.Since(begin)
	used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return fmt.Errorf("the system does not tell what a process held")
	}
	figure(fmt.Sprintf("import of 1 GB (%d rows), resident at most", rows), fmt.Sprintf("%.0f MB", float64(used.Maxrss)*1024/1e6), "≤ 400 MB")
	figure("  rows per second", fmt.Sprintf("%.0f", float64(rows)/took.Seconds()), "")
	return nil
}

// gigabyte writes a file of our own layout whose rows are all different, in the
// order of time.
func gigabyte(file string) (rows int, err error) {
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "date,country,division,place,routing,substance,amount,unit,producing,departure,destination,agency,reference")
	substances := []string{"Heroin", "Cocaine", "Methamphetamine", "Opium", "Cannabis herb", "Ecstasy"}
	states := []string{"KAZ", "RUS", "UZB", "TJK", "KGZ", "CHN", "IRN", "PAK"}
	r := rand.New(rand.NewPCG(5, 6))
	first := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for size := 0; size < 1<<30; rows++ {
		n, err := fmt.Fprintf(w, "%s,%s,,Town %d,National territory,%s,%d.%03d,kg,Afghanistan,Tajikistan,Russian Federation,Customs post no. %d of the northern district,REF-%09d-%020d\n",
			first.AddDate(0, 0, rows/700).Format(time.DateOnly), states[r.IntN(len(states))], r.IntN(997), substances[r.IntN(len(substances))], r.IntN(50), r.IntN(1000), r.IntN(321), rows, rows)
		if err != nil {
			return 0, err
		}
		size += n
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	return rows, f.Close()
}
