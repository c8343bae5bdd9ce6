package main

import (
	"context"

	"paiza/internal/config"
	"paiza/internal/desk"
	"paiza/internal/jobs"
)

// planOf is how a served node backs itself up, by its configuration.
func planOf(c config.Config) desk.BackupPlan {
	return desk.BackupPlan{Folder: c.Backup.Folder, Recipients: c.Backup.Recipients, Keep: c.Backup.Keep, Scratch: c.Backup.Scratch}
}

// startJobs begins what the node does by itself. The answer stops it and waits.
func (n *running) startJobs(a *app) func() {
	ctx, stop := context.WithCancel(a.ctx)
	done := make(chan struct{})
	runner := jobs.New(n.desk, n.log, jobs.Node(n.desk, a.plan, jobs.Options{Backup: n.cfg.Backup.Schedule})...)
	go func() {
		defer close(done)
		runner.Run(ctx)
	}()
	return func() {
		stop()
		<-done
	}
}
