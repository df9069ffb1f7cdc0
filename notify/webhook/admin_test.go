package webhook_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"authserver/identity/user"
	"authserver/internal/secret"
	"authserver/notify/webhook"
	"authserver/tenant/application"
)

type view struct {
	ID      string   `json:"id"`
	URL     string   `json:"url"`
	Events  []string `json:"events"`
	Headers []string `json:"headers"`
	Enabled bool     `json:"enabled"`
	Secret  string   `json:"secret"`
	Version int      `json:"version"`
}

func decode[T any](t *testing.T, body string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

func TestWebhooksAreAdministered(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	all := o.All()
	made := decode[view](t, all.Do(http.MethodPost, o.path, map[string]any{
		"url": r.URL, "events": []string{"user.*", "user.*"}, "headers": map[string]string{"X-Tenant": "seven", "Authorization": "Bearer hush"},
	}).Want(http.StatusCreated).Body)
	if !strings.HasPrefix(made.Secret, "whsec_") || len(made.Secret) != 50 || !made.Enabled || !slices.Equal(made.Events, []string{"user.*"}) {
		t.Errorf("made %+v", made)
	}
	at := o.path + "/" + made.ID
	read := all.Do(http.MethodGet, at, nil).Want(http.StatusOK)
	for _, hidden := range []string{made.Secret, "hush", "seven"} {
		if strings.Contains(read.Body, hidden) {
			t.Errorf("read back: %s", read.Body)
		}
	}
	ping := decode[view](t, all.Do(http.MethodPost, at+"/ping", nil).Want(http.StatusAccepted).Body)
	o.deliver()
	got := r.all()
	if len(got) != 1 || got[0].Header.Get("X-Tenant") != "seven" || got[0].Header.Get("Authorization") != "Bearer hush" || got[0].message(t).Type != webhook.PingType {
		t.Fatalf("the ping: %v", got)
	}
	if err := webhook.Verify(made.Secret, got[0].Header, got[0].Body, o.people.Clock.Now()); err != nil {
		t.Error(err)
	}
	detail := all.Do(http.MethodGet, at+"/deliveries/"+ping.ID, nil).Want(http.StatusOK).Body
	for _, part := range []string{`"status":"delivered"`, `"status_code":200`, webhook.PingType} {
		if !strings.Contains(detail, part) {
			t.Errorf("no %s in %s", part, detail)
		}
	}
	all.Do(http.MethodPost, at+"/deliveries/"+ping.ID+"/replay", nil).Want(http.StatusAccepted)
	all.Do(http.MethodPost, at+"/deliveries/"+ping.ID+"/replay", nil).Want(http.StatusConflict, "delivery_pending")
	o.deliver()
	replayed := all.Do(http.MethodPost, at+"/replay", map[string]any{"since": "2020-01-01T00:00:00Z", "status": "delivered"}).Want(http.StatusAccepted).Body
	if !strings.Contains(replayed, `"replayed":1`) {
		t.Errorf("replayed %s", replayed)
	}
	o.deliver()
	if list := all.Do(http.MethodGet, at+"/deliveries?status=delivered", nil).Want(http.StatusOK).Body; strings.Count(list, ping.ID) != 1 {
		t.Errorf("listed %s", list)
	}
	all.Do(http.MethodPatch, at, map[string]any{"enabled": false}, `If-Match: "1"`).Want(http.StatusOK)
	all.Do(http.MethodPatch, at, map[string]any{"enabled": true}, `If-Match: "1"`).Want(http.StatusPreconditionFailed)
	all.Do(http.MethodPost, at+"/ping", nil).Want(http.StatusConflict, "webhook_disabled")
	all.Do(http.MethodPatch, at, map[string]any{"enabled": true, "events": []string{"*"}, "headers": nil}).Want(http.StatusOK)
	rotated := decode[view](t, all.Do(http.MethodPost, at+"/secret", map[string]any{"overlap": 60}).Want(http.StatusCreated).Body)
	if rotated.Secret == made.Secret || !strings.HasPrefix(rotated.Secret, "whsec_") {
		t.Errorf("rotated to %q", rotated.Secret)
	}
	all.Do(http.MethodDelete, at, nil).Want(http.StatusNoContent)
	all.Do(http.MethodGet, at, nil).Want(http.StatusNotFound, "webhook_not_found")
	all.Do(http.MethodGet, at+"/deliveries", nil).Want(http.StatusNotFound, "webhook_not_found")
}

func TestWhatCannotBeRegistered(t *testing.T) {
	t.Parallel()
	o := open(t, func(d *webhook.Deps) { d.Networks = nil })
	for _, url := range []string{
		"http://shop.example/", "ftp://shop.example/", "https://user@shop.example/", "https://shop.example/#x", "https://", "https://10.0.0.1/", "https://[::1]/", "shop", "https://shop.example/\u00e4", "javascript:alert(1)",
	} {
		o.All().Do(http.MethodPost, o.path, map[string]any{"url": url, "events": []string{"*"}}).Want(http.StatusBadRequest, "webhook_url_invalid")
	}
	for _, events := range [][]string{{"user.vanished"}, {"nothing.*"}, {"us*"}, {"*.created"}, {"user.**"}, {""}} {
		o.All().Do(http.MethodPost, o.path, map[string]any{"url": "https://shop.example/", "events": events}).Want(http.StatusBadRequest, "webhook_events_invalid")
	}
	for name, value := range map[string]string{
		"Host": "x", "Content-Length": "1", "Transfer-Encoding": "chunked", "X-Forwarded-For": "1.2.3.4", "X-Forwarded-Host": "x", "X-Real-Ip": "x", "X-aws-ec2-metadata-token": "x",
		"Metadata-Flavor": "Google", "X-Google-Metadata-Request": "x", "Webhook-Signature": "v1,x", "X-A": "a\r\nHost: b", "X-B": "", "X-C": " x", "Connection": "close", "Cookie": "x", "X Y": "x",
	} {
		o.All().Do(http.MethodPost, o.path, map[string]any{"url": "https://shop.example/", "events": []string{"*"}, "headers": map[string]string{name: value}}).
			Want(http.StatusBadRequest, "webhook_headers_invalid")
	}
	o.All().Do(http.MethodPost, o.path, map[string]any{"url": "https://shop.example/", "events": []string{"*"}, "application_id": "00000000-0000-7000-8000-000000000000"}).
		Want(http.StatusNotFound, "application_not_found")
	for range 50 {
		o.All().Do(http.MethodPost, o.path, map[string]any{"url": "https://shop.example/", "events": []string{"*"}}).Want(http.StatusCreated)
	}
	o.All().Do(http.MethodPost, o.path, map[string]any{"url": "https://shop.example/", "events": []string{"*"}}).Want(http.StatusConflict, "webhooks_too_many")
}

func TestAnAdministratorOfAnApplicationSeesItsWebhooksOnly(t *testing.T) {
	t.Parallel()
	o := open(t)
	shop, _, err := o.apps.Register(o.people.Context, o.people.Realm.ID, application.Draft{Name: "shop", Type: application.Web, RedirectURIs: []string{"https://shop.example/cb"}})
	if err != nil {
		t.Fatal(err)
	}
	r := newReceiver(t)
	theirs, _ := o.hook(r.URL, "user.*")
	clerk := o.For(shop.ID, "webhooks.read", "webhooks.write")
	body := map[string]any{"url": r.URL, "events": []string{"*"}}
	clerk.Do(http.MethodPost, o.path, body).Want(http.StatusNotFound, "application_not_found")
	body["application_id"] = shop.ID
	mine := decode[view](t, clerk.Do(http.MethodPost, o.path, body).Want(http.StatusCreated).Body)
	if list := clerk.Do(http.MethodGet, o.path, nil).Want(http.StatusOK).Body; !strings.Contains(list, mine.ID) || strings.Contains(list, theirs.ID) {
		t.Errorf("listed %s", list)
	}
	o.happen(o.people.Context, user.Created{})
	delivery := o.log(theirs)[0].ID
	at := o.path + "/" + theirs.ID
	for _, try := range [][2]string{
		{http.MethodGet, at}, {http.MethodDelete, at}, {http.MethodPost, at + "/ping"}, {http.MethodGet, at + "/deliveries"},
		{http.MethodGet, at + "/deliveries/" + delivery}, {http.MethodPost, at + "/deliveries/" + delivery + "/replay"},
		{http.MethodGet, o.path + "/" + mine.ID + "/deliveries/" + delivery},
	} {
		clerk.Do(try[0], try[1], nil).Want(http.StatusNotFound)
	}
	clerk.Do(http.MethodPatch, at, map[string]any{"enabled": false}).Want(http.StatusNotFound)
	clerk.Do(http.MethodPost, at+"/secret", map[string]any{}).Want(http.StatusNotFound)
	clerk.Do(http.MethodPost, at+"/replay", map[string]any{"since": "2020-01-01T00:00:00Z"}).Want(http.StatusNotFound)
	o.As("webhooks.read").Do(http.MethodDelete, at, nil).Want(http.StatusForbidden)
}

func TestTypesOfEventsAreTold(t *testing.T) {
	t.Parallel()
	o := open(t)
	body := o.All().Do(http.MethodGet, strings.TrimSuffix(o.path, "webhooks")+"event-types?limit=2", nil).Want(http.StatusOK).Body
	got := decode[struct {
		Items []struct {
			Type   string         `json:"type"`
			Schema map[string]any `json:"schema"`
		} `json:"items"`
		Next string `json:"next_cursor"`
	}](t, body)
	if len(got.Items) != 2 || got.Next == "" || got.Items[0].Schema["properties"] == nil {
		t.Errorf("%s", body)
	}
}

func TestSecretsAreSealedAndSealedAnew(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	newer := secret.NewKey()
	old := secret.NewKey()
	oldRing, err := secret.ParseRing([]string{old})
	if err != nil {
		t.Fatal(err)
	}
	both, err := secret.ParseRing([]string{newer, old})
	if err != nil {
		t.Fatal(err)
	}
	newRing, err := secret.ParseRing([]string{newer})
	if err != nil {
		t.Fatal(err)
	}
	before := o.another(func(d *webhook.Deps) { d.Ring = oldRing })
	w, plain, err := before.Create(o.people.Context, webhook.Webhook{
		RealmID: o.people.Realm.ID, URL: r.URL, Events: []string{"user.*"}, Headers: map[string]string{"X-Key": "hush"},
	})
	if err != nil {
		t.Fatal(err)
	}
	between := o.another(func(d *webhook.Deps) { d.Ring = both })
	if n, err := between.Reseal(o.people.Context); n != 2 || err != nil {
		t.Fatalf("resealed %d, %v; want the secret and the headers", n, err)
	}
	if n, err := between.Reseal(o.people.Context); n != 0 || err != nil {
		t.Errorf("resealed %d again, %v", n, err)
	}
	after := o.another(func(d *webhook.Deps) { d.Ring = newRing })
	if _, err := after.Ping(o.people.Context, w.RealmID, w.ID); err != nil {
		t.Fatal(err)
	}
	if n, err := after.Once(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d delivered, %v", n, err)
	}
	got := r.all()[0]
	if err := webhook.Verify(plain, got.Header, got.Body, o.people.Clock.Now()); err != nil || got.Header.Get("X-Key") != "hush" {
		t.Errorf("%v %v", err, got.Header)
	}
}
