package passkey

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/go-webauthn/webauthn/metadata"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

func registerCeremony(in *realm.Realm, userID, binding string) ceremony {
	return ceremony{realmID: in.ID, purpose: purposeRegister, userID: userID, binding: binding}
}

// RegisterOptions asks the person's browser for a new passkey. Binding is the flow or the
// session in which the answer will come. Authenticators that hold one of theirs already
// are left out.
func (s *Service) RegisterOptions(ctx context.Context, in *realm.Realm, userID, binding string) (Options, error) {
	w, err := s.relyingParty(in)
	if err != nil {
		return nil, err
	}
	who, err := s.personOf(ctx, in, userID)
	if err != nil {
		return nil, err
	}
	if len(who.passkeys) >= Max {
		return nil, ErrTooMany
	}
	if who.handle == nil {
		err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
			who.handle, err = s.giveHandle(ctx, in.ID, userID)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("give user %s a handle: %w", userID, err)
		}
	}
	asked, question, err := w.BeginRegistration(who,
		webauthn.WithCredentialParameters(webauthn.CredentialParametersRecommendedL3()),
		webauthn.WithExclusions(webauthn.Credentials(who.WebAuthnCredentials()).CredentialDescriptors()),
		webauthn.WithExtensions(webauthn.WithExtensionCredProps()))
	if err != nil {
		return nil, fmt.Errorf("ask user %s for a new passkey: %w", userID, err)
	}
	if err := s.ask(ctx, registerCeremony(in, userID, binding), question); err != nil {
		return nil, err
	}
	return json.Marshal(asked.Response)
}

// Register adds the passkey of the browser's answer to RegisterOptions to the person's.
// It returns ErrExpired, ErrRejected, ErrUnattested, ErrTaken, ErrTooMany or ErrLabel.
func (s *Service) Register(ctx context.Context, in *realm.Realm, userID, binding string, raw []byte, name string) (*Passkey, error) {
	u, p, err := s.receive(ctx, in, userID, binding, raw, name)
	if err != nil {
		return nil, err
	}
	if err := s.db.InTx(ctx, func(ctx context.Context) error { return s.add(ctx, in, u, p) }); err != nil {
		return nil, err
	}
	return p, nil
}

// AddHere is Register in the account: whoever has just used the new passkey has shown a
// second factor, so the session's new cookie is returned, and it is not asked for again at
// once. Codes says that recovery codes came with it, on the session's sheet.
func (s *Service) AddHere(ctx context.Context, in *realm.Realm, current *session.Session, raw []byte, name string) (cookie string, codes bool, err error) {
	u, p, err := s.receive(ctx, in, current.UserID, current.ID, raw, name)
	if err != nil {
		return "", false, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.add(ctx, in, u, p); err != nil {
			return err
		}
		if codes, err = s.factors.FirstCodes(ctx, in, u.ID, current.ID); err != nil {
			return err
		}
		cookie, err = s.sessions.Elevate(ctx, current, p.methods(p.UserVerified)...)
		return err
	})
	return cookie, codes, err
}

// Enrol is Register for a person who must have a second factor to go on with the flow:
// the new passkey is one at once. It returns the session's new cookie.
func (s *Service) Enrol(ctx context.Context, in *realm.Realm, f *flow.Flow, current *session.Session, raw []byte, name string) (cookie, next string, err error) {
	u, p, err := s.receive(ctx, in, current.UserID, f.ID, raw, name)
	if err != nil {
		return "", "", err
	}
	codes := false
	ctx = event.Acting(ctx, event.User, u.ID, f.ApplicationID)
	err = s.db.InTx(ctx, func(ctx context.Context) (err error) {
		// Only a first factor may be added by a password alone, or a thief adds theirs.
		kinds, err := s.factors.Enrolled(ctx, in.ID, u.ID)
		if err != nil {
			return err
		}
		if len(kinds) > 0 {
			return flow.ErrStale
		}
		if err := s.add(ctx, in, u, p); err != nil {
			return err
		}
		if cookie, err = s.sessions.Elevate(ctx, current, p.methods(p.UserVerified)...); err != nil {
			return err
		}
		if codes, err = s.factors.FirstCodes(ctx, in, u.ID, f.ID); err != nil {
			return err
		}
		return s.flows.Prove(ctx, f, flow.Proof{Step: flow.Enrol, SessionID: current.ID, Method: Method})
	})
	if err != nil {
		return "", "", err
	}
	if codes {
		return cookie, s.factors.CodesURL(f), nil
	}
	return cookie, s.flows.ReturnURL(f), nil
}

