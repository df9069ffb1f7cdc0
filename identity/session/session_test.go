package session_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/session"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"
)

func TestCookieOpensItsSessionInItsRealmOnly(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	other := h.NewRealm(t, "other")
	s, value := h.Session(t, h.User(t, "ann@example.com").ID)

	ctx, counts := database.Counting(h.Context)
	got, err := h.Sessions.Current(ctx, h.Realm, value)
	if err != nil || got == nil || got.ID != s.ID || got.UserID != s.UserID || got.ACR != "1" || !slices.Equal(got.AMR, []string{"pwd"}) {
		t.Fatalf("Current = %+v, %v; want session %s", got, err, s.ID)
	}
	if counts.Statements != 1 {
		t.Errorf("Current took %d statements, want 1", counts.Statements)
	}
	if got.IP != "192.0.2.7" || got.UserAgent != "test" {
		t.Errorf("session is from %q, %q", got.IP, got.UserAgent)
	}
	for name, try := range map[string]string{"nothing": "", "the id": s.ID, "another value": value[:len(value)-1] + "_", "a long one": value + value} {
		if got, err := h.Sessions.Current(h.Context, h.Realm, try); got != nil || err != nil {
			t.Errorf("%s: %+v, %v; want no session", name, got, err)
		}
	}
	if got, err := h.Sessions.Current(h.Context, other, value); got != nil || err != nil {
		t.Errorf("in another realm: %+v, %v; want no session", got, err)
	}
	if _, err := h.Sessions.ByID(h.Context, other.ID, s.ID); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("ByID in another realm: %v, want ErrNotFound", err)
	}
}

func TestSessionExpiresWhenIdleAndWhenOld(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	_, value := h.Session(t, h.User(t, "ann@example.com").ID)
	p := h.Realm.Policy
	current := func() *session.Session {
		t.Helper()
		s, err := h.Sessions.Current(h.Context, h.Realm, value)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for used := time.Duration(0); used+p.SessionIdle-time.Second < p.SessionAbsolute; used += p.SessionIdle - time.Second {
		s := current()
		if s == nil {
			t.Fatalf("over after %s of use", used)
		}
		if err := h.Sessions.Touch(h.Context, s); err != nil {
			t.Fatal(err)
		}
		h.Clock.Add(p.SessionIdle - time.Second)
	}
	s := current()
	if s == nil {
		t.Fatal("over before its absolute limit")
	}
	if err := h.Sessions.Touch(h.Context, s); err != nil {
		t.Fatal(err)
	}
	h.Clock.Add(s.ExpiresAt.Sub(h.Clock.Now()))
	if current() != nil {
		t.Error("alive after its absolute limit, though it was used all the time")
	}
	if err := h.Sessions.Touch(h.Context, s); !errors.Is(err, session.ErrEnded) {
		t.Errorf("Touch after the limit: %v, want ErrEnded", err)
	}

	_, value = h.Session(t, s.UserID)
	h.Clock.Add(p.SessionIdle)
	if current() != nil {
		t.Error("alive after its idle limit")
	}
}

func TestEveryAuthenticationGivesANewCookie(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	first, old := h.Session(t, ann.ID)
	h.Clock.Add(time.Minute)

	again, value, err := h.Sessions.Begin(h.Context, h.Realm, ann.ID, []string{"pwd", "otp"}, first)
	if err != nil {
		t.Fatal(err)
	}
	if again.ID != first.ID || value == old || !again.AuthenticatedAt.Equal(h.Clock.Now()) || !again.CreatedAt.Equal(first.CreatedAt) {
		t.Errorf("same person again: %+v; want session %s with a new cookie and time", again, first.ID)
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, old); s != nil {
		t.Error("the old cookie still opens the session")
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, value); s == nil || !slices.Equal(s.AMR, []string{"pwd", "otp"}) {
		t.Errorf("the new cookie opens %+v", s)
	}

	bobs, _, err := h.Sessions.Begin(h.Context, h.Realm, bob.ID, []string{"pwd"}, again)
	if err != nil {
		t.Fatal(err)
	}
	if bobs.ID == first.ID {
		t.Error("another person took over the session")
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, value); s != nil {
		t.Error("the first person's session survived the second person's sign-in")
	}
	if ended, _ := h.Grants.Revoked(); !slices.Equal(ended, []string{first.ID}) {
		t.Errorf("grants revoked of %v, want %s", ended, first.ID)
	}

	// An ended session is not raised from the dead by its owner either.
	back, _, err := h.Sessions.Begin(h.Context, h.Realm, ann.ID, []string{"pwd"}, again)
	if err != nil || back.ID == first.ID {
		t.Errorf("Begin on an ended session: %+v, %v; want a new one", back, err)
	}
	renewed, err := h.Sessions.Renew(h.Context, back)
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, renewed); s == nil || s.ID != back.ID {
		t.Errorf("Renew: the new cookie opens %+v", s)
	}
}

