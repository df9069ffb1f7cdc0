package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/go-jose/go-jose/v4"
)

const segmentBatch = 500

// walkSegments looks at all checkpoints of a chain, and keeps those whose entries are
// there for the walk. Each names the one before, and the head the last: so one that was
// signed with a key that has left the ring is vouched for by what came after it.
func (s *Service) walkSegments(ctx context.Context, w *walk) error {
	trusted := s.PublicKeys()
	number, first := int64(1), int64(1)
	var digest, hash []byte
	hash = make([]byte, hashSize)
	for {
		list, err := s.segments(ctx, w.h.RealmID, number-1, segmentBatch)
		if err != nil {
			return err
		}
		for _, g := range list {
			if g.Number >= w.h.Segment {
				if g.First <= w.h.Seq && g.Last <= w.h.Seq {
					w.r.add(Problem{Checkpoint: g.Number, What: "it was inserted: the head knows nothing of it"})
				}
				continue // or closed since the head was read
			}
			w.r.Checkpoints++
			for ; number < g.Number; number++ {
				w.r.add(Problem{Checkpoint: number, What: "it was removed"})
				digest, hash, first = nil, nil, g.First
			}
			if what := check(g, trusted, digest); what != "" {
				w.r.add(Problem{Checkpoint: g.Number, What: what})
			} else if g.First != first || hash != nil && !bytes.Equal(hash, g.Previous) {
				w.r.add(Problem{Checkpoint: g.Number, What: "it does not begin where the one before ends"})
			}
			number, first, digest, hash = g.Number+1, g.Last+1, digestOf(g.Checkpoint), g.Hash
			if g.First >= w.h.Kept {
				w.segments = append(w.segments, g)
			}
			if g.First == w.h.Kept {
				w.before = g.Previous
			}
		}
		if len(list) < segmentBatch {
			break
		}
	}
	for ; number < w.h.Segment; number++ {
		w.r.add(Problem{Checkpoint: number, What: "it was removed"})
		digest = nil
	}
	if w.h.First != first && digest != nil || digest != nil && !bytes.Equal(digest, w.h.Checkpoint) {
		w.r.add(Problem{Checkpoint: w.h.Segment - 1, What: "it is not the one that the head knows"})
	}
	if w.h.First == w.h.Kept {
		w.before = hash // the open segment is all that is left
	}
	return nil
}

// check says what is wrong with a checkpoint; "" for nothing. Before is the digest of the
// one before it, nil if that is unknown.
func check(g *Segment, trusted jose.JSONWebKeySet, before []byte) string {
	c, err := ReadCheckpoint(g.Checkpoint, trusted)
	if errors.Is(err, errUnknownKey) {
		// An older key of the ring, or somebody else's: then the next one names another.
		signed, broken := jose.ParseSignedCompact(g.Checkpoint, []jose.SignatureAlgorithm{jose.EdDSA})
		if broken != nil {
			return "it was changed: " + broken.Error()
		}
		c, err = claimsOf(signed.UnsafePayloadWithoutVerification())
	}
	if err != nil {
		return "it was changed: " + err.Error()
	}
	want := g.claims(before)
	if before == nil && g.Number > 1 {
		want.Before = c.Before
	}
	a, bad := json.Marshal(c)
	b, worse := json.Marshal(want)
	if bad != nil || worse != nil || !bytes.Equal(a, b) {
		return "it was changed: its row says something else than what was signed, or the one before is another"
	}
	return ""
}
