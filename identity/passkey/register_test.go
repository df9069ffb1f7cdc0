package passkey_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"authserver/identity/identitytest"
	"authserver/identity/passkey"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

func TestEveryKindOfKeyRegistersAndSignsIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, alg := range map[string]int{"ES256": es256, "EdDSA": eddsa, "RS256": rs256} {
		for _, self := range []bool{false, true} {
			u := h.User(t, strings.ToLower(name)+map[bool]string{true: "self"}[self]+"@example.com")
			a := newAuthenticator(t, func(a *authenticator) { a.alg, a.self = alg, self })
			p := h.enrolled(t, u, a)
			if want := map[bool]string{false: "none", true: "packed"}[self]; p.AttestationFormat != want {
				t.Errorf("%s: attestation %q, want %q", name, p.AttestationFormat, want)
			}
			out, err := h.signIn(t, a)
			if err != nil || out.Session.UserID != u.ID {
				t.Errorf("%s: sign-in = %+v, %v", name, out, err)
			}
		}
	}
}

func TestOptionsAskForWhatTheRealmWants(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	q := read(t, h.registerOptions(t, u))
	challenge, err := base64.RawURLEncoding.DecodeString(q.Challenge)
	if err != nil || len(challenge) < 16 {
		t.Errorf("challenge %q", q.Challenge)
	}
	handle, err := base64.RawURLEncoding.DecodeString(q.User.ID)
	if err != nil || len(handle) != 32 || strings.Contains(string(handle), "ann") {
		t.Errorf("user handle %q is not 32 random bytes", q.User.ID)
	}
	if q.RP.ID != "auth.test" || q.RP.Name != "Realm acme" || q.User.Name != "ann@example.com" {
		t.Errorf("options = %+v", q)
	}
	if s := q.AuthenticatorSelection; s.ResidentKey != "preferred" || s.UserVerification != "preferred" || q.Attestation != "none" {
		t.Errorf("selection %+v, attestation %q", s, q.Attestation)
	}
	if again := read(t, h.registerOptions(t, u)); again.User.ID != q.User.ID || again.Challenge == q.Challenge {
		t.Errorf("asked again: handle %q, challenge %q", again.User.ID, again.Challenge)
	}
	a := newAuthenticator(t)
	h.enrolled(t, u, a)
	if q = read(t, h.registerOptions(t, u)); len(q.ExcludeCredentials) != 1 || q.ExcludeCredentials[0].ID != b64(a.id) {
		t.Errorf("excluded %v, want the one that is there", q.ExcludeCredentials)
	}

	strict := newHouse(t, policy(func(p *realm.Policy) { required(p); p.Passkey.Attestation = "direct" }))
	q = read(t, strict.registerOptions(t, strict.User(t, "ann@example.com")))
	if q.AuthenticatorSelection.UserVerification != "required" || q.Attestation != "direct" {
		t.Errorf("strict realm asks %+v, attestation %q", q.AuthenticatorSelection, q.Attestation)
	}
}

func TestANewPasskeyIsKeptAndTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t, func(a *authenticator) {
		a.aaguid = uuid.MustParse("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4")
	})
	p, err := h.passkeys.Register(h.Context, h.Realm, u.ID, "session", a.create(h.registerOptions(t, u)), "  My\t phone ")
	if err != nil {
		t.Fatal(err)
	}
	all, err := h.passkeys.List(h.Context, h.Realm.ID, u.ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("List = %v, %v", all, err)
	}
	got := all[0]
	if got.ID != p.ID || got.Label != "My phone" || !bytes.Equal(got.CredentialID, a.id) || !got.BackupEligible || !got.BackedUp || !got.UserVerified || !got.Discoverable {
		t.Errorf("stored %+v", got)
	}
	if !slices.Equal(got.Transports, []string{"internal", "hybrid"}) {
		t.Errorf("transports %v; what is no transport must not be told back", got.Transports)
	}
	if got.Label = ""; got.Title() != "Google Password Manager" {
		t.Errorf("without a name it is called %q", got.Title())
	}
	if kinds := h.post.kinds(); !slices.Equal(kinds, []letter.Kind{letter.PasskeyAdded}) {
		t.Errorf("letters %v", kinds)
	}
	if l := h.post.letters[0]; l.To != u.Email || l.Data["passkey"] != "My phone" || l.Data["link"] != "http://auth.test/realms/acme/account/passkeys" {
		t.Errorf("letter %+v", l)
	}
	if e, payload := h.last(t, "passkey.registered"); e.Ref.ID != u.ID || payload["passkey_id"] != p.ID || strings.Contains(string(e.Payload), "phone") {
		t.Errorf("event about %v: %s", e.Ref, e.Payload)
	}
}

