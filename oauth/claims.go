package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"authserver/identity/user"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Profiles knows the realm's own claims about people. identity/profile fulfils it.
type Profiles interface {
	// Claims are those that the scopes open for the application. None has the name
	// of a standard claim or of one that tokens hold.
	Claims(ctx context.Context, in *realm.Realm, app *application.Application, u *user.User, scopes []string) (map[string]any, error)
}

const (
	scopeOpenID        = "openid"
	scopeProfile       = "profile"
	scopeEmail         = "email"
	scopePhone         = "phone"
	scopeAddress       = "address"
	scopeOfflineAccess = "offline_access"
)

// claimsRequest is what the "claims" parameter asks for by name (OpenID Connect
// Core §5.5). "essential" and values are not kept: a claim the person has is
// returned, one they lack is left out, which §5.5.1 allows for both kinds; sub and
// acr values are checked when the request is made (parameters.go).
type claimsRequest struct {
	UserInfo []string `json:"u,omitempty"`
	IDToken  []string `json:"i,omitempty"`
}

// maxClaims bounds how many claims a request may name.
const maxClaims = 64

// requestedClaim is one member of the claims parameter; null asks for the claim
// in the default manner.
type requestedClaim struct {
	Essential bool              `json:"essential"`
	Value     json.RawMessage   `json:"value"`
	Values    []json.RawMessage `json:"values"`
}

// claimsOf names the claims that each standard scope opens (OpenID Connect Core §5.4).
func claimsOf(scope string) []string {
	switch scope {
	case scopeProfile:
		return []string{"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username",
			"picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"}
	case scopeEmail:
		return []string{"email", "email_verified"}
	case scopePhone:
		return []string{"phone_number", "phone_number_verified"}
	case scopeAddress:
		return []string{"address"}
	}
	return nil
}

// supportedClaims lists what discovery advertises.
func supportedClaims() []string {
	list := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash"}
	for _, scope := range []string{scopeProfile, scopeEmail, scopePhone, scopeAddress} {
		list = append(list, claimsOf(scope)...)
	}
	return list
}

// scopedClaims returns the person's claims that scopes open and those asked for by
// name, without empty ones.
func scopedClaims(u *user.User, scopes, named []string) map[string]any {
	names := slices.Clone(named)
	for _, scope := range scopes {
		names = append(names, claimsOf(scope)...)
	}
	return requestedClaims(u, names)
}

func requestedClaims(u *user.User, names []string) map[string]any {
	out := make(map[string]any, len(names)+1)
	for _, name := range names {
		if v := claimOf(u, name); v != nil {
			out[name] = v
		}
	}
	return out
}

// claimOf is the value of one standard claim (OpenID Connect Core §5.1), nil when
// the person has none or the name is unknown.
func claimOf(u *user.User, name string) any {
	switch name {
	case "name":
		return text(u.Name)
	case "given_name":
		return text(u.GivenName)
	case "family_name":
		return text(u.FamilyName)
	case "middle_name":
		return text(u.MiddleName)
	case "nickname":
		return text(u.Nickname)
	case "preferred_username":
		return text(u.Username)
	case "picture":
		return text(u.AvatarURL())
	case "website":
		return text(u.Website)
	case "gender":
		return text(u.Gender)
	case "birthdate":
		return text(u.Birthdate)
	case "zoneinfo":
		return text(u.Zoneinfo)
	case "locale":
		return text(u.Locale)
	case "updated_at":
		return u.UpdatedAt.Unix()
	case "email":
		return text(u.Email)
	case "email_verified":
		return present(u.Email, u.EmailVerified)
	case "phone_number":
		return text(u.Phone)
	case "phone_number_verified":
		return present(u.Phone, u.PhoneVerified)
	case "address":
		if u.Address == nil {
			return nil
		}
		return u.Address
	}
	return nil
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func present(s string, verified bool) any {
	if s == "" {
		return nil
	}
	return verified
}

// ownClaims adds to claims what the realm itself wants to know about its people, as
// far as the scopes open it for the application; with names, only what they name.
func (s *Service) ownClaims(ctx context.Context, app *application.Application, u *user.User, scopes []string, claims map[string]any, named func(string) bool) error {
	if s.profiles == nil {
		return nil
	}
	own, err := s.profiles.Claims(ctx, realm.From(ctx), app, u, scopes)
	if err != nil {
		return fmt.Errorf("claims of user %s: %w", u.ID, err)
	}
	for name, value := range own {
		if _, taken := claims[name]; !taken && named(name) {
			claims[name] = value
		}
	}
	return nil
}

// everything names every claim.
func everything(string) bool { return true }
