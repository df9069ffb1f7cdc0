package main

import (
	"strings"
	"testing"
	"time"

	"authserver/identity/session"
	"authserver/identity/user"
)

func TestSessionsAreShownAsATable(t *testing.T) {
	t.Parallel()
	ada := &user.User{Email: "ada@example.com"}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	live := []*session.Session{
		{ID: "s1", IP: "192.0.2.7", AMR: []string{"pwd", "otp", "mfa"}, AuthenticatedAt: at, LastSeenAt: at.Add(time.Hour),
			UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
		{ID: "s2", AMR: []string{"swk"}, AuthenticatedAt: at, LastSeenAt: at, UserAgent: "\x1b[31m"},
	}
	want := strings.Join([]string{
		"LAST USED            SIGNED IN            DEVICE          ADDRESS    METHODS      ID",
		"2026-03-04 06:06:07  2026-03-04 05:06:07  Firefox, Linux  192.0.2.7  pwd otp mfa  s1",
		"2026-03-04 05:06:07  2026-03-04 05:06:07  unknown                    swk          s2", "",
	}, "\n")
	if got := sessionsText(ada, live, false); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for n, want := range []string{"All 0 sessions of ada@example.com have ended.\n", "The session of ada@example.com has ended.\n", "All 2 sessions of ada@example.com have ended.\n"} {
		if got := sessionsText(ada, live[:n], true); got != want {
			t.Errorf("%d ended: %q, want %q", n, got, want)
		}
	}
}
