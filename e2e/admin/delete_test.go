package admin

import (
	"net/http"
	"slices"
	"testing"

	"authserver/e2e"
	"authserver/internal/event"
)

// A realm goes with everything in it, in whatever table, and nothing of the other goes.
func TestADeletedRealmLeavesNothing(t *testing.T) {
	t.Parallel()
	w := NewTown(t)
	b := w.B.Realm
	books := e2e.Books(t, w.Database)
	before, err := e2e.Holding(t.Context(), books, w.A.Canary, w.A.Realm.ID)
	w.must(err)
	do := func(method, path string, status int, code string) {
		t.Helper()
		if got, answer := w.Do(w.Root, method, path, nil); got != status || code != "" && codeOf(answer) != code {
			t.Fatalf("%s %s: %s", method, path, say(got, answer))
		}
	}
	do(http.MethodDelete, "/realms/bravo", http.StatusConflict, "realm_not_suspended")
	do(http.MethodPost, "/realms/bravo/suspension", http.StatusNoContent, "")
	do(http.MethodDelete, "/realms/bravo", http.StatusNoContent, "")
	do(http.MethodGet, "/realms/bravo", http.StatusNotFound, "realm_not_found")
	do(http.MethodDelete, "/realms/bravo/suspension", http.StatusNotFound, "realm_not_found")
	if status, _ := w.Do(w.B.Key, http.MethodGet, "/realms/bravo/users", nil); status != http.StatusNotFound {
		t.Errorf("a key of the deleted realm gets %d", status)
	}
	for n := 1; n > 0; {
		n, err = w.Server.Realms.Sweep(w.Operator())
		w.must(err)
	}
	left, err := e2e.Holding(t.Context(), books, w.B.Canary, b.ID)
	w.must(err)
	// What has happened is still to be told to whom it concerns; the row keeps the id.
	left = slices.DeleteFunc(left, func(table string) bool {
		return slices.Contains([]string{"events", "realms", "changes", "audit_heads", "audit_entries", "audit_segments"}, table)
	})
	if len(left) > 0 {
		t.Errorf("something is left in %v", left)
	}
	after, err := e2e.Holding(t.Context(), books, w.A.Canary, w.A.Realm.ID)
	w.must(err)
	if !slices.Equal(before, after) {
		t.Errorf("the other realm was in %v and is in %v", before, after)
	}
	// Its name can be taken again, by one that has nothing to do with it.
	if again := w.NewRealm("bravo"); again.ID == b.ID {
		t.Error("the realm is back")
	}
}

func TestADeletedApplicationTakesItsOwnWithIt(t *testing.T) {
	t.Parallel()
	w := NewTown(t)
	app, ctx := w.A.App.ID, event.WithActor(w.Operator(), event.Actor{Kind: event.Operator})
	at := "/realms/" + w.A.Realm.Slug
	role := w.make(w.A, "/roles", map[string]any{"slug": "picker", "name": "Picker", "application_id": app, "permissions": []any{map[string]any{"application_id": app, "code": "invoice.read"}}})
	wide := w.make(w.A, "/roles", map[string]any{"slug": "wide", "name": "Wide", "nested": []string{role}, "permissions": []any{
		map[string]any{"code": "realm.read"}, map[string]any{"application_id": app, "code": "invoice.read"},
	}})
	w.make(w.A, "/assignments", map[string]any{"subject_id": w.A.Ann.ID, "role_id": role, "application_id": app})
	w.make(w.A, "/policies", map[string]any{"name": "of the shop", "application_id": app, "draft": `forbid (principal, action == Action::"invoice.read", resource);`})
	if status, answer := w.Do(w.A.Key, http.MethodDelete, at+"/applications/"+app, nil, `If-Match: "99"`); status != http.StatusPreconditionFailed {
		t.Fatalf("with another version: %s", say(status, answer))
	}
	if status, answer := w.Do(w.A.Key, http.MethodDelete, at+"/applications/"+app, nil); status != http.StatusNoContent {
		t.Fatalf("delete: %s", say(status, answer))
	}
	if status, answer := w.Do(w.A.Key, http.MethodDelete, at+"/applications/"+app, nil); status != http.StatusNotFound {
		t.Errorf("again: %s", say(status, answer))
	}
	left, err := e2e.Holding(t.Context(), e2e.Books(t, w.Database), app)
	w.must(err)
	for _, table := range left {
		// What happened, and grants that have ended, are kept for their time.
		if !slices.Contains([]string{"events", "audit_entries", "invitations", "oauth_grants", "account_activity", "changes", "oauth_revocations", "flows"}, table) {
			t.Errorf("something is left in %s", table)
		}
	}
	r, err := w.Server.Roles.Role(ctx, w.A.Realm.ID, wide)
	w.must(err)
	if len(r.Nested) != 0 || len(r.Grants) != 1 {
		t.Errorf("the role that had its role and permission is %+v", r)
	}
}
