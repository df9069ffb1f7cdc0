package e2e_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/watch/audit"
)

// A person's whole time here: signed in, a copy of their data, and gone. What they did
// stays provable, and says nothing of them any more.
func TestTheAuditRemembersWhatAndForgetsWhom(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := h.Operator()
	signedIn(t, party, person)
	u, err := h.Server.Users.ByEmail(ctx, h.Realm.ID, person.Email)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Server.Users.Suspend(ctx, h.Realm.ID, u.ID, "Rosa wrote to everybody"); err != nil {
		t.Fatal(err)
	}
	settle := func() {
		if err := h.Server.Settle(ctx); err != nil {
			t.Fatal(err)
		}
	}
	settle()
	document, _, err := h.Server.Privacy.Request(ctx, h.Realm, u.ID, false)
	if err != nil {
		t.Fatal(err)
	}
	var copied struct {
		Audit []struct {
			Type, By string
			IP       string
		}
	}
	if err := json.Unmarshal(document, &copied); err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, e := range copied.Audit {
		types = append(types, e.Type)
	}
	for _, want := range []string{"user.created", "login.succeeded", "session.created", "oauth.authorized", "user.suspended"} {
		if !slices.Contains(types, want) {
			t.Errorf("the copy lacks %s: %v", want, types)
		}
	}
	before := audited(t, h, audit.Filter{SubjectID: u.ID})
	if !strings.Contains(before, "Rosa wrote") || !strings.Contains(before, "127.0.0.1") {
		t.Fatalf("nothing is to be forgotten: %s", before)
	}
	if err := h.Server.Privacy.Erase(ctx, h.Realm.ID, u.ID); err != nil {
		t.Fatal(err)
	}
	settle()
	after := audited(t, h, audit.Filter{SubjectID: u.ID})
	if strings.Contains(after, "Rosa wrote") || strings.Contains(after, "rosa@") || strings.Contains(after, "user_agent") || !strings.Contains(after, "user.deleted") {
		t.Errorf("after the erasure: %s", after)
	}
	if _, err := h.Server.Audit.CheckpointNow(ctx, h.Realm.ID); err != nil {
		t.Error(err)
	}
	r, err := h.Server.Audit.Verify(ctx, h.Realm.ID)
	if err != nil || !r.Intact || r.Checkpoints != 1 || r.Entries < 10 {
		t.Errorf("report %+v, %v", r, err)
	}
}

// audited is what auditors read, as JSON.
func audited(t *testing.T, h *e2e.House, f audit.Filter) string {
	t.Helper()
	f.Limit = 100
	lines, err := h.Server.Audit.List(h.Operator(), h.Realm.ID, f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
