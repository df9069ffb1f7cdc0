package passkey_test

import (
	"net/http"
	"testing"

	"authserver/identity/passkey"
	"authserver/internal/id"
	"authserver/internal/rest/resttest"
)

func TestAnAdministratorRemovesAPasskey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, h.passkeys.MountAdmin)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	p := h.enrolled(t, ann, newAuthenticator(t))
	_, cookie := h.Session(t, ann.ID)
	var list struct {
		Items []passkey.PasskeyView `json:"items"`
	}
	reader := a.As("users.read")
	reader.Do(http.MethodGet, "/realms/acme/users/"+ann.ID+"/passkeys", nil).Want(http.StatusOK).Into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != p.ID || !list.Items[0].Discoverable {
		t.Errorf("listed %+v", list.Items)
	}
	reader.Do(http.MethodGet, "/realms/acme/users/"+id.New()+"/passkeys", nil).Want(http.StatusNotFound, "user_not_found")
	reader.Do(http.MethodDelete, "/realms/acme/users/"+ann.ID+"/passkeys/"+p.ID, nil).Want(http.StatusForbidden)
	may := a.As("users.credentials")
	may.Do(http.MethodDelete, "/realms/acme/users/"+bob.ID+"/passkeys/"+p.ID, nil).Want(http.StatusNotFound, "passkey_not_found")
	// It is their last way in: an administrator may all the same.
	may.Do(http.MethodDelete, "/realms/acme/users/"+ann.ID+"/passkeys/"+p.ID, nil).Want(http.StatusNoContent)
	may.Do(http.MethodDelete, "/realms/acme/users/"+ann.ID+"/passkeys/"+p.ID, nil).Want(http.StatusNotFound, "passkey_not_found")
	if all, err := h.Sessions.List(h.Context, h.Realm.ID, ann.ID); err != nil || len(all) != 0 || cookie == "" {
		t.Errorf("sessions after the removal: %v, %v", all, err)
	}
}
