package flow

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/internal/secret"
)

func TestProofIsForOneFlowStepBrowserAndHop(t *testing.T) {
	t.Parallel()
	keys := []string{secret.NewKey(), secret.NewKey()}
	s := sealer(t, keys...)
	f := &Flow{ID: "f1", RealmID: "r1", slug: "acme", browser: []byte("b1"), hop: 3, ExpiresAt: time.Unix(1, 0)}
	proof := s.Proof(f, Login)
	if !s.proves(f, Login, proof) {
		t.Fatal("a fresh proof is refused")
	}
	changed := func(change func(*Flow)) *Flow {
		c := *f
		change(&c)
		return &c
	}
	for name, other := range map[string]*Flow{
		"flow":    changed(func(f *Flow) { f.ID = "f2" }),
		"realm":   changed(func(f *Flow) { f.RealmID = "r2" }),
		"browser": changed(func(f *Flow) { f.browser = []byte("b2") }),
		"hop":     changed(func(f *Flow) { f.hop = 4 }),
	} {
		if s.proves(other, Login, proof) {
			t.Errorf("good for another %s", name)
		}
	}
	for _, step := range []Step{SelectAccount, PasswordChange, SecondFactor, Terms, Consent, Done} {
		if s.proves(f, step, proof) {
			t.Errorf("good for step %s", step)
		}
	}
	for i := range len(proof) {
		if s.proves(f, Login, proof[:i]) {
			t.Errorf("good when cut to %d characters", i)
		}
		flipped := proof[:i] + string("AB"[strings.IndexByte("A", proof[i])+1]) + proof[i+1:]
		if flipped != proof && s.proves(f, Login, flipped) {
			t.Errorf("good with character %d changed", i)
		}
	}
	if s.proves(f, Login, proof, "s1") || s.proves(f, Login, s.Proof(f, Login, "s1")) || !s.proves(f, Login, s.Proof(f, Login, "s1"), "s1") {
		t.Error("what a form is about is not part of its proof")
	}
	if rotated := sealer(t, append([]string{secret.NewKey()}, keys...)...); !rotated.proves(f, Login, proof) {
		t.Error("refused after a new key was put before the old ones")
	}
	if sealer(t, secret.NewKey()).proves(f, Login, proof) {
		t.Error("good under another key")
	}
}

func TestAddressNamesStepFlowAndProofOnly(t *testing.T) {
	t.Parallel()
	s := sealer(t, secret.NewKey())
	f := &Flow{ID: "f1", RealmID: "r1", slug: "acme", LoginHint: "ann@example.com", Request: url.Values{"state": {"secret"}}}
	for step, path := range map[Step]string{
		Login: "/login", SelectAccount: "/select-account", PasswordChange: "/password", SecondFactor: "/mfa", Terms: "/terms", Consent: "/consent",
	} {
		u, err := url.Parse(s.URL(f, step))
		if err != nil || u.Path != "/realms/acme"+path || u.Host != "" || len(u.Query()) != 2 || !s.proves(f, step, u.Query().Get("proof")) {
			t.Errorf("URL(%s) = %s, %v", step, u, err)
		}
	}
}

func sealer(t *testing.T, keys ...string) *Service {
	t.Helper()
	ring, err := secret.ParseRing(keys)
	if err != nil {
		t.Fatal(err)
	}
	return &Service{keys: ring.Derive(label)}
}
