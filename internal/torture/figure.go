package main

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// bar is what 99 of a hundred pages must not exceed.
const bar = 300 * time.Millisecond

// print prints the times of each kind of page and of all together.
func (l *measured) print(over time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var pages []time.Duration
	fmt.Printf("%-20s %8s %8s %8s %8s %8s   (milliseconds, the whole answer read)\n", "", "times", "p50", "p95", "p99", "most")
	for _, name := range slices.Sorted(maps.Keys(l.took)) {
		row(name, l.took[name])
		if name != "record (program)" {
			pages = append(pages, l.took[name]...)
		}
	}
	row("all pages", pages)
	verdict := "holds"
	if len(pages) == 0 || at(pages, 0.99) > bar {
		verdict = "does not hold"
	}
	fmt.Printf("%.1f pages a second, %d errors; p99 of pages ≤ %d ms %s\n", float64(len(pages))/over.Seconds(), len(l.wrong), bar.Milliseconds(), verdict)
}

func row(name string, took []time.Duration) {
	slices.Sort(took)
	fmt.Printf("%-20s %8d %8s %8s %8s %8s\n", name, len(took), ms(at(took, 0.5)), ms(at(took, 0.95)), ms(at(took, 0.99)), ms(at(took, 1)))
}

// at is a quantile of times in order.
func at(took []time.Duration, q float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	return took[min(int(float64(len(took))*q), len(took)-1)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
