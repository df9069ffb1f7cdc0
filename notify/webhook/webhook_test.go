package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/notify/webhook"
	"authserver/tenant/application"
)

func TestADeliveryIsSignedAsStandardWebhooksSay(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.people.Clock.Add(time.Since(o.people.Clock.Now())) // the library has no clock but the machine's
	r := newReceiver(t)
	_, plain := o.hook(r.URL, "user.*")
	o.happen(o.people.Context, user.Updated{Fields: []string{"name"}})
	if n := o.deliver(); n != 1 {
		t.Fatalf("%d deliveries, want 1", n)
	}
	got := r.all()[0]
	library, err := standardwebhooks.NewWebhook(plain)
	if err != nil {
		t.Fatal(err)
	}
	if err := library.Verify([]byte(got.Body), got.Header); err != nil {
		t.Errorf("the library of Standard Webhooks: %v", err)
	}
	if err := webhook.Verify(plain, got.Header, got.Body, o.people.Clock.Now()); err != nil {
		t.Error(err)
	}
	if err := library.Verify([]byte(got.Body+" "), got.Header); err == nil {
		t.Error("another body is accepted")
	}
	m := got.message(t)
	if m.Type != "user.updated" || m.Realm.Slug != "acme" || m.Realm.ID != o.people.Realm.ID || m.Subject.ID != "ann" || m.Version != 1 || m.ID == "" || m.Timestamp.IsZero() {
		t.Errorf("body %s", got.Body)
	}
	if m.Data["fields"] == nil || got.Method != http.MethodPost || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %v %s", got.Method, got.Header, got.Body)
	}
	for _, personal := range []string{"192.0.2.7", "user_agent"} {
		if strings.Contains(got.Body, personal) {
			t.Errorf("the body tells %s: %s", personal, got.Body)
		}
	}
}

