package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"

	"authserver/internal/fault"
)

// upstreamKey changes with every change of the provider, so that what was discovered
// dies with the configuration that asked for it.
type upstreamKey struct {
	providerID string
	version    int64
}

// upstream is what a provider says about itself.
type upstream struct {
	authorize, token, userinfo string
	emails                     string // GitHub
	// names says that answers carry the issuer (RFC 9207).
	names      bool
	inForm     bool // client_secret_post
	algorithms []jose.SignatureAlgorithm
	keys       *keySet
}

// document is a provider's metadata with what the library's type has no field for.
type document struct {
	oidc.DiscoveryConfiguration
	NamesIssuer bool `json:"authorization_response_iss_parameter_supported"`
}

const (
	// askTime bounds one question about a provider itself (metadata, keys).
	askTime = 2 * time.Second
	// awayFor is how long a provider that did not answer is not asked again.
	awayFor = 5 * time.Second
)

// errAway keeps in memory for a moment that a provider did not answer, so that a dead
// one costs one waiting person and not all.
var errAway = fault.New(fault.NotFound, "federation_away", "The provider does not answer.")

// upstream returns what is known of the provider, from memory where possible. It must
// not be called inside a transaction.
func (s *Service) upstream(ctx context.Context, p *Provider) (*upstream, error) {
	if p.Kind == GitHub {
		return github(p), nil
	}
	at := upstreamKey{p.ID, p.Version}
	up, err := s.known.Get(ctx, at, func(ctx context.Context) (*upstream, error) {
		up, err := s.discover(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errAway, err)
		}
		return up, nil
	})
	if errors.Is(err, errAway) {
		return nil, away("discovery", err)
	}
	return up, err
}

// discover reads the provider's metadata (OpenID Connect Discovery §4).
func (s *Service) discover(ctx context.Context, p *Provider) (*upstream, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	raw, err := s.read(ctx, strings.TrimSuffix(p.Issuer, "/")+oidc.DiscoveryEndpoint, nil)
	if err != nil {
		return nil, err
	}
	var doc document
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("metadata of provider %s: %w", p.ID, err)
	}
	// Security rule FED-07: else another provider's document could send people to
	// the one and take tokens from the other.
	if doc.Issuer != p.discovered() {
		return nil, fmt.Errorf("metadata of provider %s names another issuer", p.ID)
	}
	for name, address := range map[string]string{
		"authorization_endpoint": doc.AuthorizationEndpoint, "token_endpoint": doc.TokenEndpoint, "jwks_uri": doc.JwksURI,
	} {
		if !p.reaches(address) {
			return nil, fmt.Errorf("metadata of provider %s has no usable %s", p.ID, name)
		}
	}
	up := &upstream{
		authorize: doc.AuthorizationEndpoint, token: doc.TokenEndpoint, names: doc.NamesIssuer, algorithms: algorithms(),
		inForm: len(doc.TokenEndpointAuthMethodsSupported) > 0 &&
			!slices.Contains(doc.TokenEndpointAuthMethodsSupported, oidc.AuthMethodBasic),
	}
	if p.reaches(doc.UserinfoEndpoint) {
		up.userinfo = doc.UserinfoEndpoint
	}
	if listed := doc.IDTokenSigningAlgValuesSupported; len(listed) > 0 {
		up.algorithms = slices.DeleteFunc(up.algorithms, func(a jose.SignatureAlgorithm) bool {
			return !slices.Contains(listed, string(a))
		})
	}
	if len(up.algorithms) == 0 {
		return nil, fmt.Errorf("provider %s signs by nothing that is accepted", p.ID)
	}
	up.keys = &keySet{now: s.now, fetch: func(ctx context.Context) ([]byte, error) { return s.read(ctx, doc.JwksURI, nil) }}
	return up, nil
}

// reaches accepts https, and plain http from a provider that is itself plain.
func (p *Provider) reaches(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && strings.HasPrefix(p.Issuer, "http://")
}

// read gets a JSON document. A failure tells the status, never what was answered.
func (s *Service) read(ctx context.Context, address string, header http.Header) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "authserver")
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d", req.URL.Host, res.StatusCode)
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return nil, fmt.Errorf("%s answered no JSON", req.URL.Host)
	}
	return io.ReadAll(res.Body)
}

// party is the relying party that this server is to the provider.
func (s *Service) party(p *Provider, up *upstream, callback string) (rp.RelyingParty, error) {
	plain, err := s.clientSecret(p)
	if err != nil {
		return nil, err
	}
	style := oauth2.AuthStyleInHeader
	if up.inForm || plain == "" || p.Kind == Apple || p.Kind == GitHub {
		// Never detected: that would send the code twice.
		style = oauth2.AuthStyleInParams
	}
	return rp.NewRelyingPartyOAuth(&oauth2.Config{
		ClientID: p.ClientID, ClientSecret: plain, RedirectURL: callback, Scopes: p.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: up.authorize, TokenURL: up.token},
	}, rp.WithHTTPClient(s.client), rp.WithAuthStyle(style))
}

// clientSecret is what this server proves itself with to the provider.
func (s *Service) clientSecret(p *Provider) (string, error) {
	plain, err := s.open(p)
	if err != nil || p.Kind != Apple {
		return plain, err
	}
	return appleSecret(plain, p, s.now())
}

// CallbackURL is where the provider sends people back to. Each provider has its own, so
// that the answer of one cannot be taken for another's (mix-up, RFC 9700 §4.4).
func (s *Service) CallbackURL(slug string, p *Provider) string {
	return s.issuer(slug) + "/federation/" + p.Slug + "/callback"
}