// INC-034 and WAN-01 to WAN-09: whatever the client says, the server checks.
func TestForgedRegistrationsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, policy(required))
	client := func(name string, value any) func(*reply) { return func(r *reply) { r.client[name] = value } }
	for name, c := range map[string]struct {
		make  func(*authenticator)
		spoil func(*reply)
		want  error
	}{
		"another ceremony":         {spoil: client("type", "webauthn.get")},
		"another origin":           {spoil: client("origin", "http://evil.test")},
		"a subdomain":              {spoil: client("origin", "http://x.auth.test")},
		"a longer name":            {spoil: client("origin", "http://auth.test.evil.example")},
		"another scheme":           {spoil: client("origin", "https://auth.test")},
		"another port":             {spoil: client("origin", "http://auth.test:81")},
		"an origin with a path":    {spoil: client("origin", "http://auth.test/realms")},
		"an origin with a name":    {spoil: client("origin", "http://me@auth.test")},
		"in a frame":               {spoil: client("crossOrigin", true)},
		"under another site":       {spoil: client("topOrigin", "http://evil.test")},
		"another challenge":        {spoil: client("challenge", b64(secret.Bytes(32))), want: passkey.ErrExpired},
		"no challenge":             {spoil: client("challenge", ""), want: passkey.ErrExpired},
		"another RP ID":            {spoil: func(r *reply) { r.rpID = "evil.test" }},
		"nobody present":           {spoil: func(r *reply) { r.flags &^= present }},
		"nobody verified":          {spoil: func(r *reply) { r.flags &^= verified }},
		"backed up, not eligible":  {spoil: func(r *reply) { r.flags &^= eligible }},
		"no key attached":          {spoil: func(r *reply) { r.flags &^= attested }},
		"an algorithm not offered": {spoil: func(r *reply) { r.cose = es512(t) }},
		"a key that is none": {spoil: func(r *reply) {
			r.cose = encoded(t, map[int]any{1: 2, 3: es256, -1: 1, -2: make([]byte, 32), -3: make([]byte, 32)})
		}},
		"an id of 1024 bytes": {spoil: func(r *reply) { r.id = secret.Bytes(1024); r.rawID = r.id }},
		"id and rawId differ": {spoil: func(r *reply) { r.rawID = secret.Bytes(32) }},
		"a statement of format none": {make: func(a *authenticator) { a.self = true }, spoil: func(r *reply) {
			r.signature = func([]byte) []byte { return make([]byte, 70) }
		}},
		"an unknown format": {spoil: func(r *reply) { r.format = "bogus" }},
	} {
		u := h.User(t, strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", "")+"@example.com")
		a := newAuthenticator(t)
		if c.make != nil {
			c.make(a)
		}
		if c.want == nil {
			c.want = passkey.ErrRejected
		}
		options := h.registerOptions(t, u)
		_, err := h.passkeys.Register(h.Context, h.Realm, u.ID, "session", a.create(options, c.spoil), "")
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if has, err := h.passkeys.Enrolled(h.Context, h.Realm.ID, u.ID); has || err != nil {
			t.Errorf("%s: stored all the same (%v)", name, err)
		}
	}
	for _, junk := range []string{"", "{}", "null", "[]", `{"id":"AA","rawId":"AA","type":"public-key"}`, strings.Repeat("[", 9999)} {
		u := h.User(t, "junk"+b64(secret.Bytes(6))+"@example.com")
		h.registerOptions(t, u)
		if _, err := h.passkeys.Register(h.Context, h.Realm, u.ID, "session", []byte(junk), ""); !errors.Is(err, passkey.ErrRejected) {
			t.Errorf("%.20q: %v, want ErrRejected", junk, err)
		}
	}
}

func es512(t *testing.T) []byte {
	return encoded(t, map[int]any{1: 2, 3: -36, -1: 3, -2: make([]byte, 66), -3: make([]byte, 66)})
}

func TestUnknownExtensionOutputsMeanNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t)
	surprise := func(r *reply) {
		r.extra["somethingNew"] = map[string]any{"a": 1}
		r.extra["appid"] = true
		r.client["new_keys_may_be_added_here"] = "do not compare clientDataJSON against a template"
	}
	if _, err := h.passkeys.Register(h.Context, h.Realm, u.ID, "session", a.create(h.registerOptions(t, u), surprise), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := h.signIn(t, a, surprise); err != nil {
		t.Error(err)
	}
}

func TestAChallengeIsForOnePlaceAndOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	other := h.NewRealm(t, "other")
	a := newAuthenticator(t)
	answer := a.create(h.registerOptions(t, ann))
	for name, try := range map[string]func() error{
		"another person": func() error {
			_, err := h.passkeys.Register(h.Context, h.Realm, bob.ID, "session", answer, "")
			return err
		},
		"another session": func() error {
			_, err := h.passkeys.Register(h.Context, h.Realm, ann.ID, "another", answer, "")
			return err
		},
		"another realm": func() error {
			_, err := h.passkeys.Register(h.Context, other, ann.ID, "session", answer, "")
			return err
		},
	} {
		if err := try(); !errors.Is(err, passkey.ErrExpired) {
			t.Errorf("%s: %v, want ErrExpired", name, err)
		}
	}
	errs := identitytest.Together(20, func(int) error {
		_, err := h.passkeys.Register(h.Context, h.Realm, ann.ID, "session", answer, "")
		return err
	})
	if won := slices.IndexFunc(errs, func(err error) bool { return err == nil }); won < 0 {
		t.Errorf("nobody got through: %v", errs[0])
	} else {
		for i, err := range errs {
			if i != won && !errors.Is(err, passkey.ErrExpired) {
				t.Errorf("try %d: %v, want ErrExpired", i, err)
			}
		}
	}
	late := newAuthenticator(t).create(h.registerOptions(t, ann))
	h.Clock.Add(passkey.CeremonyLifetime)
	if _, err := h.passkeys.Register(h.Context, h.Realm, ann.ID, "session", late, ""); !errors.Is(err, passkey.ErrExpired) {
		t.Errorf("after its time: %v, want ErrExpired", err)
	}
	older := newAuthenticator(t).create(h.registerOptions(t, ann))
	h.registerOptions(t, ann)
	if _, err := h.passkeys.Register(h.Context, h.Realm, ann.ID, "session", older, ""); !errors.Is(err, passkey.ErrExpired) {
		t.Errorf("a newer question was asked: %v, want ErrExpired", err)
	}
	h.Clock.Add(2 * passkey.CeremonyLifetime * 12)
	if n, err := h.passkeys.Sweep(h.Context); err != nil || n == 0 {
		t.Errorf("Sweep = %d, %v", n, err)
	}
	if n, err := h.passkeys.Sweep(h.Context); err != nil || n != 0 {
		t.Errorf("second Sweep = %d, %v", n, err)
	}
}

func TestACredentialIsRegisteredOnceOverAllRealms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	a := newAuthenticator(t)
	h.enrolled(t, ann, a)
	if _, err := h.passkeys.Register(h.Context, h.Realm, bob.ID, "session", a.create(h.registerOptions(t, bob)), ""); !errors.Is(err, passkey.ErrTaken) {
		t.Errorf("another person: %v, want ErrTaken", err)
	}
	other := h.NewRealm(t, "other")
	carl, err := h.Users.Create(h.Context, other, newUser("carl@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	options, err := h.passkeys.RegisterOptions(h.Context, other, carl.ID, "s")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.passkeys.Register(h.Context, other, carl.ID, "s", a.create(options), ""); !errors.Is(err, passkey.ErrTaken) {
		t.Errorf("another realm: %v, want ErrTaken", err)
	}
}

func TestNobodyHasMoreThanTheMost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	for range passkey.Max - 1 {
		h.enrolled(t, u, newAuthenticator(t))
	}
	answers := make([][]byte, 4)
	for i := range answers {
		options, err := h.passkeys.RegisterOptions(h.Context, h.Realm, u.ID, string(rune('a'+i)))
		if err != nil {
			t.Fatal(err)
		}
		answers[i] = newAuthenticator(t).create(options)
	}
	errs := identitytest.Together(len(answers), func(i int) error {
		_, err := h.passkeys.Register(h.Context, h.Realm, u.ID, string(rune('a'+i)), answers[i], "")
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, passkey.ErrTooMany) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d of the last were added, want 1", won)
	}
	if _, err := h.passkeys.RegisterOptions(h.Context, h.Realm, u.ID, "s"); !errors.Is(err, passkey.ErrTooMany) {
		t.Errorf("then asking: %v, want ErrTooMany", err)
	}
}

func TestWithoutADomainNameThereAreNoPasskeys(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://127.0.0.1:8080", "http://[::1]:8080"} {
		h := newHouseAt(t, address, nil)
		u := h.User(t, "ann@example.com")
		if _, err := h.passkeys.RegisterOptions(h.Context, h.Realm, u.ID, "s"); !errors.Is(err, passkey.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", address, err)
		}
		if _, err := h.passkeys.SignInOptions(h.Context, h.Realm, h.flow(t)); !errors.Is(err, passkey.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", address, err)
		}
	}
	h := newHouseAt(t, "http://localhost:8080", nil)
	if q := read(t, h.registerOptions(t, h.User(t, "ann@example.com"))); q.RP.ID != "localhost" {
		t.Errorf("RP ID %q", q.RP.ID)
	}
}

func TestNamesAreShortText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	for _, bad := range []string{strings.Repeat("ä", 61), "a\x00b", "a\xffb"} {
		if _, err := h.passkeys.Register(h.Context, h.Realm, u.ID, "session", newAuthenticator(t).create(h.registerOptions(t, u)), bad); !errors.Is(err, passkey.ErrLabel) {
			t.Errorf("%q: %v, want ErrLabel", bad, err)
		}
	}
}

func TestRelatedOriginsCountForTheirRealm(t *testing.T) {
	t.Parallel()
	h := newHouse(t, policy(func(p *realm.Policy) { p.Passkey.Origins = []string{"https://auth.acme.example"} }))
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t, func(a *authenticator) { a.origin = "https://auth.acme.example" })
	h.enrolled(t, u, a)
	if _, err := h.signIn(t, a); err != nil {
		t.Errorf("at the realm's related origin: %v", err)
	}
	plain := newHouse(t)
	p := newAuthenticator(t)
	plain.enrolled(t, plain.User(t, "ann@example.com"), p)
	p.origin = "https://auth.acme.example"
	if _, err := plain.signIn(t, p); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("at another realm's: %v, want ErrRefused", err)
	}
}
