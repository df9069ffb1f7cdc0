package chromium

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"authserver/cmd/demo/relyingparty"
	"authserver/e2e"
	"authserver/identity/user"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const (
	ann      = "ann@example.com"
	password = "plum-Carriage-41-tin"
	another  = "violet-Harbour-72-oak"
)

// town is a house, and an application whose people it signs in.
type town struct {
	*e2e.House

	test *testing.T
	app  string // its address
	id   string // what the house calls it
}

// settle builds a town whose realm has the policy.
func settle(t *testing.T, policy func(*realm.Policy)) *town {
	t.Helper()
	h := e2e.OpenNamed(t)
	if policy != nil {
		updated, err := h.Server.Realms.Update(h.Operator(), h.Realm.ID, func(r *realm.Realm) error {
			policy(&r.Policy)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		h.Realm = updated
	}
	front := httptest.NewUnstartedServer(nil)
	address := "http://" + front.Listener.Addr().String()
	app, plain, err := h.Server.Applications.Register(h.Operator(), h.Realm.ID, application.Draft{
		Name: "Harbour", Type: application.Web,
		RedirectURIs: []string{address + "/callback"}, PostLogoutRedirectURIs: []string{address + "/signed-out"},
	})
	if err != nil {
		t.Fatal(err)
	}
	party, err := relyingparty.New(relyingparty.Config{
		Issuer: h.Issuer, ClientID: app.ClientID, ClientSecret: plain, BaseURL: address, Now: h.Clock.Now,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = party.Handler()
	front.Start()
	t.Cleanup(front.Close)
	return &town{h, t, address, app.ID}
}

// citizen gives somebody an account.
func (c *town) citizen(change func(*user.NewUser)) *user.User {
	c.test.Helper()
	n := user.NewUser{Email: ann, Password: password, Verified: true, Name: "Ann Archer"}
	if change != nil {
		change(&n)
	}
	u, err := c.Server.Users.Create(c.Operator(), c.Realm, n)
	if err != nil {
		c.test.Fatal(err)
	}
	return u
}

// settled does what the workers would do in a moment.
func (c *town) settled() {
	c.test.Helper()
	if err := c.Server.Settle(c.Operator()); err != nil {
		c.test.Fatal(err)
	}
}

// authenticator is an app on somebody's phone that shows codes (RFC 6238).
type authenticator struct {
	key []byte
	now func() time.Time
}

// scan takes the key from the page.
func (w *walk) scan() *authenticator {
	w.t.Helper()
	w.do("open what cannot be scanned", chromedp.Click(chromedp.CSS("details.manual summary"), chromedp.NodeVisible))
	shown := w.text("details.manual code.key")
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.Join(strings.Fields(shown), "")))
	if err != nil {
		w.t.Fatalf("the key on the page is %q: %v", shown, err)
	}
	return &authenticator{key, w.Clock.Now}
}

// code is the one of a step beside the present one.
func (a *authenticator) code(beside int64) string {
	var step [8]byte
	binary.BigEndian.PutUint64(step[:], uint64(a.now().Unix()/30+beside))
	mac := hmac.New(sha1.New, a.key)
	mac.Write(step[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// fetch loads an address as the browser would, to look at what it would store in a file.
func (w *walk) fetch(address string) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range w.cookies() {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res, string(body)
}
