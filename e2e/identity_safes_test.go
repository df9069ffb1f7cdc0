package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"authserver/e2e"
	"authserver/identity/user"
)

// safe is a secret of the system and the place that takes it. Mint makes a live one; redeem presents a value in the very situation
// that mint has prepared, in a copy of its browser, and reports whether it opened anything.
type safe struct {
	name   string
	mint   func(k *keeper) string
	redeem func(k *keeper, b *e2e.Browser, value string) bool
	// lasting secrets open more than once; alien ones are not Ann's.
	lasting, alien bool
}

// keeper holds what belongs to one set of secrets. Most of them are Ann's, so that no value is refused only because it is
// somebody else's.
type keeper struct {
	*scene
	up  *e2e.House
	ann *traveller

	tokens  e2e.Tokens
	attempt e2e.Attempt
	at      map[string]*e2e.Browser // of each safe, as mint has left it
	form    map[string]url.Values   // what its place wants beside the value
	phone   string
}

const newPassword = "quiet-Harbour-77-ink"

// newKeeper prepares for secrets, and brings Ann in with two factors unless all of them are alien.
func newKeeper(s *scene, up *e2e.House, alien bool) *keeper {
	s.t.Helper()
	k := &keeper{scene: s, up: up, at: map[string]*e2e.Browser{}, form: map[string]url.Values{}, phone: "+4930" + s.digits()}
	email := "ann-" + s.digits() + "@example.com"
	if alien {
		k.ann = &traveller{s: s, Person: &e2e.Person{Email: email}}
		return k
	}
	k.ann = s.person(email, nil)
	s.must(s.Server.Users.VerifyPhone(s.Operator(), s.Realm.ID, k.ann.id, k.phone))
	k.ann.enrol()
	var page *e2e.Page
	k.attempt, page = k.ann.login()
	page = k.ann.send(k.ann.password(page), "verify", "code", k.ann.code())
	code, err := s.party.Code(k.attempt, page.URL)
	s.must(err)
	k.tokens, err = s.party.Exchange(s.t.Context(), code, k.attempt.Verifier)
	s.must(err)
	sessions, err := s.Server.Sessions.List(s.t.Context(), s.Realm.ID, k.ann.id)
	s.must(err)
	for _, kind := range []string{"sms", "email"} {
		_, err := s.Server.Factors.Enable(s.Operator(), s.Realm, sessions[0], kind)
		s.must(err)
	}
	s.play(30 * time.Second) // the code is spent
	return k
}

// digits are unlike those of any other call.
func (s *scene) digits() string {
	s.number++
	return string(rune('1'+s.number/100000)) + strings.Repeat("0", 2) + string([]byte{
		byte('0' + s.number/10000%10), byte('0' + s.number/1000%10), byte('0' + s.number/100%10), byte('0' + s.number/10%10), byte('0' + s.number%10)})
}

// copied is another browser with the same cookies.
func (k *keeper) copied(b *e2e.Browser) *e2e.Browser {
	c := k.browser()
	if b != nil {
		c.SetCookies(b.Cookies())
	}
	k.t.Cleanup(c.Close)
	return c
}

func (k *keeper) get(b *e2e.Browser, address string) *e2e.Page {
	page, err := b.Click(k.t.Context(), address)
	return k.page(page, err)
}

func (k *keeper) post(b *e2e.Browser, address string, form url.Values) *e2e.Page {
	page, err := b.Post(k.t.Context(), address, form)
	return k.page(page, err)
}

func (k *keeper) call(b *e2e.Browser, method, path string, body map[string]string) *e2e.Page {
	raw, _ := json.Marshal(body) // strings only
	page, err := b.JSON(k.t.Context(), method, k.URL+"/api/v1/realms/acme/me"+path, string(raw))
	return k.page(page, err)
}

// page is never nil, because runners of a race cannot end the test.
func (k *keeper) page(page *e2e.Page, err error) *e2e.Page {
	if err != nil {
		k.t.Error(err)
		return &e2e.Page{URL: &url.URL{}}
	}
	if page.Status >= 500 && page.Status != http.StatusServiceUnavailable { // too many hash at once
		k.t.Errorf("a value breaks something: %v", page)
	}
	return page
}

