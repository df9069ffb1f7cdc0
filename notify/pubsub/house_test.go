package pubsub_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"authserver/internal/config"
	"authserver/internal/database"
	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/notify/pubsub"
)

// server is a real Redis that writes everything to disk, so that it may be killed.
type server struct {
	URL  string
	t    *testing.T
	args []string
	run  *exec.Cmd
}

func newServer(t *testing.T) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := &server{URL: "redis://127.0.0.1:" + port, t: t, args: []string{
		"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", t.TempDir(),
	}}
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *server) start() {
	s.t.Helper()
	s.run = exec.Command("redis-server", s.args...)
	out, err := s.run.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.run.Start(); err != nil {
		s.t.Fatalf("redis-server is needed: %v", err)
	}
	said := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return
		}
		said += lines.Text() + "\n"
	}
	s.t.Fatalf("redis-server has ended:\n%s", said)
}

// kill ends it as a machine that is switched off does.
func (s *server) kill() {
	if s.run != nil {
		_ = s.run.Process.Kill()
		_ = s.run.Wait()
		s.run = nil
	}
}

// client asks it directly.
func (s *server) client() *redis.Client {
	o, err := redis.ParseURL(s.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	o.Protocol = 2
	c := redis.NewClient(o)
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

type happened struct {
	N     string `json:"n"`
	Count int    `json:"count"`
}

func (happened) EventType() string { return "test.happened" }

// house is the room on an event log.
type house struct {
	db    *database.DB
	log   *event.Log
	room  *pubsub.Service
	clock atomic.Int64
}

func (h *house) now() time.Time { return time.UnixMicro(h.clock.Load()).UTC() }

func (h *house) pass(d time.Duration) { h.clock.Add(d.Microseconds()) }

func newHouse(t *testing.T, publisher pubsub.Publisher) *house {
	t.Helper()
	h := &house{db: dbtest.New(t)}
	h.clock.Store(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC).UnixMicro())
	h.log = event.New(event.Deps{DB: h.db, Now: h.now, Logger: slog.New(slog.DiscardHandler)})
	h.room = pubsub.New(pubsub.Deps{DB: h.db, Publisher: publisher, Now: h.now, Logger: slog.New(slog.DiscardHandler)})
	return h
}

// happen records events and lets the room hear of them.
func (h *house) happen(t *testing.T, ns ...string) {
	t.Helper()
	ctx := event.WithActor(t.Context(), event.Actor{Kind: event.User, ID: "ann", IP: "192.0.2.7", UserAgent: "Firefox", RequestID: "r1"})
	for _, n := range ns {
		err := h.db.InTx(ctx, func(ctx context.Context) error {
			return h.log.Record(ctx, event.Ref{RealmID: "acme", Kind: "user", ID: "ann"}, happened{N: n})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	d := event.NewDispatcher(event.DispatcherDeps{DB: h.db, Log: h.log, Subscribers: []event.Subscriber{h.room}, Now: h.now})
	for {
		n, err := d.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// publish publishes all that is due.
func (h *house) publish(t *testing.T) {
	t.Helper()
	for {
		n, err := h.room.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (h *house) waiting(t *testing.T) int64 {
	t.Helper()
	n, _, err := h.room.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func open(t *testing.T, c config.Bus) pubsub.Bus {
	t.Helper()
	b, err := pubsub.Open(t.Context(), c, func() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// wanted is a message of another program.
func wanted(id, kind string, payload any) string {
	raw, _ := json.Marshal(payload)
	b, _ := json.Marshal(pubsub.Message{Version: 1, ID: id, Type: kind, Payload: raw, At: time.Unix(0, 0).UTC()})
	return string(b)
}
