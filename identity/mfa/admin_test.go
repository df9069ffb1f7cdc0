package mfa_test

import (
	"net/http"
	"slices"
	"testing"

	"authserver/identity/mfa"
	"authserver/internal/id"
	"authserver/internal/rest/resttest"
)

func TestAnAdministratorSeesFactorsAndEndsTrust(t *testing.T) {
	t.Parallel()
	h := newHouse(t, trusting)
	a := resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, h.mfa.MountAdmin)
	ann, ben := h.User(t, "ann@example.com"), h.User(t, "ben@example.com")
	key := h.withApp(t, ann.ID)
	b := trusted(t, h, ann, key)
	reader, may := a.As("users.read"), a.As("users.credentials")
	at := "/realms/acme/users/" + ann.ID
	var has mfa.FactorsView
	reader.Do(http.MethodGet, at+"/factors", nil).Want(http.StatusOK).Into(&has)
	if !slices.Equal(has.Factors, []string{mfa.TOTP}) || has.TrustedBrowsers != 1 || has.Required {
		t.Errorf("factors %+v", has)
	}
	var list struct {
		Items []mfa.BrowserView `json:"items"`
	}
	reader.Do(http.MethodGet, at+"/trusted-browsers", nil).Want(http.StatusOK).Into(&list)
	if len(list.Items) != 1 {
		t.Fatalf("browsers %+v", list.Items)
	}
	one := at + "/trusted-browsers/" + list.Items[0].ID
	reader.Do(http.MethodDelete, one, nil).Want(http.StatusForbidden)
	may.Do(http.MethodDelete, "/realms/acme/users/"+ben.ID+"/trusted-browsers/"+list.Items[0].ID, nil).Want(http.StatusNotFound)
	may.Do(http.MethodDelete, one, nil).Want(http.StatusNoContent)
	may.Do(http.MethodDelete, one, nil).Want(http.StatusNotFound)
	if b.signIn(ann.Email); b.path() != "/mfa" {
		t.Errorf("a browser that is trusted no more: %s", b.at)
	}
	may.Do(http.MethodDelete, at+"/trusted-browsers", nil).Want(http.StatusNoContent)
	for _, path := range []string{"/factors", "/trusted-browsers"} {
		reader.Do(http.MethodGet, "/realms/acme/users/"+id.New()+path, nil).Want(http.StatusNotFound, "user_not_found")
	}
	may.Do(http.MethodDelete, "/realms/acme/users/"+id.New()+"/trusted-browsers", nil).Want(http.StatusNotFound, "user_not_found")
}
