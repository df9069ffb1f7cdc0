package terms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/id"
)

// ErrChanged says that what somebody accepts is not, or no longer, in force.
var ErrChanged = fault.New(fault.Conflict, "document_changed", "The documents have changed in the meantime. Please read them again.")

// The ways by which people accept.
const (
	ChannelSignIn = "sign_in" // on the page of a sign-in
	ChannelAPI    = "api"     // by an application in their name
)

// Acceptance is one line of the ledger: a person agreed to a version.
type Acceptance struct {
	ID, RealmID, UserID string
	DocumentID          string
	Global              bool
	Kind, Version       string
	Number              int64
	// Digest is that of the text, in that language.
	Digest   []byte
	Language string
	// ApplicationID is where the person was going; empty for nowhere.
	ApplicationID string
	Channel       string
	AcceptedAt    time.Time
}

// Accept notes that the person agrees to the documents of those ids, as they are shown
// in that language. It joins the transaction of the caller. What was accepted before
// stays as it was. It returns ErrChanged unless every one of them is in force.
func (s *Service) Accept(ctx context.Context, realmID, userID, applicationID, channel, language string, ids []string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		f, err := s.inForce(ctx, realmID)
		if err != nil {
			return err
		}
		now := s.stamp()
		current := f.all(now)
		added := false
		for _, wanted := range ids {
			i := slices.IndexFunc(current, func(d *Document) bool { return d.ID == wanted })
			if i < 0 {
				return ErrChanged
			}
			d := current[i]
			text := d.In(language)
			a := &Acceptance{
				ID: id.New(), RealmID: realmID, UserID: userID, DocumentID: d.ID, Global: d.Global(), Kind: d.Kind, Version: d.Version, Number: d.Number,
				Digest: text.Digest(), Language: text.Language, ApplicationID: applicationID, Channel: channel, AcceptedAt: now,
			}
			first, err := s.insertAcceptance(ctx, a)
			if err != nil {
				return fmt.Errorf("accept document %s: %w", d.ID, err)
			}
			if !first {
				continue
			}
			added = true
			what := Accepted{DocumentID: d.ID, Kind: d.Kind, Version: d.Version, Language: text.Language, ApplicationID: applicationID, Channel: channel}
			if err := s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "user", ID: userID}, what); err != nil {
				return err
			}
		}
		if !added {
			return nil
		}
		return s.db.Changed(ctx, acceptedTopic, realmID+"/"+userID)
	})
}

func (s *Service) forget(key string) {
	realmID, userID, _ := strings.Cut(key, "/")
	s.accepted.Drop(person{realmID, userID})
}

// Query says which acceptances are wanted.
type Query struct {
	UserID, DocumentID, ApplicationID, Kind string
	// From and To bound the time; zero for none. To is excluded.
	From, To time.Time
	After    string // the last id that is known
	Limit    int
}

// Acceptances returns lines of the realm's ledger, the earliest first.
func (s *Service) Acceptances(ctx context.Context, realmID string, q Query) ([]*Acceptance, error) {
	all, err := s.findAcceptances(ctx, realmID, q)
	if err != nil {
		return nil, fmt.Errorf("list acceptances: %w", err)
	}
	return all, nil
}

// Erase forgets what the person accepted. That they did stays in the audit.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.deleteAcceptances(ctx, realmID, userID); err != nil {
			return fmt.Errorf("erase acceptances of user %s: %w", userID, err)
		}
		return s.db.Changed(ctx, acceptedTopic, realmID+"/"+userID)
	})
}

// Export is the section of a person's copy of their data about what they accepted.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	type line struct {
		Kind          string    `json:"kind"`
		Version       string    `json:"version"`
		Language      string    `json:"language"`
		ApplicationID string    `json:"application_id,omitempty"`
		AcceptedAt    time.Time `json:"accepted_at"`
	}
	all, err := s.Acceptances(ctx, realmID, Query{UserID: userID})
	if err != nil {
		return "", nil, err
	}
	lines := make([]line, 0, len(all))
	for _, a := range all {
		lines = append(lines, line{a.Kind, a.Version, a.Language, a.ApplicationID, a.AcceptedAt})
	}
	return "accepted_documents", lines, nil
}