// receive verifies the browser's answer (WebAuthn Level 3, §7.1). The challenge is
// spent, whatever follows.
func (s *Service) receive(ctx context.Context, in *realm.Realm, userID, binding string, raw []byte, name string) (*user.User, *Passkey, error) {
	name, err := label(name)
	if err != nil {
		return nil, nil, err
	}
	given, err := protocol.ParseCredentialCreationResponseBytes(raw)
	if err != nil {
		return nil, nil, ErrRejected
	}
	question, err := s.spend(ctx, registerCeremony(in, userID, binding), given.Response.CollectedClientData.Challenge)
	if err != nil {
		return nil, nil, err
	}
	who, err := s.personOf(ctx, in, userID)
	if err != nil {
		return nil, nil, err
	}
	w, err := s.relyingParty(in)
	if err != nil {
		return nil, nil, err
	}
	if !who.Active() || !s.origin(in, &given.Response.CollectedClientData) {
		return nil, nil, ErrRejected
	}
	if attested(in) && !vouched(given) {
		return nil, nil, ErrUnattested
	}
	c, err := w.CreateCredential(who, *question, given)
	if err != nil {
		if attested(in) && w.Config.MDS != nil {
			return nil, nil, ErrUnattested
		}
		return nil, nil, ErrRejected
	}
	if attested(in) && c.AttestationType == string(metadata.BasicSurrogate) {
		return nil, nil, ErrUnattested // signed by the passkey itself: anybody can
	}
	// A key that cannot verify anything would be found out at the next sign-in.
	if _, err := webauthncose.ParsePublicKey(c.PublicKey); err != nil {
		return nil, nil, ErrRejected
	}
	return who.User, s.made(in, userID, c, name), nil
}

// vouched says that the answer has an attestation statement at all.
func vouched(given *protocol.ParsedCredentialCreationData) bool {
	return given.Response.AttestationObject.Format != string(protocol.AttestationFormatNone)
}

func (s *Service) made(in *realm.Realm, userID string, c *webauthn.Credential, name string) *Passkey {
	p := &Passkey{
		ID: id.New(), RealmID: in.ID, UserID: userID, CredentialID: c.ID, PublicKey: c.PublicKey, SignCount: c.Authenticator.SignCount,
		AttestationFormat: c.AttestationFormat, AttestationType: c.AttestationType,
		BackupEligible: c.Flags.BackupEligible, BackedUp: c.Flags.BackupState, UserVerified: c.Flags.UserVerified,
		Discoverable: c.Extensions.RK != nil && *c.Extensions.RK,
		Label:        name, CreatedAt: database.At(s.now()).Time(), Transports: transports(c.Transport),
	}
	if u, err := uuid.FromBytes(c.Authenticator.AAGUID); err == nil {
		p.AAGUID = u.String()
	}
	return p
}

// transports keeps what may be told back to browsers. The list comes from the client
// unsigned.
func transports(given []protocol.AuthenticatorTransport) []string {
	kept := []string{}
	for _, t := range given {
		switch t {
		case protocol.USB, protocol.NFC, protocol.BLE, protocol.SmartCard, protocol.Hybrid, protocol.Internal:
			if len(kept) < 8 {
				kept = append(kept, string(t))
			}
		}
	}
	return kept
}

func parseAAGUID(s string) []byte {
	u, err := uuid.Parse(s)
	if err != nil {
		return nil
	}
	return u[:]
}

// add stores a verified passkey, in the transaction of whatever else it earns.
func (s *Service) add(ctx context.Context, in *realm.Realm, u *user.User, p *Passkey) error {
	if err := s.lock(ctx, in.ID, u.ID); err != nil {
		return fmt.Errorf("lock passkeys of user %s: %w", u.ID, err)
	}
	n, err := s.count(ctx, in.ID, u.ID)
	if err != nil {
		return fmt.Errorf("count passkeys of user %s: %w", u.ID, err)
	}
	if n >= Max {
		return ErrTooMany
	}
	added, err := s.insert(ctx, p)
	if err != nil {
		return fmt.Errorf("store passkey of user %s: %w", u.ID, err)
	}
	if !added {
		return ErrTaken
	}
	if err := s.users.MarkFactor(ctx, in.ID, u.ID, user.FactorPasskey, true); err != nil {
		return err
	}
	if err := s.factors.Distrust(ctx, in.ID, u.ID, ""); err != nil {
		return err
	}
	if err := s.tell(ctx, in, u, letter.PasskeyAdded, p); err != nil {
		return err
	}
	return s.events.Record(ctx, u.Ref(), Registered{
		PasskeyID: p.ID, AAGUID: p.AAGUID, Attestation: p.AttestationFormat, UserVerified: p.UserVerified,
		Synced: p.BackupEligible, Discoverable: p.Discoverable,
	})
}
