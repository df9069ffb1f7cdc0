package e2e_test

import (
	"crypto/sha1"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/internal/config"
	"authserver/internal/device/devicetest"
	"authserver/tenant/realm"
	"authserver/watch/security"
)

// from is the network between a browser and a proxy that tells whom it speaks for.
type from struct {
	address string
	net     http.Transport
}

func (f *from) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.address)
	return f.net.RoundTrip(r)
}

// refused signs in and expects the answer of a wrong password.
func refused(t *testing.T, party *e2e.Party, p *e2e.Person) {
	t.Helper()
	page, err := p.Click(t.Context(), party.Begin().URL)
	if err == nil {
		page, err = p.SignIn(t.Context(), page)
	}
	if err != nil || !strings.Contains(page.Alert(), "not right") {
		t.Fatalf("%v, %v", page, err)
	}
}

// Nobody is in Munich and an hour later in Wellington, also with a browser that is known.
func TestNobodyTravelsThatFast(t *testing.T) {
	t.Parallel()
	h := e2e.OpenWith(t, func(c *config.Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		c.GeoIPFile = devicetest.Places(t, map[string]devicetest.Town{"81.2.69.0/24": devicetest.Munich, "202.37.129.0/24": devicetest.Wellington})
	})
	party, rosa := h.NewParty(nil), h.NewPerson("rosa@example.com")
	setPolicy(t, h, func(p *realm.Policy) { p.Risk.Travel = realm.Block })
	rosa.UseTransport(&from{address: "81.2.69.142"})
	signedIn(t, party, rosa)
	signOut(t, h, rosa)
	h.Clock.Play(time.Hour)
	rosa.UseTransport(&from{address: "202.37.129.7"})
	refused(t, party, rosa)
	if got := recorded[security.SignInBlocked](t, h); len(got) != 1 || !slices.Equal(got[0].Signals, []security.Signal{security.ImpossibleTravel}) {
		t.Errorf("after an hour: %+v", got)
	}
	h.Clock.Play(24 * time.Hour) // an airliner takes as long
	signedIn(t, party, rosa)
	if d := devicesOf(t, h, rosa); len(d) != 1 {
		t.Errorf("devices: %+v", d)
	}
}

// A leaked password in a browser that the person has not used before may be anybody's.
func TestALeakedPasswordInANewBrowser(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "leaked.txt")
	const leaked = "plum-Carriage-41-tin" // what everybody has here
	line := fmt.Appendf(nil, "%X:12\n", sha1.Sum([]byte(leaked)))
	if err := os.WriteFile(list, line, 0o600); err != nil {
		t.Fatal(err)
	}
	h := e2e.OpenWith(t, func(c *config.Config) { c.BreachedPasswordsFile = list })
	party, rosa := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, rosa)
	setPolicy(t, h, func(p *realm.Policy) { p.Risk.NewDevice, p.Risk.Breached = realm.Allow, realm.Block })
	signOut(t, h, rosa)
	signedIn(t, party, rosa) // in a known browser it is only a bad password
	there := elsewhere(t, h, rosa)
	refused(t, party, there)
	if got := recorded[security.SignInBlocked](t, h); len(got) != 1 || !slices.Contains(got[0].Signals, security.BreachedPassword) {
		t.Errorf("in a new browser: %+v", got)
	}
	setPolicy(t, h, func(p *realm.Policy) { p.Risk.Breached = realm.Allow })
	signedIn(t, party, there)
}
