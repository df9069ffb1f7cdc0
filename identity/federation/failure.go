package federation

import (
	"context"
	"errors"
	"fmt"

	"authserver/internal/fault"
)

// What a person reads when a provider did not bring them in. Whatever was wrong with
// the provider's answer, with the account or with the configuration looks the same.
var (
	ErrRefused     = fault.New(fault.Denied, "federation_refused", "Signing in that way did not work.")
	ErrCancelled   = fault.New(fault.Denied, "federation_cancelled", "You came back without having signed in.")
	ErrUnavailable = fault.New(fault.Unavailable, "federation_unavailable", "The provider cannot be reached at the moment. Please try again in a while.")
	ErrNoAccount   = fault.New(fault.Denied, "federation_no_account", "There is no account here for that sign-in, and none can be made.")
	ErrNoEmail     = fault.New(fault.Denied, "federation_no_email", "The provider tells no e-mail address that an account could be made with.")
	ErrTaken       = fault.New(fault.Conflict, "federation_taken", "That sign-in belongs to another account here.")
	ErrLinkedOther = fault.New(fault.Conflict, "federation_linked_other", "Your account is linked with another sign-in of that provider. Remove that one first.")
	// ErrStale is for a callback that nobody in this browser waits for.
	ErrStale = fault.New(fault.Invalid, "federation_stale", "This answer came too late, or twice. Please start again.")
)

// failure is why somebody was not brought in: what an operator may know of it, and
// what the person reads.
type failure struct {
	reason, detail string
	cause          error // may quote the provider: for nobody but this process
}

// Error says what failed without what the provider wrote.
func (f *failure) Error() string {
	if f.detail == "" {
		return "federation: " + f.reason
	}
	return "federation: " + f.reason + " (" + f.detail + ")"
}

// Unwrap is what the person reads, so that fault.Of finds it.
func (f *failure) Unwrap() error {
	switch f.reason {
	case ReasonCancelled:
		return ErrCancelled
	case ReasonUnavailable:
		return ErrUnavailable
	case ReasonNoAccount:
		return ErrNoAccount
	case ReasonNoEmail:
		return ErrNoEmail
	case ReasonTaken:
		return ErrTaken
	case ReasonLinkedOther:
		return ErrLinkedOther
	}
	return ErrRefused
}

// invalid is an answer of a provider that breaks a rule.
func invalid(detail string) *failure { return &failure{reason: ReasonAnswer, detail: detail} }

// away is a provider that does not answer.
func away(detail string, cause error) *failure {
	return &failure{reason: ReasonUnavailable, detail: detail, cause: cause}
}

func because(reason string) *failure { return &failure{reason: reason} }

// note records a failure, also for a client that has gone. What is not the provider's
// or the person's doing is none.
func (s *Service) note(ctx context.Context, p *Provider, applicationID string, err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		return s.events.Record(ctx, p.Ref(), Failed{
			Provider: p.Slug, ApplicationID: applicationID, Reason: f.reason, Detail: f.detail,
		})
	})
	if err != nil {
		return fmt.Errorf("record failed sign-in through provider %s: %w", p.ID, err)
	}
	return nil
}
