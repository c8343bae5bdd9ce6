package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"paiza"
	"paiza/client"
	"paiza/internal/store/pgtest"
)

// order says what one torture is.
type order struct {
	bin      string
	engine   string // sqlite, postgres
	dir      string // for everything that it writes
	seed     uint64
	duration time.Duration
	writers  int
	rows     int // of an import, about
	say      io.Writer
}

// outcome counts what happened.
type outcome struct {
	kills, crashes, consoles, backups, checks int
	asked, acked, failed                      int
}

// String is the outcome in one line.
func (o outcome) String() string {
	return fmt.Sprintf("%d acts asked for, %d acknowledged, %d left without an answer; node killed %d times, server crashed %d times, console killed %d times, %d backups proved, %d checks",
		o.asked, o.acked, o.failed, o.kills, o.crashes, o.consoles, o.backups, o.checks)
}

// rack is one torture under way.
type rack struct {
	order
	*crew
	node     *node
	server   *pgtest.Server
	checker  *client.Client
	session  *reader
	second   *second
	identity string // of backups
	key      string
	r        *rand.Rand
	outcome
}

// torture works on a node, kills it at random moments, and checks what is left.
// An error is something that must not happen.
func torture(ctx context.Context, o order) (outcome, error) {
	t := &rack{order: o, r: rand.New(rand.NewPCG(o.seed, 0))}
	defer t.stop()
	if err := t.prepare(ctx); err != nil {
		return t.outcome, err
	}
	working, rest := context.WithCancel(ctx)
	defer rest()
	if err := t.employ(working); err != nil {
		return t.outcome, err
	}
	end := time.Now().Add(o.duration)
	for i := 0; time.Now().Before(end); i++ {
		pause(ctx, time.Duration(300+t.r.IntN(2500))*time.Millisecond)
		if err := t.harm(ctx); err != nil {
			return t.outcome, err
		}
		if i%4 == 3 {
			if err := t.verify(ctx); err != nil {
				return t.outcome, err
			}
		}
	}
	rest()
	t.wait.Wait()
	err := t.verify(ctx)
	t.asked, t.acked, t.failed = t.journal.counts()
	for why, n := range t.journal.failures() {
		fmt.Fprintf(t.say, "  without an answer %d times: %s\n", n, why)
	}
	if err == nil && t.acked == 0 {
		err = errors.New("nothing was acknowledged: there is nothing to compare")
	}
	return t.outcome, err
}

func (t *rack) prepare(ctx context.Context) error {
	target := filepath.Join(t.dir, "node.paiza")
	if t.engine == "postgres" {
		var err error
		if t.server, err = pgtest.NewServer(); err != nil {
			return err
		}
		if target, err = newDatabase(t.server, "torture"); err != nil {
			return err
		}
	}
	j, err := openJournal(filepath.Join(t.dir, "journal"))
	if err != nil {
		return err
	}
	t.crew = &crew{journal: j, chances: t.order.seed, run: fmt.Sprintf("t%d", t.seed)}
	if t.node, err = newNode(t.bin, target, t.dir, "node"); err != nil {
		return err
	}
	if err := account(ctx, t.node, login, paiza.Roles()...); err != nil {
		return err
	}
	t.identity = filepath.Join(t.dir, "identity")
	if t.key, err = t.node.verb(ctx, "", "backup", "key", t.identity); err != nil {
		return err
	}
	if err := t.node.start(); err != nil {
		return err
	}
	if t.checker, err = program(ctx, t.node, t.node.url(), login, 20); err != nil {
		return err
	}
	t.session, err = signIn(t.node.url(), login)
	return err
}

// employ sets everybody to work.
func (t *rack) employ(ctx context.Context) error {
	for i := range t.writers {
		k, err := program(ctx, t.node, t.node.url(), login, 40)
		if err != nil {
			return err
		}
		t.record(ctx, k, uint64(10+i))
	}
	k, err := program(ctx, t.node, t.node.url(), login, 40)
	if err != nil {
		return err
	}
	t.take(ctx, k, 1, t.rows)
	t.read(ctx, t.session, 2)
	t.second, err = startConsole(t.node.target, t.node.env, t.r.Uint64(), t.crew, t.node.log)
	return err
}

// harm does one of the things that happen to a node, and brings it back.
func (t *rack) harm(ctx context.Context) error {
	switch n := t.r.IntN(10); {
	case n < 2:
		return t.cutBackup(ctx)
	case n < 4:
		t.consoles++
		t.second.kill()
		var err error
		t.second, err = startConsole(t.node.target, t.node.env, t.r.Uint64(), t.crew, t.node.log)
		return err
	case n < 6 && t.server != nil:
		t.crashes++
		t.server.Crash()
		pause(ctx, time.Duration(t.r.IntN(500))*time.Millisecond)
		if err := t.server.Start(); err != nil {
			return err
		}
		// The node itself goes on; the console, like a verb, ends with its store.
		t.second.kill()
		var err error
		if t.second, err = startConsole(t.node.target, t.node.env, t.r.Uint64(), t.crew, t.node.log); err != nil {
			return err
		}
		return t.node.ready(ctx)
	}
	t.kills++
	t.node.kill()
	return t.node.start()
}

// cutBackup starts a backup and kills it at a random moment; one that was
// finished before is proved.
func (t *rack) cutBackup(ctx context.Context) error {
	file := filepath.Join(t.dir, fmt.Sprintf("%d.backup", t.r.Uint64()))
	cmd := exec.Command(t.bin, "backup", "--store", t.node.target, "--recipient", firstWord(t.key), file)
	cmd.Env = t.node.env
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		cmd.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Duration(t.r.IntN(1500)) * time.Millisecond):
		cmd.Process.Kill()
		<-done
	}
	n, err := backups(ctx, t.node, t.dir, t.identity)
	t.backups += n
	return err
}

// verify stops everybody and looks.
func (t *rack) verify(ctx context.Context) error {
	t.second.kill()
	t.gate.Lock()
	defer t.gate.Unlock()
	if err := errors.Join(t.blamed(), t.session.present(ctx)); err != nil {
		return err
	}
	if err := t.check(ctx, t.node, t.checker); err != nil {
		return err
	}
	t.checks++
	fmt.Fprintf(t.say, "%s %s: check %d holds\n", time.Now().Format(time.TimeOnly), t.engine, t.checks)
	var err error
	t.second, err = startConsole(t.node.target, t.node.env, t.r.Uint64(), t.crew, t.node.log)
	return err
}

func (t *rack) stop() {
	if t.second != nil {
		t.second.kill()
	}
	if t.node != nil {
		t.node.kill()
		t.node.log.Close()
	}
	if t.crew != nil {
		t.journal.close()
	}
	if t.server != nil {
		t.server.Stop()
	}
}

// tempDir is a folder whose content is kept when something was found.
func tempDir() (string, error) { return os.MkdirTemp("", "paiza-torture-") }
