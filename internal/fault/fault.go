// Package fault is the vocabulary of expected failure: a value that says which
// kind of failure happened, under which stable code, and what a person may read
// about it.
//
// Rooms declare their faults beside their types; two borders translate them,
// internal/web to problem+json and error pages, oauth to RFC 6749 errors. An
// error that carries no Fault is a defect or an outage: it becomes a 500 whose
// detail reaches the log only.
package fault

import (
	"errors"
	"time"
)

// Kind says what a failure means to the caller; the borders map it to a status.
type Kind int

// The kinds of failure. Internal is the zero value on purpose: a Fault made
// without thought must never look like the caller's mistake.
const (
	Internal        Kind = iota // a defect or an outage of ours
	Invalid                     // the request is malformed or breaks a rule
	Unauthenticated             // the caller has not proven who they are
	Denied                      // the caller is known and may not do this
	NotFound                    // no such thing, or not for this caller
	Conflict                    // the state does not allow it, or a name is taken
	Expired                     // it was right once
	Limited                     // too often; RetryAfter says when again
	Unavailable                 // not now; RetryAfter says when again
)

// String returns the kind's name in lower case, for logs and metrics.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case Unauthenticated:
		return "unauthenticated"
	case Denied:
		return "denied"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Expired:
		return "expired"
	case Limited:
		return "limited"
	case Unavailable:
		return "unavailable"
	default:
		return "internal"
	}
}

// Fault is an expected failure. Values are shared between requests and must
// not be changed; At, Say and After return changed copies.
type Fault struct {
	Kind       Kind
	Code       string        // stable, snake_case, part of the API
	Message    string        // a sentence for a person; reveals nothing about other people's accounts
	Field      string        // name of the input at fault, if it is one
	RetryAfter time.Duration // how long to wait, for Limited and Unavailable
}

// New returns a fault. Code is stable snake_case; message is a sentence for a person.
func New(kind Kind, code, message string) *Fault {
	return &Fault{Kind: kind, Code: code, Message: message}
}

// At returns a copy that blames the input named field.
func (f *Fault) At(field string) *Fault {
	c := *f
	c.Field = field
	return &c
}

// Say returns a copy with another message for the person.
func (f *Fault) Say(message string) *Fault {
	c := *f
	c.Message = message
	return &c
}

// After returns a copy that asks the caller to wait for d.
func (f *Fault) After(d time.Duration) *Fault {
	c := *f
	c.RetryAfter = d
	return &c
}

// Error returns code, field and message, for logs.
func (f *Fault) Error() string {
	if f.Field != "" {
		return f.Code + " (" + f.Field + "): " + f.Message
	}
	return f.Code + ": " + f.Message
}

// Is reports whether target is a fault of the same code, so that copies made by
// At, Say and After still match the declared value.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t != nil && f.Code == t.Code
}

// Of returns the fault that err carries, if any.
func Of(err error) (*Fault, bool) {
	var f *Fault
	if errors.As(err, &f) && f != nil {
		return f, true
	}
	return nil, false
}
