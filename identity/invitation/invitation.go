package invitation

import (
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
)

// Faults of the room.
var (
	// ErrNotFound is for invitations that administrators name by id.
	ErrNotFound = fault.New(fault.NotFound, "invitation_not_found", "There is no such invitation.")
	// ErrOver says that an invitation was accepted or revoked.
	ErrOver = fault.New(fault.Conflict, "invitation_over", "The invitation was accepted or revoked.")
	// ErrDead says that a link opens nothing any more.
	ErrDead = fault.New(fault.Expired, "invitation_dead", "This invitation no longer works. Ask whoever sent it for another one.")
)

// How long a link may live.
const (
	Lifetime = 7 * 24 * time.Hour // if nobody says
	Longest  = 30 * 24 * time.Hour
	Shortest = time.Hour
)

// State is what became of an invitation.
type State string

// The states.
const (
	Pending  State = "pending"
	Expired  State = "expired"
	Accepted State = "accepted"
	Revoked  State = "revoked"
)

// Invitation is one person who is asked in.
type Invitation struct {
	ID, RealmID, UserID string
	// ApplicationID is where the person goes on; empty for the account.
	ApplicationID string
	// Lifetime is that of each link.
	Lifetime                     time.Duration
	CreatedAt, SentAt, ExpiresAt time.Time
	AcceptedAt, RevokedAt        time.Time
}

// State is what has become of the invitation by now.
func (i *Invitation) State(now time.Time) State {
	switch {
	case !i.AcceptedAt.IsZero():
		return Accepted
	case !i.RevokedAt.IsZero():
		return Revoked
	case !now.Before(i.ExpiresAt):
		return Expired
	}
	return Pending
}

// Ref names the invitation in an event: it is about its person.
func (i *Invitation) Ref() event.Ref {
	return event.Ref{RealmID: i.RealmID, Kind: "user", ID: i.UserID}
}
