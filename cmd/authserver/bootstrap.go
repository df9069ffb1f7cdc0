package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"authserver/identity/user"
	"authserver/internal/rest"
	"authserver/rbac"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

func (p *program) bootstrap() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bootstrap",
		Short: "Make the first realm, its administrator and an API key",
		Long: `Make the first realm with its signing keys, its administrator and an API key. What
is secret is printed once. Run again, it makes what is still missing; when all of
it exists, nothing is changed, and the answer says so.

Run authserver migrate before.`,
		Example: `  authserver bootstrap --realm acme --admin-email you@example.com
  authserver bootstrap --realm acme --admin-email you@example.com --admin-password-file ./password --json`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm, as in /realms/acme")
	name := cmd.Flags().String("name", "", "name of the realm that people read (default: the short name)")
	email := cmd.Flags().String("admin-email", "", "e-mail address of the administrator")
	file := cmd.Flags().String("admin-password-file", "", "file with the administrator's password; without it one is made and printed")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "admin-email")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		password, generated, err := p.passwordFrom(*file)
		if err != nil {
			return err
		}
		if *name == "" {
			*name = *slug
		}
		b := &foundation{house: h, realm: realm.Draft{Slug: *slug, Name: *name}, email: *email, password: password}
		if err := b.lay(ctx); err != nil {
			return err
		}
		return p.print(*asJSON, b.answer(), b.text(generated))
	})
	return cmd
}

// keyName marks the API key of bootstrap, so that a second run finds it.
const keyName = "bootstrap"

// foundation is what bootstrap makes.
type foundation struct {
	house
	realm           realm.Draft
	email, password string

	already, newAdmin bool
	apiKey            string
}

// lay makes what is missing, one after the other: a password must not be hashed
// inside a transaction. The address is checked first, since the realm has to
// exist before the administrator can.
func (f *foundation) lay(ctx context.Context) error {
	if _, _, err := user.Normalise(f.email); err != nil {
		return err
	}
	f.already = true
	r, err := f.Realms.BySlug(ctx, f.realm.Slug)
	if errors.Is(err, realm.ErrNotFound) {
		f.already = false
		r, err = f.Realms.Create(ctx, f.realm)
	}
	if err != nil {
		return err
	}
	u, err := f.Users.ByEmail(ctx, r.ID, f.email)
	if errors.Is(err, user.ErrNotFound) {
		f.already, f.newAdmin = false, true
		u, err = f.Users.Create(ctx, r, user.NewUser{Email: f.email, Password: f.password, Verified: true})
	}
	if err != nil {
		return err
	}
	f.email = u.Email
	appointed, err := f.appoint(ctx, r.ID, u.ID)
	if err != nil {
		return err
	}
	f.already = f.already && !appointed
	known, err := f.hasKey(ctx, r.ID)
	if err != nil || known {
		return err
	}
	f.already = false
	_, f.apiKey, err = f.Applications.CreateKey(ctx, r.ID, application.KeyDraft{Name: keyName, Scopes: []string{rest.All}})
	return err
}

// appoint makes the user administrator of the realm, unless they are already.
func (f *foundation) appoint(ctx context.Context, realmID, userID string) (bool, error) {
	_, err := f.Roles.Assign(ctx, realmID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: userID, RoleID: rbac.RealmAdministrator})
	if errors.Is(err, rbac.ErrAssigned) {
		return false, nil
	}
	return err == nil, err
}

// hasKey reports whether an earlier run made the realm's API key, revoked or not.
func (f *foundation) hasKey(ctx context.Context, realmID string) (bool, error) {
	for after := ""; ; {
		page, err := f.Applications.ListKeys(ctx, realmID, after)
		if err != nil || len(page) == 0 {
			return false, err
		}
		for _, k := range page {
			if k.Name == keyName {
				return true, nil
			}
			after = k.ID
		}
	}
}

// bootstrapped is the answer of bootstrap. It has the secrets that this run made.
type bootstrapped struct {
	Realm   string `json:"realm"`
	Issuer  string `json:"issuer"`
	Already bool   `json:"already"`
	Admin   struct {
		Email    string `json:"email"`
		Password string `json:"password,omitempty"`
	} `json:"admin"`
	APIKey string `json:"api_key,omitempty"`
}

func (f *foundation) answer() bootstrapped {
	b := bootstrapped{Realm: f.realm.Slug, Issuer: f.config.Issuer(f.realm.Slug), Already: f.already, APIKey: f.apiKey}
	b.Admin.Email = f.email
	if f.newAdmin {
		b.Admin.Password = f.password
	}
	return b
}

// text leaves out a password that came from a file: whoever wrote it there knows it.
func (f *foundation) text(generated bool) string {
	a := f.answer()
	if f.already {
		return fmt.Sprintf("Realm %s, administrator %s and API key exist already; nothing was changed.\n", a.Realm, a.Admin.Email)
	}
	text := fmt.Sprintf("Realm     %s\nIssuer    %s\nAdmin     %s\n", a.Realm, a.Issuer, a.Admin.Email)
	if generated && a.Admin.Password != "" {
		text += fmt.Sprintf("Password  %s\n", a.Admin.Password)
	}
	if a.APIKey != "" {
		text += fmt.Sprintf("API key   %s\n", a.APIKey)
	}
	return text + "\nKeep these now: what is secret is not shown again.\n"
}
