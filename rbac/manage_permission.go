package rbac

import (
	"context"
	"fmt"
	"slices"

	"authserver/internal/id"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// Permission returns a permission of an application, or ErrPermissionNotFound.
func (s *Service) Permission(ctx context.Context, realmID, permissionID string) (*Permission, error) {
	p, err := s.findPermission(ctx, realmID, permissionID)
	if err != nil {
		return nil, missing(err, ErrPermissionNotFound)
	}
	return p, nil
}

// Permissions lists those of applications in order of creation.
func (s *Service) Permissions(ctx context.Context, realmID string, f Filter) ([]*Permission, error) {
	return s.permissions(ctx, realmID, f)
}

// CreatePermission adds a permission to an application.
func (s *Service) CreatePermission(ctx context.Context, realmID, applicationID, code, description string) (*Permission, error) {
	if !codes().MatchString(code) {
		return nil, ErrPermissionInvalid.At("code").Say("A code is like invoice.read: lower-case words with dots or colons between them.")
	}
	description, err := realm.Sentence("description", description)
	if err != nil {
		return nil, err
	}
	if _, err := s.apps.ByID(ctx, realmID, applicationID); err != nil {
		return nil, ErrApplicationUnknown
	}
	p := &Permission{id.New(), realmID, applicationID, code, description, 1, s.stamp()}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertPermission(ctx, p); err != nil {
			return taken(err, ErrPermissionTaken)
		}
		return s.events.Record(ctx, p.Ref(), PermissionCreated{applicationID, code})
	})
	if err != nil {
		return nil, fmt.Errorf("create permission: %w", err)
	}
	return p, nil
}

// DescribePermission changes the description; version 0 is whichever there is.
func (s *Service) DescribePermission(ctx context.Context, realmID, permissionID, description string, version int64) (*Permission, error) {
	description, err := realm.Sentence("description", description)
	if err != nil {
		return nil, err
	}
	var p *Permission
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if p, err = s.findPermission(ctx, realmID, permissionID); err != nil {
			return missing(err, ErrPermissionNotFound)
		}
		if version != 0 && version != p.Version {
			return rest.ErrChanged
		}
		old, before := permissionViewOf(p), p.Version
		p.Description, p.Version = description, before+1
		if won, err := s.describePermission(ctx, p, before); err != nil || !won {
			return firstOf(err, lost(won))
		}
		return s.events.Record(ctx, p.Ref(), PermissionUpdated{changes(old, permissionViewOf(p))})
	})
	if err != nil {
		return nil, fmt.Errorf("describe permission %s: %w", permissionID, err)
	}
	return p, nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// DeletePermission removes a permission that no role holds.
func (s *Service) DeletePermission(ctx context.Context, realmID, permissionID string, version int64) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRealm(ctx, realmID); err != nil {
			return err
		}
		p, err := s.findPermission(ctx, realmID, permissionID)
		if err != nil {
			return missing(err, ErrPermissionNotFound)
		}
		if version != 0 && version != p.Version {
			return rest.ErrChanged
		}
		w, err := s.World(ctx, realmID)
		if err != nil {
			return err
		}
		for _, r := range w.roles {
			if slices.Contains(r.Grants, Grant{p.ApplicationID, p.Code}) {
				return ErrPermissionInUse.Say("The role " + r.Slug + " holds the permission.")
			}
		}
		if _, err := s.deletePermission(ctx, realmID, permissionID); err != nil {
			return err
		}
		return s.events.Record(ctx, p.Ref(), PermissionDeleted{p.Code})
	})
	if err != nil {
		return fmt.Errorf("delete permission %s: %w", permissionID, err)
	}
	return nil
}
