package passkey

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"authserver/identity/user"
	"authserver/tenant/realm"
)

// host is the relying party's id: the host of the public address, or "" when that is no
// domain name.
func (s *Service) host() string {
	host := s.public.Hostname()
	if net.ParseIP(host) != nil || protocol.ValidateRPID(host) != nil {
		return ""
	}
	return strings.ToLower(host)
}

// origins are where a realm's ceremonies may take place, spelt as browsers spell them.
func (s *Service) origins(in *realm.Realm) []string {
	return append([]string{s.public.Scheme + "://" + s.public.Host}, in.Policy.Passkey.Origins...)
}

// verification is what the realm wants of authenticators.
func verification(in *realm.Realm) protocol.UserVerificationRequirement {
	if in.Policy.Passkey.UserVerification == "required" {
		return protocol.VerificationRequired
	}
	return protocol.VerificationPreferred
}

// attested says that the realm wants to know what makes its passkeys.
func attested(in *realm.Realm) bool { return in.Policy.Passkey.Attestation == "direct" }

// relyingParty is the library set up for a realm. Nothing in it comes from a request
// (security rule LIB-12).
func (s *Service) relyingParty(in *realm.Realm) (*webauthn.WebAuthn, error) {
	if s.host() == "" {
		return nil, ErrUnavailable
	}
	c := &webauthn.Config{
		RPID: s.host(), RPDisplayName: in.Name, RPOrigins: s.origins(in),
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: verification(in),
		},
		// Browsers may add outputs that nobody asked for; they mean nothing here.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
		Timeouts: webauthn.TimeoutsConfig{
			Login:        webauthn.TimeoutConfig{Timeout: CeremonyLifetime, TimeoutUVD: CeremonyLifetime},
			Registration: webauthn.TimeoutConfig{Timeout: CeremonyLifetime, TimeoutUVD: CeremonyLifetime},
		},
	}
	if attested(in) {
		c.AttestationPreference = protocol.PreferDirectAttestation
		c.MDS = s.metadata
	}
	w, err := webauthn.New(c)
	if err != nil {
		return nil, fmt.Errorf("set up passkeys of realm %s: %w", in.ID, err)
	}
	return w, nil
}

// origin checks where the ceremony took place, letter by letter: the library compares
// host and scheme only and would let a path or a user name pass.
func (s *Service) origin(in *realm.Realm, c *protocol.CollectedClientData) bool {
	return slices.Contains(s.origins(in), c.Origin) && !c.CrossOrigin && c.TopOrigin == ""
}

// person is a user as the library wants to see them: the passkeys are those that the
// ceremony is about.
type person struct {
	*user.User
	handle   []byte
	realm    string
	passkeys []*Passkey
}

// WebAuthnID implements webauthn.User.
func (p *person) WebAuthnID() []byte { return p.handle }

// WebAuthnName implements webauthn.User. People tell their passkeys apart by it.
func (p *person) WebAuthnName() string { return p.Email }

// WebAuthnDisplayName implements webauthn.User. Realms share the host, so the name says
// which one.
func (p *person) WebAuthnDisplayName() string { return p.Label() + " – " + p.realm }

// WebAuthnCredentials implements webauthn.User.
func (p *person) WebAuthnCredentials() []webauthn.Credential {
	all := make([]webauthn.Credential, 0, len(p.passkeys))
	for _, k := range p.passkeys {
		all = append(all, k.credential())
	}
	return all
}

func (p *Passkey) credential() webauthn.Credential {
	c := webauthn.Credential{
		ID: p.CredentialID, PublicKey: p.PublicKey, AttestationType: p.AttestationType, AttestationFormat: p.AttestationFormat,
		Authenticator: webauthn.Authenticator{SignCount: p.SignCount},
	}
	for _, t := range p.Transports {
		c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
	}
	c.Flags.BackupEligible, c.Flags.BackupState, c.Flags.UserVerified = p.BackupEligible, p.BackedUp, p.UserVerified
	c.Authenticator.AAGUID = parseAAGUID(p.AAGUID)
	return c
}
