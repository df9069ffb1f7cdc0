package federation

import (
	"regexp"
	"strings"
)

// preset is what is known of a kind of provider.
type preset struct {
	name   string
	origin string // the issuer, unless the draft names one
	scopes []string
	claims Claims
	// trust is whether the kind is trusted for addresses that it calls verified.
	trust bool
	// issuer judges one; nil error means that it can be the kind's.
	issuer func(string) error
}

func presetOf(k Kind) (preset, bool) {
	exactly := func(want, hint string) func(string) error {
		return func(issuer string) error {
			if issuer != want {
				return ErrInvalid.At("issuer").Say(hint)
			}
			return nil
		}
	}
	anything := func(string) error { return nil }
	switch k {
	case OIDC:
		return preset{scopes: []string{"openid", "profile", "email"}, issuer: anything}, true
	case Google:
		const google = "https://accounts.google.com"
		return preset{
			name: "Google", origin: google, scopes: []string{"openid", "profile", "email"}, trust: true,
			issuer: exactly(google, "Google has one issuer; leave it empty."),
		}, true
	case Microsoft:
		// Addresses are the directory administrator's to write there, and have
		// opened accounts of others (nOAuth, 2023): not trusted.
		return preset{
			name: "Microsoft", origin: microsoft("common"), scopes: []string{"openid", "profile", "email"}, issuer: checkMicrosoft,
		}, true
	case Apple:
		return preset{
			name: "Apple", origin: appleIssuer, scopes: []string{"openid", "name", "email"}, trust: true,
			issuer: exactly(appleIssuer, "Apple has one issuer; leave it empty."),
		}, true
	case GitHub:
		// Another origin is a GitHub Enterprise Server.
		return preset{
			name: "GitHub", origin: githubOrigin, scopes: []string{"read:user", "user:email"}, trust: true,
			claims: Claims{"picture": "avatar_url"}, issuer: anything,
		}, true
	}
	return preset{}, false
}

const (
	appleIssuer  = "https://appleid.apple.com"
	githubOrigin = "https://github.com"
	// tenantMark stands in the issuer of Microsoft's discovery documents that serve
	// several directories.
	tenantMark = "{tenantid}"
	// personal is the directory of everybody without one.
	personal = "9188040d-6c67-4b3b-b112-36a304b66dad"
)

// microsoft is the issuer of a directory. The word for personal accounts stands for
// their directory.
func microsoft(tenant string) string {
	if tenant == "consumers" {
		tenant = personal
	}
	return "https://login.microsoftonline.com/" + tenant + "/v2.0"
}

func guid(s string) bool {
	return regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`).MatchString(s)
}

func tenantOf(issuer string) string {
	tenant := strings.TrimPrefix(issuer, "https://login.microsoftonline.com/")
	return strings.TrimSuffix(tenant, "/v2.0")
}

func checkMicrosoft(issuer string) error {
	tenant := tenantOf(issuer)
	if microsoft(tenant) != issuer || !guid(tenant) && !manyTenants(issuer) {
		return ErrInvalid.At("issuer").Say("Give the directory's (tenant's) id, or common, organizations or consumers.")
	}
	return nil
}

// manyTenants reports whether the issuer stands for several directories, whose tokens
// name their own.
func manyTenants(issuer string) bool {
	return issuer == microsoft("common") || issuer == microsoft("organizations")
}

// discovered is the issuer that the discovery document must name.
func (p *Provider) discovered() string {
	if p.Kind == Microsoft && manyTenants(p.Issuer) {
		return microsoft(tenantMark)
	}
	return p.Issuer
}

// issues reports whether an ID token of that issuer (and directory) is the provider's.
func (p *Provider) issues(issuer, tenant string) bool {
	if p.Kind == Microsoft && manyTenants(p.Issuer) {
		return guid(tenant) && issuer == microsoft(tenant)
	}
	return issuer == p.Issuer
}

// answers reports whether the iss parameter of a callback is the provider's (RFC 9207).
func (p *Provider) answers(issuer string) bool {
	if p.Kind == Microsoft && manyTenants(p.Issuer) {
		return checkMicrosoft(issuer) == nil
	}
	return issuer == p.Issuer
}

// postsBack reports whether the provider answers by a form.
func (p *Provider) postsBack() bool { return p.Kind == Apple }

// again is how the provider is asked to have its user authenticate anew; nil when it
// has no way.
func (p *Provider) again() []string {
	switch p.Kind {
	case Google, GitHub:
		return []string{"select_account"} // login is not known there
	case Apple:
		return nil
	}
	return []string{"login"}
}
