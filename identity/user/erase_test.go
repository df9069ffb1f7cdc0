package user_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
)

func TestAttributesAreMergedStoredAndTold(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	yes := true
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "ann@example.com", Attributes: map[string]any{"team": "red", "size": 4}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{
		Attributes: map[string]any{"team": nil, "size": 4.0, "remote": true}, UseGravatar: &yes, RequireSecondFactor: &yes, Version: u.Version,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"size": 4.0, "remote": true}
	if !reflect.DeepEqual(got.Attributes, want) || !got.UseGravatar || !got.RequireSecondFactor {
		t.Errorf("after: %+v", got)
	}
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{Attributes: map[string]any{"a": "b"}, Version: u.Version}); !errors.Is(err, user.ErrChanged) {
		t.Errorf("change made from an old version: %v, want ErrChanged", err)
	}
	for name, value := range map[string]any{"Team": "x", "list": []string{"a"}, "1st": "x", "object": map[string]any{}} {
		if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{Attributes: map[string]any{name: value}}); !errors.Is(err, user.ErrAttributeInvalid) {
			t.Errorf("attribute %s: %v, want ErrAttributeInvalid", name, err)
		}
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	if n := len(types); types[n-1] != "user.updated" || types[n-2] != "user.created" {
		t.Errorf("events: %v", types)
	}
}

func TestErasureIsScheduledOnceAndCancelledOnce(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	at := h.Clock.Now().Add(time.Hour)
	if err := h.Users.CancelErasure(h.Context, h.Realm.ID, u.ID); !errors.Is(err, user.ErrErasureNotScheduled) {
		t.Errorf("cancel what is not scheduled: %v", err)
	}
	errs := identitytest.Together(10, func(int) error { return h.Users.ScheduleErasure(h.Context, h.Realm.ID, u.ID, at) })
	if n := len(slices.DeleteFunc(errs, func(err error) bool { return errors.Is(err, user.ErrErasureScheduled) })); n != 1 {
		t.Errorf("%d of 10 scheduled, want 1", n)
	}
	if due, err := h.Users.ErasureDue(h.Context, 10); err != nil || len(due) != 0 {
		t.Errorf("due before its time: %v, %v", due, err)
	}
	h.Clock.Add(time.Hour)
	if due, err := h.Users.ErasureDue(h.Context, 10); err != nil || len(due) != 1 || !due[0].Erasing() {
		t.Errorf("due at its time: %v, %v", due, err)
	}
	if err := h.Users.CancelErasure(h.Context, h.Realm.ID, u.ID); err != nil {
		t.Fatal(err)
	}
	if due, err := h.Users.ErasureDue(h.Context, 10); err != nil || len(due) != 0 {
		t.Errorf("due after it was cancelled: %v, %v", due, err)
	}
}

func TestNothingPersonalIsLeftOfAnErasedUser(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{
		Name: text("Ann Smith"), Phone: text("+4930123456"), Birthdate: text("1990-01-02"), Address: &user.Address{Locality: "Ulm"},
		Attributes: map[string]any{"team": "red"},
	}); err != nil {
		t.Fatal(err)
	}
	late, err := h.Users.NewPassword(h.Context, h.Realm.ID, u.ID, "another entirely 42 words")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Users.Erase(h.Context, h.Realm.ID, u.ID); err != nil {
		t.Fatal(err)
	}
	got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := &user.User{
		ID: u.ID, RealmID: u.RealmID, Status: user.StatusErased, Attributes: map[string]any{},
		Version: got.Version, CreatedAt: u.CreatedAt, UpdatedAt: got.UpdatedAt,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("left:  %+v\nwant: %+v", got, want)
	}
	if got.Active() || got.Label() != got.Pseudonym() {
		t.Errorf("active %v, called %q", got.Active(), got.Label())
	}
	for what, err := range map[string]error{
		"erase again": h.Users.Erase(h.Context, h.Realm.ID, u.ID), "restore": h.Users.Restore(h.Context, h.Realm.ID, u.ID, ""),
		"schedule": h.Users.ScheduleErasure(h.Context, h.Realm.ID, u.ID, h.Clock.Now()),
		"password": h.Users.ChangePassword(h.Context, h.Realm.ID, u.ID, late, ""),
	} {
		if err == nil {
			t.Errorf("%s: done to somebody who is gone", what)
		}
	}
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{Name: text("Bob")}); err == nil {
		t.Error("a profile was written for somebody who is gone")
	}
	if again := h.User(t, "ann@example.com"); again.ID == u.ID {
		t.Error("the address leads to the erased account")
	}
}
