package rbac

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// People is a group of people and applications.
type People struct {
	ID, RealmID       string
	Name, Description string
	Version           int64
	CreatedAt         time.Time
}

// Ref names the group in an event.
func (g *People) Ref() event.Ref { return event.Ref{RealmID: g.RealmID, Kind: "group", ID: g.ID} }

func (g *People) check() (err error) {
	if g.Name, err = realm.DisplayName("name", g.Name); err != nil {
		return err
	}
	g.Description, err = realm.Sentence("description", g.Description)
	return err
}

// Member is somebody in a group.
type Member struct {
	Kind, ID string
	Since    time.Time
}

// GroupByID returns a group, or ErrGroupNotFound.
func (s *Service) GroupByID(ctx context.Context, realmID, groupID string) (*People, error) {
	g, err := s.findGroup(ctx, realmID, groupID)
	if err != nil {
		return nil, missing(err, ErrGroupNotFound)
	}
	return g, nil
}

// Groups lists groups in order of creation.
func (s *Service) Groups(ctx context.Context, realmID, after string, limit int) ([]*People, error) {
	return s.listGroups(ctx, realmID, after, limit)
}

// CreateGroup makes a group without members.
func (s *Service) CreateGroup(ctx context.Context, realmID, name, description string) (*People, error) {
	g := &People{id.New(), realmID, name, description, 1, s.stamp()}
	if err := g.check(); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertGroup(ctx, g); err != nil {
			return taken(err, ErrGroupTaken)
		}
		return s.events.Record(ctx, g.Ref(), GroupCreated{})
	})
	if err != nil {
		return nil, fmt.Errorf("create group: %w", err)
	}
	return g, nil
}

// UpdateGroup changes name and description; change edits a copy.
func (s *Service) UpdateGroup(ctx context.Context, realmID, groupID string, change func(*People) error) (*People, error) {
	var g *People
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if g, err = s.GroupByID(ctx, realmID, groupID); err != nil {
			return err
		}
		old, before := groupViewOf(g), g.Version
		if err := change(g); err != nil {
			return err
		}
		if err := g.check(); err != nil {
			return err
		}
		g.Version++
		if won, err := s.updateGroup(ctx, g, before); err != nil || !won {
			return taken(firstOf(err, lost(won)), ErrGroupTaken)
		}
		return s.events.Record(ctx, g.Ref(), GroupUpdated{changes(old, groupViewOf(g))})
	})
	if err != nil {
		return nil, fmt.Errorf("update group %s: %w", groupID, err)
	}
	return g, nil
}

// DeleteGroup removes a group with its members' places and its assignments.
func (s *Service) DeleteGroup(ctx context.Context, realmID, groupID string, version int64) error {
	err := s.inGroup(ctx, realmID, groupID, func(ctx context.Context, g *People) error {
		if version != 0 && version != g.Version {
			return rest.ErrChanged
		}
		if err := s.stays(ctx, realmID, Without{GroupID: groupID}); err != nil {
			return err
		}
		if _, err := s.deleteAssignmentsOf(ctx, realmID, Group, groupID); err != nil {
			return err
		}
		if err := s.deleteGroup(ctx, realmID, groupID); err != nil {
			return err
		}
		return s.events.Record(ctx, g.Ref(), GroupDeleted{})
	})
	if err != nil {
		return fmt.Errorf("delete group %s: %w", groupID, err)
	}
	return nil
}

// inGroup runs fn with the realm locked, for who holds all that the group has.
func (s *Service) inGroup(ctx context.Context, realmID, groupID string, fn func(context.Context, *People) error) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRealm(ctx, realmID); err != nil {
			return err
		}
		g, err := s.GroupByID(ctx, realmID, groupID)
		if err != nil {
			return err
		}
		w, err := s.World(ctx, realmID)
		if err != nil {
			return err
		}
		all, err := s.ownAssignments(ctx, realmID, Group, groupID)
		if err != nil {
			return err
		}
		for _, a := range all {
			if err := s.mayGrantRole(ctx, w, a.RoleID, a.ApplicationID); err != nil {
				return err
			}
		}
		if err := fn(ctx, g); err != nil {
			return err
		}
		return s.changed(ctx, realmID)
	})
}

// AddMember puts a person or an application into a group. Adding who is there already
// changes nothing.
func (s *Service) AddMember(ctx context.Context, realmID, groupID, kind, memberID string) error {
	err := s.inGroup(ctx, realmID, groupID, func(ctx context.Context, g *People) error {
		if kind != User && kind != Application {
			return ErrGroupInvalid.At("kind")
		}
		f, err := s.Facts(ctx, realmID, kind, memberID, How{})
		if err != nil {
			return err
		}
		if f.Attributes == nil {
			return ErrMemberUnknown.At("id")
		}
		added, err := s.insertMember(ctx, realmID, groupID, kind, memberID, s.stamp())
		if err != nil || !added {
			return err
		}
		return s.events.Record(ctx, g.Ref(), MemberAdded{kind, memberID})
	})
	if err != nil {
		return fmt.Errorf("add to group %s: %w", groupID, err)
	}
	return nil
}

// RemoveMember takes somebody out of a group.
func (s *Service) RemoveMember(ctx context.Context, realmID, groupID, memberID string) error {
	err := s.inGroup(ctx, realmID, groupID, func(ctx context.Context, g *People) error {
		if err := s.stays(ctx, realmID, Without{MemberOf: groupID, MemberID: memberID}); err != nil {
			return err
		}
		for _, kind := range []string{User, Application} {
			removed, err := s.deleteMember(ctx, realmID, groupID, kind, memberID)
			if err != nil {
				return err
			}
			if removed {
				return s.events.Record(ctx, g.Ref(), MemberRemoved{kind, memberID})
			}
		}
		return ErrMemberUnknown
	})
	if err != nil {
		return fmt.Errorf("remove from group %s: %w", groupID, err)
	}
	return nil
}

// Members lists who is in a group, by id: people, applications, or of all kinds for "".
func (s *Service) Members(ctx context.Context, realmID, groupID, kind, after string, limit int) ([]Member, error) {
	if _, err := s.GroupByID(ctx, realmID, groupID); err != nil {
		return nil, err
	}
	rows, err := s.listMembers(ctx, realmID, groupID, kind, after, limit)
	all := make([]Member, 0, len(rows))
	for _, r := range rows {
		all = append(all, Member{r.Kind, r.MemberID, r.CreatedAt.Time()})
	}
	return all, err
}
