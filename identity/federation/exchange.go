package federation

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
)

// exchangeTime is how long a person who comes back may have to wait for their provider.
const exchangeTime = 8 * time.Second

// exchange gives the code to the provider and returns who came back. It asks others and
// must not be called inside a transaction.
func (s *Service) exchange(ctx context.Context, slug string, p *Provider, code string, q question) (person, error) {
	bounded, cancel := context.WithTimeout(ctx, exchangeTime)
	defer cancel()
	who, err := s.ask(bounded, slug, p, code, q)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return person{}, away("time", err)
	}
	return who, err
}

func (s *Service) ask(ctx context.Context, slug string, p *Provider, code string, q question) (person, error) {
	up, err := s.upstream(ctx, p)
	if err != nil {
		return person{}, err
	}
	party, err := s.party(p, up, s.CallbackURL(slug, p))
	if err != nil {
		return person{}, err
	}
	tokens, err := rp.CodeExchange[*oidc.IDTokenClaims](ctx, code, party, rp.WithCodeVerifier(q.verifier))
	if err != nil {
		return person{}, exchangeFailure(ctx, err)
	}
	if !strings.EqualFold(tokens.Type(), "Bearer") {
		return person{}, invalid("token_type")
	}
	if p.Kind == GitHub {
		return s.fromGitHub(ctx, p, up, tokens.AccessToken)
	}
	raw, _ := tokens.Extra("id_token").(string)
	signed, err := s.verify(ctx, p, up, raw, tokens.AccessToken, q)
	if err != nil {
		return person{}, err
	}
	issuer, _ := signed.text("iss")
	subject, _ := signed.text("sub")
	told, err := s.userinfo(ctx, p, up, signed, tokens.AccessToken)
	if err != nil {
		return person{}, err
	}
	return p.readPerson(issuer, subject, signed, told), nil
}

// exchangeFailure tells an answer that refuses from none at all. The library's error
// quotes the answer, so it goes nowhere.
func exchangeFailure(ctx context.Context, err error) error {
	var answered *oauth2.RetrieveError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &answered) && answered.Response != nil && answered.Response.StatusCode >= http.StatusInternalServerError:
		return away("token_endpoint", err)
	case errors.As(err, &answered):
		return &failure{reason: ReasonUpstream, detail: "token_endpoint", cause: err}
	case strings.Contains(err.Error(), "oauth2: "):
		return invalid("token_endpoint")
	}
	return away("token_endpoint", err)
}

// userinfo asks for what the ID token left out; nothing when it says everything.
func (s *Service) userinfo(ctx context.Context, p *Provider, up *upstream, signed claims, accessToken string) (claims, error) {
	if up.userinfo == "" || p.complete(signed) {
		return nil, nil
	}
	raw, err := s.read(ctx, up.userinfo, http.Header{"Authorization": {"Bearer " + accessToken}})
	if err != nil {
		return nil, away("userinfo", err)
	}
	told, ok := parseClaims(raw)
	if !ok {
		return nil, invalid("userinfo")
	}
	// Security rule FED-06 (OpenID Connect Core §5.3.2): an access token could have
	// been swapped for somebody else's.
	want, _ := signed.text("sub")
	if got, ok := told.text("sub"); !ok || got != want {
		return nil, invalid("userinfo_sub")
	}
	return told, nil
}

// complete reports whether the ID token says all that is read of it.
func (p *Provider) complete(signed claims) bool {
	return signed.said(p.Claims.of("email")) && signed.said(p.Claims.of("email_verified")) && signed.said(p.Claims.of("name"))
}
