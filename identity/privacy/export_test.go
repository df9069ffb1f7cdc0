package privacy_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/privacy"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
)

const (
	privacyPath = "/realms/acme/account/privacy"
	exportMe    = "/api/v1/realms/acme/me/export"
)

type document struct {
	Format, Realm string
	UserID        string `json:"user_id"`
	Sessions      []struct{ IP string }
	Notes         []string
}

func read(t *testing.T, body string) document {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		t.Fatalf("%v: %.300s", err, body)
	}
	return d
}

func TestSmallCopyIsReadyAtOnceAndOpensForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	b := h.signedIn(t, ann)
	if got := b.Get(privacyPath); got.StatusCode != http.StatusOK || b.Page.Find("[download]").Length() != 0 {
		t.Fatalf("page = %d: %s", got.StatusCode, b.Body)
	}
	got := b.Submit()
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != privacyPath+"?done=export_ready" {
		t.Fatalf("ask = %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	b.Get(got.Header.Get("Location"))
	link := b.Page.Find("a[download]").AttrOr("href", "")
	if link == "" || b.Page.Find("[role=status]").Length() != 1 {
		t.Fatalf("page after it: %s", b.Body)
	}
	got = b.Get(link)
	d := read(t, b.Body)
	if got.StatusCode != http.StatusOK || got.Header.Get("Content-Disposition") != `attachment; filename="acme-2026-03-04.json"` ||
		got.Header.Get("Cache-Control") != "no-store" || d.UserID != ann.ID || len(d.Sessions) != 1 || d.Notes[0] != "for "+ann.ID {
		t.Errorf("copy = %d %v: %s", got.StatusCode, got.Header, b.Body)
	}
	for name, other := range map[string]*identitytest.Browser{"somebody else": h.signedIn(t, bob), "nobody": identitytest.NewBrowser(t, h.web)} {
		if got := other.Get(link); got.StatusCode != http.StatusNotFound && got.StatusCode != http.StatusSeeOther || strings.Contains(other.Body, ann.ID) {
			t.Errorf("%s = %d: %s", name, got.StatusCode, other.Body)
		}
	}
	if strings.Contains(h.everything(t), "for "+ann.ID) {
		t.Error("the copy is stored as it is")
	}
	if got := b.Post(privacyPath+"/export", nil); got.StatusCode != http.StatusTooManyRequests || b.Alert() == "" {
		t.Errorf("at once again = %d %q", got.StatusCode, b.Alert())
	}
	h.Clock.Add(time.Minute)
	if got := b.Post(privacyPath+"/export", nil); got.StatusCode != http.StatusSeeOther {
		t.Errorf("a minute later = %d", got.StatusCode)
	}
	if got := b.Get(link); got.StatusCode != http.StatusNotFound {
		t.Errorf("the copy before = %d", got.StatusCode)
	}
	told := slices.DeleteFunc(eventtest.Types(t, h.DB, h.Realm.ID), func(e string) bool { return !strings.HasPrefix(e, "privacy.") })
	if !slices.Equal(told, []string{"privacy.exported", "privacy.export_downloaded", "privacy.exported"}) {
		t.Errorf("events: %v", told)
	}
}

func TestCopyAsksForAFreshSignInAndEndsAfterAWeek(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	b := h.signedIn(t, u)
	b.Post(privacyPath+"/export", nil)
	b.Get(privacyPath)
	link := b.Page.Find("a[download]").AttrOr("href", "")
	h.Clock.Add(11 * time.Minute)
	for _, got := range []*http.Response{b.Get(link), b.Post(privacyPath+"/export", nil), b.Get(privacyPath + "/delete")} {
		if got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), identitytest.SignInPath) {
			t.Errorf("with an old sign-in = %d %s", got.StatusCode, got.Header.Get("Location"))
		}
	}
	for _, path := range []string{exportMe, exportMe + "/x"} {
		if got := b.Get(path); got.StatusCode != http.StatusUnauthorized || !strings.Contains(got.Header.Get("WWW-Authenticate"), "insufficient_user_authentication") {
			t.Errorf("%s with an old sign-in = %d %v", path, got.StatusCode, got.Header)
		}
	}
	h.Clock.Add(7 * 24 * time.Hour)
	if n, err := h.privacy.Sweep(h.Context); err != nil || n != 1 {
		t.Errorf("swept %d, %v, want 1", n, err)
	}
	if got := h.signedIn(t, u).Get(link); got.StatusCode != http.StatusNotFound {
		t.Errorf("a week later = %d", got.StatusCode)
	}
	if strings.Contains(h.everything(t), "privacy_export_chunks.") {
		t.Error("pieces are left behind")
	}
}

