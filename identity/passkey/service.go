package passkey

import (
	"context"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/metadata"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/templates"
	"authserver/tenant/realm"
)

// Letters queues what the house writes to people, in the transaction of the context.
// notify/message fulfils it.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Factors knows the second factors of people, passkeys among them. identity/mfa fulfils
// it.
type Factors interface {
	// Enrolled names the kinds of factors that the person has.
	Enrolled(ctx context.Context, realmID, userID string) ([]string, error)
	// Distrust ends the person's trust in one device, or in all for an empty id, in
	// the transaction of the context.
	Distrust(ctx context.Context, realmID, userID, deviceID string) error
	// FirstCodes makes recovery codes for who has none, in the transaction of the
	// context, and reports whether it did; CodesURL is where the person reads them
	// before they go on with the flow.
	FirstCodes(ctx context.Context, in *realm.Realm, userID, binding string) (bool, error)
	CodesURL(f *flow.Flow) string
}

// Providers knows the accounts elsewhere with which people sign in. identity/federation
// fulfils it.
type Providers interface {
	// Linked reports whether the person has one that the realm lets in.
	Linked(ctx context.Context, realmID, userID string) (bool, error)
}

// Applications shows the application that a page is about. tenant/application
// fulfils it.
type Applications interface {
	FaceOf(ctx context.Context, realmID, applicationID, redirectURI string) (templates.App, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Ring         *secret.Ring
	Users        *user.Service
	Sessions     *session.Service
	Flows        *flow.Service
	Applications Applications
	Letters      Letters
	Factors      Factors
	Providers    Providers
	// Metadata are the makers' certificates against which attestation is checked where
	// a realm asks for it. Nil: a statement must be there and right in itself, but who
	// made it is not known.
	Metadata  metadata.Provider
	PublicURL *url.URL
	Now       func() time.Time
}

// Service is what the room can do.
type Service struct {
	db           *database.DB
	events       *event.Log
	ring         *secret.Ring
	users        *user.Service
	sessions     *session.Service
	flows        *flow.Service
	applications Applications
	letters      Letters
	factors      Factors
	providers    Providers
	metadata     metadata.Provider
	public       url.URL
	now          func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.PublicURL == nil || d.Now == nil {
		panic("passkey: DB, Events, Ring, PublicURL and Now are required")
	}
	if d.Users == nil || d.Sessions == nil || d.Flows == nil || d.Applications == nil || d.Letters == nil {
		panic("passkey: Users, Sessions, Flows, Applications and Letters are required")
	}
	if d.Factors == nil || d.Providers == nil {
		panic("passkey: Factors and Providers are required")
	}
	return &Service{
		db: d.DB, events: d.Events, ring: d.Ring, users: d.Users, sessions: d.Sessions, flows: d.Flows,
		applications: d.Applications, letters: d.Letters, factors: d.Factors, providers: d.Providers, metadata: d.Metadata,
		public: *d.PublicURL, now: d.Now,
	}
}

// tell writes to the person about one of their passkeys, in the transaction of what has
// happened to it. An address that was never proven may be somebody else's.
func (s *Service) tell(ctx context.Context, in *realm.Realm, u *user.User, kind letter.Kind, p *Passkey) error {
	if !u.EmailVerified {
		return nil
	}
	title := p.Title()
	if title == "" {
		title = "Passkey"
	}
	return s.letters.Send(ctx, letter.Letter{
		RealmID: in.ID, UserID: u.ID, Kind: kind, To: u.Email, Language: u.Locale,
		Data: map[string]string{"passkey": title, "link": s.public.JoinPath("realms", in.Slug, "account", "passkeys").String()},
	})
}
