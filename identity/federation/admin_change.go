package federation

import (
	"context"

	"authserver/internal/rest"
	"authserver/tenant/realm"
)

type createProvider struct {
	Body struct {
		Slug         string            `json:"slug" minLength:"1" maxLength:"63" doc:"Its name in addresses and in applications." example:"partner"`
		Kind         Kind              `json:"kind" enum:"oidc,google,microsoft,apple,github"`
		Name         string            `json:"name,omitempty" maxLength:"100" doc:"What stands on its button; the kind's own, if left out."`
		Issuer       string            `json:"issuer,omitempty" maxLength:"1000" doc:"Of an OpenID provider, letter for letter; where a GitHub Enterprise Server stands." example:"https://id.partner.example"`
		Tenant       string            `json:"tenant,omitempty" maxLength:"100" doc:"Microsoft: the directory's id, common, organizations or consumers."`
		ClientID     string            `json:"client_id" minLength:"1" maxLength:"500"`
		ClientSecret string            `json:"client_secret,omitempty" maxLength:"8192" doc:"Apple's is the private key in PEM. Never shown."`
		AppleKey     *AppleKeyView     `json:"apple_key,omitempty"`
		Scopes       []string          `json:"scopes,omitempty" maxItems:"30" doc:"The kind's own, if left out."`
		Claims       map[string]string `json:"claims,omitempty"`
		TrustEmail   *bool             `json:"trust_email,omitempty" doc:"The kind's own, if left out. True needs users.credentials as well."`
		Registration *bool             `json:"registration,omitempty" doc:"True, if left out."`
		SyncProfile  bool              `json:"sync_profile,omitempty"`
		Enabled      *bool             `json:"enabled,omitempty" doc:"True, if left out."`
		Position     int               `json:"position,omitempty" minimum:"0" maximum:"10000"`
	}
}

type providerCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     ProviderView
}

func (s *Service) adminCreate(ctx context.Context, in *createProvider) (*providerCreated, error) {
	r, b := realm.From(ctx), in.Body
	d := Draft{
		Slug: b.Slug, Kind: b.Kind, Name: b.Name, Issuer: b.Issuer, Tenant: b.Tenant, ClientID: b.ClientID, ClientSecret: b.ClientSecret,
		Scopes: b.Scopes, Claims: b.Claims, TrustEmail: b.TrustEmail, NoRegistration: b.Registration != nil && !*b.Registration,
		SyncProfile: b.SyncProfile, Disabled: b.Enabled != nil && !*b.Enabled, Position: b.Position,
	}
	if b.AppleKey != nil {
		d.AppleKey = AppleKey{b.AppleKey.TeamID, b.AppleKey.KeyID}
	}
	planned, err := d.provider()
	if err != nil {
		return nil, err
	}
	if err := mayTrust(ctx, planned); err != nil {
		return nil, err
	}
	p, err := s.Create(ctx, r.ID, d)
	if err != nil {
		return nil, err
	}
	return &providerCreated{rest.ETag(p.Version), "/api/v1/realms/" + r.Slug + "/providers/" + p.ID, s.viewOf(r, p)}, nil
}

type updateProvider struct {
	ID string `path:"provider" format:"uuid"`
	rest.Match
	Body struct {
		Name         rest.Opt[string]            `json:"name,omitzero" minLength:"1" maxLength:"100"`
		Issuer       rest.Opt[string]            `json:"issuer,omitzero" maxLength:"1000"`
		ClientID     rest.Opt[string]            `json:"client_id,omitzero" minLength:"1" maxLength:"500"`
		ClientSecret rest.Opt[string]            `json:"client_secret,omitzero" minLength:"1" maxLength:"8192" doc:"Replaces the one that is kept."`
		AppleKey     rest.Opt[AppleKeyView]      `json:"apple_key,omitzero"`
		Scopes       rest.Opt[[]string]          `json:"scopes,omitzero" maxItems:"30"`
		Claims       rest.Opt[map[string]string] `json:"claims,omitzero"`
		TrustEmail   rest.Opt[bool]              `json:"trust_email,omitzero" doc:"Whoever changes a provider that is believed needs users.credentials as well."`
		Registration rest.Opt[bool]              `json:"registration,omitzero"`
		SyncProfile  rest.Opt[bool]              `json:"sync_profile,omitzero"`
		Position     rest.Opt[int]               `json:"position,omitzero" minimum:"0" maximum:"10000"`
	}
}

func (in *updateProvider) apply(p *Provider) {
	b := &in.Body
	b.Name.To(&p.Name)
	b.Issuer.To(&p.Issuer)
	b.ClientID.To(&p.ClientID)
	if b.AppleKey.Given {
		p.AppleKey = AppleKey{b.AppleKey.Value.TeamID, b.AppleKey.Value.KeyID}
	}
	b.Scopes.To(&p.Scopes)
	if b.Claims.Given {
		p.Claims = b.Claims.Value
	}
	b.TrustEmail.To(&p.TrustEmail)
	b.Registration.To(&p.Registration)
	b.SyncProfile.To(&p.SyncProfile)
	b.Position.To(&p.Position)
}

func (s *Service) adminUpdate(ctx context.Context, in *updateProvider) (*providerAnswer, error) {
	r := realm.From(ctx)
	p, err := s.Update(ctx, r.ID, in.ID, in.Body.ClientSecret.Value, func(p *Provider) error {
		if err := in.Matches(p.Version); err != nil {
			return err
		}
		in.apply(p)
		return mayTrust(ctx, p)
	})
	return s.answerOf(r, p, err)
}
