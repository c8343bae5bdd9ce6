package main

import (
	"context"
	"sync"

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
	sender := jobs.NewWebhooks(n.desk, n.log, a.dial)
	go func() {
		defer close(done)
		var work sync.WaitGroup
		work.Go(func() { sender.Run(ctx) })
		runner.Run(ctx)
		work.Wait()
	}()
	return func() {
		stop()
		<-done
	}
}
