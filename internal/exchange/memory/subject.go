package memory

import (
	"slices"

	"paiza"
	"paiza/wire"
)

// Send writes the next version of a subject of this node for the peers.
func (n *Node) Send(to []wire.NodeID, name string, body []byte, groups ...wire.GroupRef) error {
	n.mu.Lock()
	err := n.send(to, name, body, groups)
	n.mu.Unlock()
	n.wake(to)
	return err
}

// send writes a new version of a subject into the logs for the peers. n.mu is
// held.
func (n *Node) send(to []wire.NodeID, name string, body []byte, groups []wire.GroupRef) error {
	s := n.s.subject(subjectKey{n.ID(), name})
	raw, err := n.version("seizure", name, s.latest+1, body, groups)
	if err != nil {
		return err
	}
	s.take(s.latest+1, wire.HashContent(raw), body, groups, false)
	for _, p := range to {
		s.reader(p).gone = false
		n.append(p, raw)
	}
	return nil
}

func (n *Node) version(typ, name string, version uint64, body []byte, groups []wire.GroupRef) ([]byte, error) {
	c := wire.Content{Salt: wire.NewSalt(), Type: typ, Subject: name, Version: version, Created: n.Now(), Body: body,
		Handling: wire.Handling{TLP: paiza.TLPAmber, Purpose: paiza.PurposeIntelligence, Owner: paiza.HomeAgency, Origin: n.ID(), Groups: groups}}
	return c.Encode()
}

// Recall takes a subject of this node back from those of the peers who have it,
// and gives them.
func (n *Node) Recall(from []wire.NodeID, name string) ([]wire.NodeID, error) {
	n.mu.Lock()
	var told []wire.NodeID
	var err error
	if s := n.s.subjects[subjectKey{n.ID(), name}]; s != nil {
		told = s.which(func(r reader) bool { return !r.gone && slices.Contains(from, r.peer) })
		err = n.recall(told, name, s)
	}
	n.mu.Unlock()
	n.wake(told)
	return told, err
}

// recall writes a tombstone for the peers as the next version. The others keep
// what they have; when there are none, the subject is gone.
func (n *Node) recall(from []wire.NodeID, name string, s *subject) error {
	if len(from) == 0 {
		return nil
	}
	body, err := (&wire.Tombstone{Reason: "taken back"}).Encode()
	if err != nil {
		return err
	}
	raw, err := n.version(wire.TypeTombstone, name, s.latest+1, body, nil)
	if err != nil {
		return err
	}
	s.latest++
	s.versions[s.latest] = append(s.versions[s.latest], wire.HashContent(raw))
	for _, p := range from {
		*s.reader(p) = reader{peer: p, gone: true}
		n.append(p, raw)
	}
	s.deserted()
	return nil
}

// Subject is the latest version of a subject and its content, as it is here; of a
// subject of this node, the version that those have who have it. Of one that was
// taken back there is no content.
func (n *Node) Subject(owner wire.NodeID, name string) (version uint64, body []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.s.subjects[subjectKey{owner, name}]
	if s == nil {
		return 0, nil
	}
	return s.said, s.body
}

// Subjects lists the subjects of an owner that are here.
func (n *Node) Subjects(owner wire.NodeID) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []string
	for k := range n.s.subjects {
		if k.owner == owner {
			out = append(out, k.name)
		}
	}
	slices.Sort(out)
	return out
}

// Readers lists to whom a subject of this node was sent, and whether it was taken
// back from them.
func (n *Node) Readers(name string) map[wire.NodeID]bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := map[wire.NodeID]bool{}
	if s := n.s.subjects[subjectKey{n.ID(), name}]; s != nil {
		for _, r := range s.readers {
			out[r.peer] = r.gone
		}
	}
	return out
}
