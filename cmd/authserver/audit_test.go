package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"authserver/internal/config"
	"authserver/internal/event"
	"authserver/server"
	"authserver/watch/audit"
)

// audited REALM waits until the server has made an entry of the realm's birth, and stores
// its id in entry.txt.
func audited(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: audited REALM")
	}
	var environ []string
	for _, name := range []string{"DATABASE_URL", "SECRET_KEYS", "PUBLIC_URL"} {
		environ = append(environ, "AUTHSERVER_"+name+"="+ts.Getenv("AUTHSERVER_"+name))
	}
	c, err := config.Load(config.Command, environ, "")
	ts.Check(err)
	ctx := event.WithActor(context.Background(), event.Actor{Kind: event.System})
	s, err := server.New(ctx, c, server.Options{Logger: slog.New(slog.DiscardHandler)})
	ts.Check(err)
	defer func() { ts.Check(s.Close()) }()
	r, err := s.Realms.BySlug(ctx, args[0])
	ts.Check(err)
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		lines, err := s.Audit.List(ctx, r.ID, audit.Filter{Type: "realm.created", Limit: 1})
		ts.Check(err)
		if len(lines) == 1 {
			ts.Check(os.WriteFile(ts.MkAbs("entry.txt"), []byte(lines[0].ID), 0o600))
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("no entry of the birth of %s", args[0])
		}
	}
}
