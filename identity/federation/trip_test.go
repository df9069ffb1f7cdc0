package federation_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authserver/identity/federation"
	"authserver/identity/identitytest"
	"authserver/internal/secret"
)

// INC-058, FED-02: a callback is worth one sign-in, in the browser that left.
func TestACallbackWorksOnce(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	b := h.browser(t)
	b.begin("")
	back := b.visit(b.leave("globex"))

	other := h.browser(t)
	other.begin("")
	bare := h.browser(t)
	for name, try := range map[string]func() *http.Response{
		"another person's browser":  func() *http.Response { return other.sendFrom("cross-site", http.MethodGet, back, nil) },
		"a browser without cookies": func() *http.Response { return bare.sendFrom("cross-site", http.MethodGet, back, nil) },
		"another state":             func() *http.Response { return b.send(http.MethodGet, changed(back, "state", secret.Token("fs_")), nil) },
		"no state":                  func() *http.Response { return b.send(http.MethodGet, changed(back, "state", ""), nil) },
		"the digest of the state": func() *http.Response {
			return b.send(http.MethodGet, changed(back, "state", "fs_"+string(secret.Digest("x"))), nil)
		},
		"a challenge's secret": func() *http.Response { return b.send(http.MethodGet, changed(back, "state", secret.Token("ch_")), nil) },
		"a state twice":        func() *http.Response { return b.send(http.MethodGet, back+"&state=x", nil) },
		"no parameter":         func() *http.Response { return b.send(http.MethodGet, "/realms/acme/federation/globex/callback", nil) },
		"a form that nobody sends": func() *http.Response {
			return b.sendFrom("cross-site", http.MethodPost, "/realms/acme/federation/globex/callback", url.Values{"state": {"x"}})
		},
		"a provider that is no more": func() *http.Response {
			return b.send(http.MethodGet, strings.Replace(back, "/globex/", "/nobody/", 1), nil)
		},
	} {
		got := try()
		if got.StatusCode != http.StatusBadRequest && got.StatusCode != http.StatusNotFound {
			t.Errorf("%s = %d to %s", name, got.StatusCode, got.Header.Get("Location"))
		}
	}
	if b.session() != nil || other.session() != nil || bare.session() != nil {
		t.Fatal("somebody is signed in")
	}
	if up.calls("/token") != 0 {
		t.Error("the provider was asked with a code that nobody could redeem")
	}
	// None of that has burnt it for its owner.
	b.in(b.sendFrom("cross-site", http.MethodGet, back, nil))
	delete(b.jar, "session-acme")
	if got := b.sendFrom("cross-site", http.MethodGet, back, nil); got.StatusCode != http.StatusBadRequest || b.session() != nil {
		t.Errorf("the same callback again = %d", got.StatusCode)
	}
}

func TestACallbackRacesOnce(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	b := h.browser(t)
	b.begin("")
	back := b.visit(b.leave("globex"))
	wins := make([]bool, 50)
	identitytest.Together(len(wins), func(i int) error {
		one := h.browser(t)
		one.jar = map[string]string{"browser-acme": b.jar["browser-acme"]}
		got := one.sendFrom("cross-site", http.MethodGet, back, nil)
		wins[i] = strings.HasPrefix(got.Header.Get("Location"), dispatcher)
		if !wins[i] && got.StatusCode != http.StatusBadRequest {
			t.Errorf("a loser's answer = %d", got.StatusCode)
		}
		return nil
	})
	n := 0
	for _, won := range wins {
		if won {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of %d callbacks signed in, want 1", n, len(wins))
	}
}

// One upstream person, many browsers at the same moment, no account yet: one account.
func TestAPersonIsRegisteredOnce(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	backs := make([]string, 10)
	browsers := make([]*browser, len(backs))
	for i := range backs {
		browsers[i] = h.browser(t)
		browsers[i].begin("")
		backs[i] = browsers[i].visit(browsers[i].leave("globex"))
	}
	identitytest.Together(len(backs), func(i int) error {
		browsers[i].sendFrom("cross-site", http.MethodGet, backs[i], nil)
		return nil
	})
	first := ""
	for _, b := range browsers {
		s := b.session()
		if s == nil {
			t.Fatal("somebody was turned away")
		}
		if first == "" {
			first = s.UserID
		}
		if s.UserID != first {
			t.Errorf("two accounts were made: %s and %s", first, s.UserID)
		}
	}
}

func TestATripTakesTenMinutesAtMost(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	b := h.browser(t)
	b.begin("")
	back := b.visit(b.leave("globex"))
	h.Clock.Add(federation.TripLifetime)
	if got := b.sendFrom("cross-site", http.MethodGet, back, nil); got.StatusCode != http.StatusBadRequest || b.session() != nil {
		t.Errorf("late callback = %d", got.StatusCode)
	}
}

// Mix-up (RFC 9700 §4.4): the answer of one provider is not another's.
func TestTheAnswerOfAnotherProviderIsNone(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	evil := newUpstream(t, h.Clock.Now)
	h.provider(t, evil, func(d *federation.Draft) { d.Slug, d.Name = "evil", "Evil" })
	b := h.browser(t)
	b.begin("")
	back := b.visit(b.leave("globex"))
	got := b.sendFrom("cross-site", http.MethodGet, strings.Replace(back, "/globex/", "/evil/", 1), nil)
	if got.StatusCode != http.StatusBadRequest || evil.calls("/token") != 0 {
		t.Errorf("callback of another provider = %d; it saw the code %d times", got.StatusCode, evil.calls("/token"))
	}
	b.in(b.sendFrom("cross-site", http.MethodGet, back, nil))
	if up.calls("/token") != 1 {
		t.Errorf("the right one was asked %d times", up.calls("/token"))
	}
}

// The flow was finished or given up in another tab while the person was away.
func TestAFlowThatIsOverTakesNobodyBack(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	b := h.browser(t)
	b.begin("")
	back := b.visit(b.leave("globex"))
	if err := h.Flows.Finish(h.Context, b.f); err != nil {
		t.Fatal(err)
	}
	if got := b.sendFrom("cross-site", http.MethodGet, back, nil); got.StatusCode != http.StatusBadRequest || b.session() != nil {
		t.Errorf("callback = %d", got.StatusCode)
	}
}

func changed(address, name, value string) string {
	path, query, _ := strings.Cut(address, "?")
	values, _ := url.ParseQuery(query)
	values.Set(name, value)
	return path + "?" + values.Encode()
}
