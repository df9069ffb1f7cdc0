package preference

import (
	"context"
	"fmt"
	"slices"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/tenant/realm"
)

// Faults of the room.
var (
	ErrPurposeUnknown = fault.New(fault.NotFound, "purpose_not_found", "The realm does not ask about such a purpose.")
	ErrNotFound       = fault.New(fault.NotFound, "choice_not_found", "There is no such choice.")
)

// The ways by which people choose.
const (
	ChannelAccount = "account"
	ChannelAPI     = "api"
)

// Updated is recorded when a person allows or forbids a purpose.
type Updated struct {
	Purpose string `json:"purpose"`
	Granted bool   `json:"granted"`
	Channel string `json:"channel"`
}

// EventType names the event.
func (Updated) EventType() string { return "consent.preference_updated" }

// Choice is what a person chose at some time.
type Choice struct {
	ID, RealmID, UserID string
	Purpose             string
	Granted             bool
	Channel             string
	ChosenAt            time.Time
}

// Signer signs statements of a realm. oauth fulfils it.
type Signer interface {
	// Sign returns the claims as a compact JWS of that type, by a key of the realm.
	Sign(ctx context.Context, in *realm.Realm, typ string, claims any) (string, error)
	// Issuer is the realm's issuer.
	Issuer(in *realm.Realm) string
}

// Deps is what the room needs.
type Deps struct {
	DB     *database.DB
	Events *event.Log
	Signer Signer
	Now    func() time.Time
}

// Service is what the room can do.
type Service struct {
	db     *database.DB
	events *event.Log
	signer Signer
	now    func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Signer == nil || d.Now == nil {
		panic("preference: DB, Events, Signer and Now are required")
	}
	return &Service{db: d.DB, events: d.Events, signer: d.Signer, now: d.Now}
}

// Of returns whether the person allows each purpose that the realm asks about, in the
// realm's order. Of what they never chose, ID is empty and Granted false.
func (s *Service) Of(ctx context.Context, in *realm.Realm, userID string) ([]Choice, error) {
	all, err := s.History(ctx, in.ID, userID)
	if err != nil {
		return nil, err
	}
	current := make([]Choice, 0, len(in.Policy.Purposes))
	for _, purpose := range in.Policy.Purposes {
		c := Choice{RealmID: in.ID, UserID: userID, Purpose: purpose}
		if i := slices.IndexFunc(all, func(c Choice) bool { return c.Purpose == purpose }); i >= 0 {
			c = all[i]
		}
		current = append(current, c)
	}
	return current, nil
}

// History returns every choice of the person, the latest first.
func (s *Service) History(ctx context.Context, realmID, userID string) ([]Choice, error) {
	all, err := s.find(ctx, realmID, Query{UserID: userID, Latest: true})
	if err != nil {
		return nil, fmt.Errorf("choices of user %s: %w", userID, err)
	}
	return all, nil
}

// Choose notes that the person allows or forbids purposes. What they chose already stays
// as it is. It returns ErrPurposeUnknown for what the realm does not ask about.
func (s *Service) Choose(ctx context.Context, in *realm.Realm, userID, channel string, granted map[string]bool) error {
	for purpose := range granted {
		if !slices.Contains(in.Policy.Purposes, purpose) {
			return ErrPurposeUnknown
		}
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		current, err := s.Of(ctx, in, userID)
		if err != nil {
			return err
		}
		for _, c := range current {
			wanted, chosen := granted[c.Purpose]
			if !chosen || c.ID != "" && c.Granted == wanted {
				continue
			}
			c.ID, c.Granted, c.Channel, c.ChosenAt = id.New(), wanted, channel, database.At(s.now()).Time()
			if err := s.insert(ctx, c); err != nil {
				return fmt.Errorf("store choice of user %s: %w", userID, err)
			}
			if err := s.events.Record(ctx, event.Ref{RealmID: in.ID, Kind: "user", ID: userID}, Updated{c.Purpose, wanted, channel}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Receipt is a signed statement about a choice of the person, or ErrNotFound.
func (s *Service) Receipt(ctx context.Context, in *realm.Realm, userID, choiceID string) (string, error) {
	all, err := s.History(ctx, in.ID, userID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(all, func(c Choice) bool { return c.ID == choiceID })
	if i < 0 {
		return "", ErrNotFound
	}
	c := all[i]
	receipt, err := s.signer.Sign(ctx, in, "consent-receipt+jwt", map[string]any{
		"iss": s.signer.Issuer(in), "sub": c.UserID, "jti": c.ID, "iat": c.ChosenAt.Unix(),
		"purpose": c.Purpose, "granted": c.Granted, "channel": c.Channel,
	})
	if err != nil {
		return "", fmt.Errorf("receipt of choice %s: %w", choiceID, err)
	}
	return receipt, nil
}

// Export is the section of a person's copy of their data about their choices.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	type line struct {
		Purpose  string    `json:"purpose"`
		Granted  bool      `json:"granted"`
		ChosenAt time.Time `json:"chosen_at"`
	}
	all, err := s.History(ctx, realmID, userID)
	if err != nil {
		return "", nil, err
	}
	lines := make([]line, 0, len(all))
	for _, c := range all {
		lines = append(lines, line{c.Purpose, c.Granted, c.ChosenAt})
	}
	return "choices", lines, nil
}

// Erase forgets what the person chose.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	if err := s.remove(ctx, realmID, userID); err != nil {
		return fmt.Errorf("erase choices of user %s: %w", userID, err)
	}
	return nil
}
