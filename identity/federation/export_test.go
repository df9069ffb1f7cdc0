package federation_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

func TestIdentitiesAreTakenAlongAndErased(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	b := h.browser(t)
	u := b.in(b.signIn("globex", ""))
	name, value, err := h.room.Export(h.Context, h.Realm.ID, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(value)
	if err != nil || name != "linked_providers" || !strings.Contains(string(text), `"issuer":"`+up.URL+`","subject":"ada-1","label":"ada@example.com"`) {
		t.Errorf("%s: %s, %v", name, text, err)
	}
	if err := h.DB.InTx(h.Context, func(ctx context.Context) error { return h.room.Erase(ctx, h.Realm.ID, u.ID) }); err != nil {
		t.Fatal(err)
	}
	if left := h.linked(t, u.ID); len(left) != 0 {
		t.Errorf("left behind: %+v", left)
	}
}
