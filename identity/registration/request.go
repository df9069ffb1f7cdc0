package registration

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/letter"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Entry is what a person enters to register.
type Entry struct {
	Email, Password, Name string
	// Language is the one of the page; letters and later pages speak it too.
	Language string
}

// Request checks the entry and writes to its address: to a new one a code and a link,
// to the owner of a taken one that they have an account. The caller learns nothing of
// which it was, and both cost the same: one hash, one look, one transaction. It returns
// the fault of what is wrong with the entry, secret.ErrBusy, or challenge.ErrTooSoon.
func (s *Service) Request(ctx context.Context, in *realm.Realm, f *flow.Flow, e Entry) error {
	app, err := s.open(ctx, in, f)
	if err != nil {
		return err
	}
	c, err := s.users.Candidate(ctx, in, user.NewUser{
		Email: e.Email, Password: e.Password, Name: e.Name, Locale: e.Language, Place: place(app),
	})
	if err != nil {
		return err
	}
	return s.write(ctx, in, f, c, e.Language)
}

// place is what the application is called, if there is one.
func place(app *application.Application) string {
	if app == nil {
		return ""
	}
	return app.Name
}

// Resend writes once more, with a new secret that kills the one before. It returns
// challenge.ErrDead when nobody is waiting for a letter in the flow, or ErrTooSoon.
func (s *Service) Resend(ctx context.Context, in *realm.Realm, f *flow.Flow, language string) error {
	if _, err := s.open(ctx, in, f); err != nil {
		return err
	}
	c, err := s.pending(ctx, f)
	if err != nil {
		return err
	}
	if c == nil {
		return challenge.ErrDead
	}
	return s.write(ctx, in, f, c, language)
}

// pending is who is waiting for a letter in the flow, or nil.
func (s *Service) pending(ctx context.Context, f *flow.Flow) (*user.Candidate, error) {
	live, err := s.challenges.Live(ctx, f.RealmID, challenge.Register, "", f.ID)
	if errors.Is(err, challenge.ErrDead) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return user.Unpack(live.Data)
}

func (s *Service) write(ctx context.Context, in *realm.Realm, f *flow.Flow, c *user.Candidate, language string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		owner, err := s.users.ByEmail(ctx, in.ID, c.Key)
		if err != nil && !errors.Is(err, user.ErrNotFound) {
			return err
		}
		// The owner's secret goes nowhere: it is there so that waiting, guessing and
		// asking again are the same for a taken address.
		issued, err := s.challenges.Issue(ctx, challenge.Request{
			RealmID: in.ID, Purpose: challenge.Register, Address: c.Key, Binding: f.ID, Lifetime: lifetime,
			Code: true, Link: true, Data: c.Pack(),
		})
		if err != nil {
			return err
		}
		l := letter.Letter{
			RealmID: in.ID, ApplicationID: f.ApplicationID, Kind: letter.Register, To: c.Email, Language: language,
			ExpiresAt: issued.ExpiresAt, Data: map[string]string{
				"code": issued.Code, "link": s.link(in, confirmPath, issued.Token), "minutes": strconv.Itoa(int(lifetime / time.Minute)),
			},
		}
		if owner != nil {
			l = letter.Letter{
				RealmID: in.ID, UserID: owner.ID, ApplicationID: f.ApplicationID, Kind: letter.RegisterTaken, To: owner.Email,
				Data: map[string]string{"link": s.issuer(in.Slug) + flow.AccountPath, "recover_link": s.issuer(in.Slug) + "/recover"},
			}
		}
		if err := s.letters.Send(ctx, l); err != nil {
			return err
		}
		if err := failpoint.Hit(ctx, "registration/requested"); err != nil {
			return err
		}
		about := event.Ref{RealmID: in.ID, Kind: "flow", ID: f.ID}
		return s.events.Record(ctx, about, Requested{ApplicationID: f.ApplicationID, Taken: owner != nil})
	})
	if err != nil {
		return fmt.Errorf("request registration: %w", err)
	}
	return nil
}

// link is an address that holds a secret. It begins with the configured public
// address, whatever the request's Host says (security rule MAIL-03).
func (s *Service) link(in *realm.Realm, path, token string) string {
	return s.issuer(in.Slug) + path + "?" + url.Values{"token": {token}}.Encode()
}
