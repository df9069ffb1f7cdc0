package application

import (
	"context"
	"errors"
	"net/url"

	"authserver/templates"
)

// Face is the application as pages show it, to a person on their way to the redirect
// URI (empty when there is none). Host is what they can recognise of that: the host,
// or the scheme of an application on their device. A nil application has no face.
func (a *Application) Face(redirectURI string) templates.App {
	if a == nil {
		return templates.App{}
	}
	face := templates.App{Name: a.Name, LogoURL: a.LogoURL, HomeURL: a.HomeURL}
	if u, err := url.Parse(redirectURI); err == nil && redirectURI != "" {
		face.Host = u.Scheme
		if u.Scheme == "https" || u.Scheme == "http" {
			face.Host = u.Host
		}
	}
	return face
}

// FaceOf is Face of the application with that id; the empty one for a flow that is
// about none, or about one that is gone: the dispatcher will say so.
func (s *Service) FaceOf(ctx context.Context, realmID, applicationID, redirectURI string) (templates.App, error) {
	a, err := s.ByID(ctx, realmID, applicationID)
	if errors.Is(err, ErrNotFound) {
		return templates.App{}, nil
	}
	if err != nil {
		return templates.App{}, err
	}
	return a.Face(redirectURI), nil
}
