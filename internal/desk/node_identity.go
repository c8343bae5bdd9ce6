package desk

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"paiza"
	"paiza/internal/store"
	"paiza/wire"
)

// metaKeys is the setting with the node's keys, sealed with its secret.
const metaKeys = "node_keys"

// CardTitle is what stands over a card that is written as text.
const CardTitle = "NODE CARD"

// cardValid is how long a card is good. Keys are changed before.
const cardValid = 2 * 365 * 24 * time.Hour

// keyring is the node's secret keys. The sealing keys of former cards stay, to
// open what was sealed for them.
type keyring struct {
	Node string   `json:"node"`
	Sign []byte   `json:"sign"` // seed
	Seal [][]byte `json:"seal"`
	TLS  []byte   `json:"tls"`  // PKCS #8
	Next []byte   `json:"next"` // the TLS key after the next change: peers know it before
	// Later are those of the changes after that, so that a peer who was away during
	// three changes still knows who speaks.
	Later [][]byte `json:"later,omitempty"`
}

// laterKeys is how many keys beside the present and the next one a card names.
const laterKeys = 2

func newKeyring() (*keyring, error) {
	_, sign, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	r := &keyring{Sign: sign.Seed()}
	r.Node = wire.FirstNodeID(sign.Public().(ed25519.PublicKey)).String()
	if err := r.addSealing(); err != nil {
		return nil, err
	}
	if r.TLS, err = newTLSKey(); err != nil {
		return nil, err
	}
	if r.Next, err = newTLSKey(); err != nil {
		return nil, err
	}
	return r, r.addLater()
}

// addLater fills up the TLS keys of later changes.
func (r *keyring) addLater() error {
	for len(r.Later) < laterKeys {
		key, err := newTLSKey()
		if err != nil {
			return err
		}
		r.Later = append(r.Later, key)
	}
	return nil
}

func (r *keyring) addSealing() error {
	key, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		return err
	}
	raw, err := key.Bytes()
	r.Seal = append(r.Seal, raw)
	return err
}

func newTLSKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return x509.MarshalPKCS8PrivateKey(key)
}

// changed gives the keyring with new keys. The TLS key becomes the one that
// peers already know as the next.
func (r *keyring) changed() (*keyring, error) {
	_, sign, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	out := &keyring{Node: r.Node, Sign: sign.Seed(), Seal: slices.Clone(r.Seal), TLS: r.Next}
	if err := out.addSealing(); err != nil {
		return nil, err
	}
	if err := r.addLater(); err != nil { // a keyring from before there were any
		return nil, err
	}
	out.Next, out.Later = r.Later[0], slices.Clone(r.Later[1:])
	return out, out.addLater()
}

func (r *keyring) signing() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(r.Sign) }

func (r *keyring) sealing() (hpke.PrivateKey, error) {
	return hpke.MLKEM768X25519().NewPrivateKey(r.Seal[len(r.Seal)-1])
}

// certificate makes the certificate for a TLS key. Peers look at its key only,
// so it says nothing and does not expire within a card's life.
func certificate(pkcs8 []byte) (*tls.Certificate, error) {
	key, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("desk: the TLS key is of another kind")
	}
	in := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, in, in, signer.Public(), signer)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: signer, Leaf: leaf}, err
}

// loadIdentity reads this node's keys and cards, if it has any.
func (d *Desk) loadIdentity(ctx context.Context, k *community) error {
	text, err := d.store.Secret(ctx, metaKeys)
	if err != nil || text == "" {
		return err
	}
	var r keyring
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return err
	}
	if k.self, err = wire.ParseNodeID(r.Node); err != nil {
		return err
	}
	h := k.histories[k.self]
	if h == nil {
		return errors.New("desk: the node has keys and no card")
	}
	k.identity = &wire.Identity{Cards: h.Cards(), Sign: r.signing(), Open: map[wire.KeyID]hpke.PrivateKey{}}
	for _, raw := range r.Seal {
		key, err := hpke.MLKEM768X25519().NewPrivateKey(raw)
		if err != nil {
			return err
		}
		k.identity.Open[wire.KeyIDOf(key.PublicKey().Bytes())] = key
	}
	k.cert, err = certificate(r.TLS)
	return err
}

