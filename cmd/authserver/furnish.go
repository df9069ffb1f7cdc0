package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"authserver/identity/user"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const (
	demoRealm = "demo"
	demoEmail = "demo@example.com"
)

// account is what the demo signs in with, kept in demo.json beside the database
// so that the next start can print the same password.
type account struct {
	Email        string `json:"email"`
	Password     string `json:"password"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

// furnish makes what is missing of realm, user and application of the demo, and
// returns what to sign in with. Whichever of database and file was deleted, the
// two agree afterwards.
func furnish(ctx context.Context, h house, path string) (account, error) {
	a, err := loadAccount(path)
	if err != nil {
		return account{}, err
	}
	before := a
	r, err := h.Realms.BySlug(ctx, demoRealm)
	if errors.Is(err, realm.ErrNotFound) {
		policy := realm.DefaultPolicy()
		policy.Registration = true
		policy.TrustDevice = 30 * 24 * time.Hour
		r, err = h.Realms.Create(ctx, realm.Draft{Slug: demoRealm, Name: "Demo", Policy: policy})
	}
	if err != nil {
		return account{}, err
	}
	if err := h.furnishUser(ctx, r, &a); err != nil {
		return account{}, err
	}
	if err := h.furnishApplication(ctx, r, &a); err != nil {
		return account{}, err
	}
	if a == before {
		return a, nil
	}
	return a, saveAccount(path, a)
}

func (h house) furnishUser(ctx context.Context, r *realm.Realm, a *account) error {
	known := a.Password != ""
	if !known {
		a.Email, a.Password = demoEmail, newPassword()
	}
	u, err := h.Users.ByEmail(ctx, r.ID, a.Email)
	switch {
	case errors.Is(err, user.ErrNotFound):
		_, err = h.Users.Create(ctx, r, user.NewUser{
			Email: a.Email, Password: a.Password, Verified: true, Name: "Demo Person", GivenName: "Demo", FamilyName: "Person",
		})
	case err == nil && !known:
		err = h.Users.SetPassword(ctx, r.ID, u.ID, a.Password)
	}
	return err
}

func (h house) furnishApplication(ctx context.Context, r *realm.Realm, a *account) error {
	if a.ClientID != "" {
		known, err := h.Applications.ByClientID(ctx, r.ID, a.ClientID)
		if err != nil && !errors.Is(err, application.ErrNotFound) {
			return err
		}
		if err == nil && known.Enabled && known.CheckSecret(a.ClientSecret, time.Now()) {
			return nil
		}
	}
	// The port does not matter on a loopback IP, so one registration serves every
	// --demo-listen.
	made, plain, err := h.Applications.Register(ctx, r.ID, application.Draft{
		Name: "Demo application", Type: application.Web,
		RedirectURIs:           []string{"http://127.0.0.1:8090/callback"},
		PostLogoutRedirectURIs: []string{"http://127.0.0.1:8090/signed-out"},
	})
	if err != nil {
		return err
	}
	a.ClientID, a.ClientSecret = made.ClientID, plain
	return nil
}

// loadAccount reads demo.json; no file is an empty account.
func loadAccount(path string) (account, error) {
	var a account
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return a, fmt.Errorf("%s: %w (delete it to have it made anew)", path, err)
	}
	return a, nil
}

// saveAccount writes demo.json whole, readable by its owner only.
func saveAccount(path string, a account) error {
	b, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "demo-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(append(b, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
