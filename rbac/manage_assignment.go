package rbac

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"authserver/internal/id"
	"authserver/internal/rest"
)

// Assignment returns an assignment, or ErrAssignmentNotFound.
func (s *Service) Assignment(ctx context.Context, realmID, assignmentID string) (*Assignment, error) {
	a, err := s.findAssignment(ctx, realmID, assignmentID)
	if err != nil {
		return nil, missing(err, ErrAssignmentNotFound)
	}
	return a, nil
}

// Assignments lists assignments in order of creation.
func (s *Service) Assignments(ctx context.Context, realmID string, f Filter) ([]*Assignment, error) {
	return s.listAssignments(ctx, realmID, f)
}

// Assign gives a role. A person who does not meet its requirements is refused with
// ErrRequirementsUnmet, which names them.
func (s *Service) Assign(ctx context.Context, realmID string, a Assignment) (*Assignment, error) {
	a.ID, a.RealmID, a.Version, a.CreatedAt, a.Unmet = id.New(), realmID, 1, s.stamp(), nil
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRealm(ctx, realmID); err != nil {
			return err
		}
		w, err := s.World(ctx, realmID)
		if err != nil {
			return err
		}
		if err := s.assignable(ctx, w, &a); err != nil {
			return err
		}
		if won, err := s.insertAssignment(ctx, &a); err != nil || !won {
			return firstOf(err, ErrAssigned)
		}
		if err := s.subjectChanged(ctx, &a); err != nil {
			return err
		}
		return s.events.Record(ctx, a.Ref(), AssignmentCreated{a.SubjectKind, a.SubjectID, a.RoleID})
	})
	if err != nil {
		return nil, fmt.Errorf("assign role: %w", err)
	}
	return &a, nil
}

// assignable holds an assignment to its rules.
func (s *Service) assignable(ctx context.Context, w *World, a *Assignment) error {
	r := w.Role(a.RoleID)
	if r == nil {
		return ErrRoleNotFound.At("role_id")
	}
	if a.ApplicationID != "" {
		if _, err := s.apps.ByID(ctx, a.RealmID, a.ApplicationID); err != nil {
			return ErrApplicationUnknown
		}
		if r.ApplicationID != "" && r.ApplicationID != a.ApplicationID {
			return ErrAssignmentInvalid.At("application_id").Say("The role belongs to another application.")
		}
	}
	if err := a.checkTimes(s.stamp()); err != nil {
		return err
	}
	scope := a.ApplicationID
	if scope == "" {
		scope = r.ApplicationID
	}
	if err := s.mayGrantRole(ctx, w, a.RoleID, scope); err != nil {
		return err
	}
	unmet, err := s.unmet(ctx, w, a)
	if err != nil {
		return err
	}
	if len(unmet) > 0 {
		words := make([]string, 0, len(unmet))
		for _, u := range unmet {
			words = append(words, string(u))
		}
		return ErrRequirementsUnmet.Say("The person does not meet what the role requires: " + strings.Join(words, ", ") + ".")
	}
	return nil
}

func (a *Assignment) checkTimes(now time.Time) error {
	switch {
	case !a.ExpiresAt.IsZero() && !a.ExpiresAt.After(now):
		return ErrAssignmentInvalid.At("expires_at").Say("The end lies in the past.")
	case !a.ExpiresAt.IsZero() && !a.StartsAt.IsZero() && !a.ExpiresAt.After(a.StartsAt):
		return ErrAssignmentInvalid.At("expires_at").Say("The end lies before the start.")
	case a.MaxFactorAge < 0 || a.MaxFactorAge > 365*24*time.Hour:
		return ErrAssignmentInvalid.At("max_factor_age")
	case len(a.Networks) > 50:
		return ErrAssignmentInvalid.At("networks")
	}
	return nil
}

