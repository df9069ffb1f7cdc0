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
	rotate := one("rotateApplicationSecret", http.MethodPost, "/secrets", "Make a new client secret", ErrNoSecret, ErrTwoSecrets, errOverlap, ErrSecretWeak)
	rotate.Secret, rotate.Status = true, http.StatusCreated
	rotate.Description = "The one before lives on for overlap seconds. The new one is in the answer, for the only time, unless the caller has brought it."
	rest.Handle(a, rotate, s.adminRotateSecret)
	check := one("checkApplicationSecret", http.MethodPost, "/secrets/check", "Ask whether a client secret is valid")
	check.Description = "For who keeps secrets elsewhere, and wants to know whether the application has the one that is there."
	rest.Handle(a, check, s.adminCheckSecret)
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
		Overlap      int64  `json:"overlap,omitempty" minimum:"0" maximum:"7776000" doc:"Seconds that the one before lives on."`
		ClientSecret string `json:"client_secret,omitempty" maxLength:"255" doc:"One of your own: random, of 32 characters at least. Made by the server if left out."`
	}
}

type newSecretAnswer struct {
	Body struct {
		ClientSecret string `json:"client_secret,omitempty" doc:"Shown once; absent if the caller has brought it."`
	}
}

func (s *Service) adminRotateSecret(ctx context.Context, in *rotateSecret) (*newSecretAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	overlap := time.Duration(in.Body.Overlap) * time.Second
	answer := &newSecretAnswer{}
	if in.Body.ClientSecret != "" {
		return answer, s.TakeSecret(ctx, realm.From(ctx).ID, in.ID, in.Body.ClientSecret, overlap)
	}
	plain, err := s.AddSecret(ctx, realm.From(ctx).ID, in.ID, overlap)
	if err != nil {
		return nil, err
	}
	answer.Body.ClientSecret = plain
	return answer, nil
}

type checkSecret struct {
	ID   string `path:"application" format:"uuid"`
	Body struct {
		ClientSecret string `json:"client_secret" minLength:"1" maxLength:"255"`
	}
}

type checkAnswer struct {
	Body struct {
		Valid bool `json:"valid"`
	}
}

func (s *Service) adminCheckSecret(ctx context.Context, in *checkSecret) (*checkAnswer, error) {
	a, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	answer := &checkAnswer{}
	answer.Body.Valid = a.CheckSecret(in.Body.ClientSecret, s.now())
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
