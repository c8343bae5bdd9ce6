package api

import (
	"context"
	"slices"

	"paiza"
	"paiza/internal/desk"
	"paiza/wire"
)

// jobRuns is how many runs of each job are answered.
const jobRuns = 20

func (a *API) listJobs(ctx context.Context, _ *struct{}) (*struct{ Body wire.JobList }, error) {
	list, err := a.desk.Jobs(ctx, who(ctx), jobRuns)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body wire.JobList }{wire.JobList{Jobs: make([]wire.Job, len(list))}}
	for i, j := range list {
		out.Body.Jobs[i] = wire.FromJob(j.Job, j.Runs, callerOf(ctx).Print)
	}
	return out, nil
}

type jobOutput struct{ Body wire.Job }

func (a *API) getJob(ctx context.Context, in *IDInput) (*jobOutput, error) {
	list, err := a.desk.Jobs(ctx, who(ctx), jobRuns)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(j desk.JobState) bool { return j.Name == in.ID })
	if i < 0 {
		return nil, paiza.NotFound("job", in.ID)
	}
	return &jobOutput{wire.FromJob(list[i].Job, list[i].Runs, callerOf(ctx).Print)}, nil
}

func (a *API) runJob(ctx context.Context, in *IDInput) (*jobOutput, error) {
	if err := a.desk.RunJob(ctx, who(ctx), in.ID); err != nil {
		return nil, err
	}
	return a.getJob(ctx, in)
}

func (a *API) pauseJob(ctx context.Context, in *whyInput) (*jobOutput, error) {
	if err := a.desk.PauseJob(ctx, who(ctx), in.ID, in.Body.Reason); err != nil {
		return nil, err
	}
	return a.getJob(ctx, &in.IDInput)
}

func (a *API) resumeJob(ctx context.Context, in *whyInput) (*jobOutput, error) {
	if err := a.desk.ResumeJob(ctx, who(ctx), in.ID, in.Body.Reason); err != nil {
		return nil, err
	}
	return a.getJob(ctx, &in.IDInput)
}

func (a *API) listBackups(ctx context.Context, _ *struct{}) (*struct{ Body wire.BackupList }, error) {
	list, err := a.desk.Backups(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	out := &struct{ Body wire.BackupList }{wire.BackupList{Backups: make([]wire.Backup, len(list))}}
	for i, b := range list {
		out.Body.Backups[i] = wire.FromBackup(b)
	}
	return out, nil
}

func (a *API) verifyBackup(ctx context.Context, in *IDInput) (*struct{ Body wire.Backup }, error) {
	b, err := a.desk.VerifyBackup(ctx, who(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.Backup }{wire.FromBackup(b)}, nil
}

func (a *API) condition(ctx context.Context, _ *struct{}) (*struct{ Body wire.Condition }, error) {
	c, err := a.desk.Condition(ctx, who(ctx))
	if err != nil {
		return nil, err
	}
	out := wire.Condition{Engine: c.Engine, EngineVersion: c.EngineVersion, Tables: c.Tables, Catalog: c.Catalog, Bytes: c.Size.Bytes(), Free: c.Free,
		BackupFree: c.BackupFree, Seizures: c.Size.Seizures, Imports: c.Size.Imports, Entries: c.Size.Entries, People: c.Size.People,
		Sessions: c.Size.Sessions, Sound: c.Check.Sound, LedgerKey: c.LedgerKey}
	if at := c.Check.At; !at.IsZero() {
		at = at.UTC()
		out.Checked = &at
	}
	if k := c.Certificate; k != nil {
		out.Certificate = wire.NewCertificate(k.Names, k.Until, k.Broken)
	}
	return &struct{ Body wire.Condition }{out}, nil
}
