package desk

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"paiza"
	"paiza/internal/ingest"
	"paiza/internal/store"
)

// Upload is a file that waits in the store to be imported.
type Upload = store.Upload

// uploadMax is the largest file that a page takes; the command line reads
// larger ones in place.
const uploadMax = 2 << 30

// errorsShown is how many refused rows come with an answer; all of them can be
// downloaded.
const errorsShown = 200

// Upload keeps a file in the store.
func (d *Desk) Upload(ctx context.Context, who paiza.Actor, name string, r io.Reader) (Upload, error) {
	if err := allow(who, paiza.RightImport); err != nil {
		return Upload{}, err
	}
	u := Upload{ID: newID(), Name: filepath.Base(name), Actor: who.ID, At: d.now()}
	return d.store.SaveUpload(ctx, u, r, uploadMax, func(t *store.Tx, u Upload) error {
		return t.Append(&paiza.Act{At: d.now(), Actor: who, Action: "import.upload", Subject: "upload/" + u.ID,
			Detail: fmt.Sprintf("%d bytes, sha256 %s", u.Size, u.SHA256)})
	})
}

// ImportRequest says which file to take in and how its columns are meant.
type ImportRequest struct {
	UploadID string // a file in the store …
	Path     string // … or on this machine
	Name     string // as the person knows the file; from the path when empty
	Profile  string // name of a shipped profile; empty finds out
	Mapping  []byte // TOML of a profile that a person confirmed; wins over Profile
	// Accept takes the proposed mapping of an unknown layout as it is.
	Accept bool
	Reason string
}

// Recognition is what was found out about a file.
type Recognition struct {
	File       *ingest.File
	Profile    *ingest.Profile
	Recognised bool
	Profiles   []*ingest.Profile
}

// opened is a file on this machine's disk with the profile to read it.
type opened struct {
	file    *ingest.File
	profile *ingest.Profile
	known   bool
	drop    func()
}

func (o *opened) Close() {
	o.file.Close()
	o.drop()
}

