package federation

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// github is where GitHub, or a GitHub Enterprise Server, answers. It is OAuth 2 without
// an ID token: who somebody is, is asked with their access token, which only the code
// of this very person in this very browser was worth.
func github(p *Provider) *upstream {
	origin := strings.TrimSuffix(p.Issuer, "/")
	api := origin + "/api/v3"
	if origin == githubOrigin {
		api = "https://api.github.com"
	}
	return &upstream{
		authorize: origin + "/login/oauth/authorize", token: origin + "/login/oauth/access_token",
		userinfo: api + "/user", emails: api + "/user/emails",
	}
}

// fromGitHub asks who the access token belongs to.
func (s *Service) fromGitHub(ctx context.Context, p *Provider, up *upstream, accessToken string) (person, error) {
	header := http.Header{
		"Authorization": {"Bearer " + accessToken}, "Accept": {"application/vnd.github+json"}, "X-GitHub-Api-Version": {"2022-11-28"},
	}
	raw, err := s.read(ctx, up.userinfo, header)
	if err != nil {
		return person{}, away("user", err)
	}
	told, ok := parseClaims(raw)
	var number int64 // never the login, which its owner may give away
	if !ok || json.Unmarshal(told["id"], &number) != nil || number <= 0 {
		return person{}, invalid("user")
	}
	raw, err = s.read(ctx, up.emails, header)
	if err != nil {
		return person{}, away("emails", err)
	}
	var emails []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if json.Unmarshal(raw, &emails) != nil {
		return person{}, invalid("emails")
	}
	delete(told, p.Claims.of("email")) // the public one of the profile proves nothing
	who := p.readPerson(p.Issuer, strconv.FormatInt(number, 10), told, nil)
	who.email, who.verified = "", false
	for _, e := range emails {
		if e.Primary {
			who.email, who.verified = e.Email, e.Verified
		}
	}
	if login, ok := told.text("login"); ok && who.name == "" {
		who.name = login
		who.clean()
	}
	return who, nil
}
