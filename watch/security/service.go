package security

import (
	"context"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/device"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// keyLabel names the keys of the digests of browsers, addresses and networks.
const keyLabel = "watch/security device"

// Letters writes to people, in the caller's transaction. notify/message fulfils it.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Realms finds realms and their policy. tenant/realm fulfils it.
type Realms interface {
	ByID(ctx context.Context, realmID string) (*realm.Realm, error)
}

// Factors knows the browsers that are spared a second factor. identity/mfa fulfils it.
type Factors interface {
	// Distrust ends that for all browsers of the user when deviceID is empty.
	Distrust(ctx context.Context, realmID, userID, deviceID string) error
}

// Deps is what the room needs.
type Deps struct {
	DB         *database.DB
	Events     *event.Log
	Ring       *secret.Ring
	Realms     Realms
	Users      *user.Service
	Sessions   *session.Service
	Challenges *challenge.Service
	Factors    Factors
	Letters    Letters
	// Places says where addresses are; nil knows nothing, so nobody travels.
	Places *device.Places
	// Newer take away what other rooms let a person sign in with, if it was added at that
	// time or later, in the transaction of the context.
	Newer []func(ctx context.Context, realmID, userID string, since time.Time) error
	// Issuer is the public address of a realm by its slug; links begin with it.
	Issuer func(slug string) string
	Now    func() time.Time
}

// Service is what the room can do. It is a flow.Watch and an event.Subscriber.
type Service struct {
	db         *database.DB
	events     *event.Log
	keys       [][]byte
	realms     Realms
	users      *user.Service
	sessions   *session.Service
	challenges *challenge.Service
	factors    Factors
	letters    Letters
	places     *device.Places
	newer      []func(ctx context.Context, realmID, userID string, since time.Time) error
	issuer     func(slug string) string
	now        func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Realms == nil || d.Now == nil {
		panic("security: DB, Events, Ring, Realms and Now are required")
	}
	if d.Users == nil || d.Sessions == nil || d.Challenges == nil || d.Factors == nil || d.Letters == nil || d.Issuer == nil {
		panic("security: Users, Sessions, Challenges, Factors, Letters and Issuer are required")
	}
	if d.Places == nil {
		d.Places = &device.Places{}
	}
	return &Service{
		db: d.DB, events: d.Events, keys: d.Ring.Derive(keyLabel), realms: d.Realms, users: d.Users, sessions: d.Sessions,
		challenges: d.Challenges, factors: d.Factors, letters: d.Letters, places: d.Places, newer: d.Newer, issuer: d.Issuer, now: d.Now,
	}
}

// stamp is the time as rows hold it.
func (s *Service) stamp() time.Time { return database.At(s.now()).Time() }

func ref(realmID, userID string) event.Ref {
	return event.Ref{RealmID: realmID, Kind: "user", ID: userID}
}

// digests are a value's keyed digests for one person, the one of today's key first.
func (s *Service) digests(what, realmID, userID string, parts ...string) [][]byte {
	all := make([][]byte, len(s.keys))
	for i, key := range s.keys {
		all[i] = secret.MAC(key, append([]string{what, realmID, userID}, parts...)...)
	}
	return all
}
