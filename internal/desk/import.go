package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"paiza"
	"paiza/internal/access"
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
	// Handling is that of all rows of the file.
	Handling paiza.NewHandling
	// Accept takes the proposed mapping of an unknown layout as it is.
	Accept bool
	Reason string
	// Each is given every refused or set-aside row of a dry run, not only the
	// first of them.
	Each func(paiza.RowError) error
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
	file     *ingest.File
	profile  *ingest.Profile
	known    bool
	drop     func()
	handling int64  // number of the rows' handling, once the import has begun
	holder   string // the import in its lease: not its process, which may be asked for another
}

func (o *opened) Close() {
	o.file.Close()
	o.drop()
}

func (d *Desk) open(ctx context.Context, who paiza.Actor, in ImportRequest) (*opened, error) {
	path, name, drop := in.Path, in.Name, func() {}
	if in.UploadID != "" {
		u, err := d.store.Upload(ctx, in.UploadID)
		if err != nil {
			return nil, err
		}
		if u.Actor != who.ID && who.Via != paiza.ViaConsole {
			return nil, paiza.NotFound("upload", in.UploadID) // nobody has decided yet who may read it
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
	o, err := d.open(ctx, who, in)
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
	// Handling is how the rows would be handled.
	Handling paiza.Handling
}

// DryRun reads the whole file and changes nothing.
func (d *Desk) DryRun(ctx context.Context, who paiza.Actor, in ImportRequest) (DryRun, error) {
	if err := allow(who, paiza.RightImport); err != nil {
		return DryRun{}, err
	}
	o, err := d.open(ctx, who, in)
	if err != nil {
		return DryRun{}, err
	}
	defer o.Close()
	out := DryRun{Profile: o.profile.Name, Kind: o.profile.Kind}
	if out.Handling, err = d.handleAll(ctx, who, in.Handling); err != nil {
		return out, err
	}
	known, err := d.store.HasSource(ctx, o.profile.Series())
	if err != nil {
		return out, err
	}
	idents, kept := map[store.Key]bool{}, int64(0)
	report, err := ingest.Read(ctx, o.file, o.profile, resolver{d.cat}, ingest.Options{Day: paiza.DateOf(d.now())}, func(b *ingest.Batch) error {
		var keys []store.Key
		var warned []bool
		for i := range b.Rows {
			row := &b.Rows[i]
			var flags paiza.Flags
			switch {
			case row.Err != nil:
				if len(out.Errors) < errorsShown {
					out.Errors = append(out.Errors, *row.Err)
				}
				if in.Each != nil {
					if err := in.Each(*row.Err); err != nil {
						return err
					}
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
			warned = append(warned, flags&paiza.Warning != 0)
			if known && row.Identity != (store.Key{}) {
				idents[row.Identity] = true
			}
		}
		held := make([]bool, len(keys))
		if known {
			var n int64
			var err error
			if held, n, err = d.store.Held(ctx, out.Kind, keys); err != nil {
				return err
			}
			kept += n
		}
		for i := range keys {
			switch {
			case held[i]:
				out.Counts.Repeated++
			case warned[i]:
				out.Counts.Flagged++
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	// What counts now of the identities in the file and is not in it, the file
	// replaces.
	if len(idents) > 0 {
		n, err := d.store.Counting(ctx, out.Kind, idents)
		if err != nil {
			return out, err
		}
		out.Counts.Revised = max(n-kept, 0)
	}
	out.Counts.Read, out.Counts.Refused, out.Counts.SetAside = report.Read, report.Refused, report.SetAside
	out.Counts.Imported = report.Accepted - out.Counts.Repeated
	out.Notes = report.Notes
	return out, nil
}

// Import takes a file in and returns when its rows count, or when nothing of it
// is kept.
func (d *Desk) Import(ctx context.Context, who paiza.Actor, in ImportRequest, progress func(paiza.Progress)) (paiza.Import, error) {
	imp, o, err := d.begin(ctx, who, in)
	if err != nil {
		return imp, err
	}
	return d.run(ctx, who, in, imp, o, false, progress)
}

// StartImport begins an import and goes on with it in the background; its
// progress is in the store, where any process can read it.
func (d *Desk) StartImport(ctx context.Context, who paiza.Actor, in ImportRequest) (paiza.Import, error) {
	imp, o, err := d.begin(ctx, who, in)
	if err != nil {
		return imp, err
	}
	d.work.Go(func() {
		if _, err := d.run(d.back, who, in, imp, o, true, nil); err != nil {
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
	o, err := d.open(ctx, who, in)
	if err != nil {
		return imp, nil, err
	}
	if !o.known && !in.Accept {
		o.Close()
		return imp, nil, paiza.Invalid("import.unknown_layout", paiza.Args{"file": o.file.Name})
	}
	h, err := d.handleAll(ctx, who, in.Handling)
	if err != nil {
		o.Close()
		return imp, nil, err
	}
	sum, err := o.file.SHA256()
	if err != nil {
		o.Close()
		return imp, nil, err
	}
	imp = paiza.Import{File: o.file.Name, SHA256: sum, Size: o.file.Size, Profile: o.profile.Name, Source: o.profile.Series(),
		Kind: o.profile.Kind, Actor: who.Name, Person: who.ID, Handling: h, Started: d.now(), Catalog: d.cat.Version()}
	if o.holder, err = d.takeImportLease(ctx); err != nil {
		o.Close()
		return imp, nil, err
	}
	err = d.purgeStale(ctx)
	if err == nil {
		err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
			var err error
			_, o.handling, err = t.BeginImport(&imp)
			return entry{action: "import.begin", subject: "import/" + imp.ID, reason: in.Reason,
				detail: fmt.Sprintf("profile %s, sha256 %s, %s", imp.Profile, imp.SHA256, handlingText(h))}, err
		})
	}
	if err != nil {
		o.Close()
		return imp, nil, errors.Join(err, d.dropImportLease(ctx, o.holder))
	}
	return imp, o, nil
}

// Imports lists imports, newest first.
func (d *Desk) Imports(ctx context.Context, who paiza.Actor) ([]paiza.Import, error) {
	if err := allow(who, paiza.RightReadSeizure); err != nil {
		return nil, err
	}
	return d.store.Imports(ctx, 500, d.may(who, paiza.RightReadSeizure))
}

// ImportDetail is one import with the first of its refused rows.
type ImportDetail struct {
	paiza.Import
	Errors []paiza.RowError
	May    []paiza.Right // what the reader may do to it
}

// ImportByID reads one import.
func (d *Desk) ImportByID(ctx context.Context, who paiza.Actor, id string) (ImportDetail, error) {
	imp, num, err := d.importFor(ctx, who, paiza.RightReadSeizure, id)
	if err != nil {
		return ImportDetail{}, err
	}
	out := ImportDetail{Import: imp, May: d.mayDo(who, access.Object{Kind: access.KindImport, Handling: imp.Handling}, d.when(), paiza.RightRelabel, paiza.RightUndoImport)}
	err = d.store.ImportErrors(ctx, num, errorsShown, func(e paiza.RowError) error {
		out.Errors = append(out.Errors, e)
		return nil
	})
	return out, err
}

// ImportFor reads an import for the form of an act: it is refused as the act
// would be.
func (d *Desk) ImportFor(ctx context.Context, who paiza.Actor, right paiza.Right, id string) (paiza.Import, error) {
	imp, _, err := d.importFor(ctx, who, right, id)
	return imp, err
}

// importFor reads an import for an act.
func (d *Desk) importFor(ctx context.Context, who paiza.Actor, right paiza.Right, id string) (paiza.Import, int64, error) {
	if err := allow(who, right); err != nil {
		return paiza.Import{}, 0, err
	}
	imp, err := d.store.Import(ctx, id)
	if err != nil {
		return imp, 0, err
	}
	num, err := strconv.ParseInt(imp.ID, 10, 64)
	if err != nil {
		return imp, 0, paiza.NotFound("import", id)
	}
	return imp, num, d.decide(who, right, access.Object{Kind: access.KindImport, Handling: imp.Handling}, d.when(), "import", id)
}

// ImportErrors gives every refused or set-aside row of an import.
func (d *Desk) ImportErrors(ctx context.Context, who paiza.Actor, id string, fn func(paiza.RowError) error) error {
	_, num, err := d.importFor(ctx, who, paiza.RightReadSeizure, id)
	if err != nil {
		return err
	}
	return d.store.ImportErrors(ctx, num, 0, fn)
}

// Undo takes back an import as one act: its rows leave every list and figure at
// once, and their removal goes on behind.
func (d *Desk) Undo(ctx context.Context, who paiza.Actor, id, reason string) (paiza.Import, error) {
	imp, num, err := d.importFor(ctx, who, paiza.RightUndoImport, id)
	if err != nil {
		return imp, err
	}
	if err := needReason(reason); err != nil {
		return imp, err
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := d.passOnImport(ctx, t, num, true, reason); err != nil {
			return entry{}, err
		}
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
