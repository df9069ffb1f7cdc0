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
	"authserver/tenant/realm"
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
		t.Run(name, func(t *testing.T) {
			all.Do(http.MethodPost, admin, c.body).Want(c.status, c.code)
		})
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

const words = "/realms/acme/notification-templates"

func TestARealmsOwnWords(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.NotificationMaxLength = 200
	h := newHouse(t, policy)
	all := h.office.All()
	put := func(slug, language string, body map[string]any, header ...string) (int, string) {
		a := all.Do(http.MethodPut, words+"/"+slug+"/"+language, body, header...)
		return a.Status, a.Body
	}
	for name, c := range map[string]struct {
		slug, language string
		body           map[string]any
		code           string
	}{
		"an unknown language":       {"payment_failed", "xx", map[string]any{"title": "A"}, "notification_language_unknown"},
		"a slug of capitals":        {"Payment", "en", map[string]any{"title": "A"}, "notification_invalid"},
		"the slug message":          {"message", "en", map[string]any{"title": "A"}, "notification_invalid"},
		"an open brace":             {"payment_failed", "en", map[string]any{"title": "A {{ x"}, "notification_placeholder_invalid"},
		"a function":                {"payment_failed", "en", map[string]any{"title": "A {{call .x}}"}, "notification_placeholder_invalid"},
		"a value the house lacks":   {inapp.NewDevice, "en", map[string]any{"title": "A {{.amount}}"}, "notification_placeholder_invalid"},
		"a link to somewhere":       {"payment_failed", "en", map[string]any{"title": "A", "link": "https://{{.host}}/"}, "notification_link_invalid"},
		"a link with a longer host": {"payment_failed", "en", map[string]any{"title": "A", "link": "https://shop.example{{.host}}/"}, "notification_link_invalid"},
		"a body that is too long":   {"payment_failed", "en", map[string]any{"title": "A", "body": strings.Repeat("x", 201)}, "notification_invalid"},
		"an icon of markup":         {"payment_failed", "en", map[string]any{"title": "A", "icon": "a b"}, "notification_invalid"},
	} {
		if status, body := put(c.slug, c.language, c.body); status != 400 || !strings.Contains(body, `"`+c.code+`"`) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := put("payment_failed", "en", map[string]any{
		"title": "Payment of {{.amount}} failed", "body": "Dear {{.name}}, {{.amount}} for {{ .item }} could not be paid at {{.realm}}.", "icon": "warn", "link": "https://shop.example/orders/{{.item}}",
	}); status != 200 || !strings.Contains(body, `"placeholders":["amount","name","item","realm"]`) {
		t.Fatalf("put: %d %s", status, body)
	}
	put("payment_failed", "de", map[string]any{"title": "Zahlung von {{.amount}} misslungen"})
	put(inapp.NewDevice, "en", map[string]any{"title": "Was that you, {{.name}}?", "body": "{{.device}} near {{.place}}"})
	if status, _ := put("payment_failed", "en", map[string]any{"title": "x"}, `If-Match: "9"`); status != http.StatusPreconditionFailed {
		t.Errorf("another version: %d", status)
	}
	send := func(values map[string]string) *struct{ Status int } {
		a := all.Do(http.MethodPost, admin, map[string]any{"user_id": h.ann.ID, "template": "payment_failed", "values": values})
		return &struct{ Status int }{a.Status}
	}
	for name, values := range map[string]map[string]string{
		"one is missing": {"amount": "5 €"},
		"one too many":   {"amount": "5 €", "item": "1", "name": "Eve"},
		"nobody uses it": {"amount": "5 €", "item": "1", "x": "y"},
		"too long":       {"amount": strings.Repeat("9", 201), "item": "1"},
		"of two lines":   {"amount": "5\n6", "item": "1"},
	} {
		if got := send(values).Status; got != http.StatusBadRequest {
			t.Errorf("values of which %s: %d", name, got)
		}
	}
	if got := send(map[string]string{"amount": "5 {{.item}}", "item": "../a b"}).Status; got != http.StatusCreated {
		t.Fatalf("send: %d", got)
	}
	n := h.of(h.ann.ID)[0]
	if n.Title != "Payment of 5 {{.item}} failed" || !strings.HasPrefix(n.Body, "Dear ann@example.com, 5 {{.item}} for ../a b") || n.Icon != "warn" || n.Kind != "payment_failed" {
		t.Errorf("%+v", n)
	}
	if n.Link != "https://shop.example/orders/%2E%2E%2Fa%20b" {
		t.Errorf("the value breaks out of the address: %s", n.Link)
	}
	h.happens(by(h.ann.ID, "203.0.113.7", chrome), "user", h.ann.ID, "security.device_new", `{"reaction":"notify"}`)
	h.dispatch()
	if n := h.of(h.ann.ID)[0]; n.Title != "Was that you, ann@example.com?" || n.Body != "Chrome, Windows near 203.0.113.x" || n.Link != "/account/sessions" {
		t.Errorf("%+v", n)
	}
	previews(t, h)
	list := all.Do(http.MethodGet, words+"?limit=2", nil).Want(http.StatusOK).Body
	if strings.Count(list, `"slug"`) != 2 || !strings.Contains(list, "next_cursor") {
		t.Errorf("the list: %s", list)
	}
	all.Do(http.MethodGet, words+"/payment_failed/de", nil).Want(http.StatusOK)
	all.Do(http.MethodDelete, words+"/payment_failed/de", nil).Want(http.StatusNoContent)
	all.Do(http.MethodGet, words+"/payment_failed/de", nil).Want(http.StatusNotFound, "notification_template_not_found")
	all.Do(http.MethodDelete, words+"/payment_failed/de", nil).Want(http.StatusNotFound, "notification_template_not_found")
	kinds := all.Do(http.MethodGet, "/realms/acme/notification-kinds", nil).Want(http.StatusOK).Body
	if strings.Count(kinds, `"kind"`) != len(inapp.Kinds()) {
		t.Errorf("the kinds: %s", kinds)
	}
}

func previews(t *testing.T, h *house) {
	t.Helper()
	all := h.office.All()
	preview := func(slug string, body map[string]any) string {
		return all.Do(http.MethodPost, words+"/"+slug+"/en/preview", body).Want(http.StatusOK).Body
	}
	for got, want := range map[string]string{
		preview("payment_failed", map[string]any{"values": map[string]string{"amount": "7 €", "item": "9"}}): "Payment of 7 € failed",
		preview("user_password_changed", map[string]any{}):                                                   "Your password was changed",
		preview("fresh", map[string]any{"title": "Hello {{.name}}"}):                                         "Hello Ada",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the preview says %s, want %s", got, want)
		}
	}
	all.Do(http.MethodPost, words+"/nothing/en/preview", map[string]any{}).Want(http.StatusNotFound, "notification_template_not_found")
	all.Do(http.MethodPost, words+"/fresh/en/preview", map[string]any{"title": "{{"}).Want(http.StatusBadRequest, "notification_placeholder_invalid")
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
