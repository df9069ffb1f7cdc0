package pubsub

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"authserver/internal/rest"
)

// Handlers says who handles which type of message.
type Handlers struct{ of map[string]handler }

type handler struct {
	shape *rest.Shape
	run   func(ctx context.Context, m Message) error
}

// On registers fn for a type of message. T is the Go type of its payload, from which the
// schema is made that payloads are held to: members that T does not have are refused.
// fn runs in a transaction and writes rows, nothing slow and nothing remote; an error
// undoes them and lets the bus deliver the message again. On panics when the type has a
// handler already.
func On[T any](h *Handlers, messageType string, fn func(ctx context.Context, m Message, payload T) error) {
	if h.of == nil {
		h.of = map[string]handler{}
	}
	if _, taken := h.of[messageType]; taken {
		panic("pubsub: two handlers for " + messageType)
	}
	h.of[messageType] = handler{
		shape: rest.ShapeOf(reflect.TypeFor[T]()),
		run: func(ctx context.Context, m Message) error {
			var payload T
			if err := json.Unmarshal(m.Payload, &payload); err != nil {
				return fmt.Errorf("%w: %w", ErrValidation, err)
			}
			return fn(ctx, m, payload)
		},
	}
}

// Types names the types that are handled, in order.
func (h *Handlers) Types() []string {
	var all []string
	for t := range h.of {
		all = append(all, t)
	}
	slices.Sort(all)
	return all
}

// find returns the handler of a message that may be handled.
func (h *Handlers) find(m Message) (handler, error) {
	found, ok := h.of[m.Type]
	if !ok {
		return handler{}, fmt.Errorf("%w: %s", ErrNoHandler, m.Type)
	}
	if err := found.shape.Check(m.Payload); err != nil {
		return handler{}, fmt.Errorf("%w: %w", ErrValidation, err)
	}
	return found, nil
}
