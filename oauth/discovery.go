package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/templates"
	"authserver/tenant/realm"
)

// metadata is the provider's self-description (OpenID Connect Discovery §3,
// RFC 8414 §2, RFC 9207 §3).
type metadata struct {
	Issuer                        string   `json:"issuer"`
	AuthorizationEndpoint         string   `json:"authorization_endpoint"`
	TokenEndpoint                 string   `json:"token_endpoint"`
	UserinfoEndpoint              string   `json:"userinfo_endpoint"`
	JWKSURI                       string   `json:"jwks_uri"`
	IntrospectionEndpoint         string   `json:"introspection_endpoint"`
	RevocationEndpoint            string   `json:"revocation_endpoint"`
	EndSessionEndpoint            string   `json:"end_session_endpoint"`
	ScopesSupported               []string `json:"scopes_supported"`
	ResponseTypesSupported        []string `json:"response_types_supported"`
	ResponseModesSupported        []string `json:"response_modes_supported"`
	GrantTypesSupported           []string `json:"grant_types_supported"`
	SubjectTypesSupported         []string `json:"subject_types_supported"`
	IDTokenAlgorithms             []string `json:"id_token_signing_alg_values_supported"`
	TokenAuthMethods              []string `json:"token_endpoint_auth_methods_supported"`
	TokenAuthAlgorithms           []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	IntrospectionAuthMethods      []string `json:"introspection_endpoint_auth_methods_supported"`
	IntrospectionAuthAlgorithms   []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	RevocationAuthMethods         []string `json:"revocation_endpoint_auth_methods_supported"`
	RevocationAuthAlgorithms      []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	CodeChallengeMethodsSupported []string `json:"code_challenge_methods_supported"`
	ClaimTypesSupported           []string `json:"claim_types_supported"`
	ClaimsSupported               []string `json:"claims_supported"`
	PromptValuesSupported         []string `json:"prompt_values_supported"`
	ACRValuesSupported            []string `json:"acr_values_supported"`
	UILocalesSupported            []string `json:"ui_locales_supported"`
	ClaimsParameterSupported      bool     `json:"claims_parameter_supported"`
	RequestParameterSupported     bool     `json:"request_parameter_supported"`
	RequestURIParameterSupported  bool     `json:"request_uri_parameter_supported"`
	IssParameterSupported         bool     `json:"authorization_response_iss_parameter_supported"`
}

func describeIssuer(issuer string) metadata {
	algorithms := realm.Algorithms()
	methods := []string{"client_secret_basic", "client_secret_post", "private_key_jwt"}
	return metadata{
		Issuer:                        issuer,
		AuthorizationEndpoint:         issuer + pathAuthorize,
		TokenEndpoint:                 issuer + pathToken,
		UserinfoEndpoint:              issuer + pathUserinfo,
		JWKSURI:                       issuer + pathKeys,
		IntrospectionEndpoint:         issuer + pathIntrospect,
		RevocationEndpoint:            issuer + pathRevoke,
		EndSessionEndpoint:            issuer + pathLogout,
		ScopesSupported:               []string{scopeOpenID, scopeProfile, scopeEmail, scopePhone, scopeAddress, scopeOfflineAccess},
		ResponseTypesSupported:        []string{"code"},
		ResponseModesSupported:        []string{modeQuery, modeFormPost},
		GrantTypesSupported:           []string{grantCode, grantRefresh, grantClient},
		SubjectTypesSupported:         []string{"public"},
		IDTokenAlgorithms:             algorithms,
		TokenAuthMethods:              append([]string{"none"}, methods...),
		TokenAuthAlgorithms:           algorithms,
		IntrospectionAuthMethods:      methods,
		IntrospectionAuthAlgorithms:   algorithms,
		RevocationAuthMethods:         append([]string{"none"}, methods...),
		RevocationAuthAlgorithms:      algorithms,
		CodeChallengeMethodsSupported: []string{"S256"},
		ClaimTypesSupported:           []string{"normal"},
		ClaimsSupported:               supportedClaims(),
		PromptValuesSupported:         prompts(),
		ACRValuesSupported:            []string{session.ACRPassword, session.ACRMultiFactor},
		UILocalesSupported:            templates.Languages(),
		ClaimsParameterSupported:      true,
		IssParameterSupported:         true,
	}
}

// document is a body with its entity tag, made once.
type document struct {
	body []byte
	etag string
}

// documents keeps each realm's metadata in memory. A document depends on the
// issuer alone, so it never grows stale; a slug that is no longer served is
// refused before it is looked up here.
type documents struct{ bySlug sync.Map }

func newDocuments() *documents { return &documents{} }

func (d *documents) of(slug, issuer string) (*document, error) {
	if doc, ok := d.bySlug.Load(slug); ok {
		return doc.(*document), nil
	}
	body, err := json.Marshal(describeIssuer(issuer))
	if err != nil {
		return nil, fmt.Errorf("encode metadata: %w", err)
	}
	sum := sha256.Sum256(body)
	doc := &document{body: body, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	d.bySlug.Store(slug, doc)
	return doc, nil
}

// discovery serves the metadata at both well-known places.
func (s *Service) discovery(c *gin.Context) error {
	r := realm.From(c.Request.Context())
	doc, err := s.documents.of(r.Slug, s.issuer(r.Slug))
	if err != nil {
		return err
	}
	return cached(c, doc.body, doc.etag, "application/json")
}

// jwks serves the realm's public keys (RFC 7517 §5).
func (s *Service) jwks(c *gin.Context) error {
	ctx := c.Request.Context()
	body, etag, err := s.keys.JWKS(ctx, realm.From(ctx).ID)
	if err != nil {
		return err
	}
	return cached(c, body, etag, "application/jwk-set+json")
}

// cached answers a public document: five minutes in a cache, then a question with
// the entity tag. Keys are published for longer than that before their first use.
func cached(c *gin.Context, body []byte, etag, kind string) error {
	h := c.Writer.Header()
	h.Set("Cache-Control", "public, max-age=300, stale-while-revalidate=60")
	h.Set("ETag", etag)
	if match := c.GetHeader("If-None-Match"); match != "" && (match == "*" || strings.Contains(match, etag)) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	c.Data(http.StatusOK, kind, body)
	return nil
}
