package server

import (
	"context"
	"errors"
)

// Reseal seals what is kept sealed for long (signing keys, secrets of upstream providers,
// authenticators, keys of the audit, secrets of webhooks, credentials of signal receivers) with the newest key of the ring, and returns how many it changed. What
// lives for days at most (letters, copies of personal data) is left to die under its key.
func (s *Server) Reseal(ctx context.Context) (int, error) {
	total := 0
	var errs []error
	for _, reseal := range []func(context.Context) (int, error){s.Keys.Reseal, s.Federation.Reseal, s.TOTP.Reseal, s.Audit.Reseal, s.Webhooks.Reseal, s.Signals.Reseal} {
		n, err := reseal(ctx)
		total += n
		errs = append(errs, err)
	}
	return total, errors.Join(errs...)
}
