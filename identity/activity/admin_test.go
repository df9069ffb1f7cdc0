package activity_test

import (
	"net/http"
	"testing"

	"authserver/identity/activity"
	"authserver/internal/id"
	"authserver/internal/rest/resttest"
)

func TestAnAdministratorReadsWhatHappened(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, h.MountAdmin).As("users.read")
	for range 3 {
		h.happens(h.ann.ID, signedIn{})
	}
	h.happens(h.ben.ID, signedIn{})
	h.dispatch()
	seen := map[string]bool{}
	for query := "?limit=2"; query != ""; {
		var page struct {
			Items []activity.ActivityView `json:"items"`
			Next  string                  `json:"next_cursor"`
		}
		a.Do(http.MethodGet, "/realms/acme/users/"+h.ann.ID+"/activity"+query, nil).Want(http.StatusOK).Into(&page)
		for _, n := range page.Items {
			seen[n.ID] = seen[n.ID] || n.Type == "login.succeeded"
		}
		if query = ""; page.Next != "" {
			query = "?limit=2&cursor=" + page.Next
		}
	}
	told := 0
	for _, is := range seen {
		if is {
			told++
		}
	}
	if told != 3 {
		t.Errorf("%d sign-ins of Ann are listed in %v, want 3", told, seen)
	}
	a.Do(http.MethodGet, "/realms/acme/users/"+id.New()+"/activity", nil).Want(http.StatusNotFound, "user_not_found")
}
