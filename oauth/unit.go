package oauth

import (
	"context"
	"errors"
	"time"

	"github.com/ory/fosite"

	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// unit is one request's unit of work. The storage methods that fosite calls read
// through it and only note what is to be written; token.go and authorize.go commit
// it in one transaction after every token has been signed. So an ID token that
// cannot be built burns no code, and a code spent twice is found by one
// conditional update (FOS-1, protocol.md §3.3).
type unit struct {
	realm *realm.Realm
	app   *application.Application
	now   time.Time

	code     *codeRow    // read: the code that is exchanged
	replayed *codeRow    // read: a code that was spent before
	refresh  *refreshRow // read: the refresh token that is used
	audience []string    // of the access token, when the exchange of the code narrows it

	newCode    *codeRow
	spendCode  bool
	newGrant   *grantRow
	rotate     bool
	newRefresh *refreshRow
	newAccess  *accessRow

	// issued describes the access token of the response for the event.
	issued TokensIssued
}

type unitKey struct{}

func withUnit(ctx context.Context, u *unit) context.Context {
	return context.WithValue(ctx, unitKey{}, u)
}

// unitFrom returns the unit of work that the endpoint opened; its absence is a
// wiring mistake.
func unitFrom(ctx context.Context) *unit {
	u, ok := ctx.Value(unitKey{}).(*unit)
	if !ok {
		panic("oauth: storage called outside a unit of work")
	}
	return u
}

var (
	// errCodeSpent: another request has spent the code since this one read it.
	errCodeSpent = errors.New("oauth: code already spent")
	// errRotated: another request has rotated the refresh token since this one read it.
	errRotated = errors.New("oauth: refresh token already rotated")
)

// commit writes what the unit noted, in the caller's transaction, spending the
// code or refresh token first: whoever comes second writes nothing.
func (s *Service) commit(ctx context.Context, u *unit) error {
	if u.spendCode {
		if err := s.spendCode(ctx, u.realm.ID, u.code.Digest, u.now); err != nil {
			return err
		}
	}
	if u.rotate {
		if err := s.rotateRefresh(ctx, u.realm.ID, u.refresh.Digest, u.newRefresh.Digest, u.now); err != nil {
			return err
		}
	}
	if u.newCode != nil {
		if err := s.insertCode(ctx, u.newCode); err != nil {
			return err
		}
	}
	if u.newGrant != nil {
		if err := s.insertGrant(ctx, u.newGrant); err != nil {
			return err
		}
	}
	if u.newRefresh != nil {
		if err := s.insertRefresh(ctx, u.newRefresh); err != nil {
			return err
		}
	}
	if u.newAccess != nil {
		return s.insertAccess(ctx, u.newAccess)
	}
	return nil
}

// requester rebuilds what fosite wants to see of a stored code.
func (u *unit) requester(row *codeRow, form map[string][]string) fosite.Requester {
	return &fosite.Request{
		ID:                row.GrantID,
		RequestedAt:       row.CreatedAt.Time(),
		Client:            &client{app: u.app, refresh: refreshAllowed(u.app, row.scopes())},
		RequestedScope:    row.scopes(),
		GrantedScope:      row.scopes(),
		RequestedAudience: row.audience(),
		GrantedAudience:   row.audience(),
		Form:              form,
		Session:           row.session(),
	}
}
