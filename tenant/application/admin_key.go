package application

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// Faults of keys made by REST.
var (
	errKeyScope   = fault.New(fault.Denied, "grant_not_held", "Nobody can grant what they do not hold.").At("scopes")
	errKeyNetwork = fault.New(fault.Invalid, "network_invalid", "A network is written like 192.0.2.0/24.").At("networks")
)

const tagKeys = "API keys"

// KeyView is an API key as administrators see it.
type KeyView struct {
	ID            string    `json:"id" format:"uuid"`
	Name          string    `json:"name"`
	Prefix        string    `json:"prefix" doc:"The beginning of the key, to tell keys apart."`
	ApplicationID string    `json:"application_id,omitempty"`
	Scopes        []string  `json:"scopes" doc:"Permissions that it holds; * is all."`
	Networks      []string  `json:"networks"`
	CreatedAt     time.Time `json:"created_at"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	LastUsedAt    time.Time `json:"last_used_at,omitzero"`
	RevokedAt     time.Time `json:"revoked_at,omitzero"`
}

func keyViewOf(k *APIKey) KeyView {
	v := KeyView{
		ID: k.ID, Name: k.Name, Prefix: k.Prefix, ApplicationID: k.ApplicationID, Scopes: some(k.Scopes), Networks: []string{},
		CreatedAt: k.CreatedAt, ExpiresAt: k.ExpiresAt, LastUsedAt: k.LastUsedAt, RevokedAt: k.RevokedAt,
	}
	for _, n := range k.Networks {
		v.Networks = append(v.Networks, n.String())
	}
	return v
}

type newKeyView struct {
	KeyView
	Key string `json:"key" doc:"The key itself. Shown once."`
}

type keyAnswer struct{ Body KeyView }

type keyCreated struct {
	Location string `header:"Location"`
	Body     newKeyView
}

func (s *Service) mountKeys(a *rest.API) {
	rules := []*fault.Fault{errKeyScope, errKeyNetwork, errKeyDraft, ErrScopeInvalid, realm.ErrNameInvalid}
	one := func(id, method, path, summary, permission string, faults ...*fault.Fault) rest.Operation {
		o := rest.Operation{ID: id, Method: method, Path: "/api-keys" + path, Tag: tagKeys, Summary: summary, Permission: permission, Narrow: true, Faults: faults}
		if path != "" {
			o.Missing = ErrKeyNotFound
		}
		return o
	}
	rest.Handle(a, one("listAPIKeys", http.MethodGet, "", "List API keys", "api_keys.read"), s.adminKeys)
	create := one("createAPIKey", http.MethodPost, "", "Make an API key", "api_keys.write", append(rules, ErrNotFound)...)
	create.Secret, create.Refs = true, []string{"body.application_id:application"}
	create.Description = "Its scopes are permissions that the caller holds. The key is in the answer, for the only time."
	rest.Handle(a, create, s.adminCreateKey)
	rest.Handle(a, one("getAPIKey", http.MethodGet, "/{key}", "Read an API key", "api_keys.read"), s.adminKey)
	rest.Handle(a, one("updateAPIKey", http.MethodPatch, "/{key}", "Change an API key", "api_keys.write", rules...), s.adminUpdateKey)
	rest.Handle(a, one("revokeAPIKey", http.MethodDelete, "/{key}", "Revoke an API key", "api_keys.write", rules...), s.adminRevokeKey)
	rotate := one("rotateAPIKey", http.MethodPost, "/{key}/rotation", "Replace an API key", "api_keys.write", append(rules, ErrKeyOverlap)...)
	rotate.Secret = true
	rotate.Description = "Makes a successor with the same scopes; the key lives on for overlap seconds."
	rest.Handle(a, rotate, s.adminRotateKey)
}

type listKeys struct {
	rest.Page
	ApplicationID string `query:"application_id" maxLength:"36"`
}

func (s *Service) adminKeys(ctx context.Context, in *listKeys) (*rest.List[KeyView], error) {
	reach := rest.ReachOf(ctx)
	only := reach.Applications
	if in.ApplicationID != "" {
		if !reach.Covers(in.ApplicationID) {
			return rest.ListOf[KeyView](nil, ""), nil
		}
		only = []string{in.ApplicationID}
	}
	all, err := s.keysOf(ctx, realm.From(ctx).ID, only, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	return pageOf(all, in.Limit), nil
}

func pageOf(all []*APIKey, limit int) *rest.List[KeyView] {
	next := ""
	if len(all) > limit {
		all = all[:limit]
		next = all[limit-1].ID
	}
	views := make([]KeyView, 0, len(all))
	for _, k := range all {
		views = append(views, keyViewOf(k))
	}
	return rest.ListOf(views, next)
}

type createKey struct {
	Body struct {
		Name          string    `json:"name" minLength:"1" maxLength:"100"`
		Scopes        []string  `json:"scopes,omitempty" maxItems:"100" doc:"Without any, it can only introspect tokens."`
		ApplicationID string    `json:"application_id,omitempty" maxLength:"36" doc:"Binds it to one application."`
		Networks      []string  `json:"networks,omitempty" maxItems:"50"`
		ExpiresAt     time.Time `json:"expires_at,omitzero"`
	}
}

func networksOf(list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range list {
		n, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, errKeyNetwork
		}
		all = append(all, n.Masked())
	}
	return all, nil
}

// bounded keeps a time within what rows can hold.
func bounded(t time.Time) time.Time {
	if t.Year() > 9999 {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t.UTC()
}

// holdsAll refuses scopes that the caller does not hold for the application, or "" for
// the realm.
func holdsAll(ctx context.Context, scopes []string, applicationID string) error {
	for _, scope := range scopes {
		if scope == scopeIntrospect {
			continue
		}
		held, err := holdsScope(ctx, scope, applicationID)
		if err != nil {
			return err
		}
		if !held {
			return errKeyScope
		}
	}
	return nil
}

// scopeIntrospect lets a key introspect tokens and gives nothing else.
const scopeIntrospect = "introspect"

func holdsScope(ctx context.Context, scope, applicationID string) (bool, error) {
	if scope != rest.All {
		return rest.Holds(ctx, scope, applicationID)
	}
	p := rest.From(ctx)
	if p.Kind == rest.System {
		return true, nil
	}
	if p.Kind == rest.APIKey {
		return slices.Contains(p.Scopes, rest.All) && (p.ApplicationID == "" || p.ApplicationID == applicationID), nil
	}
	// Who may change roles and the realm could give themselves the rest.
	for _, code := range []string{"realm.write", "roles.write", "assignments.write", "users.erase", "keys.write"} {
		if held, err := rest.Holds(ctx, code, ""); err != nil || !held {
			return false, err
		}
	}
	return true, nil
}

func (s *Service) adminCreateKey(ctx context.Context, in *createKey) (*keyCreated, error) {
	b := in.Body
	if !rest.ReachOf(ctx).Covers(b.ApplicationID) {
		return nil, ErrNotFound.At("application_id")
	}
	networks, err := networksOf(b.Networks)
	if err != nil {
		return nil, err
	}
	if err := holdsAll(ctx, b.Scopes, b.ApplicationID); err != nil {
		return nil, err
	}
	r := realm.From(ctx)
	k, plain, err := s.CreateKey(ctx, r.ID, KeyDraft{ApplicationID: b.ApplicationID, Name: b.Name, Scopes: b.Scopes, Networks: networks, ExpiresAt: bounded(b.ExpiresAt)})
	if err != nil {
		return nil, err
	}
	return &keyCreated{"/api/v1/realms/" + r.Slug + "/api-keys/" + k.ID, newKeyView{keyViewOf(k), plain}}, nil
}

type keyIDIn struct {
	ID string `path:"key" format:"uuid"`
}

// seenKey is the key if the caller reaches it; to change it they must hold its scopes.
func (s *Service) seenKey(ctx context.Context, keyID string, change bool) (*APIKey, error) {
	k, err := s.Key(ctx, realm.From(ctx).ID, keyID)
	if err != nil {
		return nil, err
	}
	if !rest.ReachOf(ctx).Covers(k.ApplicationID) {
		return nil, ErrKeyNotFound
	}
	if change {
		return k, holdsAll(ctx, k.Scopes, k.ApplicationID)
	}
	return k, nil
}

func (s *Service) adminKey(ctx context.Context, in *keyIDIn) (*keyAnswer, error) {
	k, err := s.seenKey(ctx, in.ID, false)
	if err != nil {
		return nil, err
	}
	return &keyAnswer{keyViewOf(k)}, nil
}

type updateKeyIn struct {
	ID   string `path:"key" format:"uuid"`
	Body struct {
		Name      rest.Opt[string]    `json:"name,omitzero" minLength:"1" maxLength:"100"`
		Scopes    rest.Opt[[]string]  `json:"scopes,omitzero" maxItems:"100"`
		Networks  rest.Opt[[]string]  `json:"networks,omitzero" maxItems:"50"`
		ExpiresAt rest.Opt[time.Time] `json:"expires_at,omitzero"`
	}
}

func (s *Service) adminUpdateKey(ctx context.Context, in *updateKeyIn) (*keyAnswer, error) {
	k, err := s.seenKey(ctx, in.ID, true)
	if err != nil {
		return nil, err
	}
	networks, err := networksOf(in.Body.Networks.Value)
	if err != nil {
		return nil, err
	}
	if err := holdsAll(ctx, in.Body.Scopes.Value, k.ApplicationID); err != nil {
		return nil, err
	}
	k, err = s.UpdateKey(ctx, realm.From(ctx).ID, in.ID, func(k *APIKey) error {
		in.Body.Name.To(&k.Name)
		in.Body.Scopes.To(&k.Scopes)
		if in.Body.Networks.Given {
			k.Networks = networks
		}
		if in.Body.ExpiresAt.Given {
			k.ExpiresAt = bounded(in.Body.ExpiresAt.Value)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &keyAnswer{keyViewOf(k)}, nil
}

func (s *Service) adminRevokeKey(ctx context.Context, in *keyIDIn) (*rest.None, error) {
	if _, err := s.seenKey(ctx, in.ID, true); err != nil {
		return nil, err
	}
	return &rest.None{}, s.RevokeKey(ctx, realm.From(ctx).ID, in.ID)
}

type rotateKeyIn struct {
	ID   string `path:"key" format:"uuid"`
	Body struct {
		Overlap int64 `json:"overlap,omitempty" minimum:"0" maximum:"604800" doc:"Seconds that the old key lives on."`
	}
}

func (s *Service) adminRotateKey(ctx context.Context, in *rotateKeyIn) (*keyCreated, error) {
	if _, err := s.seenKey(ctx, in.ID, true); err != nil {
		return nil, err
	}
	r := realm.From(ctx)
	k, plain, err := s.RotateKey(ctx, r.ID, in.ID, time.Duration(in.Body.Overlap)*time.Second)
	if err != nil {
		return nil, err
	}
	return &keyCreated{"/api/v1/realms/" + r.Slug + "/api-keys/" + k.ID, newKeyView{keyViewOf(k), plain}}, nil
}
