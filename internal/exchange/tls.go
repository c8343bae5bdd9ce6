package exchange

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"

	"paiza/wire"
)

// Pin is the hash of a certificate's key, as it stands on a card.
func Pin(cert *x509.Certificate) wire.Hash { return sha256.Sum256(cert.RawSubjectPublicKeyInfo) }

// present is the certificate that own gives, or an error: a handshake does not
// survive that there is none, while the store does not answer.
func present(own func() *tls.Certificate) (*tls.Certificate, error) {
	if c := own(); c != nil {
		return c, nil
	}
	return nil, errors.New("this node's certificate cannot be read now")
}

// ServerTLS is how a node is reached: TLS 1.3 only, a certificate from each
// side, and no authority but the cards. own gives this node's certificate.
func ServerTLS(own func() *tls.Certificate, trust Trust) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: []string{"h2"},
		ClientAuth: tls.RequireAnyClientCert, // no chain to check: VerifyConnection holds the key against the cards
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return present(own)
		},
		SessionTicketsDisabled: true, // a resumed session would outlive a card
		VerifyConnection: func(s tls.ConnectionState) error {
			_, err := whoIs(context.Background(), s, trust)
			return err
		},
	}
}

// ClientTLS is how a node reaches one peer: the key of his certificate must be
// on his card.
func ClientTLS(own func() *tls.Certificate, trust Trust, peer wire.NodeID) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: []string{"h2"},
		// Names and authorities play no part: VerifyConnection checks the key, which
		// the handshake has proven.
		InsecureSkipVerify: true,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return present(own)
		},
		VerifyConnection: func(s tls.ConnectionState) error {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			h, err := trust.History(ctx, peer)
			if err != nil {
				return err
			}
			if len(s.PeerCertificates) == 0 || !h.Pinned(Pin(s.PeerCertificates[0])) {
				return &wire.Refusal{Reason: wire.ReasonSender, Detail: "the key that answered is not on the peer's card"}
			}
			return nil
		},
	}
}

// whoIs is the node at the other end of a connection.
func whoIs(ctx context.Context, s tls.ConnectionState, trust Trust) (wire.NodeID, error) {
	if len(s.PeerCertificates) == 0 {
		return wire.NodeID{}, errors.New("no certificate was shown")
	}
	return trust.Pinned(ctx, Pin(s.PeerCertificates[0]))
}