// cardBody is what the next card of the node says.
func (d *Desk) cardBody(ctx context.Context, r *keyring, in paiza.NewNode, last *wire.Card) (wire.CardBody, error) {
	sealing, err := r.sealing()
	if err != nil {
		return wire.CardBody{}, err
	}
	now := d.now().UTC().Truncate(time.Millisecond)
	b := wire.CardBody{Serial: 1, Names: []wire.Name{{Language: "en", Value: strings.TrimSpace(in.Name)}}, Body: in.Body, Addresses: in.Addresses,
		SigningKey: r.signing().Public().(ed25519.PublicKey), Suites: []wire.Suite{wire.SuiteAES, wire.SuiteChaCha}, SealingKey: sealing.PublicKey().Bytes(),
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(cardValid), Issued: now}
	for _, language := range slices.Sorted(maps.Keys(in.Names)) {
		if name := strings.TrimSpace(in.Names[language]); name != "" {
			b.Names = append(b.Names, wire.Name{Language: language, Value: name})
		}
	}
	if b.Node, err = wire.ParseNodeID(r.Node); err != nil {
		return b, err
	}
	if last != nil {
		b.Serial, b.Previous = last.Serial+1, last.Hash()
	}
	for _, key := range append([][]byte{r.TLS, r.Next}, r.Later...) {
		cert, err := certificate(key)
		if err != nil {
			return b, err
		}
		b.Pins = append(b.Pins, sha256.Sum256(cert.Leaf.RawSubjectPublicKeyInfo))
	}
	agencies, err := d.store.Agencies(ctx)
	if err != nil {
		return b, err
	}
	for _, a := range agencies {
		if a.Closed || len(b.Authorities) == 64 {
			continue
		}
		name := a.Name
		if name == "" {
			name = b.Names[0].Value
		}
		b.Authorities = append(b.Authorities, wire.Authority{Key: a.ID, Names: []wire.Name{{Language: "en", Value: wire.OneLine(name, 200)}}})
	}
	return b, nil
}

// InitNode gives the node its name, its keys and its first card. It is done
// once. Who does it has just proved that it is he.
func (d *Desk) InitNode(ctx context.Context, who paiza.Actor, in paiza.NewNode) (*wire.Card, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return nil, err
	}
	if fields := in.Validate(); len(fields) > 0 {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	if err := d.steppedUp(who); err != nil {
		return nil, err
	}
	k, err := d.who(ctx)
	if err != nil {
		return nil, err
	}
	if k.identity != nil {
		return nil, paiza.Conflict("peer.has_identity", nil)
	}
	r, err := newKeyring()
	if err != nil {
		return nil, err
	}
	return d.newCard(ctx, who, "node.init", r, nil, in, nil)
}

// newCard makes and keeps a card with its keys; former is the key on the card
// before.
func (d *Desk) newCard(ctx context.Context, who paiza.Actor, action string, r *keyring, last *wire.Card, in paiza.NewNode, former ed25519.PrivateKey) (*wire.Card, error) {
	body, err := d.cardBody(ctx, r, in, last)
	if err != nil {
		return nil, err
	}
	c, err := wire.NewCard(body, r.signing(), former)
	if err != nil {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "peer.card_refused", Err: err}
	}
	secret, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	err = d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if last == nil {
			if known, err := t.Secret(metaKeys); err != nil || known != "" {
				return entry{}, errors.Join(err, paiza.Conflict("peer.has_identity", nil))
			}
		}
		if err := t.SetSecret(metaKeys, string(secret)); err != nil {
			return entry{}, err
		}
		return entry{action: action, subject: "node/" + c.Node.String(), reason: in.Reason, detail: cardText(c)}, t.InsertCard(c)
	})
	return c, err
}

func cardText(c *wire.Card) string {
	return fmt.Sprintf("card %d, signing key %s, sealing key %s, until %s, hash %s", c.Serial, c.Signing(), c.Sealing(), c.NotAfter.Format(time.DateOnly), c.Hash())
}

// Card is this node's present card, as text to give to others. Anybody who works
// here may have it: it is made to be given away.
func (d *Desk) Card(ctx context.Context, who paiza.Actor) (card *wire.Card, text string, err error) {
	if who.Anonymous() {
		return nil, "", paiza.Forbidden(paiza.RightReadCatalog)
	}
	k, err := d.node(ctx)
	if err != nil {
		return nil, "", err
	}
	c := k.identity.Card()
	return c, wire.Armour(CardTitle, c.Bytes()), nil
}

// RotateKeys gives the node new keys and its next card, signed with the key
// before too. Peers learn it when they next meet. Empty fields of in stay as
// they are on the present card.
func (d *Desk) RotateKeys(ctx context.Context, who paiza.Actor, in paiza.NewNode) (*wire.Card, error) {
	return d.renew(ctx, who, "node.rotate", in, true)
}

