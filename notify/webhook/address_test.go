package webhook_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"authserver/identity/user"
	"authserver/internal/outbound"
	"authserver/notify/webhook"
)

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	o := open(t)
	canary := newReceiver(t)
	for i, status := range []int{301, 302, 303, 307, 308} {
		turns := httptest.NewServer(http.RedirectHandler(canary.URL, status))
		t.Cleanup(turns.Close)
		w, _ := o.hook(turns.URL, "user.*")
		o.happen(o.people.Context, user.Created{})
		o.deliver()
		if d := o.log(w)[0]; d.Status != webhook.Pending || d.Error != "redirects are not followed" {
			t.Errorf("%d: %d %+v", i, status, d)
		}
	}
	if n := len(canary.all()); n != 0 {
		t.Errorf("the address of the redirect was called %d times", n)
	}
}

// TestPrivateAddressesGetNoConnection: without an opened network nothing of this machine
// is connected to, whatever the name says. The resolver has two faces: public when the
// address is registered, of this machine when it is called.
func TestPrivateAddressesGetNoConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	var connections atomic.Int64
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = c.Close()
		}
	}()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	names := newNames(t, "127.0.0.1")
	o := open(t, func(d *webhook.Deps) {
		d.Client, d.Networks = outbound.New(outbound.Options{Resolver: names.resolver()}), nil
	})
	for _, host := range []string{"127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"} {
		_, _, err := o.hooks.Create(o.people.Context, webhook.Webhook{RealmID: o.people.Realm.ID, URL: "https://" + host + ":" + port, Events: []string{"*"}})
		if !errors.Is(err, webhook.ErrAddress) {
			t.Errorf("%s: %v", host, err)
		}
	}
	var hooks []*webhook.Webhook
	for _, host := range []string{"rebound.example", "localhost", "127.1", "0x7f.1", "2130706433", "rebound.example."} {
		w, _ := o.hook("https://"+host+":"+port+"/", "user.*")
		hooks = append(hooks, w)
	}
	o.happen(o.people.Context, user.Created{})
	o.deliver()
	for _, w := range hooks {
		if d := o.log(w)[0]; d.Error != "connection failed" {
			t.Errorf("%s: %+v", w.URL, d)
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections to this machine", n)
	}
	if names.asked.Load() == 0 {
		t.Error("the resolver of the test was not asked")
	}
}

func TestALongAnswerIsCut(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	r.answer(http.StatusOK, strings.Repeat("x", 1<<20))
	w, _ := o.hook(r.URL, "user.*")
	o.happen(o.people.Context, user.Created{})
	o.deliver()
	_, attempts, err := o.hooks.Delivery(t.Context(), w.RealmID, w.ID, o.log(w)[0].ID)
	if err != nil || len(attempts) != 1 || len(attempts[0].Excerpt) != 1024 {
		t.Errorf("%v, %d attempts", err, len(attempts))
	}
}
