package user_test

import (
	"errors"
	"slices"
	"testing"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
)

func TestReclaimLeavesNothingOfWhoMadeTheAccount(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "ann@example.com", Password: identitytest.Password, Name: "Mallory"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{Phone: text("+4930123456"), Picture: text("https://evil.example/x.png")}); err != nil {
		t.Fatal(err)
	}
	_, cookie := h.Session(t, u.ID)
	if err := h.Users.Reclaim(h.Context, h.Realm.ID, u.ID); err != nil {
		t.Fatal(err)
	}
	got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Email != "ann@example.com" || !got.EmailVerified || got.HasPassword || got.Name != "" || got.Phone != "" || got.Picture != "" {
		t.Errorf("left: %+v", got)
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, cookie); s != nil {
		t.Error("a session of before goes on")
	}
	if _, users := h.Grants.Revoked(); !slices.Contains(users, u.ID) {
		t.Error("grants of before go on")
	}
	if types := eventtest.Types(t, h.DB, h.Realm.ID); !slices.Contains(types, "user.reclaimed") || !slices.Contains(types, "user.email_verified") {
		t.Errorf("events %v", types)
	}
	if err := h.Users.Reclaim(h.Context, h.Realm.ID, u.ID); !errors.Is(err, user.ErrNotEligible) {
		t.Errorf("reclaim of a proven address: %v, want ErrNotEligible", err)
	}
}

func TestReclaimOfWhatIsNotOpen(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	other := h.NewRealm(t, "other")
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "ann@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Users.Reclaim(h.Context, other.ID, u.ID); !errors.Is(err, user.ErrNotEligible) {
		t.Errorf("from another realm: %v", err)
	}
	if err := h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if err := h.Users.Reclaim(h.Context, h.Realm.ID, u.ID); !errors.Is(err, user.ErrNotEligible) {
		t.Errorf("suspended: %v", err)
	}
}
