package application

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

func (s *Service) mountSecrets(a *rest.API) {
	base := rest.Operation{Tag: tagApplications, Permission: "applications.secrets", Narrow: true, Missing: ErrNotFound, Subject: "application"}
	one := func(id, method, path, summary string, faults ...*fault.Fault) rest.Operation {
		o := base
		o.ID, o.Method, o.Path, o.Summary, o.Faults = id, method, "/applications/{application}"+path, summary, faults
		return o
	}
	rest.Handle(a, one("listApplicationSecrets", http.MethodGet, "/secrets", "List client secrets"), s.adminSecrets)
	rotate := one("rotateApplicationSecret", http.MethodPost, "/secrets", "Make a new client secret", ErrNoSecret, ErrTwoSecrets, errOverlap)
	rotate.Secret, rotate.Status = true, http.StatusCreated
	rotate.Description = "The one before lives on for overlap seconds. The new one is in the answer, for the only time."
	rest.Handle(a, rotate, s.adminRotateSecret)
	rest.Handle(a, one("revokeApplicationSecret", http.MethodDelete, "/secrets/{secret}", "Revoke a client secret", ErrSecretNotFound), s.adminRevokeSecret)
	rest.Handle(a, one("readApplicationKeys", http.MethodGet, "/jwks", "Read the application's public keys"), s.adminJWKS)
	rest.Handle(a, one("replaceApplicationKeys", http.MethodPut, "/jwks", "Replace the application's public keys", ErrKeysInvalid, ErrInvalid), s.adminSetJWKS)
}

type secretView struct {
	ID        string    `json:"id" format:"uuid"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

type secretList struct {
	Body struct {
		Items []secretView `json:"items"`
	}
}

func (s *Service) adminSecrets(ctx context.Context, in *applicationID) (*secretList, error) {
	a, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	answer := &secretList{}
	answer.Body.Items = []secretView{}
	for _, kept := range a.Secrets {
		answer.Body.Items = append(answer.Body.Items, secretView{kept.ID, kept.CreatedAt, kept.ExpiresAt})
	}
	return answer, nil
}

type rotateSecret struct {
	ID   string `path:"application" format:"uuid"`
	Body struct {
		Overlap int64 `json:"overlap,omitempty" minimum:"0" maximum:"7776000" doc:"Seconds that the one before lives on."`
	}
}

type newSecretAnswer struct {
	Body struct {
		ClientSecret string `json:"client_secret" doc:"Shown once."`
	}
}

func (s *Service) adminRotateSecret(ctx context.Context, in *rotateSecret) (*newSecretAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	plain, err := s.AddSecret(ctx, realm.From(ctx).ID, in.ID, time.Duration(in.Body.Overlap)*time.Second)
	if err != nil {
		return nil, err
	}
	answer := &newSecretAnswer{}
	answer.Body.ClientSecret = plain
	return answer, nil
}

type secretID struct {
	ID     string `path:"application" format:"uuid"`
	Secret string `path:"secret" format:"uuid"`
}

func (s *Service) adminRevokeSecret(ctx context.Context, in *secretID) (*rest.None, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.RevokeSecret(ctx, realm.From(ctx).ID, in.ID, in.Secret)
}

type jwksAnswer struct {
	ETag string `header:"ETag"`
	Body struct {
		Keys []any `json:"keys" doc:"JSON Web Keys (RFC 7517)."`
	}
}

func jwksOf(a *Application) (*jwksAnswer, error) {
	answer := &jwksAnswer{ETag: rest.ETag(a.Version)}
	answer.Body.Keys = []any{}
	for _, k := range a.Keys {
		var key any
		if err := json.Unmarshal(k.JWK, &key); err != nil {
			return nil, fmt.Errorf("key %s of application %s: %w", k.KeyID, a.ID, err)
		}
		answer.Body.Keys = append(answer.Body.Keys, key)
	}
	return answer, nil
}

func (s *Service) adminJWKS(ctx context.Context, in *applicationID) (*jwksAnswer, error) {
	a, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return jwksOf(a)
}

type setJWKS struct {
	ID   string `path:"application" format:"uuid"`
	Body struct {
		Keys []any `json:"keys" maxItems:"20" doc:"Public JSON Web Keys (RFC 7517)."`
	}
}

func (s *Service) adminSetJWKS(ctx context.Context, in *setJWKS) (*jwksAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	raw, err := encoded(in.Body)
	if err != nil {
		return nil, err
	}
	a, err := s.SetKeys(ctx, realm.From(ctx).ID, in.ID, raw)
	if err != nil {
		return nil, err
	}
	return jwksOf(a)
}

func encoded(v any) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	return raw, nil
}
