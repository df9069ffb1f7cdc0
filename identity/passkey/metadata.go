package passkey

import (
	"fmt"

	"github.com/go-webauthn/webauthn/metadata"
	"github.com/go-webauthn/webauthn/metadata/providers/memory"
)

// ReadMetadata reads what the FIDO Alliance publishes about authenticators (the BLOB of
// its metadata service, https://mds3.fidoalliance.org/): the makers' certificates, and
// models of which the keys have leaked. Root is the certificate that must have signed it,
// base64 of DER; empty means the Alliance's. A statement that this version of the library
// cannot read is left out: its model is then unknown, and not trusted.
func ReadMetadata(blob []byte, root string) (metadata.Provider, error) {
	options := []metadata.DecoderOption{metadata.WithIgnoreEntryParsingErrors()}
	if root != "" {
		options = append(options, metadata.WithRootCertificate(root))
	}
	decoder, err := metadata.NewDecoder(options...)
	if err != nil {
		return nil, fmt.Errorf("read metadata of authenticators: %w", err)
	}
	payload, err := decoder.DecodeBytes(blob)
	if err != nil {
		return nil, fmt.Errorf("read metadata of authenticators: %w", err)
	}
	known, err := decoder.Parse(payload)
	if err != nil {
		return nil, fmt.Errorf("read metadata of authenticators: %w", err)
	}
	provider, err := memory.New(memory.WithMetadata(known.ToMap()))
	if err != nil {
		return nil, fmt.Errorf("read metadata of authenticators: %w", err)
	}
	return provider, nil
}
