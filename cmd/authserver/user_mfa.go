package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"authserver/identity/user"
	"authserver/tenant/realm"
)

// mfaAnswer is what both commands print with --json.
type mfaAnswer struct {
	ID       string   `json:"id"`
	Realm    string   `json:"realm"`
	Email    string   `json:"email"`
	Required bool     `json:"second_factor_required"`
	Removed  []string `json:"removed,omitempty"`
}

func (p *program) userRequireMFA() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "require-mfa",
		Short: "Require a second factor of a user",
		Long: `Require a second factor of a user, whatever the realm and its applications demand.
Who has none adds one at the next sign-in. With --off only the policies of realm and
application count again.`,
		Example: "  authserver user require-mfa --realm acme --email ada@example.com",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	email := cmd.Flags().String("email", "", "e-mail address of the user")
	off := cmd.Flags().Bool("off", false, "require it no more")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "email")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		r, u, err := h.person(ctx, *slug, *email)
		if err != nil {
			return err
		}
		wanted := !*off
		if u, err = h.Users.Update(ctx, r.ID, u.ID, user.Profile{RequireSecondFactor: &wanted}); err != nil {
			return err
		}
		text := fmt.Sprintf("%s needs a second factor to sign in.\n", u.Email)
		if *off {
			text = fmt.Sprintf("%s needs a second factor only where a policy demands one.\n", u.Email)
		}
		return p.print(*asJSON, mfaAnswer{ID: u.ID, Realm: r.Slug, Email: u.Email, Required: u.RequireSecondFactor}, text)
	})
	return cmd
}

func (p *program) userResetMFA() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reset-mfa",
		Short: "Take all second factors of a user away",
		Long: `Take all second factors of a user away: passkeys, authenticator app, codes by SMS and
mail, recovery codes and trusted browsers. Wrong codes are forgotten, all sessions of the
user end, and the user is told. It is for people who have lost what they sign in with:
make sure first that it is them who ask.`,
		Example: "  authserver user reset-mfa --realm acme --email ada@example.com",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	email := cmd.Flags().String("email", "", "e-mail address of the user")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "email")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		r, u, err := h.person(ctx, *slug, *email)
		if err != nil {
			return err
		}
		removed, err := h.Factors.Reset(ctx, r, u.ID)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("%s had no second factor.\n", u.Email)
		if len(removed) > 0 {
			text = fmt.Sprintf("Removed from %s: %s.\n", u.Email, strings.Join(removed, ", "))
		}
		return p.print(*asJSON, mfaAnswer{ID: u.ID, Realm: r.Slug, Email: u.Email, Required: u.RequireSecondFactor, Removed: removed}, text)
	})
	return cmd
}

// person finds the user of --realm and --email.
func (h house) person(ctx context.Context, slug, email string) (*realm.Realm, *user.User, error) {
	r, err := h.inRealm(ctx, slug)
	if err != nil {
		return nil, nil, err
	}
	u, err := h.Users.ByEmail(ctx, r.ID, email)
	if errors.Is(err, user.ErrNotFound) {
		err = fmt.Errorf("realm %s has no user with the address %s", r.Slug, email)
	}
	return r, u, err
}