// RenewCard makes the node's next card with the keys that it has: for a new
// address, a new name, or agencies that have changed.
func (d *Desk) RenewCard(ctx context.Context, who paiza.Actor, in paiza.NewNode) (*wire.Card, error) {
	return d.renew(ctx, who, "node.card", in, false)
}

func (d *Desk) renew(ctx context.Context, who paiza.Actor, action string, in paiza.NewNode, keys bool) (*wire.Card, error) {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return nil, err
	}
	if err := d.decided(who, in.Reason); err != nil {
		return nil, err
	}
	k, err := d.node(ctx)
	if err != nil {
		return nil, err
	}
	last := k.identity.Card()
	if in.Name == "" {
		in.Name, in.Names = last.Names[0].Value, map[string]string{}
		for _, n := range last.Names[1:] {
			in.Names[n.Language] = n.Value
		}
	}
	if in.Body == "" {
		in.Body = last.Body
	}
	if len(in.Addresses) == 0 {
		in.Addresses = last.Addresses
	}
	if fields := in.Validate(); len(fields) > 0 {
		return nil, &paiza.Error{Kind: paiza.ErrInvalid, Key: "error.form", Fields: fields}
	}
	text, err := d.store.Secret(ctx, metaKeys)
	if err != nil {
		return nil, err
	}
	var r keyring
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, err
	}
	next := &r
	if keys {
		if next, err = r.changed(); err != nil {
			return nil, err
		}
	}
	return d.newCard(ctx, who, action, next, last, in, r.signing())
}

// Revoke says that signatures of a former key of this node count no more from a
// moment on, and tells every peer. The key on the present card is changed first.
func (d *Desk) Revoke(ctx context.Context, who paiza.Actor, key string, from time.Time, reason string) error {
	if err := allow(who, paiza.RightManagePeers); err != nil {
		return err
	}
	if err := d.decided(who, reason); err != nil {
		return err
	}
	k, err := d.node(ctx)
	if err != nil {
		return err
	}
	cards := k.identity.Cards
	i := slices.IndexFunc(cards, func(c *wire.Card) bool { return c.Signing().String() == key })
	switch {
	case i < 0:
		return paiza.NotFound("key", key)
	case cards[i].Signing() == k.identity.Card().Signing():
		return paiza.Conflict("peer.key_in_use", nil)
	}
	if from.IsZero() {
		from = d.now()
	}
	v, err := wire.NewRevocation(wire.Revocation{Node: k.self, Key: cards[i].Signing(), At: from, Reason: wire.OneLine(reason, 200)}, k.identity.Sign)
	if err != nil {
		return err
	}
	return d.act(ctx, who, func(t *store.Tx) (entry, error) {
		if err := t.InsertRevocation(v); err != nil {
			return entry{}, err
		}
		n, err := d.restate(t, k, v)
		if err != nil {
			return entry{}, err
		}
		return entry{action: "node.revoke", subject: "node/" + k.self.String(), reason: reason,
			detail: "key " + key + " from " + from.UTC().Format(time.RFC3339) + ", " + strconv.Itoa(n) + " receipts signed anew"}, nil
	})
}

// restate tells peers of a revocation and signs anew what the key has stated from
// its moment on: nobody believes that any more. A peer gets receipts that a log
// was taken up when it asks for them, as always, and the others as messages.
func (d *Desk) restate(t *store.Tx, k *community, v *wire.Revocation) (n int, err error) {
	own, err := k.history(k.self)
	if err != nil {
		return 0, err
	}
	h := copyOf(own)
	if err := h.Revoke(v); err != nil {
		return 0, err
	}
	type restated struct {
		peer store.Peer
		body []byte
	}
	var tell []restated
	for _, p := range k.reached() {
		list, err := t.IssuedSince(p.Num, v.At)
		if err != nil {
			return n, err
		}
		for _, dead := range list {
			if wire.ReasonOf(dead.Verify(h)) != wire.ReasonKeyRevoked {
				continue
			}
			again := *dead
			if again.At, err = t.Stating(p.Num, d.now()); err != nil {
				return n, err
			}
			r, err := wire.NewReceipt(again, k.identity.Sign)
			if err != nil {
				return n, err
			}
			if err := t.Replace(p.Num, dead, r); err != nil {
				return n, err
			}
			n++
			if r.Event != wire.EventContentConsignment {
				tell = append(tell, restated{p, r.Bytes()})
			}
		}
	}
	if err := d.tell(t, k, wire.TypeRevocation, v.Bytes(), k.reached()...); err != nil {
		return n, err
	}
	for _, x := range tell {
		if err := d.tell(t, k, wire.TypeReceipt, x.body, x.peer); err != nil {
			return n, err
		}
	}
	return n, nil
}
