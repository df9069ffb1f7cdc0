package key

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// PEM is the public half of a key as SubjectPublicKeyInfo (RFC 7468 §13).
func PEM(k *Key) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(k.Public)
	if err != nil {
		return nil, fmt.Errorf("encode key %s: %w", k.ID, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// find returns one key of the realm, whatever its state, without its private half.
func (s *Service) find(ctx context.Context, realmID, kid string) (*Key, error) {
	r, err := s.lookup(ctx, realmID, kid)
	if err != nil {
		return nil, err
	}
	return r.key()
}
