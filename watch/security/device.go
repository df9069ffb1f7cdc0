package security

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"authserver/internal/fault"
)

// Faults about devices.
var (
	ErrDeviceNotFound = fault.New(fault.NotFound, "known_device_not_found", "There is no such device.")
	ErrNameInvalid    = fault.New(fault.Invalid, "device_name_invalid", "A name has at most 60 characters.").At("name")
)

// Status is what is known about a device.
type Status string

// The states of a device.
const (
	// StatusNew devices are recognised; their person has not said anything about them.
	StatusNew Status = "new"
	// StatusConfirmed ones are the person's, by their own word.
	StatusConfirmed Status = "confirmed"
	// StatusHeld ones wait for more than a password, and are not recognised until then.
	StatusHeld Status = "held"
	// StatusSuspicious ones are not recognised until their person confirms them.
	StatusSuspicious Status = "suspicious"
	// StatusRevoked ones are not recognised any more.
	StatusRevoked Status = "revoked"
)

// Device is a browser in which a person has signed in.
type Device struct {
	ID, RealmID, UserID string
	// Name is the person's own for it, or empty.
	Name      string
	UserAgent string
	// Network is the beginning of the address seen last; the rest is zero.
	Network             string
	Status              Status
	SignIns             int64
	FirstSeen, LastSeen time.Time
	// DecidedAt is when somebody confirmed, suspected or revoked it; zero: nobody has.
	DecidedAt time.Time
	ExpiresAt time.Time
}

// Recognised reports whether a sign-in there is nothing new.
func (d *Device) Recognised(now time.Time) bool {
	return (d.Status == StatusNew || d.Status == StatusConfirmed) && now.Before(d.ExpiresAt)
}

// nameMost bounds a name, in Unicode code points.
const nameMost = 60

// plainName is the name as it is stored: one line, without what cannot be seen.
func plainName(name string) (string, error) {
	name = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, name)), " ")
	if utf8.RuneCountInString(name) > nameMost {
		return "", ErrNameInvalid
	}
	return name, nil
}