func (d *Desk) open(ctx context.Context, in ImportRequest) (*opened, error) {
	path, name, drop := in.Path, in.Name, func() {}
	if in.UploadID != "" {
		u, err := d.store.Upload(ctx, in.UploadID)
		if err != nil {
			return nil, err
		}
		tmp, err := os.CreateTemp("", "paiza-upload-*")
		if err != nil {
			return nil, paiza.Unavailable("store.disk_fault", err)
		}
		path, name, drop = tmp.Name(), u.Name, func() { os.Remove(tmp.Name()) }
		err = d.store.ReadUpload(ctx, in.UploadID, tmp)
		if err = errors.Join(err, tmp.Close()); err != nil {
			drop()
			return nil, err
		}
	}
	if name == "" {
		name = filepath.Base(path)
	}
	f, err := ingest.Open(ctx, path, name, ingest.DefaultLimits())
	if err != nil {
		drop()
		return nil, err
	}
	o := &opened{file: f, profile: f.Profile, known: f.Recognised, drop: drop}
	if err := o.choose(in); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

func (o *opened) choose(in ImportRequest) error {
	switch {
	case len(in.Mapping) > 0:
		p, err := ingest.ParseProfile(in.Mapping)
		if err != nil {
			return err
		}
		o.profile, o.known = p, true
	case in.Profile != "":
		p, ok := ingest.ProfileByName(in.Profile)
		if !ok {
			return paiza.Invalid("import.no_profile", paiza.Args{"profile": in.Profile})
		}
		o.profile, o.known = p, true
	default:
		return nil
	}
	return o.file.Fits(o.profile)
}

// Recognise says how a file is written and which profile fits, or proposes one.
func (d *Desk) Recognise(ctx context.Context, who paiza.Actor, uploadID, profile string) (Recognition, error) {
	return d.RecogniseFile(ctx, who, ImportRequest{UploadID: uploadID, Profile: profile})
}

// RecogniseFile is Recognise for any request.
func (d *Desk) RecogniseFile(ctx context.Context, who paiza.Actor, in ImportRequest) (Recognition, error) {
	if err := allow(who, paiza.RightImport); err != nil {
		return Recognition{}, err
	}
	o, err := d.open(ctx, in)
	if err != nil {
		return Recognition{}, err
	}
	defer o.Close()
	return Recognition{File: o.file, Profile: o.profile, Recognised: o.known, Profiles: ingest.Profiles()}, nil
}

// DryRun is what an import would do.
type DryRun struct {
	Profile string
	Kind    paiza.ImportKind
	Counts  paiza.Counts
	Errors  []paiza.RowError // the first of them
	Sample  []paiza.Seizure
	Totals  []paiza.Total
	Notes   []paiza.Note
}

// DryRun reads the whole file and changes nothing.
func (d *Desk) DryRun(ctx context.Context, who paiza.Actor, in ImportRequest) (DryRun, error) {
	if err := allow(who, paiza.RightImport); err != nil {
		return DryRun{}, err
	}
	o, err := d.open(ctx, in)
	if err != nil {
		return DryRun{}, err
	}
	defer o.Close()
	out := DryRun{Profile: o.profile.Name, Kind: o.profile.Kind}
	known, err := d.store.HasSource(ctx, o.profile.Series())
	if err != nil {
		return out, err
	}
	report, err := ingest.Read(ctx, o.file, o.profile, resolver{d.cat}, ingest.Options{Day: paiza.DateOf(d.now())}, func(b *ingest.Batch) error {
		var keys []store.Key
		for i := range b.Rows {
			row := &b.Rows[i]
			var flags paiza.Flags
			switch {
			case row.Err != nil:
				if len(out.Errors) < errorsShown {
					out.Errors = append(out.Errors, *row.Err)
				}
				continue
			case row.Seizure != nil:
				flags = row.Seizure.Flags
				if len(out.Sample) < 20 {
					out.Sample = append(out.Sample, *row.Seizure)
				}
			default:
				flags = row.Total.Flags
				if len(out.Totals) < 20 {
					out.Totals = append(out.Totals, *row.Total)
				}
			}
			keys = append(keys, keyOf(row))
			if flags&paiza.Warning != 0 {
				out.Counts.Flagged++
			}
		}
		if known {
			n, err := d.store.Count(ctx, out.Kind, keys)
			out.Counts.Repeated += n
			return err
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	out.Counts.Read, out.Counts.Refused, out.Counts.SetAside = report.Read, report.Refused, report.SetAside
	out.Counts.Imported = report.Accepted - out.Counts.Repeated
	out.Notes = report.Notes
	return out, nil
}

// leaseTime is how long an import may be silent before its process is taken for
// dead; it says that it lives every leaseBeat.
const (
	leaseTime = 20 * time.Second
	leaseBeat = 5 * time.Second
)

// Import takes a file in and returns when its rows count, or when nothing of it
// is kept.
func (d *Desk) Import(ctx context.Context, who paiza.Actor, in ImportRequest, progress func(paiza.Progress)) (paiza.Import, error) {
	imp, o, err := d.begin(ctx, who, in)
	if err != nil {
		return imp, err
	}
	return d.run(ctx, who, in, imp, o, progress)
}

// StartImport begins an import and goes on with it in the background; its
// progress is in the store, where any process can read it.
func (d *Desk) StartImport(ctx context.Context, who paiza.Actor, in ImportRequest) (paiza.Import, error) {
	imp, o, err := d.begin(ctx, who, in)
	if err != nil {
		return imp, err
	}
	d.work.Go(func() {
		if _, err := d.run(d.back, who, in, imp, o, nil); err != nil {
			d.log.Warn("import failed", "import", imp.ID, "kind", kindOf(err))
		}
	})
	return imp, nil
}

func (d *Desk) begin(ctx context.Context, who paiza.Actor, in ImportRequest) (paiza.Import, *opened, error) {
	var imp paiza.Import
	if err := allow(who, paiza.RightImport); err != nil {
		return imp, nil, err
	}
	o, err := d.open(ctx, in)
	if err != nil {
		return imp, nil, err
	}
	if !o.known && !in.Accept {
		o.Close()
		return imp, nil, paiza.Invalid("import.unknown_layout", paiza.Args{"file": o.file.Name})
	}
	sum, err := o.file.SHA256()
	if err != nil {
		o.Close()
		return imp, nil, err
	}
	imp = paiza.Import{File: o.file.Name, SHA256: sum, Size: o.file.Size, Profile: o.profile.Name, Source: o.profile.Series(),
		Kind: o.profile.Kind, Actor: who.Name, Started: d.now(), Catalog: d.cat.Version()}
	if err := d.takeImportLease(ctx); err != nil {
		o.Close()
		return imp, nil, err
	}
	err = d.purgeStale(ctx)
	if err == nil {
		err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
			_, err := t.BeginImport(&imp)
			return entry{action: "import.begin", subject: "import/" + imp.ID, reason: in.Reason,
				detail: fmt.Sprintf("profile %s, sha256 %s", imp.Profile, imp.SHA256)}, err
		})
	}
	if err != nil {
		o.Close()
		return imp, nil, errors.Join(err, d.dropImportLease(ctx))
	}
	return imp, o, nil
}

func (d *Desk) takeImportLease(ctx context.Context) error {
	return d.store.Write(ctx, func(t *store.Tx) error {
		ok, err := t.TakeLease("import", d.holder, d.now(), leaseTime)
		if err != nil || ok {
			return err
		}
		// A process of this machine that is no more need not be waited for.
		holder, err := t.LeaseHolder("import")
		if err != nil {
			return err
		}
		if !diedHere(holder) {
			return paiza.Conflict("import.busy", nil)
		}
		if err := t.DropLease("import", holder); err != nil {
			return err
		}
		if ok, err = t.TakeLease("import", d.holder, d.now(), leaseTime); err == nil && !ok {
			err = paiza.Conflict("import.busy", nil)
		}
		return err
	})
}

// keepImportLease renews the lease until the context ends.
func (d *Desk) keepImportLease(ctx context.Context) {
	beat := time.NewTicker(leaseBeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			err := d.store.Write(ctx, func(t *store.Tx) error {
				_, err := t.TakeLease("import", d.holder, d.now(), leaseTime)
				return err
			})
			if err != nil && ctx.Err() == nil {
				d.log.Warn("the lease of an import was not renewed", "error", err)
			}
		}
	}
}

func (d *Desk) dropImportLease(ctx context.Context) error {
	return d.store.Write(context.WithoutCancel(ctx), func(t *store.Tx) error { return t.DropLease("import", d.holder) })
}

// purgeStale removes rows of imports that were undone or cut off. The caller
// holds the lease, so an import that says it runs is dead.
func (d *Desk) purgeStale(ctx context.Context) error {
	stale, running, err := d.store.Unpurged(ctx)
	if err != nil {
		return err
	}
	for _, num := range running {
		err := d.act(ctx, paiza.Operator("node"), func(t *store.Tx) (entry, error) {
			return entry{action: "import.cut_off", subject: "import/" + strconv.FormatInt(num, 10)},
				t.FailImport(num, d.now(), paiza.Invalid("import.cut_off", nil))
		})
		if err != nil {
			return err
		}
	}
	for _, num := range append(stale, running...) {
		if err := d.store.PurgeImport(ctx, num); err != nil {
			return err
		}
	}
	return nil
}

// clearCutOff runs when a process starts: what a dead one left is removed unless
// another import is at work, which then does it.
func (d *Desk) clearCutOff(ctx context.Context) error {
	stale, running, err := d.store.Unpurged(ctx)
	if err != nil || len(stale)+len(running) == 0 {
		return err
	}
	if err := d.takeImportLease(ctx); err != nil {
		if errors.Is(err, paiza.ErrConflict) {
			return nil
		}
		return err
	}
	return errors.Join(d.purgeStale(ctx), d.dropImportLease(ctx))
}

func (d *Desk) run(ctx context.Context, who paiza.Actor, in ImportRequest, imp paiza.Import, o *opened, progress func(paiza.Progress)) (paiza.Import, error) {
	defer o.Close()
	beating, stop := context.WithCancel(ctx)
	var beat sync.WaitGroup
	beat.Go(func() { d.keepImportLease(beating) })
	defer func() {
		stop()
		beat.Wait() // or a late beat would take the lease again
		if err := d.dropImportLease(ctx); err != nil {
			d.log.Warn("import lease kept until it runs out", "import", imp.ID, "error", err)
		}
	}()
	num, _ := strconv.ParseInt(imp.ID, 10, 64)
	err := d.load(ctx, who, in, &imp, num, o, progress)
	if err == nil {
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
	ferr := d.act(clean, who, func(t *store.Tx) (entry, error) {
		return entry{action: "import.fail", subject: "import/" + imp.ID, detail: why.Key}, t.FailImport(num, d.now(), why)
	})
	if ferr == nil {
		ferr = d.store.PurgeImport(clean, num)
	}
	if ferr != nil {
		d.log.Error("rows of a failed import wait to be removed", "import", imp.ID, "error", ferr)
	}
	return imp, err
}

// chunk is what the reading goroutine hands to the writing one.
type chunk struct {
	rows  []store.ImportRow
	errs  []paiza.RowError
	bytes int64
}

// load reads on one core and writes on another.
func (d *Desk) load(ctx context.Context, who paiza.Actor, in ImportRequest, imp *paiza.Import, num int64, o *opened, progress func(paiza.Progress)) error {
	known, err := d.store.HasEarlier(ctx, imp.Source, num)
	if err != nil {
		return err
	}
	loader := d.store.NewLoader(num, !known)
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
		p.Rows += int64(len(c.rows) + len(c.errs))
		p.Bytes, p.Updated = c.bytes, d.now()
		if writeErr = d.write(ctx, loader, c, p); writeErr != nil {
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
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		revised, err := loader.Settle(t)
		if err != nil {
			return entry{}, err
		}
		imp.Counts.Revised = revised
		return entry{action: "import.run", subject: "import/" + imp.ID, reason: in.Reason,
			detail: fmt.Sprintf("profile %s, sha256 %s, read %d, imported %d, refused %d, repeated %d, set aside %d, revised %d", imp.Profile, imp.SHA256,
				imp.Counts.Read, imp.Counts.Imported, imp.Counts.Refused, imp.Counts.Repeated, imp.Counts.SetAside, revised)}, t.FinishImport(num, imp, report.Header, loader.Sum)
	})
}

func (d *Desk) write(ctx context.Context, l *store.Loader, c chunk, p paiza.Progress) error {
	return l.Load(ctx, c.rows, c.errs, p, func(t *store.Tx) error {
		ok, err := t.TakeLease("import", d.holder, d.now(), leaseTime)
		if err == nil && !ok {
			return paiza.Conflict("import.busy", nil)
		}
		return err
	})
}

func (d *Desk) chunkOf(b *ingest.Batch, importID string) chunk {
	c := chunk{rows: make([]store.ImportRow, 0, len(b.Rows)), bytes: b.Bytes}
	at := d.now()
	for i := range b.Rows {
		row := &b.Rows[i]
		if row.Err != nil {
			c.errs = append(c.errs, *row.Err)
			continue
		}
		if z := row.Seizure; z != nil {
			z.Recorded, z.Source.Import = at, importID
			if z.Handling.TLP == "" {
				z.Handling.TLP = paiza.TLPAmber
			}
		} else {
			row.Total.Source.Import = importID
		}
		c.rows = append(c.rows, store.ImportRow{Key: keyOf(row), Ident: row.Identity, Cells: row.Cells, Seizure: row.Seizure, Total: row.Total})
	}
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

// Imports lists imports, newest first.
func (d *Desk) Imports(ctx context.Context, who paiza.Actor) ([]paiza.Import, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return nil, err
	}
	return d.store.Imports(ctx, 500)
}

// ImportDetail is one import with the first of its refused rows.
type ImportDetail struct {
	paiza.Import
	Errors []paiza.RowError
}

// ImportByID reads one import.
func (d *Desk) ImportByID(ctx context.Context, who paiza.Actor, id string) (ImportDetail, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return ImportDetail{}, err
	}
	imp, err := d.store.Import(ctx, id)
	if err != nil {
		return ImportDetail{}, err
	}
	out := ImportDetail{Import: imp}
	num, _ := strconv.ParseInt(imp.ID, 10, 64)
	err = d.store.ImportErrors(ctx, num, errorsShown, func(e paiza.RowError) error {
		out.Errors = append(out.Errors, e)
		return nil
	})
	return out, err
}

