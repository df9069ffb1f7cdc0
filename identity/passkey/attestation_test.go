package passkey_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-webauthn/webauthn/metadata"
	"github.com/go-webauthn/webauthn/metadata/providers/memory"
	"github.com/google/uuid"

	"authserver/identity/passkey"
	"authserver/tenant/realm"
)

// WAN-14: a realm that asks for the make takes no passkey without, and where the makers
// are known none of a stranger.
func TestAttestationIsCheckedWhereTheRealmWantsIt(t *testing.T) {
	t.Parallel()
	direct := policy(func(p *realm.Policy) { p.Passkey.Attestation = "direct" })
	known, stranger := newMaker(t), newMaker(t)
	model := uuid.MustParse(model)
	entries := map[uuid.UUID]*metadata.Entry{model: {
		AaGUID:        model,
		StatusReports: []metadata.StatusReport{{Status: metadata.FidoCertified}},
		MetadataStatement: metadata.Statement{
			AaGUID: model, AttestationTypes: metadata.AuthenticatorAttestationTypes{metadata.BasicFull},
			AttestationRootCertificates: append(metadata.Statement{}.AttestationRootCertificates, known.root),
		},
	}}
	provider, err := memory.New(memory.WithMetadata(entries))
	if err != nil {
		t.Fatal(err)
	}
	makes := map[string]func(*authenticator){
		"none":     func(*authenticator) {},
		"self":     func(a *authenticator) { a.self, a.aaguid = true, model },
		"known":    func(a *authenticator) { a.maker, a.aaguid = known, model },
		"stranger": func(a *authenticator) { a.maker, a.aaguid = stranger, model },
		"model": func(a *authenticator) {
			a.maker, a.aaguid = known, uuid.MustParse("99999999-1111-2222-3333-444444444444")
		},
	}
	without, with, lax := newHouse(t, direct), newHouseAt(t, "http://auth.test", provider, direct), newHouseAt(t, "http://auth.test", provider)
	for name, c := range map[string]struct {
		h    *house
		want map[string]bool
	}{
		"makers known":       {with, map[string]bool{"known": true}},
		"makers not known":   {without, map[string]bool{"known": true, "stranger": true, "model": true}},
		"realm does not ask": {lax, map[string]bool{"none": true, "self": true, "known": true, "stranger": true, "model": true}},
	} {
		for kind, spoil := range makes {
			u := c.h.User(t, kind+"@example.com")
			a := newAuthenticator(t, spoil)
			_, err := c.h.passkeys.Register(c.h.Context, c.h.Realm, u.ID, "session", a.create(c.h.registerOptions(t, u)), "")
			if c.want[kind] && err != nil || !c.want[kind] && !errors.Is(err, passkey.ErrUnattested) {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
			if err == nil {
				if _, err := c.h.signIn(t, a); err != nil {
					t.Errorf("%s, %s: sign-in: %v", name, kind, err)
				}
			}
		}
	}
}

// What makers publish comes signed; anything else is no metadata.
func TestMetadataIsReadFromWhoMaySpeak(t *testing.T) {
	t.Parallel()
	known := newMaker(t)
	blob := published(t, known)
	root := base64.StdEncoding.EncodeToString(known.root.Raw)
	provider, err := passkey.ReadMetadata(blob, root)
	if err != nil {
		t.Fatal(err)
	}
	h := newHouseAt(t, "http://auth.test", provider, policy(func(p *realm.Policy) { p.Passkey.Attestation = "direct" }))
	a := newAuthenticator(t, func(a *authenticator) { a.maker, a.aaguid = known, uuid.MustParse(model) })
	if p := h.enrolled(t, h.User(t, "ann@example.com"), a); p.AttestationType != "basic_full" || p.AAGUID != model {
		t.Errorf("registered %+v", p)
	}
	other := base64.StdEncoding.EncodeToString(newMaker(t).root.Raw)
	for name, c := range map[string]struct {
		blob []byte
		root string
	}{"another root": {blob, other}, "the Alliance's root": {blob, ""}, "altered": {append(blob[:len(blob)-4:len(blob)-4], "AAAA"...), root}, "nothing": {nil, root}} {
		if _, err := passkey.ReadMetadata(c.blob, c.root); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

const model = "00000000-1111-2222-3333-444444444444"

// published is metadata of one model, signed by its maker.
func published(t *testing.T, m *maker) []byte {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: m.rootKey},
		(&jose.SignerOptions{}).WithHeader("x5c", []string{base64.StdEncoding.EncodeToString(m.root.Raw)}))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(encode(t, map[string]any{
		"legalHeader": "test", "no": 1, "nextUpdate": "2099-01-01",
		"entries": []any{map[string]any{
			"aaguid": model, "timeOfLastStatusChange": "2026-01-01",
			"statusReports": []any{map[string]any{"status": "FIDO_CERTIFIED", "effectiveDate": "2026-01-01"}},
			"metadataStatement": map[string]any{
				"aaguid": model, "description": "One", "authenticatorVersion": 1, "protocolFamily": "fido2", "schema": 3,
				"upv": []any{map[string]any{"major": 1, "minor": 0}}, "attestationTypes": []string{"basic_full"},
				"authenticationAlgorithms": []string{"secp256r1_ecdsa_sha256_raw"}, "publicKeyAlgAndEncodings": []string{"cose"},
				"attestationRootCertificates": []string{base64.StdEncoding.EncodeToString(m.root.Raw)},
			},
		}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return []byte(text)
}
