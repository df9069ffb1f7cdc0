package recovery

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// Wish is what somebody asks for.
type Wish struct {
	// Address is in the folded form of user.Normalise.
	Address string `json:"address"`
	// FlowID is the sign-in that it interrupts.
	FlowID        string `json:"flow,omitempty"`
	ApplicationID string `json:"application,omitempty"`
	// Language is that of the page.
	Language string `json:"language,omitempty"`
}

// sealedFor is where a sealed wish belongs.
func sealedFor(realmID string) []string { return []string{"identity/recovery request", realmID} }

// identifier stands for an address in events and beside secrets.
func (s *Service) identifier(realmID, address string) string {
	return hex.EncodeToString(secret.MAC(s.addressKey, realmID, address))
}

// Request records that a new password is wanted for an address. It does the same work
// for every address; what follows is Handle's, later.
func (s *Service) Request(ctx context.Context, in *realm.Realm, w Wish) error {
	plain, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("request recovery: %w", err)
	}
	sealed, err := s.ring.Seal(plain, sealedFor(in.ID)...)
	if err != nil {
		return fmt.Errorf("request recovery: %w", err)
	}
	ref := event.Ref{RealmID: in.ID, Kind: "identifier", ID: s.identifier(in.ID, w.Address)}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		return s.events.Record(ctx, ref, Requested{Sealed: sealed, ApplicationID: w.ApplicationID})
	})
}

// Name names the subscriber.
func (s *Service) Name() string { return "identity/recovery" }

// Handle makes the secret of a recovery that was requested, and writes the letter if
// there is somebody to write to.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	if e.Type != (Requested{}).EventType() {
		return nil
	}
	var r Requested
	if err := json.Unmarshal(e.Payload, &r); err != nil {
		return fmt.Errorf("read request for recovery: %w", err)
	}
	plain, err := s.ring.Open(r.Sealed, sealedFor(e.RealmID)...)
	if err != nil {
		return nil // its key has left the ring; the person will ask again
	}
	var w Wish
	if err := json.Unmarshal(plain, &w); err != nil {
		return fmt.Errorf("read request for recovery: %w", err)
	}
	in, err := s.realms.ByID(ctx, e.RealmID)
	if errors.Is(err, realm.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.grant(event.WithActor(ctx, e.Actor), in, w)
}

// grant issues the secret. Where nobody may be written to, it is one that nobody knows,
// so that later guesses at its code meet the same.
func (s *Service) grant(ctx context.Context, in *realm.Realm, w Wish) error {
	c, err := s.users.Credential(ctx, in.ID, w.Address)
	if err != nil && !errors.Is(err, user.ErrNotFound) {
		return err
	}
	r := challenge.Request{
		RealmID: in.ID, Purpose: challenge.Recover, Address: w.Address, Binding: s.identifier(in.ID, w.Address),
		Lifetime: lifetime, Code: true, Link: true,
		Data: map[string]string{keyFlow: w.FlowID, keyApplication: w.ApplicationID},
	}
	welcome := c != nil && c.Active()
	if welcome {
		r.UserID = c.ID
		r.Data[keySerial] = strconv.FormatInt(c.Serial, 10)
	}
	var issued *challenge.Issued
	err = s.db.Savepoint(ctx, func(ctx context.Context) error {
		issued, err = s.challenges.Issue(ctx, r)
		return err
	})
	if errors.Is(err, challenge.ErrTooSoon) {
		return nil // the page said so to everybody; the letter before this one is young
	}
	if err != nil || !welcome {
		return err
	}
	err = s.letters.Send(ctx, letter.Letter{
		RealmID: in.ID, UserID: c.ID, ApplicationID: w.ApplicationID, Kind: letter.Recover,
		To: c.Email, Language: speaks(c.User, w.Language), ExpiresAt: issued.ExpiresAt,
		Data: map[string]string{
			"code": issued.Code, "link": s.issuer(in.Slug) + confirmPath + "?token=" + issued.Token,
			"minutes": strconv.Itoa(int(lifetime / time.Minute)),
		},
	})
	if err != nil {
		return err
	}
	return s.events.Record(ctx, c.Ref(), Sent{})
}

// speaks is the person's language, else that of the page where the letter was asked for.
func speaks(u *user.User, page string) string {
	if u.Locale != "" {
		return u.Locale
	}
	return page
}
