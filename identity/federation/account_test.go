package federation_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/federation"
	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
)

const console = "/realms/acme/account/providers"

// link links an identity from the account pages, and returns the answer to the callback.
func (b *browser) link(slug string) *http.Response {
	b.t.Helper()
	got := b.send(http.MethodPost, console+"/"+slug+"/link", url.Values{})
	return b.sendFrom("cross-site", http.MethodGet, b.visit(b.upstreamAddress(got)), nil)
}

// signedIn is a browser in which the person is signed in.
func (h *house) signedIn(t testing.TB, u *user.User) *browser {
	t.Helper()
	b := h.browser(t)
	_, b.jar["session-acme"] = h.Session(t, u.ID)
	return b
}

func TestAPersonLinksAndUnlinks(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	bob := h.person(t, "bob@example.com", true)
	b := h.signedIn(t, bob)
	if got := b.send(http.MethodGet, console, nil); got.StatusCode != http.StatusOK || b.page.Find(`form[action="`+console+`/globex/link"]`).Length() != 1 {
		t.Fatalf("page = %d", got.StatusCode)
	}
	if got := b.link("globex"); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != console+"?done=provider_linked" {
		t.Fatalf("link = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	ids := h.linked(t, bob.ID)
	if len(ids) != 1 || ids[0].Label != "ada@example.com" {
		t.Fatalf("identities %+v", ids)
	}
	// Addresses have no say in this: bob stays bob.
	if u, _ := h.Users.ByID(h.Context, h.Realm.ID, bob.ID); u.Email != "bob@example.com" || u.Name != "Somebody" {
		t.Errorf("user %+v", u)
	}
	if got := b.send(http.MethodGet, console+"?done=provider_linked", nil); got.StatusCode != http.StatusOK ||
		!strings.Contains(b.page.Find("main").Text(), "Globex") || b.page.Find("[role=status]").Length() != 1 || b.page.Find("form[action$='/globex/link']").Length() != 0 {
		t.Errorf("page = %d %s", got.StatusCode, b.page.Find("main").Text())
	}
	// The same identity once more changes nothing.
	if got := b.link("globex"); got.Header.Get("Location") != console+"?done=provider_linked" || len(h.linked(t, bob.ID)) != 1 {
		t.Errorf("link again = %s", got.Header.Get("Location"))
	}

	other := h.browser(t)
	if u := other.in(other.signIn("globex", "")); u.ID != bob.ID {
		t.Fatalf("signed in as %s", u.ID)
	}
	begun := other.session()
	unlink := console + "/" + ids[0].ID + "/unlink"
	if got := b.send(http.MethodGet, unlink, nil); got.StatusCode != http.StatusOK || len(h.linked(t, bob.ID)) != 1 {
		t.Fatalf("page = %d", got.StatusCode)
	}
	if got := b.send(http.MethodPost, unlink, url.Values{}); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != console+"?done=provider_unlinked" {
		t.Fatalf("unlink = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	// FED-10: the sessions that it began end with all that was granted in them.
	if len(h.linked(t, bob.ID)) != 0 || other.session() != nil || b.session() == nil {
		t.Error("the link, or what it opened, goes on")
	}
	if sessions, _ := h.Grants.Revoked(); !slices.Contains(sessions, begun.ID) {
		t.Errorf("grants of %s go on", begun.ID)
	}
	if kinds := h.letters.kinds(); !slices.Equal(kinds, []letter.Kind{letter.ProviderLinked, letter.ProviderUnlinked}) {
		t.Errorf("letters %v", kinds)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	if !slices.Contains(types, "user.provider_linked") || !slices.Contains(types, "user.provider_unlinked") {
		t.Errorf("events %v", types)
	}
	if got := b.send(http.MethodPost, unlink, url.Values{}); got.StatusCode != http.StatusNotFound {
		t.Errorf("unlink again = %d", got.StatusCode)
	}
}

func TestLinkingNeedsARecentSignIn(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	bob := h.person(t, "bob@example.com", true)
	b := h.signedIn(t, bob)
	b.link("globex")
	id := h.linked(t, bob.ID)[0].ID
	h.Clock.Add(time.Hour)
	for _, path := range []string{"/globex/link", "/" + id + "/unlink"} {
		got := b.send(http.MethodPost, console+path, url.Values{})
		if got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), identitytest.SignInPath) {
			t.Errorf("%s an hour later = %d to %s", path, got.StatusCode, got.Header.Get("Location"))
		}
	}
	if got := h.browser(t).send(http.MethodGet, console, nil); got.StatusCode != http.StatusSeeOther {
		t.Errorf("a stranger's page = %d", got.StatusCode)
	}
	if got := b.sendFrom("cross-site", http.MethodPost, console+"/globex/link", url.Values{}); got.StatusCode == http.StatusOK {
		t.Error("another site started a link") // INC-044
	}
	if len(h.linked(t, bob.ID)) != 1 {
		t.Error("unlinked")
	}
}

// INC-055, INC-052: a link belongs to the session that asked for it.
func TestALinkGoesToTheSessionThatAskedForIt(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	bob, eve := h.person(t, "bob@example.com", true), h.person(t, "eve@example.com", true)
	b := h.signedIn(t, bob)
	back := b.visit(b.upstreamAddress(b.send(http.MethodPost, console+"/globex/link", url.Values{})))
	mine := b.jar["session-acme"]
	for name, value := range map[string]func() string{
		"nobody": func() string { return "" },
		"another person": func() string {
			_, value := h.Session(t, eve.ID)
			return value
		},
	} {
		b.jar["session-acme"] = value()
		if got := b.sendFrom("cross-site", http.MethodGet, back, nil); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s = %d", name, got.StatusCode)
		}
	}
	b.jar["session-acme"] = mine
	if got := b.sendFrom("cross-site", http.MethodGet, back, nil); got.StatusCode != http.StatusBadRequest {
		t.Errorf("after that = %d: the state is spent", got.StatusCode)
	}
	if up.calls("/token") != 0 || len(h.linked(t, bob.ID)) != 0 || len(h.linked(t, eve.ID)) != 0 {
		t.Error("something was linked")
	}
}

func TestAnIdentityBelongsToOneAccount(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	bob, eve := h.person(t, "bob@example.com", true), h.person(t, "eve@example.com", true)
	h.signedIn(t, bob).link("globex")
	e := h.signedIn(t, eve)
	got := e.link("globex")
	if got.Header.Get("Location") != console+"?problem=federation_taken" || len(h.linked(t, eve.ID)) != 0 {
		t.Errorf("a taken identity = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	if page := e.send(http.MethodGet, got.Header.Get("Location"), nil); page.StatusCode != http.StatusOK || e.page.Find("[role=alert]").Length() != 1 {
		t.Errorf("page = %d", page.StatusCode)
	}
	up.bend(func() { up.person["sub"] = "another" })
	if got := h.signedIn(t, bob).link("globex"); got.Header.Get("Location") != console+"?problem=federation_linked_other" {
		t.Errorf("a second one of the provider = %s", got.Header.Get("Location"))
	}
	// A made-up problem shows no text of its own.
	e.send(http.MethodGet, console+"?problem=%3Cscript%3E", nil)
	if strings.Contains(e.page.Find("main").Text(), "script") {
		t.Error("the page says what the address said")
	}
}

func TestFailingUpstreamLinksNothing(t *testing.T) {
	t.Parallel()
	h, up, p := withUpstream(t)
	b := h.signedIn(t, h.person(t, "bob@example.com", true))
	up.claims = func(c map[string]any) { delete(c, "nonce") }
	if got := b.link("globex"); got.Header.Get("Location") != console+"?problem=federation_refused" {
		t.Errorf("a bent answer = %s", got.Header.Get("Location"))
	}
	up.bend(func() { up.claims = nil })
	back := b.visit(b.upstreamAddress(b.send(http.MethodPost, console+"/globex/link", url.Values{})))
	if err := h.room.SetEnabled(h.Context, h.Realm.ID, p.ID, false); err != nil {
		t.Fatal(err)
	}
	if got := b.sendFrom("cross-site", http.MethodGet, back, nil); got.Header.Get("Location") != console+"?problem=federation_refused" {
		t.Errorf("a provider that was switched off = %s", got.Header.Get("Location"))
	}
	if got := b.send(http.MethodPost, console+"/globex/link", url.Values{}); got.StatusCode != http.StatusNotFound {
		t.Errorf("start = %d", got.StatusCode)
	}
}

func TestTheLastWayInStays(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	b := h.browser(t)
	ada := b.in(b.signIn("globex", ""))
	id := h.linked(t, ada.ID)[0].ID
	unlink := func() error { return h.room.Unlink(h.Context, h.Realm, ada.ID, id) }
	if err := unlink(); !errors.Is(err, federation.ErrLastWay) {
		t.Fatalf("the only way in: %v, want ErrLastWay", err)
	}
	if got := b.send(http.MethodPost, console+"/"+id+"/unlink", url.Values{}); got.StatusCode != http.StatusConflict || b.page.Find("[role=alert]").Length() != 1 {
		t.Errorf("page = %d", got.StatusCode)
	}
	// A second provider is another way, as long as it is switched on.
	other := newUpstream(t, h.Clock.Now)
	second := h.provider(t, other, func(d *federation.Draft) { d.Slug, d.Name = "second", "Second" })
	b.link("second")
	if err := h.room.SetEnabled(h.Context, h.Realm.ID, second.ID, false); err != nil {
		t.Fatal(err)
	}
	if err := unlink(); !errors.Is(err, federation.ErrLastWay) {
		t.Errorf("beside one that is off: %v, want ErrLastWay", err)
	}
	if linked, err := h.room.Linked(h.Context, h.Realm.ID, ada.ID); err != nil || !linked {
		t.Errorf("linked %v, %v", linked, err)
	}
	// A passkey is one.
	h.passkeys.has.Store(true)
	if err := unlink(); err != nil {
		t.Errorf("with a passkey: %v", err)
	}
	if linked, err := h.room.Linked(h.Context, h.Realm.ID, ada.ID); err != nil || linked {
		t.Errorf("with nothing but a provider that is off: linked %v, %v", linked, err)
	}
}

// Two identities taken away at the same moment: each sees the other, one must stay.
func TestTwoLastWaysDoNotGoTogether(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	b := h.browser(t)
	ada := b.in(b.signIn("globex", ""))
	h.provider(t, newUpstream(t, h.Clock.Now), func(d *federation.Draft) { d.Slug, d.Name = "second", "Second" })
	b.link("second")
	ids := h.linked(t, ada.ID)
	if len(ids) != 2 {
		t.Fatalf("identities %+v", ids)
	}
	errs := identitytest.Together(2, func(i int) error { return h.room.Unlink(h.Context, h.Realm, ada.ID, ids[i].ID) })
	if len(h.linked(t, ada.ID)) != 1 || (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("left %d, errors %v", len(h.linked(t, ada.ID)), errs)
	}
}

func TestAnotherPersonsLinkIsNotThere(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	bob, eve := h.person(t, "bob@example.com", true), h.person(t, "eve@example.com", true)
	h.signedIn(t, bob).link("globex")
	id := h.linked(t, bob.ID)[0].ID
	e := h.signedIn(t, eve)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if got := e.send(method, console+"/"+id+"/unlink", map[string]url.Values{http.MethodPost: {}}[method]); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s = %d", method, got.StatusCode)
		}
	}
	other := h.NewRealm(t, "other")
	if err := h.room.Unlink(h.Context, other, bob.ID, id); !errors.Is(err, federation.ErrIdentityNotFound) {
		t.Errorf("from another realm: %v", err)
	}
	if len(h.linked(t, bob.ID)) != 1 {
		t.Error("unlinked")
	}
}

func (b *browser) me(method, path string) (int, map[string]any) {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, host+"/api/v1/realms/acme/me/providers"+path, nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.web.ServeHTTP(w, r)
	var body map[string]any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			b.t.Fatalf("%s: %v", w.Body, err)
		}
	}
	return w.Code, body
}

