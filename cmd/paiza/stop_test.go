package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// certify writes a certificate for 127.0.0.1.
func certify(t *testing.T, dir string, serial int64) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// house is a node in a process of its own, with TLS, figures and a supervisor.
type house struct {
	*exec.Cmd
	base, link, figures, file string
	client                    *http.Client
	told                      *net.UnixConn
	dir, bin                  string
}

var figuresAddress = regexp.MustCompile(`msg=figures address=(\S+)`)

func newHouse(t *testing.T, bin, settings string) *house {
	t.Helper()
	h := &house{bin: bin, dir: t.TempDir()}
	certFile, keyFile := certify(t, h.dir, 1)
	h.file = filepath.Join(h.dir, "paiza.toml")
	text := fmt.Sprintf("store = %q\n[listen]\naddress = \"127.0.0.1:0\"\n[metrics]\naddress = \":0\"\ntls = true\n[tls]\ncertificate = %q\nkey = %q\nreload = \"1h\"\n%s",
		filepath.Join(h.dir, "n.paiza"), certFile, keyFile, settings)
	if err := os.WriteFile(h.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(h.dir, "notify")
	var err error
	if h.told, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.told.Close() })
	h.Cmd = exec.Command(bin, "serve", "--config", h.file, "--lang", "en")
	h.Env = append(os.Environ(), "NOTIFY_SOCKET="+socket, "PAIZA_SECOND_FACTOR=off")
	out, err := h.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := h.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.Process.Kill()
		h.Wait()
	})
	lines := bufio.NewScanner(log)
	for h.figures == "" && lines.Scan() {
		if m := figuresAddress.FindStringSubmatch(lines.Text()); m != nil {
			h.figures = "https://" + m[1]
		}
	}
	go io.Copy(io.Discard, log)
	said := bufio.NewScanner(out)
	for h.link == "" && said.Scan() {
		h.link = regexp.MustCompile(`https://\S+`).FindString(said.Text())
	}
	go io.Copy(io.Discard, out)
	h.base, _, _ = strings.Cut(h.link, "/setup")
	jar, _ := cookiejar.New(nil)
	h.client = &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	h.hear(t, "READY=1")
	return h
}

// hear waits for a word to the supervisor.
func (h *house) hear(t *testing.T, want string) {
	t.Helper()
	b := make([]byte, 200)
	h.told.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := h.told.Read(b)
	if err != nil || string(b[:n]) != want {
		t.Fatalf("the supervisor heard %q, %v; want %q", b[:n], err, want)
	}
}

// settle makes the first account and signs in.
func (h *house) settle(t *testing.T) {
	t.Helper()
	link, err := url.Parse(h.link)
	if err != nil {
		t.Fatal(err)
	}
	const login, password = "root", "seven bridges of koenigsberg"
	post(t, h.client, h.base+"/setup", url.Values{"token": {link.Fragment}, "login": {login}, "name": {"First Administrator"}, "agency_name": {"Central Police"}, "agency_kind": {"police"},
		"password": {password}, "again": {password}})
}

