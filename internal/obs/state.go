package obs

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// State is what a node says of itself at a scrape.
type State struct {
	Checks         map[string]bool // by name: whether it holds
	LedgerEntries  int64
	LastAct        time.Time // by the clock that wrote it; zero for none
	ImportsRunning int
	ImportRows     int64     // of the file that is being taken in
	ImportAt       time.Time // when the running import last said how far it is
	LastBackup     time.Time // zero for none
	DiskFree       uint64    // of the file system of the store, bytes
	DiskSize       uint64    // zero when the store is elsewhere
}

// figure is one number of a State; ok is false where there is none to give.
type figure struct {
	desc  *prometheus.Desc
	value func(State, time.Time) (v float64, ok bool)
}

func always(v float64) (float64, bool) { return v, true }

var figures = []figure{
	{desc("paiza_ledger_entries", "Entries of the ledger."), func(s State, _ time.Time) (float64, bool) { return always(float64(s.LedgerEntries)) }},
	{desc("paiza_ledger_last_timestamp_seconds", "Time that the newest entry of the ledger bears."),
		func(s State, _ time.Time) (float64, bool) { return float64(s.LastAct.Unix()), !s.LastAct.IsZero() }},
	{desc("paiza_clock_timestamp_seconds", "Clock of the machine at the scrape."),
		func(_ State, now time.Time) (float64, bool) { return always(float64(now.UnixMilli()) / 1000) }},
	{desc("paiza_imports_running", "Imports being taken in, by any process of the node."), func(s State, _ time.Time) (float64, bool) { return always(float64(s.ImportsRunning)) }},
	{desc("paiza_import_rows", "Rows that the running import has read."), func(s State, _ time.Time) (float64, bool) { return always(float64(s.ImportRows)) }},
	{desc("paiza_import_silent_seconds", "Time since the running import came further; 0 when none runs."), func(s State, now time.Time) (float64, bool) {
		if s.ImportsRunning == 0 {
			return 0, true
		}
		return max(now.Sub(s.ImportAt).Seconds(), 0), true
	}},
	{desc("paiza_backup_last_timestamp_seconds", "When the last backup was written and proved; 0 for never."), func(s State, _ time.Time) (float64, bool) {
		if s.LastBackup.IsZero() {
			return 0, true
		}
		return float64(s.LastBackup.Unix()), true
	}},
	{desc("paiza_store_disk_free_bytes", "Free space where the store lies."), func(s State, _ time.Time) (float64, bool) { return float64(s.DiskFree), s.DiskSize > 0 }},
	{desc("paiza_store_disk_size_bytes", "Size of the file system where the store lies."), func(s State, _ time.Time) (float64, bool) { return float64(s.DiskSize), s.DiskSize > 0 }},
}

func desc(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }

var checkDesc = prometheus.NewDesc("paiza_check_ok", "Whether a check of /readyz holds: 1 or 0.", []string{"check"}, nil)

// collector asks for the state at each scrape.
type collector struct {
	ask func(context.Context) (State, error)
	now func() time.Time
}

// Watch adds the figures of a State. When ask fails, the checks that it names
// are still given, and the other figures are absent: unknown is not zero.
func (m *Metrics) Watch(ask func(context.Context) (State, error)) {
	m.registry.MustRegister(collector{ask, time.Now})
}

func (c collector) Describe(out chan<- *prometheus.Desc) {
	out <- checkDesc
	for _, f := range figures {
		out <- f.desc
	}
}

func (c collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	s, err := c.ask(ctx)
	for name, holds := range s.Checks {
		v := 0.0
		if holds {
			v = 1
		}
		out <- prometheus.MustNewConstMetric(checkDesc, prometheus.GaugeValue, v, name)
	}
	if err != nil {
		return
	}
	now := c.now()
	for _, f := range figures {
		if v, ok := f.value(s, now); ok {
			out <- prometheus.MustNewConstMetric(f.desc, prometheus.GaugeValue, v)
		}
	}
}
