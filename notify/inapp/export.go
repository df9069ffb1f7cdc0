package inapp

import (
	"context"
	"fmt"
	"time"

	"authserver/templates"
)

// exportMost bounds a person's copy of their data.
const exportMost = 10_000

// Export is the section of a person's copy of their data about notifications.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	type line struct {
		At    time.Time `json:"at"`
		Kind  string    `json:"kind"`
		Title string    `json:"title"`
		Body  string    `json:"body,omitempty"`
		Seen  bool      `json:"seen"`
	}
	type choice struct {
		Topic   string `json:"topic"`
		Channel string `json:"channel"`
		Enabled bool   `json:"enabled"`
	}
	section := struct {
		Notifications []line   `json:"notifications"`
		Preferences   []choice `json:"preferences"`
	}{[]line{}, []choice{}}
	all, err := s.list(ctx, realmID, userID, false, place{}, s.now(), exportMost)
	if err != nil {
		return "", nil, fmt.Errorf("export notifications of user %s: %w", userID, err)
	}
	for _, n := range all {
		title, body := s.words(n, templates.Languages()[0])
		section.Notifications = append(section.Notifications, line{n.CreatedAt, n.Kind, title, body, !n.SeenAt.IsZero()})
	}
	wishes, err := s.Wishes(ctx, realmID, userID)
	if err != nil {
		return "", nil, err
	}
	for _, t := range Topics() {
		for _, c := range channels() {
			if on, said := wishes[Wish{t.Slug, c}]; said {
				section.Preferences = append(section.Preferences, choice{t.Slug, string(c), on})
			}
		}
	}
	return "notifications", section, nil
}

// Erase removes everything that the room holds about a person.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error { return s.removeAll(ctx, realmID, userID) })
	if err != nil {
		return fmt.Errorf("erase notifications of user %s: %w", userID, err)
	}
	return nil
}
