package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/oauth2"

	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/oauth/key"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Opaque secrets say what they are by a prefix, so that secret scanners and
// people recognise them.
const (
	prefixCode    = "ac_"
	prefixAccess  = "at_"
	prefixRefresh = "rt_"
)

// opaqueSecrets makes authorization codes and refresh tokens: 256 random bits,
// stored as SHA-256. Fosite calls the digest "signature"; an HMAC would add
// nothing to a random secret whose plain form is never stored.
type opaqueSecrets struct{}

var (
	_ oauth2.AuthorizeCodeStrategy = opaqueSecrets{}
	_ oauth2.RefreshTokenStrategy  = opaqueSecrets{}
)

func (opaqueSecrets) AuthorizeCodeSignature(_ context.Context, code string) string {
	return string(secret.Digest(code))
}

func (opaqueSecrets) GenerateAuthorizeCode(context.Context, fosite.Requester) (code, digest string, err error) {
	code = secret.Token(prefixCode)
	return code, string(secret.Digest(code)), nil
}

// ValidateAuthorizeCode leaves expiry to the store, which knows the row.
func (opaqueSecrets) ValidateAuthorizeCode(context.Context, fosite.Requester, string) error {
	return nil
}

func (opaqueSecrets) RefreshTokenSignature(_ context.Context, token string) string {
	return string(secret.Digest(token))
}

func (opaqueSecrets) GenerateRefreshToken(context.Context, fosite.Requester) (token, digest string, err error) {
	token = secret.Token(prefixRefresh)
	return token, string(secret.Digest(token)), nil
}

func (opaqueSecrets) ValidateRefreshToken(context.Context, fosite.Requester, string) error {
	return nil
}

// accessClaims is the payload of a JWT access token (RFC 9068 §2.2). gid names the
// grant, so that revoking the grant ends the token; userinfo_claims are the ones that
// the claims parameter asked for there.
type accessClaims struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  audience `json:"aud"`
	ExpiresAt int64    `json:"exp"`
	IssuedAt  int64    `json:"iat"`
	ID        string   `json:"jti"`
	ClientID  string   `json:"client_id"`
	Scope     string   `json:"scope,omitempty"`
	Realm     string   `json:"realm"`
	AuthTime  int64    `json:"auth_time,omitempty"`
	ACR       string   `json:"acr,omitempty"`
	AMR       []string `json:"amr,omitempty"`
	SessionID string   `json:"sid,omitempty"`
	GrantID   string   `json:"gid,omitempty"`
	UserInfo  []string `json:"userinfo_claims,omitempty"`
	// Roles are those of the application that the token is for (RFC 9068 §2.2.3.1).
	Roles       []string `json:"roles,omitempty"`
	Permissions []string `json:"permissions,omitempty"`
}

// accessTokens makes access tokens for fosite's handlers and our refresh handler.
type accessTokens struct{ s *Service }

var _ oauth2.AccessTokenStrategy = accessTokens{}

// AccessTokenSignature is asked of tokens just made; storage.go ignores it.
func (accessTokens) AccessTokenSignature(context.Context, string) string { return "" }

// ValidateAccessToken is never reached: bearer.go validates.
func (accessTokens) ValidateAccessToken(context.Context, fosite.Requester, string) error {
	return errNotUsed
}

// GenerateAccessToken makes a JWT or an opaque token, as the application wants,
// and notes in the unit of work what the commit must store of it.
func (t accessTokens) GenerateAccessToken(ctx context.Context, r fosite.Requester) (token, digest string, err error) {
	u := unitFrom(ctx)
	sess := r.GetSession().(*signIn)
	u.issued.Format = u.app.TokenFormat
	u.issued.ApplicationID, u.issued.UserID, u.issued.GrantID = u.app.ID, sess.UserID, sess.GrantID
	u.issued.Scopes = r.GetGrantedScopes()
	if u.app.TokenFormat == application.FormatOpaque {
		token = secret.Token(prefixAccess)
		row := &accessRow{
			Digest: secret.Digest(token), RealmID: u.realm.ID, GrantID: sess.GrantID, ApplicationID: u.app.ID,
			UserID: sess.UserID, SessionID: sess.SessionID,
			Scopes: encodeList(r.GetGrantedScopes()), Audience: encodeList(t.s.audienceOf(u, r)), Context: encodeContext(&sess.authorization),
			IssuedAt: database.At(u.now), ExpiresAt: database.At(u.now.Add(accessLifetime(u.realm, u.app))),
		}
		u.newAccess = row
		return token, string(row.Digest), nil
	}
	token, err = t.s.signAccess(ctx, u, sess, r)
	return token, "", err
}

