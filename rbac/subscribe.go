package rbac

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"authserver/internal/event"
)

// Name names the subscriber.
func (s *Service) Name() string { return "rbac" }

// Handle marks assignments invalid whose requirements are met no more, and valid again.
// Decisions never wait for that: they look at the facts themselves.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	switch {
	case e.Ref.Kind != "user", e.Ref.RealmID == "":
		return nil
	case e.Type == "user.deleted":
		return s.Erase(ctx, e.Ref.RealmID, e.Ref.ID)
	case strings.HasPrefix(e.Type, "user."), strings.HasPrefix(e.Type, "passkey."), strings.HasPrefix(e.Type, "mfa."):
		return s.Reassess(ctx, e.Ref.RealmID, e.Ref.ID)
	}
	return nil
}

// Reassess looks again whether the user meets what their roles require.
func (s *Service) Reassess(ctx context.Context, realmID, userID string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		all, err := s.ownAssignments(ctx, realmID, User, userID)
		if err != nil || len(all) == 0 {
			return err
		}
		w, err := s.World(ctx, realmID)
		if err != nil {
			return err
		}
		f, err := s.Facts(ctx, realmID, User, userID, How{})
		if err != nil || f.Attributes == nil {
			return err
		}
		for _, a := range all {
			if err := s.reassess(ctx, w, f, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reassess user %s: %w", userID, err)
	}
	return nil
}

func (s *Service) reassess(ctx context.Context, w *World, f Facts, a *Assignment) error {
	var open []Requirement
	if r := w.Role(a.RoleID); r != nil {
		for _, need := range r.Requirements {
			if !f.meets(need) {
				open = append(open, need)
			}
		}
	}
	if slices.Equal(open, a.Unmet) {
		return nil
	}
	was := a.Valid()
	before := a.Version
	a.Unmet, a.Version = open, before+1
	if won, err := s.updateAssignment(ctx, a, before); err != nil || !won {
		return firstOf(err, lost(won))
	}
	if err := s.subjectChanged(ctx, a); err != nil {
		return err
	}
	switch {
	case was && !a.Valid():
		return s.events.Record(ctx, a.Ref(), AssignmentInvalidated{open})
	case !was && a.Valid():
		return s.events.Record(ctx, a.Ref(), AssignmentRestored{})
	}
	return nil
}

// Erase removes what the room holds of a user.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		gone, err := s.deleteAssignmentsOf(ctx, realmID, User, userID)
		if err != nil {
			return fmt.Errorf("erase assignments of user %s: %w", userID, err)
		}
		places, err := s.deleteMemberships(ctx, realmID, User, userID)
		if err != nil {
			return fmt.Errorf("erase memberships of user %s: %w", userID, err)
		}
		if gone+places == 0 {
			return nil
		}
		return s.db.Changed(ctx, SubjectTopic, realmID+"/"+User+"/"+userID)
	})
}

// Export is what the room holds of a user, for themselves.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	all, _, err := s.assignmentsOf(ctx, realmID, User, userID)
	if err != nil {
		return "", nil, fmt.Errorf("export roles: %w", err)
	}
	type line struct {
		Role  string `json:"role"`
		Group string `json:"group,omitempty"`
		Since string `json:"since"`
	}
	lines := []line{}
	w, err := s.World(ctx, realmID)
	if err != nil {
		return "", nil, err
	}
	for _, a := range all {
		l := line{Role: a.RoleID, Since: a.CreatedAt.Format("2006-01-02T15:04:05Z07:00")}
		if r := w.Role(a.RoleID); r != nil {
			l.Role = r.Name
		}
		if a.SubjectKind == Group {
			l.Group = a.SubjectID
		}
		lines = append(lines, l)
	}
	return "roles", lines, nil
}
