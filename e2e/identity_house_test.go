package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/identity/federation"
	"authserver/identity/user"
	"authserver/tenant/application"
	"authserver/tenant/realm"

	"github.com/pquerna/otp/totp"
)

// scene is a house with an application of its own: nobody is asked for consent, and it may look after accounts.
type scene struct {
	*e2e.House
	t      *testing.T
	party  *e2e.Party
	other  *e2e.Clock        // of a house that goes with it, or nil
	watch  http.RoundTripper // sees what browsers are answered; nil: nobody does
	number int               // makes names and numbers unlike each other
}

func openScene(t *testing.T, policy func(*realm.Policy)) *scene {
	t.Helper()
	s := &scene{House: e2e.OpenNamed(t), t: t}
	s.policy(func(p *realm.Policy) {
		p.Registration, p.EmailFactor, p.TrustDevice, p.CodeLifetime = true, true, 24*time.Hour, 10*time.Minute
		if policy != nil {
			policy(p)
		}
	})
	s.party = s.NewParty(func(d *application.Draft) {
		d.FirstParty, d.Scopes = true, append(d.Scopes, "account")
	})
	s.party.Scope = "openid email offline_access account"
	return s
}

func (s *scene) policy(change func(*realm.Policy)) {
	s.t.Helper()
	lifetimes(s.t, s.House, change)
	var err error
	s.Realm, err = s.Server.Realms.ByID(s.t.Context(), s.Realm.ID)
	s.must(err)
}

// play lets time pass here and in the other house.
func (s *scene) play(d time.Duration) {
	s.Clock.Play(d)
	if s.other != nil {
		s.other.Play(d)
	}
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// at is an address below the realm.
func (s *scene) at(path string) string { return s.Issuer + path }

// traveller is a person with every way in.
type traveller struct {
	*e2e.Person
	s        *scene
	id       string
	key      *e2e.Authenticator
	upstream *e2e.Person
	totp     string
}

// browser is one that has never been anywhere.
func (s *scene) browser() *e2e.Browser {
	b := e2e.NewBrowser(s.URL)
	if s.watch != nil {
		b.UseTransport(s.watch)
	}
	return b
}

func (s *scene) person(email string, change func(*user.NewUser)) *traveller {
	s.t.Helper()
	p := &traveller{s: s, Person: &e2e.Person{Browser: s.browser(), Email: email, Password: "plum-Carriage-41-tin"}}
	n := user.NewUser{Email: email, Password: p.Password, Verified: true}
	if change != nil {
		change(&n)
	}
	u, err := s.Server.Users.Create(s.Operator(), s.Realm, n)
	s.must(err)
	p.id = u.ID
	s.t.Cleanup(p.Close)
	return p
}

// elsewhere is the same person at another browser.
func (p *traveller) elsewhere() *traveller {
	other := *p
	other.Person = &e2e.Person{Browser: p.s.browser(), Email: p.Email, Password: p.Password}
	p.s.t.Cleanup(other.Close)
	return &other
}

func (p *traveller) open(address string) *e2e.Page {
	p.s.t.Helper()
	page, err := p.Open(p.s.t.Context(), address)
	p.s.must(err)
	return page
}

func (p *traveller) click(address string) *e2e.Page {
	p.s.t.Helper()
	page, err := p.Click(p.s.t.Context(), address)
	p.s.must(err)
	return page
}

// send fills the form of the button in and sends it: names and values in turn.
func (p *traveller) send(page *e2e.Page, button string, fields ...string) *e2e.Page {
	p.s.t.Helper()
	f, err := page.Form(button)
	p.s.must(err)
	for i := 0; i+1 < len(fields); i += 2 {
		f.Set(fields[i], fields[i+1])
	}
	next, err := p.Submit(p.s.t.Context(), f)
	p.s.must(err)
	return next
}

// login goes to the application's sign-in page.
func (p *traveller) login() (e2e.Attempt, *e2e.Page) {
	p.s.t.Helper()
	attempt := p.s.party.Begin()
	return attempt, p.click(attempt.URL)
}

// password sends the sign-in page.
func (p *traveller) password(page *e2e.Page) *e2e.Page {
	p.s.t.Helper()
	if !strings.HasSuffix(page.URL.Path, "/login") {
		return page
	}
	return p.send(page, "Sign in", "email", p.Email, "password", p.Password)
}

// signIn goes all the way by password, and returns the tokens.
func (p *traveller) signIn() e2e.Tokens {
	p.s.t.Helper()
	attempt, page := p.login()
	page = p.password(page)
	code, err := p.s.party.Code(attempt, page.URL)
	if err != nil {
		p.s.t.Fatalf("%s: %v: %v", p.Email, page, err)
	}
	tokens, err := p.s.party.Exchange(p.s.t.Context(), code, attempt.Verifier)
	p.s.must(err)
	return tokens
}

// enrol gives the person an authenticator app.
func (p *traveller) enrol() {
	p.s.t.Helper()
	if p.totp != "" {
		return
	}
	ctx, in := p.s.Operator(), p.s.Realm
	p.s.must(p.s.Server.TOTP.Begin(ctx, in.ID, p.id, "e2e", in.Name, p.Email))
	address, err := p.s.Server.TOTP.Pending(ctx, in.ID, p.id, "e2e")
	p.s.must(err)
	u, err := url.Parse(address)
	p.s.must(err)
	p.totp = u.Query().Get("secret")
	p.s.must(p.s.Server.TOTP.Confirm(ctx, in.ID, p.id, "e2e", p.code()))
	p.s.play(30 * time.Second) // the code that confirmed is spent
}

// code is what the app shows now.
func (p *traveller) code() string {
	p.s.t.Helper()
	code, err := totp.GenerateCode(p.totp, p.s.Clock.Now())
	p.s.must(err)
	return code
}

// addKey gives the person a passkey, in the account.
func (p *traveller) addKey(verifies bool) {
	p.s.t.Helper()
	var err error
	p.key, err = e2e.NewAuthenticator(p.s.House, verifies)
	p.s.must(err)
	p.signIn()
	options, err := p.JSON(p.s.t.Context(), http.MethodPost, p.s.at("/account/passkeys/new/options"), "")
	p.s.must(err)
	answer, err := p.key.Create(options.Body)
	if err != nil {
		p.s.t.Fatalf("%v: %s", err, options)
	}
	done, err := p.Post(p.s.t.Context(), p.s.at("/account/passkeys/new"), url.Values{"credential": {answer}, "label": {"Key"}})
	p.s.must(err)
	if at := step(done); at != "mfa" && done.URL.Query().Get("done") != "passkey_added" {
		p.s.t.Fatalf("add a passkey: %v", done)
	}
}

// ask fetches the options of a ceremony within the flow of the page.
func (p *traveller) ask(page *e2e.Page, address string) []byte {
	p.s.t.Helper()
	options, err := p.Post(p.s.t.Context(), address, flowOf(page))
	p.s.must(err)
	if options.Status != http.StatusOK {
		p.s.t.Fatalf("options: %v", options)
	}
	return options.Body
}

// flowOf is what the forms of a page have in common.
func flowOf(page *e2e.Page) url.Values {
	values := url.Values{}
	for _, name := range []string{"flow", "proof"} {
		values.Set(name, page.Doc().Find(`input[name="`+name+`"]`).AttrOr("value", ""))
	}
	return values
}

// passkey signs in with the person's passkey.
func (p *traveller) passkey(page *e2e.Page) *e2e.Page {
	p.s.t.Helper()
	answer, err := p.key.Get(p.ask(page, p.s.at("/passkey/options")))
	p.s.must(err)
	values := flowOf(page)
	values.Set("credential", answer)
	next, err := p.Post(p.s.t.Context(), p.s.at("/passkey/signin"), values)
	p.s.must(err)
	return next
}

// step is where a page stands below the realm.
func step(page *e2e.Page) string {
	if page.Left() {
		return "away"
	}
	if _, below, ok := strings.Cut(page.URL.Path, "/realms/acme/"); ok {
		return below
	}
	return path.Base(page.URL.Path)
}

// arrival says how an attempt ended: "in" with what the ID token says of the sign-in, or where the person stands.
func (s *scene) arrival(attempt e2e.Attempt, page *e2e.Page) string {
	s.t.Helper()
	if !page.Left() {
		return "at " + step(page)
	}
	code, err := s.party.Code(attempt, page.URL)
	if err != nil {
		return "away with " + page.URL.Query().Get("error")
	}
	return s.exchanged(attempt, code)
}

func (s *scene) exchanged(attempt e2e.Attempt, code string) string {
	s.t.Helper()
	tokens, err := s.party.Exchange(s.t.Context(), code, attempt.Verifier)
	if err != nil {
		return refusalOf(err)
	}
	claims, err := s.party.Verify(s.t.Context(), tokens.IDToken, attempt.Nonce, tokens.AccessToken, s.Clock.Now())
	s.must(err)
	return in(claims)
}

func in(claims map[string]any) string {
	said := fmt.Sprintf("in %v", claims["acr"])
	list, _ := claims["amr"].([]any)
	for _, method := range list {
		said += fmt.Sprintf(" %v", method)
	}
	return said
}

// claimsOf reads a token that was verified before, or that nobody relies on.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %.20q", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func refusalOf(err error) string {
	var refused *e2e.Refused
	if errors.As(err, &refused) {
		return "refused " + refused.Code
	}
	return err.Error()
}

