package desk

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"paiza"
	"paiza/internal/ingest"
	"paiza/internal/store"
)

// run loads the rows of an import that has begun. again says to go on writing
// down that it failed until the store takes it: who asked does not wait for it.
func (d *Desk) run(ctx context.Context, who paiza.Actor, in ImportRequest, imp paiza.Import, o *opened, again bool, progress func(paiza.Progress)) (paiza.Import, error) {
	defer o.Close()
	beating, stop := context.WithCancel(ctx)
	var beat sync.WaitGroup
	beat.Go(func() { d.keepImportLease(beating, o.holder) })
	defer func() {
		stop()
		beat.Wait() // or a late beat would take the lease again
		if err := d.dropImportLease(ctx, o.holder); err != nil {
			d.log.Warn("import lease kept until it runs out", "import", imp.ID, "error", err)
		}
	}()
	num, _ := strconv.ParseInt(imp.ID, 10, 64)
	err := d.load(ctx, who, in, &imp, num, o, progress)
	if err == nil {
		if imp.Counts.Imported >= learnFrom {
			if err := d.store.Learn(ctx); err != nil {
				d.log.Warn("the database plans with what it knew before the import", "import", imp.ID, "error", err)
			}
		}
		if in.UploadID != "" {
			err := d.store.DropUpload(ctx, in.UploadID)
			if err != nil {
				d.log.Warn("upload kept", "upload", in.UploadID, "error", err)
			}
		}
		return imp, nil
	}
	// Whatever happened to the asker, the rows so far must go.
	clean := context.WithoutCancel(ctx)
	var why *paiza.Error
	if !errors.As(err, &why) {
		why = paiza.Unavailable("import.stopped", err)
		err = why
	}
	imp.State, imp.Failure = paiza.StateFailed, why
	ferr := d.fail(clean, who, imp, num)
	if ferr != nil {
		d.log.Error("rows of a failed import wait to be removed", "import", imp.ID, "error", ferr)
	}
	for again && ferr != nil && wait(d.back, failAgain) {
		ferr = d.fail(clean, who, imp, num)
	}
	return imp, err
}

// learnFrom is how many rows an import brings before the database is told at once.
const learnFrom = 10_000

// failAgain is how long an import that could not even be marked as failed, for
// want of room or of the database, waits before the next try.
const failAgain = 2 * time.Second

// wait waits, unless the context ends before.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// fail marks an import as failed and removes its rows.
func (d *Desk) fail(ctx context.Context, who paiza.Actor, imp paiza.Import, num int64) error {
	now, err := d.store.Import(ctx, imp.ID)
	if err != nil {
		return err
	}
	if now.State == paiza.StateRunning { // else another process has taken it for cut off
		err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
			return entry{action: "import.fail", subject: "import/" + imp.ID, detail: imp.Failure.Key}, t.FailImport(num, d.now(), imp.Failure)
		})
		if err != nil {
			return err
		}
	}
	return d.store.PurgeImport(ctx, num)
}

// chunk is what the reading goroutine hands to the writing one.
type chunk struct {
	rows  *store.Chunk
	n     int64 // rows of the file
	errs  []paiza.RowError
	bytes int64
}

