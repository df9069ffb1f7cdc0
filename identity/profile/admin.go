package profile

import (
	"context"
	"net/http"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// MountAdmin adds the realm's profile schema.
func (s *Service) MountAdmin(a *rest.API) {
	const tag, path = "Profile schema", "/profile-schema"
	rest.Handle(a, rest.Operation{
		ID: "getProfileSchema", Method: http.MethodGet, Path: path, Tag: tag, Summary: "Read what the realm wants to know about people", Permission: "realm.read",
	}, s.adminRead)
	rest.Handle(a, rest.Operation{
		ID: "putProfileSchema", Method: http.MethodPut, Path: path, Tag: tag, Summary: "Say what the realm wants to know about people",
		Description: "Fields beyond the claims of OpenID Connect: their types and rules, who sees and changes them, and with which scope applications get them. What people have told before stays; what the new schema does not allow is shown to no application.",
		Permission:  "realm.write", MaxBody: 2 * schemaMost, Faults: []*fault.Fault{ErrSchemaInvalid, ErrSchemaChanged},
	}, s.adminPut)
}

type schemaAnswer struct {
	ETag string `header:"ETag"`
	Body Schema
}

func schemaAnswerOf(schema *Schema, err error) (*schemaAnswer, error) {
	if err != nil {
		return nil, err
	}
	answer := *schema
	answer.Fields = append([]Field{}, schema.Fields...)
	return &schemaAnswer{rest.ETag(schema.Version), answer}, nil
}

func (s *Service) adminRead(ctx context.Context, _ *struct{}) (*schemaAnswer, error) {
	return schemaAnswerOf(s.Schema(ctx, realm.From(ctx).ID))
}

type putSchema struct {
	rest.Match
	Body struct {
		Fields []Field `json:"fields" maxItems:"60"`
	}
}

func (s *Service) adminPut(ctx context.Context, in *putSchema) (*schemaAnswer, error) {
	realmID := realm.From(ctx).ID
	now, err := s.Schema(ctx, realmID)
	if err != nil {
		return nil, err
	}
	if err := in.Matches(now.Version); err != nil {
		return nil, err
	}
	return schemaAnswerOf(s.SetSchema(ctx, realmID, now.Version, in.Body.Fields))
}
