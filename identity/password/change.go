package password

import (
	"context"
	"fmt"
	"slices"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// Faults of the room.
var (
	// ErrCurrent says that the present password was needed and not given.
	ErrCurrent = fault.New(fault.Invalid, "password_missing", "Enter your current password.").At("password")
	// ErrWrong says that it was not the right one, or that too many were not.
	ErrWrong = fault.New(fault.Invalid, "password_wrong", "That is not your current password.").At("password")

	errNoNew = fault.New(fault.Invalid, "password_missing", "Enter a new password.").At("new_password")
)

// Letters writes to people. notify/message fulfils it, in the transaction of the context.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Logins checks a password and counts wrong ones. identity/login fulfils it.
type Logins interface {
	// Confirm reports whether the password is that of the person, who is signed in in
	// the session. It must not be called inside a transaction.
	Confirm(ctx context.Context, in *realm.Realm, u *user.User, password, sessionID string) (bool, error)
}

// Deps is what the room needs.
type Deps struct {
	DB         *database.DB
	Users      *user.Service
	Sessions   *session.Service
	Challenges *challenge.Service
	Logins     Logins
	Letters    Letters
	// Issuer is where a realm stands, for the links of letters.
	Issuer func(slug string) string
	Now    func() time.Time
}

// Service is what the room can do.
type Service struct {
	db         *database.DB
	users      *user.Service
	sessions   *session.Service
	challenges *challenge.Service
	logins     Logins
	letters    Letters
	issuer     func(slug string) string
	now        func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Users == nil || d.Sessions == nil || d.Challenges == nil || d.Logins == nil || d.Letters == nil || d.Issuer == nil || d.Now == nil {
		panic("password: every dependency is required")
	}
	return &Service{
		db: d.DB, users: d.Users, sessions: d.Sessions, challenges: d.Challenges,
		logins: d.Logins, letters: d.Letters, issuer: d.Issuer, now: d.Now,
	}
}

// asksCurrent reports whether a change needs the present password.
func asksCurrent(u *user.User, s *session.Session) bool {
	return u.HasPassword && slices.Contains(s.AMR, session.AMRPassword)
}

// Change sets a new password for the person of the session and returns the new value
// of the session's cookie. It returns ErrCurrent, ErrWrong, the faults of the new
// password (user.Broken), secret.ErrBusy, user.ErrChanged, or session.ErrEnded.
func (s *Service) Change(ctx context.Context, in *realm.Realm, c *session.Session, current, chosen string) (cookie string, err error) {
	u, err := s.users.ByID(ctx, in.ID, c.UserID)
	if err != nil {
		return "", err
	}
	if asksCurrent(u, c) {
		if current == "" {
			return "", ErrCurrent
		}
		right, err := s.logins.Confirm(ctx, in, u, current, c.ID)
		if err != nil {
			return "", err
		}
		if !right {
			return "", ErrWrong
		}
	}
	p, err := s.users.NewPassword(ctx, in.ID, u.ID, chosen)
	if err != nil {
		return "", err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.users.ChangePassword(ctx, in.ID, u.ID, p, c.ID); err != nil {
			return err
		}
		if cookie, err = s.sessions.Renew(ctx, c); err != nil {
			return err
		}
		// Who was in before may have asked for another address.
		if err := s.challenges.Kill(ctx, in.ID, u.ID, challenge.Recover, challenge.ChangeEmail); err != nil {
			return err
		}
		return s.letters.Send(ctx, letter.Letter{
			RealmID: in.ID, UserID: u.ID, Kind: letter.PasswordChanged, To: u.Email, Language: u.Locale,
			Data: map[string]string{"link": s.issuer(in.Slug) + "/recover"},
		})
	})
	if err != nil {
		return "", fmt.Errorf("change password of user %s: %w", u.ID, err)
	}
	return cookie, nil
}
