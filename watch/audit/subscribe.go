package audit

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"authserver/internal/event"
	"authserver/internal/failpoint"
)

// Name implements event.Subscriber.
func (s *Service) Name() string { return "audit" }

// Handle implements event.Subscriber.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	return s.HandleAll(ctx, []event.Event{e})
}

// HandleAll implements event.Batcher: it appends an entry for each event to the chain of
// its realm. Realms come in order, so that two dispatchers never wait for each other.
func (s *Service) HandleAll(ctx context.Context, list []event.Event) error {
	byRealm := map[string][]parts{}
	for _, e := range list {
		byRealm[e.RealmID] = append(byRealm[e.RealmID], partsOf(e))
	}
	for _, realmID := range slices.Sorted(maps.Keys(byRealm)) {
		if err := s.append(ctx, realmID, byRealm[realmID]); err != nil {
			return fmt.Errorf("append to the audit of realm %q: %w", realmID, err)
		}
	}
	return nil
}

// append adds entries to a realm's chain, in the transaction of ctx.
func (s *Service) append(ctx context.Context, realmID string, list []parts) error {
	if err := s.seal(ctx, realmID, list); err != nil {
		return err
	}
	h, err := s.lockHead(ctx, realmID)
	if err != nil {
		return err
	}
	intact := s.intact(h)
	if !intact {
		s.logger.ErrorContext(ctx, "audit: the end of a chain is not as it was left; run `authserver audit verify`", "realm_id", realmID, "sequence", h.Seq)
	}
	if h.Opened.IsZero() {
		h.Opened = s.now()
	}
	var scratch []byte
	for i := range list {
		e := &list[i].entry
		e.Seq, e.Previous = h.Seq+1, h.Hash
		hash := e.digest(&scratch)
		e.Hash = hash[:]
		h.Seq, h.Hash = e.Seq, e.Hash
	}
	if err := s.insertEntries(ctx, list); err != nil {
		return err
	}
	if err := failpoint.Hit(ctx, "audit/appended"); err != nil {
		return err
	}
	s.sealHead(h, intact)
	return s.saveHead(ctx, h)
}
