package challenge

import (
	"time"

	"authserver/internal/fault"
)

// Faults of the room.
var (
	// ErrWrongCode says that the code is not the one that was sent; the person may
	// try again.
	ErrWrongCode = fault.New(fault.Invalid, "code_wrong", "That code is not right.").At("code")
	// ErrDead says that there is nothing to redeem: never issued, expired, used,
	// replaced by a newer one, or guessed at too often. It does not say which.
	ErrDead = fault.New(fault.Expired, "code_dead", "That code or link no longer works. Ask for a new one.").At("code")
	// ErrTooSoon says that the address was written to a moment ago, or too often
	// within the hour; RetryAfter says how long to wait.
	ErrTooSoon = fault.New(fault.Limited, "code_too_soon", "A message was sent a moment ago. Please wait before you ask for another one.")
)

// Purpose is what a secret allows. One of one purpose opens nothing of another.
type Purpose string

// The purposes.
const (
	VerifyEmail       Purpose = "verify_email"
	VerifyPhone       Purpose = "verify_phone"
	Register          Purpose = "register"
	ChangeEmail       Purpose = "change_email"
	UndoEmail         Purpose = "undo_email"
	Recover           Purpose = "recover"
	SecondFactorEmail Purpose = "second_factor_email"
	SecondFactorSMS   Purpose = "second_factor_sms"
	EnrolPhone        Purpose = "enrol_phone" // the number of a second factor, within a flow
	CancelErasure     Purpose = "cancel_erasure"
	Invite            Purpose = "invite"
	SignIn            Purpose = "sign_in" // whether a sign-in was its person's
)

// Limits of guessing and sending (security rules THR-04 and THR-11).
const (
	// Tries is how often a code may be guessed at.
	Tries = 5
	// Pause is how long an address waits for the next message.
	Pause = 30 * time.Second
	// Hourly is how many messages an address gets within an hour.
	Hourly = 5
	// CodeLifetime is how long a second factor's code lives.
	CodeLifetime = 10 * time.Minute

	digits = 6
)

// Challenge is one secret that was sent, without the secret.
type Challenge struct {
	ID, RealmID string
	Purpose     Purpose
	// UserID is empty when the address belongs to nobody yet.
	UserID string
	// Address is where it was sent and so what it proves.
	Address string
	// Binding is the flow or session that asked for it, or empty.
	Binding string
	// Data is what Issue was given to keep.
	Data                 map[string]string
	CreatedAt, ExpiresAt time.Time
}

// Issued is a new secret on its way into a letter, and nowhere else.
type Issued struct {
	ID string
	// Code has six digits; empty when none was asked for.
	Code string
	// Token is for a link; empty when none was asked for.
	Token     string
	ExpiresAt time.Time
}
