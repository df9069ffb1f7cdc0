package audit

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"authserver/internal/secret"
)

// keys are the keys of owners; nil for one that is destroyed.
type keys map[string]*secret.Ring

// place is where something sealed belongs; it opens nowhere else.
func place(e *Entry, what string) []string {
	return []string{"audit_entries", e.RealmID, e.ID, what}
}

func keyPlace(realmID, owner string) []string { return []string{"audit_keys", realmID, owner} }

// seal seals what is personal in the events of a realm. What belongs to somebody whose
// key is destroyed is left out, marked by gone.
func (s *Service) seal(ctx context.Context, realmID string, list []parts) error {
	owners := map[string]bool{}
	for _, p := range list {
		if p.details != nil {
			owners[p.entry.detailsOwner()] = true
		}
		if p.origin != nil {
			owners[p.entry.originOwner()] = true
		}
	}
	held, err := s.ownKeys(ctx, realmID, slices.Sorted(maps.Keys(owners)))
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		if p.entry.Details, err = sealWith(held[p.entry.detailsOwner()], p.details, place(&p.entry, "details")); err != nil {
			return err
		}
		if p.entry.Origin, err = sealWith(held[p.entry.originOwner()], p.origin, place(&p.entry, "origin")); err != nil {
			return err
		}
	}
	return nil
}

// gone stands where something would be sealed for somebody who was erased before.
const gone = "-"

func sealWith(key *secret.Ring, plain []byte, where []string) (string, error) {
	switch {
	case plain == nil:
		return "", nil
	case key == nil:
		return gone, nil
	}
	return key.Seal(plain, where...)
}

// ownKeys are the keys of owners of a realm, made for who has none yet.
func (s *Service) ownKeys(ctx context.Context, realmID string, owners []string) (keys, error) {
	held, err := s.openKeys(ctx, realmID, owners)
	if err != nil {
		return nil, err
	}
	made := false
	for _, owner := range owners {
		if _, known := held[owner]; known {
			continue
		}
		sealed, err := s.ring.Seal([]byte(secret.NewKey()), keyPlace(realmID, owner)...)
		if err != nil {
			return nil, err
		}
		// Another dispatcher may have made one meanwhile, or an erasure have come first.
		if err := s.insertKey(ctx, realmID, owner, sealed); err != nil {
			return nil, err
		}
		made = true
	}
	if !made {
		return held, nil
	}
	return s.openKeys(ctx, realmID, owners)
}

// openKeys are the keys that owners have.
func (s *Service) openKeys(ctx context.Context, realmID string, owners []string) (keys, error) {
	if len(owners) == 0 {
		return keys{}, nil
	}
	rows, err := s.keysOf(ctx, realmID, owners)
	if err != nil {
		return nil, err
	}
	held := make(keys, len(rows))
	for _, r := range rows {
		if r.Sealed == "" {
			held[r.OwnerID] = nil
			continue
		}
		key, err := s.ring.Open(r.Sealed, keyPlace(realmID, r.OwnerID)...)
		if err != nil {
			return nil, fmt.Errorf("audit key of %q: %w (is its key still in AUTHSERVER_SECRET_KEYS?)", r.OwnerID, err)
		}
		if held[r.OwnerID], err = secret.ParseRing([]string{string(key)}); err != nil {
			return nil, fmt.Errorf("audit key of %q: %w", r.OwnerID, err)
		}
	}
	return held, nil
}

// Erase destroys the key of a person: what their entries had sealed is lost for good, and
// the chain holds. What is still on its way is not sealed any more but left out.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	if err := s.destroyKey(ctx, realmID, userID); err != nil {
		return fmt.Errorf("destroy the audit key of user %s: %w", userID, err)
	}
	return nil
}
