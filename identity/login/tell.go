package login

import (
	"context"
	"strconv"
	"time"

	"authserver/identity/user"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// tell writes to a person whose account has just been closed, once for each lock: it
// may be somebody else who guesses, and a new password opens the account at once.
func (s *Service) tell(ctx context.Context, c *claim) error {
	if s.letters == nil || c.letter == nil || c.credential == nil || !c.credential.Active() {
		return nil
	}
	minutes := "" // until it is opened
	if *c.letter != forever {
		minutes = strconv.Itoa(int((*c.letter + time.Minute - 1) / time.Minute))
	}
	return s.letters.Send(ctx, letter.Letter{
		RealmID: c.realm.ID, UserID: c.credential.ID, ApplicationID: c.flow.ApplicationID,
		Kind: letter.AccountLocked, To: c.credential.Email, Language: c.credential.Locale,
		Data: map[string]string{"link": s.issuer(c.realm.Slug) + "/recover", "minutes": minutes},
	})
}

// tellChanged writes to a person who has chosen a new password because they had to.
func (s *Service) tellChanged(ctx context.Context, in *realm.Realm, u *user.User, applicationID string) error {
	if s.letters == nil {
		return nil
	}
	return s.letters.Send(ctx, letter.Letter{
		RealmID: in.ID, UserID: u.ID, ApplicationID: applicationID, Kind: letter.PasswordChanged, To: u.Email, Language: u.Locale,
		Data: map[string]string{"link": s.issuer(in.Slug) + "/recover"},
	})
}
