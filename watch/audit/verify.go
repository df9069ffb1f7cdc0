package audit

import (
	"bytes"
	"context"
	"fmt"
	"slices"
)

// problemsMost is how many problems a report names; the others are counted.
const problemsMost = 100

// Report is what became of looking through a realm's whole chain.
type Report struct {
	RealmID     string    `json:"realm_id"`
	First       int64     `json:"first" doc:"Number of the oldest entry that is kept."`
	Last        int64     `json:"last" doc:"Number of the newest entry."`
	Entries     int64     `json:"entries" doc:"How many were read."`
	Checkpoints int64     `json:"checkpoints" doc:"How many were read."`
	Intact      bool      `json:"intact"`
	Problems    []Problem `json:"problems" nullable:"false" doc:"The first 100."`
	More        int64     `json:"more,omitempty" doc:"How many problems are not listed."`
}

// Problem is one thing that is not as it was written.
type Problem struct {
	// Sequence is the number of the entry, 0 for what is about none.
	Sequence int64  `json:"sequence,omitempty"`
	EntryID  string `json:"entry_id,omitempty"`
	// Checkpoint is the number of the checkpoint, 0 for what is about none.
	Checkpoint int64  `json:"checkpoint,omitempty"`
	What       string `json:"what"`
}

// String is the problem as a sentence.
func (p Problem) String() string {
	switch {
	case p.Sequence > 0 && p.EntryID != "":
		return fmt.Sprintf("entry %d (%s): %s", p.Sequence, p.EntryID, p.What)
	case p.Sequence > 0:
		return fmt.Sprintf("entry %d: %s", p.Sequence, p.What)
	case p.Checkpoint > 0:
		return fmt.Sprintf("checkpoint %d: %s", p.Checkpoint, p.What)
	}
	return p.What
}

// Add adds what was found wrong elsewhere.
func (r *Report) Add(all ...Problem) {
	for _, p := range all {
		r.add(p)
		r.Intact = false
	}
}

func (r *Report) add(p Problem) {
	if len(r.Problems) == problemsMost {
		r.More++
		return
	}
	r.Problems = append(r.Problems, p)
}

// Chains lists the ids of realms that have an audit; "" is what belongs to no realm.
func (s *Service) Chains(ctx context.Context) ([]string, error) {
	ids, err := s.chains(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the chains of the audit: %w", err)
	}
	return ids, nil
}

// Verify reads a realm's whole chain and reports every entry that was changed, removed,
// inserted or moved, and every checkpoint that does not say what is there. Entries that
// are appended meanwhile are not looked at. Its error is the database's.
func (s *Service) Verify(ctx context.Context, realmID string) (*Report, error) {
	for try := 1; ; try++ {
		r, kept, err := s.verify(ctx, realmID)
		if err != nil {
			return nil, fmt.Errorf("verify the audit of realm %q: %w", realmID, err)
		}
		if len(r.Problems) == 0 || try == 3 {
			r.Intact = len(r.Problems) == 0
			return r, nil
		}
		// Segments may have been given up while they were read.
		if h, _, err := s.state(ctx, realmID); err != nil || h == nil || h.Kept == kept {
			return r, err
		}
	}
}

func (s *Service) verify(ctx context.Context, realmID string) (r *Report, kept int64, err error) {
	r = &Report{RealmID: realmID, Problems: []Problem{}}
	h, newest, err := s.state(ctx, realmID)
	if err != nil {
		return nil, 0, err
	}
	if h == nil {
		fresh := newHead(realmID)
		h = &fresh
		chains, err := s.chains(ctx)
		if err != nil || !slices.Contains(chains, realmID) {
			return r, h.Kept, err // nothing has happened yet
		}
		r.add(Problem{What: "the chain has no head: it was removed"})
	} else if !s.intact(h) {
		r.add(Problem{What: "the head of the chain is not as it was written, or the key that sealed it is no longer in AUTHSERVER_SECRET_KEYS"})
	}
	r.First, r.Last = h.Kept, max(h.Seq, newest)
	w := &walk{r: r, h: h, next: h.Kept}
	if err := s.walkSegments(ctx, w); err != nil {
		return nil, 0, err
	}
	if err := s.each(ctx, realmID, h.Kept, max(h.Seq, newest), w.entry); err != nil {
		return nil, 0, err
	}
	w.end()
	return r, h.Kept, nil
}

// walk is the state of going through a chain.
type walk struct {
	r        *Report
	h        *head
	segments []*Segment // whose entries are kept, from the one that is being read
	before   []byte     // hash, as it is stored, of the entry before; nil if there is none to compare with
	next     int64      // number of the entry that comes next
	leaves   []leaf     // of the segment that is being read
	scratch  []byte
}

// entry looks at the next entry that is there.
func (w *walk) entry(e *Entry) error {
	w.r.Entries++
	if e.Seq > w.next {
		w.missing(w.next, min(e.Seq-1, w.h.Seq))
		w.before = nil
	}
	if e.Seq > w.h.Seq {
		w.r.add(Problem{Sequence: e.Seq, EntryID: e.ID, What: "it was inserted behind the end of the chain"})
		w.next = e.Seq + 1
		return nil
	}
	w.next = e.Seq + 1
	hash := e.digest(&w.scratch)
	switch {
	case e.Version != encoding:
		w.r.add(Problem{Sequence: e.Seq, EntryID: e.ID, What: "it was changed: there is no such version"})
	case !bytes.Equal(hash[:], e.Hash):
		w.r.add(Problem{Sequence: e.Seq, EntryID: e.ID, What: "it was changed: its hash is that of something else"})
	case w.before != nil && !bytes.Equal(e.Previous, w.before):
		w.r.add(Problem{Sequence: e.Seq, EntryID: e.ID, What: "it does not follow the entry before: one of them was changed, moved or inserted"})
	}
	w.before = bytes.Clone(e.Hash)
	w.grow(e, hash)
	return nil
}

// grow adds an entry to its segment, and compares the segment when it is complete.
func (w *walk) grow(e *Entry, hash leaf) {
	if len(w.segments) == 0 {
		return
	}
	g := w.segments[0]
	if e.Seq == g.First {
		w.leaves = w.leaves[:0]
	}
	w.leaves = append(w.leaves, hash)
	if e.Seq < g.Last {
		return
	}
	w.segments = w.segments[1:]
	if int64(len(w.leaves)) == g.Last-g.First+1 {
		if root := rootOf(w.leaves); !bytes.Equal(root[:], g.Root) {
			w.r.add(Problem{Checkpoint: g.Number, What: fmt.Sprintf("entries %d to %d are not what was signed: one or more were changed", g.First, g.Last)})
		}
	}
	w.leaves = w.leaves[:0]
}

func (w *walk) missing(from, to int64) {
	for n := from; n <= to; n++ {
		if len(w.r.Problems) == problemsMost {
			w.r.More += to - n + 1
			break
		}
		w.r.add(Problem{Sequence: n, What: "it was removed"})
	}
	for len(w.segments) > 0 && w.segments[0].Last <= to {
		w.segments, w.leaves = w.segments[1:], w.leaves[:0]
	}
}

// end compares the end of the chain with its head.
func (w *walk) end() {
	if w.next <= w.h.Seq {
		w.missing(w.next, w.h.Seq)
		return
	}
	if w.h.Seq >= w.h.Kept && w.before != nil && !bytes.Equal(w.before, w.h.Hash) {
		w.r.add(Problem{Sequence: w.h.Seq, What: "the end of the chain is not what was written: entries since the last checkpoint were changed"})
	}
}
