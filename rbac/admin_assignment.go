package rbac

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagAssignments = "Assignments"

type assignmentView struct {
	ID            string        `json:"id" format:"uuid"`
	SubjectKind   string        `json:"subject_kind" enum:"user,application,group"`
	SubjectID     string        `json:"subject_id"`
	RoleID        string        `json:"role_id"`
	ApplicationID string        `json:"application_id,omitempty" doc:"The only application that it counts for."`
	StartsAt      time.Time     `json:"starts_at,omitzero"`
	ExpiresAt     time.Time     `json:"expires_at,omitzero"`
	MaxFactorAge  int64         `json:"max_factor_age,omitempty" doc:"Seconds since a second factor was shown, at most."`
	Networks      []string      `json:"networks" doc:"CIDR blocks that it counts in; none is everywhere."`
	Valid         bool          `json:"valid"`
	Unmet         []Requirement `json:"unmet" doc:"What the role requires and the person does not meet."`
	Version       int64         `json:"version"`
	CreatedAt     time.Time     `json:"created_at"`
}

func assignmentViewOf(a *Assignment) assignmentView {
	v := assignmentView{
		ID: a.ID, SubjectKind: a.SubjectKind, SubjectID: a.SubjectID, RoleID: a.RoleID, ApplicationID: a.ApplicationID, StartsAt: a.StartsAt,
		ExpiresAt: a.ExpiresAt, MaxFactorAge: int64(a.MaxFactorAge / time.Second), Networks: []string{}, Valid: a.Valid(),
		Unmet: append([]Requirement{}, a.Unmet...), Version: a.Version, CreatedAt: a.CreatedAt,
	}
	for _, n := range a.Networks {
		v.Networks = append(v.Networks, n.String())
	}
	return v
}

type assignmentAnswer struct {
	ETag string `header:"ETag"`
	Body assignmentView
}

type assignmentCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     assignmentView
}

func (s *Service) mountAssignments(a *rest.API) {
	faults := []*fault.Fault{ErrNotHeld, ErrAssignmentInvalid, ErrApplicationUnknown, ErrRoleNotFound, ErrLastAdministrator}
	rest.Handle(a, rest.Operation{
		ID: "listAssignments", Method: http.MethodGet, Path: "/assignments", Tag: tagAssignments, Summary: "List who has which role", Permission: "assignments.read", Narrow: true,
	}, s.adminAssignments)
	rest.Handle(a, rest.Operation{
		ID: "createAssignment", Method: http.MethodPost, Path: "/assignments", Tag: tagAssignments, Summary: "Assign a role", Permission: "assignments.write", Narrow: true,
		Description: "Refused when the person does not meet what the role requires, and for roles that grant what the caller does not hold.",
		Faults:      append(faults, ErrAssigned, ErrSubjectUnknown, ErrRequirementsUnmet),
		Refs:        []string{"body.subject_id:user", "body.role_id:role", "body.application_id:application"},
	}, s.adminAssign)
	rest.Handle(a, rest.Operation{
		ID: "getAssignment", Method: http.MethodGet, Path: "/assignments/{assignment}", Tag: tagAssignments, Summary: "Read an assignment", Permission: "assignments.read", Narrow: true,
		Missing: ErrAssignmentNotFound,
	}, s.adminAssignment)
	rest.Handle(a, rest.Operation{
		ID: "updateAssignment", Method: http.MethodPatch, Path: "/assignments/{assignment}", Tag: tagAssignments, Summary: "Change an assignment's times and conditions",
		Permission: "assignments.write", Narrow: true, Missing: ErrAssignmentNotFound, Faults: faults,
	}, s.adminReschedule)
	rest.Handle(a, rest.Operation{
		ID: "deleteAssignment", Method: http.MethodDelete, Path: "/assignments/{assignment}", Tag: tagAssignments, Summary: "Withdraw a role", Permission: "assignments.write", Narrow: true,
		Missing: ErrAssignmentNotFound, Faults: faults,
	}, s.adminWithdraw)
}

type listAssignments struct {
	rest.Page
	UserID        string  `query:"user_id" maxLength:"36"`
	GroupID       string  `query:"group_id" maxLength:"36"`
	ServiceID     string  `query:"service_id" maxLength:"36" doc:"An application that holds roles itself."`
	RoleID        string  `query:"role_id" maxLength:"63"`
	ApplicationID *string `query:"application_id" maxLength:"36" doc:"The application that they are limited to; empty for the whole realm."`
	Valid         *bool   `query:"valid"`
}

func (s *Service) adminAssignments(ctx context.Context, in *listAssignments) (*rest.List[assignmentView], error) {
	f := Filter{RoleID: in.RoleID, ApplicationID: in.ApplicationID, Applications: reached(ctx), Valid: in.Valid, After: in.After(), Limit: in.Limit + 1}
	for kind, subject := range map[string]string{User: in.UserID, Group: in.GroupID, Application: in.ServiceID} {
		if subject == "" {
			continue
		}
		if f.SubjectID != "" {
			return nil, rest.ErrValue.At("user_id").Say("Ask for one subject.")
		}
		f.SubjectKind, f.SubjectID = kind, subject
	}
	all, err := s.Assignments(ctx, realm.From(ctx).ID, f)
	if err != nil {
		return nil, err
	}
	all, next := cut(all, in.Limit, func(a *Assignment) string { return a.ID })
	views := make([]assignmentView, 0, len(all))
	for _, a := range all {
		views = append(views, assignmentViewOf(a))
	}
	return rest.ListOf(views, next), nil
}

