package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"authserver/internal/event"
	"authserver/internal/secret"
)

// Line is an entry as people read it, with what was sealed.
type Line struct {
	Sequence      int64          `json:"sequence" doc:"1, 2, 3 … in the realm."`
	ID            string         `json:"id" format:"uuid"`
	At            time.Time      `json:"at"`
	Type          string         `json:"type" doc:"What happened, such as user.created."`
	Actor         Actor          `json:"actor"`
	ApplicationID string         `json:"application_id,omitempty" doc:"The application that it is about, else through which it was done."`
	Target        Thing          `json:"target" doc:"What it is about."`
	Subject       Thing          `json:"subject" doc:"The person concerned; the target if it is about none."`
	RequestID     string         `json:"request_id,omitempty"`
	IP            string         `json:"ip,omitempty" doc:"Where the actor acted from."`
	UserAgent     string         `json:"user_agent,omitempty"`
	Data          map[string]any `json:"data" nullable:"false" doc:"What the event says beyond that."`
	Erased        bool           `json:"erased" doc:"Something about a person was here and is gone, because they were erased."`
	Hash          string         `json:"hash" doc:"Of the entry, in base64url."`
}

// Actor is who did it.
type Actor struct {
	Kind          string `json:"kind" enum:"anonymous,user,application,api_key,operator,system"`
	ID            string `json:"id,omitempty"`
	ApplicationID string `json:"application_id,omitempty" doc:"Through which they acted."`
}

// Thing names something by kind and id.
type Thing struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// List returns entries of a realm, the newest first, and records that they were read.
func (s *Service) List(ctx context.Context, realmID string, f Filter) ([]*Line, error) {
	list, err := s.list(ctx, realmID, f)
	if err != nil {
		return nil, fmt.Errorf("list the audit of realm %s: %w", realmID, err)
	}
	return s.told(ctx, realmID, list, Read{How: "list", Asked: f.asked(), Entries: len(list)})
}

// Download is List for more entries: up to most of them, else ErrTooMany.
func (s *Service) Download(ctx context.Context, realmID string, f Filter, most int) ([]*Line, error) {
	f.Limit = most + 1
	list, err := s.list(ctx, realmID, f)
	if err != nil {
		return nil, fmt.Errorf("export the audit of realm %s: %w", realmID, err)
	}
	if len(list) > most {
		return nil, ErrTooMany
	}
	return s.told(ctx, realmID, list, Exported{Asked: f.asked(), Entries: len(list)})
}

// Read returns one entry by the id of its event, or ErrNotFound, and records that it was
// read.
func (s *Service) Read(ctx context.Context, realmID, entryID string) (*Line, error) {
	e, err := s.byID(ctx, realmID, entryID)
	if err != nil {
		return nil, fmt.Errorf("read audit entry %s: %w", entryID, err)
	}
	if e == nil {
		return nil, ErrNotFound
	}
	lines, err := s.told(ctx, realmID, []*Entry{e}, Read{How: "entry", EntryID: entryID, Entries: 1})
	if err != nil {
		return nil, err
	}
	return lines[0], nil
}

// told records that entries are told, and opens them.
func (s *Service) told(ctx context.Context, realmID string, list []*Entry, what event.Payload) ([]*Line, error) {
	if err := s.recordRead(ctx, realmID, what); err != nil {
		return nil, err
	}
	return s.lines(ctx, realmID, list)
}

func (s *Service) recordRead(ctx context.Context, realmID string, what event.Payload) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		return s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "audit", ID: realmID}, what)
	})
}

func (f Filter) asked() *Asked {
	a := Asked{Type: f.Type, ActorID: f.ActorID, SubjectID: f.SubjectID, ApplicationID: f.ApplicationID, RequestID: f.RequestID}
	if !f.From.IsZero() {
		a.From = f.From.UTC().Format(time.RFC3339)
	}
	if !f.To.IsZero() {
		a.To = f.To.UTC().Format(time.RFC3339)
	}
	if a == (Asked{}) {
		return nil
	}
	return &a
}

// lines opens entries with the keys that there are.
func (s *Service) lines(ctx context.Context, realmID string, list []*Entry) ([]*Line, error) {
	wanted := map[string]bool{}
	for _, e := range list {
		if e.Details != "" {
			wanted[e.detailsOwner()] = true
		}
		if e.Origin != "" {
			wanted[e.originOwner()] = true
		}
	}
	held := keys{}
	var some []string
	for owner := range wanted {
		if some = append(some, owner); len(some) == 500 || len(held)+len(some) == len(wanted) {
			opened, err := s.openKeys(ctx, realmID, some)
			if err != nil {
				return nil, err
			}
			for _, owner := range some {
				held[owner] = opened[owner]
			}
			some = nil
		}
	}
	lines := make([]*Line, 0, len(list))
	for _, e := range list {
		l, err := e.line(held)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (e *Entry) line(held keys) (*Line, error) {
	l := &Line{
		Sequence: e.Seq, ID: e.ID, At: e.At, Type: e.Type, Actor: Actor{e.ActorKind, e.ActorID, e.ActorApplicationID}, ApplicationID: e.ApplicationID,
		Target: Thing{e.RefKind, e.RefID}, Subject: Thing{e.SubjectKind, e.SubjectID}, RequestID: e.RequestID, Data: map[string]any{}, Hash: encoded(e.Hash),
	}
	if err := json.Unmarshal([]byte(e.Payload), &l.Data); err != nil {
		return nil, fmt.Errorf("payload of audit entry %s: %w", e.ID, err)
	}
	var origin Origin
	for _, part := range []struct {
		sealed, what, owner string
		into                any
	}{{e.Details, "details", e.detailsOwner(), &l.Data}, {e.Origin, "origin", e.originOwner(), &origin}} {
		plain, erased, err := openWith(held[part.owner], part.sealed, place(e, part.what))
		if err != nil {
			return nil, fmt.Errorf("%s of audit entry %s: %w", part.what, e.ID, err)
		}
		l.Erased = l.Erased || erased
		if plain == nil {
			continue
		}
		if err := json.Unmarshal(plain, part.into); err != nil {
			return nil, fmt.Errorf("%s of audit entry %s: %w", part.what, e.ID, err)
		}
	}
	l.IP, l.UserAgent = origin.IP, origin.UserAgent
	return l, nil
}

// openWith opens what sealWith sealed; erased says that there is no key for it any more.
func openWith(key *secret.Ring, sealed string, where []string) (plain []byte, erased bool, err error) {
	switch {
	case sealed == "":
		return nil, false, nil
	case sealed == gone || key == nil:
		return nil, true, nil
	}
	plain, err = key.Open(sealed, where...)
	return plain, false, err
}
