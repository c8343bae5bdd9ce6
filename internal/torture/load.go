package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"paiza"
	"paiza/internal/store/pgtest"
)

// visits are what a reader opens, with how often of a hundred. {…} is a choice
// that chance makes.
var visits = []struct {
	name  string
	share int
	path  func(r *rand.Rand) string
}{
	{"home", 15, func(*rand.Rand) string { return "/" }},
	{"list", 15, func(*rand.Rand) string { return "/seizures" }},
	{"list, filtered", 20, func(r *rand.Rand) string {
		q := url.Values{"country": {states[r.IntN(len(states))]}, "substance": {substances[r.IntN(len(substances))]}}
		if r.IntN(2) == 0 {
			q.Set("from", strconv.Itoa(2012+r.IntN(10)))
		}
		return "/seizures?" + q.Encode()
	}},
	{"search", 10, func(r *rand.Rand) string { return "/seizures?q=" + word(r) }},
	{"one seizure", 15, func(r *rand.Rand) string { return fmt.Sprintf("/seizures/%d", 1+r.IntN(*rows)) }},
	{"market", 10, func(r *rand.Rand) string {
		return "/picture/market?level=substance&country=" + states[r.IntN(len(states))]
	}},
	{"balance", 5, func(r *rand.Rand) string { return "/picture/balance?substance=" + substances[r.IntN(len(substances))] }},
	{"routes", 5, func(*rand.Rand) string { return "/picture/routes" }},
	{"coverage", 5, func(r *rand.Rand) string { return "/picture/coverage?country=" + states[r.IntN(len(states))] }},
}

// word is one of the places of the filled store.
func word(r *rand.Rand) string { return "place" + strconv.Itoa(r.IntN(20_000)) }

// fill makes the rows of the load: ten years, a dozen states, twenty thousand
// places, in the order of time.
func fill(path string, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	first := time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC)
	fmt.Fprint(w, "date,country,division,place,routing,substance,amount,unit\n")
	for i := range n {
		day := first.AddDate(0, 0, int(int64(i)*3650/int64(n)))
		fmt.Fprintf(w, "%s,%s,,%s house %d,%s,%s,%d.%d,kg\n", day.Format(time.DateOnly), states[r.IntN(len(states))], word(r), i,
			routings[r.IntN(len(routings))], substances[r.IntN(len(substances))], 1+r.IntN(90), r.IntN(10))
	}
	return errors.Join(w.Flush(), f.Close())
}

// load measures pages while many read and some write.
func load(ctx context.Context, engine, dir string) error {
	target, n, err := filled(ctx, engine, dir)
	if err != nil {
		return err
	}
	defer target()
	if err := n.start(); err != nil {
		return err
	}
	defer n.kill()
	fmt.Printf("%s: %d seizures, %d readers with %s between two pages, %d writers, %s; load of the machine before: %s\n",
		engine, *rows, *readers, *think, *writers, *duration, machineLoad())
	l := &measured{took: map[string][]time.Duration{}}
	people, err := everybody(n)
	if err != nil {
		return err
	}
	fmt.Printf("%d sessions are open\n", len(people))
	working, rest := context.WithTimeout(ctx, *duration)
	defer rest()
	var all sync.WaitGroup
	for i, p := range people {
		all.Go(func() { l.reader(working, p, rand.New(rand.NewPCG(*seed, uint64(i)))) })
	}
	for i := range *writers {
		k, err := program(ctx, n, n.url(), login, 1)
		if err != nil {
			return err
		}
		all.Go(func() {
			r := rand.New(rand.NewPCG(*seed, uint64(1000+i)))
			for j := 0; working.Err() == nil; j++ {
				begin := time.Now()
				_, err := k.RecordSeizure(ctx, newSeizure(r, fmt.Sprintf("load-%d-%d", i, j)))
				l.note("record (program)", time.Since(begin), err)
				pause(working, time.Duration(500+r.IntN(1000))*time.Millisecond)
			}
		})
	}
	<-working.Done()
	peak := memory(n.pid())
	all.Wait()
	l.print(*duration)
	fmt.Printf("%s: resident memory of the node %s; load of the machine after: %s\n", engine, peak, machineLoad())
	return errors.Join(l.wrong...)
}