func TestEndRevokesOnceAndIsNoErrorTwice(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	s, value := h.Session(t, h.User(t, "ann@example.com").ID)
	other := h.NewRealm(t, "other")
	if err := h.Sessions.End(h.Context, other.ID, s.ID, session.SignedOut); err != nil {
		t.Fatal(err)
	}
	if still, _ := h.Sessions.Current(h.Context, h.Realm, value); still == nil {
		t.Fatal("another realm ended the session")
	}
	for range 2 {
		if err := h.Sessions.End(h.Context, h.Realm.ID, s.ID, session.SignedOut); err != nil {
			t.Fatal(err)
		}
	}
	if still, _ := h.Sessions.Current(h.Context, h.Realm, value); still != nil {
		t.Error("alive after End")
	}
	if ended, _ := h.Grants.Revoked(); len(ended) != 1 {
		t.Errorf("grants revoked %d times, want once", len(ended))
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	if want := []string{"session.created", "session.ended"}; !slices.Equal(types[len(types)-2:], want) {
		t.Errorf("events %v, want them to end in %v", types, want)
	}
	if err := h.Sessions.Touch(h.Context, s); !errors.Is(err, session.ErrEnded) {
		t.Errorf("Touch after End: %v, want ErrEnded", err)
	}
}

func TestEndOthersKeepsOne(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	kept, keptValue := h.Session(t, ann.ID)
	_, secondValue := h.Session(t, ann.ID)
	_, bobValue := h.Session(t, bob.ID)
	alive := func(value string) bool {
		s, err := h.Sessions.Current(h.Context, h.Realm, value)
		if err != nil {
			t.Fatal(err)
		}
		return s != nil
	}
	if err := h.Sessions.EndOthers(h.Context, h.Realm.ID, ann.ID, kept.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if !alive(keptValue) || alive(secondValue) || !alive(bobValue) {
		t.Errorf("kept %t, other %t, somebody else's %t; want true, false, true", alive(keptValue), alive(secondValue), alive(bobValue))
	}
	if err := h.Sessions.EndAll(h.Context, h.Realm.ID, ann.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if alive(keptValue) || !alive(bobValue) {
		t.Errorf("after EndAll: kept %t, somebody else's %t; want false, true", alive(keptValue), alive(bobValue))
	}
	if _, users := h.Grants.Revoked(); !slices.Equal(users, []string{ann.ID, ann.ID}) {
		t.Errorf("grants revoked of users %v", users)
	}
}

type given struct{}

func (given) EventType() string { return "test.given" }

// What a verb gives out under Touch is either refused or there when End revokes.
func TestTouchAndEndAtTheSameMomentHaveAnOrder(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	ann := h.User(t, "ann@example.com")
	for range 10 {
		s, _ := h.Session(t, ann.ID)
		saw := false
		errs := identitytest.Together(2, func(i int) error {
			if i == 0 {
				return h.DB.InTx(h.Context, func(ctx context.Context) error {
					mine := *s
					if err := h.Sessions.Touch(ctx, &mine); err != nil {
						return err
					}
					return h.Events.Record(ctx, s.Ref(), given{}) // stands for a code
				})
			}
			return h.DB.InTx(h.Context, func(ctx context.Context) error {
				if err := h.Sessions.End(ctx, h.Realm.ID, s.ID, session.SignedOut); err != nil {
					return err
				}
				events, err := h.Events.Recorded(ctx, h.Realm.ID)
				saw = slices.ContainsFunc(events, func(e event.Event) bool { return e.Type == "test.given" && e.Ref.ID == s.ID })
				return err
			})
		})
		if errs[1] != nil {
			t.Fatal(errs[1])
		}
		if errs[0] != nil && !errors.Is(errs[0], session.ErrEnded) {
			t.Fatal(errs[0])
		}
		if errs[0] == nil && !saw {
			t.Error("something was given out that End did not see")
		}
	}
}

func TestSeenWritesOnceAMinute(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	s, _ := h.Session(t, h.User(t, "ann@example.com").ID)
	writes := func() uint64 {
		ctx, counts := database.Counting(h.Context)
		if err := h.Sessions.Seen(ctx, s); err != nil {
			t.Fatal(err)
		}
		return counts.Writes
	}
	h.Clock.Add(59 * time.Second)
	if n := writes(); n != 0 {
		t.Errorf("%d writes after 59 seconds, want none", n)
	}
	h.Clock.Add(time.Second)
	if n := writes(); n != 1 {
		t.Errorf("%d writes after a minute, want 1", n)
	}
	if n := writes(); n != 0 {
		t.Errorf("%d writes right after, want none", n)
	}
}

func TestSweepLeavesWhatIsAlive(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	ann := h.User(t, "ann@example.com")
	old, _ := h.Session(t, ann.ID)
	h.Clock.Add(8*24*time.Hour + h.Realm.Policy.SessionIdle)
	fresh, _ := h.Session(t, ann.ID)
	n, err := h.Sessions.Sweep(h.Context)
	if err != nil || n != 1 {
		t.Errorf("Sweep = %d, %v; want 1", n, err)
	}
	if _, err := h.Sessions.ByID(h.Context, h.Realm.ID, old.ID); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("the old one: %v, want ErrNotFound", err)
	}
	if _, err := h.Sessions.ByID(h.Context, h.Realm.ID, fresh.ID); err != nil {
		t.Errorf("the fresh one: %v", err)
	}
}

func TestASecondFactorRenewsTheCookie(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	current, value := h.Session(t, h.User(t, "ann@example.com").ID)
	if current.MultiFactor() || current.ACR != session.ACRPassword {
		t.Fatalf("a password alone gives acr %s", current.ACR)
	}
	fresh, err := h.Sessions.Elevate(h.Context, current, session.AMRCode)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.Sessions.Current(h.Context, h.Realm, value); err != nil || got != nil {
		t.Errorf("the old cookie opens %v, %v", got, err)
	}
	got, err := h.Sessions.Current(h.Context, h.Realm, fresh)
	if err != nil || got == nil {
		t.Fatalf("the new cookie opens %v, %v", got, err)
	}
	if !got.MultiFactor() || !slices.Equal(got.AMR, []string{"pwd", "otp", "mfa"}) || got.ID != current.ID || !got.AuthenticatedAt.Equal(current.AuthenticatedAt) {
		t.Errorf("elevated to %+v", got)
	}
	// Signing in again starts over: what a thief of the password gets is one factor.
	again, _, err := h.Sessions.Begin(h.Context, h.Realm, current.UserID, []string{"pwd"}, got)
	if err != nil || again.MultiFactor() {
		t.Errorf("after a new sign-in: %+v, %v", again, err)
	}
	if err := h.Sessions.End(h.Context, h.Realm.ID, current.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Sessions.Elevate(h.Context, current, session.AMRCode); !errors.Is(err, session.ErrEnded) {
		t.Errorf("an ended session: %v, want ErrEnded", err)
	}
}

func TestListShowsTheLivingOfOneUser(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	ann, ben := h.User(t, "ann@example.com"), h.User(t, "ben@example.com")
	first, _ := h.Session(t, ann.ID)
	h.Clock.Add(time.Minute)
	second, _ := h.Session(t, ann.ID)
	h.Session(t, ben.ID)
	over, _ := h.Session(t, ann.ID)
	if err := h.Sessions.End(h.Context, h.Realm.ID, over.ID, "test"); err != nil {
		t.Fatal(err)
	}
	got, err := h.Sessions.List(h.Context, h.Realm.ID, ann.ID)
	if err != nil || len(got) != 2 || got[0].ID != second.ID || got[1].ID != first.ID {
		t.Errorf("listed %v, %v", got, err)
	}
	other := h.NewRealm(t, "other")
	if got, err := h.Sessions.List(h.Context, other.ID, ann.ID); err != nil || len(got) != 0 {
		t.Errorf("another realm lists %v, %v", got, err)
	}
}
