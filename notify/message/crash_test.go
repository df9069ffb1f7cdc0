//go:build faultinject

package message_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/identity/user"
	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/notify/message"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

func crash(context.Context) error { return failpoint.ErrInjected }

// Whatever stops the sender between its steps, the change and its letter are there
// together or not at all.
func TestNothingHalfIsQueued(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, point := range []string{"message/queued", "database/committing"} {
		err := h.letters.Send(failpoint.Set(h.ctx, point, crash), h.notice("ann@example.com"))
		if !errors.Is(err, failpoint.ErrInjected) || h.waiting(t) != 0 {
			t.Errorf("%s: %v, %d waiting", point, err, h.waiting(t))
		}
	}
}

// A worker that stops at a step leaves a lease. Whoever comes after it sends the
// letter, again if need be, and writes so.
func TestStoppedWorkerLeavesTheLetterToTheNext(t *testing.T) {
	t.Parallel()
	for point, want := range map[string]int{
		"message/claiming": 1, "message/claimed": 1, "message/sent": 2, "message/finishing": 2, "message/finished": 1,
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.send(t, h.code("ann@example.com"))
			if _, err := h.letters.Once(failpoint.Set(t.Context(), point, crash)); !errors.Is(err, failpoint.ErrInjected) {
				t.Fatal(err)
			}
			h.Clock.Add(3 * time.Minute)
			h.drain(t)
			if got := h.last(t); got.Status != message.Sent || h.waiting(t) != 0 || len(h.post.sent()) != want {
				t.Errorf("%+v, sent %d times, want %d", got, len(h.post.sent()), want)
			}
		})
	}
}

func TestSlowWorkerWhoseLeaseWasTakenChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, h.code("ann@example.com"))
	overtaken := false
	ctx := failpoint.Set(t.Context(), "message/sent", func(context.Context) error {
		if !overtaken {
			overtaken = true
			h.Clock.Add(3 * time.Minute) // it sleeps
			h.drain(t)
			if err := h.letters.Report(t.Context(), letter.Report{
				Channel: letter.Email, Provider: "test", EventID: "1", MessageID: h.last(t).MessageID, Fate: letter.Delivered,
			}); err != nil {
				t.Error(err)
			}
		}
		return nil
	})
	if _, err := h.letters.Once(ctx); err != nil {
		t.Fatal(err)
	}
	if got := h.last(t); !overtaken || got.Status != message.Delivered || got.Attempts != 2 {
		t.Errorf("overtaken %v: %+v", overtaken, got)
	}
}

func TestLetterThatKillsItsWorkersIsGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, h.notice("ann@example.com"))
	for range 10 {
		_, _ = h.letters.Once(failpoint.Set(t.Context(), "message/claimed", crash))
		h.Clock.Add(3 * time.Minute)
	}
	h.drain(t)
	if got := h.last(t); got.Status != message.Failed || h.waiting(t) != 0 {
		t.Errorf("%+v, %d waiting", got, h.waiting(t))
	}
}

// file is a transport that writes a line for each mail, so that what a killed process
// has sent is still known.
type file struct{ path string }

func (file) Provider() string { return "file" }
func (file) From() string     { return "no-reply@id.example.com" }
func (f file) Send(_ context.Context, m letter.Mail) (string, error) {
	out, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintln(out, m.To)
	return m.ID, errors.Join(err, out.Close())
}

// worker is the room of a process of its own.
func worker(t *testing.T, url, key, path string) *message.Service {
	t.Helper()
	db := dbtest.Open(t, url)
	ring, err := secret.ParseRing([]string{key})
	if err != nil {
		t.Fatal(err)
	}
	events := event.New(event.Deps{DB: db, Now: time.Now})
	realms := realm.New(realm.Deps{DB: db, Events: events, Keys: none{}, Now: time.Now})
	return message.New(message.Deps{
		DB: db, Events: events, Ring: ring, Realms: realms, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Issuer: issuer,
		Applications: application.New(application.Deps{DB: db, Events: events, Now: time.Now}), Users: none{}, Mails: file{path},
	})
}

// none stands for rooms that these letters do not ask.
type none struct{}

func (none) Ensure(context.Context, string) error { return nil }
func (none) ByID(context.Context, string, string) (*user.User, error) {
	return nil, user.ErrNotFound
}

// TestWorkerProcess is the process that TestKilledProcessesLoseNoLetter starts and that
// its environment kills.
func TestWorkerProcess(t *testing.T) {
	t.Parallel()
	url := os.Getenv("MESSAGE_TEST_WORKER")
	if url == "" {
		return
	}
	s := worker(t, url, os.Getenv("MESSAGE_TEST_KEY"), os.Getenv("MESSAGE_TEST_FILE"))
	for {
		if n, err := s.Once(t.Context()); err != nil || n == 0 {
			return
		}
	}
}

func TestKilledProcessesLoseNoLetter(t *testing.T) {
	t.Parallel()
	url, key, path := dbtest.URL(t), secret.NewKey(), t.TempDir()+"/sent"
	s := worker(t, url, key, path)
	db := dbtest.Open(t, url)
	ctx := event.WithActor(t.Context(), event.Actor{Kind: event.Operator})
	realms := realm.New(realm.Deps{DB: db, Events: event.New(event.Deps{DB: db, Now: time.Now}), Keys: none{}, Now: time.Now})
	r, err := realms.Create(ctx, realm.Draft{Slug: "acme", Name: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	steps := []string{
		"message/claiming", "message/claimed", "message/composed", "message/sent", "message/finishing", "message/finished",
		"database/committing", "database/committed",
	}
	var want []string
	killed := 0
	for i, step := range steps {
		for j := range 3 {
			to := fmt.Sprintf("p%d-%d@example.com", i, j)
			want = append(want, to)
			l := letter.Letter{
				RealmID: r.ID, Kind: letter.RegisterTaken, To: to, Language: "en",
				Data: map[string]string{"link": issuer("acme"), "recover_link": issuer("acme")},
			}
			if err := s.Send(ctx, l); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for range 2 {
			cmd := exec.Command(os.Args[0], "-test.run=^TestWorkerProcess$")
			cmd.Env = append(os.Environ(), "MESSAGE_TEST_WORKER="+url, "MESSAGE_TEST_KEY="+key, "MESSAGE_TEST_FILE="+path,
				fmt.Sprintf("FAILPOINTS=%s=kill@%d", step, 1+rand.N(2)))
			wg.Go(func() { _ = cmd.Run() })
			wg.Wait()
			if cmd.ProcessState.ExitCode() == -1 {
				killed++
			}
		}
	}
	// Whoever is left finds leases that have run out.
	if err := db.InTx(ctx, func(ctx context.Context) error {
		return db.With(ctx).Exec("UPDATE letters SET next_attempt_at = 0, attempts = 0").Error
	}); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := s.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	sent, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range want {
		list, err := s.Log(t.Context(), r.ID, message.Filter{Channel: letter.Email, To: to})
		if err != nil || len(list) != 1 || list[0].Status != message.Sent || !strings.Contains(string(sent), to+"\n") {
			t.Errorf("%s: %+v, %v; or it was never sent", to, list, err)
		}
	}
	if killed < 5 {
		t.Errorf("only %d processes were killed: the test shows nothing", killed)
	}
}
