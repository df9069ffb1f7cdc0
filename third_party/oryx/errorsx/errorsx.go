// Package errorsx is this house's own replacement for the part of
// github.com/ory/x/errorsx that fosite calls.
//
// Fosite wraps every "this handler is not responsible" answer with a stack
// trace. Nobody reads those traces here, and they cost allocations on the token
// path, so WithStack hands the error back as it is.
package errorsx

import "errors"

// WithStack returns err unchanged.
func WithStack(err error) error { return err }

// Cause returns the innermost error of err's Unwrap chain.
func Cause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// StatusCodeCarrier is an error that knows its HTTP status code.
type StatusCodeCarrier interface{ StatusCode() int }

// RequestIDCarrier is an error that knows the request it belongs to.
type RequestIDCarrier interface{ RequestID() string }

// ReasonCarrier is an error that knows its reason.
type ReasonCarrier interface{ Reason() string }

// DebugCarrier is an error with details for developers.
type DebugCarrier interface{ Debug() string }

// StatusCarrier is an error that knows its HTTP status text.
type StatusCarrier interface{ Status() string }

// DetailsCarrier is an error with structured details.
type DetailsCarrier interface{ Details() map[string]any }
