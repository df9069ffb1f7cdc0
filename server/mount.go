package server

import (
	"context"
	"net/http"

	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// mount lets every room with routes add them. This is the list of what the product
// answers to.
func (s *Server) mount(m *web.Mux) {
	for _, room := range []interface{ Mount(*web.Mux) }{
		s.OAuth,
		s.Logins,
		s.Registrations,
		s.Recoveries,
		s.Invitations,
		s.Passwords,
		s.Contacts,
		s.Factors,
		s.Passkeys,
		s.Federation,
		s.Profiles,
		s.Consents,
		s.Terms,
		s.Choices,
		s.Roles,
		s.Messages,
		s.Account,
		s.Activity,
		s.Privacy,
		s.Security,
		s.Signals,
		s.Notices,
	} {
		room.Mount(m)
	}
	s.Passkeys.MountWellKnown(m, s.Realms)
	for _, door := range s.equipment.out.doors(s) {
		door.Mount(m)
	}
}

// front stands before the rooms: what orchestrators and Prometheus ask needs no
// realm, no language and no line in the log. Paths are compared as they are sent,
// because http.ServeMux would redirect unclean ones.
func (s *Server) front() http.Handler {
	rooms := s.web.Handler()
	scrape := rooms // which says that there is no such page
	if s.config.MetricsListen == "" && s.config.MetricsToken != "" {
		scrape = s.Metrics.Handler(s.config.MetricsToken)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() {
			// The client opens its next connection elsewhere, instead of using this
			// one in the very moment in which it closes.
			w.Header().Set("Connection", "close")
		}
		switch r.URL.Path {
		case "/healthz":
			s.health.live(w, r)
		case "/readyz":
			s.health.ready(w, r)
		case "/metrics":
			scrape.ServeHTTP(w, r)
		default:
			s.Metrics.InFlight(1)
			defer s.Metrics.InFlight(-1)
			rooms.ServeHTTP(w, r)
		}
	})
}

// observation serves the listener that only the operator's own tools reach.
func (s *Server) observation() http.Handler {
	scrape := s.Metrics.Handler(s.config.MetricsToken)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz":
			s.health.live(w, r)
		case "/readyz":
			s.health.ready(w, r)
		case "/metrics":
			scrape.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

// brand is the look of the realm in the context.
func brand(ctx context.Context) templates.Brand {
	r, ok := realm.Maybe(ctx)
	if !ok {
		return templates.Brand{}
	}
	b := r.Branding
	return templates.Brand{
		Slug: r.Slug, Name: r.Name, LogoURL: b.LogoURL, DefaultLanguage: r.DefaultLanguage,
		Theme: templates.Theme{Mode: string(b.Theme), Primary: b.PrimaryColor, Background: b.BackgroundColor},
	}
}
