package mfa

import (
	"slices"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/phone"
	"authserver/tenant/realm"
)

// Kinds of second factors, the most sensible first. Recovery is not one of Kinds: it
// stands in for one.
const (
	Passkey  = "passkey"
	TOTP     = "totp"
	SMS      = "sms"
	Email    = "email"
	Recovery = "recovery"
)

// Kinds are the factors in the order in which a person is asked for them.
func Kinds() []string { return []string{Passkey, TOTP, SMS, Email} }

// Faults of the room. ErrWrong, ErrDead and ErrTooSoon have the codes of
// identity/challenge and identity/totp, so that errors.Is knows theirs.
var (
	ErrWrong = fault.New(fault.Invalid, "code_wrong", "That code is not right.").At("code")
	ErrDead  = fault.New(fault.Expired, "code_dead", "That code no longer works. Ask for a new one.").At("code")
	// ErrLocked is the answer to every code, right or wrong, while the account's
	// counter is closed.
	ErrLocked = fault.New(fault.Limited, "factor_locked", "There were too many wrong codes. Please wait a while before you try again.").At("code")
	// ErrBarred is ErrLocked for good.
	ErrBarred = fault.New(fault.Limited, "factor_barred", "There were too many wrong codes. Only the administrators can let you go on.").At("code")
	// ErrNoFactor says that the person has no such factor, or that it needs none.
	ErrNoFactor = fault.New(fault.NotFound, "factor_not_found", "You have no such second factor.")
	// ErrLastFactor refuses to take away what policy demands.
	ErrLastFactor = fault.New(fault.Conflict, "factor_last", "You need a second factor here, and this is your only one. Add another one first.")
	// ErrNotAllowed refuses a kind that the realm does not allow.
	ErrNotAllowed = fault.New(fault.Denied, "factor_not_allowed", "That kind of second factor is not offered here.")
	// ErrUnproven says that the phone number or address was never proven to be
	// the person's.
	ErrUnproven = fault.New(fault.Conflict, "factor_unproven", "Confirm the number or address first.")
	// ErrDeviceNotFound is for trusted devices that people name by id.
	ErrDeviceNotFound = fault.New(fault.NotFound, "device_not_found", "There is no such device.")
)

// methods are what passing with a kind adds to a session's amr (RFC 8176). Elevate adds
// "mfa".
func methods(kind string) []string {
	if kind == SMS {
		return []string{session.AMRSMS}
	}
	return []string{session.AMRCode}
}

// allows reports whether the realm lets people use the kind.
func allows(p realm.Policy, kind string) bool {
	switch kind {
	case SMS:
		return p.SMSFactor
	case Email:
		return p.EmailFactor
	}
	return slices.Contains(Kinds(), kind)
}

// proven reports whether the account has an address of the kind that was proven to be
// the person's.
func proven(u *user.User, kind string) bool {
	switch kind {
	case SMS:
		return u.Phone != "" && u.PhoneVerified
	case Email:
		return u.Email != "" && u.EmailVerified
	}
	return false
}

// ordered puts what was used last before the others.
func ordered(kinds []string, last string) []string {
	if i := slices.Index(kinds, last); i > 0 {
		kinds = append([]string{last}, slices.Delete(slices.Clone(kinds), i, i+1)...)
	}
	return kinds
}

// masked shows a person which of their numbers or addresses is meant, and a stranger
// with their password not more than that.
func masked(kind string, u *user.User) string {
	if kind == SMS {
		return phone.Mask(u.Phone)
	}
	return user.Mask(u.Email)
}