// with is the form of the place and the value.
func (k *keeper) with(place, name, value string, more ...string) url.Values {
	form := url.Values{name: {value}}
	for n, v := range k.form[place] {
		form[n] = v
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// asked brings Ann in a new browser to the question for her second factor.
func (k *keeper) asked(place string) (*traveller, *e2e.Page) {
	k.t.Helper()
	there := k.ann.elsewhere()
	_, page := there.login()
	if page = there.password(page); step(page) != "mfa" {
		k.t.Fatalf("after the password: %v", page)
	}
	k.at[place], k.form[place] = there.Browser, flowOf(page)
	return there, page
}

// sent asks for a code as second factor and returns it.
func (k *keeper) sent(place, kind, to string) string {
	k.t.Helper()
	there, _ := k.asked(place)
	k.play(31 * time.Second)
	if page, err := there.Post(k.t.Context(), k.scene.at("/mfa"), k.with(place, "method", kind, "action", "send")); err != nil || page.Status != http.StatusOK {
		k.t.Fatalf("send a code: %v, %v", page, err)
	}
	return k.LetterCode(to, map[string]string{"email": "to go on signing in", "sms": "your code to sign in"}[kind])
}

// guessed answers the question for a second factor.
func guessed(place, method string) func(*keeper, *e2e.Browser, string) bool {
	return func(k *keeper, b *e2e.Browser, value string) bool {
		return k.post(b, k.scene.at("/mfa"), k.with(place, "code", value, "method", method, "action", "verify")).Left()
	}
}

// behind presents the secret of a link at its page, and presses the button there.
func behind(path, done string, more ...string) func(*keeper, *e2e.Browser, string) bool {
	return func(k *keeper, b *e2e.Browser, value string) bool {
		k.get(b, k.scene.at(path)+"?"+url.Values{"token": {value}}.Encode())
		return step(k.post(b, k.scene.at(path), k.with("", "token", value, more...))) == done
	}
}

// tokenOf is the secret in a link.
func (k *keeper) tokenOf(link string) string {
	k.t.Helper()
	u, err := url.Parse(link)
	k.must(err)
	return u.Query().Get("token")
}

// factorSafes are those that follow the password.
func factorSafes() []safe {
	return []safe{
		{name: "TOTP code", mint: func(k *keeper) string {
			k.asked("TOTP code")
			return k.ann.code()
		}, redeem: guessed("TOTP code", "totp")},
		{name: "recovery code", mint: func(k *keeper) string {
			k.asked("recovery code")
			codes, err := k.Server.Factors.MakeCodes(k.Operator(), k.Realm, k.ann.id, "e2e")
			k.must(err)
			return codes[0]
		}, redeem: guessed("recovery code", "recovery")},
		{name: "code by mail", mint: func(k *keeper) string { return k.sent("code by mail", "email", k.ann.Email) }, redeem: guessed("code by mail", "email")},
		{name: "code by SMS", mint: func(k *keeper) string { return k.sent("code by SMS", "sms", k.phone) }, redeem: guessed("code by SMS", "sms")},
		{name: "trusted device", lasting: true, mint: func(k *keeper) string {
			there, page := k.asked("trusted")
			if page = there.send(page, "verify", "code", k.ann.code(), "trust", "1"); !page.Left() {
				k.t.Fatalf("trust the browser: %v", page)
			}
			k.play(30 * time.Second)
			return cookie(there.Browser, "trusted-acme")
		}, redeem: func(k *keeper, _ *e2e.Browser, value string) bool {
			there := k.ann.elsewhere()
			there.SetCookies([]*http.Cookie{{Name: "trusted-acme", Value: plain(value)}})
			_, page := there.login()
			return there.password(page).Left()
		}},
		{name: "passkey's answer", alien: true, mint: func(k *keeper) string {
			pia := k.person("pia"+k.ann.Email, nil)
			pia.addKey(true)
			pia = pia.elsewhere()
			_, page := pia.login()
			k.at["passkey's answer"], k.form["passkey"] = pia.Browser, flowOf(page)
			answer, err := pia.key.Get(pia.ask(page, k.scene.at("/passkey/options")))
			k.must(err)
			return answer
		}, redeem: func(k *keeper, b *e2e.Browser, value string) bool {
			return k.post(b, k.scene.at("/passkey/signin"), k.with("passkey", "credential", value)).Left()
		}},
		{name: "state of a provider", alien: true, mint: func(k *keeper) string {
			fay := k.person("fay"+k.ann.Email, nil)
			fay.upstream = k.native(fay.Email)
			_, page := fay.login()
			back, err := url.Parse(fay.there(fay.send(page, "Continue with Dock")))
			k.must(err)
			k.at["state of a provider"], k.form["state"] = fay.Browser, back.Query()
			state := back.Query().Get("state")
			k.form["state"].Del("state")
			return state
		}, redeem: func(k *keeper, b *e2e.Browser, value string) bool {
			return k.get(b, k.scene.at("/federation/dock/callback")+"?"+k.with("state", "state", value).Encode()).Left()
		}},
	}
}

// native is a person of the provider.
func (k *keeper) native(email string) *e2e.Person {
	k.t.Helper()
	p := &e2e.Person{Browser: e2e.NewBrowser(k.up.URL), Email: email, Password: "plum-Carriage-41-tin"}
	_, err := k.up.Server.Users.Create(k.up.Operator(), k.up.Realm, user.NewUser{Email: email, Password: p.Password, Verified: true})
	k.must(err)
	k.t.Cleanup(p.Close)
	return p
}

func cookie(b *e2e.Browser, name string) string {
	for _, c := range b.Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// plain is what fits into a cookie.
func plain(value string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune(`",;\`, r) {
			return '_'
		}
		return r
	}, value)
}
