package inapp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/notify/inapp"
	"authserver/rbac"
)

func TestAnAdministratorTellsOnePerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	all := h.office.All()
	var made struct {
		ID      string `json:"id"`
		Status  string `json:"status"`
		Reached int    `json:"reached"`
	}
	body := map[string]any{"user_id": h.ann.ID, "title": " News ", "body": "Line one.\nLine two.", "icon": "mail", "link": "/account/privacy", "priority": "high"}
	answer := all.Do(http.MethodPost, admin, body, "Idempotency-Key: once").Want(http.StatusCreated)
	decodeLoose(t, answer.Body, &made)
	again := all.Do(http.MethodPost, admin, body, "Idempotency-Key: once").Want(http.StatusCreated)
	if made.Status != "done" || made.Reached != 1 || again.Body != answer.Body || answer.Header.Get("Location") != "/api/v1"+admin+"/"+made.ID {
		t.Errorf("%s\n%s", answer.Body, again.Body)
	}
	got := h.of(h.ann.ID)
	if len(got) != 1 {
		t.Fatalf("%d notifications, want one", len(got))
	}
	if n := got[0]; n.Title != "News" || n.Body != "Line one.\nLine two." || n.Link != "/account/privacy" || n.Priority != inapp.High || n.SendingID != made.ID {
		t.Errorf("%+v", n)
	}
	all.Do(http.MethodGet, admin+"/"+made.ID, nil).Want(http.StatusOK)
	h.Clock.Add(time.Second)
	all.Do(http.MethodPost, admin, map[string]any{"user_id": h.ben.ID, "title": "Later"}).Want(http.StatusCreated)
	list := all.Do(http.MethodGet, admin+"?limit=1", nil).Want(http.StatusOK)
	if !strings.Contains(list.Body, "Later") || !strings.Contains(list.Body, "next_cursor") {
		t.Errorf("the newest is not the first: %s", list.Body)
	}
	h.dispatch()
	if kinds := h.kinds(h.ann.ID); kinds != "message" {
		t.Errorf("the sending makes further notifications: %s", kinds)
	}
}

func TestWhatCannotBeSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	all := h.office.All()
	with := func(pairs ...any) map[string]any {
		m := map[string]any{"user_id": h.ann.ID, "title": "News"}
		for i := 0; i < len(pairs); i += 2 {
			if m[pairs[i].(string)] = pairs[i+1]; pairs[i+1] == nil {
				delete(m, pairs[i].(string))
			}
		}
		return m
	}
	other := h.NewRealm(t, "other")
	stranger, err := h.Users.Create(h.Context, other, newUser("eve@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Users.Suspend(h.Context, h.Realm.ID, h.ben.ID, "test"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		body   map[string]any
		status int
		code   string
	}{
		"nobody":                  {with("user_id", nil), 400, "notification_audience_invalid"},
		"a person and a role":     {with("role_id", rbac.Auditor), 400, "notification_audience_invalid"},
		"somebody unknown":        {with("user_id", id.New()), 404, "user_not_found"},
		"another realm's person":  {with("user_id", stranger.ID), 404, "user_not_found"},
		"who is suspended":        {with("user_id", h.ben.ID), 404, "user_not_found"},
		"an unknown role":         {with("user_id", nil, "role_id", "nothing"), 404, "role_not_found"},
		"no title":                {with("title", nil), 400, "notification_invalid"},
		"a title of spaces":       {with("title", "   "), 400, "notification_invalid"},
		"a title of two lines":    {with("title", "a\nb"), 400, "notification_invalid"},
		"a turned title":          {with("title", "a\u202eb"), 400, "invalid_request"},
		"a body that is too long": {with("body", strings.Repeat("ä", 1001)), 400, "notification_invalid"},
		"an icon of markup":       {with("icon", "<svg>"), 400, "notification_invalid"},
		"an icon with a path":     {with("icon", "../x"), 400, "notification_invalid"},
		"an end in the past":      {with("expires_at", h.Clock.Now().Add(-time.Second)), 400, "notification_invalid"},
		"an end in years":         {with("expires_at", h.Clock.Now().Add(366*24*time.Hour)), 400, "notification_invalid"},
		"values without words":    {with("values", map[string]string{"a": "b"}), 400, "notification_values_invalid"},
		"an unknown template":     {with("title", nil, "template", "payment_failed"), 404, "notification_template_not_found"},
		"a template and words":    {with("template", "payment_failed"), 400, "notification_invalid"},
		"a kind of the house":     {with("title", nil, "template", inapp.NewDevice), 404, "notification_template_not_found"},
		"a foreign address":       {with("link", "https://evil.example/"), 400, "notification_link_invalid"},
		"no https":                {with("link", "http://shop.example/"), 400, "notification_link_invalid"},
		"a script":                {with("link", "javascript:alert(1)"), 400, "notification_link_invalid"},
		"two slashes":             {with("link", "//evil.example/"), 400, "notification_link_invalid"},
		"a backslash":             {with("link", `/\evil.example/`), 400, "notification_link_invalid"},
		"up":                      {with("link", "/../other/account"), 400, "notification_link_invalid"},
		"up, escaped":             {with("link", "/%2e%2e/other/account"), 400, "notification_link_invalid"},
		"with a name":             {with("link", "https://shop.example@evil.example/"), 400, "notification_link_invalid"},
		"a name before":           {with("link", "https://x:y@shop.example/"), 400, "notification_link_invalid"},
		"a line in a path":        {with("link", "/account\n/x"), 400, "notification_link_invalid"},
		"an opaque one":           {with("link", "https:shop.example"), 400, "notification_link_invalid"},
	} {
		if got := all.Do(http.MethodPost, admin, c.body); got.Status != c.status || !strings.Contains(got.Body, `"code":"`+c.code+`"`) {
			t.Errorf("%s: %d %s, want %d %s", name, got.Status, got.Body, c.status, c.code)
		}
	}
	all.Do(http.MethodPost, admin, with("link", "https://shop.example/orders?id=1#top", "body", strings.Repeat("ä", 1000))).Want(http.StatusCreated)
	if got := h.of(h.ann.ID); len(got) != 1 {
		t.Errorf("%d notifications, want one", len(got))
	}
	h.office.As("notifications.read").Do(http.MethodPost, admin, with()).Want(http.StatusForbidden)
	h.office.As("notifications.write").Do(http.MethodGet, admin, nil).Want(http.StatusForbidden)
	h.office.For(h.shop.ID, "notifications.write").Do(http.MethodPost, admin, with()).Want(http.StatusForbidden)
	all.Do(http.MethodGet, admin+"/"+id.New(), nil).Want(http.StatusNotFound, "notification_not_found")
	all.Do(http.MethodGet, admin+"/nonsense", nil).Want(http.StatusNotFound, "notification_not_found")
}

