package application_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
	"authserver/internal/id"
	"authserver/tenant/application"
)

func TestLookupsReadMemory(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _ := s.register(webDraft())
	s.byID(a.ID)
	if _, err := s.ByClientID(t.Context(), s.a.ID, a.ClientID); err != nil {
		t.Fatal(err)
	}
	ctx, counts := database.Counting(t.Context())
	byID, err1 := s.ByID(ctx, s.a.ID, a.ID)
	byClient, err2 := s.ByClientID(ctx, s.a.ID, a.ClientID)
	if err := errors.Join(err1, err2); err != nil || counts.Statements != 0 || byID.ID != a.ID || byClient.ID != a.ID {
		t.Errorf("%d statements, %v", counts.Statements, err)
	}
}

// Not parallel: AllocsPerRun counts what the whole process allocates.
func TestLookupsAllocateNothing(t *testing.T) {
	s := newStage(t)
	a, _ := s.register(webDraft())
	ctx := t.Context()
	s.byID(a.ID)
	if _, err := s.ByClientID(ctx, s.a.ID, a.ClientID); err != nil {
		t.Fatal(err)
	}
	for name, get := range map[string]func() error{
		"ByClientID": func() error { _, err := s.ByClientID(ctx, s.a.ID, a.ClientID); return err },
		"ByID":       func() error { _, err := s.ByID(ctx, s.a.ID, a.ID); return err },
	} {
		if n := testing.AllocsPerRun(100, func() {
			if err := get(); err != nil {
				t.Error(err)
			}
		}); n > 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func TestLookupsStayWithinTheRealm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _ := s.register(webDraft())
	for range 2 { // the second time from memory
		_, foreign := s.ByClientID(t.Context(), s.b.ID, a.ClientID)
		_, unknown := s.ByClientID(t.Context(), s.a.ID, id.New())
		_, byID := s.ByID(t.Context(), s.b.ID, a.ID)
		for _, err := range []error{foreign, unknown, byID} {
			if !errors.Is(err, application.ErrNotFound) || err.Error() != application.ErrNotFound.Error() {
				t.Errorf("error is %v", err)
			}
		}
		s.byID(a.ID)
	}
	ctx, counts := database.Counting(t.Context())
	for _, bad := range []string{"", "ab", "a/b/c", "a\x00b", "a\xffb", "a b c", strings.Repeat("a", 65), "' OR 1=1"} {
		if _, err := s.ByClientID(ctx, s.a.ID, bad); !errors.Is(err, application.ErrNotFound) {
			t.Errorf("ByClientID(%q): %v", bad, err)
		}
		if _, err := s.ByID(ctx, s.a.ID, bad); !errors.Is(err, application.ErrNotFound) {
			t.Errorf("ByID(%q): %v", bad, err)
		}
	}
	if counts.Statements != 0 {
		t.Errorf("%d statements for what cannot be an id", counts.Statements)
	}
}

func TestAnUnknownClientIsFoundOnceItExists(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if _, err := s.ByClientID(t.Context(), s.a.ID, "demo"); !errors.Is(err, application.ErrNotFound) {
		t.Fatal(err)
	}
	d := webDraft()
	d.ClientID = "demo"
	s.register(d)
	if _, err := s.ByClientID(t.Context(), s.a.ID, "demo"); err != nil {
		t.Errorf("after registration: %v", err)
	}
}

func TestATransactionSeesItsOwnChangesAndKeepsThemToItself(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _ := s.register(webDraft())
	s.byID(a.ID)
	undo := errors.New("undo")
	err := s.db.InTx(s.operator(), func(ctx context.Context) error {
		if _, err := s.Update(ctx, s.a.ID, a.ID, func(a *application.Application) error { a.Name = "Draft"; return nil }); err != nil {
			return err
		}
		if inside, err := s.ByID(ctx, s.a.ID, a.ID); err != nil || inside.Name != "Draft" {
			t.Errorf("inside: %v, %v", inside, err)
		}
		if inside, err := s.ByClientID(ctx, s.a.ID, a.ClientID); err != nil || inside.Name != "Draft" {
			t.Errorf("inside: %v, %v", inside, err)
		}
		return undo
	})
	if !errors.Is(err, undo) || s.byID(a.ID).Name != "App" {
		t.Errorf("%v, name %q", err, s.byID(a.ID).Name)
	}
}

func TestChangesReachOtherNodesWithinASecond(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	here := newStageAt(t, dbtest.Open(t, url))
	db := dbtest.Open(t, url)
	there := here.sibling(db)
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { _ = db.Watch(ctx) })
	t.Cleanup(func() { stop(); watching.Wait() })

	a, _ := here.register(webDraft())
	k, plain, err := here.CreateKey(here.operator(), here.a.ID, application.KeyDraft{Name: "Key"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.ByClientID(t.Context(), here.a.ID, a.ClientID); err != nil {
		t.Fatal(err)
	}
	if _, err := there.AuthenticateKey(t.Context(), here.a.ID, plain, ""); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"one", "two", "three"} {
		if _, err := here.Update(here.operator(), here.a.ID, a.ID, func(a *application.Application) error { a.Name = name; return nil }); err != nil {
			t.Fatal(err)
		}
		within(t, name, func() bool {
			got, err := there.ByClientID(t.Context(), here.a.ID, a.ClientID)
			return err == nil && got.Name == name
		})
		if i == 1 {
			if err := here.RevokeKey(here.operator(), here.a.ID, k.ID); err != nil {
				t.Fatal(err)
			}
			within(t, "revocation", func() bool {
				_, err := there.AuthenticateKey(t.Context(), here.a.ID, plain, "")
				return errors.Is(err, application.ErrKeyInvalid)
			})
		}
	}
}

// within fails the test when done does not become true within a second.
func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	start := time.Now()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		if time.Since(start) > time.Second {
			t.Fatalf("%s: the other node does not know after a second", what)
		}
		<-tick.C
	}
}
