package privacy_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

const (
	deletePath = privacyPath + "/delete"
	cancelPath = "/realms/acme/erasure/cancel"
	noticePath = "/realms/acme/erasure"
)

// leave has the person delete the account and returns the token of the letter's link.
func (h *house) leave(t *testing.T, u *user.User) string {
	t.Helper()
	if _, err := h.privacy.Schedule(h.Context, h.Realm, u.ID); err != nil {
		t.Fatal(err)
	}
	link, err := url.Parse(h.box.last(t).Data["link"])
	if err != nil {
		t.Fatal(err)
	}
	return link.Query().Get("token")
}

func TestDeletingAsksForTheAddressAndSignsOutEverywhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "Ann@example.com")
	b, elsewhere := h.signedIn(t, u), h.signedIn(t, u)
	if got := b.Get(deletePath); got.StatusCode != http.StatusOK || !strings.Contains(b.Page.Find("main").Text(), "7 days") {
		t.Fatalf("page = %d: %s", got.StatusCode, b.Body)
	}
	for _, typed := range []string{"", "bob@example.com", "Ann"} {
		if got := b.Submit("email", typed); got.StatusCode != http.StatusUnprocessableEntity || b.Wrong("email") == "" || h.user(t, u).Erasing() {
			t.Errorf("typed %q = %d", typed, got.StatusCode)
		}
	}
	got := b.Submit("email", " ann@EXAMPLE.com ")
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != noticePath+"?state=scheduled" {
		t.Fatalf("delete = %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	if _, kept := b.Cookies["session-acme"]; kept || b.Get(noticePath+"?state=scheduled").StatusCode != http.StatusOK {
		t.Error("the browser keeps its session")
	}
	if got := elsewhere.Get(privacyPath); got.StatusCode != http.StatusSeeOther {
		t.Errorf("the other browser = %d", got.StatusCode)
	}
	if _, users := h.Grants.Revoked(); len(users) != 1 || users[0] != u.ID {
		t.Errorf("grants of %v were revoked", users)
	}
	now := h.user(t, u)
	if !now.ErasureAt.Equal(h.Clock.Now().Add(7*24*time.Hour)) || !now.Active() {
		t.Errorf("user: %+v", now)
	}
	l := h.box.last(t)
	if l.Kind != letter.ErasureScheduled || l.To != u.Email || l.Data["date"] != "2026-03-11" || !l.ExpiresAt.Equal(now.ErasureAt) ||
		!strings.HasPrefix(l.Data["link"], "http://auth.test/realms/acme/erasure/cancel?token=ch_") {
		t.Errorf("letter: %+v", l)
	}
	again := h.signedIn(t, u) // the account still opens
	if got := again.Get(privacyPath); got.StatusCode != http.StatusOK || again.Page.Find("form[action$='/privacy/keep']").Length() != 1 {
		t.Errorf("in the account = %d", got.StatusCode)
	}
	if got := again.Get(deletePath); got.StatusCode != http.StatusSeeOther {
		t.Errorf("delete again = %d", got.StatusCode)
	}
	for range 2 { // a second press does no harm
		if got := again.Post(privacyPath+"/keep", nil); got.StatusCode != http.StatusSeeOther || h.user(t, u).Erasing() {
			t.Errorf("keep = %d", got.StatusCode)
		}
	}
	if l := h.box.last(t); l.Kind != letter.ErasureCancelled {
		t.Errorf("letter: %+v", l)
	}
}

func TestTheLettersLinkKeepsTheAccountOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	token := h.leave(t, u)
	b := identitytest.NewBrowser(t, h.web)
	for range 3 { // a scanner's GET does nothing, and the secret stays in no address
		if got := b.Get(cancelPath + "?token=" + token); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != cancelPath {
			t.Fatalf("link = %d %s", got.StatusCode, got.Header.Get("Location"))
		}
		if got := b.Get(cancelPath); got.StatusCode != http.StatusOK || !h.user(t, u).Erasing() {
			t.Fatalf("page of the link = %d", got.StatusCode)
		}
		if n := b.Page.Find(`a[href*="` + token + `"]`).Length(); n != 0 {
			t.Errorf("%d addresses of the page hold the secret", n)
		}
	}
	if got := b.Get("/realms/other/erasure/cancel?token=" + token); got.StatusCode != http.StatusNotFound {
		t.Errorf("in another realm = %d", got.StatusCode)
	}
	page := b.Get(cancelPath)
	if got := b.Submit(); page.StatusCode != http.StatusOK || got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != noticePath+"?state=kept" {
		t.Fatalf("button = %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	if h.user(t, u).Erasing() {
		t.Error("the account is still going to be deleted")
	}
	if got := b.Post(cancelPath, url.Values{"token": {token}}); got.StatusCode != http.StatusGone {
		t.Errorf("a second time = %d", got.StatusCode)
	}
	b.Get(cancelPath + "?token=ch_nonsense")
	if got := b.Get(cancelPath); got.StatusCode != http.StatusGone {
		t.Errorf("a made-up link = %d", got.StatusCode)
	}
	// A link of before opens nothing of later.
	h.leave(t, u)
	if got := b.Post(cancelPath, url.Values{"token": {token}}); got.StatusCode != http.StatusGone || !h.user(t, u).Erasing() {
		t.Errorf("an old link = %d", got.StatusCode)
	}
}

func TestFiftyPressesOfTheLinkAreOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	token := h.leave(t, u)
	var kept int
	for _, err := range identitytest.Together(50, func(int) error {
		b := identitytest.NewBrowser(t, h.web)
		if got := b.Post(cancelPath, url.Values{"token": {token}}); got.StatusCode != http.StatusSeeOther {
			return challenge.ErrDead
		}
		return nil
	}) {
		if err == nil {
			kept++
		}
	}
	if kept != 1 {
		t.Errorf("%d of 50 kept the account, want 1", kept)
	}
}

func TestOnTheWayToAnApplicationThePersonMayStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	h.leave(t, ann)
	open := func(u *user.User) *identitytest.Browser {
		b := h.signedIn(t, u)
		b.Get(b.Get("/realms/acme/start").Header.Get("Location"))
		return b
	}
	if b := open(bob); b.Page != nil {
		t.Errorf("who stays anyway is asked: %s", b.Body)
	}
	b := open(ann)
	if b.Page == nil || !strings.Contains(b.Page.Find("button.button").First().Text(), "Shop") {
		t.Fatalf("page: %s", b.Body)
	}
	if got := b.Submit("action", "perhaps"); got.StatusCode != http.StatusUnprocessableEntity || b.Alert() == "" {
		t.Errorf("no choice = %d", got.StatusCode)
	}
	form := b.Form("action", "keep")
	b.SignIn(h.House, bob.ID)
	if got := b.Post("/realms/acme/keep-account", form); got.StatusCode == http.StatusSeeOther || !h.user(t, ann).Erasing() {
		t.Errorf("Bob answered for Ann = %d", got.StatusCode)
	}
	b = open(ann)
	f, err := h.Flows.Resume(h.Context, b.Form().Get("flow"), b.Cookies["browser-acme"])
	if err != nil {
		t.Fatal(err)
	}
	b.Submit("action", "cancel")
	if f, err = h.Flows.Resume(h.Context, f.ID, b.Cookies["browser-acme"]); err != nil || !f.Denied() || !h.user(t, ann).Erasing() {
		t.Errorf("left as it is: %+v, %v", f, err)
	}
	b = open(ann)
	if got := b.Submit("action", "keep"); got.StatusCode != http.StatusSeeOther || h.user(t, ann).Erasing() {
		t.Errorf("keep = %d", got.StatusCode)
	}
	if next := flow.Next(&flow.Flow{}, flow.Facts{Session: &flow.SessionFacts{ID: "s"}}); next != flow.Done {
		t.Errorf("then %s", next)
	}
}

func TestNothingPersonalIsLeftAfterTheGrace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bob := h.User(t, "bob@example.com")
	u := h.User(t, "ann.unforgettable@example.com")
	name, phone := "Ann Unforgettable", "+4930555123"
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{
		Name: &name, Phone: &phone, Address: &user.Address{StreetAddress: "Unforgettable Street 1"}, Attributes: map[string]any{"motto": "unforgettable"},
	}); err != nil {
		t.Fatal(err)
	}
	h.signedIn(t, u).Post(privacyPath+"/export", nil)
	token := h.leave(t, u)
	h.Clock.Add(7*24*time.Hour - time.Second)
	if n, err := h.privacy.EraseDue(h.Context); err != nil || n != 0 {
		t.Fatalf("a second before: %d, %v", n, err)
	}
	h.Clock.Add(time.Second)
	if n, err := h.privacy.EraseDue(h.Context); err != nil || n != 1 {
		t.Fatalf("in time: %d, %v", n, err)
	}
	if n, err := h.privacy.EraseDue(h.Context); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
	for line := range strings.Lines(strings.ToLower(h.everything(t))) {
		if strings.Contains(line, "unforgettable") || strings.Contains(line, "4930555123") {
			t.Errorf("left behind: %s", line)
		}
		if strings.HasPrefix(line, "sessions.") || strings.HasPrefix(line, "privacy_export") || strings.HasPrefix(line, "challenge") {
			t.Errorf("a row is left behind: %s", line)
		}
	}
	if got := h.user(t, u); got.Status != user.StatusErased || h.notes.erasing.Load() != 1 {
		t.Errorf("user: %+v, other rooms asked %d times", got, h.notes.erasing.Load())
	}
	if l := h.box.last(t); l.Kind != letter.Erased || l.To != u.Email || l.UserID != "" {
		t.Errorf("letter: %+v", l)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	if types[len(types)-1] != "user.deleted" {
		t.Errorf("events: %v", types)
	}
	if got := identitytest.NewBrowser(t, h.web).Post(cancelPath, url.Values{"token": {token}}); got.StatusCode != http.StatusGone {
		t.Errorf("the link afterwards = %d", got.StatusCode)
	}
	if again := h.User(t, u.Email); again.ID == u.ID {
		t.Error("the address is not free")
	}
	if got := h.user(t, bob); got.Email != "bob@example.com" {
		t.Errorf("somebody else: %+v", got)
	}
}

func TestErasingIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	h.leave(t, u)
	h.Clock.Add(8 * 24 * time.Hour)
	h.notes.broken.Store(true)
	if n, err := h.privacy.EraseDue(h.Context); !errors.Is(err, errBroken) || n != 0 {
		t.Fatalf("with a broken room: %d, %v", n, err)
	}
	if got := h.user(t, u); got.Email != u.Email || !got.Erasing() {
		t.Errorf("half erased: %+v", got)
	}
	h.notes.broken.Store(false)
	if n, err := h.privacy.EraseDue(h.Context); err != nil || n != 1 {
		t.Errorf("mended: %d, %v", n, err)
	}
}

// At the end of the grace the person and the workers of several nodes may act in the
// same instant: either the account stays or it is gone, and one letter says which.
func TestStayingAndBeingErasedAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 5 {
		u := h.User(t, "ann@example.com")
		h.leave(t, u)
		h.Clock.Add(7 * 24 * time.Hour)
		before := len(h.box.letters)
		stayed := identitytest.Together(6, func(i int) error {
			if i == 0 {
				return h.privacy.Cancel(h.Context, h.Realm.ID, u.ID)
			}
			_, err := h.privacy.EraseDue(h.Context)
			return err
		})
		for _, err := range stayed[1:] {
			if err != nil {
				t.Error(err)
			}
		}
		got := h.user(t, u)
		if stays := stayed[0] == nil; stays != got.Active() || got.Erasing() {
			t.Errorf("staying: %v; user %+v", stayed[0], got)
		}
		h.box.mu.Lock()
		kinds := map[letter.Kind]int{}
		for _, l := range h.box.letters[before:] {
			kinds[l.Kind]++
		}
		h.box.mu.Unlock()
		if kinds[letter.Erased]+kinds[letter.ErasureCancelled] < 1 {
			t.Errorf("letters: %v", kinds)
		}
		if got.Active() {
			if err := h.privacy.Erase(h.Context, h.Realm.ID, u.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestWithoutGraceTheAccountIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.ErasureGrace = 0
	h := newHouse(t, policy)
	u := h.User(t, "ann@example.com")
	b := h.signedIn(t, u)
	b.Get(deletePath)
	if got := b.Submit("email", u.Email); got.Header.Get("Location") != noticePath+"?state=erased" {
		t.Fatalf("delete = %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	if got := h.user(t, u); got.Status != user.StatusErased {
		t.Errorf("user: %+v", got)
	}
	if err := h.privacy.Erase(h.Context, h.Realm.ID, u.ID); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("erase again: %v", err)
	}
	if _, err := h.privacy.Schedule(h.Context, h.Realm, u.ID); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("schedule: %v", err)
	}
}

func TestProgramsLeaveAndStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	b := h.signedIn(t, u)
	const path = "/api/v1/realms/acme/me/erasure"
	if got := b.Send(http.MethodDelete, path, "", ""); got.StatusCode != http.StatusConflict {
		t.Errorf("stay, who does not leave = %d %s", got.StatusCode, b.Body)
	}
	if got := b.JSON(http.MethodPost, path, `{"email":"bob@example.com"}`); got.StatusCode != http.StatusBadRequest || !strings.Contains(b.Body, `"field":"email"`) {
		t.Errorf("another address = %d %s", got.StatusCode, b.Body)
	}
	if got := b.JSON(http.MethodPost, path, `{"email":"ann@example.com"}`); got.StatusCode != http.StatusAccepted || !strings.Contains(b.Body, `"erasure_at":"2026-03-11T05:06:07Z"`) {
		t.Errorf("leave = %d %s", got.StatusCode, b.Body)
	}
	b.SignIn(h.House, u.ID)
	if got := b.JSON(http.MethodPost, path, `{"email":"ann@example.com"}`); got.StatusCode != http.StatusConflict {
		t.Errorf("leave again = %d %s", got.StatusCode, b.Body)
	}
	if got := b.Send(http.MethodDelete, path, "", ""); got.StatusCode != http.StatusNoContent || h.user(t, u).Erasing() {
		t.Errorf("stay = %d %s", got.StatusCode, b.Body)
	}
}