// unmet are the requirements of the role, and of what it contains, that the subject does
// not meet. Groups meet all: each member is looked at when something is decided.
func (s *Service) unmet(ctx context.Context, w *World, a *Assignment) ([]Requirement, error) {
	var needs []Requirement
	if r := w.Role(a.RoleID); r != nil {
		needs = r.Requirements
	}
	if a.SubjectKind == Group {
		_, err := s.findGroup(ctx, a.RealmID, a.SubjectID)
		return nil, missing(err, ErrSubjectUnknown)
	}
	f, err := s.Facts(ctx, a.RealmID, a.SubjectKind, a.SubjectID, How{})
	if err != nil {
		return nil, err
	}
	if f.Attributes == nil { // nobody
		return nil, ErrSubjectUnknown
	}
	var open []Requirement
	for _, need := range needs {
		if !f.meets(need) {
			open = append(open, need)
		}
	}
	slices.Sort(open)
	return slices.Compact(open), nil
}

// Reschedule changes an assignment's times and conditions; change edits a copy.
func (s *Service) Reschedule(ctx context.Context, realmID, assignmentID string, change func(*Assignment) error) (*Assignment, error) {
	var a *Assignment
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.lockRealm(ctx, realmID); err != nil {
			return err
		}
		if a, err = s.findAssignment(ctx, realmID, assignmentID); err != nil {
			return missing(err, ErrAssignmentNotFound)
		}
		old, before := assignmentViewOf(a), *a
		if err := change(a); err != nil {
			return err
		}
		w, err := s.World(ctx, realmID)
		if err != nil {
			return err
		}
		if err := a.checkTimes(s.stamp()); err != nil {
			return err
		}
		if err := s.mayGrantRole(ctx, w, a.RoleID, a.ApplicationID); err != nil {
			return err
		}
		a.Version++
		if won, err := s.updateAssignment(ctx, a, before.Version); err != nil || !won {
			return firstOf(err, lost(won))
		}
		if a.RoleID == RealmAdministrator && !a.ExpiresAt.IsZero() && before.ExpiresAt.IsZero() {
			if err := s.stillAdministered(ctx, realmID); err != nil {
				return err
			}
		}
		if err := s.subjectChanged(ctx, a); err != nil {
			return err
		}
		return s.events.Record(ctx, a.Ref(), AssignmentUpdated{changes(old, assignmentViewOf(a))})
	})
	if err != nil {
		return nil, fmt.Errorf("change assignment %s: %w", assignmentID, err)
	}
	return a, nil
}

// stillAdministered refuses, after a change that may have taken it, a realm without an
// administrator.
func (s *Service) stillAdministered(ctx context.Context, realmID string) error {
	left, err := s.administered(ctx, realmID, Without{})
	if err != nil || left {
		return err
	}
	return ErrLastAdministrator
}

// Withdraw takes a role away.
func (s *Service) Withdraw(ctx context.Context, realmID, assignmentID string, version int64) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRealm(ctx, realmID); err != nil {
			return err
		}
		a, err := s.findAssignment(ctx, realmID, assignmentID)
		if err != nil {
			return missing(err, ErrAssignmentNotFound)
		}
		if version != 0 && version != a.Version {
			return rest.ErrChanged
		}
		w, err := s.World(ctx, realmID)
		if err != nil {
			return err
		}
		if err := s.mayGrantRole(ctx, w, a.RoleID, a.ApplicationID); err != nil {
			return err
		}
		if a.RoleID == RealmAdministrator {
			if err := s.stays(ctx, realmID, Without{AssignmentID: a.ID}); err != nil {
				return err
			}
		}
		if _, err := s.deleteAssignment(ctx, realmID, assignmentID); err != nil {
			return err
		}
		if err := s.subjectChanged(ctx, a); err != nil {
			return err
		}
		return s.events.Record(ctx, a.Ref(), AssignmentDeleted{a.SubjectKind, a.SubjectID, a.RoleID})
	})
	if err != nil {
		return fmt.Errorf("withdraw assignment %s: %w", assignmentID, err)
	}
	return nil
}