// load reads on one core and writes on another.
func (d *Desk) load(ctx context.Context, who paiza.Actor, in ImportRequest, imp *paiza.Import, num int64, o *opened, progress func(paiza.Progress)) error {
	known, err := d.store.HasEarlier(ctx, imp.Source, num)
	if err != nil {
		return err
	}
	loader := d.store.NewLoader(num, o.handling, !known)
	chunks := make(chan chunk, 4)
	done := make(chan struct{})
	readCtx, stop := context.WithCancel(ctx)
	defer stop()
	var report ingest.Report
	var readErr error
	go func() {
		defer close(done)
		defer close(chunks)
		report, readErr = ingest.Read(readCtx, o.file, o.profile, resolver{d.cat}, ingest.Options{Day: paiza.DateOf(d.now()), Batch: 4000}, func(b *ingest.Batch) error {
			select {
			case chunks <- d.chunkOf(b, imp.ID):
				return nil
			case <-readCtx.Done():
				return readCtx.Err()
			}
		})
	}()
	p := paiza.Progress{Size: o.file.Size, Started: imp.Started}
	var writeErr error
	for c := range chunks {
		if writeErr != nil {
			continue
		}
		p.Rows += c.n
		p.Bytes, p.Updated = c.bytes, d.now()
		if writeErr = d.write(ctx, loader, o.holder, c, p); writeErr != nil {
			stop()
			continue
		}
		if progress != nil {
			progress(p)
		}
	}
	<-done
	if writeErr != nil {
		return writeErr
	}
	if readErr != nil {
		return readErr
	}
	p.Bytes, p.Finishing, p.Updated = p.Size, true, d.now()
	if progress != nil {
		progress(p)
	}
	imp.Progress, imp.Finished, imp.Notes = p, d.now(), report.Notes
	imp.Counts = paiza.Counts{Read: report.Read, Refused: report.Refused, SetAside: report.SetAside,
		Imported: loader.Imported, Repeated: loader.Repeated, Flagged: loader.Flagged}
	if loader.Repeated > 0 {
		n, err := d.store.Withheld(ctx, num, imp.Kind, d.may(who, paiza.RightReadSeizure))
		if err != nil {
			return err
		}
		if n > 0 {
			imp.Notes = append(imp.Notes, paiza.Note{Key: "note.withheld", Args: paiza.Args{"n": n}})
		}
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		// Another process may have taken this one for dead, and removed its rows.
		if err := d.holds(t, o.holder); err != nil {
			return entry{}, err
		}
		revised, err := loader.Settle(t)
		if err != nil {
			return entry{}, err
		}
		imp.Counts.Revised = revised
		if err := d.recallReplaced(ctx, t); err != nil {
			return entry{}, err
		}
		return entry{action: "import.run", subject: "import/" + imp.ID, reason: in.Reason,
			detail: fmt.Sprintf("profile %s, sha256 %s, read %d, imported %d, refused %d, repeated %d, set aside %d, revised %d", imp.Profile, imp.SHA256,
				imp.Counts.Read, imp.Counts.Imported, imp.Counts.Refused, imp.Counts.Repeated, imp.Counts.SetAside, revised)}, t.FinishImport(num, imp, report.Header, loader.Sum)
	})
}

func (d *Desk) write(ctx context.Context, l *store.Loader, holder string, c chunk, p paiza.Progress) error {
	return l.Load(ctx, c.rows, c.errs, p, func(t *store.Tx) error { return d.holds(t, holder) })
}

// holds renews the lease of an import, or says that it is another's.
func (d *Desk) holds(t *store.Tx, holder string) error {
	ok, err := t.TakeLease("import", holder, d.now(), leaseTime)
	if err == nil && !ok {
		return paiza.Conflict("import.busy", nil)
	}
	return err
}

func (d *Desk) chunkOf(b *ingest.Batch, importID string) chunk {
	c := chunk{n: int64(len(b.Rows)), bytes: b.Bytes}
	rows := make([]store.ImportRow, 0, len(b.Rows))
	at := d.now()
	for i := range b.Rows {
		row := &b.Rows[i]
		if row.Err != nil {
			c.errs = append(c.errs, *row.Err)
			continue
		}
		if z := row.Seizure; z != nil {
			z.Recorded, z.Source.Import = at, importID
		} else {
			row.Total.Source.Import = importID
		}
		rows = append(rows, store.ImportRow{Key: keyOf(row), Ident: row.Identity, Cells: row.Cells, Seizure: row.Seizure, Total: row.Total})
	}
	c.rows = store.Pack(rows)
	return c
}

// keyOf is the row's key with its date in front, so that rows of one time lie
// together in the index: files come in the order of time, and a key that is all
// hash would touch another page of the index with every row.
func keyOf(row *ingest.Row) store.Key {
	k := store.Key(row.Key)
	date := uint32(0)
	if row.Seizure != nil {
		date = uint32(row.Seizure.Date)
	} else if row.Total != nil {
		date = uint32(row.Total.Year)
	}
	binary.BigEndian.PutUint32(k[:4], date)
	return k
}

// kindOf names an error for the log without its content.
func kindOf(err error) string {
	for _, kind := range []error{paiza.ErrInvalid, paiza.ErrForbidden, paiza.ErrNotFound, paiza.ErrConflict, paiza.ErrUnavailable} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	return "internal"
}