func (s *Service) signAccess(ctx context.Context, u *unit, sess *signIn, r fosite.Requester) (string, error) {
	algorithm := u.app.AccessTokenAlgorithm
	if algorithm == "" {
		algorithm = u.realm.Policy.AccessTokenAlgorithm
	}
	k, err := s.keys.Signing(ctx, u.realm.ID, algorithm)
	if err != nil {
		return "", fmt.Errorf("sign access token: %w", err)
	}
	audience := s.audienceOf(u, r)
	roles, permissions, err := s.held(ctx, u, &sess.authorization, audience, r.GetGrantedScopes())
	if err != nil {
		return "", err
	}
	claims := accessClaims{
		Issuer: s.issuer(u.realm.Slug), Subject: sess.UserID, Audience: audience, Roles: roles, Permissions: permissions,
		ExpiresAt: u.now.Add(accessLifetime(u.realm, u.app)).Unix(), IssuedAt: u.now.Unix(), ID: id.New(),
		ClientID: u.app.ClientID, Scope: strings.Join(r.GetGrantedScopes(), " "), Realm: u.realm.Slug,
		ACR: sess.ACR, AMR: sess.AMR, SessionID: sess.SessionID, GrantID: sess.GrantID, UserInfo: sess.Claims.UserInfo,
	}
	if claims.Subject == "" { // no person is involved: the client acts for itself (RFC 9068 §2.2)
		claims.Subject = u.app.ClientID
	} else {
		claims.AuthTime = sess.AuthTime.Unix()
	}
	return sign(k, typAccess, &claims)
}

// audienceOf is what the token is for: the resources asked for, else this issuer
// itself, whose userinfo endpoint it opens (RFC 9068 §3).
func (s *Service) audienceOf(u *unit, r fosite.Requester) []string {
	if len(u.audience) > 0 {
		return u.audience
	}
	if granted := r.GetGrantedAudience(); len(granted) > 0 {
		return granted
	}
	return []string{s.issuer(u.realm.Slug)}
}

// bearer is a valid access token, whatever its form.
type bearer struct {
	authorization
	ID            string // jti of a JWT; empty for opaque tokens
	Digest        []byte // of an opaque token
	ApplicationID string // empty for JWTs, which name the client
	ClientID      string
	Scopes        []string
	Audience      []string
	IssuedAt      time.Time
	ExpiresAt     time.Time

	keyID string // of a JWT
}

// authenticate returns the live access token of the realm in ctx. errToken covers
// everything else: malformed, foreign, expired, revoked, of another kind.
func (s *Service) authenticate(ctx context.Context, token string) (*bearer, error) {
	r := realm.From(ctx)
	var b *bearer
	var err error
	if strings.HasPrefix(token, prefixAccess) {
		b, err = s.opaqueBearer(ctx, r, token)
	} else {
		b, err = s.jwtBearer(ctx, r, token)
	}
	if err != nil {
		return nil, err
	}
	if !s.now().Before(b.ExpiresAt) || s.ended(r.ID, b) {
		return nil, errToken
	}
	app, err := s.apps.ByClientID(ctx, r.ID, b.ClientID)
	if err != nil {
		return nil, notToken(err)
	}
	if !app.Enabled {
		return nil, errToken
	}
	b.ApplicationID = app.ID
	return b, nil
}

// ended reports whether something has ended the token before its time.
func (s *Service) ended(realmID string, b *bearer) bool {
	return s.revoked.has(realmID, revokedGrant, b.GrantID) || s.revoked.has(realmID, revokedSession, b.SessionID) ||
		s.revoked.has(realmID, revokedToken, b.ID)
}

