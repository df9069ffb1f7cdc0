// Code generated from the OpenAPI document by "make client"; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/url"
	"time"
)

// Acceptance is an object of the API.
type Acceptance struct {
	AcceptedAt    time.Time `json:"accepted_at"`
	ApplicationID string    `json:"application_id,omitzero"`
	Channel       string    `json:"channel"`
	// Digest: SHA-256 of title and text as they were shown, in hexadecimal.
	Digest     string `json:"digest"`
	DocumentID string `json:"document_id"`
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	Language   string `json:"language"`
	UserID     string `json:"user_id"`
	Version    string `json:"version"`
}

// AcceptanceList is an object of the API.
type AcceptanceList struct {
	Items []Acceptance `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// AccessContext is an object of the API.
type AccessContext struct {
	Path    []string `json:"path"`
	Reasons []Reason `json:"reasons"`
}

// AccessDecision is an object of the API.
type AccessDecision struct {
	Context  AccessContext `json:"context"`
	Decision bool          `json:"decision"`
}

// AccessRequest is an object of the API.
type AccessRequest struct {
	Action *ActionEntity `json:"action,omitzero"`
	// Context: ip: where the subject comes from; factor_at: when it last showed a second factor (RFC 3339).
	Context  map[string]any  `json:"context,omitzero"`
	Resource *ResourceEntity `json:"resource,omitzero"`
	Subject  *SubjectEntity  `json:"subject,omitzero"`
}

// ActionEntity is an object of the API.
type ActionEntity struct {
	Name       string         `json:"name"`
	Properties map[string]any `json:"properties,omitzero"`
}

// ActivateDocumentRequest is an object of the API.
type ActivateDocumentRequest struct {
	// At: At once, if left out.
	At time.Time `json:"at,omitzero"`
}

// Activity is an object of the API.
type Activity struct {
	ApplicationID string    `json:"application_id,omitzero"`
	At            time.Time `json:"at"`
	// Attention: Somebody failed to be the person, or the account became weaker.
	Attention       bool   `json:"attention"`
	ByAdministrator bool   `json:"by_administrator"`
	Device          string `json:"device"`
	ID              string `json:"id"`
	IP              string `json:"ip,omitzero"`
	Method          string `json:"method,omitzero"`
	Place           string `json:"place"`
	Provider        string `json:"provider,omitzero"`
	Reason          string `json:"reason,omitzero"`
	// Type: The type of the event.
	Type string `json:"type"`
}

// ActivityList is an object of the API.
type ActivityList struct {
	Items []Activity `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Actor is an object of the API.
type Actor struct {
	// ApplicationID: Through which they acted.
	ApplicationID string `json:"application_id,omitzero"`
	ID            string `json:"id,omitzero"`
	Kind          string `json:"kind"`
}

// AddGroupMemberRequest is an object of the API.
type AddGroupMemberRequest struct {
	ID string `json:"id"`
	// Kind: user, if left out.
	Kind string `json:"kind,omitzero"`
}

// Address is an object of the API.
type Address struct {
	Country       string `json:"country,omitzero"`
	Formatted     string `json:"formatted,omitzero"`
	Locality      string `json:"locality,omitzero"`
	PostalCode    string `json:"postal_code,omitzero"`
	Region        string `json:"region,omitzero"`
	StreetAddress string `json:"street_address,omitzero"`
}

// AppleKey is an object of the API.
type AppleKey struct {
	KeyID  string `json:"key_id"`
	TeamID string `json:"team_id"`
}

// Application is an object of the API.
type Application struct {
	AccessTokenAlgorithm   string    `json:"access_token_algorithm,omitzero"`
	AccessTokenLifetime    int64     `json:"access_token_lifetime"`
	AllowedOrigins         []string  `json:"allowed_origins"`
	Audiences              []string  `json:"audiences"`
	ClientID               string    `json:"client_id"`
	CreatedAt              time.Time `json:"created_at"`
	Description            string    `json:"description"`
	Enabled                bool      `json:"enabled"`
	FirstParty             bool      `json:"first_party"`
	GrantTypes             []string  `json:"grant_types"`
	HomeURL                string    `json:"home_url"`
	ID                     string    `json:"id"`
	IDTokenAlgorithm       string    `json:"id_token_algorithm,omitzero"`
	IDTokenLifetime        int64     `json:"id_token_lifetime"`
	Identifiers            []string  `json:"identifiers"`
	LogoURL                string    `json:"logo_url"`
	Name                   string    `json:"name"`
	PostLogoutRedirectURIs []string  `json:"post_logout_redirect_uris"`
	// Providers: Absent when all are offered.
	Providers               []string  `json:"providers,omitzero"`
	RedirectURIs            []string  `json:"redirect_uris"`
	RefreshAbsolute         int64     `json:"refresh_absolute"`
	RefreshIdle             int64     `json:"refresh_idle"`
	Registration            bool      `json:"registration"`
	RequiredFields          []string  `json:"required_fields"`
	Scopes                  []string  `json:"scopes"`
	SecondFactor            string    `json:"second_factor,omitzero"`
	TokenEndpointAuthMethod string    `json:"token_endpoint_auth_method"`
	TokenFormat             string    `json:"token_format"`
	Type                    string    `json:"type"`
	UpdatedAt               time.Time `json:"updated_at"`
	Version                 int64     `json:"version"`
}

// ApplicationList is an object of the API.
type ApplicationList struct {
	Items []Application `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Assignment is an object of the API.
type Assignment struct {
	// ApplicationID: The only application that it counts for.
	ApplicationID string    `json:"application_id,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	ID            string    `json:"id"`
	// MaxFactorAge: Seconds since a second factor was shown, at most.
	MaxFactorAge *int64 `json:"max_factor_age,omitzero"`
	// Networks: CIDR blocks that it counts in; none is everywhere.
	Networks    []string  `json:"networks"`
	RoleID      string    `json:"role_id"`
	StartsAt    time.Time `json:"starts_at,omitzero"`
	SubjectID   string    `json:"subject_id"`
	SubjectKind string    `json:"subject_kind"`
	// Unmet: What the role requires and the person does not meet.
	Unmet   []string `json:"unmet"`
	Valid   bool     `json:"valid"`
	Version int64    `json:"version"`
}

// AssignmentList is an object of the API.
type AssignmentList struct {
	Items []Assignment `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Attempt is an object of the API.
type Attempt struct {
	At         time.Time `json:"at"`
	DurationMs int64     `json:"duration_ms"`
	Error      string    `json:"error,omitzero"`
	// Excerpt: The beginning of the answer.
	Excerpt string `json:"excerpt,omitzero"`
	Number  int64  `json:"number"`
	// StatusCode: Absent if there was no answer.
	StatusCode *int64 `json:"status_code,omitzero"`
}

// AuditKey is an object of the API.
type AuditKey struct {
	Alg string `json:"alg"`
	Crv string `json:"crv"`
	Kid string `json:"kid"`
	Kty string `json:"kty"`
	Use string `json:"use"`
	X   string `json:"x"`
}

// AuditReport is an object of the API.
type AuditReport struct {
	// Checkpoints: How many were read.
	Checkpoints int64 `json:"checkpoints"`
	// Entries: How many were read.
	Entries int64 `json:"entries"`
	// First: Number of the oldest entry that is kept.
	First  int64 `json:"first"`
	Intact bool  `json:"intact"`
	// Last: Number of the newest entry.
	Last int64 `json:"last"`
	// More: How many problems are not listed.
	More *int64 `json:"more,omitzero"`
	// Problems: The first 100.
	Problems []Problem `json:"problems"`
	RealmID  string    `json:"realm_id"`
}

// BlueprintField is an object of the API.
type BlueprintField struct {
	Field string `json:"field"`
	// New: Secrets are not told.
	New any `json:"new"`
	Old any `json:"old"`
}

// BlueprintStep is an object of the API.
type BlueprintStep struct {
	Fields  []BlueprintField `json:"fields,omitzero"`
	Kind    string           `json:"kind"`
	Name    string           `json:"name,omitzero"`
	Section string           `json:"section"`
}

// Branding is an object of the API.
type Branding struct {
	BackgroundColor string `json:"background_color,omitzero"`
	LogoURL         string `json:"logo_url,omitzero"`
	PrimaryColor    string `json:"primary_color,omitzero"`
	Theme           string `json:"theme,omitzero"`
}

// Browser is an object of the API.
type Browser struct {
	CreatedAt time.Time `json:"created_at"`
	Device    string    `json:"device"`
	ExpiresAt time.Time `json:"expires_at"`
	ID        string    `json:"id"`
	// IP: Where it was when trust began.
	IP string `json:"ip,omitzero"`
}

// CatalogueEntry is an object of the API.
type CatalogueEntry struct {
	Code        string `json:"code"`
	Description string `json:"description"`
	// Roles: Built-in roles that hold it.
	Roles []string `json:"roles"`
}

// CheckApplicationSecretRequest is an object of the API.
type CheckApplicationSecretRequest struct {
	ClientSecret string `json:"client_secret"`
}

// CheckApplicationSecretResponse is an object of the API.
type CheckApplicationSecretResponse struct {
	Valid bool `json:"valid"`
}

// Checkpoint is an object of the API.
type Checkpoint struct {
	// Checkpoint: All of it, signed: a compact JWS with EdDSA.
	Checkpoint string    `json:"checkpoint"`
	ClosedAt   time.Time `json:"closed_at"`
	// First: Number of its first entry.
	First int64  `json:"first"`
	KeyID string `json:"key_id"`
	// Last: Number of its last entry.
	Last   int64 `json:"last"`
	Number int64 `json:"number"`
	// Root: Of the Merkle tree over the entries (RFC 6962), in base64url.
	Root string `json:"root"`
}

// CheckpointList is an object of the API.
type CheckpointList struct {
	Items []Checkpoint `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Choice is an object of the API.
type Choice struct {
	Channel  string    `json:"channel"`
	ChosenAt time.Time `json:"chosen_at"`
	Granted  bool      `json:"granted"`
	ID       string    `json:"id"`
	Purpose  string    `json:"purpose"`
	UserID   string    `json:"user_id"`
}

// ChoiceList is an object of the API.
type ChoiceList struct {
	Items []Choice `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// CreateAPIKeyRequest is an object of the API.
type CreateAPIKeyRequest struct {
	// ApplicationID: Binds it to one application.
	ApplicationID string    `json:"application_id,omitzero"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	Name          string    `json:"name"`
	Networks      []string  `json:"networks,omitzero"`
	// Scopes: Without any, it can only introspect tokens.
	Scopes []string `json:"scopes,omitzero"`
}

// CreateApplicationRequest is an object of the API.
type CreateApplicationRequest struct {
	AccessTokenAlgorithm Opt[string] `json:"access_token_algorithm,omitzero"`
	// AccessTokenLifetime: Seconds; 0 is the realm's.
	AccessTokenLifetime Opt[int64] `json:"access_token_lifetime,omitzero"`
	AllowedOrigins      []string   `json:"allowed_origins,omitzero"`
	// Audiences: Resources that it may ask tokens for.
	Audiences []string `json:"audiences,omitzero"`
	// ClientID: Made by the server if left out.
	ClientID string `json:"client_id,omitzero"`
	// ClientSecret: One of your own: random, of 32 characters at least. Made by the server if left out.
	ClientSecret string      `json:"client_secret,omitzero"`
	Description  Opt[string] `json:"description,omitzero"`
	// FirstParty: It belongs to the realm's owner: nobody is asked for consent.
	FirstParty Opt[bool]   `json:"first_party,omitzero"`
	GrantTypes []string    `json:"grant_types,omitzero"`
	HomeURL    Opt[string] `json:"home_url,omitzero"`
	// IDTokenAlgorithm: Null is the realm's.
	IDTokenAlgorithm Opt[string] `json:"id_token_algorithm,omitzero"`
	IDTokenLifetime  Opt[int64]  `json:"id_token_lifetime,omitzero"`
	// Identifiers: Resources that it answers to.
	Identifiers []string `json:"identifiers,omitzero"`
	// JWKS: Public keys for private_key_jwt, as a JSON Web Key Set.
	JWKS                   any         `json:"jwks,omitzero"`
	LogoURL                Opt[string] `json:"logo_url,omitzero"`
	Name                   Opt[string] `json:"name,omitzero"`
	PostLogoutRedirectURIs []string    `json:"post_logout_redirect_uris,omitzero"`
	// Providers: Names of upstream providers; null is all.
	Providers       Opt[[]string] `json:"providers,omitzero"`
	RedirectURIs    []string      `json:"redirect_uris,omitzero"`
	RefreshAbsolute Opt[int64]    `json:"refresh_absolute,omitzero"`
	RefreshIdle     Opt[int64]    `json:"refresh_idle,omitzero"`
	// Registration: People may make accounts on their way in.
	Registration   Opt[bool] `json:"registration,omitzero"`
	RequiredFields []string  `json:"required_fields,omitzero"`
	// Scopes: What it may ask for.
	Scopes []string `json:"scopes,omitzero"`
	// SecondFactor: required, or null for what the realm says.
	SecondFactor            Opt[string] `json:"second_factor,omitzero"`
	TokenEndpointAuthMethod string      `json:"token_endpoint_auth_method,omitzero"`
	TokenFormat             Opt[string] `json:"token_format,omitzero"`
	Type                    string      `json:"type"`
}

// CreateAssignmentRequest is an object of the API.
type CreateAssignmentRequest struct {
	ApplicationID string    `json:"application_id,omitzero"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	MaxFactorAge  *int64    `json:"max_factor_age,omitzero"`
	Networks      []string  `json:"networks,omitzero"`
	// RoleID: The id, or the slug of a built-in role.
	RoleID    string    `json:"role_id"`
	StartsAt  time.Time `json:"starts_at,omitzero"`
	SubjectID string    `json:"subject_id"`
	// SubjectKind: user, if left out.
	SubjectKind string `json:"subject_kind,omitzero"`
}

// CreateDocumentRequest is an object of the API.
type CreateDocumentRequest struct {
	// Kind: terms_of_use, privacy_policy, or a kind of your own.
	Kind string `json:"kind"`
	// Language: For who speaks none of the others; the first text's, if left out.
	Language string `json:"language,omitzero"`
	// Required: Must be accepted before a sign-in ends; true, if left out.
	Required *bool  `json:"required,omitzero"`
	Texts    []Text `json:"texts"`
	Version  string `json:"version"`
}

// CreateGroupRequest is an object of the API.
type CreateGroupRequest struct {
	Description string `json:"description,omitzero"`
	Name        string `json:"name"`
}

// CreateInvitationRequest is an object of the API.
type CreateInvitationRequest struct {
	// ApplicationID: Where the person goes on, at its home_url; the account, if left out.
	ApplicationID string         `json:"application_id,omitzero"`
	Attributes    map[string]any `json:"attributes,omitzero"`
	Email         string         `json:"email"`
	// ExpiresIn: Seconds; a week, if left out.
	ExpiresIn  *int64 `json:"expires_in,omitzero"`
	FamilyName string `json:"family_name,omitzero"`
	GivenName  string `json:"given_name,omitzero"`
	// Locale: The language of the letter, and of the person.
	Locale string `json:"locale,omitzero"`
	Name   string `json:"name,omitzero"`
}

// CreateOperatorRequest is an object of the API.
type CreateOperatorRequest struct {
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Name      string    `json:"name"`
	Networks  []string  `json:"networks,omitzero"`
	Realms    []string  `json:"realms,omitzero"`
	Scopes    []string  `json:"scopes"`
}

// CreatePermissionRequest is an object of the API.
type CreatePermissionRequest struct {
	ApplicationID string `json:"application_id"`
	Code          string `json:"code"`
	Description   string `json:"description,omitzero"`
}

// CreatePolicyRequest is an object of the API.
type CreatePolicyRequest struct {
	// ApplicationID: Whose permissions it is about; the whole realm, if left out.
	ApplicationID string `json:"application_id,omitzero"`
	Description   string `json:"description,omitzero"`
	// Draft: Statements in Cedar.
	Draft string `json:"draft"`
	Name  string `json:"name"`
}

// CreateProviderRequest is an object of the API.
type CreateProviderRequest struct {
	AppleKey *AppleKey         `json:"apple_key,omitzero"`
	Claims   map[string]string `json:"claims,omitzero"`
	ClientID string            `json:"client_id"`
	// ClientSecret: Apple's is the private key in PEM. Never shown.
	ClientSecret string `json:"client_secret,omitzero"`
	// Enabled: True, if left out.
	Enabled *bool `json:"enabled,omitzero"`
	// Issuer: Of an OpenID provider, letter for letter; where a GitHub Enterprise Server stands.
	Issuer string `json:"issuer,omitzero"`
	Kind   string `json:"kind"`
	// Name: What stands on its button; the kind's own, if left out.
	Name     string `json:"name,omitzero"`
	Position *int64 `json:"position,omitzero"`
	// Registration: True, if left out.
	Registration *bool `json:"registration,omitzero"`
	// Scopes: The kind's own, if left out.
	Scopes []string `json:"scopes,omitzero"`
	// Slug: Its name in addresses and in applications.
	Slug        string `json:"slug"`
	SyncProfile *bool  `json:"sync_profile,omitzero"`
	// Tenant: Microsoft: the directory's id, common, organizations or consumers.
	Tenant string `json:"tenant,omitzero"`
	// TrustEmail: The kind's own, if left out. True needs users.credentials as well.
	TrustEmail *bool `json:"trust_email,omitzero"`
}

// CreateRealmRequest is an object of the API.
type CreateRealmRequest struct {
	Branding        *Branding `json:"branding,omitzero"`
	DefaultLanguage string    `json:"default_language,omitzero"`
	Name            string    `json:"name"`
	Slug            string    `json:"slug"`
}

// CreateRoleRequest is an object of the API.
type CreateRoleRequest struct {
	// ApplicationID: Leave out for a role of the realm.
	ApplicationID string   `json:"application_id,omitzero"`
	Description   string   `json:"description,omitzero"`
	Name          string   `json:"name"`
	Nested        []string `json:"nested,omitzero"`
	Permissions   []Grant  `json:"permissions,omitzero"`
	Requirements  []string `json:"requirements,omitzero"`
	Slug          string   `json:"slug"`
}

// CreateUserRequest is an object of the API.
type CreateUserRequest struct {
	Attributes         map[string]any `json:"attributes,omitzero"`
	Email              string         `json:"email"`
	EmailVerified      *bool          `json:"email_verified,omitzero"`
	FamilyName         string         `json:"family_name,omitzero"`
	GivenName          string         `json:"given_name,omitzero"`
	Locale             string         `json:"locale,omitzero"`
	MustChangePassword *bool          `json:"must_change_password,omitzero"`
	Name               string         `json:"name,omitzero"`
	Password           string         `json:"password,omitzero"`
}

// CreateWebhookRequest is an object of the API.
type CreateWebhookRequest struct {
	// ApplicationID: Whose webhook it is; the realm's, if left out.
	ApplicationID string `json:"application_id,omitzero"`
	Description   string `json:"description,omitzero"`
	// Events: Types, prefixes (user.*), or * for all.
	Events []string `json:"events"`
	// Headers: Authorization and X-… headers to send along. Never shown again.
	Headers map[string]string `json:"headers,omitzero"`
	URL     string            `json:"url"`
}

// Day is an object of the API.
type Day struct {
	Date           string `json:"date"`
	SignInFailures int64  `json:"sign_in_failures"`
	SignIns        int64  `json:"sign_ins"`
	UsersCreated   int64  `json:"users_created"`
	UsersDeleted   int64  `json:"users_deleted"`
}

// DecideRequest is an object of the API.
type DecideRequest struct {
	// ApplicationID: Whose permission it is; leave out for one of the administration.
	ApplicationID string `json:"application_id,omitzero"`
	// Context: What else policies may ask about, by name.
	Context     map[string]any `json:"context,omitzero"`
	Evaluations []Question     `json:"evaluations,omitzero"`
	// FactorAt: When the subject last showed a second factor.
	FactorAt time.Time `json:"factor_at,omitzero"`
	// IP: Where the subject comes from.
	IP         string `json:"ip,omitzero"`
	Permission string `json:"permission,omitzero"`
	// Resource: What is acted upon, for policies.
	Resource *ResourceEntity `json:"resource,omitzero"`
	// Scope: For one of the administration: the application that it is used upon.
	Scope     string `json:"scope,omitzero"`
	SubjectID string `json:"subject_id,omitzero"`
	// SubjectKind: user, if left out.
	SubjectKind string `json:"subject_kind,omitzero"`
}

// DecideResponse is an object of the API.
type DecideResponse struct {
	// Evaluations: One for each question, in order.
	Evaluations []Decision `json:"evaluations"`
}

// Decision is an object of the API.
type Decision struct {
	Allowed bool `json:"allowed"`
	// Path: From the assignment over roles to the permission; empty when denied.
	Path []string `json:"path"`
	// Reasons: granted, or what bars each assignment that would give it.
	Reasons []Reason `json:"reasons"`
}

// Delivery is an object of the API.
type Delivery struct {
	// Attempts: Since it was queued, or replayed.
	Attempts   int64     `json:"attempts"`
	CreatedAt  time.Time `json:"created_at"`
	Error      string    `json:"error,omitzero"`
	EventID    string    `json:"event_id,omitzero"`
	FinishedAt time.Time `json:"finished_at,omitzero"`
	// ID: The webhook-id that the receiver sees.
	ID            string    `json:"id"`
	NextAttemptAt time.Time `json:"next_attempt_at,omitzero"`
	Status        string    `json:"status"`
	Type          string    `json:"type"`
}

// DeliveryDetail is an object of the API.
type DeliveryDetail struct {
	Attempts []Attempt `json:"attempts"`
	// Body: What is sent.
	Body     map[string]any `json:"body"`
	Delivery Delivery       `json:"delivery"`
}

// DeliveryList is an object of the API.
type DeliveryList struct {
	Items []Delivery `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Described is an object of the API.
type Described struct {
	// Description: For those who administer.
	Description string `json:"description,omitzero"`
	// Html: Of a mail.
	Html string `json:"html,omitzero"`
	// Subject: Of a mail.
	Subject string `json:"subject,omitzero"`
	// Text: Of a mail, where it is made of the HTML when left out; or the SMS.
	Text string `json:"text,omitzero"`
}

// Device is an object of the API.
type Device struct {
	// Browser: Such as "Firefox, Linux".
	Browser string `json:"browser,omitzero"`
	// DecidedAt: When somebody confirmed, suspected or revoked it.
	DecidedAt   time.Time `json:"decided_at,omitzero"`
	ExpiresAt   time.Time `json:"expires_at"`
	FirstSeenAt time.Time `json:"first_seen_at"`
	ID          string    `json:"id"`
	LastSeenAt  time.Time `json:"last_seen_at"`
	// Name: Given by the person.
	Name string `json:"name,omitzero"`
	// Network: The beginning of the address seen last; the rest is zero.
	Network string `json:"network,omitzero"`
	Place   string `json:"place,omitzero"`
	SignIns int64  `json:"sign_ins"`
	Status  string `json:"status"`
}

// DeviceList is an object of the API.
type DeviceList struct {
	Items []Device `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Document is an object of the API.
type Document struct {
	// ActiveSince: When it came, or comes, into force.
	ActiveSince time.Time `json:"active_since,omitzero"`
	CreatedAt   time.Time `json:"created_at"`
	ID          string    `json:"id"`
	Kind        string    `json:"kind"`
	Language    string    `json:"language"`
	Required    bool      `json:"required"`
	RowVersion  int64     `json:"row_version"`
	Status      string    `json:"status"`
	// Texts: Left out in lists.
	Texts   []Text `json:"texts,omitzero"`
	Version string `json:"version"`
}

// DocumentList is an object of the API.
type DocumentList struct {
	Items []Document `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// DropParkedRequest is an object of the API.
type DropParkedRequest struct {
	Reason string `json:"reason"`
}

// EraseUserRequest is an object of the API.
type EraseUserRequest struct {
	// Now: At once; nothing can be called off.
	Now *bool `json:"now,omitzero"`
}

// EraseUserResponse is an object of the API.
type EraseUserResponse struct {
	ErasureAt time.Time `json:"erasure_at,omitzero"`
	State     string    `json:"state"`
}

// EvaluateAccessesRequest is an object of the API.
type EvaluateAccessesRequest struct {
	Action *ActionEntity `json:"action,omitzero"`
	// Context: ip: where the subject comes from; factor_at: when it last showed a second factor (RFC 3339).
	Context     map[string]any  `json:"context,omitzero"`
	Evaluations []AccessRequest `json:"evaluations,omitzero"`
	Options     *OptionsStruct  `json:"options,omitzero"`
	Resource    *ResourceEntity `json:"resource,omitzero"`
	Subject     *SubjectEntity  `json:"subject,omitzero"`
}

// EvaluateAccessesResponse is an object of the API.
type EvaluateAccessesResponse struct {
	// Evaluations: In the order of the requests; fewer where the semantic ends early.
	Evaluations []AccessDecision `json:"evaluations"`
}

// Event is an object of the API.
type Event struct {
	Accounts *int64    `json:"accounts,omitzero"`
	At       time.Time `json:"at"`
	DeviceID string    `json:"device_id,omitzero"`
	Failures *int64    `json:"failures,omitzero"`
	ID       string    `json:"id"`
	IP       string    `json:"ip,omitzero"`
	Network  string    `json:"network,omitzero"`
	// Reaction: What followed: allow, notify, step_up.
	Reaction  string `json:"reaction,omitzero"`
	Reason    string `json:"reason,omitzero"`
	SessionID string `json:"session_id,omitzero"`
	Severity  string `json:"severity"`
	// Signals: What was unusual: new_device, impossible_travel, password_spraying, credential_stuffing, breached_password.
	Signals   []string `json:"signals,omitzero"`
	Type      string   `json:"type"`
	UserAgent string   `json:"user_agent,omitzero"`
	UserID    string   `json:"user_id,omitzero"`
}

// EventList is an object of the API.
type EventList struct {
	Items []Event `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// EventType is an object of the API.
type EventType struct {
	Description string `json:"description"`
	// Room: The part of the server that records it.
	Room string `json:"room"`
	// Schema: JSON Schema (2020-12) of the member data of a delivery.
	Schema map[string]any `json:"schema"`
	Type   string         `json:"type"`
	// Version: Rises when members are gone or mean something else.
	Version int64 `json:"version"`
}

// EventTypeList is an object of the API.
type EventTypeList struct {
	Items []EventType `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Factors is an object of the API.
type Factors struct {
	// Factors: Kinds, the one that is asked for first before the others.
	Factors []string `json:"factors"`
	// Offered: Kinds that the person could have.
	Offered           []string `json:"offered"`
	RecoveryCodesLeft int64    `json:"recovery_codes_left"`
	// Required: The realm, or an administrator, demands one of them of the person.
	Required        bool  `json:"required"`
	TrustedBrowsers int64 `json:"trusted_browsers"`
}

// Failure is an object of the API.
type Failure struct {
	// Code: That of the error which the row alone would have had.
	Code    string `json:"code"`
	Field   string `json:"field,omitzero"`
	Message string `json:"message"`
	// Position: Its place in the request, from 1.
	Position int64 `json:"position"`
}

// FailureList is an object of the API.
type FailureList struct {
	Items []Failure `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Field is an object of the API.
type Field struct {
	Applications []string          `json:"applications,omitzero"`
	Edit         string            `json:"edit,omitzero"`
	From         string            `json:"from,omitzero"`
	Hints        map[string]string `json:"hints,omitzero"`
	Labels       map[string]string `json:"labels"`
	Max          *float64          `json:"max,omitzero"`
	Min          *float64          `json:"min,omitzero"`
	Name         string            `json:"name"`
	Options      []Option          `json:"options,omitzero"`
	Pattern      string            `json:"pattern,omitzero"`
	Required     *bool             `json:"required,omitzero"`
	Scope        string            `json:"scope,omitzero"`
	To           string            `json:"to,omitzero"`
	Type         string            `json:"type"`
	View         string            `json:"view,omitzero"`
}

// Flow is an object of the API.
type Flow struct {
	ACRValues []string `json:"acr_values"`
	// ApplicationID: Absent when somebody is on the way to their account.
	ApplicationID string    `json:"application_id,omitzero"`
	ExpiresAt     time.Time `json:"expires_at"`
	ID            string    `json:"id"`
	RequestedAt   time.Time `json:"requested_at"`
	Scopes        []string  `json:"scopes"`
	// SessionID: The session that it is about, once there is one.
	SessionID string `json:"session_id,omitzero"`
	// StepsTaken: In their order.
	StepsTaken []string `json:"steps_taken"`
}

// FlowList is an object of the API.
type FlowList struct {
	Items []Flow `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// GetApplicationDocumentsResponse is an object of the API.
type GetApplicationDocumentsResponse struct {
	Documents []Pin `json:"documents"`
}

// GetAuditKeysResponse is an object of the API.
type GetAuditKeysResponse struct {
	Keys []AuditKey `json:"keys"`
}

// Grant is an object of the API.
type Grant struct {
	// ApplicationID: The application whose permission it is; absent for one of the administration.
	ApplicationID string `json:"application_id,omitzero"`
	Code          string `json:"code"`
}

// GrantList is an object of the API.
type GrantList struct {
	Items []OauthGrant `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Group is an object of the API.
type Group struct {
	CreatedAt   time.Time `json:"created_at"`
	Description string    `json:"description"`
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Version     int64     `json:"version"`
}

// GroupList is an object of the API.
type GroupList struct {
	Items []Group `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Identity is an object of the API.
type Identity struct {
	CreatedAt  time.Time `json:"created_at"`
	ID         string    `json:"id"`
	Issuer     string    `json:"issuer"`
	Label      string    `json:"label"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
	ProviderID string    `json:"provider_id"`
	// Subject: Who they are at the issuer.
	Subject string `json:"subject"`
}

// ImportUsersRequest is an object of the API.
type ImportUsersRequest struct {
	Users []Person `json:"users"`
}

// Invitation is an object of the API.
type Invitation struct {
	AcceptedAt time.Time `json:"accepted_at,omitzero"`
	// ApplicationID: Where the person goes on.
	ApplicationID string    `json:"application_id,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	ExpiresAt     time.Time `json:"expires_at"`
	ID            string    `json:"id"`
	RevokedAt     time.Time `json:"revoked_at,omitzero"`
	// SentAt: When the newest letter was written.
	SentAt time.Time `json:"sent_at"`
	State  string    `json:"state"`
	UserID string    `json:"user_id"`
}

// InvitationList is an object of the API.
type InvitationList struct {
	Items []Invitation `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Item is an object of the API.
type Item struct {
	Attempts  int64     `json:"attempts"`
	CreatedAt time.Time `json:"created_at"`
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	ParkedAt  time.Time `json:"parked_at"`
	Queue     string    `json:"queue"`
	// RealmID: Absent for what belongs to no realm.
	RealmID string `json:"realm_id,omitzero"`
	// Reason: The error of the last attempt.
	Reason  string `json:"reason"`
	Subject string `json:"subject"`
}

// ItemList is an object of the API.
type ItemList struct {
	Items []Item `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Job is an object of the API.
type Job struct {
	CreatedAt time.Time `json:"created_at"`
	// Done: How many of them are done.
	Done    int64     `json:"done"`
	EndedAt time.Time `json:"ended_at,omitzero"`
	// Failed: How many could not be done.
	Failed    int64     `json:"failed"`
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	StartedAt time.Time `json:"started_at,omitzero"`
	State     string    `json:"state"`
	// Total: How many rows it has.
	Total int64 `json:"total"`
}

// JobList is an object of the API.
type JobList struct {
	Items []Job `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Key is an object of the API.
type Key struct {
	ApplicationID string    `json:"application_id,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	ID            string    `json:"id"`
	LastUsedAt    time.Time `json:"last_used_at,omitzero"`
	Name          string    `json:"name"`
	Networks      []string  `json:"networks"`
	// Prefix: The beginning of the key, to tell keys apart.
	Prefix    string    `json:"prefix"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	// Scopes: Permissions that it holds; * is all.
	Scopes []string `json:"scopes"`
}

// KeyList is an object of the API.
type KeyList struct {
	Items []Key `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// KindList is an object of the API.
type KindList struct {
	Items []MessageKind `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Language is an object of the API.
type Language struct {
	Language string `json:"language"`
	// Overridden: The realm has words of its own.
	Overridden bool      `json:"overridden"`
	UpdatedAt  time.Time `json:"updated_at,omitzero"`
}

// Letter is an object of the API.
type Letter struct {
	Bounced    int64 `json:"bounced"`
	Complained int64 `json:"complained"`
	// Failed: In the last 30 days, as are bounced and complained.
	Failed int64 `json:"failed"`
	// Waiting: Now, in the queue.
	Waiting int64 `json:"waiting"`
}

// Limit is an object of the API.
type Limit struct {
	// By: What is counted: each combination of these for itself.
	By      []string `json:"by"`
	Default string   `json:"default"`
	Limits  string   `json:"limits"`
	Name    string   `json:"name"`
	// Own: The realm has set it for itself.
	Own       bool      `json:"own"`
	Summary   string    `json:"summary"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// LimitList is an object of the API.
type LimitList struct {
	Items []Limit `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Line is an object of the API.
type Line struct {
	Actor Actor `json:"actor"`
	// ApplicationID: The application that it is about, else through which it was done.
	ApplicationID string    `json:"application_id,omitzero"`
	At            time.Time `json:"at"`
	// Data: What the event says beyond that.
	Data map[string]any `json:"data"`
	// Erased: Something about a person was here and is gone, because they were erased.
	Erased bool `json:"erased"`
	// Hash: Of the entry, in base64url.
	Hash string `json:"hash"`
	ID   string `json:"id"`
	// IP: Where the actor acted from.
	IP        string `json:"ip,omitzero"`
	RequestID string `json:"request_id,omitzero"`
	// Sequence: 1, 2, 3 … in the realm.
	Sequence int64 `json:"sequence"`
	// Subject: The person concerned; the target if it is about none.
	Subject Thing `json:"subject"`
	// Target: What it is about.
	Target Thing `json:"target"`
	// Type: What happened, such as user.created.
	Type      string `json:"type"`
	UserAgent string `json:"user_agent,omitzero"`
}

// LineList is an object of the API.
type LineList struct {
	Items []Line `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// ListApplicationSecretsResponse is an object of the API.
type ListApplicationSecretsResponse struct {
	Items []Secret `json:"items"`
}

// ListUserIdentitiesResponse is an object of the API.
type ListUserIdentitiesResponse struct {
	Items []Identity `json:"items"`
}

// ListUserPasskeysResponse is an object of the API.
type ListUserPasskeysResponse struct {
	Items []Passkey `json:"items"`
}

// ListUserSessionsResponse is an object of the API.
type ListUserSessionsResponse struct {
	Items []Session `json:"items"`
}

// ListUserTrustedBrowsersResponse is an object of the API.
type ListUserTrustedBrowsersResponse struct {
	Items []Browser `json:"items"`
}

// Look is an object of the API.
type Look struct {
	Branding        Opt[LookBranding] `json:"branding,omitzero"`
	DefaultLanguage Opt[string]       `json:"default_language,omitzero"`
	Name            Opt[string]       `json:"name,omitzero"`
}

// LookBranding is an object of the API.
type LookBranding struct {
	BackgroundColor string `json:"background_color,omitzero"`
	LogoURL         string `json:"logo_url,omitzero"`
	PrimaryColor    string `json:"primary_color,omitzero"`
	Theme           string `json:"theme,omitzero"`
}

// MatrixRow is an object of the API.
type MatrixRow struct {
	Permissions []string `json:"permissions"`
	RoleID      string   `json:"role_id"`
	Slug        string   `json:"slug"`
}

// Member is an object of the API.
type Member struct {
	ID    string    `json:"id"`
	Kind  string    `json:"kind"`
	Since time.Time `json:"since"`
}

// MemberList is an object of the API.
type MemberList struct {
	Items []Member `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// MergeUserRequest is an object of the API.
type MergeUserRequest struct {
	// UserID: The account that is taken in, and erased.
	UserID string `json:"user_id"`
}

// Message is an object of the API.
type Message struct {
	ApplicationID     string    `json:"application_id,omitzero"`
	Attempts          int64     `json:"attempts"`
	Channel           string    `json:"channel"`
	CreatedAt         time.Time `json:"created_at"`
	From              string    `json:"from,omitzero"`
	ID                string    `json:"id"`
	Kind              string    `json:"kind"`
	LastEvent         string    `json:"last_event,omitzero"`
	LastEventAt       time.Time `json:"last_event_at,omitzero"`
	Provider          string    `json:"provider,omitzero"`
	ProviderMessageID string    `json:"provider_message_id,omitzero"`
	Status            string    `json:"status"`
	// Summary: The subject, or the text of an SMS without its code; only for callers who hold users.read.
	Summary string `json:"summary,omitzero"`
	// To: Masked unless the caller holds users.read; absent when its owner was erased.
	To        string    `json:"to,omitzero"`
	UpdatedAt time.Time `json:"updated_at"`
	UserID    string    `json:"user_id,omitzero"`
}

// MessageKind is an object of the API.
type MessageKind struct {
	Channel string `json:"channel"`
	// Essential: Sent also to those who unsubscribed.
	Essential bool       `json:"essential"`
	Kind      string     `json:"kind"`
	Languages []Language `json:"languages"`
	// Placeholders: The values that a letter of this kind brings.
	Placeholders []string `json:"placeholders"`
}

// MessageList is an object of the API.
type MessageList struct {
	Items []Message `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// NewKey is an object of the API.
type NewKey struct {
	ApplicationID string    `json:"application_id,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	ID            string    `json:"id"`
	// Key: The key itself. Shown once.
	Key        string    `json:"key"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
	Name       string    `json:"name"`
	Networks   []string  `json:"networks"`
	// Prefix: The beginning of the key, to tell keys apart.
	Prefix    string    `json:"prefix"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	// Scopes: Permissions that it holds; * is all.
	Scopes []string `json:"scopes"`
}

// NewOperator is an object of the API.
type NewOperator struct {
	ApplicationID string    `json:"application_id,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	ID            string    `json:"id"`
	// Key: The key itself. Shown once.
	Key        string    `json:"key"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
	Name       string    `json:"name"`
	Networks   []string  `json:"networks"`
	// Prefix: The beginning of the key, to tell keys apart.
	Prefix string `json:"prefix"`
	// Realms: Ids of the realms that it is limited to; none is all.
	Realms    []string  `json:"realms"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	// Scopes: Permissions that it holds; * is all.
	Scopes []string `json:"scopes"`
}

// NewWebhook is an object of the API.
type NewWebhook struct {
	// ApplicationID: Absent for the whole realm.
	ApplicationID  string    `json:"application_id,omitzero"`
	CreatedAt      time.Time `json:"created_at"`
	Description    string    `json:"description"`
	DisabledReason string    `json:"disabled_reason,omitzero"`
	Enabled        bool      `json:"enabled"`
	Events         []string  `json:"events"`
	FailingSince   time.Time `json:"failing_since,omitzero"`
	// Failures: Attempts in a row that have failed.
	Failures int64 `json:"failures"`
	// Headers: Names of headers that are sent along; their values are not shown.
	Headers []string `json:"headers"`
	ID      string   `json:"id"`
	// Secret: whsec_…, shown once.
	Secret    string    `json:"secret"`
	UpdatedAt time.Time `json:"updated_at"`
	URL       string    `json:"url"`
	Version   int64     `json:"version"`
}

// NoticeKind is an object of the API.
type NoticeKind struct {
	Icon         string   `json:"icon"`
	Kind         string   `json:"kind"`
	Link         string   `json:"link,omitzero"`
	Placeholders []string `json:"placeholders"`
	Priority     string   `json:"priority"`
	// Security: People cannot switch it off.
	Security bool   `json:"security"`
	Topic    string `json:"topic"`
}

// NoticeKindList is an object of the API.
type NoticeKindList struct {
	Items []NoticeKind `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// NoticeSaid is an object of the API.
type NoticeSaid struct {
	Body  string `json:"body,omitzero"`
	Link  string `json:"link,omitzero"`
	Title string `json:"title"`
}

// NoticeTemplate is an object of the API.
type NoticeTemplate struct {
	Body      string    `json:"body,omitzero"`
	CreatedAt time.Time `json:"created_at"`
	Icon      string    `json:"icon,omitzero"`
	Language  string    `json:"language"`
	Link      string    `json:"link,omitzero"`
	// Placeholders: The values that the words use.
	Placeholders []string  `json:"placeholders"`
	Slug         string    `json:"slug"`
	Title        string    `json:"title"`
	UpdatedAt    time.Time `json:"updated_at"`
	Version      int64     `json:"version"`
}

// NoticeTemplateList is an object of the API.
type NoticeTemplateList struct {
	Items []NoticeTemplate `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// NoticeWords is an object of the API.
type NoticeWords struct {
	Body string `json:"body,omitzero"`
	// Icon: Without it, the kind's.
	Icon string `json:"icon,omitzero"`
	// Link: Without it, the kind's. Values are escaped in it.
	Link  string `json:"link,omitzero"`
	Title string `json:"title"`
}

// OauthGrant is an object of the API.
type OauthGrant struct {
	ApplicationID string `json:"application_id"`
	// Audience: Resources that its access tokens are for; empty is the realm itself.
	Audience  []string  `json:"audience"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	ID        string    `json:"id"`
	// Offline: It outlives the browser session.
	Offline bool     `json:"offline"`
	Scopes  []string `json:"scopes"`
	// SessionID: The browser session that it ends with.
	SessionID string `json:"session_id,omitzero"`
	UserID    string `json:"user_id"`
}

// Operator is an object of the API.
type Operator struct {
	ApplicationID string    `json:"application_id,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	ID            string    `json:"id"`
	LastUsedAt    time.Time `json:"last_used_at,omitzero"`
	Name          string    `json:"name"`
	Networks      []string  `json:"networks"`
	// Prefix: The beginning of the key, to tell keys apart.
	Prefix string `json:"prefix"`
	// Realms: Ids of the realms that it is limited to; none is all.
	Realms    []string  `json:"realms"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	// Scopes: Permissions that it holds; * is all.
	Scopes []string `json:"scopes"`
}

// OperatorList is an object of the API.
type OperatorList struct {
	Items []Operator `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Option is an object of the API.
type Option struct {
	Labels map[string]string `json:"labels,omitzero"`
	Value  string            `json:"value"`
}

// OptionsStruct is an object of the API.
type OptionsStruct struct {
	// EvaluationsSemantic: execute_all, if left out.
	EvaluationsSemantic string `json:"evaluations_semantic,omitzero"`
}

// Outcome is an object of the API.
type Outcome struct {
	Allowed bool     `json:"allowed"`
	Path    []string `json:"path"`
	Reasons []Reason `json:"reasons"`
}

// Passkey is an object of the API.
type Passkey struct {
	// Aaguid: The make of the authenticator; all zero when it does not tell.
	Aaguid string `json:"aaguid"`
	// Attestation: The format of the attestation statement (WebAuthn §8).
	Attestation    string `json:"attestation"`
	BackedUp       bool   `json:"backed_up"`
	BackupEligible bool   `json:"backup_eligible"`
	// CloneWarningAt: When its counter went back, as that of a copy would.
	CloneWarningAt time.Time `json:"clone_warning_at,omitzero"`
	CreatedAt      time.Time `json:"created_at"`
	// Discoverable: It signs in without a user name.
	Discoverable bool      `json:"discoverable"`
	ID           string    `json:"id"`
	LastUsedAt   time.Time `json:"last_used_at,omitzero"`
	// Name: What the person calls it, else its maker's name; may be empty.
	Name       string   `json:"name"`
	Transports []string `json:"transports"`
	// UserVerified: It has verified its user in a ceremony.
	UserVerified bool `json:"user_verified"`
}

// People is an object of the API.
type People struct {
	Active        int64 `json:"active"`
	EmailVerified int64 `json:"email_verified"`
	PhoneVerified int64 `json:"phone_verified"`
	// SecondFactor: Who has at least one.
	SecondFactor int64 `json:"second_factor"`
	Suspended    int64 `json:"suspended"`
	Total        int64 `json:"total"`
}

// Permission is an object of the API.
type Permission struct {
	ApplicationID string `json:"application_id"`
	Code          string `json:"code"`
	Description   string `json:"description"`
	ID            string `json:"id"`
	Version       int64  `json:"version"`
}

// PermissionList is an object of the API.
type PermissionList struct {
	Items []Permission `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Person is an object of the API.
type Person struct {
	Address *Address `json:"address,omitzero"`
	// Attributes: Values of the realm's profile schema.
	Attributes         map[string]any `json:"attributes,omitzero"`
	Birthdate          string         `json:"birthdate,omitzero"`
	Email              string         `json:"email"`
	EmailVerified      *bool          `json:"email_verified,omitzero"`
	FamilyName         string         `json:"family_name,omitzero"`
	Gender             string         `json:"gender,omitzero"`
	GivenName          string         `json:"given_name,omitzero"`
	Locale             string         `json:"locale,omitzero"`
	MiddleName         string         `json:"middle_name,omitzero"`
	MustChangePassword *bool          `json:"must_change_password,omitzero"`
	Name               string         `json:"name,omitzero"`
	Nickname           string         `json:"nickname,omitzero"`
	// PasswordHash: Argon2id, bcrypt, scrypt or PBKDF2, encoded; the first sign-in makes it one of ours.
	PasswordHash string `json:"password_hash,omitzero"`
	// PhoneNumber: Unverified until the person proves it.
	PhoneNumber       string `json:"phone_number,omitzero"`
	Picture           string `json:"picture,omitzero"`
	PreferredUsername string `json:"preferred_username,omitzero"`
	Website           string `json:"website,omitzero"`
	Zoneinfo          string `json:"zoneinfo,omitzero"`
}

// Pin is an object of the API.
type Pin struct {
	DocumentID string `json:"document_id"`
	Kind       string `json:"kind"`
}

// Plan is an object of the API.
type Plan struct {
	// Plan: The name of the plan, for blueprint/apply.
	Plan  string          `json:"plan"`
	Steps []BlueprintStep `json:"steps"`
}

// Policy is an object of the API.
type Policy struct {
	ActivatedAt time.Time `json:"activated_at,omitzero"`
	Active      bool      `json:"active"`
	// ApplicationID: Absent for the whole realm.
	ApplicationID string    `json:"application_id,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	Description   string    `json:"description"`
	// Draft: What counts after the next activation.
	Draft string `json:"draft,omitzero"`
	ID    string `json:"id"`
	Name  string `json:"name"`
	// Source: What counts while it is active.
	Source    string    `json:"source,omitzero"`
	UpdatedAt time.Time `json:"updated_at"`
	Version   int64     `json:"version"`
}

// PolicyList is an object of the API.
type PolicyList struct {
	Items []Policy `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// PreviewNotificationTemplateRequest is an object of the API.
type PreviewNotificationTemplateRequest struct {
	Body   string            `json:"body,omitzero"`
	Link   string            `json:"link,omitzero"`
	Title  string            `json:"title,omitzero"`
	Values map[string]string `json:"values,omitzero"`
}

// Proof is an object of the API.
type Proof struct {
	// Checkpoint: The signed root: a compact JWS.
	Checkpoint string `json:"checkpoint"`
	Entry      Record `json:"entry"`
	Format     string `json:"format"`
	// Path: Hashes of the Merkle tree beside the way from the entry to the root, from the bottom (RFC 6962, section 2.1.1).
	Path []string `json:"path"`
}

// Provider is an object of the API.
type Provider struct {
	AppleKey *AppleKey `json:"apple_key,omitzero"`
	// CallbackURL: Where the provider sends people back to; register it there.
	CallbackURL string `json:"callback_url"`
	// Claims: The provider's claims by our names, where they differ.
	Claims          map[string]string `json:"claims"`
	ClientID        string            `json:"client_id"`
	CreatedAt       time.Time         `json:"created_at"`
	Enabled         bool              `json:"enabled"`
	HasClientSecret bool              `json:"has_client_secret"`
	ID              string            `json:"id"`
	Issuer          string            `json:"issuer"`
	Kind            string            `json:"kind"`
	Name            string            `json:"name"`
	// Position: Its place among the buttons, the smallest first.
	Position int64 `json:"position"`
	// Registration: Who has no account gets one by signing in.
	Registration bool     `json:"registration"`
	Scopes       []string `json:"scopes"`
	Slug         string   `json:"slug"`
	// SyncProfile: Name and picture are taken over at each sign-in.
	SyncProfile bool `json:"sync_profile"`
	// TrustEmail: It is believed that an address is its user's.
	TrustEmail bool      `json:"trust_email"`
	UpdatedAt  time.Time `json:"updated_at"`
	Version    int64     `json:"version"`
}

// ProviderList is an object of the API.
type ProviderList struct {
	Items []Provider `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// PutLimitRequest is an object of the API.
type PutLimitRequest struct {
	// Limits: Up to four of different units: s, m, h, day.
	Limits string `json:"limits"`
}

// PutProfileSchemaRequest is an object of the API.
type PutProfileSchemaRequest struct {
	Fields []Field `json:"fields"`
}

// Question is an object of the API.
type Question struct {
	// ApplicationID: Whose permission it is; leave out for one of the administration.
	ApplicationID string `json:"application_id,omitzero"`
	// Context: What else policies may ask about, by name.
	Context map[string]any `json:"context,omitzero"`
	// FactorAt: When the subject last showed a second factor.
	FactorAt time.Time `json:"factor_at,omitzero"`
	// IP: Where the subject comes from.
	IP         string `json:"ip,omitzero"`
	Permission string `json:"permission,omitzero"`
	// Resource: What is acted upon, for policies.
	Resource *ResourceEntity `json:"resource,omitzero"`
	// Scope: For one of the administration: the application that it is used upon.
	Scope     string `json:"scope,omitzero"`
	SubjectID string `json:"subject_id,omitzero"`
	// SubjectKind: user, if left out.
	SubjectKind string `json:"subject_kind,omitzero"`
}

// ReadApplicationKeysResponse is an object of the API.
type ReadApplicationKeysResponse struct {
	// Keys: JSON Web Keys (RFC 7517).
	Keys []any `json:"keys"`
}

// ReadCatalogueResponse is an object of the API.
type ReadCatalogueResponse struct {
	Items []CatalogueEntry `json:"items"`
}

// ReadPolicyVocabularyResponse is an object of the API.
type ReadPolicyVocabularyResponse struct {
	// Schema: In Cedar's own notation.
	Schema string `json:"schema"`
}

// ReadRolesMatrixResponse is an object of the API.
type ReadRolesMatrixResponse struct {
	Permissions []string    `json:"permissions"`
	Roles       []MatrixRow `json:"roles"`
}

// Realm is an object of the API.
type Realm struct {
	Active          bool      `json:"active"`
	Branding        Branding  `json:"branding"`
	CreatedAt       time.Time `json:"created_at"`
	DefaultLanguage string    `json:"default_language,omitzero"`
	ID              string    `json:"id"`
	Name            string    `json:"name"`
	Slug            string    `json:"slug"`
	UpdatedAt       time.Time `json:"updated_at"`
	Version         int64     `json:"version"`
}

// RealmList is an object of the API.
type RealmList struct {
	Items []Realm `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Reason is an object of the API.
type Reason struct {
	AssignmentID string `json:"assignment_id,omitzero"`
	Code         string `json:"code"`
	Detail       string `json:"detail,omitzero"`
	PolicyID     string `json:"policy_id,omitzero"`
	RoleID       string `json:"role_id,omitzero"`
}

// Record is an object of the API.
type Record struct {
	ActorApplicationID string    `json:"actor_application_id"`
	ActorID            string    `json:"actor_id"`
	ActorKind          string    `json:"actor_kind"`
	ApplicationID      string    `json:"application_id"`
	At                 time.Time `json:"at"`
	// Details: The personal part of the payload, sealed.
	Details string `json:"details"`
	ID      string `json:"id"`
	// Origin: Where the actor acted from, sealed.
	Origin string `json:"origin"`
	// Payload: JSON, as text.
	Payload     string `json:"payload"`
	Previous    string `json:"previous"`
	RealmID     string `json:"realm_id"`
	RefID       string `json:"ref_id"`
	RefKind     string `json:"ref_kind"`
	RequestID   string `json:"request_id"`
	Sequence    int64  `json:"sequence"`
	SubjectID   string `json:"subject_id"`
	SubjectKind string `json:"subject_kind"`
	Type        string `json:"type"`
	Version     int64  `json:"version"`
}

// Registered is an object of the API.
type Registered struct {
	AccessTokenAlgorithm string   `json:"access_token_algorithm,omitzero"`
	AccessTokenLifetime  int64    `json:"access_token_lifetime"`
	AllowedOrigins       []string `json:"allowed_origins"`
	Audiences            []string `json:"audiences"`
	ClientID             string   `json:"client_id"`
	// ClientSecret: Shown once.
	ClientSecret           string    `json:"client_secret,omitzero"`
	CreatedAt              time.Time `json:"created_at"`
	Description            string    `json:"description"`
	Enabled                bool      `json:"enabled"`
	FirstParty             bool      `json:"first_party"`
	GrantTypes             []string  `json:"grant_types"`
	HomeURL                string    `json:"home_url"`
	ID                     string    `json:"id"`
	IDTokenAlgorithm       string    `json:"id_token_algorithm,omitzero"`
	IDTokenLifetime        int64     `json:"id_token_lifetime"`
	Identifiers            []string  `json:"identifiers"`
	LogoURL                string    `json:"logo_url"`
	Name                   string    `json:"name"`
	PostLogoutRedirectURIs []string  `json:"post_logout_redirect_uris"`
	// Providers: Absent when all are offered.
	Providers               []string  `json:"providers,omitzero"`
	RedirectURIs            []string  `json:"redirect_uris"`
	RefreshAbsolute         int64     `json:"refresh_absolute"`
	RefreshIdle             int64     `json:"refresh_idle"`
	Registration            bool      `json:"registration"`
	RequiredFields          []string  `json:"required_fields"`
	Scopes                  []string  `json:"scopes"`
	SecondFactor            string    `json:"second_factor,omitzero"`
	TokenEndpointAuthMethod string    `json:"token_endpoint_auth_method"`
	TokenFormat             string    `json:"token_format"`
	Type                    string    `json:"type"`
	UpdatedAt               time.Time `json:"updated_at"`
	Version                 int64     `json:"version"`
}

// ReplaceApplicationKeysRequest is an object of the API.
type ReplaceApplicationKeysRequest struct {
	// Keys: Public JSON Web Keys (RFC 7517).
	Keys []any `json:"keys"`
}

// ReplayWebhookDeliveriesRequest is an object of the API.
type ReplayWebhookDeliveriesRequest struct {
	// Since: Deliveries from then on.
	Since time.Time `json:"since"`
	// Status: All that do not wait, if left out.
	Status string `json:"status,omitzero"`
	Type   string `json:"type,omitzero"`
	// Until: Deliveries before then; until now, if left out.
	Until time.Time `json:"until,omitzero"`
}

// ReplayWebhookDeliveriesResponse is an object of the API.
type ReplayWebhookDeliveriesResponse struct {
	// NextUntil: There may be more: call again with this as until.
	NextUntil time.Time `json:"next_until,omitzero"`
	Replayed  int64     `json:"replayed"`
}

// Report is an object of the API.
type Report struct {
	Applications StatisticsApplication `json:"applications"`
	// At: When it was counted; up to a minute ago.
	At time.Time `json:"at"`
	// Days: The oldest first; the last one is today, in UTC.
	Days    []Day  `json:"days"`
	Letters Letter `json:"letters"`
	// Sessions: That are alive, in browsers.
	Sessions int64  `json:"sessions"`
	Users    People `json:"users"`
}

// ResetUserFactorsResponse is an object of the API.
type ResetUserFactorsResponse struct {
	Removed []string `json:"removed"`
}

// ResourceEntity is an object of the API.
type ResourceEntity struct {
	ID         string         `json:"id"`
	Properties map[string]any `json:"properties,omitzero"`
	Type       string         `json:"type"`
}

// RestProblem is an object of the API.
type RestProblem struct {
	// Code: Stable, for programs.
	Code   string `json:"code"`
	Detail string `json:"detail,omitzero"`
	// Field: The member or parameter at fault.
	Field     string `json:"field,omitzero"`
	RequestID string `json:"request_id"`
	Status    int64  `json:"status"`
	Title     string `json:"title"`
	Type      string `json:"type"`
}

// RestRealmList is an object of the API.
type RestRealmList struct {
	Items []StatisticsRealm `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// RetryAllParkedRequest is an object of the API.
type RetryAllParkedRequest struct {
	// Queue: Only that queue; all, if left out.
	Queue string `json:"queue,omitzero"`
}

// RetryAllParkedResponse is an object of the API.
type RetryAllParkedResponse struct {
	// Items: How many are tried again.
	Items int64 `json:"items"`
}

// Role is an object of the API.
type Role struct {
	// ApplicationID: Absent for a role of the realm.
	ApplicationID string `json:"application_id,omitzero"`
	BuiltIn       bool   `json:"built_in"`
	Description   string `json:"description"`
	// ID: The slug for a built-in role.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Nested: Ids of the roles that it contains.
	Nested      []string `json:"nested"`
	Permissions []Grant  `json:"permissions"`
	// Requirements: What it demands of its holder.
	Requirements []string `json:"requirements"`
	Slug         string   `json:"slug"`
	Version      int64    `json:"version"`
}

// RoleList is an object of the API.
type RoleList struct {
	Items []Role `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// RotateAPIKeyRequest is an object of the API.
type RotateAPIKeyRequest struct {
	// Overlap: Seconds that the old key lives on.
	Overlap *int64 `json:"overlap,omitzero"`
}

// RotateApplicationSecretRequest is an object of the API.
type RotateApplicationSecretRequest struct {
	// ClientSecret: One of your own: random, of 32 characters at least. Made by the server if left out.
	ClientSecret string `json:"client_secret,omitzero"`
	// Overlap: Seconds that the one before lives on.
	Overlap *int64 `json:"overlap,omitzero"`
}

// RotateApplicationSecretResponse is an object of the API.
type RotateApplicationSecretResponse struct {
	// ClientSecret: Shown once; absent if the caller has brought it.
	ClientSecret string `json:"client_secret,omitzero"`
}

// RotateKeysRequest is an object of the API.
type RotateKeysRequest struct {
	// Algorithm: Only the key of this algorithm; without it, all that the realm has.
	Algorithm string `json:"algorithm,omitzero"`
	// Immediately: Sign with a fresh key at once.
	Immediately *bool `json:"immediately,omitzero"`
}

// RotateWebhookSecretRequest is an object of the API.
type RotateWebhookSecretRequest struct {
	// Overlap: Seconds that the secret before signs as well.
	Overlap *int64 `json:"overlap,omitzero"`
}

// RotateWebhookSecretResponse is an object of the API.
type RotateWebhookSecretResponse struct {
	// Secret: whsec_…, shown once.
	Secret string `json:"secret"`
}

// Schema is an object of the API.
type Schema struct {
	Fields    []Field   `json:"fields"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	Version   int64     `json:"version"`
}

// Secret is an object of the API.
type Secret struct {
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	ID        string    `json:"id"`
}

// SendNotificationRequest is an object of the API.
type SendNotificationRequest struct {
	// Body: Plain text; at most notification_max_length characters.
	Body string `json:"body,omitzero"`
	// ExpiresAt: Without it, by the realm's notification_ttl.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Icon      string    `json:"icon,omitzero"`
	// Link: A path below the realm, or an https address of an origin that an application allows.
	Link     string `json:"link,omitzero"`
	Priority string `json:"priority,omitzero"`
	// RoleID: Everybody who holds it is told: by themselves, by a group, or by a role that contains it.
	RoleID string `json:"role_id,omitzero"`
	// Template: The slug of a template of the realm; without it title and body are what is said.
	Template string `json:"template,omitzero"`
	Title    string `json:"title,omitzero"`
	// UserID: Who is told; or:
	UserID string `json:"user_id,omitzero"`
	// Values: What fills the placeholders of the template.
	Values map[string]string `json:"values,omitzero"`
}

// SendTestMessageRequest is an object of the API.
type SendTestMessageRequest struct {
	// Kind: A kind of mail.
	Kind string `json:"kind,omitzero"`
	// Language: Without it, the realm's.
	Language string `json:"language,omitzero"`
}

// Sending is an object of the API.
type Sending struct {
	Audience  string    `json:"audience"`
	Body      string    `json:"body,omitzero"`
	CreatedAt time.Time `json:"created_at"`
	// ExpiresAt: When it disappears from accounts.
	ExpiresAt  time.Time `json:"expires_at"`
	FinishedAt time.Time `json:"finished_at,omitzero"`
	Icon       string    `json:"icon,omitzero"`
	ID         string    `json:"id"`
	// Kind: message, the slug of a template, or what everybody was told.
	Kind     string `json:"kind"`
	Link     string `json:"link,omitzero"`
	Priority string `json:"priority"`
	// Reached: How many people were told so far.
	Reached    int64             `json:"reached"`
	RoleID     string            `json:"role_id,omitzero"`
	SenderID   string            `json:"sender_id,omitzero"`
	SenderKind string            `json:"sender_kind"`
	StartsAt   time.Time         `json:"starts_at"`
	Status     string            `json:"status"`
	Title      string            `json:"title,omitzero"`
	UserID     string            `json:"user_id,omitzero"`
	Values     map[string]string `json:"values,omitzero"`
}

// SendingList is an object of the API.
type SendingList struct {
	Items []Sending `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Session is an object of the API.
type Session struct {
	ACR             string    `json:"acr"`
	AMR             []string  `json:"amr"`
	AuthenticatedAt time.Time `json:"authenticated_at"`
	Device          string    `json:"device"`
	ExpiresAt       time.Time `json:"expires_at"`
	ID              string    `json:"id"`
	IP              string    `json:"ip,omitzero"`
	LastSeenAt      time.Time `json:"last_seen_at"`
}

// SetApplicationDocumentsRequest is an object of the API.
type SetApplicationDocumentsRequest struct {
	// Documents: Ids of documents.
	Documents []string `json:"documents"`
}

// SetUserPasswordRequest is an object of the API.
type SetUserPasswordRequest struct {
	Password string `json:"password"`
	// Temporary: The person must choose another one at the next sign-in. True, if left out.
	Temporary *bool `json:"temporary,omitzero"`
}

// StatisticsApplication is an object of the API.
type StatisticsApplication struct {
	Enabled int64 `json:"enabled"`
	Total   int64 `json:"total"`
}

// StatisticsRealm is an object of the API.
type StatisticsRealm struct {
	Active       bool                  `json:"active"`
	Applications StatisticsApplication `json:"applications"`
	Name         string                `json:"name"`
	RealmID      string                `json:"realm_id"`
	Sessions     int64                 `json:"sessions"`
	// SignInFailures: In the last 30 days.
	SignInFailures int64 `json:"sign_in_failures"`
	// SignIns: In the last 30 days.
	SignIns int64  `json:"sign_ins"`
	Slug    string `json:"slug"`
	Users   People `json:"users"`
}

// Stream is an object of the API.
type Stream struct {
	ApplicationID string    `json:"application_id"`
	CreatedAt     time.Time `json:"created_at"`
	Description   string    `json:"description"`
	Endpoint      string    `json:"endpoint,omitzero"`
	// Events: URIs of the types that are delivered.
	Events       []string  `json:"events"`
	FailingSince time.Time `json:"failing_since,omitzero"`
	Failures     int64     `json:"failures"`
	ID           string    `json:"id"`
	Method       string    `json:"method"`
	Reason       string    `json:"reason,omitzero"`
	Status       string    `json:"status"`
	UpdatedAt    time.Time `json:"updated_at"`
}

// StreamList is an object of the API.
type StreamList struct {
	Items []Stream `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// SubjectEntity is an object of the API.
type SubjectEntity struct {
	ID string `json:"id"`
	// Properties: Not believed: what counts about people is what this server knows.
	Properties map[string]any `json:"properties,omitzero"`
	Type       string         `json:"type"`
}

// Suppression is an object of the API.
type Suppression struct {
	// Address: Masked unless the caller holds users.read.
	Address   string    `json:"address"`
	CreatedAt time.Time `json:"created_at"`
	// ExpiresAt: Absent when it stays.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	ID        string    `json:"id"`
	Reason    string    `json:"reason"`
}

// SuppressionList is an object of the API.
type SuppressionList struct {
	Items []Suppression `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// SuspendRealmRequest is an object of the API.
type SuspendRealmRequest struct {
	Reason string `json:"reason,omitzero"`
}

// Template is an object of the API.
type Template struct {
	CreatedAt   time.Time `json:"created_at"`
	Description string    `json:"description,omitzero"`
	// Html: As it was made safe when it was stored.
	Html      string    `json:"html,omitzero"`
	Kind      string    `json:"kind"`
	Language  string    `json:"language"`
	Subject   string    `json:"subject,omitzero"`
	Text      string    `json:"text"`
	UpdatedAt time.Time `json:"updated_at"`
	Version   int64     `json:"version"`
}

// Text is an object of the API.
type Text struct {
	Language string `json:"language"`
	Markdown string `json:"markdown"`
	Title    string `json:"title"`
}

// Thing is an object of the API.
type Thing struct {
	ID   string `json:"id,omitzero"`
	Kind string `json:"kind"`
}

// TryPolicyRequest is an object of the API.
type TryPolicyRequest struct {
	// ApplicationID: Whose permission it is; the policy's application, if left out.
	ApplicationID string          `json:"application_id,omitzero"`
	Context       map[string]any  `json:"context,omitzero"`
	FactorAt      time.Time       `json:"factor_at,omitzero"`
	IP            string          `json:"ip,omitzero"`
	Permission    string          `json:"permission"`
	Resource      *ResourceEntity `json:"resource,omitzero"`
	SubjectID     string          `json:"subject_id"`
	// SubjectKind: user, if left out.
	SubjectKind string `json:"subject_kind,omitzero"`
}

// TryPolicyResponse is an object of the API.
type TryPolicyResponse struct {
	// Now: With what is in force.
	Now Outcome `json:"now"`
	// Then: If the draft counted as well.
	Then Outcome `json:"then"`
}

// UpdateAPIKeyRequest is an object of the API.
type UpdateAPIKeyRequest struct {
	ExpiresAt Opt[time.Time] `json:"expires_at,omitzero"`
	Name      Opt[string]    `json:"name,omitzero"`
	Networks  []string       `json:"networks,omitzero"`
	Scopes    []string       `json:"scopes,omitzero"`
}

// UpdateApplicationRequest is an object of the API.
type UpdateApplicationRequest struct {
	AccessTokenAlgorithm Opt[string] `json:"access_token_algorithm,omitzero"`
	// AccessTokenLifetime: Seconds; 0 is the realm's.
	AccessTokenLifetime Opt[int64] `json:"access_token_lifetime,omitzero"`
	AllowedOrigins      []string   `json:"allowed_origins,omitzero"`
	// Audiences: Resources that it may ask tokens for.
	Audiences   []string    `json:"audiences,omitzero"`
	Description Opt[string] `json:"description,omitzero"`
	// FirstParty: It belongs to the realm's owner: nobody is asked for consent.
	FirstParty Opt[bool]   `json:"first_party,omitzero"`
	GrantTypes []string    `json:"grant_types,omitzero"`
	HomeURL    Opt[string] `json:"home_url,omitzero"`
	// IDTokenAlgorithm: Null is the realm's.
	IDTokenAlgorithm Opt[string] `json:"id_token_algorithm,omitzero"`
	IDTokenLifetime  Opt[int64]  `json:"id_token_lifetime,omitzero"`
	// Identifiers: Resources that it answers to.
	Identifiers            []string    `json:"identifiers,omitzero"`
	LogoURL                Opt[string] `json:"logo_url,omitzero"`
	Name                   Opt[string] `json:"name,omitzero"`
	PostLogoutRedirectURIs []string    `json:"post_logout_redirect_uris,omitzero"`
	// Providers: Names of upstream providers; null is all.
	Providers       Opt[[]string] `json:"providers,omitzero"`
	RedirectURIs    []string      `json:"redirect_uris,omitzero"`
	RefreshAbsolute Opt[int64]    `json:"refresh_absolute,omitzero"`
	RefreshIdle     Opt[int64]    `json:"refresh_idle,omitzero"`
	// Registration: People may make accounts on their way in.
	Registration   Opt[bool] `json:"registration,omitzero"`
	RequiredFields []string  `json:"required_fields,omitzero"`
	// Scopes: What it may ask for.
	Scopes []string `json:"scopes,omitzero"`
	// SecondFactor: required, or null for what the realm says.
	SecondFactor Opt[string] `json:"second_factor,omitzero"`
	TokenFormat  Opt[string] `json:"token_format,omitzero"`
}

// UpdateAssignmentRequest is an object of the API.
type UpdateAssignmentRequest struct {
	ExpiresAt    Opt[time.Time] `json:"expires_at,omitzero"`
	MaxFactorAge Opt[int64]     `json:"max_factor_age,omitzero"`
	Networks     []string       `json:"networks,omitzero"`
	StartsAt     Opt[time.Time] `json:"starts_at,omitzero"`
}

// UpdateDocumentRequest is an object of the API.
type UpdateDocumentRequest struct {
	Language Opt[string] `json:"language,omitzero"`
	Required Opt[bool]   `json:"required,omitzero"`
	Texts    []Text      `json:"texts,omitzero"`
	Version  Opt[string] `json:"version,omitzero"`
}

// UpdateGroupRequest is an object of the API.
type UpdateGroupRequest struct {
	Description Opt[string] `json:"description,omitzero"`
	Name        Opt[string] `json:"name,omitzero"`
}

// UpdatePermissionRequest is an object of the API.
type UpdatePermissionRequest struct {
	Description Opt[string] `json:"description,omitzero"`
}

// UpdatePolicyRequest is an object of the API.
type UpdatePolicyRequest struct {
	Description Opt[string] `json:"description,omitzero"`
	// Draft: Null drops the draft of an active policy.
	Draft Opt[string] `json:"draft,omitzero"`
	Name  Opt[string] `json:"name,omitzero"`
}

// UpdateProviderRequest is an object of the API.
type UpdateProviderRequest struct {
	AppleKey Opt[UpdateProviderRequestAppleKey] `json:"apple_key,omitzero"`
	Claims   Opt[map[string]string]             `json:"claims,omitzero"`
	ClientID Opt[string]                        `json:"client_id,omitzero"`
	// ClientSecret: Replaces the one that is kept.
	ClientSecret Opt[string] `json:"client_secret,omitzero"`
	Issuer       Opt[string] `json:"issuer,omitzero"`
	Name         Opt[string] `json:"name,omitzero"`
	Position     Opt[int64]  `json:"position,omitzero"`
	Registration Opt[bool]   `json:"registration,omitzero"`
	Scopes       []string    `json:"scopes,omitzero"`
	SyncProfile  Opt[bool]   `json:"sync_profile,omitzero"`
	// TrustEmail: Whoever changes a provider that is believed needs users.credentials as well.
	TrustEmail Opt[bool] `json:"trust_email,omitzero"`
}

// UpdateProviderRequestAppleKey is an object of the API.
type UpdateProviderRequestAppleKey struct {
	KeyID  string `json:"key_id"`
	TeamID string `json:"team_id"`
}

// UpdateRoleRequest is an object of the API.
type UpdateRoleRequest struct {
	Description  Opt[string] `json:"description,omitzero"`
	Name         Opt[string] `json:"name,omitzero"`
	Nested       []string    `json:"nested,omitzero"`
	Permissions  []Grant     `json:"permissions,omitzero"`
	Requirements []string    `json:"requirements,omitzero"`
	Slug         Opt[string] `json:"slug,omitzero"`
}

// UpdateUserRequest is an object of the API.
type UpdateUserRequest struct {
	// Attributes: Laid over those there are; null takes a value away.
	Attributes Opt[map[string]any] `json:"attributes,omitzero"`
	Email      Opt[string]         `json:"email,omitzero"`
	// EmailVerified: With an address: whether it is known to be the person's. Alone: true verifies the present one.
	EmailVerified Opt[bool]   `json:"email_verified,omitzero"`
	FamilyName    Opt[string] `json:"family_name,omitzero"`
	GivenName     Opt[string] `json:"given_name,omitzero"`
	Locale        Opt[string] `json:"locale,omitzero"`
	Name          Opt[string] `json:"name,omitzero"`
	// Phone: Unverified until the person proves it.
	Phone               Opt[string] `json:"phone,omitzero"`
	RequireSecondFactor Opt[bool]   `json:"require_second_factor,omitzero"`
}

// UpdateWebhookRequest is an object of the API.
type UpdateWebhookRequest struct {
	Description Opt[string] `json:"description,omitzero"`
	Enabled     Opt[bool]   `json:"enabled,omitzero"`
	Events      []string    `json:"events,omitzero"`
	// Headers: Replaces all of them; null removes them.
	Headers Opt[map[string]string] `json:"headers,omitzero"`
	URL     Opt[string]            `json:"url,omitzero"`
}

// User is an object of the API.
type User struct {
	// Attributes: Values of the realm's profile schema.
	Attributes    map[string]any `json:"attributes"`
	CreatedAt     time.Time      `json:"created_at"`
	Email         string         `json:"email"`
	EmailVerified bool           `json:"email_verified"`
	ErasureAt     time.Time      `json:"erasure_at,omitzero"`
	// Factors: Kinds of second factors.
	Factors             []string  `json:"factors"`
	FamilyName          string    `json:"family_name,omitzero"`
	GivenName           string    `json:"given_name,omitzero"`
	HasPassword         bool      `json:"has_password"`
	ID                  string    `json:"id"`
	LastLoginAt         time.Time `json:"last_login_at,omitzero"`
	Locale              string    `json:"locale,omitzero"`
	MustChangePassword  bool      `json:"must_change_password"`
	Name                string    `json:"name,omitzero"`
	PasswordChangedAt   time.Time `json:"password_changed_at,omitzero"`
	Phone               string    `json:"phone,omitzero"`
	PhoneVerified       bool      `json:"phone_verified"`
	RequireSecondFactor bool      `json:"require_second_factor"`
	Status              string    `json:"status"`
	UpdatedAt           time.Time `json:"updated_at"`
	Version             int64     `json:"version"`
}

// UserList is an object of the API.
type UserList struct {
	Items []User `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// View is an object of the API.
type View struct {
	ActivatedAt time.Time `json:"activated_at,omitzero"`
	Algorithm   string    `json:"algorithm"`
	CreatedAt   time.Time `json:"created_at"`
	// ID: The kid: the RFC 7638 thumbprint of the key.
	ID string `json:"id"`
	// Jwk: The public half (RFC 7517).
	Jwk map[string]any `json:"jwk"`
	// Published: Whether it stands in the JWKS.
	Published bool      `json:"published"`
	RetiredAt time.Time `json:"retired_at,omitzero"`
	// State: A next key is published and does not sign yet; a retired one only verifies.
	State string `json:"state"`
	Use   string `json:"use"`
}

// ViewList is an object of the API.
type ViewList struct {
	Items []View `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Webhook is an object of the API.
type Webhook struct {
	// ApplicationID: Absent for the whole realm.
	ApplicationID  string    `json:"application_id,omitzero"`
	CreatedAt      time.Time `json:"created_at"`
	Description    string    `json:"description"`
	DisabledReason string    `json:"disabled_reason,omitzero"`
	Enabled        bool      `json:"enabled"`
	Events         []string  `json:"events"`
	FailingSince   time.Time `json:"failing_since,omitzero"`
	// Failures: Attempts in a row that have failed.
	Failures int64 `json:"failures"`
	// Headers: Names of headers that are sent along; their values are not shown.
	Headers   []string  `json:"headers"`
	ID        string    `json:"id"`
	UpdatedAt time.Time `json:"updated_at"`
	URL       string    `json:"url"`
	Version   int64     `json:"version"`
}

// WebhookList is an object of the API.
type WebhookList struct {
	Items []Webhook `json:"items"`
	// NextCursor: Where the next page begins; absent on the last.
	NextCursor string `json:"next_cursor,omitzero"`
}

// Words is an object of the API.
type Words struct {
	// Html: Of a mail.
	Html string `json:"html,omitzero"`
	// Subject: Of a mail.
	Subject string `json:"subject,omitzero"`
	// Text: Of a mail, where it is made of the HTML when left out; or the SMS.
	Text string `json:"text,omitzero"`
}

// Written is an object of the API.
type Written struct {
	Html    string `json:"html,omitzero"`
	Subject string `json:"subject,omitzero"`
	Text    string `json:"text"`
}

// ListGlobalDocumentsQuery narrows ListGlobalDocuments; what is zero is left out.
type ListGlobalDocumentsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	Kind   string
}

func (q ListGlobalDocumentsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "kind", q.Kind)
	return v
}

// ListGlobalDocuments: List versions of documents for all realms.
//
// It needs the permission realms.read.
func (r *Client) ListGlobalDocuments(ctx context.Context, query ListGlobalDocumentsQuery, options ...CallOption) (*DocumentList, error) {
	answer := new(DocumentList)
	if err := r.call(ctx, "GET", "/documents", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllGlobalDocuments is ListGlobalDocuments over all pages. It ends with the first error.
func (r *Client) AllGlobalDocuments(ctx context.Context, query ListGlobalDocumentsQuery, options ...CallOption) iter.Seq2[Document, error] {
	return pages(func(cursor string) ([]Document, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListGlobalDocuments(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateGlobalDocument: Write a version for all realms.
//
// It needs the permission realms.write.
func (r *Client) CreateGlobalDocument(ctx context.Context, body CreateDocumentRequest, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "POST", "/documents", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeleteGlobalDocument: Delete a draft for all realms.
//
// It needs the permission realms.write.
func (r *Client) DeleteGlobalDocument(ctx context.Context, document string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/documents/"+url.PathEscape(document), nil, nil, nil, options)
}

// GetGlobalDocument: Read a version for all realms.
//
// It needs the permission realms.read.
func (r *Client) GetGlobalDocument(ctx context.Context, document string, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "GET", "/documents/"+url.PathEscape(document), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateGlobalDocument: Change a draft for all realms.
//
// It needs the permission realms.write.
func (r *Client) UpdateGlobalDocument(ctx context.Context, document string, body UpdateDocumentRequest, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "PATCH", "/documents/"+url.PathEscape(document), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ActivateGlobalDocument: Put a version in force for all realms.
//
// It needs the permission realms.write.
func (r *Client) ActivateGlobalDocument(ctx context.Context, document string, body ActivateDocumentRequest, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "POST", "/documents/"+url.PathEscape(document)+"/activate", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// WithdrawGlobalDocument: Take a version out of force for all realms.
//
// It needs the permission realms.write.
func (r *Client) WithdrawGlobalDocument(ctx context.Context, document string, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "POST", "/documents/"+url.PathEscape(document)+"/withdraw", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListOperatorsQuery narrows ListOperators; what is zero is left out.
type ListOperatorsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListOperatorsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListOperators: List operators' keys.
//
// It needs the permission operators.read.
func (r *Client) ListOperators(ctx context.Context, query ListOperatorsQuery, options ...CallOption) (*OperatorList, error) {
	answer := new(OperatorList)
	if err := r.call(ctx, "GET", "/operators", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllOperators is ListOperators over all pages. It ends with the first error.
func (r *Client) AllOperators(ctx context.Context, query ListOperatorsQuery, options ...CallOption) iter.Seq2[Operator, error] {
	return pages(func(cursor string) ([]Operator, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListOperators(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateOperator: Make an operator's key. Its scopes are permissions that the caller holds. Operators do not reach people's data. The key is in the answer, for the only time.
//
// It needs the permission operators.write.
func (r *Client) CreateOperator(ctx context.Context, body CreateOperatorRequest, options ...CallOption) (*NewOperator, error) {
	answer := new(NewOperator)
	if err := r.call(ctx, "POST", "/operators", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RevokeOperator: Revoke an operator's key.
//
// It needs the permission operators.write.
func (r *Client) RevokeOperator(ctx context.Context, operator string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/operators/"+url.PathEscape(operator), nil, nil, nil, options)
}

// ListAllParkedQuery narrows ListAllParked; what is zero is left out.
type ListAllParkedQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	Queue  string
}

func (q ListAllParkedQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "queue", q.Queue)
	return v
}

// ListAllParked: List what workers gave up, in all realms.
//
// It needs the permission system.read.
func (r *Client) ListAllParked(ctx context.Context, query ListAllParkedQuery, options ...CallOption) (*ItemList, error) {
	answer := new(ItemList)
	if err := r.call(ctx, "GET", "/parked", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllAllParked is ListAllParked over all pages. It ends with the first error.
func (r *Client) AllAllParked(ctx context.Context, query ListAllParkedQuery, options ...CallOption) iter.Seq2[Item, error] {
	return pages(func(cursor string) ([]Item, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListAllParked(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ListRealmsQuery narrows ListRealms; what is zero is left out.
type ListRealmsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	Active *bool
}

func (q ListRealmsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "active", q.Active)
	return v
}

// ListRealms: List realms.
//
// It needs the permission realms.read.
func (r *Client) ListRealms(ctx context.Context, query ListRealmsQuery, options ...CallOption) (*RealmList, error) {
	answer := new(RealmList)
	if err := r.call(ctx, "GET", "/realms", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllRealms is ListRealms over all pages. It ends with the first error.
func (r *Client) AllRealms(ctx context.Context, query ListRealmsQuery, options ...CallOption) iter.Seq2[Realm, error] {
	return pages(func(cursor string) ([]Realm, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListRealms(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateRealm: Create a realm.
//
// It needs the permission realms.write.
func (r *Client) CreateRealm(ctx context.Context, body CreateRealmRequest, options ...CallOption) (*Realm, error) {
	answer := new(Realm)
	if err := r.call(ctx, "POST", "/realms", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeleteRealm: Delete a realm. For good, with its people, applications and all they have. It must have been suspended before. At once it is not found and its slug is free; what is in it is deleted in the background, its audit kept as long as the audit is.
//
// It needs the permission realms.delete.
func (r *RealmClient) DeleteRealm(ctx context.Context, options ...CallOption) error {
	return r.call(ctx, "DELETE", "", nil, nil, nil, options)
}

// ReadRealm: Read a realm.
//
// It needs the permission realms.read.
func (r *RealmClient) ReadRealm(ctx context.Context, options ...CallOption) (*Realm, error) {
	answer := new(Realm)
	if err := r.call(ctx, "GET", "", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ChangeRealm: Change a realm's name and look.
//
// It needs the permission realms.write.
func (r *RealmClient) ChangeRealm(ctx context.Context, body Look, options ...CallOption) (*Realm, error) {
	answer := new(Realm)
	if err := r.call(ctx, "PATCH", "", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListAcceptancesQuery narrows ListAcceptances; what is zero is left out.
type ListAcceptancesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor        string
	UserID        string
	DocumentID    string
	ApplicationID string
	Kind          string
}

func (q ListAcceptancesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "user_id", q.UserID)
	put(v, "document_id", q.DocumentID)
	put(v, "application_id", q.ApplicationID)
	put(v, "kind", q.Kind)
	return v
}

// ListAcceptances: List who accepted what.
//
// It needs the permission consents.read.
func (r *RealmClient) ListAcceptances(ctx context.Context, query ListAcceptancesQuery, options ...CallOption) (*AcceptanceList, error) {
	answer := new(AcceptanceList)
	if err := r.call(ctx, "GET", "/acceptances", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllAcceptances is ListAcceptances over all pages. It ends with the first error.
func (r *RealmClient) AllAcceptances(ctx context.Context, query ListAcceptancesQuery, options ...CallOption) iter.Seq2[Acceptance, error] {
	return pages(func(cursor string) ([]Acceptance, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListAcceptances(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ExportAcceptancesQuery narrows ExportAcceptances; what is zero is left out.
type ExportAcceptancesQuery struct {
	UserID     string
	DocumentID string
	Kind       string
	// From: Not before.
	From time.Time
	// To: Before.
	To time.Time
}

func (q ExportAcceptancesQuery) values() url.Values {
	v := url.Values{}
	put(v, "user_id", q.UserID)
	put(v, "document_id", q.DocumentID)
	put(v, "kind", q.Kind)
	put(v, "from", q.From)
	put(v, "to", q.To)
	return v
}

// ExportAcceptances: Download who accepted what, as CSV.
//
// It needs the permission consents.read.
func (r *RealmClient) ExportAcceptances(ctx context.Context, query ExportAcceptancesQuery, options ...CallOption) ([]byte, error) {
	var raw []byte
	err := r.call(ctx, "GET", "/acceptances/export", query.values(), nil, &raw, options)
	return raw, err
}

// EvaluateAccess: Decide one access request. AuthZEN Authorization API 1.0. The action's name is the permission; its application is action.properties.application_id, or the one that the caller is bound to.
//
// It needs the permission decisions.read.
func (r *RealmClient) EvaluateAccess(ctx context.Context, body AccessRequest, options ...CallOption) (*AccessDecision, error) {
	answer := new(AccessDecision)
	if err := r.call(ctx, "POST", "/access/v1/evaluation", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// EvaluateAccesses: Decide several access requests. AuthZEN Authorization API 1.0. The action's name is the permission; its application is action.properties.application_id, or the one that the caller is bound to.
//
// It needs the permission decisions.read.
func (r *RealmClient) EvaluateAccesses(ctx context.Context, body EvaluateAccessesRequest, options ...CallOption) (*EvaluateAccessesResponse, error) {
	answer := new(EvaluateAccessesResponse)
	if err := r.call(ctx, "POST", "/access/v1/evaluations", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ReadCatalogue: List permissions of the administration.
//
// It needs the permission roles.read.
func (r *RealmClient) ReadCatalogue(ctx context.Context, options ...CallOption) (*ReadCatalogueResponse, error) {
	answer := new(ReadCatalogueResponse)
	if err := r.call(ctx, "GET", "/administration-permissions", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListAPIKeysQuery narrows ListAPIKeys; what is zero is left out.
type ListAPIKeysQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor        string
	ApplicationID string
}

func (q ListAPIKeysQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "application_id", q.ApplicationID)
	return v
}

// ListAPIKeys: List API keys.
//
// It needs the permission api_keys.read.
func (r *RealmClient) ListAPIKeys(ctx context.Context, query ListAPIKeysQuery, options ...CallOption) (*KeyList, error) {
	answer := new(KeyList)
	if err := r.call(ctx, "GET", "/api-keys", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllAPIKeys is ListAPIKeys over all pages. It ends with the first error.
func (r *RealmClient) AllAPIKeys(ctx context.Context, query ListAPIKeysQuery, options ...CallOption) iter.Seq2[Key, error] {
	return pages(func(cursor string) ([]Key, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListAPIKeys(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateAPIKey: Make an API key. Its scopes are permissions that the caller holds. The key is in the answer, for the only time.
//
// It needs the permission api_keys.write.
func (r *RealmClient) CreateAPIKey(ctx context.Context, body CreateAPIKeyRequest, options ...CallOption) (*NewKey, error) {
	answer := new(NewKey)
	if err := r.call(ctx, "POST", "/api-keys", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RevokeAPIKey: Revoke an API key.
//
// It needs the permission api_keys.write.
func (r *RealmClient) RevokeAPIKey(ctx context.Context, key string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/api-keys/"+url.PathEscape(key), nil, nil, nil, options)
}

// GetAPIKey: Read an API key.
//
// It needs the permission api_keys.read.
func (r *RealmClient) GetAPIKey(ctx context.Context, key string, options ...CallOption) (*Key, error) {
	answer := new(Key)
	if err := r.call(ctx, "GET", "/api-keys/"+url.PathEscape(key), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateAPIKey: Change an API key.
//
// It needs the permission api_keys.write.
func (r *RealmClient) UpdateAPIKey(ctx context.Context, key string, body UpdateAPIKeyRequest, options ...CallOption) (*Key, error) {
	answer := new(Key)
	if err := r.call(ctx, "PATCH", "/api-keys/"+url.PathEscape(key), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RotateAPIKey: Replace an API key. Makes a successor with the same scopes; the key lives on for overlap seconds.
//
// It needs the permission api_keys.write.
func (r *RealmClient) RotateAPIKey(ctx context.Context, key string, body RotateAPIKeyRequest, options ...CallOption) (*NewKey, error) {
	answer := new(NewKey)
	if err := r.call(ctx, "POST", "/api-keys/"+url.PathEscape(key)+"/rotation", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListApplicationsQuery narrows ListApplications; what is zero is left out.
type ListApplicationsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor  string
	Enabled *bool
	Type    string
	// Q: The beginning of a name or client id.
	Q string
}

func (q ListApplicationsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "enabled", q.Enabled)
	put(v, "type", q.Type)
	put(v, "q", q.Q)
	return v
}

// ListApplications: List applications.
//
// It needs the permission applications.read.
func (r *RealmClient) ListApplications(ctx context.Context, query ListApplicationsQuery, options ...CallOption) (*ApplicationList, error) {
	answer := new(ApplicationList)
	if err := r.call(ctx, "GET", "/applications", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllApplications is ListApplications over all pages. It ends with the first error.
func (r *RealmClient) AllApplications(ctx context.Context, query ListApplicationsQuery, options ...CallOption) iter.Seq2[Application, error] {
	return pages(func(cursor string) ([]Application, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListApplications(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateApplication: Register an application. The client secret is in the answer, for the only time, unless the caller has brought it.
//
// It needs the permission applications.write.
func (r *RealmClient) CreateApplication(ctx context.Context, body CreateApplicationRequest, options ...CallOption) (*Registered, error) {
	answer := new(Registered)
	if err := r.call(ctx, "POST", "/applications", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeleteApplication: Delete an application. All that people have granted to it ends, and its secrets, keys, permissions, roles and rules go with it. Nothing brings it back; disabling does the same for now.
//
// It needs the permission applications.write.
func (r *RealmClient) DeleteApplication(ctx context.Context, application string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/applications/"+url.PathEscape(application), nil, nil, nil, options)
}

// GetApplication: Read an application.
//
// It needs the permission applications.read.
func (r *RealmClient) GetApplication(ctx context.Context, application string, options ...CallOption) (*Application, error) {
	answer := new(Application)
	if err := r.call(ctx, "GET", "/applications/"+url.PathEscape(application), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateApplication: Change an application.
//
// It needs the permission applications.write.
func (r *RealmClient) UpdateApplication(ctx context.Context, application string, body UpdateApplicationRequest, options ...CallOption) (*Application, error) {
	answer := new(Application)
	if err := r.call(ctx, "PATCH", "/applications/"+url.PathEscape(application), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DisableApplication: Disable an application.
//
// It needs the permission applications.write.
func (r *RealmClient) DisableApplication(ctx context.Context, application string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/applications/"+url.PathEscape(application)+"/activation", nil, nil, nil, options)
}

// EnableApplication: Enable an application.
//
// It needs the permission applications.write.
func (r *RealmClient) EnableApplication(ctx context.Context, application string, options ...CallOption) error {
	return r.call(ctx, "POST", "/applications/"+url.PathEscape(application)+"/activation", nil, nil, nil, options)
}

// GetApplicationDocuments: Read what an application demands.
//
// It needs the permission applications.read.
func (r *RealmClient) GetApplicationDocuments(ctx context.Context, application string, options ...CallOption) (*GetApplicationDocumentsResponse, error) {
	answer := new(GetApplicationDocumentsResponse)
	if err := r.call(ctx, "GET", "/applications/"+url.PathEscape(application)+"/documents", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// SetApplicationDocuments: Say what an application demands. Each document is the least version of its kind: whoever accepted it, or a later one, is not asked for newer ones. All others accept the one in force.
//
// It needs the permission applications.write.
func (r *RealmClient) SetApplicationDocuments(ctx context.Context, application string, body SetApplicationDocumentsRequest, options ...CallOption) (*GetApplicationDocumentsResponse, error) {
	answer := new(GetApplicationDocumentsResponse)
	if err := r.call(ctx, "PUT", "/applications/"+url.PathEscape(application)+"/documents", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RevokeApplicationGrants: End what people gave to an application. Everybody's, with all tokens: for an application that lost its secrets.
//
// It needs the permission sessions.write.
func (r *RealmClient) RevokeApplicationGrants(ctx context.Context, application string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/applications/"+url.PathEscape(application)+"/grants", nil, nil, nil, options)
}

// ListApplicationGrantsQuery narrows ListApplicationGrants; what is zero is left out.
type ListApplicationGrantsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	// UserID: Only by this person.
	UserID string
}

func (q ListApplicationGrantsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "user_id", q.UserID)
	return v
}

// ListApplicationGrants: List what people gave to an application.
//
// It needs the permission sessions.read.
func (r *RealmClient) ListApplicationGrants(ctx context.Context, application string, query ListApplicationGrantsQuery, options ...CallOption) (*GrantList, error) {
	answer := new(GrantList)
	if err := r.call(ctx, "GET", "/applications/"+url.PathEscape(application)+"/grants", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllApplicationGrants is ListApplicationGrants over all pages. It ends with the first error.
func (r *RealmClient) AllApplicationGrants(ctx context.Context, application string, query ListApplicationGrantsQuery, options ...CallOption) iter.Seq2[OauthGrant, error] {
	return pages(func(cursor string) ([]OauthGrant, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListApplicationGrants(ctx, application, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ReadApplicationKeys: Read the application's public keys.
//
// It needs the permission applications.secrets.
func (r *RealmClient) ReadApplicationKeys(ctx context.Context, application string, options ...CallOption) (*ReadApplicationKeysResponse, error) {
	answer := new(ReadApplicationKeysResponse)
	if err := r.call(ctx, "GET", "/applications/"+url.PathEscape(application)+"/jwks", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ReplaceApplicationKeys: Replace the application's public keys.
//
// It needs the permission applications.secrets.
func (r *RealmClient) ReplaceApplicationKeys(ctx context.Context, application string, body ReplaceApplicationKeysRequest, options ...CallOption) (*ReadApplicationKeysResponse, error) {
	answer := new(ReadApplicationKeysResponse)
	if err := r.call(ctx, "PUT", "/applications/"+url.PathEscape(application)+"/jwks", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListApplicationSecrets: List client secrets.
//
// It needs the permission applications.secrets.
func (r *RealmClient) ListApplicationSecrets(ctx context.Context, application string, options ...CallOption) (*ListApplicationSecretsResponse, error) {
	answer := new(ListApplicationSecretsResponse)
	if err := r.call(ctx, "GET", "/applications/"+url.PathEscape(application)+"/secrets", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RotateApplicationSecret: Make a new client secret. The one before lives on for overlap seconds. The new one is in the answer, for the only time, unless the caller has brought it.
//
// It needs the permission applications.secrets.
func (r *RealmClient) RotateApplicationSecret(ctx context.Context, application string, body RotateApplicationSecretRequest, options ...CallOption) (*RotateApplicationSecretResponse, error) {
	answer := new(RotateApplicationSecretResponse)
	if err := r.call(ctx, "POST", "/applications/"+url.PathEscape(application)+"/secrets", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// CheckApplicationSecret: Ask whether a client secret is valid. For who keeps secrets elsewhere, and wants to know whether the application has the one that is there.
//
// It needs the permission applications.secrets.
func (r *RealmClient) CheckApplicationSecret(ctx context.Context, application string, body CheckApplicationSecretRequest, options ...CallOption) (*CheckApplicationSecretResponse, error) {
	answer := new(CheckApplicationSecretResponse)
	if err := r.call(ctx, "POST", "/applications/"+url.PathEscape(application)+"/secrets/check", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RevokeApplicationSecret: Revoke a client secret.
//
// It needs the permission applications.secrets.
func (r *RealmClient) RevokeApplicationSecret(ctx context.Context, application string, secret string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/applications/"+url.PathEscape(application)+"/secrets/"+url.PathEscape(secret), nil, nil, nil, options)
}

// ListAssignmentsQuery narrows ListAssignments; what is zero is left out.
type ListAssignmentsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor  string
	UserID  string
	GroupID string
	// ServiceID: An application that holds roles itself.
	ServiceID string
	RoleID    string
	// ApplicationID: The application that they are limited to; empty for the whole realm.
	ApplicationID string
	Valid         *bool
}

func (q ListAssignmentsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "user_id", q.UserID)
	put(v, "group_id", q.GroupID)
	put(v, "service_id", q.ServiceID)
	put(v, "role_id", q.RoleID)
	put(v, "application_id", q.ApplicationID)
	put(v, "valid", q.Valid)
	return v
}

// ListAssignments: List who has which role.
//
// It needs the permission assignments.read.
func (r *RealmClient) ListAssignments(ctx context.Context, query ListAssignmentsQuery, options ...CallOption) (*AssignmentList, error) {
	answer := new(AssignmentList)
	if err := r.call(ctx, "GET", "/assignments", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllAssignments is ListAssignments over all pages. It ends with the first error.
func (r *RealmClient) AllAssignments(ctx context.Context, query ListAssignmentsQuery, options ...CallOption) iter.Seq2[Assignment, error] {
	return pages(func(cursor string) ([]Assignment, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListAssignments(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateAssignment: Assign a role. Refused when the person does not meet what the role requires, and for roles that grant what the caller does not hold.
//
// It needs the permission assignments.write.
func (r *RealmClient) CreateAssignment(ctx context.Context, body CreateAssignmentRequest, options ...CallOption) (*Assignment, error) {
	answer := new(Assignment)
	if err := r.call(ctx, "POST", "/assignments", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeleteAssignment: Withdraw a role.
//
// It needs the permission assignments.write.
func (r *RealmClient) DeleteAssignment(ctx context.Context, assignment string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/assignments/"+url.PathEscape(assignment), nil, nil, nil, options)
}

// GetAssignment: Read an assignment.
//
// It needs the permission assignments.read.
func (r *RealmClient) GetAssignment(ctx context.Context, assignment string, options ...CallOption) (*Assignment, error) {
	answer := new(Assignment)
	if err := r.call(ctx, "GET", "/assignments/"+url.PathEscape(assignment), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateAssignment: Change an assignment's times and conditions.
//
// It needs the permission assignments.write.
func (r *RealmClient) UpdateAssignment(ctx context.Context, assignment string, body UpdateAssignmentRequest, options ...CallOption) (*Assignment, error) {
	answer := new(Assignment)
	if err := r.call(ctx, "PATCH", "/assignments/"+url.PathEscape(assignment), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListAuditCheckpointsQuery narrows ListAuditCheckpoints; what is zero is left out.
type ListAuditCheckpointsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListAuditCheckpointsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListAuditCheckpoints: List checkpoints. The newest first. Keep them elsewhere: whoever holds one can tell later whether the entries below it are still the same.
//
// It needs the permission audit.read.
func (r *RealmClient) ListAuditCheckpoints(ctx context.Context, query ListAuditCheckpointsQuery, options ...CallOption) (*CheckpointList, error) {
	answer := new(CheckpointList)
	if err := r.call(ctx, "GET", "/audit/checkpoints", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllAuditCheckpoints is ListAuditCheckpoints over all pages. It ends with the first error.
func (r *RealmClient) AllAuditCheckpoints(ctx context.Context, query ListAuditCheckpointsQuery, options ...CallOption) iter.Seq2[Checkpoint, error] {
	return pages(func(cursor string) ([]Checkpoint, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListAuditCheckpoints(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ListAuditEntriesQuery narrows ListAuditEntries; what is zero is left out.
type ListAuditEntriesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	// Type: The event's, such as user.created.
	Type string
	// ActorID: Who did it.
	ActorID string
	// SubjectID: The person concerned, or whatever else it is about.
	SubjectID     string
	ApplicationID string
	RequestID     string
	// From: Not before.
	From time.Time
	// To: Before.
	To time.Time
}

func (q ListAuditEntriesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "type", q.Type)
	put(v, "actor_id", q.ActorID)
	put(v, "subject_id", q.SubjectID)
	put(v, "application_id", q.ApplicationID)
	put(v, "request_id", q.RequestID)
	put(v, "from", q.From)
	put(v, "to", q.To)
	return v
}

// ListAuditEntries: List what was done. The newest first. Whoever reads the audit is recorded in it.
//
// It needs the permission audit.read.
func (r *RealmClient) ListAuditEntries(ctx context.Context, query ListAuditEntriesQuery, options ...CallOption) (*LineList, error) {
	answer := new(LineList)
	if err := r.call(ctx, "GET", "/audit/entries", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllAuditEntries is ListAuditEntries over all pages. It ends with the first error.
func (r *RealmClient) AllAuditEntries(ctx context.Context, query ListAuditEntriesQuery, options ...CallOption) iter.Seq2[Line, error] {
	return pages(func(cursor string) ([]Line, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListAuditEntries(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// GetAuditEntry: Read an entry.
//
// It needs the permission audit.read.
func (r *RealmClient) GetAuditEntry(ctx context.Context, entry string, options ...CallOption) (*Line, error) {
	answer := new(Line)
	if err := r.call(ctx, "GET", "/audit/entries/"+url.PathEscape(entry), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// GetAuditProof: Prove that an entry was there. The proof can be checked by anybody who has the public keys: `authserver audit proof verify`, or RFC 6962. It shows no other entry, and what is personal is sealed in it.
//
// It needs the permission audit.read.
func (r *RealmClient) GetAuditProof(ctx context.Context, entry string, options ...CallOption) (*Proof, error) {
	answer := new(Proof)
	if err := r.call(ctx, "GET", "/audit/entries/"+url.PathEscape(entry)+"/proof", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ExportAuditEntriesQuery narrows ExportAuditEntries; what is zero is left out.
type ExportAuditEntriesQuery struct {
	// Type: The event's, such as user.created.
	Type string
	// ActorID: Who did it.
	ActorID string
	// SubjectID: The person concerned, or whatever else it is about.
	SubjectID     string
	ApplicationID string
	RequestID     string
	// From: Not before.
	From time.Time
	// To: Before.
	To time.Time
}

func (q ExportAuditEntriesQuery) values() url.Values {
	v := url.Values{}
	put(v, "type", q.Type)
	put(v, "actor_id", q.ActorID)
	put(v, "subject_id", q.SubjectID)
	put(v, "application_id", q.ApplicationID)
	put(v, "request_id", q.RequestID)
	put(v, "from", q.From)
	put(v, "to", q.To)
	return v
}

// ExportAuditEntries: Download what was done, as JSON Lines. Up to 50,000 entries, the newest first, each on a line of its own.
//
// It needs the permission audit.read.
func (r *RealmClient) ExportAuditEntries(ctx context.Context, query ExportAuditEntriesQuery, options ...CallOption) ([]byte, error) {
	var raw []byte
	err := r.call(ctx, "GET", "/audit/export", query.values(), nil, &raw, options)
	return raw, err
}

// GetAuditKeys: Read the public keys of checkpoints. A JWK set (RFC 7517). The keys are the same in all realms of the installation.
//
// It needs the permission audit.read.
func (r *RealmClient) GetAuditKeys(ctx context.Context, options ...CallOption) (*GetAuditKeysResponse, error) {
	answer := new(GetAuditKeysResponse)
	if err := r.call(ctx, "GET", "/audit/keys", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// VerifyAudit: Verify the whole chain. Reads every entry and every checkpoint, up to 200,000 entries; `authserver audit verify` reads more.
//
// It needs the permission audit.read.
func (r *RealmClient) VerifyAudit(ctx context.Context, options ...CallOption) (*AuditReport, error) {
	answer := new(AuditReport)
	if err := r.call(ctx, "GET", "/audit/verification", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// Decide: Ask whether somebody may do something, and why. Answered by the function that enforces. One question, or up to 100 in evaluations.
//
// It needs the permission decisions.read.
func (r *RealmClient) Decide(ctx context.Context, body DecideRequest, options ...CallOption) (*DecideResponse, error) {
	answer := new(DecideResponse)
	if err := r.call(ctx, "POST", "/authorization/decisions", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ExportBlueprint: Download the realm as a document. As YAML, without secrets and people. What the caller may not read is left out, and a comment says so.
//
// It needs the permission realm.read.
func (r *RealmClient) ExportBlueprint(ctx context.Context, options ...CallOption) ([]byte, error) {
	var raw []byte
	err := r.call(ctx, "GET", "/blueprint", nil, nil, &raw, options)
	return raw, err
}

// ApplyBlueprintQuery narrows ApplyBlueprint; what is zero is left out.
type ApplyBlueprintQuery struct {
	// AllowDestroy: Also remove what the document does not list.
	AllowDestroy *bool
	// Plan: Carry out the plan of this name, and no other.
	Plan string
}

func (q ApplyBlueprintQuery) values() url.Values {
	v := url.Values{}
	put(v, "allow_destroy", q.AllowDestroy)
	put(v, "plan", q.Plan)
	return v
}

// ApplyBlueprint: Make the realm what a document says. In one transaction, or not at all; the plan is made anew in it. The caller must hold what the single steps take; faults are theirs as well.
//
// It needs the permission realm.write.
func (r *RealmClient) ApplyBlueprint(ctx context.Context, query ApplyBlueprintQuery, body []byte, options ...CallOption) (*Plan, error) {
	answer := new(Plan)
	if err := r.call(ctx, "POST", "/blueprint/apply", query.values(), raw{"application/yaml", body}, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// PlanBlueprint: See what would make the realm what a document says. Nothing is changed. The caller must hold what reading the sections of the document takes. Secrets stand in the document as {value: …}.
//
// It needs the permission realm.read.
func (r *RealmClient) PlanBlueprint(ctx context.Context, body []byte, options ...CallOption) (*Plan, error) {
	answer := new(Plan)
	if err := r.call(ctx, "POST", "/blueprint/plan", nil, raw{"application/yaml", body}, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListConsentChoicesQuery narrows ListConsentChoices; what is zero is left out.
type ListConsentChoicesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor  string
	UserID  string
	Purpose string
}

func (q ListConsentChoicesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "user_id", q.UserID)
	put(v, "purpose", q.Purpose)
	return v
}

// ListConsentChoices: List what people allowed and forbade. The whole history, the earliest first: of each person and purpose the last choice counts. Nobody chooses for somebody else.
//
// It needs the permission consents.read.
func (r *RealmClient) ListConsentChoices(ctx context.Context, query ListConsentChoicesQuery, options ...CallOption) (*ChoiceList, error) {
	answer := new(ChoiceList)
	if err := r.call(ctx, "GET", "/consent-choices", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllConsentChoices is ListConsentChoices over all pages. It ends with the first error.
func (r *RealmClient) AllConsentChoices(ctx context.Context, query ListConsentChoicesQuery, options ...CallOption) iter.Seq2[Choice, error] {
	return pages(func(cursor string) ([]Choice, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListConsentChoices(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ListDocumentsQuery narrows ListDocuments; what is zero is left out.
type ListDocumentsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	Kind   string
}

func (q ListDocumentsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "kind", q.Kind)
	return v
}

// ListDocuments: List versions of documents.
//
// It needs the permission documents.read.
func (r *RealmClient) ListDocuments(ctx context.Context, query ListDocumentsQuery, options ...CallOption) (*DocumentList, error) {
	answer := new(DocumentList)
	if err := r.call(ctx, "GET", "/documents", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllDocuments is ListDocuments over all pages. It ends with the first error.
func (r *RealmClient) AllDocuments(ctx context.Context, query ListDocumentsQuery, options ...CallOption) iter.Seq2[Document, error] {
	return pages(func(cursor string) ([]Document, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListDocuments(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateDocument: Write a version.
//
// It needs the permission documents.write.
func (r *RealmClient) CreateDocument(ctx context.Context, body CreateDocumentRequest, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "POST", "/documents", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeleteDocument: Delete a draft.
//
// It needs the permission documents.write.
func (r *RealmClient) DeleteDocument(ctx context.Context, document string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/documents/"+url.PathEscape(document), nil, nil, nil, options)
}

// GetDocument: Read a version.
//
// It needs the permission documents.read.
func (r *RealmClient) GetDocument(ctx context.Context, document string, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "GET", "/documents/"+url.PathEscape(document), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateDocument: Change a draft.
//
// It needs the permission documents.write.
func (r *RealmClient) UpdateDocument(ctx context.Context, document string, body UpdateDocumentRequest, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "PATCH", "/documents/"+url.PathEscape(document), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ActivateDocument: Put a version in force.
//
// It needs the permission documents.write.
func (r *RealmClient) ActivateDocument(ctx context.Context, document string, body ActivateDocumentRequest, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "POST", "/documents/"+url.PathEscape(document)+"/activate", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// WithdrawDocument: Take a version out of force.
//
// It needs the permission documents.write.
func (r *RealmClient) WithdrawDocument(ctx context.Context, document string, options ...CallOption) (*Document, error) {
	answer := new(Document)
	if err := r.call(ctx, "POST", "/documents/"+url.PathEscape(document)+"/withdraw", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListEventTypesQuery narrows ListEventTypes; what is zero is left out.
type ListEventTypesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListEventTypesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListEventTypes: List all types of events, with their schemas.
//
// It needs the permission webhooks.read.
func (r *RealmClient) ListEventTypes(ctx context.Context, query ListEventTypesQuery, options ...CallOption) (*EventTypeList, error) {
	answer := new(EventTypeList)
	if err := r.call(ctx, "GET", "/event-types", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllEventTypes is ListEventTypes over all pages. It ends with the first error.
func (r *RealmClient) AllEventTypes(ctx context.Context, query ListEventTypesQuery, options ...CallOption) iter.Seq2[EventType, error] {
	return pages(func(cursor string) ([]EventType, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListEventTypes(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ListFlowsQuery narrows ListFlows; what is zero is left out.
type ListFlowsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor        string
	ApplicationID string
}

func (q ListFlowsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "application_id", q.ApplicationID)
	return v
}

// ListFlows: List sign-ins in progress, the newest first.
//
// It needs the permission flows.read.
func (r *RealmClient) ListFlows(ctx context.Context, query ListFlowsQuery, options ...CallOption) (*FlowList, error) {
	answer := new(FlowList)
	if err := r.call(ctx, "GET", "/flows", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllFlows is ListFlows over all pages. It ends with the first error.
func (r *RealmClient) AllFlows(ctx context.Context, query ListFlowsQuery, options ...CallOption) iter.Seq2[Flow, error] {
	return pages(func(cursor string) ([]Flow, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListFlows(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// EndFlow: End a sign-in in progress. Its pages say that it is over, and the application gets no code. A session that it has begun lives on.
//
// It needs the permission flows.read.
func (r *RealmClient) EndFlow(ctx context.Context, flow string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/flows/"+url.PathEscape(flow), nil, nil, nil, options)
}

// GetFlow: Read a sign-in in progress.
//
// It needs the permission flows.read.
func (r *RealmClient) GetFlow(ctx context.Context, flow string, options ...CallOption) (*Flow, error) {
	answer := new(Flow)
	if err := r.call(ctx, "GET", "/flows/"+url.PathEscape(flow), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListGroupsQuery narrows ListGroups; what is zero is left out.
type ListGroupsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListGroupsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListGroups: List groups.
//
// It needs the permission groups.read.
func (r *RealmClient) ListGroups(ctx context.Context, query ListGroupsQuery, options ...CallOption) (*GroupList, error) {
	answer := new(GroupList)
	if err := r.call(ctx, "GET", "/groups", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllGroups is ListGroups over all pages. It ends with the first error.
func (r *RealmClient) AllGroups(ctx context.Context, query ListGroupsQuery, options ...CallOption) iter.Seq2[Group, error] {
	return pages(func(cursor string) ([]Group, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListGroups(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateGroup: Create a group.
//
// It needs the permission groups.write.
func (r *RealmClient) CreateGroup(ctx context.Context, body CreateGroupRequest, options ...CallOption) (*Group, error) {
	answer := new(Group)
	if err := r.call(ctx, "POST", "/groups", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeleteGroup: Delete a group.
//
// It needs the permission groups.write.
func (r *RealmClient) DeleteGroup(ctx context.Context, group string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/groups/"+url.PathEscape(group), nil, nil, nil, options)
}

// GetGroup: Read a group.
//
// It needs the permission groups.read.
func (r *RealmClient) GetGroup(ctx context.Context, group string, options ...CallOption) (*Group, error) {
	answer := new(Group)
	if err := r.call(ctx, "GET", "/groups/"+url.PathEscape(group), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateGroup: Change a group.
//
// It needs the permission groups.write.
func (r *RealmClient) UpdateGroup(ctx context.Context, group string, body UpdateGroupRequest, options ...CallOption) (*Group, error) {
	answer := new(Group)
	if err := r.call(ctx, "PATCH", "/groups/"+url.PathEscape(group), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListGroupMembersQuery narrows ListGroupMembers; what is zero is left out.
type ListGroupMembersQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	Kind   string
}

func (q ListGroupMembersQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "kind", q.Kind)
	return v
}

// ListGroupMembers: List a group's members.
//
// It needs the permission groups.read.
func (r *RealmClient) ListGroupMembers(ctx context.Context, group string, query ListGroupMembersQuery, options ...CallOption) (*MemberList, error) {
	answer := new(MemberList)
	if err := r.call(ctx, "GET", "/groups/"+url.PathEscape(group)+"/members", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllGroupMembers is ListGroupMembers over all pages. It ends with the first error.
func (r *RealmClient) AllGroupMembers(ctx context.Context, group string, query ListGroupMembersQuery, options ...CallOption) iter.Seq2[Member, error] {
	return pages(func(cursor string) ([]Member, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListGroupMembers(ctx, group, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// AddGroupMember: Add to a group. Whoever adds must hold what the group's roles grant.
//
// It needs the permission groups.write.
func (r *RealmClient) AddGroupMember(ctx context.Context, group string, body AddGroupMemberRequest, options ...CallOption) error {
	return r.call(ctx, "POST", "/groups/"+url.PathEscape(group)+"/members", nil, body, nil, options)
}

// RemoveGroupMember: Remove from a group.
//
// It needs the permission groups.write.
func (r *RealmClient) RemoveGroupMember(ctx context.Context, group string, member string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/groups/"+url.PathEscape(group)+"/members/"+url.PathEscape(member), nil, nil, nil, options)
}

// ListInvitationsQuery narrows ListInvitations; what is zero is left out.
type ListInvitationsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	State  string
	UserID string
}

func (q ListInvitationsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "state", q.State)
	put(v, "user_id", q.UserID)
	return v
}

// ListInvitations: List invitations, the newest first.
//
// It needs the permission users.read.
func (r *RealmClient) ListInvitations(ctx context.Context, query ListInvitationsQuery, options ...CallOption) (*InvitationList, error) {
	answer := new(InvitationList)
	if err := r.call(ctx, "GET", "/invitations", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllInvitations is ListInvitations over all pages. It ends with the first error.
func (r *RealmClient) AllInvitations(ctx context.Context, query ListInvitationsQuery, options ...CallOption) iter.Seq2[Invitation, error] {
	return pages(func(cursor string) ([]Invitation, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListInvitations(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateInvitation: Invite somebody. Makes an account without a password, and sends a letter with a link to the page where its person chooses one. Assign roles to the account as to any other.
//
// It needs the permission users.write.
func (r *RealmClient) CreateInvitation(ctx context.Context, body CreateInvitationRequest, options ...CallOption) (*Invitation, error) {
	answer := new(Invitation)
	if err := r.call(ctx, "POST", "/invitations", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RevokeInvitation: Take an invitation back. The account stays; suspend or erase it if nobody shall have it.
//
// It needs the permission users.write.
func (r *RealmClient) RevokeInvitation(ctx context.Context, invitation string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/invitations/"+url.PathEscape(invitation), nil, nil, nil, options)
}

// GetInvitation: Read an invitation.
//
// It needs the permission users.read.
func (r *RealmClient) GetInvitation(ctx context.Context, invitation string, options ...CallOption) (*Invitation, error) {
	answer := new(Invitation)
	if err := r.call(ctx, "GET", "/invitations/"+url.PathEscape(invitation), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RenewInvitation: Send an invitation again.
//
// It needs the permission users.write.
func (r *RealmClient) RenewInvitation(ctx context.Context, invitation string, options ...CallOption) (*Invitation, error) {
	answer := new(Invitation)
	if err := r.call(ctx, "POST", "/invitations/"+url.PathEscape(invitation)+"/renewal", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListJobsQuery narrows ListJobs; what is zero is left out.
type ListJobsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListJobsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListJobs: List bulk jobs, the newest first.
//
// It needs the permission jobs.read.
func (r *RealmClient) ListJobs(ctx context.Context, query ListJobsQuery, options ...CallOption) (*JobList, error) {
	answer := new(JobList)
	if err := r.call(ctx, "GET", "/jobs", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllJobs is ListJobs over all pages. It ends with the first error.
func (r *RealmClient) AllJobs(ctx context.Context, query ListJobsQuery, options ...CallOption) iter.Seq2[Job, error] {
	return pages(func(cursor string) ([]Job, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListJobs(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CancelJob: End a job early. What is done stays done.
//
// It needs the permission jobs.read.
func (r *RealmClient) CancelJob(ctx context.Context, job string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/jobs/"+url.PathEscape(job), nil, nil, nil, options)
}

// GetJob: Read a job and its progress.
//
// It needs the permission jobs.read.
func (r *RealmClient) GetJob(ctx context.Context, job string, options ...CallOption) (*Job, error) {
	answer := new(Job)
	if err := r.call(ctx, "GET", "/jobs/"+url.PathEscape(job), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListJobFailuresQuery narrows ListJobFailures; what is zero is left out.
type ListJobFailuresQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListJobFailuresQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListJobFailures: List the rows of a job that could not be done.
//
// It needs the permission jobs.read.
func (r *RealmClient) ListJobFailures(ctx context.Context, job string, query ListJobFailuresQuery, options ...CallOption) (*FailureList, error) {
	answer := new(FailureList)
	if err := r.call(ctx, "GET", "/jobs/"+url.PathEscape(job)+"/failures", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllJobFailures is ListJobFailures over all pages. It ends with the first error.
func (r *RealmClient) AllJobFailures(ctx context.Context, job string, query ListJobFailuresQuery, options ...CallOption) iter.Seq2[Failure, error] {
	return pages(func(cursor string) ([]Failure, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListJobFailures(ctx, job, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ListKeysQuery narrows ListKeys; what is zero is left out.
type ListKeysQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	// State: Only keys in this state.
	State string
	// Algorithm: Only keys of this algorithm.
	Algorithm string
}

func (q ListKeysQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "state", q.State)
	put(v, "algorithm", q.Algorithm)
	return v
}

// ListKeys: List signing keys. What signs comes first, then what will, then what did.
//
// It needs the permission keys.read.
func (r *RealmClient) ListKeys(ctx context.Context, query ListKeysQuery, options ...CallOption) (*ViewList, error) {
	answer := new(ViewList)
	if err := r.call(ctx, "GET", "/keys", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllKeys is ListKeys over all pages. It ends with the first error.
func (r *RealmClient) AllKeys(ctx context.Context, query ListKeysQuery, options ...CallOption) iter.Seq2[View, error] {
	return pages(func(cursor string) ([]View, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListKeys(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// RotateKeys: Replace signing keys. Publishes a successor, which signs a day later, when every verifier knows it. At once, a fresh key signs immediately and what was active or next is retired: for keys that may have leaked. What retired keys have signed stays valid until they are withdrawn.
//
// It needs the permission keys.write.
func (r *RealmClient) RotateKeys(ctx context.Context, body RotateKeysRequest, options ...CallOption) (*ViewList, error) {
	answer := new(ViewList)
	if err := r.call(ctx, "POST", "/keys/rotation", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// GetKey: Show a signing key.
//
// It needs the permission keys.read.
func (r *RealmClient) GetKey(ctx context.Context, key string, options ...CallOption) (*View, error) {
	answer := new(View)
	if err := r.call(ctx, "GET", "/keys/"+url.PathEscape(key), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DownloadKeyQuery narrows DownloadKey; what is zero is left out.
type DownloadKeyQuery struct {
	Format string
}

func (q DownloadKeyQuery) values() url.Values {
	v := url.Values{}
	put(v, "format", q.Format)
	return v
}

// DownloadKey: Download the public half of a signing key. As PEM (SubjectPublicKeyInfo) or as a JWK.
//
// It needs the permission keys.read.
func (r *RealmClient) DownloadKey(ctx context.Context, key string, query DownloadKeyQuery, options ...CallOption) ([]byte, error) {
	var raw []byte
	err := r.call(ctx, "GET", "/keys/"+url.PathEscape(key)+"/public", query.values(), nil, &raw, options)
	return raw, err
}

// WithdrawKey: Withdraw a signing key. Nothing that it has signed is accepted from now on. The active key cannot be withdrawn: rotate at once before.
//
// It needs the permission keys.write.
func (r *RealmClient) WithdrawKey(ctx context.Context, key string, options ...CallOption) error {
	return r.call(ctx, "POST", "/keys/"+url.PathEscape(key)+"/withdrawal", nil, nil, nil, options)
}

// ListLimitsQuery narrows ListLimits; what is zero is left out.
type ListLimitsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListLimitsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListLimits: List rate limits. All of them, with those that the realm has set for itself.
//
// It needs the permission limits.read.
func (r *RealmClient) ListLimits(ctx context.Context, query ListLimitsQuery, options ...CallOption) (*LimitList, error) {
	answer := new(LimitList)
	if err := r.call(ctx, "GET", "/limits", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllLimits is ListLimits over all pages. It ends with the first error.
func (r *RealmClient) AllLimits(ctx context.Context, query ListLimitsQuery, options ...CallOption) iter.Seq2[Limit, error] {
	return pages(func(cursor string) ([]Limit, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListLimits(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ResetLimit: Take the default again.
//
// It needs the permission limits.write.
func (r *RealmClient) ResetLimit(ctx context.Context, limit string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/limits/"+url.PathEscape(limit), nil, nil, nil, options)
}

// GetLimit: Read a rate limit.
//
// It needs the permission limits.read.
func (r *RealmClient) GetLimit(ctx context.Context, limit string, options ...CallOption) (*Limit, error) {
	answer := new(Limit)
	if err := r.call(ctx, "GET", "/limits/"+url.PathEscape(limit), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// PutLimit: Set a rate limit for the realm. Several limits hold together. They hold on all nodes within a second, and begin to count anew.
//
// It needs the permission limits.write.
func (r *RealmClient) PutLimit(ctx context.Context, limit string, body PutLimitRequest, options ...CallOption) (*Limit, error) {
	answer := new(Limit)
	if err := r.call(ctx, "PUT", "/limits/"+url.PathEscape(limit), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListMessagesQuery narrows ListMessages; what is zero is left out.
type ListMessagesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor  string
	Channel string
	Status  string
	UserID  string
	Kind    string
	// To: An address or a phone number; only for callers who hold users.read.
	To string
	// Since: Only letters from then on.
	Since time.Time
}

func (q ListMessagesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "channel", q.Channel)
	put(v, "status", q.Status)
	put(v, "user_id", q.UserID)
	put(v, "kind", q.Kind)
	put(v, "to", q.To)
	put(v, "since", q.Since)
	return v
}

// ListMessages: List letters. Mails and SMS that were sent, or should have been, the newest first. The log remembers 90 days.
//
// It needs the permission messages.read.
func (r *RealmClient) ListMessages(ctx context.Context, query ListMessagesQuery, options ...CallOption) (*MessageList, error) {
	answer := new(MessageList)
	if err := r.call(ctx, "GET", "/messages", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllMessages is ListMessages over all pages. It ends with the first error.
func (r *RealmClient) AllMessages(ctx context.Context, query ListMessagesQuery, options ...CallOption) iter.Seq2[Message, error] {
	return pages(func(cursor string) ([]Message, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListMessages(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// SendTestMessage: Send yourself a mail. A letter with sample values, sent at once to the verified address of the caller, who must be a person. What the provider refuses is told in the log.
//
// It needs the permission messages.write.
func (r *RealmClient) SendTestMessage(ctx context.Context, body SendTestMessageRequest, options ...CallOption) (*Message, error) {
	answer := new(Message)
	if err := r.call(ctx, "POST", "/messages/test", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// GetMessage: Show a letter.
//
// It needs the permission messages.read.
func (r *RealmClient) GetMessage(ctx context.Context, message string, options ...CallOption) (*Message, error) {
	answer := new(Message)
	if err := r.call(ctx, "GET", "/messages/"+url.PathEscape(message), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListNotificationKindsQuery narrows ListNotificationKinds; what is zero is left out.
type ListNotificationKindsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListNotificationKindsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListNotificationKinds: List what the house tells people. With the topic by which people choose, and the placeholders that a realm's own words may use.
//
// It needs the permission notifications.read.
func (r *RealmClient) ListNotificationKinds(ctx context.Context, query ListNotificationKindsQuery, options ...CallOption) (*NoticeKindList, error) {
	answer := new(NoticeKindList)
	if err := r.call(ctx, "GET", "/notification-kinds", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllNotificationKinds is ListNotificationKinds over all pages. It ends with the first error.
func (r *RealmClient) AllNotificationKinds(ctx context.Context, query ListNotificationKindsQuery, options ...CallOption) iter.Seq2[NoticeKind, error] {
	return pages(func(cursor string) ([]NoticeKind, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListNotificationKinds(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ListNotificationTemplatesQuery narrows ListNotificationTemplates; what is zero is left out.
type ListNotificationTemplatesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListNotificationTemplatesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListNotificationTemplates: List the realm's own words.
//
// It needs the permission notifications.read.
func (r *RealmClient) ListNotificationTemplates(ctx context.Context, query ListNotificationTemplatesQuery, options ...CallOption) (*NoticeTemplateList, error) {
	answer := new(NoticeTemplateList)
	if err := r.call(ctx, "GET", "/notification-templates", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllNotificationTemplates is ListNotificationTemplates over all pages. It ends with the first error.
func (r *RealmClient) AllNotificationTemplates(ctx context.Context, query ListNotificationTemplatesQuery, options ...CallOption) iter.Seq2[NoticeTemplate, error] {
	return pages(func(cursor string) ([]NoticeTemplate, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListNotificationTemplates(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// DeleteNotificationTemplate: Forget the realm's own words. What was said with them stays as it was said.
//
// It needs the permission notifications.write.
func (r *RealmClient) DeleteNotificationTemplate(ctx context.Context, slug string, language string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/notification-templates/"+url.PathEscape(slug)+"/"+url.PathEscape(language), nil, nil, nil, options)
}

// GetNotificationTemplate: Show the realm's own words.
//
// It needs the permission notifications.read.
func (r *RealmClient) GetNotificationTemplate(ctx context.Context, slug string, language string, options ...CallOption) (*NoticeTemplate, error) {
	answer := new(NoticeTemplate)
	if err := r.call(ctx, "GET", "/notification-templates/"+url.PathEscape(slug)+"/"+url.PathEscape(language), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// PutNotificationTemplate: Set the realm's own words. For a kind of the house, instead of the house's words in that language; under any other slug, for what administrators send. Plain text with placeholders such as {{.name}}; nothing else is evaluated.
//
// It needs the permission notifications.write.
func (r *RealmClient) PutNotificationTemplate(ctx context.Context, slug string, language string, body NoticeWords, options ...CallOption) (*NoticeTemplate, error) {
	answer := new(NoticeTemplate)
	if err := r.call(ctx, "PUT", "/notification-templates/"+url.PathEscape(slug)+"/"+url.PathEscape(language), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// PreviewNotificationTemplate: Fill words with values. Those of the body, which are not stored; without a title, those that the realm has, or the house's.
//
// It needs the permission notifications.read.
func (r *RealmClient) PreviewNotificationTemplate(ctx context.Context, slug string, language string, body PreviewNotificationTemplateRequest, options ...CallOption) (*NoticeSaid, error) {
	answer := new(NoticeSaid)
	if err := r.call(ctx, "POST", "/notification-templates/"+url.PathEscape(slug)+"/"+url.PathEscape(language)+"/preview", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListNotificationsQuery narrows ListNotifications; what is zero is left out.
type ListNotificationsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListNotificationsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListNotifications: List what was sent. What administrators sent, and what concerned everybody, the newest first. It is remembered for 90 days. What happened in one account is that person's alone.
//
// It needs the permission notifications.read.
func (r *RealmClient) ListNotifications(ctx context.Context, query ListNotificationsQuery, options ...CallOption) (*SendingList, error) {
	answer := new(SendingList)
	if err := r.call(ctx, "GET", "/notifications", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllNotifications is ListNotifications over all pages. It ends with the first error.
func (r *RealmClient) AllNotifications(ctx context.Context, query ListNotificationsQuery, options ...CallOption) iter.Seq2[Sending, error] {
	return pages(func(cursor string) ([]Sending, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListNotifications(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// SendNotification: Tell a person, or everybody who holds a role. In words of your own, or in those of a template of the realm with its values. One person is told at once; holders of a role one after the other: the status says when all were. Those who do not want to be told are not, and are not counted. Send an Idempotency-Key, so that nobody is told twice.
//
// It needs the permission notifications.write.
func (r *RealmClient) SendNotification(ctx context.Context, body SendNotificationRequest, options ...CallOption) (*Sending, error) {
	answer := new(Sending)
	if err := r.call(ctx, "POST", "/notifications", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// GetNotification: Show what was sent, and how far it has come.
//
// It needs the permission notifications.read.
func (r *RealmClient) GetNotification(ctx context.Context, notification string, options ...CallOption) (*Sending, error) {
	answer := new(Sending)
	if err := r.call(ctx, "GET", "/notifications/"+url.PathEscape(notification), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListParkedQuery narrows ListParked; what is zero is left out.
type ListParkedQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	Queue  string
}

func (q ListParkedQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "queue", q.Queue)
	return v
}

// ListParked: List what workers gave up. With the last error. What is listed waits until it is tried again or dropped.
//
// It needs the permission queues.read.
func (r *RealmClient) ListParked(ctx context.Context, query ListParkedQuery, options ...CallOption) (*ItemList, error) {
	answer := new(ItemList)
	if err := r.call(ctx, "GET", "/parked", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllParked is ListParked over all pages. It ends with the first error.
func (r *RealmClient) AllParked(ctx context.Context, query ListParkedQuery, options ...CallOption) iter.Seq2[Item, error] {
	return pages(func(cursor string) ([]Item, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListParked(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// RetryAllParked: Try again all that was given up.
//
// It needs the permission queues.write.
func (r *RealmClient) RetryAllParked(ctx context.Context, body RetryAllParkedRequest, options ...CallOption) (*RetryAllParkedResponse, error) {
	answer := new(RetryAllParkedResponse)
	if err := r.call(ctx, "POST", "/parked/retry", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DropParked: Give an item up for good.
//
// It needs the permission queues.write.
func (r *RealmClient) DropParked(ctx context.Context, item string, body DropParkedRequest, options ...CallOption) error {
	return r.call(ctx, "POST", "/parked/"+url.PathEscape(item)+"/drop", nil, body, nil, options)
}

// RetryParked: Try one item again.
//
// It needs the permission queues.write.
func (r *RealmClient) RetryParked(ctx context.Context, item string, options ...CallOption) error {
	return r.call(ctx, "POST", "/parked/"+url.PathEscape(item)+"/retry", nil, nil, nil, options)
}

// ListPermissionsQuery narrows ListPermissions; what is zero is left out.
type ListPermissionsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor        string
	ApplicationID string
}

func (q ListPermissionsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "application_id", q.ApplicationID)
	return v
}

// ListPermissions: List permissions of applications.
//
// It needs the permission roles.read.
func (r *RealmClient) ListPermissions(ctx context.Context, query ListPermissionsQuery, options ...CallOption) (*PermissionList, error) {
	answer := new(PermissionList)
	if err := r.call(ctx, "GET", "/permissions", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllPermissions is ListPermissions over all pages. It ends with the first error.
func (r *RealmClient) AllPermissions(ctx context.Context, query ListPermissionsQuery, options ...CallOption) iter.Seq2[Permission, error] {
	return pages(func(cursor string) ([]Permission, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListPermissions(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreatePermission: Add a permission to an application.
//
// It needs the permission roles.write.
func (r *RealmClient) CreatePermission(ctx context.Context, body CreatePermissionRequest, options ...CallOption) (*Permission, error) {
	answer := new(Permission)
	if err := r.call(ctx, "POST", "/permissions", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeletePermission: Delete a permission.
//
// It needs the permission roles.write.
func (r *RealmClient) DeletePermission(ctx context.Context, permission string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/permissions/"+url.PathEscape(permission), nil, nil, nil, options)
}

// GetPermission: Read a permission.
//
// It needs the permission roles.read.
func (r *RealmClient) GetPermission(ctx context.Context, permission string, options ...CallOption) (*Permission, error) {
	answer := new(Permission)
	if err := r.call(ctx, "GET", "/permissions/"+url.PathEscape(permission), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdatePermission: Describe a permission anew.
//
// It needs the permission roles.write.
func (r *RealmClient) UpdatePermission(ctx context.Context, permission string, body UpdatePermissionRequest, options ...CallOption) (*Permission, error) {
	answer := new(Permission)
	if err := r.call(ctx, "PATCH", "/permissions/"+url.PathEscape(permission), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListPoliciesQuery narrows ListPolicies; what is zero is left out.
type ListPoliciesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListPoliciesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListPolicies: List policies.
//
// It needs the permission policies.read.
func (r *RealmClient) ListPolicies(ctx context.Context, query ListPoliciesQuery, options ...CallOption) (*PolicyList, error) {
	answer := new(PolicyList)
	if err := r.call(ctx, "GET", "/policies", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllPolicies is ListPolicies over all pages. It ends with the first error.
func (r *RealmClient) AllPolicies(ctx context.Context, query ListPoliciesQuery, options ...CallOption) iter.Seq2[Policy, error] {
	return pages(func(cursor string) ([]Policy, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListPolicies(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreatePolicy: Write a policy, as a draft.
//
// It needs the permission policies.write.
func (r *RealmClient) CreatePolicy(ctx context.Context, body CreatePolicyRequest, options ...CallOption) (*Policy, error) {
	answer := new(Policy)
	if err := r.call(ctx, "POST", "/policies", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeletePolicy: Delete a policy. What it forbade is forbidden no more.
//
// It needs the permission policies.write.
func (r *RealmClient) DeletePolicy(ctx context.Context, policy string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/policies/"+url.PathEscape(policy), nil, nil, nil, options)
}

// GetPolicy: Read a policy.
//
// It needs the permission policies.read.
func (r *RealmClient) GetPolicy(ctx context.Context, policy string, options ...CallOption) (*Policy, error) {
	answer := new(Policy)
	if err := r.call(ctx, "GET", "/policies/"+url.PathEscape(policy), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdatePolicy: Change a policy's name or draft.
//
// It needs the permission policies.write.
func (r *RealmClient) UpdatePolicy(ctx context.Context, policy string, body UpdatePolicyRequest, options ...CallOption) (*Policy, error) {
	answer := new(Policy)
	if err := r.call(ctx, "PATCH", "/policies/"+url.PathEscape(policy), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeactivatePolicy: Take a policy out of force.
//
// It needs the permission policies.write.
func (r *RealmClient) DeactivatePolicy(ctx context.Context, policy string, options ...CallOption) (*Policy, error) {
	answer := new(Policy)
	if err := r.call(ctx, "DELETE", "/policies/"+url.PathEscape(policy)+"/activation", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ActivatePolicy: Put a policy's draft in force.
//
// It needs the permission policies.write.
func (r *RealmClient) ActivatePolicy(ctx context.Context, policy string, options ...CallOption) (*Policy, error) {
	answer := new(Policy)
	if err := r.call(ctx, "POST", "/policies/"+url.PathEscape(policy)+"/activation", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// TryPolicy: Try a policy's draft against a question. Answers what is decided now and what would be decided if the draft counted. Nothing is changed.
//
// It needs the permission policies.write.
func (r *RealmClient) TryPolicy(ctx context.Context, policy string, body TryPolicyRequest, options ...CallOption) (*TryPolicyResponse, error) {
	answer := new(TryPolicyResponse)
	if err := r.call(ctx, "POST", "/policies/"+url.PathEscape(policy)+"/what-if", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ReadPolicyVocabularyQuery narrows ReadPolicyVocabulary; what is zero is left out.
type ReadPolicyVocabularyQuery struct {
	ApplicationID string
}

func (q ReadPolicyVocabularyQuery) values() url.Values {
	v := url.Values{}
	put(v, "application_id", q.ApplicationID)
	return v
}

// ReadPolicyVocabulary: Read what policies can speak about. A Cedar schema: of the application's permissions, or of all.
//
// It needs the permission policies.read.
func (r *RealmClient) ReadPolicyVocabulary(ctx context.Context, query ReadPolicyVocabularyQuery, options ...CallOption) (*ReadPolicyVocabularyResponse, error) {
	answer := new(ReadPolicyVocabularyResponse)
	if err := r.call(ctx, "GET", "/policy-vocabulary", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// GetProfileSchema: Read what the realm wants to know about people.
//
// It needs the permission realm.read.
func (r *RealmClient) GetProfileSchema(ctx context.Context, options ...CallOption) (*Schema, error) {
	answer := new(Schema)
	if err := r.call(ctx, "GET", "/profile-schema", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// PutProfileSchema: Say what the realm wants to know about people. Fields beyond the claims of OpenID Connect: their types and rules, who sees and changes them, and with which scope applications get them. What people have told before stays; what the new schema does not allow is shown to no application.
//
// It needs the permission realm.write.
func (r *RealmClient) PutProfileSchema(ctx context.Context, body PutProfileSchemaRequest, options ...CallOption) (*Schema, error) {
	answer := new(Schema)
	if err := r.call(ctx, "PUT", "/profile-schema", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListProvidersQuery narrows ListProviders; what is zero is left out.
type ListProvidersQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListProvidersQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListProviders: List upstream providers.
//
// It needs the permission providers.read.
func (r *RealmClient) ListProviders(ctx context.Context, query ListProvidersQuery, options ...CallOption) (*ProviderList, error) {
	answer := new(ProviderList)
	if err := r.call(ctx, "GET", "/providers", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllProviders is ListProviders over all pages. It ends with the first error.
func (r *RealmClient) AllProviders(ctx context.Context, query ListProvidersQuery, options ...CallOption) iter.Seq2[Provider, error] {
	return pages(func(cursor string) ([]Provider, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListProviders(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateProvider: Add an upstream provider. Register this server there first, with the callback_url of the answer. The client secret is kept sealed and never shown.
//
// It needs the permission providers.write.
func (r *RealmClient) CreateProvider(ctx context.Context, body CreateProviderRequest, options ...CallOption) (*Provider, error) {
	answer := new(Provider)
	if err := r.call(ctx, "POST", "/providers", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeleteProvider: Delete a provider. All links to it go, and the sessions that they began end.
//
// It needs the permission providers.write.
func (r *RealmClient) DeleteProvider(ctx context.Context, provider string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/providers/"+url.PathEscape(provider), nil, nil, nil, options)
}

// GetProvider: Read a provider.
//
// It needs the permission providers.read.
func (r *RealmClient) GetProvider(ctx context.Context, provider string, options ...CallOption) (*Provider, error) {
	answer := new(Provider)
	if err := r.call(ctx, "GET", "/providers/"+url.PathEscape(provider), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateProvider: Change a provider.
//
// It needs the permission providers.write.
func (r *RealmClient) UpdateProvider(ctx context.Context, provider string, body UpdateProviderRequest, options ...CallOption) (*Provider, error) {
	answer := new(Provider)
	if err := r.call(ctx, "PATCH", "/providers/"+url.PathEscape(provider), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DisableProvider: Offer a provider no more.
//
// It needs the permission providers.write.
func (r *RealmClient) DisableProvider(ctx context.Context, provider string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/providers/"+url.PathEscape(provider)+"/activation", nil, nil, nil, options)
}

// EnableProvider: Offer a provider.
//
// It needs the permission providers.write.
func (r *RealmClient) EnableProvider(ctx context.Context, provider string, options ...CallOption) error {
	return r.call(ctx, "POST", "/providers/"+url.PathEscape(provider)+"/activation", nil, nil, nil, options)
}

// GetRealm: Read the realm.
//
// It needs the permission realm.read.
func (r *RealmClient) GetRealm(ctx context.Context, options ...CallOption) (*Realm, error) {
	answer := new(Realm)
	if err := r.call(ctx, "GET", "/realm", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateRealm: Change the realm's name and look.
//
// It needs the permission realm.write.
func (r *RealmClient) UpdateRealm(ctx context.Context, body Look, options ...CallOption) (*Realm, error) {
	answer := new(Realm)
	if err := r.call(ctx, "PATCH", "/realm", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListRolesQuery narrows ListRoles; what is zero is left out.
type ListRolesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	// ApplicationID: Only roles of this application; empty for those of the realm.
	ApplicationID string
}

func (q ListRolesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "application_id", q.ApplicationID)
	return v
}

// ListRoles: List roles. The realm's own roles in order of creation; the first page begins with the built-in ones.
//
// It needs the permission roles.read.
func (r *RealmClient) ListRoles(ctx context.Context, query ListRolesQuery, options ...CallOption) (*RoleList, error) {
	answer := new(RoleList)
	if err := r.call(ctx, "GET", "/roles", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllRoles is ListRoles over all pages. It ends with the first error.
func (r *RealmClient) AllRoles(ctx context.Context, query ListRolesQuery, options ...CallOption) iter.Seq2[Role, error] {
	return pages(func(cursor string) ([]Role, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListRoles(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateRole: Create a role.
//
// It needs the permission roles.write.
func (r *RealmClient) CreateRole(ctx context.Context, body CreateRoleRequest, options ...CallOption) (*Role, error) {
	answer := new(Role)
	if err := r.call(ctx, "POST", "/roles", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ReadRolesMatrixQuery narrows ReadRolesMatrix; what is zero is left out.
type ReadRolesMatrixQuery struct {
	// ApplicationID: Leave out for the administration.
	ApplicationID string
}

func (q ReadRolesMatrixQuery) values() url.Values {
	v := url.Values{}
	put(v, "application_id", q.ApplicationID)
	return v
}

// ReadRolesMatrix: Roles by permissions. Which role gives which permission, by itself or by what it contains: of one application, or of the administration.
//
// It needs the permission roles.read.
func (r *RealmClient) ReadRolesMatrix(ctx context.Context, query ReadRolesMatrixQuery, options ...CallOption) (*ReadRolesMatrixResponse, error) {
	answer := new(ReadRolesMatrixResponse)
	if err := r.call(ctx, "GET", "/roles-matrix", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeleteRole: Delete a role.
//
// It needs the permission roles.write.
func (r *RealmClient) DeleteRole(ctx context.Context, role string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/roles/"+url.PathEscape(role), nil, nil, nil, options)
}

// GetRole: Read a role.
//
// It needs the permission roles.read.
func (r *RealmClient) GetRole(ctx context.Context, role string, options ...CallOption) (*Role, error) {
	answer := new(Role)
	if err := r.call(ctx, "GET", "/roles/"+url.PathEscape(role), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateRole: Change a role.
//
// It needs the permission roles.write.
func (r *RealmClient) UpdateRole(ctx context.Context, role string, body UpdateRoleRequest, options ...CallOption) (*Role, error) {
	answer := new(Role)
	if err := r.call(ctx, "PATCH", "/roles/"+url.PathEscape(role), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListSecurityEventsQuery narrows ListSecurityEvents; what is zero is left out.
type ListSecurityEventsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	// Type: Such as security.device_new.
	Type     string
	Severity string
	UserID   string
	// From: Not before.
	From time.Time
	// To: Before.
	To time.Time
}

func (q ListSecurityEventsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "type", q.Type)
	put(v, "severity", q.Severity)
	put(v, "user_id", q.UserID)
	put(v, "from", q.From)
	put(v, "to", q.To)
	return v
}

// ListSecurityEvents: List security events, the newest first. Events of the last year. Addresses and User-Agents are those of who caused them.
//
// It needs the permission security.read.
func (r *RealmClient) ListSecurityEvents(ctx context.Context, query ListSecurityEventsQuery, options ...CallOption) (*EventList, error) {
	answer := new(EventList)
	if err := r.call(ctx, "GET", "/security/events", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllSecurityEvents is ListSecurityEvents over all pages. It ends with the first error.
func (r *RealmClient) AllSecurityEvents(ctx context.Context, query ListSecurityEventsQuery, options ...CallOption) iter.Seq2[Event, error] {
	return pages(func(cursor string) ([]Event, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListSecurityEvents(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// GetSettings: Read the realm's policy.
//
// It needs the permission realm.read.
func (r *RealmClient) GetSettings(ctx context.Context, options ...CallOption) (*map[string]any, error) {
	answer := new(map[string]any)
	if err := r.call(ctx, "GET", "/settings", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateSettings: Change the realm's policy. All values are changed, or none. Durations are whole seconds.
//
// It needs the permission realm.write.
func (r *RealmClient) UpdateSettings(ctx context.Context, body map[string]any, options ...CallOption) (*map[string]any, error) {
	answer := new(map[string]any)
	if err := r.call(ctx, "PATCH", "/settings", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListSignalStreamsQuery narrows ListSignalStreams; what is zero is left out.
type ListSignalStreamsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListSignalStreamsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListSignalStreams: List who receives security events. Streams of the Shared Signals Framework. Receivers make them with an access token of the scope ssf.manage; their application needs the permission signals.write.
//
// It needs the permission signals.read.
func (r *RealmClient) ListSignalStreams(ctx context.Context, query ListSignalStreamsQuery, options ...CallOption) (*StreamList, error) {
	answer := new(StreamList)
	if err := r.call(ctx, "GET", "/signal-streams", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllSignalStreams is ListSignalStreams over all pages. It ends with the first error.
func (r *RealmClient) AllSignalStreams(ctx context.Context, query ListSignalStreamsQuery, options ...CallOption) iter.Seq2[Stream, error] {
	return pages(func(cursor string) ([]Stream, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListSignalStreams(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// DeleteSignalStream: End a stream of security events.
//
// It needs the permission signals.write.
func (r *RealmClient) DeleteSignalStream(ctx context.Context, stream string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/signal-streams/"+url.PathEscape(stream), nil, nil, nil, options)
}

// GetStatisticsQuery narrows GetStatistics; what is zero is left out.
type GetStatisticsQuery struct {
	// Days: How many days to tell of.
	Days int64
}

func (q GetStatisticsQuery) values() url.Values {
	v := url.Values{}
	put(v, "days", q.Days)
	return v
}

// GetStatistics: Show how the realm fares. What there is, and what happened day by day. No number is about a person.
//
// It needs the permission statistics.read.
func (r *RealmClient) GetStatistics(ctx context.Context, query GetStatisticsQuery, options ...CallOption) (*Report, error) {
	answer := new(Report)
	if err := r.call(ctx, "GET", "/statistics", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListSuppressionsQuery narrows ListSuppressions; what is zero is left out.
type ListSuppressionsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	Reason string
	// Address: Only for callers who hold users.read.
	Address string
}

func (q ListSuppressionsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "reason", q.Reason)
	put(v, "address", q.Address)
	return v
}

// ListSuppressions: List addresses that get essential mail only. Because mail to them came back, or was called spam, or was unsubscribed from.
//
// It needs the permission messages.read.
func (r *RealmClient) ListSuppressions(ctx context.Context, query ListSuppressionsQuery, options ...CallOption) (*SuppressionList, error) {
	answer := new(SuppressionList)
	if err := r.call(ctx, "GET", "/suppressions", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllSuppressions is ListSuppressions over all pages. It ends with the first error.
func (r *RealmClient) AllSuppressions(ctx context.Context, query ListSuppressionsQuery, options ...CallOption) iter.Seq2[Suppression, error] {
	return pages(func(cursor string) ([]Suppression, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListSuppressions(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// DeleteSuppression: Write to an address again.
//
// It needs the permission messages.write.
func (r *RealmClient) DeleteSuppression(ctx context.Context, suppression string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/suppressions/"+url.PathEscape(suppression), nil, nil, nil, options)
}

// ActivateRealm: Let a suspended realm work again.
//
// It needs the permission realms.write.
func (r *RealmClient) ActivateRealm(ctx context.Context, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/suspension", nil, nil, nil, options)
}

// SuspendRealm: Suspend a realm.
//
// It needs the permission realms.write.
func (r *RealmClient) SuspendRealm(ctx context.Context, body SuspendRealmRequest, options ...CallOption) error {
	return r.call(ctx, "POST", "/suspension", nil, body, nil, options)
}

// ListTemplatesQuery narrows ListTemplates; what is zero is left out.
type ListTemplatesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListTemplatesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListTemplates: List kinds of letters. With their placeholders, and in which languages the realm has words of its own.
//
// It needs the permission templates.read.
func (r *RealmClient) ListTemplates(ctx context.Context, query ListTemplatesQuery, options ...CallOption) (*KindList, error) {
	answer := new(KindList)
	if err := r.call(ctx, "GET", "/templates", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllTemplates is ListTemplates over all pages. It ends with the first error.
func (r *RealmClient) AllTemplates(ctx context.Context, query ListTemplatesQuery, options ...CallOption) iter.Seq2[MessageKind, error] {
	return pages(func(cursor string) ([]MessageKind, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListTemplates(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// DeleteTemplate: Use the house's words again.
//
// It needs the permission templates.write.
func (r *RealmClient) DeleteTemplate(ctx context.Context, kind string, language string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/templates/"+url.PathEscape(kind)+"/"+url.PathEscape(language), nil, nil, nil, options)
}

// GetTemplate: Show a realm's own words for a letter. Where there are none the house's are used: see them in a preview without a body.
//
// It needs the permission templates.read.
func (r *RealmClient) GetTemplate(ctx context.Context, kind string, language string, options ...CallOption) (*Template, error) {
	answer := new(Template)
	if err := r.call(ctx, "GET", "/templates/"+url.PathEscape(kind)+"/"+url.PathEscape(language), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// PutTemplate: Set a realm's own words for a letter. Plain text and HTML with placeholders such as {{.code}}; nothing else is evaluated. What may not stand in a mail falls out of the HTML. Placeholders that are not known, are missing or stand where they may not are refused with their place.
//
// It needs the permission templates.write.
func (r *RealmClient) PutTemplate(ctx context.Context, kind string, language string, body Described, options ...CallOption) (*Template, error) {
	answer := new(Template)
	if err := r.call(ctx, "PUT", "/templates/"+url.PathEscape(kind)+"/"+url.PathEscape(language), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// PreviewTemplate: Write a letter with sample values. From the words in the body, which are not stored; without any, as it would be sent now.
//
// It needs the permission templates.read.
func (r *RealmClient) PreviewTemplate(ctx context.Context, kind string, language string, body Words, options ...CallOption) (*Written, error) {
	answer := new(Written)
	if err := r.call(ctx, "POST", "/templates/"+url.PathEscape(kind)+"/"+url.PathEscape(language)+"/preview", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ImportUsers: Import people. Answers with a job that is done in the background; nobody is told. An address that the realm has already, or that stands twice, fails by itself and the others go on, so importing twice changes nothing.
//
// It needs the permission users.write.
func (r *RealmClient) ImportUsers(ctx context.Context, body ImportUsersRequest, options ...CallOption) (*Job, error) {
	answer := new(Job)
	if err := r.call(ctx, "POST", "/user-imports", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListUsersQuery narrows ListUsers; what is zero is left out.
type ListUsersQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	// Q: The beginning of an address or name, or a whole phone number or id.
	Q             string
	Status        string
	EmailVerified *bool
	HasFactor     *bool
	CreatedAfter  time.Time
	CreatedBefore time.Time
}

func (q ListUsersQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "q", q.Q)
	put(v, "status", q.Status)
	put(v, "email_verified", q.EmailVerified)
	put(v, "has_factor", q.HasFactor)
	put(v, "created_after", q.CreatedAfter)
	put(v, "created_before", q.CreatedBefore)
	return v
}

// ListUsers: List and search people. In the order of their creation; with the beginning of an address or name, in the order of what was found.
//
// It needs the permission users.read.
func (r *RealmClient) ListUsers(ctx context.Context, query ListUsersQuery, options ...CallOption) (*UserList, error) {
	answer := new(UserList)
	if err := r.call(ctx, "GET", "/users", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllUsers is ListUsers over all pages. It ends with the first error.
func (r *RealmClient) AllUsers(ctx context.Context, query ListUsersQuery, options ...CallOption) iter.Seq2[User, error] {
	return pages(func(cursor string) ([]User, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListUsers(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateUser: Create an account. Nobody is told. Without a password the person signs in another way, or recovers the account.
//
// It needs the permission users.write.
func (r *RealmClient) CreateUser(ctx context.Context, body CreateUserRequest, options ...CallOption) (*User, error) {
	answer := new(User)
	if err := r.call(ctx, "POST", "/users", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// GetUser: Read a person.
//
// It needs the permission users.read.
func (r *RealmClient) GetUser(ctx context.Context, user string, options ...CallOption) (*User, error) {
	answer := new(User)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateUser: Change a person.
//
// It needs the permission users.write.
func (r *RealmClient) UpdateUser(ctx context.Context, user string, body UpdateUserRequest, options ...CallOption) (*User, error) {
	answer := new(User)
	if err := r.call(ctx, "PATCH", "/users/"+url.PathEscape(user), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListUserActivityQuery narrows ListUserActivity; what is zero is left out.
type ListUserActivityQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListUserActivityQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListUserActivity: List what happened in an account, the newest first.
//
// It needs the permission users.read.
func (r *RealmClient) ListUserActivity(ctx context.Context, user string, query ListUserActivityQuery, options ...CallOption) (*ActivityList, error) {
	answer := new(ActivityList)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user)+"/activity", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllUserActivity is ListUserActivity over all pages. It ends with the first error.
func (r *RealmClient) AllUserActivity(ctx context.Context, user string, query ListUserActivityQuery, options ...CallOption) iter.Seq2[Activity, error] {
	return pages(func(cursor string) ([]Activity, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListUserActivity(ctx, user, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// ListUserDevicesQuery narrows ListUserDevices; what is zero is left out.
type ListUserDevicesQuery struct {
	// Status: All but the revoked, if left out.
	Status string
}

func (q ListUserDevicesQuery) values() url.Values {
	v := url.Values{}
	put(v, "status", q.Status)
	return v
}

// ListUserDevices: List the devices of a person.
//
// It needs the permission users.read.
func (r *RealmClient) ListUserDevices(ctx context.Context, user string, query ListUserDevicesQuery, options ...CallOption) (*DeviceList, error) {
	answer := new(DeviceList)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user)+"/devices", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RevokeUserDevice: Revoke a device of a person. Its sessions end with all that was granted in them. No browser of the person is spared the second factor any more.
//
// It needs the permission users.credentials.
func (r *RealmClient) RevokeUserDevice(ctx context.Context, user string, device string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/devices/"+url.PathEscape(device), nil, nil, nil, options)
}

// GetUserDevice: Read a device of a person.
//
// It needs the permission users.read.
func (r *RealmClient) GetUserDevice(ctx context.Context, user string, device string, options ...CallOption) (*Device, error) {
	answer := new(Device)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user)+"/devices/"+url.PathEscape(device), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// SuspectUserDevice: Mark a device as suspicious. It is not recognised any more until its person confirms it: a sign-in with it is treated as one with a new device.
//
// It needs the permission users.credentials.
func (r *RealmClient) SuspectUserDevice(ctx context.Context, user string, device string, options ...CallOption) error {
	return r.call(ctx, "POST", "/users/"+url.PathEscape(user)+"/devices/"+url.PathEscape(device)+"/suspicion", nil, nil, nil, options)
}

// KeepUser: Call an erasure off.
//
// It needs the permission users.erase.
func (r *RealmClient) KeepUser(ctx context.Context, user string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/erasure", nil, nil, nil, options)
}

// EraseUser: Erase a person. After the realm's erasure_grace, or at once with now.
//
// It needs the permission users.erase.
func (r *RealmClient) EraseUser(ctx context.Context, user string, body EraseUserRequest, options ...CallOption) (*EraseUserResponse, error) {
	answer := new(EraseUserResponse)
	if err := r.call(ctx, "POST", "/users/"+url.PathEscape(user)+"/erasure", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// GetUserFactors: Read what second factors a person has.
//
// It needs the permission users.read.
func (r *RealmClient) GetUserFactors(ctx context.Context, user string, options ...CallOption) (*Factors, error) {
	answer := new(Factors)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user)+"/factors", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ResetUserFactors: Take all second factors away.
//
// It needs the permission users.credentials.
func (r *RealmClient) ResetUserFactors(ctx context.Context, user string, options ...CallOption) (*ResetUserFactorsResponse, error) {
	answer := new(ResetUserFactorsResponse)
	if err := r.call(ctx, "POST", "/users/"+url.PathEscape(user)+"/factors/reset", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RevokeUserGrantsQuery narrows RevokeUserGrants; what is zero is left out.
type RevokeUserGrantsQuery struct {
	// ApplicationID: Only those to this application.
	ApplicationID string
}

func (q RevokeUserGrantsQuery) values() url.Values {
	v := url.Values{}
	put(v, "application_id", q.ApplicationID)
	return v
}

// RevokeUserGrants: End all grants of a person. To any application, or to one. Their sessions in browsers stay.
//
// It needs the permission sessions.write.
func (r *RealmClient) RevokeUserGrants(ctx context.Context, user string, query RevokeUserGrantsQuery, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/grants", query.values(), nil, nil, options)
}

// ListUserGrantsQuery narrows ListUserGrants; what is zero is left out.
type ListUserGrantsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	// ApplicationID: Only to this application.
	ApplicationID string
}

func (q ListUserGrantsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "application_id", q.ApplicationID)
	return v
}

// ListUserGrants: List what a person gave to applications. Grants of which tokens can be refreshed, the newest first.
//
// It needs the permission sessions.read.
func (r *RealmClient) ListUserGrants(ctx context.Context, user string, query ListUserGrantsQuery, options ...CallOption) (*GrantList, error) {
	answer := new(GrantList)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user)+"/grants", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllUserGrants is ListUserGrants over all pages. It ends with the first error.
func (r *RealmClient) AllUserGrants(ctx context.Context, user string, query ListUserGrantsQuery, options ...CallOption) iter.Seq2[OauthGrant, error] {
	return pages(func(cursor string) ([]OauthGrant, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListUserGrants(ctx, user, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// RevokeGrant: End a grant. With all its tokens. The person's consent stays.
//
// It needs the permission sessions.write.
func (r *RealmClient) RevokeGrant(ctx context.Context, user string, grant string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/grants/"+url.PathEscape(grant), nil, nil, nil, options)
}

// ListUserIdentities: List what a person is linked with upstream.
//
// It needs the permission users.read.
func (r *RealmClient) ListUserIdentities(ctx context.Context, user string, options ...CallOption) (*ListUserIdentitiesResponse, error) {
	answer := new(ListUserIdentitiesResponse)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user)+"/identities", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UnlinkUserIdentity: Unlink a person from a provider. The sessions that the link began end, and the person is told by mail. Their only way in is not taken.
//
// It needs the permission users.credentials.
func (r *RealmClient) UnlinkUserIdentity(ctx context.Context, user string, identity string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/identities/"+url.PathEscape(identity), nil, nil, nil, options)
}

// UnlockUser: Forget wrong passwords and codes.
//
// It needs the permission users.write.
func (r *RealmClient) UnlockUser(ctx context.Context, user string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/lockout", nil, nil, nil, options)
}

// MergeUser: Merge another account into a person's. The person gets the identities upstream, roles and groups of the other account that they lack; then the other is erased, at once and for good. Password, passkeys, factors, consents and acceptances are not taken over.
//
// It needs the permission users.erase.
func (r *RealmClient) MergeUser(ctx context.Context, user string, body MergeUserRequest, options ...CallOption) error {
	return r.call(ctx, "POST", "/users/"+url.PathEscape(user)+"/merge", nil, body, nil, options)
}

// ListUserPasskeys: List a person's passkeys.
//
// It needs the permission users.read.
func (r *RealmClient) ListUserPasskeys(ctx context.Context, user string, options ...CallOption) (*ListUserPasskeysResponse, error) {
	answer := new(ListUserPasskeysResponse)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user)+"/passkeys", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RemoveUserPasskey: Remove a passkey. All sessions of the person end, and they are told by mail. Whoever has no other way in recovers the account.
//
// It needs the permission users.credentials.
func (r *RealmClient) RemoveUserPasskey(ctx context.Context, user string, passkey string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/passkeys/"+url.PathEscape(passkey), nil, nil, nil, options)
}

// SetUserPassword: Set a password. All sessions end. The person chooses another one at the next sign-in, unless temporary is false.
//
// It needs the permission users.credentials.
func (r *RealmClient) SetUserPassword(ctx context.Context, user string, body SetUserPasswordRequest, options ...CallOption) error {
	return r.call(ctx, "PUT", "/users/"+url.PathEscape(user)+"/password", nil, body, nil, options)
}

// RequirePasswordChange: Demand another password.
//
// It needs the permission users.credentials.
func (r *RealmClient) RequirePasswordChange(ctx context.Context, user string, options ...CallOption) error {
	return r.call(ctx, "POST", "/users/"+url.PathEscape(user)+"/password-change", nil, nil, nil, options)
}

// EndUserSessions: Sign a person out everywhere. Ends all sessions, and all that applications hold of the person.
//
// It needs the permission sessions.write.
func (r *RealmClient) EndUserSessions(ctx context.Context, user string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/sessions", nil, nil, nil, options)
}

// ListUserSessions: List a person's sessions.
//
// It needs the permission sessions.read.
func (r *RealmClient) ListUserSessions(ctx context.Context, user string, options ...CallOption) (*ListUserSessionsResponse, error) {
	answer := new(ListUserSessionsResponse)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user)+"/sessions", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// EndUserSession: End a session.
//
// It needs the permission sessions.write.
func (r *RealmClient) EndUserSession(ctx context.Context, user string, session string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/sessions/"+url.PathEscape(session), nil, nil, nil, options)
}

// RestoreUser: Let a suspended person in again.
//
// It needs the permission users.write.
func (r *RealmClient) RestoreUser(ctx context.Context, user string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/suspension", nil, nil, nil, options)
}

// SuspendUser: Suspend a person.
//
// It needs the permission users.write.
func (r *RealmClient) SuspendUser(ctx context.Context, user string, body SuspendRealmRequest, options ...CallOption) error {
	return r.call(ctx, "POST", "/users/"+url.PathEscape(user)+"/suspension", nil, body, nil, options)
}

// DistrustUserBrowsers: End trust in all of a person's browsers.
//
// It needs the permission users.credentials.
func (r *RealmClient) DistrustUserBrowsers(ctx context.Context, user string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/trusted-browsers", nil, nil, nil, options)
}

// ListUserTrustedBrowsers: List the browsers in which a person is not asked for a second factor.
//
// It needs the permission users.read.
func (r *RealmClient) ListUserTrustedBrowsers(ctx context.Context, user string, options ...CallOption) (*ListUserTrustedBrowsersResponse, error) {
	answer := new(ListUserTrustedBrowsersResponse)
	if err := r.call(ctx, "GET", "/users/"+url.PathEscape(user)+"/trusted-browsers", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DistrustUserBrowser: End trust in a browser.
//
// It needs the permission users.credentials.
func (r *RealmClient) DistrustUserBrowser(ctx context.Context, user string, browser string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/users/"+url.PathEscape(user)+"/trusted-browsers/"+url.PathEscape(browser), nil, nil, nil, options)
}

// ListWebhooksQuery narrows ListWebhooks; what is zero is left out.
type ListWebhooksQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListWebhooksQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListWebhooks: List webhooks.
//
// It needs the permission webhooks.read.
func (r *RealmClient) ListWebhooks(ctx context.Context, query ListWebhooksQuery, options ...CallOption) (*WebhookList, error) {
	answer := new(WebhookList)
	if err := r.call(ctx, "GET", "/webhooks", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllWebhooks is ListWebhooks over all pages. It ends with the first error.
func (r *RealmClient) AllWebhooks(ctx context.Context, query ListWebhooksQuery, options ...CallOption) iter.Seq2[Webhook, error] {
	return pages(func(cursor string) ([]Webhook, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListWebhooks(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// CreateWebhook: Register a webhook. The answer has the secret with which deliveries are signed (Standard Webhooks 1.0), for the only time. A webhook of an application is told of what is about the application or done through it; one of the realm, of everything.
//
// It needs the permission webhooks.write.
func (r *RealmClient) CreateWebhook(ctx context.Context, body CreateWebhookRequest, options ...CallOption) (*NewWebhook, error) {
	answer := new(NewWebhook)
	if err := r.call(ctx, "POST", "/webhooks", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// DeleteWebhook: Delete a webhook.
//
// It needs the permission webhooks.write.
func (r *RealmClient) DeleteWebhook(ctx context.Context, webhook string, options ...CallOption) error {
	return r.call(ctx, "DELETE", "/webhooks/"+url.PathEscape(webhook), nil, nil, nil, options)
}

// GetWebhook: Read a webhook.
//
// It needs the permission webhooks.read.
func (r *RealmClient) GetWebhook(ctx context.Context, webhook string, options ...CallOption) (*Webhook, error) {
	answer := new(Webhook)
	if err := r.call(ctx, "GET", "/webhooks/"+url.PathEscape(webhook), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// UpdateWebhook: Change, disable or enable a webhook. What waits for a webhook that is disabled is cancelled, and can be replayed later.
//
// It needs the permission webhooks.write.
func (r *RealmClient) UpdateWebhook(ctx context.Context, webhook string, body UpdateWebhookRequest, options ...CallOption) (*Webhook, error) {
	answer := new(Webhook)
	if err := r.call(ctx, "PATCH", "/webhooks/"+url.PathEscape(webhook), nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListWebhookDeliveriesQuery narrows ListWebhookDeliveries; what is zero is left out.
type ListWebhookDeliveriesQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
	Status string
	Type   string
	Since  time.Time
	Until  time.Time
}

func (q ListWebhookDeliveriesQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	put(v, "status", q.Status)
	put(v, "type", q.Type)
	put(v, "since", q.Since)
	put(v, "until", q.Until)
	return v
}

// ListWebhookDeliveries: List deliveries, the newest first. The log remembers 30 days.
//
// It needs the permission webhooks.read.
func (r *RealmClient) ListWebhookDeliveries(ctx context.Context, webhook string, query ListWebhookDeliveriesQuery, options ...CallOption) (*DeliveryList, error) {
	answer := new(DeliveryList)
	if err := r.call(ctx, "GET", "/webhooks/"+url.PathEscape(webhook)+"/deliveries", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllWebhookDeliveries is ListWebhookDeliveries over all pages. It ends with the first error.
func (r *RealmClient) AllWebhookDeliveries(ctx context.Context, webhook string, query ListWebhookDeliveriesQuery, options ...CallOption) iter.Seq2[Delivery, error] {
	return pages(func(cursor string) ([]Delivery, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListWebhookDeliveries(ctx, webhook, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}

// GetWebhookDelivery: Read a delivery, with its body and attempts.
//
// It needs the permission webhooks.read.
func (r *RealmClient) GetWebhookDelivery(ctx context.Context, webhook string, delivery string, options ...CallOption) (*DeliveryDetail, error) {
	answer := new(DeliveryDetail)
	if err := r.call(ctx, "GET", "/webhooks/"+url.PathEscape(webhook)+"/deliveries/"+url.PathEscape(delivery), nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ReplayWebhookDelivery: Send a delivery again. With the same id and body, so that a receiver that has it already drops it.
//
// It needs the permission webhooks.write.
func (r *RealmClient) ReplayWebhookDelivery(ctx context.Context, webhook string, delivery string, options ...CallOption) (*Delivery, error) {
	answer := new(Delivery)
	if err := r.call(ctx, "POST", "/webhooks/"+url.PathEscape(webhook)+"/deliveries/"+url.PathEscape(delivery)+"/replay", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// PingWebhook: Send a delivery that tells of nothing. Its type is webhook.ping. What came of it is in the log of deliveries.
//
// It needs the permission webhooks.write.
func (r *RealmClient) PingWebhook(ctx context.Context, webhook string, options ...CallOption) (*Delivery, error) {
	answer := new(Delivery)
	if err := r.call(ctx, "POST", "/webhooks/"+url.PathEscape(webhook)+"/ping", nil, nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ReplayWebhookDeliveries: Send the deliveries of a time again. At most 500 in one call; next_until says where to go on.
//
// It needs the permission webhooks.write.
func (r *RealmClient) ReplayWebhookDeliveries(ctx context.Context, webhook string, body ReplayWebhookDeliveriesRequest, options ...CallOption) (*ReplayWebhookDeliveriesResponse, error) {
	answer := new(ReplayWebhookDeliveriesResponse)
	if err := r.call(ctx, "POST", "/webhooks/"+url.PathEscape(webhook)+"/replay", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// RotateWebhookSecret: Make a new secret. For overlap seconds deliveries carry two signatures, one by each secret.
//
// It needs the permission webhooks.write.
func (r *RealmClient) RotateWebhookSecret(ctx context.Context, webhook string, body RotateWebhookSecretRequest, options ...CallOption) (*RotateWebhookSecretResponse, error) {
	answer := new(RotateWebhookSecretResponse)
	if err := r.call(ctx, "POST", "/webhooks/"+url.PathEscape(webhook)+"/secret", nil, body, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// ListRealmStatisticsQuery narrows ListRealmStatistics; what is zero is left out.
type ListRealmStatisticsQuery struct {
	// Limit: How many items to answer at most.
	Limit int64
	// Cursor: next_cursor of the page before.
	Cursor string
}

func (q ListRealmStatisticsQuery) values() url.Values {
	v := url.Values{}
	put(v, "limit", q.Limit)
	put(v, "cursor", q.Cursor)
	return v
}

// ListRealmStatistics: Show how all realms fare. Those that the caller's key names, the oldest first.
//
// It needs the permission system.read.
func (r *Client) ListRealmStatistics(ctx context.Context, query ListRealmStatisticsQuery, options ...CallOption) (*RestRealmList, error) {
	answer := new(RestRealmList)
	if err := r.call(ctx, "GET", "/statistics", query.values(), nil, answer, options); err != nil {
		return nil, err
	}
	return answer, nil
}

// AllRealmStatistics is ListRealmStatistics over all pages. It ends with the first error.
func (r *Client) AllRealmStatistics(ctx context.Context, query ListRealmStatisticsQuery, options ...CallOption) iter.Seq2[StatisticsRealm, error] {
	return pages(func(cursor string) ([]StatisticsRealm, string, error) {
		query := query
		if cursor != "" {
			query.Cursor = cursor
		}
		page, err := r.ListRealmStatistics(ctx, query, options...)
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextCursor, nil
	})
}
