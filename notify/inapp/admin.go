package inapp

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tag = "Notifications"

// MountAdmin adds the administration of notifications: sending, what was sent, and the
// realm's own words.
func (s *Service) MountAdmin(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listNotifications", Method: http.MethodGet, Path: "/notifications", Tag: tag, Permission: "notifications.read",
		Summary:     "List what was sent",
		Description: "What administrators sent, and what concerned everybody, the newest first. It is remembered for 90 days. What happened in one account is that person's alone.",
	}, s.adminList)
	rest.Handle(a, rest.Operation{
		ID: "sendNotification", Method: http.MethodPost, Path: "/notifications", Tag: tag, Permission: "notifications.write",
		Summary: "Tell a person, or everybody who holds a role",
		Description: "In words of your own, or in those of a template of the realm with its values. One person is told at once; holders of a role one after the other: the status says when all were. " +
			"Those who do not want to be told are not, and are not counted. Send an Idempotency-Key, so that nobody is told twice.",
		Faults: []*fault.Fault{ErrInvalid, ErrLink, ErrAudience, ErrUserUnknown, ErrRoleUnknown, ErrBusy, ErrTemplateNotFound, ErrValues},
		Refs:   []string{"body.user_id:user", "body.role_id:role"},
	}, s.adminSend)
	rest.Handle(a, rest.Operation{
		ID: "getNotification", Method: http.MethodGet, Path: "/notifications/{notification}", Tag: tag, Permission: "notifications.read",
		Summary: "Show what was sent, and how far it has come", Missing: ErrNotFound, Faults: []*fault.Fault{ErrNotFound},
	}, s.adminGet)
	s.mountTemplates(a)
}

// sendingView is a sending as administrators see it.
type sendingView struct {
	ID         string            `json:"id" format:"uuid"`
	Kind       string            `json:"kind" doc:"message, the slug of a template, or what everybody was told."`
	Audience   string            `json:"audience" enum:"user,role,everyone"`
	UserID     string            `json:"user_id,omitempty" format:"uuid"`
	RoleID     string            `json:"role_id,omitempty"`
	Title      string            `json:"title,omitempty"`
	Body       string            `json:"body,omitempty"`
	Icon       string            `json:"icon,omitempty"`
	Link       string            `json:"link,omitempty"`
	Values     map[string]string `json:"values,omitempty"`
	Priority   string            `json:"priority" enum:"normal,high"`
	SenderKind string            `json:"sender_kind"`
	SenderID   string            `json:"sender_id,omitempty"`
	Status     string            `json:"status" enum:"waiting,done,cancelled"`
	Reached    int64             `json:"reached" doc:"How many people were told so far."`
	CreatedAt  time.Time         `json:"created_at"`
	StartsAt   time.Time         `json:"starts_at"`
	ExpiresAt  time.Time         `json:"expires_at" doc:"When it disappears from accounts."`
	FinishedAt *time.Time        `json:"finished_at,omitempty"`
}

func (g Sending) view() sendingView {
	v := sendingView{
		ID: g.ID, Kind: g.Kind, Audience: g.Audience, Title: g.Title, Body: g.Body, Icon: g.Icon, Link: g.Link, Values: g.Values, Priority: string(g.Priority),
		SenderKind: g.SenderKind, SenderID: g.SenderID, Status: string(g.Status), Reached: g.Reached, CreatedAt: g.CreatedAt, StartsAt: g.StartsAt, ExpiresAt: g.ExpiresAt,
	}
	switch g.Audience {
	case ToUser:
		v.UserID = g.AudienceID
	case ToRole:
		v.RoleID = g.AudienceID
	}
	if !g.FinishedAt.IsZero() {
		v.FinishedAt = &g.FinishedAt
	}
	return v
}

type listSendings struct{ rest.Page }

func (s *Service) adminList(ctx context.Context, in *listSendings) (*rest.List[sendingView], error) {
	all, err := s.Sendings(ctx, realm.From(ctx).ID, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]sendingView, 0, len(all))
	for _, g := range all {
		views = append(views, g.view())
	}
	return rest.ListOf(views, next), nil
}

type sendNotification struct {
	Body struct {
		UserID    string            `json:"user_id,omitempty" format:"uuid" doc:"Who is told; or:"`
		RoleID    string            `json:"role_id,omitempty" maxLength:"63" doc:"Everybody who holds it is told: by themselves, by a group, or by a role that contains it."`
		Template  string            `json:"template,omitempty" maxLength:"63" doc:"The slug of a template of the realm; without it title and body are what is said."`
		Title     string            `json:"title,omitempty" maxLength:"120"`
		Body      string            `json:"body,omitempty" maxLength:"4000" doc:"Plain text; at most notification_max_length characters."`
		Values    map[string]string `json:"values,omitempty" doc:"What fills the placeholders of the template."`
		Icon      string            `json:"icon,omitempty" maxLength:"63"`
		Link      string            `json:"link,omitempty" maxLength:"1024" doc:"A path below the realm, or an https address of an origin that an application allows."`
		Priority  string            `json:"priority,omitempty" enum:"normal,high" default:"normal"`
		ExpiresAt time.Time         `json:"expires_at,omitzero" doc:"Without it, by the realm's notification_ttl."`
	}
}

type sendingSent struct {
	Location string `header:"Location"`
	Body     sendingView
}

func (s *Service) adminSend(ctx context.Context, in *sendNotification) (*sendingSent, error) {
	b, r := in.Body, realm.From(ctx)
	g := Sending{
		Kind: b.Template, Priority: Priority(b.Priority), Icon: b.Icon, Link: b.Link, Title: b.Title, Body: b.Body, Values: b.Values, ExpiresAt: b.ExpiresAt,
	}
	switch {
	case b.UserID != "" && b.RoleID == "":
		g.Audience, g.AudienceID = ToUser, b.UserID
	case b.RoleID != "" && b.UserID == "":
		g.Audience, g.AudienceID = ToRole, b.RoleID
	}
	sent, err := s.Send(ctx, r, g)
	if err != nil {
		return nil, err
	}
	return &sendingSent{"/api/v1/realms/" + r.Slug + "/notifications/" + sent.ID, sent.view()}, nil
}

type sendingID struct {
	ID string `path:"notification" format:"uuid"`
}

type oneSending struct{ Body sendingView }

func (s *Service) adminGet(ctx context.Context, in *sendingID) (*oneSending, error) {
	g, err := s.Sending(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &oneSending{g.view()}, nil
}
