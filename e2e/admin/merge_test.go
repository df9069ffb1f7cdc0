package admin

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"authserver/e2e"
	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/id"
	"authserver/rbac"
)

// What a person has in one account and lacks in the other goes over; then one is left.
func TestTwoAccountsOfAPersonBecomeOne(t *testing.T) {
	t.Parallel()
	w := NewTown(t)
	at := "/realms/" + w.A.Realm.Slug
	// Ann has an identity, a group and the role clerk. Her other account has the realm's
	// own role and an identity at another provider.
	other, err := w.Server.Users.Create(w.Operator(), w.A.Realm, user.NewUser{Email: "ann-2@example.com", Password: identitytest.Password, Verified: true})
	w.must(err)
	second := w.make(w.A, "/providers", map[string]any{"slug": "second", "kind": "oidc", "name": "Second", "issuer": "https://second.example", "client_id": "us"})
	for n, provider := range []string{second, w.A.Things["provider"]} {
		w.must(e2e.Amend(t.Context(), w.Database, `INSERT INTO federation_identities (id, realm_id, provider_id, issuer, subject, user_id, label, created_at)
			VALUES ('`+id.New()+`', '`+w.A.Realm.ID+`', '`+provider+`', 'https://second.example', 'sub-`+string(rune('a'+n))+`', '`+other.ID+`', '', 1)`))
	}
	w.make(w.A, "/assignments", map[string]any{"subject_id": other.ID, "role_id": rbac.UserManager})
	w.make(w.A, "/assignments", map[string]any{"subject_id": other.ID, "role_id": w.A.Things["role"]})
	merge := func(key, into, from string) (int, []byte) {
		return w.Do(key, http.MethodPost, at+"/users/"+into+"/merge", map[string]any{"user_id": from})
	}
	if status, answer := merge(w.A.Key, w.A.Ann.ID, w.A.Ann.ID); status != http.StatusBadRequest || codeOf(answer) != "user_merge_self" {
		t.Errorf("with itself: %s", say(status, answer))
	}
	if status, answer := merge(w.A.Key, w.A.Ann.ID, w.B.Ann.ID); status != http.StatusNotFound {
		t.Errorf("with somebody of another realm: %s", say(status, answer))
	}
	if status, answer := merge(w.A.Key, w.A.Ann.ID, w.A.Chief.ID); status != http.StatusNoContent {
		t.Errorf("the administrator: %s", say(status, answer)) // Ann administers now
	}
	weak := w.keyOf("eraser", "users.erase")
	if status, answer := merge(weak, w.A.Ann.ID, other.ID); status != http.StatusForbidden || codeOf(answer) != "target_outranks" {
		t.Errorf("by who holds less: %s", say(status, answer))
	}
	if status, answer := merge(w.A.Key, w.A.Ann.ID, other.ID); status != http.StatusNoContent {
		t.Fatalf("merge: %s", say(status, answer))
	}
	if u, err := w.Server.Users.ByID(t.Context(), w.A.Realm.ID, other.ID); err == nil && u.Status != user.StatusErased || err != nil && !errors.Is(err, user.ErrNotFound) {
		t.Errorf("the other account is %+v, %v", u, err)
	}
	identities, err := w.Server.Federation.Identities(t.Context(), w.A.Realm.ID, w.A.Ann.ID)
	w.must(err)
	var providers []string
	for _, i := range identities {
		providers = append(providers, i.ProviderID)
	}
	if len(providers) != 2 || !slices.Contains(providers, second) {
		t.Errorf("she is linked with %v", providers)
	}
	own, err := w.Server.Roles.Own(t.Context(), w.A.Realm.ID, w.A.Ann.ID)
	w.must(err)
	var roles []string
	for _, r := range own {
		roles = append(roles, r.Role)
		if !r.Valid {
			t.Errorf("role %+v", r)
		}
	}
	slices.Sort(roles)
	if !slices.Equal(roles, []string{"clerk", rbac.RealmAdministrator, rbac.UserManager}) {
		t.Errorf("she has the roles %v", roles)
	}
}
