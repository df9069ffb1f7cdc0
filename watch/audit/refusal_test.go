package audit_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestWhatTheAdministrationRefusesIsAudited(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.API.Refusals = o.audit
	snoop := o.As("statistics.read")
	ask := func(path string) {
		t.Helper()
		snoop.Do(http.MethodGet, o.path+path, nil).Want(http.StatusForbidden, "permission_denied")
	}
	ask("/entries")
	ask("/entries") // in the same minute
	ask("/keys")
	o.people.Clock.Add(2 * time.Minute)
	ask("/entries")
	o.Nobody().Do(http.MethodGet, o.path+"/entries", nil).Want(http.StatusUnauthorized)      // nobody is known
	o.auditor.Do(http.MethodGet, o.path+"/entries/0199-none", nil).Want(http.StatusNotFound) // allowed, and not there
	o.settle(t)
	asked := map[string]int{}
	for _, l := range o.list(t, "?type=administration.refused").Items {
		if l.Actor.Kind != "api_key" || l.Actor.ID == "" || fmt.Sprint(l.Data) != "map[reason:permission_denied]" {
			t.Errorf("%+v", l)
		}
		asked[l.Target.ID]++
	}
	if len(asked) != 2 || asked["listAuditEntries"] != 2 || asked["getAuditKeys"] != 1 {
		t.Errorf("refused: %v", asked)
	}
}
