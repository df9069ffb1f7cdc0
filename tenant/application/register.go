package application

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/tenant/realm"
)

// Topics under which changes are announced (database.Changed). Keys begin with
// the realm's id and a slash.
const (
	Topic    = "application" // realm/application id/client id
	KeyTopic = "api_key"     // realm/key id
)

const (
	cacheSize   = 50_000
	originsSize = 10_000
	// cacheTTL is the net below a missed announcement.
	cacheTTL    = time.Minute
	negativeTTL = 5 * time.Second
)

// Deps is what the room needs.
type Deps struct {
	DB     *database.DB
	Events *event.Log
	// Dependents are what is kept about applications elsewhere; nil is nothing.
	Dependents Dependents
	Now        func() time.Time
}

// ref names something within a realm, so that no cache entry can serve another.
type ref struct{ realm, id string }

// Service is what the room can do.
type Service struct {
	db         *database.DB
	events     *event.Log
	dependents Dependents
	now        func() time.Time
	byClient   *cache.Cache[ref, *Application]
	byID       *cache.Cache[ref, *Application]
	origins    *cache.Cache[string, map[string]bool]
	// byIdentifier has the ids of a realm's applications by what they answer to.
	byIdentifier *cache.Cache[string, map[string]string]
	keys         *cache.Cache[ref, *APIKey]
	used         usage
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Now == nil {
		panic("application: DB, Events and Now are required")
	}
	if d.Dependents == nil {
		d.Dependents = alone{}
	}
	options := cache.Options{Size: cacheSize, TTL: cacheTTL, Negative: negativeTTL, Now: d.Now}
	s := &Service{
		db: d.DB, events: d.Events, dependents: d.Dependents, now: d.Now,
		byClient: cache.New[ref, *Application](options),
		byID:     cache.New[ref, *Application](options),
		keys:     cache.New[ref, *APIKey](options),
		origins:  cache.New[string, map[string]bool](cache.Options{Size: originsSize, TTL: cacheTTL, Now: d.Now}),
	}
	s.byIdentifier = cache.New[string, map[string]string](cache.Options{Size: originsSize, TTL: cacheTTL, Now: d.Now})
	d.DB.OnChange(Topic, s.forget)
	d.DB.OnChange(KeyTopic, s.forgetKey)
	return s
}

// Draft is what an application is registered from. Name and Type are required;
// lists that are nil and texts that are empty take the type's defaults.
type Draft struct {
	// ClientID is made by the server when empty, as it should be.
	ClientID string

	Name, Description string
	LogoURL, HomeURL  string
	Type              Type
	FirstParty        bool

	RedirectURIs, PostLogoutRedirectURIs []string
	GrantTypes                           []string
	Scopes                               []string
	Audiences, Identifiers               []string
	AllowedOrigins                       []string

	AuthMethod string
	// JWKS are the public keys for private_key_jwt.
	JWKS json.RawMessage

	TokenFormat                            string
	IDTokenAlgorithm, AccessTokenAlgorithm string
	AccessTokenLifetime, IDTokenLifetime   time.Duration
	RefreshIdle, RefreshAbsolute           time.Duration

	// NoRegistration keeps people from making accounts on their way in.
	NoRegistration            bool
	SecondFactor              string
	Providers, RequiredFields []string

	// Secret is a client secret that was made elsewhere; the server makes one if empty.
	Secret string
}

