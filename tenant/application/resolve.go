package application

import (
	"context"
	"strings"

	"authserver/internal/database"
	"authserver/internal/id"
	"authserver/tenant/realm"
)

// ByClientID returns the application, enabled or not, from memory where possible,
// or ErrNotFound.
func (s *Service) ByClientID(ctx context.Context, realmID, clientID string) (*Application, error) {
	// What cannot be a client id must not take the place of one in memory.
	if !clientIDShape(clientID) {
		return nil, ErrNotFound
	}
	// A transaction sees its own changes, and must not put them into memory.
	if database.Within(ctx) {
		return s.findByClient(ctx, realmID, clientID)
	}
	at := ref{realmID, clientID}
	// Without the closure for Get, a hit allocates nothing.
	if a, ok := s.byClient.Peek(at); ok {
		return a, nil
	}
	return s.byClient.Get(ctx, at, func(ctx context.Context) (*Application, error) {
		return s.findByClient(ctx, realmID, clientID)
	})
}

// ByID returns the application, enabled or not, from memory where possible, or
// ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, appID string) (*Application, error) {
	if !id.Valid(appID) {
		return nil, ErrNotFound
	}
	if database.Within(ctx) {
		return s.find(ctx, realmID, appID)
	}
	at := ref{realmID, appID}
	if a, ok := s.byID.Peek(at); ok {
		return a, nil
	}
	return s.byID.Get(ctx, at, func(ctx context.Context) (*Application, error) {
		return s.find(ctx, realmID, appID)
	})
}

// Filter selects applications for List. The zero value means all of the realm,
// from the oldest on.
type Filter struct {
	Enabled *bool
	Type    Type
	// Query is the beginning of a name or client id.
	Query string
	// Only limits to applications of these ids; nil does not.
	Only  []string
	After string // id of the last application seen
	Limit int    // 1 to 100; 0 means 50
}

// List returns applications of the realm in the order of their creation.
func (s *Service) List(ctx context.Context, realmID string, f Filter) ([]*Application, error) {
	if f.Limit < 1 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 100)
	return s.list(ctx, realmID, f)
}

// Origins are those whose scripts may call the token endpoint for the application.
func (a *Application) Origins() []string {
	if len(a.AllowedOrigins) > 0 || a.Type != SPA {
		return a.AllowedOrigins
	}
	origins := make([]string, 0, len(a.RedirectURIs))
	for _, uri := range a.RedirectURIs {
		if origin := originOf(uri); origin != "" {
			origins = append(origins, origin)
		}
	}
	return unique(origins)
}

// AllowOrigin reports whether the origin belongs to an enabled application of the
// realm in the context: a preflight names no client, so the realm is as exact as
// CORS can be. A failure to find out means no. It is a web.AllowOrigin.
func (s *Service) AllowOrigin(ctx context.Context, origin string) bool {
	r, ok := realm.Maybe(ctx)
	if !ok {
		return false
	}
	allowed, err := s.origins.Get(ctx, r.ID, func(ctx context.Context) (map[string]bool, error) {
		return s.allOrigins(ctx, r.ID)
	})
	return err == nil && allowed[origin]
}

// announce makes every node forget what it knows of a once the transaction of the
// context has committed.
func (s *Service) announce(ctx context.Context, a *Application) error {
	return s.db.Changed(ctx, Topic, a.RealmID+"/"+a.ID+"/"+a.ClientID)
}

func (s *Service) forget(key string) {
	realmID, rest, _ := strings.Cut(key, "/")
	appID, clientID, _ := strings.Cut(rest, "/")
	s.byID.Drop(ref{realmID, appID})
	s.byClient.Drop(ref{realmID, clientID})
	s.byIdentifier.Drop(realmID)
	s.origins.Drop(realmID)
}

func (s *Service) forgetKey(key string) {
	realmID, keyID, _ := strings.Cut(key, "/")
	s.keys.Drop(ref{realmID, keyID})
}
