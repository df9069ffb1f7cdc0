package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/go-jose/go-jose/v4"

	"authserver/watch/audit"
)

func readProof(path string) (*audit.Proof, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the proof cannot be read: %w", err)
	}
	defer func() { _ = f.Close() }()
	return audit.ReadProof(f)
}

// readKeys reads a JWK set, or a single JWK.
func readKeys(path string) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	raw, err := os.ReadFile(path)
	if err != nil {
		return set, fmt.Errorf("the public keys cannot be read: %w", err)
	}
	if err := json.Unmarshal(raw, &set); err == nil && len(set.Keys) > 0 {
		return set, nil
	}
	var one jose.JSONWebKey
	if err := json.Unmarshal(raw, &one); err != nil || !one.Valid() {
		return set, fmt.Errorf("%s holds no public key", path)
	}
	set.Keys = []jose.JSONWebKey{one}
	return set, nil
}
