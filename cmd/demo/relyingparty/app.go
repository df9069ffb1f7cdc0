package relyingparty

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

//go:embed pages
var pages embed.FS

// Config says who the demo is and at which realm it signs people in.
type Config struct {
	// Issuer is the realm's issuer, for example
	// http://localhost:8080/realms/demo.
	Issuer string
	// ClientID and ClientSecret are those of a web application of the realm. Its
	// redirect URI is BaseURL + "/callback", and its post-logout redirect URI
	// BaseURL + "/signed-out".
	ClientID, ClientSecret string
	// BaseURL is where browsers reach the demo, for example http://127.0.0.1:8090.
	BaseURL string
	// Hint is a sentence on the start page that says how to sign in. It may be
	// empty.
	Hint string

	// Client talks to the server; nil means a client with timeouts that follows
	// no redirect.
	Client *http.Client
	Logger *slog.Logger
	Now    func() time.Time
}

// App is the running demo.
type App struct {
	config   Config
	origin   string // of the issuer, for the content security policy
	pages    *template.Template
	browsers *browsers
	provider *provider
}

// New checks config and builds the demo. It does not talk to the server.
func New(config Config) (*App, error) {
	issuer, err := url.Parse(config.Issuer)
	if err != nil || issuer.Host == "" {
		return nil, fmt.Errorf("the issuer %q is not an URL", config.Issuer)
	}
	base, err := url.Parse(config.BaseURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("the demo's address %q is not an URL", config.BaseURL)
	}
	if config.ClientID == "" || config.ClientSecret == "" {
		return nil, errors.New("the demo needs a client id and a client secret")
	}
	config.BaseURL = strings.TrimSuffix(config.BaseURL, "/")
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.Client == nil {
		config.Client = newClient()
	}
	parsed, err := template.ParseFS(pages, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse the demo's pages: %w", err)
	}
	return &App{
		config:   config,
		origin:   issuer.Scheme + "://" + issuer.Host,
		pages:    parsed,
		browsers: newBrowsers(config.Now, base.Scheme == "https"),
		provider: &provider{config: config},
	}, nil
}

// newClient returns the client for calls to the server. Redirects are answers,
// not to be followed: none of the endpoints redirects, and a followed one would
// carry the credentials along.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{ResponseHeaderTimeout: 10 * time.Second, IdleConnTimeout: time.Minute, MaxIdleConns: 16},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Handler serves the demo. Everything that changes something is a POST, and a
// POST from another site is refused.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("POST /signin", a.signIn)
	mux.HandleFunc("GET /callback", a.callback)
	mux.HandleFunc("POST /refresh", a.action(a.refresh))
	mux.HandleFunc("POST /userinfo", a.action(a.userinfo))
	mux.HandleFunc("POST /introspect", a.action(a.introspect))
	mux.HandleFunc("POST /signout", a.signOut)
	mux.HandleFunc("GET /signed-out", a.signedOut)
	mux.HandleFunc("GET /demo.css", a.styles)
	return http.NewCrossOriginProtection().Handler(a.headers(mux))
}

// headers adds what every answer carries. Browsers apply form-action to the
// redirect that answers a form too, hence the issuer's origin in it.
func (a *App) headers(next http.Handler) http.Handler {
	policy := "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; " +
		"frame-ancestors 'none'; form-action 'self' " + a.origin
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
		next.ServeHTTP(w, r)
	})
}

func (a *App) styles(w http.ResponseWriter, _ *http.Request) {
	css, err := pages.ReadFile("pages/demo.css")
	if err != nil {
		http.Error(w, "no style sheet", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(css) // who asked and left needs no answer
}
