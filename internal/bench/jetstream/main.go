// Command jetstream measures, beside Paiza's exchange and in the same run, what a
// pair of NATS servers joined as leaf and hub carries: messages of 2 KB that are
// acknowledged at the origin, whose stream is mirrored to the other, with every
// message synced to the disk at both (sync_interval: always). Nothing is sealed,
// signed or receipted, and there is no TLS between them: the figure is what a
// broker does with the least it can be asked for.
//
// It is a module of its own so that the product does not depend on it:
//
//	cd internal/bench/jetstream && go run .
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

var count = flag.Int("n", 20_000, "messages")

func main() {
	flag.Parse()
	dir, err := os.MkdirTemp("", "paiza-jetstream-")
	if err == nil {
		err = errors.Join(measure(dir), os.RemoveAll(dir))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// free is a port that nobody has.
func free() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// start opens a server of a domain: the hub, which listens for leaves at the
// port, or a leaf that joins it there.
func start(dir, domain string, port int, hub bool) (*server.Server, error) {
	o := &server.Options{ServerName: domain, Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true, JetStreamDomain: domain,
		StoreDir: dir + "/" + domain, SyncAlways: true}
	if hub {
		o.LeafNode.Host, o.LeafNode.Port = "127.0.0.1", port
	} else {
		at, err := url.Parse(fmt.Sprintf("nats-leaf://127.0.0.1:%d", port))
		if err != nil {
			return nil, err
		}
		o.LeafNode.Remotes = []*server.RemoteLeafOpts{{URLs: []*url.URL{at}}}
	}
	s, err := server.NewServer(o)
	if err != nil {
		return nil, err
	}
	go s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		return nil, errors.New(domain + " does not open")
	}
	return s, nil
}

func measure(dir string) error {
	port, err := free()
	if err != nil {
		return err
	}
	hub, err := start(dir, "hub", port, true)
	if err != nil {
		return err
	}
	defer hub.Shutdown()
	leaf, err := start(dir, "leaf", port, false)
	if err != nil {
		return err
	}
	defer leaf.Shutdown()
	origin, other, err := streams(leaf, hub)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := publish(origin, 128); err != nil {
		return err
	}
	acked := time.Since(began)
	if err := mirrored(other, uint64(*count)); err != nil {
		return err
	}
	fmt.Printf("%-58s %14s\n", "JetStream leaf pair, acknowledged at the origin", fmt.Sprintf("%.0f/s", float64(*count)/acked.Seconds()))
	fmt.Printf("%-58s %14s\n", "JetStream leaf pair, mirrored to the other", fmt.Sprintf("%.0f/s", float64(*count)/time.Since(began).Seconds()))
	return nil
}

// streams makes the stream of the origin and its mirror at the other server.
func streams(leaf, hub *server.Server) (origin, other nats.JetStreamContext, err error) {
	var both [2]nats.JetStreamContext
	for i, s := range []*server.Server{leaf, hub} {
		c, err := nats.Connect(s.ClientURL())
		if err != nil {
			return nil, nil, err
		}
		if both[i], err = c.JetStream(nats.PublishAsyncMaxPending(1024)); err != nil {
			return nil, nil, err
		}
	}
	if _, err := both[0].AddStream(&nats.StreamConfig{Name: "OUT", Subjects: []string{"out"}, Storage: nats.FileStorage}); err != nil {
		return nil, nil, err
	}
	_, err = both[1].AddStream(&nats.StreamConfig{Name: "IN", Storage: nats.FileStorage,
		Mirror: &nats.StreamSource{Name: "OUT", External: &nats.ExternalStream{APIPrefix: "$JS.leaf.API"}}})
	return both[0], both[1], err
}

// publish has so many hands publish, each waiting for the acknowledgement of a
// message before the next, as the acts of a node do.
func publish(js nats.JetStreamContext, hands int) error {
	body := []byte(strings.Repeat("what was seen on the road ", 79))
	errs := make([]error, hands)
	var work sync.WaitGroup
	for i := range hands {
		work.Go(func() {
			for n := i; n < *count && errs[i] == nil; n += hands {
				_, errs[i] = js.Publish("out", body)
			}
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

func mirrored(js nats.JetStreamContext, n uint64) error {
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		info, err := js.StreamInfo("IN")
		if err != nil {
			return err
		}
		if info.State.Msgs >= n {
			return nil
		}
	}
	return errors.New("the mirror does not get there")
}
