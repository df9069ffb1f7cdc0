package login

import (
	"context"
	"fmt"

	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// kindRecovery counts guesses at the codes that are sent to an address for a new
// password, over all of them: a code dies after a few guesses, and another one can be
// had. Only typing is closed then; the link of the letter goes on to work, so nobody
// is locked out of their recovery by a stranger.
const kindRecovery = "recovery"

// recoveryKey is by the address, whether it is anybody's or not (security rule
// THR-02). Address is in its folded form.
func (s *Service) recoveryKey(realmID, address string) counterKey {
	return counterKey{kindRecovery, secret.MAC(s.identifierKey, kindRecovery, realmID, address)}
}

// AdmitRecovery counts a guess at a code that was sent to the address, in its folded
// form, and reports whether it may be compared at all. It commits on its own.
func (s *Service) AdmitRecovery(ctx context.Context, in *realm.Realm, address string) (attempt string, open bool, err error) {
	attempt, open, _, err = s.admitGuess(ctx, in, s.recoveryKey(in.ID, address))
	if err != nil {
		return "", false, fmt.Errorf("count guess at a recovery: %w", err)
	}
	return attempt, open, nil
}

// ForgiveRecovery takes a counted guess back: it was right, or nothing was compared.
func (s *Service) ForgiveRecovery(ctx context.Context, realmID, address, attempt string) error {
	err := s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return s.uncount(ctx, realmID, attempt, s.recoveryKey(realmID, address))
	})
	if err != nil {
		return fmt.Errorf("take back guess at a recovery: %w", err)
	}
	return nil
}
