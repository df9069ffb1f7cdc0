package rbac

import (
	"context"
	"errors"

	"authserver/internal/database"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// realmOf is the id of the realm in the context, or "".
func realmOf(ctx context.Context) string {
	if in, ok := realm.Maybe(ctx); ok {
		return in.ID
	}
	return ""
}

// mayGrant refuses what the caller of an operation does not hold; scope is the
// application for which it is given, "" the realm. A command on the machine may grant
// everything. An application's own permissions are granted by whoever administers its
// roles: nobody could ever hold a new one otherwise.
func (s *Service) mayGrant(ctx context.Context, grants []Grant, scope string) error {
	p, ok := rest.Maybe(ctx)
	if !ok || p.Kind == rest.System {
		return nil
	}
	asked := map[string]rest.Reach{}
	for _, g := range grants {
		code, over := g.Code, scope
		if g.ApplicationID != "" {
			code, over = "roles.write", g.ApplicationID
		}
		reach, known := asked[code]
		if !known {
			var err error
			if reach, err = s.Authorize(ctx, p, code); err != nil {
				return err
			}
			asked[code] = reach
		}
		if !reach.Covers(over) {
			return ErrNotHeld.Say("Nobody can grant what they do not hold: " + g.Code + ".")
		}
	}
	return nil
}

// mayGrantRole is mayGrant for all that a role holds and contains.
func (s *Service) mayGrantRole(ctx context.Context, w *World, roleID, scope string) error {
	return s.mayGrant(ctx, w.Grants(roleID), scope)
}

// Outranks implements rest.Authorizer: it refuses to act upon somebody who holds a
// permission of the administration that the caller does not, valid at the moment or not.
func (s *Service) Outranks(ctx context.Context, p *rest.Principal, kind, id string) error {
	if p.Kind == rest.System || p.Kind == kind && p.ID == id {
		return nil
	}
	realmID := p.RealmID
	if realmID == "" {
		realmID = realmOf(ctx)
	}
	w, err := s.World(ctx, realmID)
	if err != nil {
		return err
	}
	st, err := s.standingOf(ctx, w, kind, id)
	if err != nil {
		return err
	}
	for _, a := range st.assignments {
		for _, g := range w.Grants(a.RoleID) {
			if g.ApplicationID != "" {
				continue
			}
			reach, err := s.Authorize(ctx, p, g.Code)
			if err != nil {
				return err
			}
			if !reach.Covers(a.ApplicationID) {
				return ErrOutranked
			}
		}
	}
	return nil
}

// Without is who or what is about to go when administrators are counted.
type Without struct{ UserID, AssignmentID, GroupID, MemberOf, MemberID string }

// stays refuses to leave the realm without an administrator, if it has one now. The
// caller holds the realm's lock.
func (s *Service) stays(ctx context.Context, realmID string, without Without) error {
	left, err := s.administered(ctx, realmID, without)
	if err != nil || left {
		return err
	}
	before, err := s.administered(ctx, realmID, Without{})
	if err != nil || !before {
		return err
	}
	return ErrLastAdministrator
}

// administered reports whether an active person administers the realm.
func (s *Service) administered(ctx context.Context, realmID string, without Without) (bool, error) {
	people, err := s.appointed(ctx, realmID, without, s.stamp())
	if err != nil {
		return false, err
	}
	for _, id := range people {
		f, err := s.Facts(ctx, realmID, User, id, How{})
		if err != nil {
			return false, err
		}
		if f.Active {
			return true, nil
		}
	}
	return false, nil
}

// LastAdministrator refuses when the realm would have no administrator without the user.
// It is called in the transaction that suspends or erases them.
func (s *Service) LastAdministrator(ctx context.Context, realmID, userID string) error {
	if err := s.lockRealm(ctx, realmID); err != nil {
		return missing(err, realm.ErrNotFound)
	}
	return s.stays(ctx, realmID, Without{UserID: userID})
}

// missing turns a row that is not there into the room's fault.
func missing(err, fault error) error {
	if errors.Is(err, database.ErrNotFound) {
		return fault
	}
	return err
}
