package realm_test

import (
	"context"
	"strings"
	"testing"

	"authserver/internal/database/dbtest"
	"authserver/tenant/realm"
)

// While a new version is rolled out, both read and write the same rows: what the older
// one does not know it leaves as it is.
func TestPolicyOfANewerVersionIsKept(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s := newService(db, &keys{})
	r := create(t, s, "acme")
	err := db.InTx(operator(t), func(ctx context.Context) error {
		return db.With(ctx).Exec(`UPDATE realms SET policy = '{"session_idle": 600, "from_the_future": {"on": true}}' WHERE id = ?`, r.ID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := s.Update(operator(t), r.ID, func(r *realm.Realm) error { r.Policy.Registration = true; return nil })
	if err != nil || !changed.Policy.Registration {
		t.Fatal(changed, err)
	}
	var policy string
	if err := db.With(t.Context()).Raw("SELECT policy FROM realms WHERE id = ?", r.ID).Scan(&policy).Error; err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"from_the_future":{"on":true}`, `"session_idle":600`, `"registration":true`} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s is not in %s", part, policy)
		}
	}
}