type createAssignment struct {
	Body struct {
		SubjectKind   string    `json:"subject_kind,omitempty" enum:"user,application,group" doc:"user, if left out."`
		SubjectID     string    `json:"subject_id" format:"uuid"`
		RoleID        string    `json:"role_id" minLength:"1" maxLength:"63" doc:"The id, or the slug of a built-in role."`
		ApplicationID string    `json:"application_id,omitempty" maxLength:"36"`
		StartsAt      time.Time `json:"starts_at,omitzero"`
		ExpiresAt     time.Time `json:"expires_at,omitzero"`
		MaxFactorAge  int64     `json:"max_factor_age,omitempty" minimum:"0" maximum:"31536000"`
		Networks      []string  `json:"networks,omitempty" maxItems:"50"`
	}
}

func (s *Service) adminAssign(ctx context.Context, in *createAssignment) (*assignmentCreated, error) {
	b := in.Body
	if b.SubjectKind == "" {
		b.SubjectKind = User
	}
	networks, err := blocks(b.Networks)
	if err != nil {
		return nil, err
	}
	// Who administers one application assigns its roles, or the realm's for it.
	r, err := s.Role(ctx, realm.From(ctx).ID, b.RoleID)
	if err != nil {
		return nil, ErrRoleNotFound.At("role_id")
	}
	if b.ApplicationID == "" {
		b.ApplicationID = r.ApplicationID
	}
	if !visible(ctx, b.ApplicationID) {
		return nil, ErrApplicationUnknown
	}
	a, err := s.Assign(ctx, realm.From(ctx).ID, Assignment{
		SubjectKind: b.SubjectKind, SubjectID: b.SubjectID, RoleID: b.RoleID, ApplicationID: b.ApplicationID, StartsAt: stamp(b.StartsAt), ExpiresAt: stamp(b.ExpiresAt),
		MaxFactorAge: time.Duration(b.MaxFactorAge) * time.Second, Networks: networks,
	})
	if err != nil {
		return nil, err
	}
	return &assignmentCreated{rest.ETag(a.Version), "/api/v1/realms/" + realm.From(ctx).Slug + "/assignments/" + a.ID, assignmentViewOf(a)}, nil
}

// stamp is a time as rows keep it. What lies beyond what they can hold is cut.
func stamp(t time.Time) time.Time {
	if t.IsZero() || t.Year() < 1971 {
		return time.Time{}
	}
	if t.Year() > 9999 {
		t = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t.UTC().Truncate(time.Microsecond)
}

func blocks(list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range list {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, ErrAssignmentInvalid.At("networks").Say("A network is written like 192.0.2.0/24.")
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

type assignmentID struct {
	ID string `path:"assignment" format:"uuid"`
}

func (s *Service) seenAssignment(ctx context.Context, id string) (*Assignment, error) {
	a, err := s.Assignment(ctx, realm.From(ctx).ID, id)
	if err != nil {
		return nil, err
	}
	if !visible(ctx, a.ApplicationID) {
		return nil, ErrAssignmentNotFound
	}
	return a, nil
}

func (s *Service) adminAssignment(ctx context.Context, in *assignmentID) (*assignmentAnswer, error) {
	a, err := s.seenAssignment(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &assignmentAnswer{rest.ETag(a.Version), assignmentViewOf(a)}, nil
}

type updateAssignment struct {
	ID string `path:"assignment" format:"uuid"`
	rest.Match
	Body struct {
		StartsAt     rest.Opt[time.Time] `json:"starts_at,omitzero"`
		ExpiresAt    rest.Opt[time.Time] `json:"expires_at,omitzero"`
		MaxFactorAge rest.Opt[int64]     `json:"max_factor_age,omitzero" minimum:"0" maximum:"31536000"`
		Networks     rest.Opt[[]string]  `json:"networks,omitzero" maxItems:"50"`
	}
}

func (s *Service) adminReschedule(ctx context.Context, in *updateAssignment) (*assignmentAnswer, error) {
	if _, err := s.seenAssignment(ctx, in.ID); err != nil {
		return nil, err
	}
	networks, err := blocks(in.Body.Networks.Value)
	if err != nil {
		return nil, err
	}
	a, err := s.Reschedule(ctx, realm.From(ctx).ID, in.ID, func(a *Assignment) error {
		if err := in.Matches(a.Version); err != nil {
			return err
		}
		if in.Body.StartsAt.Given {
			a.StartsAt = stamp(in.Body.StartsAt.Value)
		}
		if in.Body.ExpiresAt.Given {
			a.ExpiresAt = stamp(in.Body.ExpiresAt.Value)
		}
		if in.Body.MaxFactorAge.Given {
			a.MaxFactorAge = time.Duration(in.Body.MaxFactorAge.Value) * time.Second
		}
		if in.Body.Networks.Given {
			a.Networks = networks
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &assignmentAnswer{rest.ETag(a.Version), assignmentViewOf(a)}, nil
}

type deleteAssignment struct {
	ID string `path:"assignment" format:"uuid"`
	rest.Match
}

func (s *Service) adminWithdraw(ctx context.Context, in *deleteAssignment) (*rest.None, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	if _, err := s.seenAssignment(ctx, in.ID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.Withdraw(ctx, realm.From(ctx).ID, in.ID, version)
}