// provide makes the house a provider for the scene, by the name of "dock".
func (s *scene) provide(up *e2e.House, change func(*federation.Draft)) *federation.Provider {
	s.t.Helper()
	trust := true
	app, plain, err := up.Server.Applications.Register(up.Operator(), up.Realm.ID, application.Draft{
		Name: "Acme", Type: application.Web, FirstParty: true, RedirectURIs: []string{s.at("/federation/dock/callback")},
		GrantTypes: []string{"authorization_code"}, Scopes: []string{"openid", "profile", "email"},
	})
	s.must(err)
	d := federation.Draft{
		Slug: "dock", Kind: federation.OIDC, Name: "Dock", Issuer: up.Issuer, ClientID: app.ClientID, ClientSecret: plain, TrustEmail: &trust,
	}
	if change != nil {
		change(&d)
	}
	p, err := s.Server.Federation.Create(s.Operator(), s.Realm.ID, d)
	s.must(err)
	return p
}

// abroad follows a page that leads to the provider, signs in there, and comes back.
func (p *traveller) abroad(page *e2e.Page) *e2e.Page {
	p.s.t.Helper()
	return p.click(p.there(page))
}

// there is abroad up to the address to which the provider sends back.
func (p *traveller) there(page *e2e.Page) string {
	p.s.t.Helper()
	address := page.Doc().Find("main a.button").AttrOr("href", "")
	if address == "" {
		p.s.t.Fatalf("no way to the provider: %v", page)
	}
	back, err := p.upstream.Authorize(p.s.t.Context(), address)
	p.s.must(err)
	return back.String()
}

// link links the person's identity of the provider with the account, in the account.
func (p *traveller) link() {
	p.s.t.Helper()
	p.signIn()
	page := p.send(p.open(p.s.at("/account/providers")), "Link")
	if page = p.abroad(page); page.URL.Query().Get("done") != "provider_linked" {
		p.s.t.Fatalf("link: %v", page)
	}
}