// Holders of a role are told once each: by themselves, by a group, by a role that
// contains it, and whoever of the workers gets to it.
func TestEverybodyWhoHoldsARole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	outer, err := h.roles.CreateRole(h.Context, h.Realm.ID, rbac.Role{Slug: "outer", Name: "Outer", Nested: []string{rbac.Auditor}})
	if err != nil {
		t.Fatal(err)
	}
	group, err := h.roles.CreateGroup(h.Context, h.Realm.ID, "Auditors", "")
	if err != nil {
		t.Fatal(err)
	}
	assign := func(kind, subject, role string, end time.Time) {
		t.Helper()
		if _, err := h.roles.Assign(h.Context, h.Realm.ID, rbac.Assignment{SubjectKind: kind, SubjectID: subject, RoleID: role, ExpiresAt: end}); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]bool{h.ann.ID: true}
	assign(rbac.User, h.ann.ID, rbac.Auditor, time.Time{})
	assign(rbac.User, h.ann.ID, outer.ID, time.Time{})
	assign(rbac.Group, group.ID, outer.ID, time.Time{})
	for i := range 230 {
		u := h.User(t, fmt.Sprintf("auditor%d@example.com", i))
		if err := h.roles.AddMember(h.Context, h.Realm.ID, group.ID, rbac.User, u.ID); err != nil {
			t.Fatal(err)
		}
		want[u.ID] = true
	}
	assign(rbac.User, h.ben.ID, rbac.Auditor, h.Clock.Now().Add(time.Minute))
	suspended := h.User(t, "suspended@example.com")
	assign(rbac.User, suspended.ID, rbac.Auditor, time.Time{})
	if err := h.Users.Suspend(h.Context, h.Realm.ID, suspended.ID, "test"); err != nil {
		t.Fatal(err)
	}
	silent := h.User(t, "silent@example.com")
	assign(rbac.User, silent.ID, rbac.Auditor, time.Time{})
	if err := h.Choose(h.Context, h.Realm.ID, silent.ID, inapp.Wishes{{Topic: "messages", Channel: inapp.Account}: false}); err != nil {
		t.Fatal(err)
	}
	h.Clock.Add(time.Hour) // ben's time is over
	var made struct {
		ID      string `json:"id"`
		Status  string `json:"status"`
		Reached int    `json:"reached"`
	}
	decodeLoose(t, h.office.All().Do(http.MethodPost, admin, map[string]any{"role_id": rbac.Auditor, "title": "To all auditors"}).Want(http.StatusCreated).Body, &made)
	if made.Status != "waiting" || len(h.of(h.ann.ID)) != 0 {
		t.Errorf("at first: %+v", made)
	}
	other := h.room()
	for _, err := range identitytest.Together(4, func(i int) error {
		room := h.Service
		if i%2 == 1 {
			room = other
		}
		for {
			n, err := room.Once(h.Context)
			if err != nil || n == 0 {
				return err
			}
		}
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	h.work()
	decodeLoose(t, h.office.All().Do(http.MethodGet, admin+"/"+made.ID, nil).Want(http.StatusOK).Body, &made)
	if made.Status != "done" || made.Reached != len(want) {
		t.Errorf("%+v, want %d reached", made, len(want))
	}
	var told []string
	if err := h.DB.With(t.Context()).Raw("SELECT user_id FROM notifications WHERE sending_id = ?", made.ID).Scan(&told).Error; err != nil {
		t.Fatal(err)
	}
	if len(told) != len(want) {
		t.Errorf("%d notifications for %d people", len(told), len(want))
	}
	for _, one := range told {
		if !want[one] {
			t.Errorf("%s is told", one)
		}
	}
}

// A worker that dies leaves a lease; another goes on where it was, and nobody is told
// twice.
func TestASendingGoesOnAfterAWorkerDied(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 150 {
		h.User(t, fmt.Sprintf("p%d@example.com", i))
	}
	h.happens(event.Actor{Kind: event.Operator}, "document", id.New(), "document.activated", `{"kind":"terms_of_use","version":"2"}`)
	h.dispatch()
	if err := h.DieAfterBatch(h.Context, 1); err != nil {
		t.Fatal(err)
	}
	count := func() int64 {
		t.Helper()
		var n int64
		if err := h.DB.With(t.Context()).Raw("SELECT COUNT(*) FROM notifications").Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 100 {
		t.Fatalf("%d told before it died, want a batch", n)
	}
	h.work()
	if n := count(); n != 100 {
		t.Errorf("%d told while the lease holds", n)
	}
	h.Clock.Add(2 * time.Minute)
	h.work()
	if n := count(); n != 152 {
		t.Errorf("%d told at last, want everybody", n)
	}
}

func TestADocumentIsToldWhenItComesIntoForce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	start := h.Clock.Now().Add(48 * time.Hour).Format(time.RFC3339)
	first, second := id.New(), id.New()
	for _, document := range []string{first, second} {
		h.happens(event.Actor{Kind: event.Operator}, "document", document, "document.activated", `{"kind":"terms_of_use","version":"2","starts_at":"`+start+`"}`)
	}
	h.happens(event.Actor{Kind: event.Operator}, "document", second, "document.withdrawn", `{"kind":"terms_of_use","version":"2"}`)
	h.dispatch()
	h.work()
	if got := h.kinds(h.ann.ID); got != "" {
		t.Errorf("told before it is in force: %s", got)
	}
	h.Clock.Add(49 * time.Hour)
	late := h.User(t, "late@example.com")
	h.work()
	if got := h.kinds(h.ann.ID); got != "document_activated" {
		t.Errorf("told %q, want the document that was not withdrawn", got)
	}
	if got := h.kinds(late.ID); got != "" {
		t.Errorf("who came after that is told %s", got)
	}
	list := h.office.All().Do(http.MethodGet, admin, nil).Want(http.StatusOK).Body
	if !strings.Contains(list, `"status":"cancelled"`) || !strings.Contains(list, `"audience":"everyone"`) {
		t.Errorf("the list: %s", list)
	}
}

func TestTooManyAtOnceWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := map[string]any{"role_id": rbac.Auditor, "title": "Again"}
	for range 20 {
		h.office.All().Do(http.MethodPost, admin, body).Want(http.StatusCreated)
	}
	h.office.All().Do(http.MethodPost, admin, body).Want(http.StatusTooManyRequests, "notification_busy")
	h.work()
	h.office.All().Do(http.MethodPost, admin, body).Want(http.StatusCreated)
}

// A worker that was so slow that another took its lease changes nothing.
func TestASlowWorkerChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happens(event.Actor{Kind: event.Operator}, "document", id.New(), "document.activated", `{"kind":"terms_of_use","version":"2"}`)
	h.dispatch()
	slow, err := h.StaleWorker(h.Context)
	if err != nil {
		t.Fatal(err)
	}
	h.Clock.Add(2 * time.Minute)
	h.work()
	before := h.office.All().Do(http.MethodGet, admin, nil).Want(http.StatusOK).Body
	if !strings.Contains(before, `"status":"done"`) || !strings.Contains(before, `"reached":2`) {
		t.Fatalf("the other worker: %s", before)
	}
	if err := h.Dismiss(h.Context, h.Realm.ID, h.ann.ID, h.of(h.ann.ID)[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := slow(); err != nil {
		t.Fatal(err)
	}
	if after := h.office.All().Do(http.MethodGet, admin, nil).Want(http.StatusOK).Body; after != before || len(h.of(h.ann.ID)) != 0 {
		t.Errorf("ann is told again what she dismissed: %s", after)
	}
}
