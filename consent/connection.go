package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"authserver/identity/session"
	"authserver/internal/letter"
	"authserver/templates"
	"authserver/tenant/application"
)

// Uses are what applications hold because of a person's sign-ins. oauth fulfils it.
type Uses interface {
	Uses(ctx context.Context, realmID, userID string) ([]session.Use, error)
}

// Letters tell a person what was changed. notify/message fulfils it.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Connection is an application that may reach a person's account: because they agreed,
// or because it belongs to the realm and they signed in to it.
type Connection struct {
	Application *application.Application
	// Scopes are what it may do, without openid where there is more.
	Scopes []string
	Since  time.Time
}

// Connections returns what may reach the person's account, by name.
func (s *Service) Connections(ctx context.Context, realmID, userID string) ([]Connection, error) {
	grants, err := s.list(ctx, realmID, userID)
	if err != nil {
		return nil, fmt.Errorf("list connections of user %s: %w", userID, err)
	}
	uses, err := s.uses.Uses(ctx, realmID, userID)
	if err != nil {
		return nil, fmt.Errorf("list connections of user %s: %w", userID, err)
	}
	found := map[string]*Connection{}
	add := func(appID string, scopes []string, since time.Time) {
		c := found[appID]
		if c == nil {
			c = &Connection{Since: since}
			found[appID] = c
		}
		c.Scopes = union(c.Scopes, scopes)
		if since.Before(c.Since) {
			c.Since = since
		}
	}
	for _, g := range grants {
		add(g.ApplicationID, g.Scopes, g.GrantedAt)
	}
	for _, u := range uses {
		add(u.ApplicationID, u.Scopes, u.Since)
	}
	var all []Connection
	for appID, c := range found {
		app, err := s.apps.ByID(ctx, realmID, appID)
		if errors.Is(err, application.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list connections of user %s: %w", userID, err)
		}
		c.Application, c.Scopes = app, wishes(c.Scopes)
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Connection) int {
		return cmp.Or(cmp.Compare(a.Application.Name, b.Application.Name), cmp.Compare(a.Application.ID, b.Application.ID))
	})
	return all, nil
}

// Connection returns one of Connections, or ErrNotGranted.
func (s *Service) connection(ctx context.Context, realmID, userID, appID string) (Connection, error) {
	all, err := s.Connections(ctx, realmID, userID)
	if err != nil {
		return Connection{}, err
	}
	i := slices.IndexFunc(all, func(c Connection) bool { return c.Application.ID == appID })
	if i < 0 {
		return Connection{}, ErrNotGranted
	}
	return all[i], nil
}

// Disconnect ends everything that the application may do with the person's account,
// agreed to or not, and tells them. It returns ErrNotGranted when that is nothing.
func (s *Service) Disconnect(ctx context.Context, realmID, userID, appID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		c, err := s.connection(ctx, realmID, userID, appID)
		if err != nil {
			return err
		}
		err = s.Revoke(ctx, realmID, userID, appID)
		if errors.Is(err, ErrNotGranted) { // one of the realm's own, which nobody was asked about
			err = s.release(ctx, realmID, userID, appID)
		}
		if err != nil {
			return err
		}
		return s.tell(ctx, realmID, userID, c.Application)
	})
}

// release ends the tokens of an application to which the person had not to agree.
func (s *Service) release(ctx context.Context, realmID, userID, appID string) error {
	if err := s.grants.RevokeApplication(ctx, realmID, userID, appID); err != nil {
		return fmt.Errorf("revoke tokens of application %s: %w", appID, err)
	}
	return s.events.Record(ctx, ref(realmID, userID), Revoked{ApplicationID: appID})
}

func (s *Service) tell(ctx context.Context, realmID, userID string, app *application.Application) error {
	u, err := s.accounts.ByID(ctx, realmID, userID)
	if err != nil {
		return fmt.Errorf("tell user %s: %w", userID, err)
	}
	return s.letters.Send(ctx, letter.Letter{
		RealmID: realmID, UserID: userID, ApplicationID: app.ID, Kind: letter.ApplicationRevoked, To: u.Email, Language: u.Locale,
		Data: map[string]string{"application": app.Name},
	})
}

// face is the connection as a page shows it.
func (c Connection) face() templates.App {
	face := c.Application.Face("")
	if home, err := url.Parse(c.Application.HomeURL); err == nil {
		face.Host = home.Host
	}
	return face
}
