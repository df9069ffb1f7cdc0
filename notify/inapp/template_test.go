package inapp_test

import (
	"net/http"
	"strings"
	"testing"

	"authserver/notify/inapp"
	"authserver/tenant/realm"
)

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
	if n := h.of(h.ann.ID)[0]; n.Title != "Was that you, ann@example.com?" || n.Body != "Chrome, Windows near 203.0.113.x" || n.Link != "/account/devices" {
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