// upload begins to send a file; what is written to the pipe is its content.
func (h *house) upload(t *testing.T, name string) (io.WriteCloser, <-chan *http.Response) {
	t.Helper()
	body, pipe := io.Pipe()
	mp := multipart.NewWriter(pipe)
	answers := make(chan *http.Response, 1)
	req, err := http.NewRequest("POST", h.base+"/uploads", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", mp.FormDataContentType())
	go func() {
		defer close(answers)
		client := *h.client
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if resp, err := client.Do(req); err == nil {
			resp.Body.Close()
			answers <- resp
		}
	}()
	part, err := mp.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	return struct {
		io.Writer
		io.Closer
	}{part, closer{mp, pipe}}, answers
}

type closer struct {
	mp   *multipart.Writer
	pipe *io.PipeWriter
}

func (c closer) Close() error {
	c.mp.Close()
	return c.pipe.Close()
}

func (h *house) status(address string) int {
	resp, err := h.client.Get(address)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// renew puts another certificate in place and asks the node to look at once.
func (h *house) renew(t *testing.T) {
	t.Helper()
	certify(t, h.dir, 2)
	if err := h.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; {
		conn, err := tls.Dial("tcp", strings.TrimPrefix(h.base, "https://"), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		serial := conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
		conn.Close()
		if serial == 2 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the renewed certificate is not used")
		}
	}
}

const heading = "date,country,division,place,routing,substance,amount,unit\n"

// TestStop: a node that is asked to stop says that it is not ready, takes
// nothing new, finishes what is under way, ends the import in the background so
// that nothing of it is kept, and closes a sound store.
func TestStop(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	bin := program(t)
	h := newHouse(t, bin, "[limits]\nstop = \"20s\"\n")
	h.settle(t)
	if code := h.status(h.figures + "/readyz"); code != http.StatusOK {
		t.Fatalf("ready: %d", code)
	}
	if out, err := exec.Command(bin, "health", "--url", h.base).CombinedOutput(); err != nil {
		t.Errorf("health: %v %s", err, out)
	}
	figures := get(t, h.client, h.figures+"/metrics")
	for _, want := range []string{"paiza_certificate_expiry_timestamp_seconds", `paiza_check_ok{check="ledger"} 1`, "paiza_store_disk_free_bytes", "process_start_time_seconds"} {
		if !strings.Contains(figures, want) {
			t.Errorf("no %s at /metrics", want)
		}
	}
	h.renew(t)
	var rows bytes.Buffer
	rows.WriteString(heading)
	for i := range 60_000 {
		fmt.Fprintf(&rows, "2024-%02d-%02d,KAZ,,Place %d,,Heroin,%d.5,kg\n", 1+i%12, 1+i%28, i, i)
	}
	w, answers := h.upload(t, "big.csv")
	w.Write(rows.Bytes())
	w.Close()
	resp := <-answers
	if resp == nil || resp.StatusCode != http.StatusSeeOther || resp.ProtoMajor != 2 {
		t.Fatalf("upload: %+v", resp)
	}
	at := h.base + resp.Header.Get("Location")
	post(t, h.client, at+"/run", url.Values{"profile": {"paiza"}, "reason": {"test"}})

	w, answers = h.upload(t, "small.csv")
	io.WriteString(w, heading)
	// The request is under way once the node counts it.
	for end := time.Now().Add(20 * time.Second); !strings.Contains(get(t, h.client, h.figures+"/metrics"), "paiza_http_requests_open 1"); {
		if time.Now().After(end) {
			t.Fatal("the upload does not begin")
		}
	}
	if err := h.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	h.hear(t, "STOPPING=1")
	for end := time.Now().Add(10 * time.Second); ; {
		conn, err := net.DialTimeout("tcp", strings.TrimPrefix(h.base, "https://"), time.Second)
		if err != nil {
			break
		}
		conn.Close()
		if time.Now().After(end) {
			t.Fatal("a node that stops takes new connections")
		}
	}
	if code := h.status(h.figures + "/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("while it stops /readyz says %d", code)
	}
	io.WriteString(w, "2024-02-03,KAZ,,Here,,Heroin,1.5,kg\n")
	w.Close()
	if resp := <-answers; resp == nil || resp.StatusCode != http.StatusSeeOther {
		t.Errorf("the upload that was under way got %+v", resp)
	}
	if err := h.Wait(); err != nil {
		t.Errorf("the process ended with %v", err)
	}
	if out, err := exec.Command(bin, "fsck", "--config", h.file, "--json").CombinedOutput(); err != nil {
		t.Errorf("fsck: %v: %s", err, out)
	}
	out, err := exec.Command(bin, "imports", "--config", h.file, "--json").CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"failed"`) && !strings.Contains(string(out), `"done"`) || strings.Contains(string(out), `"running"`) {
		t.Errorf("imports: %v: %s", err, out)
	}
}

// TestStopAtOnce: the second signal does not wait for anybody.
func TestStopAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	h := newHouse(t, program(t), "[limits]\nstop = \"10m\"\n")
	h.settle(t)
	w, _ := h.upload(t, "f.csv")
	io.WriteString(w, heading)
	defer w.Close()
	for end := time.Now().Add(20 * time.Second); !strings.Contains(get(t, h.client, h.figures+"/metrics"), "paiza_http_requests_open 1"); {
		if time.Now().After(end) {
			t.Fatal("the upload does not begin")
		}
	}
	h.Process.Signal(syscall.SIGTERM)
	h.hear(t, "STOPPING=1")
	// Until the first signal has been handed back, a second one is taken with it.
	done := make(chan error, 1)
	go func() { done <- h.Wait() }()
	for {
		h.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-done:
			if err == nil {
				t.Error("an end at once is no success")
			}
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}
