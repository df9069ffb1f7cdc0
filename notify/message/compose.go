package message

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"authserver/internal/device"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/templates"
	"authserver/tenant/realm"
)

// compose lays a mail out: in the realm's own words if it has some, else in the house's.
func (s *Service) compose(ctx context.Context, r row, c contents) (letter.Mail, error) {
	in, l, err := s.dressed(ctx, r, c)
	if err != nil {
		return letter.Mail{}, err
	}
	spec, _ := letter.Find(letter.Kind(r.Kind))
	if !spec.Essential {
		l.Unsubscribe = s.unsubscribeURL(in.Slug, r.RealmID, r.ID)
	}
	w, err := s.write(ctx, r.RealmID, l)
	if err != nil {
		return letter.Mail{}, err
	}
	return letter.Mail{
		ID: r.ID, FromName: in.Name, To: c.To, Subject: w.Subject, Text: w.Text, HTML: w.HTML, Unsubscribe: l.Unsubscribe,
	}, nil
}

// composeText writes an SMS, and the same with its secrets masked, for the log.
func (s *Service) composeText(ctx context.Context, r row, c contents) (text, masked string, err error) {
	_, l, err := s.dressed(ctx, r, c)
	if err != nil {
		return "", "", err
	}
	if text, err = s.writeText(ctx, r.RealmID, l); err != nil {
		return "", "", err
	}
	for _, name := range []string{"code", "link"} {
		if l.Values[name] != "" {
			l.Values[name] = strings.Repeat("*", 6)
		}
	}
	masked, err = s.writeText(ctx, r.RealmID, l)
	return text, masked, err
}

// write finds the realm's own words for a mail, or takes the house's.
func (s *Service) write(ctx context.Context, realmID string, l templates.Letter) (templates.Written, error) {
	own, err := s.template(ctx, realmID, l.Kind, l.Language)
	if err != nil {
		return templates.Written{}, err
	}
	if own != nil {
		return own.fill(l), nil
	}
	return l.Write()
}

func (s *Service) writeText(ctx context.Context, realmID string, l templates.Letter) (string, error) {
	own, err := s.template(ctx, realmID, l.Kind, l.Language)
	if err != nil {
		return "", err
	}
	if own != nil {
		return own.fill(l).Text, nil
	}
	return l.WriteText()
}

// dressed gathers what every letter has beside its own values. A realm that is gone
// refuses the letter; a person or an application that is gone is left out.
func (s *Service) dressed(ctx context.Context, r row, c contents) (*realm.Realm, templates.Letter, error) {
	in, err := s.realms.ByID(ctx, r.RealmID)
	if missing(err) {
		return nil, templates.Letter{}, &letter.Refusal{Reason: "the realm is gone"}
	}
	if err != nil {
		return nil, templates.Letter{}, fmt.Errorf("realm of letter %s: %w", r.ID, err)
	}
	l := templates.Letter{
		Kind: r.Kind, Brand: Brand(in), To: c.To, IP: c.IP, Browser: device.Name(c.Agent), At: c.At, Values: c.Data,
	}
	wishes := []string{c.Language}
	if c.UserID != "" {
		u, err := s.users.ByID(ctx, r.RealmID, c.UserID)
		if err != nil && !missing(err) {
			return nil, l, fmt.Errorf("recipient of letter %s: %w", r.ID, err)
		}
		if err == nil {
			l.Name = cmp.Or(u.GivenName, u.Name, u.Nickname)
			l.Zone = zone(u.Zoneinfo)
			wishes = append(wishes, u.Locale)
		}
	}
	if c.AppID != "" {
		a, err := s.applications.ByID(ctx, r.RealmID, c.AppID)
		if err != nil && !missing(err) {
			return nil, l, fmt.Errorf("application of letter %s: %w", r.ID, err)
		}
		if err == nil {
			l.App = a.Name
		}
	}
	l.Language = templates.Match(append(wishes, in.DefaultLanguage)...)
	return in, l, nil
}

// Brand is how a realm looks in its letters.
func Brand(r *realm.Realm) templates.Brand {
	return templates.Brand{
		Slug: r.Slug, Name: r.Name, LogoURL: r.Branding.LogoURL, DefaultLanguage: r.DefaultLanguage,
		Theme: templates.Theme{Mode: string(r.Branding.Theme), Primary: r.Branding.PrimaryColor, Background: r.Branding.BackgroundColor},
	}
}

func missing(err error) bool {
	f, ok := fault.Of(err)
	return ok && f.Kind == fault.NotFound
}

// zone is the person's time zone, nil when unknown.
func zone(name string) *time.Location {
	if name == "" {
		return nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return z
}
