package main

import (
	"context"
	"log/slog"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/jobs"
)

// planFlags say how a served node backs itself up.
type planFlags struct {
	BackupFolder     string   `help:"Folder for the node's own backups, best on another disk." env:"PAIZA_BACKUP_FOLDER" placeholder:"FOLDER"`
	BackupRecipients []string `name:"backup-recipient" help:"Public key (age1…) whose holder can open the backups; may be given several times." env:"PAIZA_BACKUP_RECIPIENTS" placeholder:"KEY"`
	BackupAt         string   `help:"When: daily HH:MM in the node's time, or every DURATION." default:"daily 02:30" env:"PAIZA_BACKUP_AT" placeholder:"WHEN"`
	BackupKeep       int      `help:"How many good backups stay." default:"14" env:"PAIZA_BACKUP_KEEP" placeholder:"N"`
	BackupScratch    string   `help:"Folder where a copy lies, unencrypted, while it is sealed. Beside the store when not given; for PostgreSQL the folder for temporary files." env:"PAIZA_BACKUP_SCRATCH" placeholder:"FOLDER"`
	Certificate      string   `help:"PEM file of the node's TLS certificate, whose end the node's page watches." env:"PAIZA_CERTIFICATE" placeholder:"FILE"`
}

func (f *planFlags) plan() desk.BackupPlan {
	return desk.BackupPlan{Folder: f.BackupFolder, Recipients: f.BackupRecipients, Keep: f.BackupKeep, Scratch: f.BackupScratch}
}

// check finds what is wrong with the flags before the first night depends on
// them.
func (f *planFlags) check() error {
	if f.BackupAt != "" {
		if _, err := paiza.ParseSchedule(f.BackupAt); err != nil {
			return err
		}
	}
	return f.plan().Check()
}

// startJobs begins what the node does by itself. The answer stops it and waits.
func (f *planFlags) startJobs(a *app, d *desk.Desk, log *slog.Logger) func() {
	var o jobs.Options
	if f.BackupAt != "" {
		o.Backup, _ = paiza.ParseSchedule(f.BackupAt) // checked before the store was opened
	}
	ctx, stop := context.WithCancel(a.ctx)
	done := make(chan struct{})
	runner := jobs.New(d, log, jobs.Node(d, f.plan(), o)...)
	go func() {
		defer close(done)
		runner.Run(ctx)
	}()
	return func() {
		stop()
		<-done
	}
}
