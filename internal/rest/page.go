package rest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"

	"authserver/internal/fault"
	"authserver/internal/secret"
)

// ErrCursor refuses a cursor that was not given for this very list to this caller.
var ErrCursor = fault.New(fault.Invalid, "cursor_invalid", "That cursor does not belong to this list.").At("cursor")

// Page is embedded by operations that answer a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many items to answer at most."`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`

	after string
}

// After is where the page before ended, as the handler named it in ListOf; "" is the
// beginning.
func (p Page) After() string { return p.after }

// List is the answer of an operation that lists.
type List[T any] struct {
	Body Listed[T]
}

// Listed is one page of a list.
type Listed[T any] struct {
	Items      []T    `json:"items" nullable:"false"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Where the next page begins; absent on the last."`
}

func (l *List[T]) position() *string { return &l.Body.NextCursor }

// ListOf is a page with those items; next is the position after which the next one
// begins, in the handler's own words, or "" on the last page.
func ListOf[T any](items []T, next string) *List[T] {
	if items == nil {
		items = []T{}
	}
	return &List[T]{Listed[T]{Items: items, NextCursor: next}}
}

// cursors writes positions so that callers can neither read meaning into them nor make
// one up, nor carry one to another realm, list, filter or caller.
type cursors struct{ keys [][]byte }

const macSize = 16

func newCursors(ring *secret.Ring) cursors { return cursors{ring.Derive("rest: cursors")} }

func (c cursors) seal(position, list string) string {
	mac := secret.MAC(c.keys[0], list, position)[:macSize]
	return base64.RawURLEncoding.EncodeToString(append(mac, position...))
}

func (c cursors) open(cursor, list string) (string, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) <= macSize {
		return "", ErrCursor
	}
	position := string(raw[macSize:])
	for _, key := range c.keys {
		if subtle.ConstantTimeCompare(raw[:macSize], secret.MAC(key, list, position)[:macSize]) == 1 {
			return position, nil
		}
	}
	return "", ErrCursor
}

// listName tells one list of one caller from every other.
func listName(ctx context.Context, path, query string) string {
	p := callOf(ctx).principal
	digest := sha256.Sum256([]byte(p.Kind + "\n" + p.ID + "\n" + p.RealmID + "\n" + path + "\n" + query))
	return string(digest[:])
}
