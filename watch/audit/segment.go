package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/failpoint"
)

// ErrTampered says that a chain is not what was written. Verify tells where.
var ErrTampered = errors.New("the audit has been tampered with: run `authserver audit verify`")

const headBatch = 500

// Checkpoint closes and signs what is due in all realms, and returns how many segments.
// What has been tampered with is not signed, and keeps nobody else from it.
func (s *Service) Checkpoint(ctx context.Context) (int, error) {
	closed, last := 0, ""
	var failures []error
	for first := true; ; first = false {
		list, err := s.heads(ctx, last, first, headBatch)
		if err != nil {
			return closed, fmt.Errorf("look for segments to close: %w", err)
		}
		for _, h := range list {
			last = h.RealmID
			for s.due(h) {
				next, err := s.close(ctx, h)
				if err != nil {
					failures = append(failures, fmt.Errorf("checkpoint of realm %q: %w", h.RealmID, err))
				}
				if err != nil || next == nil {
					break
				}
				h = next
				closed++
			}
		}
		if len(list) < headBatch {
			return closed, errors.Join(failures...)
		}
	}
}

// due reports whether the open segment is to be closed.
func (s *Service) due(h *head) bool {
	return h.size() >= s.most || h.size() > 0 && !s.now().Before(h.Opened.Add(segmentAge))
}

// CheckpointNow closes and signs what a realm has, however little. It returns how many
// segments.
func (s *Service) CheckpointNow(ctx context.Context, realmID string) (int, error) {
	h, _, err := s.state(ctx, realmID)
	closed := 0
	for err == nil && h != nil && h.size() > 0 {
		if h, err = s.close(ctx, h); h != nil {
			closed++
		}
	}
	return closed, err
}

// close closes the open segment of a head that was read a moment ago, or its beginning if
// it is longer than a segment may be. It returns the new head, or nil if another node was
// quicker.
func (s *Service) close(ctx context.Context, seen *head) (*head, error) {
	if !s.intact(seen) {
		return nil, ErrTampered
	}
	g := &Segment{RealmID: seen.RealmID, Number: seen.Segment, First: seen.First, Last: min(seen.Seq, seen.First+s.most-1), ClosedAt: database.At(s.now()).Time()}
	leaves, err := s.leavesOf(ctx, g)
	if err != nil {
		return nil, err
	}
	root := rootOf(leaves)
	g.Root = root[:]
	if err := s.sign(g, seen.Checkpoint); err != nil {
		return nil, err
	}
	var after *head
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		after = nil
		h, err := s.lockHead(ctx, g.RealmID)
		if err != nil || h.Segment != g.Number {
			return err
		}
		if !s.intact(h) || h.Seq < g.Last {
			return ErrTampered
		}
		if err := s.insertSegment(ctx, g); err != nil {
			return err
		}
		if err := failpoint.Hit(ctx, "audit/closing"); err != nil {
			return err
		}
		h.Segment, h.First, h.Checkpoint = g.Number+1, g.Last+1, digestOf(g.Checkpoint)
		if h.size() == 0 {
			h.Opened = time.Time{}
		}
		s.sealHead(h, true)
		after = h
		return s.saveHead(ctx, h)
	})
	return after, err
}

// leavesOf reads the entries of a segment, checks the chain through them, and writes its
// ends into the segment.
func (s *Service) leavesOf(ctx context.Context, g *Segment) ([]leaf, error) {
	leaves := make([]leaf, 0, g.Last-g.First+1)
	var scratch []byte
	next := g.First
	err := s.each(ctx, g.RealmID, g.First, g.Last, func(e *Entry) error {
		hash := e.digest(&scratch)
		if e.Seq != next || !bytes.Equal(hash[:], e.Hash) || len(leaves) > 0 && !bytes.Equal(e.Previous, leaves[len(leaves)-1][:]) {
			return ErrTampered
		}
		if e.Seq == g.First {
			g.Previous = bytes.Clone(e.Previous)
		}
		next++
		leaves = append(leaves, hash)
		return nil
	})
	if err == nil && next != g.Last+1 {
		err = ErrTampered
	}
	if err != nil {
		return nil, err
	}
	g.Hash = bytes.Clone(leaves[len(leaves)-1][:])
	return leaves, nil
}
