package profile_test

import (
	"net/http"
	"testing"

	"authserver/identity/profile"
	"authserver/internal/rest/resttest"
)

func TestTheSchemaIsAdministered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, h.profiles.MountAdmin)
	all := a.All()
	const path = "/realms/acme/profile-schema"
	shoe := map[string]any{"fields": []any{map[string]any{"name": "shoe_size", "type": "number", "labels": map[string]any{"en": "Shoe size"}, "min": 10, "max": 60}}}
	var schema profile.Schema
	if tag := all.Do(http.MethodGet, path, nil).Want(http.StatusOK).Into(&schema).Header.Get("ETag"); tag != `"0"` || len(schema.Fields) != 0 {
		t.Errorf("a new realm's schema: %s %+v", tag, schema)
	}
	all.Do(http.MethodPut, path, shoe, `If-Match: "0"`).Want(http.StatusOK).Into(&schema)
	if schema.Version != 1 || len(schema.Fields) != 1 || schema.Fields[0].Name != "shoe_size" {
		t.Errorf("set to %+v", schema)
	}
	all.Do(http.MethodPut, path, shoe, `If-Match: "0"`).Want(http.StatusPreconditionFailed)
	all.Do(http.MethodPut, path, map[string]any{"fields": []any{map[string]any{"name": "sub", "type": "string", "labels": map[string]any{"en": "Subject"}}}}).
		Want(http.StatusBadRequest, "profile_schema_invalid")
	all.Do(http.MethodPut, path, map[string]any{"fields": []any{map[string]any{"name": "x", "kind": "string"}}}).Want(http.StatusBadRequest)
	a.As("realm.read").Do(http.MethodPut, path, shoe).Want(http.StatusForbidden, "permission_denied")
	a.As("users.read").Do(http.MethodGet, path, nil).Want(http.StatusForbidden, "permission_denied")
	all.Do(http.MethodGet, path, nil).Want(http.StatusOK).Into(&schema)
	if schema.Version != 1 {
		t.Errorf("refused calls changed the schema: %+v", schema)
	}
	all.Do(http.MethodPut, path, map[string]any{"fields": []any{}}).Want(http.StatusOK)
}
