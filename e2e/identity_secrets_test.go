package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/identity/user"
	"authserver/tenant/realm"
)

// unverified is somebody who has just been sent a code and a link to their own address.
func (k *keeper) unverified(place string) *traveller {
	k.t.Helper()
	una := k.person(k.digits()+"una"+k.ann.Email, func(n *user.NewUser) { n.Verified = false })
	una.signIn()
	k.at[place] = una.Browser
	if page := k.call(una.Browser, http.MethodPost, "/email/verification", nil); page.Status != http.StatusAccepted {
		k.t.Fatalf("verification: %v %s", page, page.Body)
	}
	return una
}

// moving is the new address of somebody who wants one.
func (k *keeper) moving(place string) string {
	k.t.Helper()
	may := k.person(k.digits()+"may"+k.ann.Email, nil)
	may.signIn()
	k.at[place] = may.Browser
	k.move(may.Browser, "new"+may.Email)
	return "new" + may.Email
}

func (k *keeper) move(b *e2e.Browser, to string) {
	k.t.Helper()
	if page := k.call(b, http.MethodPost, "/email/change", map[string]string{"email": to}); page.Status != http.StatusAccepted {
		k.t.Fatalf("change of the address: %v %s", page, page.Body)
	}
}

// registering is the address of somebody who makes an account.
func (k *keeper) registering(place string) string {
	k.t.Helper()
	rob := &traveller{s: k.scene, Person: &e2e.Person{Browser: k.copied(nil), Email: k.digits() + "rob" + k.ann.Email}}
	_, page := rob.login()
	page = rob.click(page.Doc().Find(`a[href*="/register"]`).AttrOr("href", ""))
	page = rob.send(page, "Create account", "email", rob.Email, "new_password", newPassword, "name", "Rob")
	k.at[place], k.form[place] = rob.Browser, flowOf(page)
	return rob.Email
}

// recovering is the address of somebody who asked for a new password.
func (k *keeper) recovering(place string) string {
	k.t.Helper()
	rea := k.person(k.digits()+"rea"+k.ann.Email, nil)
	rea.send(rea.open(k.scene.at("/recover")), "Send", "email", rea.Email)
	k.at[place] = rea.Browser
	return rea.Email
}

func safes() []safe { return slices.Concat(tokenSafes(), factorSafes(), letterSafes()) }

func openSafes(t *testing.T) (*scene, *e2e.House) {
	t.Helper()
	up := e2e.Open(t)
	s := openScene(t, func(p *realm.Policy) {
		p.Lockout = realm.Lockout{Threshold: threshold, Base: time.Hour, Growth: 1, Max: time.Hour, Hard: 100}
		p.StepUpAge, p.CodeLifetime = 12*time.Hour, 10*time.Minute
	})
	s.provide(up, nil)
	s.other = up.Clock
	lifetimes(t, up, func(p *realm.Policy) { p.CodeLifetime = 10 * time.Minute })
	return s, up
}

// INC-037 and INC-036: a secret opens what it was made for, and nothing else, whoever presents it where. Each value is brought to
// each place; in the end each still opens its own.
func TestIdentitySecretsOpenOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	s, up := openSafes(t)
	k := newKeeper(s, up, false)
	all, values := safes(), map[string]string{}
	for _, one := range all {
		values[one.name] = one.mint(k)
		if len(values[one.name]) < 6 {
			t.Fatalf("%s: %q is no secret", one.name, values[one.name])
		}
	}
	for _, place := range all {
		before := k.things()
		for _, other := range all {
			if other.name == place.name {
				continue
			}
			if place.redeem(k, k.copied(k.at[place.name]), values[other.name]) {
				t.Errorf("%s opens what a %s opens", other.name, place.name)
			}
			k.forget()
		}
		if after := k.things(); after != before {
			t.Errorf("what is refused as %s changes\n%s\nto\n%s", place.name, before, after)
		}
	}
	for _, one := range all {
		value := values[one.name]
		if one.name == "TOTP code" {
			value = k.ann.code() // time has passed
		}
		if !one.redeem(k, k.copied(k.at[one.name]), value) {
			t.Errorf("%s opens nothing: so its refusals say nothing", one.name)
		}
	}
}

// things are what secrets could change, as text. Sessions with one factor are left out: a right password begins them, whatever
// else is wrong; and so are the questions in the letters about those.
func (k *keeper) things() string {
	k.t.Helper()
	var said strings.Builder
	for _, query := range []string{
		`SELECT count(*) FROM users`, `SELECT count(*) FROM users WHERE email_verified`, `SELECT count(*) FROM users WHERE erasure_at = 0`,
		`SELECT sum(password_serial) FROM users`, `SELECT count(*) FROM users WHERE email LIKE 'new%'`, `SELECT count(*) FROM users WHERE phone_verified`,
		`SELECT count(*) FROM oauth_grants`, `SELECT count(*) FROM oauth_grants WHERE revoked_at = 0`, `SELECT count(*) FROM oauth_refresh_tokens`,
		`SELECT count(*) FROM oauth_codes WHERE used_at = 0`, `SELECT count(*) FROM sessions WHERE acr = '2'`, `SELECT count(*) FROM sessions WHERE ended_at = 0 AND acr = '2'`,
		`SELECT count(*) FROM mfa_trusted_devices`, `SELECT count(*) FROM mfa_recovery_codes WHERE used_at = 0`, `SELECT count(*) FROM passkeys`,
		`SELECT count(*) FROM federation_identities`, `SELECT count(*) FROM letter_suppressions`, `SELECT count(*) FROM challenges WHERE spent_at = 0 AND purpose <> 'sign_in'`,
	} {
		fmt.Fprintf(&said, "%d %s\n", count(k.t, k.House, query), query)
	}
	return said.String()
}

// forget takes the wrong guesses off all counters but the one of the locked account, so that nothing is refused because of those.
func (k *keeper) forget() {
	k.t.Helper()
	db := k.Server.Database
	k.must(db.InTx(k.t.Context(), func(ctx context.Context) error {
		if err := db.With(ctx).Exec("UPDATE challenges SET tries = 0 WHERE realm_id = ?", k.Realm.ID).Error; err != nil {
			return err
		}
		return db.With(ctx).Exec("DELETE FROM login_attempts WHERE realm_id = ? AND kind IN ('second', 'recovery')", k.Realm.ID).Error
	}))
}

// Each secret opens its place once; those that last, as often as they are needed.
func TestIdentitySecretsOpenOnce(t *testing.T) {
	t.Parallel()
	s, up := openSafes(t)
	for _, one := range safes() {
		k := newKeeper(s, up, one.alien)
		value := one.mint(k)
		if !one.redeem(k, k.copied(k.at[one.name]), value) {
			t.Errorf("%s opens nothing", one.name)
		}
		if again := one.redeem(k, k.copied(k.at[one.name]), value); again != one.lasting {
			t.Errorf("%s a second time: %v", one.name, again)
		}
	}
}

// Of fifty who present one secret at the same moment, one gets in.
func TestIdentitySecretsRaceForOneWinner(t *testing.T) {
	t.Parallel()
	s, up := openSafes(t)
	for _, one := range safes() {
		if one.lasting {
			continue
		}
		k := newKeeper(s, up, one.alien)
		value, won := one.mint(k), 0
		for _, in := range race(func() bool { return one.redeem(k, k.copied(k.at[one.name]), value) }) {
			if in {
				won++
			}
		}
		if won != 1 {
			t.Errorf("%s: %d of %d got in", one.name, won, runners)
		}
	}
}
