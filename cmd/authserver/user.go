package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"authserver/client"
)

func (p *program) user() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "user",
		Short:   "Create, import, unlock and erase users",
		Example: "  authserver user create --realm acme --email ada@example.com",
		RunE:    group,
	}
	cmd.AddCommand(p.userCreate(), p.userImport(), p.userUnlock(), p.userErase(), p.userRequireMFA(), p.userResetMFA(), p.userSessions())
	return cmd
}

func (p *program) userCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Create a user who signs in with e-mail address and password",
		Long: `Create a user who signs in with e-mail address and password. The password comes
from the first line of a file ("-" is standard input). Without one it is made, and
printed once: it is stored as a hash only.`,
		Example: `  authserver user create --realm acme --email ada@example.com --name "Ada Lovelace"
  authserver user create --realm acme --email ada@example.com --password-file ./password --verified --json`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	email := cmd.Flags().String("email", "", "e-mail address, with which the user signs in")
	name := cmd.Flags().String("name", "", "full name")
	file := cmd.Flags().String("password-file", "", "file with the password; without it one is made and printed")
	verified := cmd.Flags().Bool("verified", false, "you know that the address is theirs (email_verified)")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "email")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		password, generated, err := p.passwordFrom(*file)
		if err != nil {
			return err
		}
		u, err := a.In(*slug).CreateUser(ctx, client.CreateUserRequest{Email: *email, Password: password, EmailVerified: verified, Name: *name})
		if err != nil {
			return err
		}
		answer := struct {
			ID       string `json:"id"`
			Realm    string `json:"realm"`
			Email    string `json:"email"`
			Verified bool   `json:"email_verified"`
			Password string `json:"password,omitempty"`
		}{ID: u.ID, Realm: *slug, Email: u.Email, Verified: u.EmailVerified}
		text := fmt.Sprintf("User      %s\nId        %s\n", u.Email, u.ID)
		if generated {
			answer.Password = password
			text += fmt.Sprintf("Password  %s  (shown once)\n", password)
		}
		return p.print(*asJSON, answer, text)
	})
	return cmd
}
