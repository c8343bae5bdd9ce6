package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
)

// line is one line of the journal: what was going to be asked, or what the node
// acknowledged.
type line struct {
	Acknowledged bool   `json:"ack"`
	Act          string `json:"act"`  // as the ledger names it
	Mark         string `json:"mark"` // by which it is found again: a reference, a reason
	ID           string `json:"id,omitempty"`
	Version      int64  `json:"version,omitempty"`
	Rows         int64  `json:"rows,omitempty"`
}

// journal keeps on the disk what the node was asked and what it acknowledged, so
// that also who kills the torture itself can compare afterwards. An
// acknowledgement is on the disk before the worker goes on.
type journal struct {
	mu     sync.Mutex
	file   *os.File
	asked  map[string]line // by mark
	acked  map[string]line
	failed map[string]error // answered with a refusal or not at all
}

func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file: f, asked: map[string]line{}, acked: map[string]line{}, failed: map[string]error{}}
	dec := json.NewDecoder(bufio.NewReader(f))
	for {
		var l line
		if err := dec.Decode(&l); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return j, nil
		} else if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		j.take(l)
	}
}

func (j *journal) take(l line) {
	if l.Acknowledged {
		j.acked[l.Mark] = l
	} else {
		j.asked[l.Mark] = l
	}
}

func (j *journal) write(l line) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(append(raw, '\n')); err != nil {
		return err
	}
	j.take(l)
	if l.Acknowledged {
		return j.file.Sync()
	}
	return nil
}

// ask writes down what is going to be asked.
func (j *journal) ask(act, mark string) error { return j.write(line{Act: act, Mark: mark}) }

// fail notes that no acknowledgement came: the act may have been done, once, or
// not at all.
func (j *journal) fail(mark string, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed[mark] = err
}

func (j *journal) close() error { return j.file.Close() }

// failures says why there was no acknowledgement, each reason once.
func (j *journal) failures() map[string]int {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := map[string]int{}
	for _, err := range j.failed {
		out[err.Error()]++
	}
	return out
}

// counts says how much was asked, acknowledged and left without an answer.
func (j *journal) counts() (asked, acked, failed int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.asked), len(j.acked), len(j.failed)
}
