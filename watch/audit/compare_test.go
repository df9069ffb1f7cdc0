package audit_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"authserver/internal/secret"
)

func TestAnOlderStateDoesNotFitACheckpointThatWasKept(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.fill(t, 17)
	if n := o.checkpoint(t); n != 2 {
		t.Fatalf("%d segments closed", n)
	}
	var page struct {
		Items []struct {
			Checkpoint string `json:"checkpoint"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(o.auditor.Do(http.MethodGet, o.path+"/checkpoints", nil).Want(http.StatusOK).Body), &page); err != nil {
		t.Fatal(err)
	}
	kept := []string{page.Items[0].Checkpoint, page.Items[1].Checkpoint} // the newest first
	compare := func() string {
		t.Helper()
		found, err := o.audit.Compare(t.Context(), kept)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for realmID, problems := range found {
			if realmID != o.people.Realm.ID {
				t.Errorf("of realm %q", realmID)
			}
			for _, p := range problems {
				said = append(said, p.String())
			}
		}
		return strings.Join(said, "\n")
	}
	if said := compare(); said != "" {
		t.Errorf("nothing is wrong, and it says %s", said)
	}
	o.disarm(t)
	if err := o.raw(t, "UPDATE audit_segments SET root = hash WHERE number = 1", "DELETE FROM audit_segments WHERE number = 2"); err != nil {
		t.Fatal(err)
	}
	said := compare()
	for _, want := range []string{"checkpoint 2: one that was kept elsewhere is not here", "checkpoint 1: it is another"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
	r := o.verify(t)
	before := len(r.Problems)
	found, err := o.audit.Compare(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	if r.Add(found[o.people.Realm.ID]...); len(r.Problems) != before+2 || r.Intact {
		t.Errorf("report %+v", r)
	}
	ring, err := secret.ParseRing([]string{secret.NewKey()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.auditWith(ring).Compare(t.Context(), kept); err == nil {
		t.Error("a checkpoint of another house is believed")
	}
}
