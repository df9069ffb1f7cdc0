package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"authserver/identity/user"
)

func (p *program) userUnlock() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "unlock",
		Short: "Let a user sign in again after too many wrong passwords or codes",
		Long: `Let a user sign in again after too many wrong passwords or codes: the failures are
forgotten. The password stays what it is.`,
		Example: "  authserver user unlock --realm acme --email ada@example.com",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	email := cmd.Flags().String("email", "", "e-mail address of the user")
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
		if err := h.Logins.Unlock(ctx, u); err != nil {
			return err
		}
		if err := h.Logins.OpenSecond(ctx, r.ID, u.ID); err != nil {
			return err
		}
		answer := struct {
			ID    string `json:"id"`
			Realm string `json:"realm"`
			Email string `json:"email"`
		}{u.ID, r.Slug, u.Email}
		return p.print(*asJSON, answer, fmt.Sprintf("%s may sign in again.\n", u.Email))
	})
	return cmd
}
