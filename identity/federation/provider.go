package federation

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// Faults about providers, as administrators meet them.
var (
	ErrNotFound        = fault.New(fault.NotFound, "provider_not_found", "There is no such provider.")
	ErrInvalid         = fault.New(fault.Invalid, "provider_invalid", "That value is not allowed for the provider.")
	ErrSlugTaken       = fault.New(fault.Conflict, "provider_slug_taken", "The realm has a provider of that name.").At("slug")
	ErrAlreadyEnabled  = fault.New(fault.Conflict, "provider_already_enabled", "The provider is already enabled.")
	ErrAlreadyDisabled = fault.New(fault.Conflict, "provider_already_disabled", "The provider is already disabled.")
	ErrChanged         = fault.New(fault.Conflict, "provider_changed", "The provider has changed in the meantime. Please try again.")
)

// Kind says which protocol and which habits a provider has.
type Kind string

// The kinds.
const (
	OIDC      Kind = "oidc"
	Google    Kind = "google"
	Microsoft Kind = "microsoft"
	Apple     Kind = "apple"
	GitHub    Kind = "github" // OAuth 2, no ID token
)

// Kinds are all kinds.
func Kinds() []Kind { return []Kind{OIDC, Google, Microsoft, Apple, GitHub} }

// Provider is one upstream provider of a realm. Values that come from ByID, BySlug
// and List are shared and must not be changed.
type Provider struct {
	ID, RealmID string
	// Slug names it in addresses, in applications and in proofs.
	Slug string
	Kind Kind
	// Name is what stands on its button.
	Name string
	// Issuer is the OpenID provider's, letter for letter; of GitHub it is where its
	// addresses begin.
	Issuer   string
	ClientID string
	// HasSecret says that there is a client secret, or Apple's key. It can be
	// replaced and never read (security rule FED-13).
	HasSecret bool
	// AppleKey goes with Apple's private key.
	AppleKey AppleKey
	Scopes   []string
	Claims   Claims
	// TrustEmail believes the provider that an address is its user's, where it says so.
	TrustEmail bool
	// Registration lets somebody who has no account get one by signing in.
	Registration bool
	// SyncProfile takes over name and picture at each sign-in, not only at the first.
	SyncProfile bool
	Enabled     bool
	// Position orders the buttons, the smallest first.
	Position int
	// Version counts the changes; an ETag.
	Version              int64
	CreatedAt, UpdatedAt time.Time

	secret string // sealed
}

// AppleKey names the private key by which a client secret for Apple is made.
type AppleKey struct {
	TeamID string `json:"team_id,omitempty"`
	KeyID  string `json:"key_id,omitempty"`
}

// Claims maps our names of claims to the provider's, where they differ.
type Claims map[string]string

// mappable are the claims that are read of what a provider tells. Roles and phone
// numbers are none of them (security rule FED-14).
func mappable() []string {
	return []string{"email", "email_verified", "name", "given_name", "family_name", "picture", "locale"}
}

// of is the provider's name of our claim.
func (c Claims) of(claim string) string {
	if upstream, ok := c[claim]; ok {
		return upstream
	}
	return claim
}

// Ref names the provider in an event.
func (p *Provider) Ref() event.Ref {
	return event.Ref{RealmID: p.RealmID, Kind: "federation_provider", ID: p.ID}
}

// Method is the method of a sign-in through the provider, in proofs of flows.
func (p *Provider) Method() string { return "federated:" + p.Slug }

const (
	scopesMost = 30
	secretMost = 8 << 10
	positions  = 10_000
)

