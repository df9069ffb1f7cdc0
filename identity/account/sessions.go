package account

import (
	"context"
	"errors"
	"slices"

	"authserver/identity/challenge"
	"authserver/identity/session"
	"authserver/internal/device"
	"authserver/internal/id"
	"authserver/tenant/application"
)

// appName is an application as a list names it.
type appName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// signedIn is one session with what was used in it.
type signedIn struct {
	*session.Session
	apps []appName
}

// own returns the user's live sessions, the last used first, with the applications
// that hold something because of each.
func (s *Service) signedIn(ctx context.Context, realmID, userID string) ([]signedIn, error) {
	live, err := s.sessions.List(ctx, realmID, userID)
	if err != nil {
		return nil, err
	}
	uses, err := s.tokens.Uses(ctx, realmID, userID)
	if err != nil {
		return nil, err
	}
	used := map[string][]string{}
	for _, u := range uses {
		if !slices.Contains(used[u.SessionID], u.ApplicationID) {
			used[u.SessionID] = append(used[u.SessionID], u.ApplicationID)
		}
	}
	names := map[string]string{}
	all := make([]signedIn, len(live))
	for i, c := range live {
		ids := used[c.ID]
		if c.ApplicationID != "" && !slices.Contains(ids, c.ApplicationID) {
			ids = append(ids, c.ApplicationID)
		}
		all[i] = signedIn{Session: c, apps: []appName{}}
		for _, appID := range ids {
			name, err := s.name(ctx, names, realmID, appID)
			if err != nil {
				return nil, err
			}
			if name != "" {
				all[i].apps = append(all[i].apps, appName{appID, name})
			}
		}
	}
	return all, nil
}

// name is the application's, looked up once; "" for one that is gone.
func (s *Service) name(ctx context.Context, known map[string]string, realmID, appID string) (string, error) {
	if name, ok := known[appID]; ok {
		return name, nil
	}
	app, err := s.apps.ByID(ctx, realmID, appID)
	if err != nil && !errors.Is(err, application.ErrNotFound) {
		return "", err
	}
	if err == nil {
		known[appID] = app.Name
	}
	return known[appID], nil
}

// One returns the live session of the user with that id, or session.ErrNotFound.
func (s *Service) one(ctx context.Context, realmID, userID, sessionID string) (signedIn, error) {
	if !id.Valid(sessionID) {
		return signedIn{}, session.ErrNotFound
	}
	all, err := s.signedIn(ctx, realmID, userID)
	if err != nil {
		return signedIn{}, err
	}
	i := slices.IndexFunc(all, func(c signedIn) bool { return c.ID == sessionID })
	if i < 0 {
		return signedIn{}, session.ErrNotFound
	}
	return all[i], nil
}

// device is the browser in words.
func (c signedIn) device() string { return device.Name(c.UserAgent) }

// end ends another session of the person whose request it is.
func (s *Service) end(ctx context.Context, sessionID string) error {
	current := session.From(ctx)
	if sessionID == current.ID {
		return session.ErrCurrent
	}
	if !id.Valid(sessionID) {
		return session.ErrNotFound
	}
	return s.sessions.EndOwn(ctx, current.RealmID, current.UserID, sessionID, session.EndedByUser)
}

// endRest ends all other sessions of the person whose request it is, everything that
// applications hold, and what was asked for in a session but not proven yet: a new
// address or number that somebody else wanted must not arrive afterwards.
func (s *Service) endRest(ctx context.Context) error {
	current := session.From(ctx)
	return s.db.InTx(ctx, func(ctx context.Context) error {
		err := s.challenges.Kill(ctx, current.RealmID, current.UserID, challenge.ChangeEmail, challenge.VerifyPhone, challenge.EnrolPhone)
		if err != nil {
			return err
		}
		return s.sessions.EndOthers(ctx, current.RealmID, current.UserID, current.ID, session.EndedByUser)
	})
}