func (s *Service) opaqueBearer(ctx context.Context, r *realm.Realm, token string) (*bearer, error) {
	if len(token) > 128 {
		return nil, errToken
	}
	row, err := s.findAccess(ctx, r.ID, secret.Digest(token))
	if err != nil {
		return nil, notToken(err)
	}
	app, err := s.apps.ByID(ctx, r.ID, row.ApplicationID)
	if err != nil {
		return nil, notToken(err)
	}
	return &bearer{
		authorization: decodeContext(row.Context, row.GrantID, row.UserID, row.SessionID), Digest: row.Digest,
		ClientID: app.ClientID, Scopes: decodeList(row.Scopes), Audience: decodeList(row.Audience),
		IssuedAt: row.IssuedAt.Time(), ExpiresAt: row.ExpiresAt.Time(),
	}, nil
}

// verifiedKey names a JWT whose signature has been checked.
type verifiedKey struct {
	realmID string
	digest  [sha256.Size]byte
}

// jwtBearer returns the JWT's content. A signature once found good stays good, so
// the work is done once for each token and not each time a resource server asks;
// whether the key is still published is asked every time, expiry and revocation by
// the caller.
func (s *Service) jwtBearer(ctx context.Context, r *realm.Realm, token string) (*bearer, error) {
	if len(token) > maxTokenSize {
		return nil, errToken
	}
	b, err := s.verified.Get(ctx, verifiedKey{r.ID, sha256.Sum256([]byte(token))}, func(ctx context.Context) (*bearer, error) {
		return s.verifyAccess(ctx, r, token)
	})
	if err != nil {
		return nil, err
	}
	if _, err := s.keys.ByID(ctx, r.ID, b.keyID); err != nil {
		return nil, notToken(err)
	}
	own := *b // authenticate completes its copy
	return &own, nil
}

// verifyAccess checks a JWT as RFC 9068 §4 demands: type, algorithm, key and issuer
// of this very realm, so that a token of another realm or an ID token never passes.
func (s *Service) verifyAccess(ctx context.Context, r *realm.Realm, token string) (*bearer, error) {
	h, signed, payload, sig, err := parse(token)
	if err != nil || h.Type != typAccess {
		return nil, errToken
	}
	k, err := s.keys.ByID(ctx, r.ID, h.KeyID)
	if err != nil {
		return nil, notToken(err)
	}
	if h.Algorithm != k.Algorithm || !verify(k, signed, sig) {
		return nil, errToken
	}
	var c accessClaims
	if json.Unmarshal(payload, &c) != nil || c.Issuer != s.issuer(r.Slug) || c.Subject == "" || c.ID == "" {
		return nil, errToken
	}
	b := &bearer{
		ID: c.ID, ClientID: c.ClientID, Audience: c.Audience, keyID: h.KeyID,
		IssuedAt: time.Unix(c.IssuedAt, 0).UTC(), ExpiresAt: time.Unix(c.ExpiresAt, 0).UTC(),
	}
	b.GrantID, b.SessionID, b.ACR, b.AMR, b.Claims.UserInfo = c.GrantID, c.SessionID, c.ACR, c.AMR, c.UserInfo
	if c.AuthTime != 0 {
		b.UserID, b.AuthTime = c.Subject, time.Unix(c.AuthTime, 0).UTC()
	}
	if c.Scope != "" {
		b.Scopes = strings.Split(c.Scope, " ")
	}
	return b, nil
}

// notToken turns "there is no such row, key or client" into errToken and leaves
// failures of the database what they are.
func notToken(err error) error {
	if errors.Is(err, database.ErrNotFound) || errors.Is(err, key.ErrNotFound) || errors.Is(err, application.ErrNotFound) {
		return errToken
	}
	return err
}

// For reports whether the token is meant for the resource server app: for one of
// the identifiers it answers to, or issued to it.
func (b *bearer) For(app *application.Application) bool {
	return b.ClientID == app.ClientID || slices.Contains(b.Audience, app.ClientID) ||
		slices.ContainsFunc(app.Identifiers, func(i string) bool { return slices.Contains(b.Audience, i) })
}

// Caches tells how the room's cache has served.
func (s *Service) Caches() map[string]cache.Counts {
	return map[string]cache.Counts{"verified_tokens": s.verified.Counts()}
}
