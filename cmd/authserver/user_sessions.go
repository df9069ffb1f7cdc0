package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/device"
)

func (p *program) userSessions() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sessions",
		Short: "Show where a user is signed in, and end that",
		Long: `Show where a user is signed in: browser, address, and when it was last used. With
--end-all every session ends, and with it everything that applications hold in the
user's name. They can sign in again; to keep them from it, suspend them.`,
		Example: `  authserver user sessions --realm acme --email ada@example.com
  authserver user sessions --realm acme --email ada@example.com --end-all`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	email := cmd.Flags().String("email", "", "e-mail address of the user")
	endAll := cmd.Flags().Bool("end-all", false, "end all sessions of the user")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "email")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		r, err := h.inRealm(ctx, *slug)
		if err != nil {
			return err
		}
		u, err := h.Users.ByEmail(ctx, r.ID, *email)
		if errors.Is(err, user.ErrNotFound) {
			return fmt.Errorf("realm %s has no user with the address %s", r.Slug, *email)
		}
		if err != nil {
			return err
		}
		live, err := h.Sessions.List(ctx, r.ID, u.ID)
		if err != nil {
			return err
		}
		if *endAll {
			if err := h.Sessions.EndAll(ctx, r.ID, u.ID, session.EndedByAdmin); err != nil {
				return err
			}
		}
		return p.print(*asJSON, sessionsAnswer(u, live, *endAll), sessionsText(u, live, *endAll))
	})
	return cmd
}

// sessionLine is a session as the command shows it.
type sessionLine struct {
	ID              string    `json:"id"`
	Device          string    `json:"device"`
	IP              string    `json:"ip"`
	AMR             []string  `json:"amr"`
	AuthenticatedAt time.Time `json:"authenticated_at"`
	LastSeenAt      time.Time `json:"last_seen_at"`
}

func sessionsAnswer(u *user.User, live []*session.Session, ended bool) any {
	answer := struct {
		ID       string        `json:"id"`
		Email    string        `json:"email"`
		Ended    bool          `json:"ended"`
		Sessions []sessionLine `json:"sessions"`
	}{u.ID, u.Email, ended, []sessionLine{}}
	for _, s := range live {
		answer.Sessions = append(answer.Sessions, sessionLine{s.ID, device.Name(s.UserAgent), s.IP, s.AMR, s.AuthenticatedAt, s.LastSeenAt})
	}
	return answer
}

func sessionsText(u *user.User, live []*session.Session, ended bool) string {
	switch {
	case ended && len(live) == 1:
		return fmt.Sprintf("The session of %s has ended.\n", u.Email)
	case ended:
		return fmt.Sprintf("All %d sessions of %s have ended.\n", len(live), u.Email)
	case len(live) == 0:
		return fmt.Sprintf("%s is signed in nowhere.\n", u.Email)
	}
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "LAST USED\tSIGNED IN\tDEVICE\tADDRESS\tMETHODS\tID")
	for _, s := range live {
		name := device.Name(s.UserAgent)
		if name == "" {
			name = "unknown"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", s.LastSeenAt.Format(time.DateTime), s.AuthenticatedAt.Format(time.DateTime),
			name, s.IP, strings.Join(s.AMR, " "), s.ID)
	}
	_ = table.Flush()
	return text.String()
}
