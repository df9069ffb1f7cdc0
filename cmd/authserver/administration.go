package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"authserver/client"
)

// Where to administer from afar, where the flags do not say it.
const (
	serverVariable = "AUTHSERVER_URL"
	keyVariable    = "AUTHSERVER_API_KEY_FILE"
)

// administration is what a command administers by REST: a server elsewhere, or the rooms
// of this process.
type administration struct {
	*client.Client
	// public is the address of the server as people know it.
	public string
}

// issuer is that of a realm.
func (a administration) issuer(slug string) string {
	return strings.TrimSuffix(a.public, "/") + "/realms/" + url.PathEscape(slug)
}

// administer gives the command --server and --api-key-file, and the work the
// administration that they name; without them, that of this machine's database.
func (p *program) administer(cmd *cobra.Command, work func(ctx context.Context, a administration) error) {
	server := cmd.Flags().String("server", "", "administer the server at this address, not this machine's database ("+serverVariable+")")
	keyFile := cmd.Flags().String("api-key-file", "", "file with an API key of that server, - for standard input ("+keyVariable+")")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		at, file := p.either(*server, serverVariable), p.either(*keyFile, keyVariable)
		var err error
		switch {
		case at != "":
			err = p.afar(cmd.Context(), at, file, work)
		case *keyFile != "":
			err = errors.New("--api-key-file needs --server: on this machine no key is asked for")
		default:
			err = p.withRooms(func(ctx context.Context, h house) error {
				c, err := client.New("http://localhost", client.HTTP(&http.Client{Transport: h.Local()}))
				if err != nil {
					return err
				}
				return work(ctx, administration{c, h.config.PublicURL.String()})
			})(cmd, args)
		}
		if slug := cmd.Flags().Lookup("realm"); slug != nil && client.Code(err) == "realm_not_found" {
			return fmt.Errorf("there is no realm %q: `authserver realm list` shows those that exist", slug.Value)
		}
		return err
	}
}

// either is the flag, or else the variable.
func (p *program) either(flag, variable string) string {
	if flag == "" {
		flag, _ = p.variable(variable)
	}
	return flag
}

// variable is the value of an environment variable, if it is set and not empty.
func (p *program) variable(name string) (string, bool) {
	for _, entry := range p.environ {
		if value, found := strings.CutPrefix(entry, name+"="); found && value != "" {
			return value, true
		}
	}
	return "", false
}

func (p *program) afar(ctx context.Context, server, file string, work func(ctx context.Context, a administration) error) error {
	if file == "" {
		return errors.New("a server is administered with an API key: give its file with --api-key-file, or in " + keyVariable)
	}
	key, err := p.clientSecret(file)
	if err != nil {
		return fmt.Errorf("the API key: %w", err)
	}
	c, err := client.New(server, client.Bearer(strings.TrimSpace(key)))
	if err != nil {
		return errors.New("the address of the server is like https://auth.example")
	}
	return work(ctx, administration{c, server})
}