// ImportErrors gives every refused or set-aside row of an import.
func (d *Desk) ImportErrors(ctx context.Context, who paiza.Actor, id string, fn func(paiza.RowError) error) error {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return err
	}
	imp, err := d.store.Import(ctx, id)
	if err != nil {
		return err
	}
	num, _ := strconv.ParseInt(imp.ID, 10, 64)
	return d.store.ImportErrors(ctx, num, 0, fn)
}

// Undo takes back an import as one act: its rows leave every list and figure at
// once, and their removal goes on behind.
func (d *Desk) Undo(ctx context.Context, who paiza.Actor, id, reason string) (paiza.Import, error) {
	if err := allow(who, paiza.RightUndoImport); err != nil {
		return paiza.Import{}, err
	}
	imp, err := d.store.Import(ctx, id)
	if err != nil {
		return imp, err
	}
	if strings.TrimSpace(reason) == "" {
		return imp, fieldFault("reason", "error.reason_missing")
	}
	num, _ := strconv.ParseInt(imp.ID, 10, 64)
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		return entry{action: "import.undo", subject: "import/" + imp.ID, reason: reason,
			detail: fmt.Sprintf("sha256 %s, %d rows", imp.SHA256, imp.Counts.Imported)}, t.UndoImport(num, d.now())
	})
	if err != nil {
		return imp, err
	}
	d.work.Go(func() {
		if err := d.store.PurgeImport(context.WithoutCancel(ctx), num); err != nil {
			d.log.Error("rows of an undone import wait to be removed", "import", id, "error", err)
		}
	})
	return d.store.Import(ctx, id)
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
