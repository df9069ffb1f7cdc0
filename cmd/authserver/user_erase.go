package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"authserver/identity/user"
)

func (p *program) userErase() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "erase",
		Short: "Erase a user and everything that is personal about them",
		Long: `Erase a user and everything that is personal about them. They are signed out at once and
told by mail; when the realm's erasure_grace is over, everything is gone but an id that
leads to nobody, under which events and audit go on. Until then the user, or --cancel,
can call it off. With --now nothing is waited for, and nothing can be called off.`,
		Example: `  authserver user erase --realm acme --email ada@example.com
  authserver user erase --realm acme --email ada@example.com --now
  authserver user erase --realm acme --email ada@example.com --cancel`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	email := cmd.Flags().String("email", "", "e-mail address of the user")
	now := cmd.Flags().Bool("now", false, "erase at once")
	cancel := cmd.Flags().Bool("cancel", false, "call it off")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "email")
	cmd.MarkFlagsMutuallyExclusive("now", "cancel")
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
		answer := struct {
			ID        string    `json:"id"`
			Realm     string    `json:"realm"`
			State     string    `json:"state"` // erased, scheduled, kept
			ErasureAt time.Time `json:"erasure_at,omitzero"`
		}{ID: u.ID, Realm: r.Slug}
		switch {
		case *cancel:
			answer.State = "kept"
			err = h.Privacy.Cancel(ctx, r.ID, u.ID)
		case *now || r.Policy.ErasureGrace == 0:
			answer.State = "erased"
			err = h.Privacy.Erase(ctx, r.ID, u.ID)
		default:
			answer.State = "scheduled"
			answer.ErasureAt, err = h.Privacy.Schedule(ctx, r, u.ID)
		}
		if err != nil {
			return err
		}
		text := map[string]string{
			"kept":      fmt.Sprintf("%s stays.\n", u.Email),
			"erased":    fmt.Sprintf("Erased. What remains is called %s.\n", u.Pseudonym()),
			"scheduled": fmt.Sprintf("%s will be erased at %s.\n", u.Email, answer.ErasureAt.UTC().Format(time.RFC3339)),
		}[answer.State]
		return p.print(*asJSON, answer, text)
	})
	return cmd
}
