package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// node is one real process of `paiza serve` that is killed and started again at
// the same address.
type node struct {
	bin, target, address string
	exchange             string // where it listens for other nodes; empty: it talks to none
	env                  []string
	log                  *os.File

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// newNode gives a node a free port and a log file in a folder.
func newNode(bin, target, dir, name string) (*node, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	// Secrets of stores on PostgreSQL lie in the folder of settings.
	// Readers of one account come from many sessions and do not pause. They read with
	// a password alone: a second factor would show them its own page and no other.
	env := append(os.Environ(), "XDG_CONFIG_HOME="+dir, "PAIZA_PAGES_LIMIT=1000000", "PAIZA_SECOND_FACTOR=off")
	return &node{bin: bin, target: target, address: address, env: env, log: log}, nil
}

// freeAddress is an address of loopback where nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (n *node) url() string { return "http://" + n.address }

// start starts the process and waits until it says that it serves.
func (n *node) start() error {
	cmd := exec.Command(n.bin, "serve", "--store", n.target, "--address", n.address, "--lang", "en")
	if n.exchange != "" {
		cmd.Args = append(cmd.Args, "--exchange", n.exchange)
	}
	cmd.Env, cmd.Stderr = n.env, n.log
	// Who kills the torture kills the node.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	said := false
	for !said && lines.Scan() {
		said = strings.Contains(lines.Text(), "http://")
	}
	done := make(chan struct{})
	go func() {
		io.Copy(io.Discard, out)
		cmd.Wait()
		close(done)
	}()
	if !said {
		<-done
		return fmt.Errorf("the node did not start: %v (its log is %s)", cmd.ProcessState, n.log.Name())
	}
	n.mu.Lock()
	n.cmd, n.done = cmd, done
	n.mu.Unlock()
	return nil
}

// pid is the number of the process.
func (n *node) pid() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cmd.Process.Pid
}

// end sends a signal and waits for the end.
func (n *node) end(sig syscall.Signal) {
	n.mu.Lock()
	cmd, done := n.cmd, n.done
	n.mu.Unlock()
	if cmd == nil {
		return
	}
	cmd.Process.Signal(sig)
	<-done
}

// kill ends the process as the loss of power to it would: at once.
func (n *node) kill() { n.end(syscall.SIGKILL) }

// ready waits until the node says that it can work.
func (n *node) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		resp, err := http.Get(n.url() + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New("the node does not become ready"), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// verb runs another verb of the program on the same store.
func (n *node) verb(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, n.bin, args...)
	cmd.Env = append(n.env, "PAIZA_STORE="+n.target, "PAIZA_LANG=en")
	cmd.Stdin = strings.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("paiza %s: %w: %s", strings.Join(args, " "), err, stderr.String()+string(out))
	}
	return string(out), err
}