func (d Draft) application() (*Application, error) {
	a := &Application{
		ID: id.New(), ClientID: d.ClientID, Name: d.Name, Description: d.Description, LogoURL: d.LogoURL, HomeURL: d.HomeURL,
		Type: d.Type, FirstParty: d.FirstParty, Enabled: true,
		RedirectURIs: d.RedirectURIs, PostLogoutRedirectURIs: d.PostLogoutRedirectURIs, GrantTypes: d.GrantTypes,
		Scopes: d.Scopes, Audiences: d.Audiences, Identifiers: d.Identifiers, AllowedOrigins: d.AllowedOrigins,
		AuthMethod: d.AuthMethod, TokenFormat: d.TokenFormat, IDTokenAlgorithm: d.IDTokenAlgorithm,
		AccessTokenAlgorithm: d.AccessTokenAlgorithm, AccessTokenLifetime: d.AccessTokenLifetime,
		IDTokenLifetime: d.IDTokenLifetime, RefreshIdle: d.RefreshIdle, RefreshAbsolute: d.RefreshAbsolute,
		Registration: !d.NoRegistration, SecondFactor: d.SecondFactor, Providers: d.Providers, RequiredFields: d.RequiredFields, Version: 1,
	}
	if a.ClientID == "" {
		a.ClientID = a.ID
	} else if !clientID(a.ClientID) {
		return nil, ErrInvalid.At("client_id").Say("A client id of one's own has 3 to 64 letters, digits and ._- and is no UUID.")
	}
	if len(d.JWKS) > 0 {
		var err error
		if a.Keys, err = parseKeySet(d.JWKS); err != nil {
			return nil, err
		}
	}
	a.defaults()
	return a, a.normalise()
}

// clientID accepts a name that cannot be mistaken for the id of a user: a token
// of client_credentials has the client id as its subject (RFC 9700 §4.15).
func clientID(s string) bool { return clientIDShape(s) && !id.Valid(strings.ToLower(s)) }

// clientIDShape accepts what a client id, made by us or chosen, can look like.
func clientIDShape(s string) bool {
	if len(s) < 3 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// Register makes an enabled application. The second result is its client secret,
// which can never be read again; it is empty for an application that has none, or that
// was given one. It returns realm.ErrNotFound, ErrClientIDTaken, or the fault of the
// first field that breaks a rule.
func (s *Service) Register(ctx context.Context, realmID string, d Draft) (*Application, string, error) {
	a, err := d.application()
	if err != nil {
		return nil, "", err
	}
	a.RealmID = realmID
	a.CreatedAt = s.stamp()
	a.UpdatedAt = a.CreatedAt
	plain, err := a.begin(d.Secret)
	if err != nil {
		return nil, "", err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		switch err := s.insert(ctx, a); {
		case errors.Is(err, database.ErrDuplicate):
			return ErrClientIDTaken.At("client_id")
		case errors.Is(err, database.ErrReference):
			return realm.ErrNotFound
		case err != nil:
			return fmt.Errorf("register application: %w", err)
		}
		if err := s.announce(ctx, a); err != nil {
			return fmt.Errorf("register application: %w", err)
		}
		payloads := []event.Payload{Created{ClientID: a.ClientID, Name: a.Name, Type: a.Type, FirstParty: a.FirstParty}}
		for _, kept := range a.Secrets {
			if err := s.insertSecret(ctx, a, kept); err != nil {
				return fmt.Errorf("register application: %w", err)
			}
			payloads = append(payloads, SecretAdded{SecretID: kept.ID})
		}
		return s.events.Record(ctx, a.Ref(), payloads...)
	})
	if err != nil {
		return nil, "", err
	}
	return a, plain, nil
}

// begin gives the application its first secret, if it has one: that which is given, or a
// new one, which is returned.
func (a *Application) begin(given string) (plain string, err error) {
	var first Secret
	switch {
	case !byShared(a.AuthMethod) && given != "":
		return "", ErrNoSecret.At("client_secret")
	case !byShared(a.AuthMethod):
		return "", nil
	case given == "":
		first, plain = newSecret(a.CreatedAt)
	default:
		if first, err = givenSecret(given, a.CreatedAt); err != nil {
			return "", err
		}
	}
	a.Secrets = []Secret{first}
	return plain, nil
}

// stamp is the time as the database keeps it.
func (s *Service) stamp() time.Time { return database.At(s.now()).Time() }

// Caches tells how the room's caches have served.
func (s *Service) Caches() map[string]cache.Counts {
	return map[string]cache.Counts{
		"application_by_client": s.byClient.Counts(), "application_by_id": s.byID.Counts(), "api_key": s.keys.Counts(),
		"origins": s.origins.Counts(),
	}
}
