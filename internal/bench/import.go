package main

import (
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
	"paiza/internal/store/pgtest"
)

const idsRows = 257_536

// imports measures the import of the individual drug seizures on both engines,
// in turn with the sqlite3 shell, which only copies the same lines into a bare
// table and builds three indexes.
func imports(ctx context.Context) error {
	ids, err := file("unodc_ids/ids_2011_2015.csv.gz")
	if err != nil {
		return err
	}
	dir, clean := tempDir()
	defer clean()
	plain := filepath.Join(dir, "ids.csv")
	if err := gunzip(ids, plain); err != nil {
		return err
	}
	pg, stop, pgErr := pgtest.Start()
	defer stop()
	took := map[string][]time.Duration{}
	for i := range *runs {
		if d, err := shell(dir, plain, i); err == nil {
			took["shell"] = append(took["shell"], d)
		}
		d, err := importInto(ctx, filepath.Join(dir, fmt.Sprintf("s%d.paiza", i)), plain)
		if err != nil {
			return err
		}
		took["sqlite"] = append(took["sqlite"], d)
		if pgErr == nil {
			target, err := database(pg, fmt.Sprintf("bench%d", i))
			if err != nil {
				return err
			}
			if d, err = importInto(ctx, target, plain); err != nil {
				return err
			}
			took["postgres"] = append(took["postgres"], d)
		}
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		if took[engine] == nil {
			figure("import of unodc_ids, "+engine, "not measured", fmt.Sprint(pgErr))
			continue
		}
		m := median(took[engine])
		figure(fmt.Sprintf("import of unodc_ids (%d rows), %s", idsRows, engine), seconds(m), "")
		figure("  rows per second", fmt.Sprintf("%.0f", idsRows/m.Seconds()), "≥ 25000")
		if took["shell"] != nil {
			sh := median(took["shell"])
			figure("  times the sqlite3 shell ("+seconds(sh)+")", fmt.Sprintf("%.2f", m.Seconds()/sh.Seconds()), "≤ 5")
		}
	}
	return nil
}

func importInto(ctx context.Context, target, path string) (time.Duration, error) {
	s, err := store.Open(ctx, target)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	d, err := desk.Open(ctx, desk.Options{Store: s})
	if err != nil {
		return 0, err
	}
	defer d.Close()
	start := time.Now()
	imp, err := d.Import(ctx, paiza.Operator("bench"), desk.ImportRequest{Path: path}, nil)
	if err != nil {
		return 0, err
	}
	if imp.Counts.Imported != idsRows {
		return 0, fmt.Errorf("%d rows imported, want %d", imp.Counts.Imported, idsRows)
	}
	return time.Since(start), nil
}

// shell is the bare import of the sqlite3 shell with three indexes.
func shell(dir, plain string, i int) (time.Duration, error) {
	if _, err := exec.LookPath("sqlite3"); err != nil {
		return 0, err
	}
	db := filepath.Join(dir, fmt.Sprintf("bare%d.db", i))
	script := fmt.Sprintf(".mode csv\n.separator ;\n.import %s t\n"+
		"CREATE INDEX a ON t(COUNTRY, SEIZURE_DATE);\nCREATE INDEX b ON t(DRUG_NAME, SEIZURE_DATE);\nCREATE INDEX c ON t(SEIZURE_DATE);\n", plain)
	start := time.Now()
	cmd := exec.Command("sqlite3", db)
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("sqlite3: %v: %s", err, out)
	}
	return time.Since(start), nil
}

func database(base, name string) (string, error) {
	db, err := sql.Open("pgx", base)
	if err != nil {
		return "", err
	}
	defer db.Close()
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		return "", err
	}
	return strings.Replace(base, "/postgres?", "/"+name+"?", 1), nil
}

func gunzip(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, z); err != nil {
		return err
	}
	return out.Close()
}
