package client

import "encoding/json"

// Opt is a member of a JSON merge patch (RFC 7396): the zero value leaves it alone.
type Opt[T any] struct {
	given, null bool
	value       T
}

// Set is a member with that value.
func Set[T any](value T) Opt[T] { return Opt[T]{given: true, value: value} }

// Null removes the member, or sets it to what the server takes for none.
func Null[T any]() Opt[T] { return Opt[T]{given: true, null: true} }

// IsZero reports whether the member is left alone; encoding/json then leaves it out.
func (o Opt[T]) IsZero() bool { return !o.given }

// MarshalJSON implements json.Marshaler.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.given || o.null {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Opt[T]) UnmarshalJSON(b []byte) error {
	*o = Opt[T]{given: true, null: string(b) == "null"}
	if o.null {
		return nil
	}
	return json.Unmarshal(b, &o.value)
}

// Get returns the value, and whether there is one.
func (o Opt[T]) Get() (T, bool) { return o.value, o.given && !o.null }
