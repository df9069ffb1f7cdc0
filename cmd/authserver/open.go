package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"authserver/internal/config"
	"authserver/internal/event"
	"authserver/internal/secret"
	"authserver/server"
	"authserver/tenant/realm"
)

// house is the rooms of the server, opened for one command.
type house struct {
	*server.Server
	config config.Config
}

// withRooms opens the rooms on the configured database, lets work use them as
// the operator at this terminal, and closes them.
func (p *program) withRooms(work func(ctx context.Context, h house) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) (err error) {
		c, err := config.Load(config.Command, p.environ, p.settings)
		if err != nil {
			return err
		}
		if len(c.SecretKeys) == 0 {
			return errors.New("AUTHSERVER_SECRET_KEYS is not set: this command works with sealed values, so it needs the keys of the server")
		}
		logger := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: max(c.LogLevel, slog.LevelWarn)}))
		s, err := server.New(cmd.Context(), c, server.Options{Logger: logger, Version: version})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		return work(event.WithActor(cmd.Context(), operator()), house{s, c})
	}
}

// operator is who acts when a command is run: the account on this machine.
func operator() event.Actor {
	a := event.Actor{Kind: "operator", ID: "unknown"}
	if u, err := user.Current(); err == nil && u.Username != "" {
		a.ID = u.Username
	}
	return a
}

// inRealm finds the realm of the --realm flag.
func (h house) inRealm(ctx context.Context, slug string) (*realm.Realm, error) {
	r, err := h.Realms.BySlug(ctx, slug)
	if errors.Is(err, realm.ErrNotFound) {
		return nil, fmt.Errorf("there is no realm %q: `authserver realm list` shows those that exist", slug)
	}
	return r, err
}

// print writes v as one JSON object, or text.
func (p *program) print(asJSON bool, v any, text string) error {
	if !asJSON {
		_, err := io.WriteString(p.stdout, text)
		return err
	}
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// jsonFlag adds --json.
func jsonFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, "answer with one JSON object")
}

// require marks flags without which the command cannot work.
func require(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic("authserver: " + err.Error())
		}
	}
}

// maxPasswordFile bounds what is read as a password.
const maxPasswordFile = 4 << 10

// passwordFrom reads a password from the file at path, or from standard input
// for "-"; one line end after it is not part of it. Without a path it makes a
// password, and generated is true: it must be shown, once. Passwords are never
// taken from arguments, which other users of the machine can read.
func (p *program) passwordFrom(path string) (password string, generated bool, err error) {
	if path == "" {
		return newPassword(), true, nil
	}
	in := p.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", false, fmt.Errorf("the password file cannot be read: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxPasswordFile+1))
	switch {
	case err != nil:
		return "", false, fmt.Errorf("the password file cannot be read: %w", err)
	case len(b) > maxPasswordFile:
		return "", false, fmt.Errorf("the password file %s is too large for a password", path)
	}
	b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	if len(b) == 0 {
		return "", false, fmt.Errorf("the password file %s is empty", path)
	}
	return string(b), false, nil
}

// newPassword returns 100 random bits in groups that can be read out aloud.
func newPassword() string {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's: no i, l, o, u
	var b strings.Builder
	for i, r := range secret.Bytes(20) {
		if i > 0 && i%5 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[r%32])
	}
	return b.String()
}