func TestBothSecretsSignDuringARotation(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	w, first := o.hook(r.URL, "*")
	second, err := o.hooks.Rotate(o.people.Context, w.RealmID, w.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(secret string) error {
		got := r.all()
		last := got[len(got)-1]
		return webhook.Verify(secret, last.Header, last.Body, o.people.Clock.Now())
	}
	o.happen(o.people.Context, user.Updated{})
	o.deliver()
	if err := errors.Join(verify(first), verify(second)); err != nil {
		t.Errorf("during the overlap: %v", err)
	}
	o.people.Clock.Add(time.Hour)
	o.happen(o.people.Context, user.Updated{})
	o.deliver()
	if verify(first) == nil || verify(second) != nil {
		t.Errorf("after it: first %v, second %v", verify(first), verify(second))
	}
	third, err := o.hooks.Rotate(o.people.Context, w.RealmID, w.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	o.happen(o.people.Context, user.Updated{})
	o.deliver()
	if verify(second) == nil || verify(third) != nil {
		t.Errorf("without overlap: second %v, third %v", verify(second), verify(third))
	}
}

func TestVerifyRefusesWhatIsOldOrNotOurs(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	_, plain := o.hook(r.URL, "*")
	o.happen(o.people.Context, user.Updated{})
	o.deliver()
	got, now := r.all()[0], o.people.Clock.Now()
	changed := func(name, value string) http.Header {
		h := got.Header.Clone()
		h.Set(name, value)
		return h
	}
	for name, verified := range map[string]error{
		"six minutes later":   webhook.Verify(plain, got.Header, got.Body, now.Add(6*time.Minute)),
		"six minutes earlier": webhook.Verify(plain, got.Header, got.Body, now.Add(-6*time.Minute)),
		"another secret":      webhook.Verify("whsec_c2VjcmV0", got.Header, got.Body, now),
		"no secret":           webhook.Verify("whsec_", got.Header, got.Body, now),
		"another body":        webhook.Verify(plain, got.Header, got.Body+"x", now),
		"another id":          webhook.Verify(plain, changed(webhook.HeaderID, "x"), got.Body, now),
		"no id":               webhook.Verify(plain, changed(webhook.HeaderID, ""), got.Body, now),
		"another version":     webhook.Verify(plain, changed(webhook.HeaderSignature, strings.Replace(got.Header.Get(webhook.HeaderSignature), "v1,", "v2,", 1)), got.Body, now),
		"no time":             webhook.Verify(plain, changed(webhook.HeaderTimestamp, "soon"), got.Body, now),
	} {
		if verified == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if err := webhook.Verify(plain, got.Header, got.Body, now.Add(4*time.Minute)); err != nil {
		t.Errorf("four minutes later: %v", err)
	}
}

func TestOnlyWhatWasAskedForIsTold(t *testing.T) {
	t.Parallel()
	o := open(t)
	types := func(r *receiver) (list []string) {
		for _, got := range r.all() {
			list = append(list, got.message(t).Type)
		}
		slices.Sort(list)
		return list
	}
	named, prefixed, all, other := newReceiver(t), newReceiver(t), newReceiver(t), newReceiver(t)
	o.hook(named.URL, "user.created")
	o.hook(prefixed.URL, "user.*")
	o.hook(all.URL, "*")
	away, _ := o.hook(other.URL, "*")
	o.happen(o.people.Context)
	if _, err := o.hooks.Update(o.people.Context, away.RealmID, away.ID, func(w *webhook.Webhook) error { w.Enabled = false; return nil }); err != nil {
		t.Fatal(err)
	}
	o.dispatch()
	for o.deliver() > 0 { // what the registrations themselves caused
	}
	before := len(all.all())
	o.happen(o.people.Context, user.Created{}, user.Updated{}, application.Updated{})
	for o.deliver() > 0 {
	}
	if got := types(named); !slices.Equal(got, []string{"user.created"}) {
		t.Errorf("by name: %v", got)
	}
	if got := types(prefixed); !slices.Equal(got, []string{"user.created", "user.updated"}) {
		t.Errorf("by prefix: %v", got)
	}
	if got := len(all.all()) - before; got != 3 {
		t.Errorf("all: %d, want 3", got)
	}
	for _, got := range types(other) {
		if strings.HasPrefix(got, "user.") {
			t.Errorf("a disabled webhook was told of %s", got)
		}
	}
	elsewhere := o.people.NewRealm(t, "bravo")
	if list, err := o.hooks.Deliveries(t.Context(), elsewhere.ID, away.ID, webhook.Filter{Limit: 10}); err != nil || len(list) > 0 {
		t.Errorf("from another realm: %v %v", list, err)
	}
}

func TestAnApplicationHearsOnlyOfItself(t *testing.T) {
	t.Parallel()
	o := open(t)
	register := func(name string) *application.Application {
		a, _, err := o.apps.Register(o.people.Context, o.people.Realm.ID, application.Draft{Name: name, Type: application.Web, RedirectURIs: []string{"https://" + name + ".example/cb"}})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	shop, forum := register("shop"), register("forum")
	r := newReceiver(t)
	w, _, err := o.hooks.Create(o.people.Context, webhook.Webhook{RealmID: o.people.Realm.ID, ApplicationID: shop.ID, URL: r.URL, Events: []string{"user.*", "application.updated"}})
	if err != nil {
		t.Fatal(err)
	}
	through := func(a *application.Application) context.Context {
		return event.WithActor(context.Background(), event.Actor{Kind: event.User, ID: "ann", ApplicationID: a.ID})
	}
	o.happen(o.people.Context, user.Created{}) // done by an administrator, to a person of the realm
	o.happen(through(forum), user.Updated{Fields: []string{"forum"}})
	o.happen(through(shop), user.Updated{Fields: []string{"shop"}})
	for _, a := range []*application.Application{shop, forum} {
		if _, err := o.apps.Update(o.people.Context, o.people.Realm.ID, a.ID, func(a *application.Application) error { a.Name += "!"; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	o.dispatch()
	for o.deliver() > 0 {
	}
	got := r.all()
	if len(got) != 2 {
		t.Fatalf("%d deliveries, want 2: %v", len(got), got)
	}
	for _, one := range got {
		if strings.Contains(one.Body, forum.ID) || !strings.Contains(one.Body, shop.ID) {
			t.Errorf("told of somebody else: %s", one.Body)
		}
	}
	err = o.people.DB.InTx(o.people.Context, func(ctx context.Context) error {
		return o.people.Events.Record(ctx, event.Ref{RealmID: o.people.Realm.ID, Kind: "application", ID: shop.ID}, application.Deleted{})
	})
	if err != nil {
		t.Fatal(err)
	}
	o.dispatch()
	if _, err := o.hooks.ByID(t.Context(), w.RealmID, w.ID); !errors.Is(err, webhook.ErrNotFound) {
		t.Errorf("the webhook of a deleted application: %v", err)
	}
}

func TestWhatIsRolledBackIsNotTold(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	w, _ := o.hook(r.URL, "user.*")
	undone := errors.New("undone")
	err := o.people.DB.InTx(o.people.Context, func(ctx context.Context) error {
		if err := o.people.Events.Record(ctx, event.Ref{RealmID: w.RealmID, Kind: "user", ID: "ann"}, user.Created{}); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	o.dispatch()
	if n := o.deliver(); n != 0 || len(o.log(w)) != 0 || len(r.all()) != 0 {
		t.Errorf("%d delivered, %d in the log, %d received", n, len(o.log(w)), len(r.all()))
	}
}
