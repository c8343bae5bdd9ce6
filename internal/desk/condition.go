package desk

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/backup"
	"paiza/internal/store"
)

// Condition is how the node stands: what its operator looks at in the morning.
type Condition struct {
	Engine, EngineVersion string
	Tables                int64 // number of the newest migration
	Catalog               string
	Size                  store.Size
	// Free and Disk are bytes of the disk under the store, -1 where nobody here
	// knows; BackupFree is of the backups' folder.
	Free, Disk, BackupFree int64
	Grown                  Growth
	Check                  LastCheck
	LedgerKey              string // name and number of the key that signs the ledger
	Recipients             []Recipient
	Certificate            *Certificate // nil when the node was given none
	Plan                   BackupPlan
}

// Growth is what the store gained since an earlier measurement.
type Growth struct {
	Since   time.Time // zero while there is no earlier day to compare with
	Bytes   int64
	Rows    int64
	Entries int64
}

// LastCheck is when the store was last proved as Fsck proves it; At is zero when
// it never was.
type LastCheck struct {
	At      time.Time `json:"at"`
	Sound   bool      `json:"sound"`
	Entries int64     `json:"entries"` // of the ledger, all verified
}

// Recipient is one of the keys that open the backups.
type Recipient struct {
	Key         string // age1…
	Fingerprint string
}

// Certificate is the node's TLS certificate as its file is now.
type Certificate struct {
	Names  []string
	From   time.Time
	Until  time.Time
	Broken bool // the file cannot be read or holds no certificate
}

// Condition looks at the node.
func (d *Desk) Condition(ctx context.Context, who paiza.Actor) (Condition, error) {
	c := Condition{Engine: d.store.Engine(), Catalog: d.cat.Version(), Plan: d.plan, Free: -1, Disk: -1, BackupFree: -1}
	if err := allow(who, paiza.RightOperate); err != nil {
		return c, err
	}
	var err error
	if c.EngineVersion, c.Tables, err = d.store.Versions(ctx); err != nil {
		return c, err
	}
	if c.Size, err = d.store.Size(ctx, d.now()); err != nil {
		return c, err
	}
	if folder := d.store.Folder(); folder != "" {
		c.Free, c.Disk = d.room(folder)
	}
	if d.plan.Folder != "" {
		c.BackupFree, _ = d.room(d.plan.Folder)
	}
	if c.Grown, err = d.growth(ctx, c.Size); err != nil {
		return c, err
	}
	if c.Check, err = d.lastCheck(ctx); err != nil {
		return c, err
	}
	_, verifier, err := d.store.Checkpoint(ctx)
	if err != nil {
		return c, err
	}
	// A verifier is name+number+key; name and number name the key.
	if part := strings.SplitN(verifier, "+", 3); len(part) == 3 {
		c.LedgerKey = part[0] + "+" + part[1]
	}
	for _, r := range d.plan.Recipients {
		c.Recipients = append(c.Recipients, Recipient{r, backup.Fingerprint(r)})
	}
	if d.certificate != "" {
		c.Certificate = readCertificate(d.certificate)
	}
	return c, nil
}

// readCertificate reads the first certificate of a PEM file.
func readCertificate(file string) *Certificate {
	const limit = 1 << 20
	st, err := os.Stat(file)
	if err != nil || st.Size() > limit {
		return &Certificate{Broken: true}
	}
	raw, err := os.ReadFile(file)
	for err == nil {
		var block *pem.Block
		if block, raw = pem.Decode(raw); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			break
		}
		names := c.DNSNames
		for _, ip := range c.IPAddresses {
			names = append(names, ip.String())
		}
		if len(names) == 0 {
			names = []string{c.Subject.CommonName}
		}
		return &Certificate{Names: names, From: c.NotBefore, Until: c.NotAfter}
	}
	return &Certificate{Broken: true}
}

// growthOver is over how many days growth is shown, when there are as many.
const growthOver = 30

func (d *Desk) growth(ctx context.Context, now store.Size) (Growth, error) {
	list, err := d.store.Measures(ctx, day(d.now().AddDate(0, 0, -growthOver)))
	if err != nil || len(list) == 0 || list[0].Day == day(d.now()) {
		return Growth{}, err
	}
	first := list[0]
	since, err := time.Parse("20060102", strconv.FormatInt(first.Day, 10))
	return Growth{Since: since, Bytes: now.Bytes() - first.Bytes, Rows: now.Seizures - first.Rows, Entries: now.Entries - first.Entries}, err
}

// day is a date as the table of measurements keeps it.
func day(t time.Time) int64 {
	y, m, d := t.UTC().Date()
	return int64(y)*10000 + int64(m)*100 + int64(d)
}

// Measure writes down how large the store is today. It is no act: it changes
// nothing that anybody recorded.
func (d *Desk) Measure(ctx context.Context) error {
	z, err := d.store.Size(ctx, d.now())
	if err != nil {
		return err
	}
	m := store.Measure{Day: day(d.now()), Bytes: z.Bytes(), Rows: z.Seizures, Entries: z.Entries}
	return d.store.Write(ctx, func(t *store.Tx) error { return t.PutMeasure(m, day(d.now().AddDate(-2, 0, 0))) })
}

// checkMeta keeps the last check of the store.
const checkMeta = "last_check"

func (d *Desk) lastCheck(ctx context.Context) (c LastCheck, err error) {
	v, err := d.store.Meta(ctx, checkMeta)
	if err != nil || v == "" {
		return c, err
	}
	return c, json.Unmarshal([]byte(v), &c)
}

// CheckStore proves the store as Fsck does and writes down the outcome. A fault
// that it finds is its error.
func (d *Desk) CheckStore(ctx context.Context) (LastCheck, error) {
	r, err := d.Fsck(ctx, node())
	c := LastCheck{At: d.now().UTC(), Sound: r.Sound}
	if err != nil {
		return c, err
	}
	fault := ""
	for _, p := range r.Proofs {
		if p.What == "ledger" {
			c.Entries = p.Count
		}
		if p.Fault != "" && fault == "" {
			fault = p.What
		}
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return c, err
	}
	err = d.act(ctx, node(), func(t *store.Tx) (entry, error) {
		return entry{action: "node.check", detail: fmt.Sprintf("sound=%t entries=%d", c.Sound, c.Entries)}, t.SetMeta(checkMeta, string(raw))
	})
	if fault != "" { // also when its ledger refuses the entry
		return c, &paiza.Error{Kind: paiza.ErrUnavailable, Key: "job.store_unsound", Args: paiza.Args{"what": fault}, Err: err}
	}
	return c, err
}

// Purge removes the rows of imports that were undone or cut off and that nobody
// has removed yet.
func (d *Desk) Purge(ctx context.Context) error { return d.clearCutOff(ctx) }
