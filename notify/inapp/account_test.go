package inapp_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/internal/id"
	"authserver/tenant/realm"
)

func TestThePageListsMarksAndRemoves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser(h.ann.ID)
	if got := b.Get(pages); got.StatusCode != http.StatusOK || b.Page.Find(".none").Text() == "" {
		t.Fatalf("the empty page: %d %s", got.StatusCode, b.Body)
	}
	h.happens(by(h.ann.ID, "203.0.113.7", firefox), "user", h.ann.ID, "user.password_changed", `{}`)
	h.dispatch()
	h.say("The office is closed")
	b.Get(pages)
	text := b.Page.Find("main").Text()
	for _, want := range []string{"The office is closed", "Your password was changed", "If that was not you", "Firefox, Linux", "203.0.113.x"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
	rows := b.Page.Find("main .notice")
	if rows.Length() != 2 || rows.Find(".badge").Length() != 2 || rows.Eq(1).Find("a").AttrOr("href", "") != "/realms/acme/account/security" {
		t.Fatalf("%d rows: %s", rows.Length(), b.Body)
	}
	newest := h.of(h.ann.ID)[0].ID
	if got := b.Post(pages+"/seen", url.Values{"id": {newest}}); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != pages+"?done=notices_seen" {
		t.Fatalf("seen: %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	b.Get(pages + "?done=notices_seen")
	if b.Page.Find("main .notice .badge").Length() != 1 || b.Page.Find("[role=status]").Length() != 1 {
		t.Errorf("one should be new, and said what was done: %s", b.Body)
	}
	b.Post(pages+"/seen", nil)
	if n, err := h.Unseen(t.Context(), h.Realm.ID, h.ann.ID); n != 0 || err != nil {
		t.Errorf("%d unseen after all were marked, %v", n, err)
	}
	if got := b.Post(pages+"/dismiss", url.Values{"id": {newest}}); got.StatusCode != http.StatusSeeOther {
		t.Errorf("dismiss: %d", got.StatusCode)
	}
	if got := h.kinds(h.ann.ID); got != "user_password_changed" {
		t.Errorf("left: %s", got)
	}
	// What is gone is said, on the list.
	if got := b.Post(pages+"/dismiss", url.Values{"id": {newest}}); got.StatusCode != http.StatusNotFound || b.Page.Find("[role=alert]").Length() != 1 || b.Page.Find(".notice").Length() != 1 {
		t.Errorf("dismissed twice: %d %s", got.StatusCode, b.Body)
	}
	if got := b.Post(pages+"/seen", url.Values{"id": {"nonsense"}}); got.StatusCode != http.StatusNotFound {
		t.Errorf("a nonsense id: %d", got.StatusCode)
	}
	if got := b.Get(pages + "?cursor=nonsense"); got.StatusCode != http.StatusSeeOther {
		t.Errorf("a nonsense cursor: %d", got.StatusCode)
	}
}

func TestThePageHasPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 45 {
		h.say(fmt.Sprintf("Message %02d.", i))
	}
	b, seen, at := h.browser(h.ann.ID), 0, pages
	for at != "" {
		b.Get(at)
		seen += b.Page.Find("main .notice").Length()
		cursor := b.Page.Find("main .notice input[name=cursor]").First().AttrOr("value", "")
		if (at == pages) != (cursor == "") {
			t.Errorf("%s carries the cursor %q", at, cursor)
		}
		at = ""
		if next := b.Page.Find("main .more a").Last(); strings.Contains(next.Text(), "Older") {
			at = next.AttrOr("href", "")
		}
	}
	if seen != 45 {
		t.Errorf("%d of 45 on all pages", seen)
	}
}

// The badge asks on every page of the account: the answer is bounded.
func TestCountingEndsAtAHundred(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 105 {
		h.say("Again.")
	}
	b := h.browser(h.ann.ID)
	b.Get(me + "/notifications/count")
	if b.Body != `{"unseen":100}` && strings.TrimSpace(b.Body) != `{"unseen":100}` {
		t.Errorf("count says %s", b.Body)
	}
}

type list struct {
	Items []struct {
		ID        string     `json:"id"`
		Kind      string     `json:"kind"`
		Topic     string     `json:"topic"`
		Title     string     `json:"title"`
		Body      string     `json:"body"`
		Icon      string     `json:"icon"`
		URL       string     `json:"url"`
		Priority  string     `json:"priority"`
		Detail    string     `json:"detail"`
		Device    string     `json:"device"`
		Place     string     `json:"place"`
		Admin     bool       `json:"by_administrator"`
		CreatedAt time.Time  `json:"created_at"`
		SeenAt    *time.Time `json:"seen_at"`
		ExpiresAt time.Time  `json:"expires_at"`
	} `json:"items"`
	Next string `json:"next_cursor"`
}

func TestProgramsReadCountMarkAndRemove(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happens(by(h.ann.ID, "203.0.113.7", firefox), "user", h.ann.ID, "user.password_changed", `{}`)
	h.dispatch()
	h.say("One")
	h.say("Two")
	b := h.browser(h.ann.ID)
	var all list
	b.Get(me + "/notifications?limit=2")
	decode(t, b.Body, &all)
	if len(all.Items) != 2 || all.Next == "" || all.Items[0].Title != "Two" || all.Items[0].Topic != "messages" {
		t.Fatalf("the first page: %s", b.Body)
	}
	var rest list
	b.Get(me + "/notifications?limit=2&cursor=" + all.Next)
	decode(t, b.Body, &rest)
	if len(rest.Items) != 1 || rest.Next != "" {
		t.Fatalf("the second page: %s", b.Body)
	}
	if p := rest.Items[0]; p.Kind != "user_password_changed" || p.URL != issuer("acme")+"/account/security" || p.Priority != "high" || p.Device != "Firefox, Linux" || p.SeenAt != nil {
		t.Errorf("the oldest: %+v", p)
	}
	b.Send(http.MethodGet, me+"/notifications?limit=1&cursor="+all.Next, "", "", "Accept-Language", "de")
	if !strings.Contains(b.Body, "Passwort") {
		t.Errorf("in German: %s", b.Body)
	}
	one := all.Items[1].ID
	for _, c := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"ids":["` + one + `"]}`, 200, `"marked":1`},
		{`{"ids":["` + one + `"]}`, 200, `"marked":0`},
		{`{"ids":["` + one + `","` + one + `"]}`, 400, "ids_invalid"},
		{`{"ids":["` + all.Items[0].ID + `","` + id.New() + `"]}`, 404, "notification_not_found"},
		{`{"ids":[]}`, 400, "ids_invalid"}, {`{}`, 400, "ids_invalid"}, {`{"ids":["x"]}`, 400, "ids_invalid"},
		{`{"all":true,"ids":["` + one + `"]}`, 400, "ids_invalid"},
	} {
		if got := b.JSON(http.MethodPost, me+"/notifications/seen", c.body); got.StatusCode != c.status || !strings.Contains(b.Body, c.want) {
			t.Errorf("seen %s: %d %s", c.body, got.StatusCode, b.Body)
		}
	}
	b.Get(me + "/notifications?unseen=true")
	var unseen list
	decode(t, b.Body, &unseen)
	if len(unseen.Items) != 2 {
		t.Errorf("unseen: %s", b.Body)
	}
	if b.JSON(http.MethodPost, me+"/notifications/seen", `{"all":true}`); !strings.Contains(b.Body, `"marked":2`) {
		t.Errorf("all: %s", b.Body)
	}
	if got := b.Send(http.MethodDelete, me+"/notifications/"+one, "", ""); got.StatusCode != http.StatusNoContent {
		t.Errorf("remove: %d", got.StatusCode)
	}
	for _, gone := range []string{one, id.New(), "nonsense"} {
		if got := b.Send(http.MethodDelete, me+"/notifications/"+gone, "", ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("remove %s: %d", gone, got.StatusCode)
		}
	}
	for _, query := range []string{"limit=0", "limit=101", "limit=x", "unseen=perhaps", "cursor=x"} {
		if got := b.Get(me + "/notifications?" + query); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", query, got.StatusCode)
		}
	}
}

// Somebody else's notification is not there, whoever asks and however.
func TestAnotherPersonsNotificationIsNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say("For ann alone")
	hers := h.of(h.ann.ID)[0].ID
	b := h.browser(h.ben.ID)
	b.Get(me + "/notifications")
	if strings.Contains(b.Body, "ann") {
		t.Errorf("ben reads %s", b.Body)
	}
	for what, got := range map[string]*http.Response{
		"remove":      b.Send(http.MethodDelete, me+"/notifications/"+hers, "", ""),
		"mark":        b.JSON(http.MethodPost, me+"/notifications/seen", `{"ids":["`+hers+`"]}`),
		"remove page": b.Post(pages+"/dismiss", url.Values{"id": {hers}}),
		"mark page":   b.Post(pages+"/seen", url.Values{"id": {hers}}),
	} {
		if got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", what, got.StatusCode)
		}
	}
	b.JSON(http.MethodPost, me+"/notifications/seen", `{"all":true}`)
	if all := h.of(h.ann.ID); len(all) != 1 || !all[0].SeenAt.IsZero() {
		t.Errorf("ann has %+v", all)
	}
	// Nor does the other realm have it, for a person with the same id.
	other := h.NewRealm(t, "other")
	if err := h.Dismiss(h.Context, other.ID, h.ann.ID, hers); err == nil {
		t.Error("another realm removes it")
	}
	if n, err := h.Unseen(t.Context(), other.ID, h.ann.ID); n != 0 || err != nil {
		t.Errorf("another realm counts %d, %v", n, err)
	}
	if all, _, err := h.List(t.Context(), other.ID, h.ann.ID, false, "", 10); len(all) != 0 || err != nil {
		t.Errorf("another realm lists %v, %v", all, err)
	}
	if got := identitytest.NewBrowser(t, h.front).Get(pages); got.StatusCode != http.StatusSeeOther {
		t.Errorf("nobody sees the page: %d", got.StatusCode)
	}
}

func TestNotificationsEndAndAreSweptAway(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.NotificationTTL = 2 * 24 * time.Hour
	h := newHouse(t, policy)
	h.say("Old")
	old := h.of(h.ann.ID)[0].ID
	h.Clock.Add(2*24*time.Hour - time.Minute)
	h.say("New")
	h.Clock.Add(time.Minute)
	if all := h.of(h.ann.ID); len(all) != 1 || all[0].Title != "New" {
		t.Errorf("what is over is still listed: %+v", all)
	}
	if n, _ := h.Unseen(t.Context(), h.Realm.ID, h.ann.ID); n != 1 {
		t.Errorf("%d unseen, want one", n)
	}
	if _, err := h.MarkSeen(h.Context, h.Realm.ID, h.ann.ID, old); err == nil {
		t.Error("what is over can be marked")
	}
	if n, err := h.Sweep(h.Context); n != 1 || err != nil {
		t.Errorf("swept %d, %v; want the old notification", n, err)
	}
	h.Clock.Add(181 * 24 * time.Hour)
	if n, err := h.Sweep(h.Context); n != 1+2 || err != nil {
		t.Errorf("swept %d, %v; want the new one and two sendings", n, err)
	}
}