func TestLargeCopyIsMadeLaterAndToldByMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.notes.size.Store(3 * privacy.AtOnce)
	u := h.User(t, "ann@example.com")
	b := h.signedIn(t, u)
	got := b.Post(privacyPath+"/export", nil)
	if got.Header.Get("Location") != privacyPath+"?done=export_started" {
		t.Fatalf("ask = %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	if b.Get(privacyPath); b.Page.Find("[download]").Length() != 0 {
		t.Error("the page offers what is not there yet")
	}
	if n, err := h.privacy.Once(h.Context); err != nil || n != 1 {
		t.Fatalf("worker: %d, %v", n, err)
	}
	if n, err := h.privacy.Once(h.Context); err != nil || n != 0 {
		t.Errorf("worker again: %d, %v", n, err)
	}
	if l := h.box.last(t); l.Kind != letter.ExportReady || l.To != u.Email || l.Data["link"] != "http://auth.test/realms/acme/account/privacy" {
		t.Errorf("letter: %+v", l)
	}
	b.Get(privacyPath)
	if got := b.Get(b.Page.Find("a[download]").AttrOr("href", "/")); got.StatusCode != http.StatusOK || len(read(t, b.Body).Notes[1]) != 3*privacy.AtOnce {
		t.Errorf("copy = %d, %d bytes", got.StatusCode, len(b.Body))
	}
}

func TestCopyThatCannotBeMadeIsGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.notes.size.Store(2 * privacy.AtOnce)
	b := h.signedIn(t, h.User(t, "ann@example.com"))
	b.Post(privacyPath+"/export", nil)
	h.notes.broken.Store(true)
	for range 3 {
		if _, err := h.privacy.Once(h.Context); !errors.Is(err, errBroken) {
			t.Fatalf("worker: %v", err)
		}
		if n, err := h.privacy.Once(h.Context); err != nil || n != 0 {
			t.Fatalf("within the lease: %d, %v", n, err)
		}
		h.Clock.Add(11 * time.Minute)
	}
	if n, err := h.privacy.Once(h.Context); err != nil || n != 0 {
		t.Errorf("a fourth try: %d, %v", n, err)
	}
	if b.Get(privacyPath); !strings.Contains(b.Page.Find("main").Text(), "could not be made") {
		t.Errorf("page: %s", b.Page.Find("main").Text())
	}
	if len(h.box.letters) != 0 {
		t.Errorf("letters: %+v", h.box.letters)
	}
}

func TestProgramsExport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	b := h.signedIn(t, u)
	if got := b.Get(exportMe); got.StatusCode != http.StatusOK || read(t, b.Body).UserID != u.ID {
		t.Errorf("export = %d %s", got.StatusCode, b.Body)
	}
	if got := b.Get(exportMe); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "60" {
		t.Errorf("at once again = %d %v", got.StatusCode, got.Header)
	}
	h.Clock.Add(time.Minute)
	h.notes.size.Store(2 * privacy.AtOnce)
	got := b.Get(exportMe)
	at := got.Header.Get("Location")
	if got.StatusCode != http.StatusAccepted || !strings.HasPrefix(at, exportMe+"/") {
		t.Fatalf("a large one = %d %s", got.StatusCode, b.Body)
	}
	if got := b.Get(at); got.StatusCode != http.StatusAccepted || !strings.Contains(b.Body, `"waiting"`) {
		t.Errorf("while it is made = %d %s", got.StatusCode, b.Body)
	}
	if _, err := h.privacy.Once(h.Context); err != nil {
		t.Fatal(err)
	}
	if got := b.Get(at); got.StatusCode != http.StatusOK || read(t, b.Body).UserID != u.ID {
		t.Errorf("when it is made = %d", got.StatusCode)
	}
	if got := h.signedIn(t, h.User(t, "bob@example.com")).Get(at); got.StatusCode != http.StatusNotFound {
		t.Errorf("for somebody else = %d", got.StatusCode)
	}
}

func TestFiftyRequestsAtOnceMakeOneCopy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	made := 0
	for _, err := range identitytest.Together(50, func(int) error {
		_, _, err := h.privacy.Request(h.Context, h.Realm, u.ID, true)
		return err
	}) {
		if err == nil {
			made++
		} else if !errors.Is(err, privacy.ErrTooSoon) {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d copies, want 1", made)
	}
}