// normalise brings what people write into its stored form and returns the first rule
// that is broken.
func (p *Provider) normalise() error {
	preset, ok := presetOf(p.Kind)
	if !ok {
		return ErrInvalid.At("kind").Say("The kind is oidc, google, microsoft, apple or github.")
	}
	if realm.CheckSlug(p.Slug) != nil {
		return ErrInvalid.At("slug").Say("A name for addresses has 1 to 63 lower-case letters, digits and hyphens.")
	}
	var err error
	if p.Name, err = realm.DisplayName("name", p.Name); err != nil {
		return err
	}
	if err := checkIssuer(p.Issuer); err != nil {
		return err
	}
	if err := preset.issuer(p.Issuer); err != nil {
		return err
	}
	if p.ClientID == "" || len(p.ClientID) > 500 || !visible(p.ClientID) {
		return ErrInvalid.At("client_id").Say("The id that the provider gave this server is needed.")
	}
	if p.Position < 0 || p.Position > positions {
		return ErrInvalid.At("position").Say("Choose a position from 0 to 10000.")
	}
	if p.Kind == Apple && (!appleID(p.AppleKey.TeamID) || !appleID(p.AppleKey.KeyID)) {
		return ErrInvalid.At("apple_key").Say("Apple's team id and key id have ten letters and digits each.")
	}
	if p.Kind != Apple && p.AppleKey != (AppleKey{}) {
		return ErrInvalid.At("apple_key").Say("Only Apple has a team and a key.")
	}
	if err := p.normaliseScopes(); err != nil {
		return err
	}
	return p.Claims.check()
}

func (p *Provider) normaliseScopes() error {
	if p.Kind != GitHub && !slices.Contains(p.Scopes, "openid") {
		p.Scopes = append([]string{"openid"}, p.Scopes...)
	}
	if len(p.Scopes) > scopesMost {
		return ErrInvalid.At("scopes").Say("Those are too many scopes.")
	}
	for _, scope := range p.Scopes {
		if scope == "" || len(scope) > 200 || !visible(scope) || strings.ContainsAny(scope, `"\`) { // RFC 6749 §3.3
			return ErrInvalid.At("scopes").Say("A scope has no blanks, quotes or backslashes.")
		}
	}
	return nil
}

func (c Claims) check() error {
	for ours, upstream := range c {
		if !slices.Contains(mappable(), ours) {
			return ErrInvalid.At("claims").Say("These can be mapped: " + strings.Join(mappable(), ", ") + ".")
		}
		if upstream == "" || len(upstream) > 100 || !visible(upstream) {
			return ErrInvalid.At("claims").Say("Name the provider's claim for " + ours + ".")
		}
	}
	return nil
}

// checkIssuer holds an issuer to OpenID Connect Discovery §4.1. Plain http is for
// networks that the operator opened; internal/outbound calls it nowhere else.
func checkIssuer(issuer string) error {
	refuse := ErrInvalid.At("issuer").Say("The issuer is an https address without query and fragment, exactly as the provider writes it.")
	u, err := url.Parse(issuer)
	switch {
	case err != nil || len(issuer) > 1000 || !visible(issuer) || strings.ContainsAny(issuer, `"<>\^{}|`+"`"):
		return refuse
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil:
		return refuse
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(issuer, "#"):
		return refuse
	}
	return nil
}

// visible accepts printable ASCII without blanks.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func appleID(s string) bool { return regexp.MustCompile(`^[A-Z0-9]{10}$`).MatchString(s) }

// copied returns a copy whose lists can be edited.
func (p *Provider) copied() *Provider {
	c := *p
	c.Scopes = slices.Clone(p.Scopes)
	c.Claims = make(Claims, len(p.Claims))
	for k, v := range p.Claims {
		c.Claims[k] = v
	}
	return &c
}

// differing names the fields that are not the same in both, for events.
func differing(a, b *Provider) []string {
	var fields []string
	before, after := a.told(), b.told()
	for _, name := range told() {
		if before[name] != after[name] {
			fields = append(fields, name)
		}
	}
	return fields
}

func told() []string {
	return []string{
		"name", "issuer", "client_id", "client_secret", "apple_key", "scopes", "claims", "trust_email", "registration",
		"sync_profile", "position",
	}
}

// told are the fields as text, to be compared.
func (p *Provider) told() map[string]string {
	fields := map[string]string{"client_secret": p.secret}
	compared := p.open()
	compared["apple_key"] = p.AppleKey
	for name, v := range compared {
		text, _ := json.Marshal(v) // strings, booleans and numbers
		fields[name] = string(text)
	}
	return fields
}

// open are the fields that everybody who reads the events may see.
func (p *Provider) open() map[string]any {
	return map[string]any{
		"name": p.Name, "issuer": p.Issuer, "client_id": p.ClientID, "scopes": p.Scopes, "claims": p.Claims, "trust_email": p.TrustEmail,
		"registration": p.Registration, "sync_profile": p.SyncProfile, "position": p.Position,
	}
}
