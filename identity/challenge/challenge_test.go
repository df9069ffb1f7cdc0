package challenge_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/identitytest"
	"authserver/internal/secret"
)

type house struct {
	*identitytest.House
	challenges *challenge.Service
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := identitytest.New(t)
	return &house{h, h.Challenges}
}

func (h *house) issue(t *testing.T, spoil ...func(*challenge.Request)) *challenge.Issued {
	t.Helper()
	r := challenge.Request{
		RealmID: h.Realm.ID, Purpose: challenge.Recover, UserID: "u1", Address: "ann@example.com", Binding: "f1",
		Lifetime: 10 * time.Minute, Code: true, Link: true, Data: map[string]string{"k": "v"},
	}
	for _, s := range spoil {
		s(&r)
	}
	i, err := h.challenges.Issue(h.Context, r)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestASecretOpensOneThingOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.issue(t)
	if len(i.Code) != 6 || i.Token == "" {
		t.Fatalf("issued %+v", i)
	}
	wrong := map[string]func() error{
		"code of another purpose": func() error {
			_, err := h.challenges.CheckCode(h.Context, h.Realm.ID, challenge.VerifyEmail, "u1", "f1", i.Code)
			return err
		},
		"code of another user": func() error {
			_, err := h.challenges.CheckCode(h.Context, h.Realm.ID, challenge.Recover, "u2", "f1", i.Code)
			return err
		},
		"code of another flow": func() error {
			_, err := h.challenges.CheckCode(h.Context, h.Realm.ID, challenge.Recover, "u1", "f2", i.Code)
			return err
		},
		"code of another realm": func() error {
			_, err := h.challenges.CheckCode(h.Context, "other", challenge.Recover, "u1", "f1", i.Code)
			return err
		},
		"link of another purpose": func() error {
			_, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.UndoEmail, i.Token)
			return err
		},
		"link of another realm": func() error {
			_, err := h.challenges.CheckToken(h.Context, "other", challenge.Recover, i.Token)
			return err
		},
		"code as a link": func() error {
			_, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, i.Code)
			return err
		},
	}
	for name, try := range wrong {
		if err := try(); !errors.Is(err, challenge.ErrDead) {
			t.Errorf("%s: %v, want ErrDead", name, err)
		}
	}
	c, err := h.challenges.CheckCode(h.Context, h.Realm.ID, challenge.Recover, "u1", "f1", " "+i.Code[:3]+" "+i.Code[3:])
	if err != nil || c.Address != "ann@example.com" || c.Data["k"] != "v" {
		t.Fatalf("right code: %+v, %v", c, err)
	}
	link, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, i.Token)
	if err != nil || link.ID != c.ID {
		t.Fatalf("right link: %+v, %v", link, err)
	}
	if err := h.challenges.Spend(h.Context, c); err != nil {
		t.Fatal(err)
	}
	if err := h.challenges.Spend(h.Context, link); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("second time: %v, want ErrDead", err)
	}
}

func TestFiftyAtOnceOneSuccess(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.issue(t)
	c, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, i.Token)
	if err != nil {
		t.Fatal(err)
	}
	if n := atOnce(50, func() error { return h.challenges.Spend(h.Context, c) }); n != 1 {
		t.Errorf("%d redemptions, want 1", n)
	}
}

// Guesses in parallel are counted before they are compared (THR-05).
func TestFiveGuessesAndNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.issue(t)
	wrong := "000000"
	if i.Code == wrong {
		wrong = "000001"
	}
	check := func(code string) error {
		_, err := h.challenges.CheckCode(h.Context, h.Realm.ID, challenge.Recover, "u1", "f1", code)
		return err
	}
	var mu sync.Mutex
	evaluated := 0
	atOnce(40, func() error {
		err := check(wrong)
		mu.Lock()
		defer mu.Unlock()
		if errors.Is(err, challenge.ErrWrongCode) {
			evaluated++
		}
		return err
	})
	if evaluated >= challenge.Tries {
		t.Errorf("%d guesses were answered as guesses, want fewer than %d: the last one kills", evaluated, challenge.Tries)
	}
	if err := check(i.Code); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("right code after the limit: %v, want ErrDead", err)
	}
}

func TestANewerOneTakesThePlace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	old := h.issue(t)
	h.Clock.Add(challenge.Pause)
	fresh := h.issue(t)
	if _, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, old.Token); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("old link: %v, want ErrDead", err)
	}
	if _, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, fresh.Token); err != nil {
		t.Errorf("new link: %v", err)
	}
	h.Clock.Add(10 * time.Minute)
	if _, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, fresh.Token); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("after its time: %v, want ErrDead", err)
	}
}