func TestProgramsSeeAndRemoveLinks(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	bob := h.person(t, "bob@example.com", true)
	b := h.signedIn(t, bob)
	code, body := b.me(http.MethodGet, "")
	if code != http.StatusOK || len(body["items"].([]any)) != 0 || len(body["available"].([]any)) != 1 {
		t.Errorf("list = %d %v", code, body)
	}
	b.link("globex")
	code, body = b.me(http.MethodGet, "")
	items := body["items"].([]any)
	if code != http.StatusOK || len(items) != 1 || len(body["available"].([]any)) != 0 {
		t.Fatalf("list = %d %v", code, body)
	}
	one := items[0].(map[string]any)
	if one["provider"] != "globex" || one["name"] != "Globex" || one["label"] != "ada@example.com" || one["last_used_at"] != nil || one["subject"] != nil {
		t.Errorf("item %v", one)
	}
	if code, body := b.me(http.MethodDelete, "/0192f0c1-0000-7000-8000-000000000001"); code != http.StatusNotFound || body["code"] != "linked_provider_not_found" {
		t.Errorf("delete of nothing = %d %v", code, body)
	}
	h.Clock.Add(time.Hour)
	if code, body := b.me(http.MethodDelete, "/"+one["id"].(string)); code != http.StatusUnauthorized || body["code"] != "step_up_required" {
		t.Errorf("delete an hour later = %d %v", code, body)
	}
	b = h.signedIn(t, bob)
	if code, body := b.me(http.MethodDelete, "/"+one["id"].(string)); code != http.StatusNoContent || body != nil {
		t.Errorf("delete = %d %v", code, body)
	}
	if len(h.linked(t, bob.ID)) != 0 {
		t.Error("linked still")
	}
	if code, _ := h.browser(t).me(http.MethodGet, ""); code != http.StatusUnauthorized {
		t.Errorf("a stranger = %d", code)
	}
}
