package jobs

import (
	"context"
	"fmt"
	"time"

	"paiza"
	"paiza/internal/desk"
)

// Options say when a node does what. Zero fields take the defaults.
type Options struct {
	Backup paiza.Schedule // when the desk's plan for backups is set; default daily 02:30
	Check  paiza.Schedule // proof of the whole store; default daily 03:30
}

// Node lists the jobs of a node over its desk. Without a plan for backups there
// is no job of that name.
func Node(d *desk.Desk, plan desk.BackupPlan, o Options) []Kind {
	hourly := paiza.Schedule{Every: time.Hour}
	if o.Backup == (paiza.Schedule{}) {
		o.Backup = paiza.Schedule{Daily: true, Hour: 2, Minute: 30}
	}
	if o.Check == (paiza.Schedule{}) {
		o.Check = paiza.Schedule{Daily: true, Hour: 3, Minute: 30}
	}
	list := []Kind{
		{"tidy", hourly, func(ctx context.Context) (string, error) { return "", d.Tidy(ctx) }},
		{"purge", paiza.Schedule{Every: time.Minute}, func(ctx context.Context) (string, error) { return "", d.Purge(ctx) }},
		{"concern", paiza.Schedule{Every: time.Minute}, func(ctx context.Context) (string, error) {
			n, err := d.NoteConcerns(ctx)
			return fmt.Sprintf("concerns=%d", n), err
		}},
		{"measure", hourly, func(ctx context.Context) (string, error) { return "", d.Measure(ctx) }},
		{"checkpoint", paiza.Schedule{Every: 4 * time.Hour}, func(ctx context.Context) (string, error) {
			n, err := d.ShowLedger(ctx)
			return fmt.Sprintf("nodes=%d", n), err
		}},
		{"check", o.Check, func(ctx context.Context) (string, error) {
			c, err := d.CheckStore(ctx)
			return fmt.Sprintf("entries=%d", c.Entries), err
		}},
	}
	if plan.Set() {
		list = append(list, Kind{"backup", o.Backup, func(ctx context.Context) (string, error) {
			b, err := d.BackUpAsPlanned(ctx)
			return b.Name, err
		}})
	}
	return list
}
