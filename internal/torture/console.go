package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"time"

	"paiza"
	"paiza/internal/desk"
	"paiza/internal/store"
)

// A second process works on the same store beside the node: it corrects,
// relabels and withdraws, which have no door yet, through the desk, as a verb at
// the console does. It is this program again, and is killed like the node.

// envConsole names the store to a process that is to be the console, envSeed its
// seed.
const (
	envConsole = "PAIZA_TORTURE_CONSOLE"
	envSeed    = "PAIZA_TORTURE_SEED"
)

// asConsole is the program when it was started as the second process.
func asConsole() bool {
	target := os.Getenv(envConsole)
	if target == "" {
		return false
	}
	seed, err := strconv.ParseUint(os.Getenv(envSeed), 10, 64)
	if err == nil {
		err = console(context.Background(), target, seed, os.Stdout)
	}
	fmt.Fprintln(os.Stderr, "console:", err)
	os.Exit(1)
	return true
}

// console is what the second process does until it is killed: it tells what it is
// going to do and what was done, a line of the journal each.
func console(ctx context.Context, target string, seed uint64, out io.Writer) error {
	s, err := store.Open(ctx, target)
	if err != nil {
		return err
	}
	defer s.Close()
	d, err := desk.Open(ctx, desk.Options{Store: s})
	if err != nil {
		return err
	}
	defer d.Close()
	tell := json.NewEncoder(out)
	r := rand.New(rand.NewPCG(seed, uint64(os.Getpid())))
	for n := 0; ; n++ {
		mark := fmt.Sprintf("c%d-%d-%d", seed, os.Getpid(), n)
		z, ok, err := pick(ctx, d, r)
		if err != nil {
			return err
		}
		if !ok {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		act, do := change(ctx, d, r, z, mark)
		if err := tell.Encode(line{Act: act, Mark: mark, ID: z.ID}); err != nil {
			return err
		}
		now, err := do()
		if errors.Is(err, paiza.ErrConflict) || errors.Is(err, paiza.ErrNotFound) || errors.Is(err, paiza.ErrUnavailable) {
			continue
		}
		if err != nil {
			return err
		}
		if err := tell.Encode(line{Acknowledged: true, Act: act, Mark: mark, ID: z.ID, Version: now.Version}); err != nil {
			return err
		}
	}
}

var operator = paiza.Operator("torture")

// pick takes a seizure that a person typed.
func pick(ctx context.Context, d *desk.Desk, r *rand.Rand) (paiza.Seizure, bool, error) {
	list, err := d.Seizures(ctx, operator, paiza.SeizureFilter{Text: "Place"}, paiza.Page{Size: 200})
	if err != nil && !errors.Is(err, paiza.ErrUnavailable) {
		return paiza.Seizure{}, false, err
	}
	typed := slices.DeleteFunc(list.Seizures, func(z paiza.Seizure) bool { return z.Source.Import != "" })
	if len(typed) == 0 {
		return paiza.Seizure{}, false, nil
	}
	return typed[r.IntN(len(typed))], true, nil
}

func change(ctx context.Context, d *desk.Desk, r *rand.Rand, z paiza.Seizure, mark string) (string, func() (paiza.Seizure, error)) {
	switch r.IntN(10) {
	case 0:
		return "seizure.withdraw", func() (paiza.Seizure, error) { return d.WithdrawSeizure(ctx, operator, z.ID, z.Version, mark) }
	case 1, 2, 3:
		in := paiza.NewHandling{TLP: string(paiza.TLPGreen), Purpose: string(paiza.PurposeStatistics)}
		if z.Handling.TLP == paiza.TLPGreen {
			in.TLP = string(paiza.TLPAmber)
		}
		return "seizure.relabel", func() (paiza.Seizure, error) { return d.RelabelSeizure(ctx, operator, z.ID, z.Version, in, mark) }
	}
	in := paiza.NewSeizure{Date: z.Date.String(), Country: string(z.Country), Place: z.Place, Substance: z.Substance, Reference: z.Reference,
		Amount: fmt.Sprintf("%d.5", 1+r.IntN(400)), Unit: "kg", Packaging: mark, Reason: mark}
	return "seizure.correct", func() (paiza.Seizure, error) { return d.CorrectSeizure(ctx, operator, z.ID, z.Version, in) }
}

// second is the console's process as the torture holds it.
type second struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// startConsole starts the second process; what it tells goes into the journal.
func startConsole(target string, env []string, seed uint64, c *crew, log io.Writer) (*second, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env, cmd.Stderr = append(slices.Clone(env), envConsole+"="+target, envSeed+"="+strconv.FormatUint(seed, 10)), log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &second{cmd, make(chan struct{})}
	go func() {
		defer close(s.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var l line
			// The last line of a process that was killed may be cut off.
			if json.Unmarshal(lines.Bytes(), &l) == nil {
				c.blame(c.journal.write(l))
			}
		}
		cmd.Wait()
	}()
	return s, nil
}

// kill ends the second process at once and waits until all it told is written.
func (s *second) kill() {
	s.cmd.Process.Kill()
	<-s.done
}
