package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The cable lies between two nodes: a third process through which their
// connections go, and which does to the bytes what networks do, and who sits in
// one. It is this program again. It has no key of either node: what it changes
// it changes under TLS.

// envCable names to a process that is to be the cable where it begins and where
// it leads.
const envCable = "PAIZA_TORTURE_CABLE"

// What a cable does to what goes through it.
const (
	pass  = "pass"
	drop  = "drop"  // bytes are lost, and the connection stays
	stall = "stall" // nothing moves; later it all comes
	cut   = "cut"   // connections end in the middle of a record
	drip  = "drip"  // one byte a second
	flip  = "flip"  // one bit of what passes is another
)

// asCable is the program when it was started as a cable.
func asCable() bool {
	ends := os.Getenv(envCable)
	if ends == "" {
		return false
	}
	from, to, _ := strings.Cut(ends, " ")
	l, err := net.Listen("tcp", from)
	if err != nil {
		fmt.Println("fault", err)
		os.Exit(1)
	}
	h := &hose{deed: pass, turned: make(chan struct{})}
	fmt.Println("lies", l.Addr())
	go h.lay(l, to)
	for orders := bufio.NewScanner(os.Stdin); orders.Scan(); {
		fmt.Println(h.turn(orders.Text()))
	}
	os.Exit(0)
	return true
}

// hose is what the process of a cable knows.
type hose struct {
	mu     sync.Mutex
	deed   string
	turned chan struct{} // closed when the deed changes
	did    int           // pieces to which it was done
}

// turn changes what is done, and gives to how many pieces the last was.
func (h *hose) turn(deed string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	did := h.did
	h.deed, h.did = deed, 0
	close(h.turned)
	h.turned = make(chan struct{})
	return did
}

func (h *hose) now() (string, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.did++
	return h.deed, h.turned
}

func (h *hose) lay(l net.Listener, to string) {
	for {
		a, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			b, err := net.Dial("tcp", to)
			if err != nil {
				a.Close() // the node is away
				return
			}
			go h.pump(a, b)
			h.pump(b, a)
		}()
	}
}

// pump brings what comes from one end to the other until either ends.
func (h *hose) pump(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if err != nil || h.press(to, buf[:n]) != nil {
			return
		}
	}
}

// press gives a piece on, or what becomes of it.
func (h *hose) press(to net.Conn, piece []byte) error {
	for len(piece) > 0 {
		deed, turned := h.now()
		switch deed {
		case drop:
			return nil
		case stall:
			<-turned
		case cut:
			_, _ = to.Write(piece[:rand.IntN(len(piece))])
			return io.ErrUnexpectedEOF
		case drip:
			if _, err := to.Write(piece[:1]); err != nil {
				return err
			}
			piece = piece[1:]
			select {
			case <-turned:
			case <-time.After(time.Second):
			}
		case flip:
			piece[rand.IntN(len(piece))] ^= 1 << rand.IntN(8)
			fallthrough
		default:
			_, err := to.Write(piece)
			return err
		}
	}
	return nil
}

// cable is a cable's process as the torture holds it.
type cable struct {
	at     string // where it begins
	cmd    *exec.Cmd
	orders io.WriteCloser
	said   *bufio.Scanner
}

// layCable starts a cable that leads to an address; at is where it begins.
func layCable(at, to string, log io.Writer) (*cable, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &cable{cmd: exec.Command(self)}
	c.cmd.Env, c.cmd.Stderr = append(slices.Clone(os.Environ()), envCable+"="+at+" "+to), log
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if c.orders, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.said = bufio.NewScanner(out)
	if !c.said.Scan() || !strings.HasPrefix(c.said.Text(), "lies ") {
		c.end()
		return nil, fmt.Errorf("a cable does not lie: %s", c.said.Text())
	}
	c.at = strings.TrimPrefix(c.said.Text(), "lies ")
	return c, nil
}

// turn has the cable do something else, and gives to how many pieces it did the
// last.
func (c *cable) turn(deed string) (did int, err error) {
	if _, err := fmt.Fprintln(c.orders, deed); err != nil {
		return 0, err
	}
	if !c.said.Scan() {
		return 0, fmt.Errorf("a cable has ended")
	}
	_, err = fmt.Sscan(c.said.Text(), &did)
	return did, err
}

func (c *cable) end() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}
