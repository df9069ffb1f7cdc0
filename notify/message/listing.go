package message

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"authserver/internal/fault"
	"authserver/internal/letter"
)

// ErrSuppressionNotFound says that there is no such suppression, or no longer.
var ErrSuppressionNotFound = fault.New(fault.NotFound, "suppression_not_found", "There is no such suppression.")

// Search selects letters of both channels, the newest first.
type Search struct {
	Channel letter.Channel // empty: both
	UserID  string
	To      string // an address in any spelling
	Status  Status
	Kind    string
	Since   time.Time
	// AfterAt and AfterID are where the page before ended.
	AfterAt time.Time
	AfterID string
	Limit   int
}

// Search returns up to f.Limit letters that were sent in a realm, or should have been.
func (s *Service) Search(ctx context.Context, realmID string, f Search) ([]Entry, error) {
	var found []Entry
	for _, channel := range []letter.Channel{letter.Email, letter.SMS} {
		if f.Channel != "" && f.Channel != channel {
			continue
		}
		rows, err := s.pageLog(ctx, channel, realmID, f)
		if err != nil {
			return nil, fmt.Errorf("search letters of realm %s: %w", realmID, err)
		}
		for _, r := range rows {
			found = append(found, r.entry(channel))
		}
	}
	slices.SortFunc(found, func(a, b Entry) int { return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID)) })
	return found[:min(f.Limit, len(found))], nil
}

// Find returns one letter, whichever way it took, or ErrNotFound.
func (s *Service) Find(ctx context.Context, realmID, letterID string) (Entry, error) {
	e, err := s.Logged(ctx, realmID, letter.Email, letterID)
	if errors.Is(err, ErrNotFound) {
		return s.Logged(ctx, realmID, letter.SMS, letterID)
	}
	return e, err
}

// Suppressions returns up to limit addresses of a realm that do not get everything, the
// newest first, behind the one named by at and afterID. Email and reason may be empty.
func (s *Service) Suppressions(ctx context.Context, realmID, email string, reason Reason, at time.Time, afterID string, limit int) ([]Suppression, error) {
	if err := s.nameSuppressions(ctx, realmID); err != nil {
		return nil, fmt.Errorf("list suppressions of realm %s: %w", realmID, err)
	}
	if email != "" {
		email = key(letter.Email, email)
	}
	rows, err := s.pageSuppressions(ctx, realmID, email, reason, at, afterID, limit)
	if err != nil {
		return nil, fmt.Errorf("list suppressions of realm %s: %w", realmID, err)
	}
	list := make([]Suppression, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.suppression())
	}
	return list, nil
}

// ReleaseByID has an address get again what it did not, or is ErrSuppressionNotFound.
func (s *Service) ReleaseByID(ctx context.Context, realmID, suppressionID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		gone, err := s.takeSuppression(ctx, realmID, suppressionID)
		if err != nil {
			return fmt.Errorf("release suppression %s: %w", suppressionID, err)
		}
		if len(gone) == 0 {
			return ErrSuppressionNotFound
		}
		return s.record(ctx, realmID, AddressReleased{Reason: gone[0].Reason})
	})
}

// ReplaceTemplate is SetTemplate for a change that is meant for a version: match is
// asked about the one there is, 0 without any.
func (s *Service) ReplaceTemplate(ctx context.Context, realmID string, t Template, match func(version int64) error) (stored Template, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		version, err := s.lockTemplate(ctx, realmID, string(t.Kind), t.Language)
		if err != nil {
			return fmt.Errorf("replace words for %s: %w", t.Kind, err)
		}
		if err := match(version); err != nil {
			return err
		}
		stored, err = s.SetTemplate(ctx, realmID, t)
		return err
	})
	return stored, err
}

// FindTemplate returns a realm's own words, or ErrTemplateNotFound.
func (s *Service) FindTemplate(ctx context.Context, realmID string, kind letter.Kind, language string) (Template, error) {
	t, err := s.template(ctx, realmID, string(kind), language)
	if err != nil {
		return Template{}, fmt.Errorf("find words for %s: %w", kind, err)
	}
	if t == nil {
		return Template{}, ErrTemplateNotFound
	}
	return *t, nil
}

// Count counts a realm's letters by status: those that wait now are pending, those that
// failed, bounced or were complained of are counted since a time.
func (s *Service) Count(ctx context.Context, realmID string, since time.Time) (map[string]int64, error) {
	counted, err := s.countQueue(ctx, realmID, since)
	if err != nil {
		return nil, fmt.Errorf("count letters of realm %s: %w", realmID, err)
	}
	return counted, nil
}
