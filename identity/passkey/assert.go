package passkey

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"authserver/identity/flow"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// handleSize is the length of a person's handle in bytes (WebAuthn §14.6.1).
const handleSize = 32

// Options is what a browser's navigator.credentials is called with, as JSON
// (WebAuthn §5.1.8 and §5.1.9).
type Options = json.RawMessage

// answer is a passkey that has signed, and what its authenticator says.
type answer struct {
	ceremony ceremony
	passkey  *Passkey
	user     *user.User
	verified bool // the person, in this very ceremony
	count    uint32
	backedUp bool
}

// rejection is why an answer is not accepted, and about whom it is.
type rejection struct {
	reason  string
	user    *user.User
	passkey *Passkey
	count   uint32
}

// Error implements error.
func (r *rejection) Error() string { return "passkey refused: " + r.reason }

// check verifies an answer to a question of the ceremony (WebAuthn Level 3, §7.2). The
// challenge is spent, whatever follows. An answer that is not accepted is a *rejection;
// one that is no answer to a live question is ErrRefused or ErrExpired.
func (s *Service) check(ctx context.Context, in *realm.Realm, c ceremony, raw []byte) (*answer, error) {
	given, err := protocol.ParseCredentialRequestResponseBytes(raw)
	if err != nil {
		return nil, ErrRefused
	}
	client := &given.Response.CollectedClientData
	question, err := s.spend(ctx, c, client.Challenge)
	if err != nil {
		return nil, err
	}
	who, k, err := s.owner(ctx, in, c, given)
	if err != nil {
		return nil, err
	}
	no := &rejection{user: who.User, passkey: k, count: given.Response.AuthenticatorData.Counter}
	handle := given.Response.UserHandle
	switch {
	case (c.userID == "" || len(handle) > 0) && !bytes.Equal(handle, who.handle):
		no.reason = ReasonHandle // WAN-11
	case !who.Active():
		no.reason = ReasonSuspended
	case !s.origin(in, client):
		no.reason = ReasonAnswer
	}
	if no.reason != "" {
		return nil, no
	}
	w, err := s.relyingParty(in)
	if err != nil {
		return nil, err
	}
	var credential *webauthn.Credential
	if c.userID == "" {
		_, credential, err = w.ValidatePasskeyLogin(func([]byte, []byte) (webauthn.User, error) { return who, nil }, *question, given)
	} else {
		credential, err = w.ValidateLogin(who, *question, given)
	}
	if err != nil {
		no.reason = ReasonAnswer
		return nil, no
	}
	if credential.Authenticator.CloneWarning { // the library only says so (security rule LIB-9)
		no.reason = ReasonCounter
		return nil, no
	}
	flags := given.Response.AuthenticatorData.Flags
	return &answer{
		ceremony: c, passkey: k, user: who.User,
		// Of this answer: the library's credential remembers earlier ones.
		verified: flags.HasUserVerified(), backedUp: flags.HasBackupState(),
		count: credential.Authenticator.SignCount,
	}, nil
}

// owner finds whose passkey has answered, within the realm and by the credential alone;
// that the answer names the same person is checked after.
func (s *Service) owner(ctx context.Context, in *realm.Realm, c ceremony, given *protocol.ParsedCredentialAssertionData) (*person, *Passkey, error) {
	k, err := s.byCredential(ctx, in.ID, given.RawID)
	if errors.Is(err, ErrNotFound) || err == nil && c.userID != "" && k.UserID != c.userID {
		return nil, nil, &rejection{reason: ReasonUnknown}
	}
	if err != nil {
		return nil, nil, err
	}
	u, err := s.users.ByID(ctx, in.ID, k.UserID)
	if err != nil {
		return nil, nil, err
	}
	handle, err := s.handleOf(ctx, in.ID, u.ID)
	if err != nil {
		return nil, nil, err
	}
	who := &person{User: u, handle: handle, realm: in.Name, passkeys: []*Passkey{k}}
	if c.userID != "" {
		// The question named all of them; the library compares (WAN-10).
		if who.passkeys, err = s.many(ctx, in.ID, u.ID); err != nil {
			return nil, nil, err
		}
	}
	return who, k, nil
}

// take makes an answer count, in the transaction of what it earns. It returns a
// *rejection when the passkey is gone or was used again in the meantime.
func (s *Service) take(ctx context.Context, a *answer) error {
	taken, err := s.use(ctx, a.passkey, a.count, a.verified, a.backedUp, s.now())
	if err != nil {
		return fmt.Errorf("use passkey %s: %w", a.passkey.ID, err)
	}
	if !taken {
		return &rejection{reason: ReasonGone, user: a.user, passkey: a.passkey, count: a.count}
	}
	return nil
}

// refuse records why, also for a client that has gone, and returns ErrRefused. What is
// no rejection it returns as it is, but for faults of other rooms' making.
func (s *Service) refuse(ctx context.Context, in *realm.Realm, f *flow.Flow, c ceremony, cause error) error {
	var no *rejection
	if errors.Is(cause, user.ErrNotEligible) {
		no = &rejection{reason: ReasonSuspended}
	} else if !errors.As(cause, &no) {
		return cause
	}
	ref := event.Ref{RealmID: in.ID, Kind: "flow", ID: f.ID}
	if no.user != nil {
		ref = no.user.Ref()
	}
	events := []event.Payload{Refused{ApplicationID: f.ApplicationID, Purpose: c.purpose, Reason: no.reason}}
	err := s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		if no.reason == ReasonCounter {
			if err := s.suspect(ctx, in, no); err != nil {
				return err
			}
			events = append(events[:1], CloneSuspected{PasskeyID: no.passkey.ID, Stored: no.passkey.SignCount, Received: no.count})
		}
		return s.events.Record(ctx, ref, events...)
	})
	if err != nil {
		return fmt.Errorf("record refused passkey: %w", err)
	}
	return ErrRefused
}

// warnEvery bounds how often a person is written to about one passkey: whoever holds a
// clone can make its counter run backwards as often as they like.
const warnEvery = 24 * time.Hour

// suspect marks a passkey whose counter has not grown, and tells its owner.
func (s *Service) suspect(ctx context.Context, in *realm.Realm, no *rejection) error {
	now := s.now()
	if err := s.warn(ctx, no.passkey, now); err != nil {
		return fmt.Errorf("mark passkey %s: %w", no.passkey.ID, err)
	}
	if now.Sub(no.passkey.CloneWarning) < warnEvery {
		return nil
	}
	return s.tell(ctx, in, no.user, letter.PasskeySuspected, no.passkey)
}

// isFault reports whether the page may show the error to the person and go on.
func isFault(err error) (*fault.Fault, bool) {
	for _, known := range []*fault.Fault{ErrRefused, ErrExpired, ErrRejected, ErrTaken, ErrUnattested, ErrTooMany, ErrLabel, ErrUnavailable} {
		if errors.Is(err, known) {
			return known, true
		}
	}
	return nil, false
}
