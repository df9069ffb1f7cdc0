// Signin signs a person in with github.com/coreos/go-oidc and golang.org/x/oauth2, and prints what the provider
// tells about them.
//
//	ISSUER=http://localhost:8080/realms/acme CLIENT_ID=… CLIENT_SECRET=… go run .
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// application is a relying party: one registration at one provider.
type application struct {
	oauth2.Config
	provider *oidc.Provider
}

// attempt is one sign-in. The three values tie the answer to the question, so a web application keeps them in the browser's session.
type attempt struct{ state, nonce, verifier string }

func discover(ctx context.Context, issuer, id, secret, redirect string) (*application, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, err
	}
	return &application{provider: provider, Config: oauth2.Config{
		ClientID: id, ClientSecret: secret, RedirectURL: redirect,
		Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}}, nil
}

// begin returns the address to send the browser to.
func (a *application) begin() (attempt, string) {
	t := attempt{oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()}
	return t, a.AuthCodeURL(t.state, oidc.Nonce(t.nonce), oauth2.S256ChallengeOption(t.verifier))
}

// finish takes the request with which the browser came back.
func (a *application) finish(r *http.Request, t attempt) (*oidc.UserInfo, error) {
	q := r.URL.Query()
	if q.Get("state") != t.state {
		return nil, errors.New("this answer belongs to another sign-in")
	}
	if q.Get("error") != "" {
		return nil, fmt.Errorf("%s: %s", q.Get("error"), q.Get("error_description"))
	}
	tokens, err := a.Exchange(r.Context(), q.Get("code"), oauth2.VerifierOption(t.verifier))
	if err != nil {
		return nil, err
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := a.provider.Verifier(&oidc.Config{ClientID: a.ClientID}).Verify(r.Context(), raw)
	if err != nil {
		return nil, err
	}
	if id.Nonce != t.nonce {
		return nil, errors.New("the ID token belongs to another sign-in")
	}
	// The ID token says who it was (sub), when and how; name and address are told by userinfo.
	person, err := a.provider.UserInfo(r.Context(), oauth2.StaticTokenSource(tokens))
	if err == nil && person.Subject != id.Subject {
		err = errors.New("userinfo speaks of somebody else")
	}
	return person, err
}

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// run waits at the loopback address for one browser to come back, and ends.
func run(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:5556"))
	if err != nil {
		return err
	}
	redirect := "http://" + listener.Addr().String() + "/callback"
	app, err := discover(ctx, os.Getenv("ISSUER"), os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"), redirect)
	if err != nil {
		return err
	}
	attempt, address := app.begin()

	done := make(chan error, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		person, err := app.finish(r, attempt)
		if err != nil {
			http.Error(w, "The sign-in failed; the terminal says why.", http.StatusBadRequest)
		} else {
			fmt.Fprintln(w, "You are signed in; the terminal says as whom.")
			err = show(person)
		}
		select {
		case done <- err:
		default: // the address was opened again
		}
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()

	fmt.Println("Open", address)
	err = <-done
	return errors.Join(err, server.Shutdown(ctx))
}

func show(person *oidc.UserInfo) error {
	var claims map[string]any
	if err := person.Claims(&claims); err != nil {
		return err
	}
	pretty, err := json.MarshalIndent(claims, "", "  ")
	if err != nil {
		return err
	}
	fmt.Println(string(pretty))
	return nil
}
