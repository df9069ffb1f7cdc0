package session_test

import (
	"errors"
	"slices"
	"testing"

	"authserver/identity/identitytest"
	"authserver/identity/session"
)

func TestEndOwnEndsTheUsersSessionOnly(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	ann, ben := h.User(t, "ann@example.com"), h.User(t, "ben@example.com")
	own, value := h.Session(t, ann.ID)
	_, kept := h.Session(t, ann.ID)
	other := h.NewRealm(t, "other")
	for name, try := range map[string][3]string{
		"another user":  {h.Realm.ID, ben.ID, own.ID},
		"another realm": {other.ID, ann.ID, own.ID},
		"no session":    {h.Realm.ID, ann.ID, "x"},
	} {
		if err := h.Sessions.EndOwn(h.Context, try[0], try[1], try[2], session.EndedByUser); !errors.Is(err, session.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
	if got, _ := h.Sessions.Current(h.Context, h.Realm, value); got == nil {
		t.Fatal("somebody else ended the session")
	}
	if err := h.Sessions.EndOwn(h.Context, h.Realm.ID, ann.ID, own.ID, session.EndedByUser); err != nil {
		t.Fatal(err)
	}
	if err := h.Sessions.EndOwn(h.Context, h.Realm.ID, ann.ID, own.ID, session.EndedByUser); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("a second time: %v, want ErrNotFound", err)
	}
	if got, _ := h.Sessions.Current(h.Context, h.Realm, value); got != nil {
		t.Error("alive after EndOwn")
	}
	if got, _ := h.Sessions.Current(h.Context, h.Realm, kept); got == nil {
		t.Error("EndOwn ended another session, too")
	}
	if ended, _ := h.Grants.Revoked(); !slices.Equal(ended, []string{own.ID}) {
		t.Errorf("grants revoked of %v", ended)
	}
}
