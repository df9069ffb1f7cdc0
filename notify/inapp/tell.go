package inapp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/templates"
	"authserver/tenant/realm"
)

// draft is what is to be told, before it is known to whom.
type draft struct {
	// ID is that of the row where one event makes one; else each row gets its own.
	ID, SendingID string
	Kind          string
	// Title and Body are what an administrator wrote; Values fill the realm's words.
	Title, Body string
	Icon, Link  string
	Priority    Priority
	Values      map[string]string
	Data        Data
	ExpiresAt   time.Time // zero: by the realm's policy
	// Actor is who did what is told of.
	Actor event.Actor
}

// tell writes d for the person, as far as they want to be told, and reports whether they
// are. It runs in the transaction of ctx.
func (s *Service) tell(ctx context.Context, in *realm.Realm, u *user.User, wishes Wishes, d draft) (bool, error) {
	kind := kindOf(d.Kind)
	topic, _ := FindTopic(kind.Topic)
	language := templates.Match(u.Locale, in.DefaultLanguage)
	n := Notification{
		ID: d.ID, RealmID: in.ID, UserID: u.ID, Kind: d.Kind, SendingID: d.SendingID, Priority: d.Priority, Icon: d.Icon, Link: d.Link,
		Title: d.Title, Body: d.Body, Data: d.Data, CreatedAt: s.now(), ExpiresAt: d.ExpiresAt,
	}
	if n.Icon == "" {
		n.Icon = kind.Icon
	}
	if n.Link == "" {
		n.Link = kind.Link
	}
	if n.Priority == "" {
		n.Priority = kind.priority()
	}
	if n.ExpiresAt.IsZero() {
		n.ExpiresAt = n.CreatedAt.Add(in.Policy.NotificationTTL)
	}
	if n.Title == "" {
		if err := s.ownWords(ctx, in, u, language, d, &n); err != nil {
			return false, err
		}
	}
	told := false
	if wishes.On(topic, Account) {
		if err := s.insert(ctx, n); err != nil {
			return false, fmt.Errorf("notify user %s: %w", u.ID, err)
		}
		told = true
	}
	byLetter, err := s.write(event.WithActor(ctx, d.Actor), in, u, wishes, kind, topic, language, n)
	return told || byLetter, err
}

// write tells by mail and SMS what has no letter of its own.
func (s *Service) write(ctx context.Context, in *realm.Realm, u *user.User, wishes Wishes, kind Kind, topic Topic, language string, n Notification) (bool, error) {
	title, body := s.words(n, language)
	sent := false
	if !kind.Letter && wishes.On(topic, Mail) && u.EmailVerified {
		if body == "" {
			body = title
		}
		err := s.letters.Send(ctx, letter.Letter{
			RealmID: in.ID, UserID: u.ID, Kind: letter.Notice, To: u.Email, Language: language,
			Data: map[string]string{"title": title, "body": body, "link": s.issuer(in.Slug) + "/account/notifications"},
		})
		if err != nil {
			return false, err
		}
		sent = true
	}
	if wishes.On(topic, SMS) && u.PhoneVerified && reachable(in.Policy.PhonePrefixes, u.Phone) {
		err := s.letters.Send(ctx, letter.Letter{
			RealmID: in.ID, UserID: u.ID, Kind: letter.NoticeSMS, To: u.Phone, Language: language, Data: map[string]string{"title": title},
		})
		if err != nil {
			return false, err
		}
		sent = true
	}
	return sent, nil
}

// reachable reports whether the realm sends messages to the number.
func reachable(prefixes []string, phone string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(phone, p) {
			return true
		}
	}
	return len(prefixes) == 0
}

// words are what the notification says in a language: its own, or the house's.
func (s *Service) words(n Notification, language string) (title, body string) {
	if n.Title != "" {
		return n.Title, n.Body
	}
	return templates.NoticeWords(language, n.Kind, kindOf(n.Kind).Advice, n.Data.Detail)
}

// hear is tell for one person of whom an id is known; one who is gone is told nothing.
func (s *Service) hear(ctx context.Context, realmID, userID string, d draft) error {
	in, err := s.realms.ByID(ctx, realmID)
	if err != nil {
		return fmt.Errorf("notify user %s: %w", userID, err)
	}
	u, err := s.users.ByID(ctx, realmID, userID)
	if gone(err) || err == nil && u.Status == user.StatusErased {
		return nil
	}
	if err != nil {
		return fmt.Errorf("notify user %s: %w", userID, err)
	}
	wishes, err := s.Wishes(ctx, realmID, userID)
	if err != nil {
		return err
	}
	_, err = s.tell(ctx, in, u, wishes, d)
	return err
}
