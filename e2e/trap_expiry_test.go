package e2e_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/tenant/realm"
)

// An access token that outlives its grant ends with the person all the same.
func TestAnAccessTokenLongerThanItsGrantCanBeEnded(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	lifetimes(t, h, func(p *realm.Policy) {
		p.AccessTokenLifetime, p.RefreshIdle, p.RefreshAbsolute = time.Hour, 5*time.Minute, 5*time.Minute
	})
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	h.Clock.Play(10 * time.Minute)
	sweep(t, h)
	user, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, person.Email)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Server.Users.Suspend(h.Operator(), h.Realm.ID, user.ID, "test"); err != nil {
		t.Fatal(err)
	}
	inactive(t, party, tokens.AccessToken, "after the suspension")
}

// A stolen token that was spent long ago still gives the thief away while its family lives.
func TestASpentRefreshTokenIsRememberedAsLongAsItsFamily(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	lifetimes(t, h, func(p *realm.Policy) { p.RefreshIdle, p.RefreshAbsolute = time.Hour, 24*time.Hour })
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, first := signedIn(t, party, person)
	tokens := first
	for range 3 {
		h.Clock.Play(40 * time.Minute)
		var err error
		if tokens, err = party.Refresh(t.Context(), tokens.RefreshToken); err != nil {
			t.Fatal(err)
		}
		sweep(t, h)
	}
	_, err := party.Refresh(t.Context(), first.RefreshToken)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
	_, err = party.Refresh(t.Context(), tokens.RefreshToken)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
	h.Clock.Play(49 * time.Hour)
	sweep(t, h)
	for _, table := range []string{"oauth_refresh_tokens", "oauth_grants", "oauth_codes"} {
		if n := count(t, h, `SELECT count(*) FROM `+table); n != 0 {
			t.Errorf("%s: %d rows are left", table, n)
		}
	}
}

// One sweep removes whatever has piled up since the last.
func TestASweepKeepsUpWithTheLoad(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	const rows = 2500
	err := h.Server.Database.InTx(h.Operator(), func(ctx context.Context) error {
		for i := range rows {
			err := h.Server.Database.With(ctx).Exec(`INSERT INTO oauth_assertions (realm_id, application_id, digest, expires_at) VALUES (?, 'a', ?, 1)`,
				h.Realm.ID, []byte{byte(i >> 8), byte(i)}).Error
			if err != nil {
				return err
			}
			err = h.Server.Database.With(ctx).Exec(`INSERT INTO oauth_revocations (realm_id, kind, subject, revoked_at, expires_at) VALUES (?, 'token', ?, 1, 1)`,
				h.Realm.ID, strconv.Itoa(i)).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sweep(t, h)
	if n := count(t, h, `SELECT (SELECT count(*) FROM oauth_assertions) + (SELECT count(*) FROM oauth_revocations)`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

// A revocation is remembered as long as the token would have lived, and no longer: memory is every tenant's.
func TestARevocationIsForgottenWithItsToken(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(nil)
	tokens, err := party.ClientCredentials(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := party.Revoke(t.Context(), tokens.AccessToken); err != nil {
		t.Fatal(err)
	}
	until := time.UnixMicro(count(t, h, `SELECT expires_at FROM oauth_revocations`))
	if exp := time.Unix(int64(payload(t, tokens.AccessToken)["exp"].(float64)), 0); until.Before(exp) || until.After(exp.Add(time.Minute)) {
		t.Errorf("remembered until %s, expires %s", until, exp)
	}
	inactive(t, party, tokens.AccessToken, "revoked")
}

// lifetimes changes the realm's policy.
func lifetimes(t *testing.T, h *e2e.House, change func(*realm.Policy)) {
	t.Helper()
	_, err := h.Server.Realms.Update(h.Operator(), h.Realm.ID, func(r *realm.Realm) error {
		change(&r.Policy)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, h *e2e.House, query string) int64 {
	t.Helper()
	var n int64
	if err := h.Server.Database.With(t.Context()).Raw(query).Row().Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// sweep does what a worker does every minute.
func sweep(t *testing.T, h *e2e.House) {
	t.Helper()
	if _, err := h.Server.OAuth.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}
