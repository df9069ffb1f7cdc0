package invitation

import (
	"context"
	"net/http"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// MountAdmin adds the administration of invitations.
func (s *Service) MountAdmin(a *rest.API) {
	op := func(id, method, path, summary, permission string, faults ...*fault.Fault) rest.Operation {
		o := rest.Operation{ID: id, Method: method, Path: "/invitations" + path, Tag: "Invitations", Summary: summary, Permission: permission, Faults: faults}
		if path != "" {
			o.Missing = ErrNotFound
		}
		return o
	}
	rest.Handle(a, op("listInvitations", http.MethodGet, "", "List invitations, the newest first", "users.read"), s.adminList)
	create := op("createInvitation", http.MethodPost, "", "Invite somebody", "users.write",
		user.ErrEmailInvalid, user.ErrEmailTaken, user.ErrLocaleInvalid, user.ErrAttributeInvalid, realm.ErrNameInvalid, application.ErrNotFound, challenge.ErrTooSoon)
	create.Description = "Makes an account without a password, and sends a letter with a link to the page where its person chooses one. Assign roles to the account as to any other."
	create.Refs = []string{"body.application_id:application"}
	rest.Handle(a, create, s.adminCreate)
	rest.Handle(a, op("getInvitation", http.MethodGet, "/{invitation}", "Read an invitation", "users.read"), s.adminGet)
	rest.Handle(a, op("renewInvitation", http.MethodPost, "/{invitation}/renewal", "Send an invitation again", "users.write", ErrOver, challenge.ErrTooSoon), s.adminRenew)
	remove := op("revokeInvitation", http.MethodDelete, "/{invitation}", "Take an invitation back", "users.write", ErrOver)
	remove.Description = "The account stays; suspend or erase it if nobody shall have it."
	rest.Handle(a, remove, s.adminRevoke)
}

// InvitationView is an invitation as administrators see it.
type InvitationView struct {
	ID            string    `json:"id" format:"uuid"`
	UserID        string    `json:"user_id" format:"uuid"`
	ApplicationID string    `json:"application_id,omitempty" doc:"Where the person goes on."`
	State         State     `json:"state" enum:"pending,expired,accepted,revoked"`
	CreatedAt     time.Time `json:"created_at"`
	SentAt        time.Time `json:"sent_at" doc:"When the newest letter was written."`
	ExpiresAt     time.Time `json:"expires_at"`
	AcceptedAt    time.Time `json:"accepted_at,omitzero"`
	RevokedAt     time.Time `json:"revoked_at,omitzero"`
}

func (s *Service) view(i *Invitation) InvitationView {
	return InvitationView{i.ID, i.UserID, i.ApplicationID, i.State(s.Now()), i.CreatedAt, i.SentAt, i.ExpiresAt, i.AcceptedAt, i.RevokedAt}
}

type listInvitations struct {
	rest.Page
	State  string `query:"state" enum:"pending,expired,accepted,revoked"`
	UserID string `query:"user_id" format:"uuid"`
}

func (s *Service) adminList(ctx context.Context, in *listInvitations) (*rest.List[InvitationView], error) {
	all, err := s.List(ctx, realm.From(ctx).ID, Filter{State: State(in.State), UserID: in.UserID, After: in.After(), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]InvitationView, 0, len(all))
	for _, i := range all {
		views = append(views, s.view(i))
	}
	return rest.ListOf(views, next), nil
}

type createInvitation struct {
	Body struct {
		Email         string         `json:"email" minLength:"3" maxLength:"254"`
		Name          string         `json:"name,omitempty" maxLength:"500"`
		GivenName     string         `json:"given_name,omitempty" maxLength:"100"`
		FamilyName    string         `json:"family_name,omitempty" maxLength:"100"`
		Locale        string         `json:"locale,omitempty" maxLength:"35" doc:"The language of the letter, and of the person."`
		Attributes    map[string]any `json:"attributes,omitempty"`
		ApplicationID string         `json:"application_id,omitempty" format:"uuid" doc:"Where the person goes on, at its home_url; the account, if left out."`
		ExpiresIn     int64          `json:"expires_in,omitempty" minimum:"3600" maximum:"2592000" doc:"Seconds; a week, if left out."`
	}
}

type created struct {
	Location string `header:"Location"`
	Body     InvitationView
}

func (s *Service) adminCreate(ctx context.Context, in *createInvitation) (*created, error) {
	r, b := realm.From(ctx), in.Body
	var attributes map[string]any
	if len(b.Attributes) > 0 {
		var err error
		if attributes, err = s.Attributes.ValidateAttributes(ctx, r.ID, b.Attributes); err != nil {
			return nil, err
		}
	}
	i, _, err := s.Invite(ctx, r, Draft{
		Person:        user.NewUser{Email: b.Email, Name: b.Name, GivenName: b.GivenName, FamilyName: b.FamilyName, Locale: b.Locale, Attributes: attributes},
		ApplicationID: b.ApplicationID, Lifetime: time.Duration(b.ExpiresIn) * time.Second,
	})
	if err != nil {
		return nil, err
	}
	return &created{"/api/v1/realms/" + r.Slug + "/invitations/" + i.ID, s.view(i)}, nil
}

type invitationID struct {
	ID string `path:"invitation" format:"uuid"`
}

type answer struct{ Body InvitationView }

func (s *Service) adminGet(ctx context.Context, in *invitationID) (*answer, error) {
	i, err := s.ByID(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer{s.view(i)}, nil
}

func (s *Service) adminRenew(ctx context.Context, in *invitationID) (*answer, error) {
	i, err := s.Renew(ctx, realm.From(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &answer{s.view(i)}, nil
}

func (s *Service) adminRevoke(ctx context.Context, in *invitationID) (*rest.None, error) {
	return &rest.None{}, s.Revoke(ctx, realm.From(ctx).ID, in.ID)
}
