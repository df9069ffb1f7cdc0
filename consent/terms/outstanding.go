package terms

import (
	"context"
	"fmt"
	"slices"

	"authserver/internal/database"
)

// mark is what is remembered of an acceptance to decide by.
type mark struct {
	documentID string
	global     bool
	kind       string
	number     int64
}

// Outstanding returns what the person must accept before they go on to the application.
// It asks the database only where something is required that the person is not known to
// have accepted.
func (s *Service) Outstanding(ctx context.Context, realmID, applicationID, userID string) ([]*Document, error) {
	f, err := s.inForce(ctx, realmID)
	if err != nil {
		return nil, err
	}
	pins := f.own.pins[applicationID]
	demanded := slices.DeleteFunc(f.all(s.now()), func(d *Document) bool { return !d.Required && pinOf(pins, d.Kind) == nil })
	if len(demanded) == 0 {
		return nil, nil
	}
	who := person{realmID, userID}
	if known, ok := s.accepted.Peek(who); ok {
		if left := unaccepted(demanded, pins, known); len(left) == 0 {
			return nil, nil
		}
	}
	// What is remembered only ever lacks acceptances, so it is asked for once more before
	// anybody is held up.
	marks, err := s.marks(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("acceptances of user %s: %w", userID, err)
	}
	return unaccepted(demanded, pins, marks), nil
}

func (s *Service) marks(ctx context.Context, who person) ([]mark, error) {
	load := func(ctx context.Context) ([]mark, error) { return s.marksOf(ctx, who.realmID, who.userID) }
	if database.Within(ctx) {
		return load(ctx)
	}
	s.accepted.Drop(who)
	return s.accepted.Get(ctx, who, load)
}

func pinOf(pins []Pin, kind string) *Pin {
	if i := slices.IndexFunc(pins, func(p Pin) bool { return p.Kind == kind }); i >= 0 {
		return &pins[i]
	}
	return nil
}

// unaccepted are the documents to which no acceptance answers: that of the document
// itself, or of any version from the application's least one on.
func unaccepted(demanded []*Document, pins []Pin, marks []mark) []*Document {
	var left []*Document
	for _, d := range demanded {
		pin := pinOf(pins, d.Kind)
		if !slices.ContainsFunc(marks, func(m mark) bool {
			return m.documentID == d.ID ||
				pin != nil && pin.Global == d.Global() && m.global == pin.Global && m.kind == d.Kind && m.number >= pin.Number
		}) {
			left = append(left, d)
		}
	}
	return left
}

// Owed implements gate.Terms.
func (s *Service) Owed(ctx context.Context, realmID, applicationID, userID string) (bool, error) {
	left, err := s.Outstanding(ctx, realmID, applicationID, userID)
	return len(left) > 0, err
}
