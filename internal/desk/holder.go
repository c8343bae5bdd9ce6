package desk

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// holderName names this process in leases: machine, process, and a random part
// because numbers of processes come again.
func holderName() string {
	host, _ := os.Hostname()
	return host + "/" + strconv.Itoa(os.Getpid()) + "/" + newID()
}

// diedHere reports whether a holder was a process of this machine that runs no
// more. Of another machine nothing can be said.
func diedHere(holder string) bool {
	part := strings.Split(holder, "/")
	host, _ := os.Hostname()
	if len(part) != 3 || part[0] != host || host == "" {
		return false
	}
	pid, err := strconv.Atoi(part[1])
	if err != nil || pid <= 0 || pid == os.Getpid() {
		return false
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return true
	}
	return errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
