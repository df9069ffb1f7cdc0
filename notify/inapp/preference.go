package inapp

import (
	"context"
	"fmt"
	"slices"

	"authserver/internal/letter"
)

// Wishes are what a person has said about topics and channels.
type Wishes map[Wish]bool

// Wish names one decision.
type Wish struct {
	Topic   string
	Channel Channel
}

// On reports whether the person is told of the topic by the channel.
func (w Wishes) On(t Topic, c Channel) bool {
	if t.Fixed(c) {
		return true
	}
	if !t.Offers(c) {
		return false
	}
	if on, said := w[Wish{t.Slug, c}]; said {
		return on
	}
	return t.Default(c)
}

// Wishes returns what the person has said.
func (s *Service) Wishes(ctx context.Context, realmID, userID string) (Wishes, error) {
	all, err := s.wishesOf(ctx, realmID, []string{userID})
	if err != nil {
		return nil, fmt.Errorf("preferences of user %s: %w", userID, err)
	}
	return all[userID], nil
}

// Choose notes what the person says. What is not said stays as it is. It returns
// ErrTopicUnknown, ErrChannel for what a topic does not use, and ErrPreferenceFixed for
// switching off what protects the account.
func (s *Service) Choose(ctx context.Context, realmID, userID string, wishes Wishes) error {
	for wish, on := range wishes {
		topic, ok := FindTopic(wish.Topic)
		switch {
		case !ok:
			return ErrTopicUnknown
		case !topic.Offers(wish.Channel):
			return ErrChannel.At(string(wish.Channel))
		case topic.Fixed(wish.Channel) && !on:
			return ErrPreferenceFixed.At(string(wish.Channel))
		}
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Wishes(ctx, realmID, userID)
		if err != nil {
			return err
		}
		var changed []string
		for _, topic := range Topics() {
			for _, c := range channels() {
				on, said := wishes[Wish{topic.Slug, c}]
				if !said || before.On(topic, c) == on {
					continue
				}
				if err := s.upsertWish(ctx, realmID, userID, Wish{topic.Slug, c}, on, s.now()); err != nil {
					return fmt.Errorf("store preference of user %s: %w", userID, err)
				}
				if !slices.Contains(changed, topic.Slug) {
					changed = append(changed, topic.Slug)
				}
			}
		}
		if changed == nil {
			return nil
		}
		return s.record(ctx, realmID, "user", userID, PreferencesChanged{changed})
	})
}

// Wants reports whether the person wants an optional letter of that kind. It is what
// notify/message asks; what is not a person's to decide is wanted.
func (s *Service) Wants(ctx context.Context, realmID, userID string, kind letter.Kind) (bool, error) {
	if kind != letter.ApplicationRevoked {
		return true, nil // what this room sends has been asked about before
	}
	wishes, err := s.Wishes(ctx, realmID, userID)
	if err != nil {
		return false, err
	}
	topic, _ := FindTopic("applications")
	return wishes.On(topic, Mail), nil
}
