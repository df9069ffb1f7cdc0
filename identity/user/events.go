package user

import "time"

// Created is recorded when an account begins to exist. It names no address:
// events are kept longer than people.
type Created struct {
	EmailVerified bool `json:"email_verified"`
	HasPassword   bool `json:"has_password"`
}

// EventType names the event.
func (Created) EventType() string { return "user.created" }

// Updated is recorded when a profile changes. Fields names the claims that
// changed, without their values.
type Updated struct {
	Fields []string `json:"fields"`
}

// EventType names the event.
func (Updated) EventType() string { return "user.updated" }

// Suspended is recorded when a user may no longer sign in.
type Suspended struct {
	Reason string `json:"reason"`
}

// EventType names the event.
func (Suspended) EventType() string { return "user.suspended" }

// Restored is recorded when a suspended user may sign in again.
type Restored struct {
	Reason string `json:"reason"`
}

// EventType names the event.
func (Restored) EventType() string { return "user.restored" }

// PasswordChanged is recorded when a password is set, by whomever the actor is.
type PasswordChanged struct {
	// Forced is true when the user had to choose a new one.
	Forced bool `json:"forced"`
}

// EventType names the event.
func (PasswordChanged) EventType() string { return "user.password_changed" }

// PasswordRevoked is recorded when a password is taken away because somebody else knows it.
type PasswordRevoked struct {
	Reason string `json:"reason"`
}

// EventType names the event.
func (PasswordRevoked) EventType() string { return "user.password_revoked" }

// ErasureScheduled is recorded when a time is set at which a person will be erased.
type ErasureScheduled struct {
	At time.Time `json:"at"`
}

// EventType names the event.
func (ErasureScheduled) EventType() string { return "user.erasure_scheduled" }

// ErasureCancelled is recorded when somebody stays after all.
type ErasureCancelled struct{}

// EventType names the event.
func (ErasureCancelled) EventType() string { return "user.erasure_cancelled" }

// Deleted is recorded when all that is personal of a user is erased. What events
// name from before and after is an id that leads to nobody.
type Deleted struct{}

// EventType names the event.
func (Deleted) EventType() string { return "user.deleted" }
