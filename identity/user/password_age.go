package user

import (
	"time"

	"authserver/templates"
	"authserver/tenant/realm"
)

// PasswordDue is when the user's password has to be changed because of its age; zero
// when the realm lets passwords grow old, or the user has none.
func (u *User) PasswordDue(p realm.Password) time.Time {
	if !u.HasPassword || p.MaxAge == 0 {
		return time.Time{}
	}
	since := u.PasswordChangedAt
	if since.IsZero() {
		since = u.CreatedAt
	}
	return since.Add(p.MaxAge)
}

// PasswordExpired reports whether the user's password is too old to stay.
func (u *User) PasswordExpired(p realm.Password, now time.Time) bool {
	due := u.PasswordDue(p)
	return !due.IsZero() && !now.Before(due)
}

// PasswordExpiresIn returns how much time is left to change the password, once the
// realm wants the person to be told of it; zero before that, and when it has expired.
func (u *User) PasswordExpiresIn(p realm.Password, now time.Time) time.Duration {
	due := u.PasswordDue(p)
	if due.IsZero() || !now.Before(due) || due.Sub(now) > p.WarnBefore {
		return 0
	}
	return due.Sub(now)
}

// Rules are what a page shows beside an input for a new password in the realm. Words
// are what the page knows of the person and the place.
func Rules(in *realm.Realm, words ...string) templates.NewPassword {
	p := in.Policy.Password
	return templates.NewPassword{
		MinLength: p.MinLength, MaxLength: p.MaxLength, Upper: p.Upper, Lower: p.Lower, Digit: p.Digit, Symbol: p.Symbol,
		History: p.History, Breached: p.Breached, Words: append([]string{in.Slug}, words...),
	}
}
