package audit

import (
	"context"
	"fmt"
)

// Compare holds checkpoints that were kept elsewhere to the chains of the database, and
// returns by realm what does not fit. A chain that verifies in itself and misses a
// checkpoint, or has another in its place, is an older state of everything, or another. The
// checkpoints must be signed with keys of this house's ring.
func (s *Service) Compare(ctx context.Context, kept []string) (map[string][]Problem, error) {
	found := map[string][]Problem{}
	for i, checkpoint := range kept {
		held, err := ReadCheckpoint(checkpoint, s.PublicKeys())
		if err != nil {
			return nil, fmt.Errorf("checkpoint %d of those that were kept: %w", i+1, err)
		}
		what, err := s.against(ctx, held)
		if err != nil {
			return nil, fmt.Errorf("compare checkpoint %d of realm %q: %w", held.Number, held.RealmID, err)
		}
		if what != "" {
			found[held.RealmID] = append(found[held.RealmID], Problem{Checkpoint: held.Number, What: what})
		}
	}
	return found, nil
}

// against says what is wrong with the chain if the checkpoint is right, "" for nothing.
func (s *Service) against(ctx context.Context, held *Claims) (string, error) {
	list, err := s.segments(ctx, held.RealmID, held.Number-1, 1)
	if err != nil {
		return "", err
	}
	if len(list) == 0 || list[0].Number != held.Number {
		return "one that was kept elsewhere is not here: this is an older state, or a part was removed", nil
	}
	here := list[0]
	if here.First != held.First || here.Last != held.Last || encoded(here.Previous) != held.Previous || encoded(here.Hash) != held.Hash || encoded(here.Root) != held.Root {
		return "it is another than the one that was kept elsewhere: what is below it was written anew", nil
	}
	return "", nil
}
