package oauth

// TokensIssued is recorded when the token endpoint has answered with tokens. It is a
// high-rate record and holds no token.
type TokensIssued struct {
	GrantType     string   `json:"grant_type"`
	Format        string   `json:"format"` // of the access token: jwt or opaque
	ApplicationID string   `json:"application_id"`
	UserID        string   `json:"user_id,omitempty"`
	GrantID       string   `json:"grant_id,omitempty"`
	Scopes        []string `json:"scopes,omitempty"`
	Refresh       bool     `json:"refresh"` // a refresh token came with it
}

// EventType names the event.
func (TokensIssued) EventType() string { return "oauth.tokens_issued" }

// Authorized is recorded when a person's request ends with an authorization code.
type Authorized struct {
	ApplicationID string   `json:"application_id"`
	GrantID       string   `json:"grant_id"`
	SessionID     string   `json:"session_id"`
	Scopes        []string `json:"scopes"`
}

// EventType names the event.
func (Authorized) EventType() string { return "oauth.authorized" }

// GrantRevoked is recorded when every token of a grant is dead. Reason is one of
// revoked_by_client, code_replayed, refresh_reused, session_ended, user,
// consent_withdrawn, administrator.
type GrantRevoked struct {
	GrantID       string `json:"grant_id"`
	ApplicationID string `json:"application_id,omitempty"`
	Reason        string `json:"reason"`
}

// EventType names the event.
func (GrantRevoked) EventType() string { return "oauth.grant_revoked" }

// TokenRevoked is recorded when a client gives back one access token (RFC 7009).
type TokenRevoked struct {
	ApplicationID string `json:"application_id"`
}

// EventType names the event.
func (TokenRevoked) EventType() string { return "oauth.token_revoked" }