func TestKillAndErase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.issue(t)
	if err := h.challenges.Kill(h.Context, h.Realm.ID, "u1", challenge.VerifyEmail); err != nil {
		t.Fatal(err)
	}
	if _, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, i.Token); err != nil {
		t.Fatalf("another purpose was killed: %v", err)
	}
	if err := h.challenges.Kill(h.Context, h.Realm.ID, "u1"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, i.Token); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("killed link: %v, want ErrDead", err)
	}
	if err := h.challenges.Erase(h.Context, h.Realm.ID, "u1"); err != nil {
		t.Fatal(err)
	}
	if wait, err := h.challenges.Wait(h.Context, h.Realm.ID, challenge.VerifyEmail, "ann@example.com"); err != nil || wait != 0 {
		t.Errorf("an erased address is still remembered: %v, %v", wait, err)
	}
}

func TestAnAddressIsNotFlooded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	again := func(user string) error {
		_, err := h.challenges.Issue(h.Context, challenge.Request{
			RealmID: h.Realm.ID, Purpose: challenge.VerifyEmail, UserID: user, Address: "ann@example.com", Lifetime: time.Hour, Link: true,
		})
		return err
	}
	if n := atOnce(20, func() error { return again("u1") }); n != 1 {
		t.Errorf("%d messages at once, want 1", n)
	}
	if err := again("u2"); !errors.Is(err, challenge.ErrTooSoon) {
		t.Errorf("for somebody else: %v, want ErrTooSoon", err)
	}
	for range challenge.Hourly - 1 {
		h.Clock.Add(challenge.Pause)
		if err := again("u1"); err != nil {
			t.Fatal(err)
		}
	}
	h.Clock.Add(challenge.Pause)
	if err := again("u1"); !errors.Is(err, challenge.ErrTooSoon) {
		t.Errorf("sixth within the hour: %v, want ErrTooSoon", err)
	}
	wait, err := h.challenges.Wait(h.Context, h.Realm.ID, challenge.VerifyEmail, "ann@example.com")
	if err != nil || wait <= challenge.Pause {
		t.Errorf("wait %v, %v", wait, err)
	}
	h.Clock.Add(wait)
	if err := again("u1"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

// Whoever is no stranger to the account still gets what they ask for (THR-07).
func TestStrangersDoNotSilenceTheOwner(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ask := func(p challenge.Purpose) error {
		_, err := h.challenges.Issue(h.Context, challenge.Request{
			RealmID: h.Realm.ID, Purpose: p, UserID: "u1", Address: "ann@example.com", Lifetime: time.Hour, Link: true,
		})
		return err
	}
	for range challenge.Hourly {
		if err := ask(challenge.Register); err != nil {
			t.Fatal(err)
		}
		h.Clock.Add(challenge.Pause)
	}
	if err := ask(challenge.Register); !errors.Is(err, challenge.ErrTooSoon) {
		t.Errorf("a stranger goes on: %v", err)
	}
	for _, p := range []challenge.Purpose{challenge.Recover, challenge.SecondFactorEmail} {
		if err := ask(p); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
	if err := ask(challenge.VerifyEmail); !errors.Is(err, challenge.ErrTooSoon) {
		t.Errorf("the owner floods: %v", err)
	}
	if err := h.challenges.Erase(h.Context, h.Realm.ID, "u1"); err != nil {
		t.Fatal(err)
	}
	if err := ask(challenge.Register); err != nil {
		t.Errorf("an erased address is still remembered: %v", err)
	}
}

// What a leaked table would give away: no code, no link, no payload.
func TestNothingIsStoredInTheClear(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.issue(t)
	if _, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, string(secret.Digest(i.Token))); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("the stored digest opens: %v", err)
	}
}

func TestACheckBelongsOutsideOfTransactions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.issue(t)
	err := h.DB.InTx(h.Context, func(ctx context.Context) error {
		_, err := h.challenges.CheckCode(ctx, h.Realm.ID, challenge.Recover, "u1", "f1", i.Code)
		return err
	})
	if err == nil {
		t.Error("a guess was counted where a rollback forgets it")
	}
}

func TestSweepLeavesTheLiving(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.issue(t)
	if n, err := h.challenges.Sweep(h.Context); err != nil || n != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
	h.Clock.Add(25 * time.Hour)
	if n, err := h.challenges.Sweep(h.Context); err != nil || n != 1 {
		t.Errorf("swept %d, %v, want 1", n, err)
	}
}

// atOnce runs fn n times in parallel and returns how many succeeded.
func atOnce(n int, fn func() error) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	ok := 0
	for range n {
		wg.Go(func() {
			if fn() == nil {
				mu.Lock()
				ok++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return ok
}
