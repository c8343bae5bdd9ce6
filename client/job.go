package client

import (
	"context"
	"net/url"

	"paiza/wire"
)

// Condition says how the node stands.
func (c *Client) Condition(ctx context.Context) (wire.Condition, error) {
	var out wire.Condition
	return out, c.get(ctx, "/node/condition", nil, &out)
}

// Jobs lists what the node does by itself.
func (c *Client) Jobs(ctx context.Context) (wire.JobList, error) {
	var out wire.JobList
	return out, c.get(ctx, "/node/jobs", nil, &out)
}

// RunJob asks for a run now.
func (c *Client) RunJob(ctx context.Context, name string) (wire.Job, error) {
	var out wire.Job
	return out, c.post(ctx, "/node/jobs/"+url.PathEscape(name)+"/run", nil, &out)
}

// PauseJob pauses a job.
func (c *Client) PauseJob(ctx context.Context, name, reason string) (wire.Job, error) {
	var out wire.Job
	return out, c.post(ctx, "/node/jobs/"+url.PathEscape(name)+"/pause", wire.Why{Reason: reason}, &out)
}

// ResumeJob lets a paused job go on.
func (c *Client) ResumeJob(ctx context.Context, name, reason string) (wire.Job, error) {
	var out wire.Job
	return out, c.post(ctx, "/node/jobs/"+url.PathEscape(name)+"/resume", wire.Why{Reason: reason}, &out)
}

// Backups lists backups as their files are now, newest first.
func (c *Client) Backups(ctx context.Context) (wire.BackupList, error) {
	var out wire.BackupList
	return out, c.get(ctx, "/node/backups", nil, &out)
}

// VerifyBackup compares the file of a backup with what was proved.
func (c *Client) VerifyBackup(ctx context.Context, id string) (wire.Backup, error) {
	var out wire.Backup
	return out, c.post(ctx, "/node/backups/"+url.PathEscape(id)+"/verify", nil, &out)
}