// filled is a node over a store with the rows of the load, made or kept.
func filled(ctx context.Context, engine, dir string) (stop func(), n *node, err error) {
	stop = func() {}
	if *keep != "" {
		dir = *keep
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return stop, nil, err
		}
	}
	target := filepath.Join(dir, "load.paiza")
	if engine == "postgres" {
		s, err := pgtest.NewServer()
		if err != nil {
			return stop, nil, err
		}
		stop = s.Stop
		if target, err = newDatabase(s, "torture"); err != nil {
			return stop, nil, err
		}
	}
	if n, err = newNode(*bin, target, dir, engine); err != nil {
		return stop, nil, err
	}
	if _, err := os.Stat(target); err == nil {
		return stop, n, nil
	}
	csv := filepath.Join(dir, "rows.csv")
	if err := fill(csv, *rows); err != nil {
		return stop, nil, err
	}
	defer os.Remove(csv)
	if err := account(ctx, n, login, paiza.Roles()...); err != nil {
		return stop, nil, err
	}
	for i := range accounts {
		if err := account(ctx, n, fmt.Sprintf("reader%d", i), paiza.RoleViewer); err != nil {
			return stop, nil, err
		}
	}
	begin := time.Now()
	if _, err := n.verb(ctx, "", "import", csv); err != nil {
		return stop, nil, err
	}
	fmt.Printf("%s: %d rows taken in, in %.0f s\n", engine, *rows, time.Since(begin).Seconds())
	return stop, n, nil
}

// accounts is among how many people the sessions of the readers are divided.
const accounts = 20

// everybody opens the sessions of the readers before anything is measured.
func everybody(n *node) ([]*reader, error) {
	people := make([]*reader, *readers)
	faults := make([]error, *readers)
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4) // hashing a password takes a core
	for i := range people {
		wg.Go(func() {
			slots <- struct{}{}
			people[i], faults[i] = signIn(n.url(), fmt.Sprintf("reader%d", i%accounts))
			<-slots
		})
	}
	wg.Wait()
	return people, errors.Join(faults...)
}

// measured are the times of one load.
type measured struct {
	mu    sync.Mutex
	took  map[string][]time.Duration
	wrong []error
}

func (l *measured) note(name string, d time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took[name] = append(l.took[name], d)
	if err != nil {
		l.wrong = append(l.wrong, fmt.Errorf("%s: %w", name, err))
	}
}

func (l *measured) reader(ctx context.Context, p *reader, r *rand.Rand) {
	// People do not begin in the same moment.
	pause(ctx, rand.N(*think))
	for ctx.Err() == nil {
		at := r.IntN(100)
		for _, v := range visits {
			if at -= v.share; at >= 0 {
				continue
			}
			begin := time.Now()
			status, body, err := p.get(context.WithoutCancel(ctx), v.path(r))
			if err == nil && (status != http.StatusOK || !strings.Contains(body, "/sign-out")) {
				err = fmt.Errorf("answered %d", status)
			}
			l.note(v.name, time.Since(begin), err)
			break
		}
		pause(ctx, time.Duration(r.ExpFloat64()*float64(*think)))
	}
}

var memoryLine = regexp.MustCompile(`Vm(HWM|RSS):\s+(\d+) kB`)

// memory is the resident memory of a process, now and at most.
func memory(pid int) string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "unknown"
	}
	var parts []string
	for _, m := range memoryLine.FindAllStringSubmatch(string(raw), -1) {
		kb, err := strconv.Atoi(m[2])
		if err == nil {
			parts = append(parts, map[string]string{"HWM": "at most ", "RSS": "now "}[m[1]]+strconv.Itoa(kb/1024)+" MB")
		}
	}
	return strings.Join(parts, ", ")
}

func machineLoad() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(raw))[:3], " ")
}
