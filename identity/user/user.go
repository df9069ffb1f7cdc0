package user

import (
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
)

// Faults of the room.
var (
	ErrNotFound         = fault.New(fault.NotFound, "user_not_found", "There is no such user.")
	ErrEmailTaken       = fault.New(fault.Conflict, "email_taken", "That address is already in use.").At("email")
	ErrAlreadySuspended = fault.New(fault.Conflict, "user_already_suspended", "The user is already suspended.")
	ErrNotSuspended     = fault.New(fault.Conflict, "user_not_suspended", "The user is not suspended.")
	ErrNoPassword       = fault.New(fault.Conflict, "user_without_password", "The user signs in without a password.")
	ErrChanged          = fault.New(fault.Conflict, "user_changed", "The user has changed in the meantime. Please try again.")
)

// Status says whether a user may sign in.
type Status string

// The states of a user.
const (
	StatusActive    Status = "active"
	StatusSuspended Status = "suspended"
	// StatusErased is what is left of somebody: an id.
	StatusErased Status = "erased"
)

// User is one person in one realm. It never carries the password's hash.
type User struct {
	ID, RealmID   string
	Email         string // as the person writes it; unique in the realm when folded
	EmailVerified bool
	Phone         string // E.164
	PhoneVerified bool

	Name, GivenName, FamilyName, MiddleName, Nickname string
	// Username is the claim preferred_username. Nobody signs in with it and it
	// need not be unique (OpenID Connect Core §5.7).
	Username          string
	Picture, Website  string
	Gender, Birthdate string
	Zoneinfo, Locale  string
	Address           *Address // nil when unknown
	// UseGravatar lets a third party be asked for a picture when there is none.
	UseGravatar bool
	// Attributes are the values of the realm's own profile schema by the names of its
	// fields: strings, numbers (float64) and booleans. Never nil.
	Attributes         map[string]any
	Status             Status
	MustChangePassword bool
	HasPassword        bool
	// RequireSecondFactor is the person's own wish, beyond what the realm demands.
	RequireSecondFactor bool
	// Factors are the kinds of second factors that the user has; see HasFactor.
	Factors []string
	// ErasureAt is when the person will be erased; zero: not at all.
	ErasureAt time.Time
	// Version counts the changes to the account; an ETag.
	Version              int64
	CreatedAt, UpdatedAt time.Time
	LastLoginAt          time.Time // zero: never
	PasswordChangedAt    time.Time // zero: never
}

// Address is the claim address (OpenID Connect Core §5.1.1).
type Address struct {
	Formatted     string `json:"formatted,omitempty"`
	StreetAddress string `json:"street_address,omitempty"`
	Locality      string `json:"locality,omitempty"`
	Region        string `json:"region,omitempty"`
	PostalCode    string `json:"postal_code,omitempty"`
	Country       string `json:"country,omitempty"`
}

// Active reports whether the user may sign in and keep what they signed in to.
func (u *User) Active() bool { return u.Status == StatusActive }

// Label is what the person is called on a page: a name if there is one.
func (u *User) Label() string {
	if u.Status == StatusErased {
		return u.Pseudonym()
	}
	for _, name := range []string{u.Name, u.GivenName, u.Nickname} {
		if name != "" {
			return name
		}
	}
	return u.Email
}

// Ref names the user in an event.
func (u *User) Ref() event.Ref { return ref(u.RealmID, u.ID) }

func ref(realmID, userID string) event.Ref {
	return event.Ref{RealmID: realmID, Kind: "user", ID: userID}
}
