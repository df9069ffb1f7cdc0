package oauth

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// grantView is what a person gave to an application.
type grantView struct {
	ID            string    `json:"id" format:"uuid"`
	UserID        string    `json:"user_id" format:"uuid"`
	ApplicationID string    `json:"application_id" format:"uuid"`
	SessionID     string    `json:"session_id,omitempty" format:"uuid" doc:"The browser session that it ends with."`
	Scopes        []string  `json:"scopes" nullable:"false"`
	Audience      []string  `json:"audience" nullable:"false" doc:"Resources that its access tokens are for; empty is the realm itself."`
	Offline       bool      `json:"offline" doc:"It outlives the browser session."`
	CreatedAt     time.Time `json:"created_at"`
	ExpiresAt     time.Time `json:"expires_at"`
}

func (g Grant) view() grantView {
	return grantView{
		ID: g.ID, UserID: g.UserID, ApplicationID: g.ApplicationID, SessionID: g.SessionID, Offline: g.Offline,
		Scopes: append([]string{}, g.Scopes...), Audience: append([]string{}, g.Audience...), CreatedAt: g.CreatedAt, ExpiresAt: g.ExpiresAt,
	}
}

// MountAdmin adds the administration of what people gave to applications.
func (s *Service) MountAdmin(a *rest.API) {
	const tag = "Grants"
	rest.Handle(a, rest.Operation{
		ID: "listUserGrants", Method: http.MethodGet, Path: "/users/{user}/grants", Tag: tag, Permission: "sessions.read",
		Summary:     "List what a person gave to applications",
		Description: "Grants of which tokens can be refreshed, the newest first.",
		Missing:     user.ErrNotFound, Faults: []*fault.Fault{user.ErrNotFound},
	}, s.adminUserGrants)
	rest.Handle(a, rest.Operation{
		ID: "listApplicationGrants", Method: http.MethodGet, Path: "/applications/{application}/grants", Tag: tag, Permission: "sessions.read",
		Summary: "List what people gave to an application", Narrow: true,
		Missing: application.ErrNotFound, Faults: []*fault.Fault{application.ErrNotFound},
	}, s.adminApplicationGrants)
	rest.Handle(a, rest.Operation{
		ID: "revokeGrant", Method: http.MethodDelete, Path: "/users/{user}/grants/{grant}", Tag: tag, Permission: "sessions.write", Subject: "user",
		Summary: "End a grant", Description: "With all its tokens. The person's consent stays.",
		Missing: ErrGrantNotFound, Faults: []*fault.Fault{ErrGrantNotFound},
	}, s.adminRevokeGrant)
	rest.Handle(a, rest.Operation{
		ID: "revokeUserGrants", Method: http.MethodDelete, Path: "/users/{user}/grants", Tag: tag, Permission: "sessions.write", Subject: "user",
		Summary: "End all grants of a person", Description: "To any application, or to one. Their sessions in browsers stay.",
		Missing: user.ErrNotFound, Faults: []*fault.Fault{user.ErrNotFound},
	}, s.adminRevokeUserGrants)
	rest.Handle(a, rest.Operation{
		ID: "revokeApplicationGrants", Method: http.MethodDelete, Path: "/applications/{application}/grants", Tag: tag, Permission: "sessions.write",
		Subject: "application", Narrow: true,
		Summary: "End what people gave to an application", Description: "Everybody's, with all tokens: for an application that lost its secrets.",
		Missing: application.ErrNotFound, Faults: []*fault.Fault{application.ErrNotFound},
	}, s.adminRevokeApplicationGrants)
}

type listUserGrants struct {
	rest.Page
	UserID        string `path:"user" format:"uuid"`
	ApplicationID string `query:"application_id" format:"uuid" doc:"Only to this application."`
}

func (s *Service) adminUserGrants(ctx context.Context, in *listUserGrants) (*rest.List[grantView], error) {
	if _, err := s.users.ByID(ctx, realm.From(ctx).ID, in.UserID); err != nil {
		return nil, err
	}
	return s.grantPage(ctx, in.Page, GrantFilter{UserID: in.UserID, ApplicationID: in.ApplicationID})
}

type listApplicationGrants struct {
	rest.Page
	ApplicationID string `path:"application" format:"uuid"`
	UserID        string `query:"user_id" format:"uuid" doc:"Only by this person."`
}

func (s *Service) adminApplicationGrants(ctx context.Context, in *listApplicationGrants) (*rest.List[grantView], error) {
	if err := s.reachable(ctx, in.ApplicationID); err != nil {
		return nil, err
	}
	return s.grantPage(ctx, in.Page, GrantFilter{UserID: in.UserID, ApplicationID: in.ApplicationID})
}

// reachable refuses an application that there is not, or that the caller's permission
// does not reach: the two look alike.
func (s *Service) reachable(ctx context.Context, applicationID string) error {
	if !rest.ReachOf(ctx).Covers(applicationID) {
		return application.ErrNotFound
	}
	_, err := s.apps.ByID(ctx, realm.From(ctx).ID, applicationID)
	return err
}

func (s *Service) grantPage(ctx context.Context, page rest.Page, f GrantFilter) (*rest.List[grantView], error) {
	micros, after, _ := strings.Cut(page.After(), " ")
	at, _ := strconv.ParseInt(micros, 10, 64)
	f.AfterAt, f.AfterID, f.Limit = database.Micros(at).Time(), after, page.Limit+1
	grants, err := s.Grants(ctx, realm.From(ctx).ID, f)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(grants) > page.Limit {
		grants = grants[:page.Limit]
		last := grants[page.Limit-1]
		next = strconv.FormatInt(int64(database.At(last.CreatedAt)), 10) + " " + last.ID
	}
	views := make([]grantView, 0, len(grants))
	for _, g := range grants {
		views = append(views, g.view())
	}
	return rest.ListOf(views, next), nil
}

type grantID struct {
	UserID  string `path:"user" format:"uuid"`
	GrantID string `path:"grant" format:"uuid"`
}

func (s *Service) adminRevokeGrant(ctx context.Context, in *grantID) (*rest.None, error) {
	return &rest.None{}, s.RevokeGrant(ctx, realm.From(ctx).ID, in.UserID, in.GrantID)
}

type revokeUserGrants struct {
	UserID        string `path:"user" format:"uuid"`
	ApplicationID string `query:"application_id" format:"uuid" doc:"Only those to this application."`
}

func (s *Service) adminRevokeUserGrants(ctx context.Context, in *revokeUserGrants) (*rest.None, error) {
	if _, err := s.users.ByID(ctx, realm.From(ctx).ID, in.UserID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.RevokeGrants(ctx, realm.From(ctx).ID, in.UserID, in.ApplicationID)
}

type applicationID struct {
	ApplicationID string `path:"application" format:"uuid"`
}

func (s *Service) adminRevokeApplicationGrants(ctx context.Context, in *applicationID) (*rest.None, error) {
	if err := s.reachable(ctx, in.ApplicationID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.RevokeEverybody(ctx, realm.From(ctx).ID, in.ApplicationID)
}
