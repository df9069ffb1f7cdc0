package rbac

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/tenant/application"
)

// World is the realm's roles, from memory where possible.
func (s *Service) World(ctx context.Context, realmID string) (*World, error) {
	if w, ok := s.worlds.Peek(realmID); ok && !database.Within(ctx) {
		return w, nil
	}
	load := func(ctx context.Context) (*World, error) {
		own, err := s.allRoles(ctx, realmID)
		if err != nil {
			return nil, fmt.Errorf("roles of realm %s: %w", realmID, err)
		}
		return worldOf(realmID, s.builtIn, own), nil
	}
	if database.Within(ctx) { // a transaction sees its own changes, and must not put them into memory
		return load(ctx)
	}
	return s.worlds.Get(ctx, realmID, load)
}

// remembered is the World for readers inside a transaction that only issue tokens: what
// is in memory is at most as old as for any other reader.
func (s *Service) remembered(ctx context.Context, realmID string) (*World, error) {
	if w, ok := s.worlds.Peek(realmID); ok {
		return w, nil
	}
	return s.World(ctx, realmID)
}

func (s *Service) forget(key string) {
	parts := strings.SplitN(key, "/", 3)
	if len(parts) == 3 {
		s.subjects.Drop(subject{parts[0], parts[1], parts[2]})
	}
}

// changed announces that the realm's roles, groups or their assignments are others.
func (s *Service) changed(ctx context.Context, realmID string) error {
	return s.db.Changed(ctx, Topic, realmID)
}

func (s *Service) subjectChanged(ctx context.Context, a *Assignment) error {
	if a.SubjectKind == Group {
		return s.changed(ctx, a.RealmID)
	}
	return s.db.Changed(ctx, SubjectTopic, a.RealmID+"/"+a.SubjectKind+"/"+a.SubjectID)
}

// standingOf are the subject's assignments, from memory where possible.
func (s *Service) standingOf(ctx context.Context, w *World, kind, id string) (*standing, error) {
	at := subject{w.RealmID, kind, id}
	// What was read in another world may lack a group's new assignment.
	if known, ok := s.subjects.Peek(at); ok && known.world == w {
		return known, nil
	}
	load := func(ctx context.Context) (*standing, error) {
		all, groups, err := s.assignmentsOf(ctx, w.RealmID, kind, id)
		if err != nil {
			return nil, fmt.Errorf("assignments of %s %s: %w", kind, id, err)
		}
		return &standing{w, all, groups}, nil
	}
	if database.Within(ctx) {
		return load(ctx)
	}
	s.subjects.Drop(at)
	return s.subjects.Get(ctx, at, load)
}

// How is how somebody is there: what a sign-in has shown.
type How struct {
	ACR             string
	AuthenticatedAt time.Time
	IP              string
}

// multiFactor is the acr of a sign-in with two factors (session.ACRMultiFactor).
const multiFactor = "2"

// Shown is how somebody is there who comes from that address and showed a second factor
// then; the zero time is never.
func Shown(ip string, factorAt time.Time) How {
	how := How{IP: ip}
	if !factorAt.IsZero() {
		how.ACR, how.AuthenticatedAt = multiFactor, factorAt
	}
	return how
}

// Facts are what is known about the subject now.
func (s *Service) Facts(ctx context.Context, realmID, kind, id string, how How) (Facts, error) {
	f := Facts{Kind: kind, ID: id, Now: s.now()}
	if ip, err := netip.ParseAddr(how.IP); err == nil {
		f.IP = ip
	}
	if how.ACR == multiFactor {
		f.FactorAt = how.AuthenticatedAt
	}
	if kind == Application {
		a, err := s.apps.ByID(ctx, realmID, id)
		if errors.Is(err, application.ErrNotFound) {
			return f, nil
		}
		if err != nil {
			return f, fmt.Errorf("facts: %w", err)
		}
		f.Active = a.Enabled
		f.Attributes = map[string]any{"name": a.Name, "type": string(a.Type)}
		return f, nil
	}
	u, err := s.users.ByID(ctx, realmID, id)
	if errors.Is(err, user.ErrNotFound) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("facts: %w", err)
	}
	return f, s.about(ctx, realmID, u, &f)
}

func (s *Service) about(ctx context.Context, realmID string, u *user.User, f *Facts) error {
	in, err := s.realms.ByID(ctx, realmID)
	if err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	f.Active = u.Active()
	f.VerifiedEmail, f.VerifiedPhone = u.EmailVerified, u.PhoneVerified
	f.TOTP, f.StrongFactor = slices.Contains(u.Factors, "totp"), u.HasFactor(in.Policy)
	f.Attributes = map[string]any{"email": u.Email, "email_verified": u.EmailVerified}
	for name, value := range u.Attributes {
		if _, taken := f.Attributes[name]; !taken {
			f.Attributes[name] = value
		}
	}
	return nil
}
