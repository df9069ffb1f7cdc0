package realm

import (
	"context"
	"slices"
	"strings"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
)

// Faults of the room. NotFound also stands for a blocked realm.
var (
	ErrNotFound         = fault.New(fault.NotFound, "realm_not_found", "There is no such realm.")
	ErrSlugInvalid      = fault.New(fault.Invalid, "realm_slug_invalid", "A slug has 1 to 63 lower-case letters, digits and hyphens, and neither begins nor ends with a hyphen.")
	ErrSlugReserved     = fault.New(fault.Invalid, "realm_slug_reserved", "That slug is reserved.")
	ErrSlugTaken        = fault.New(fault.Conflict, "realm_slug_taken", "That slug is already in use.")
	ErrAlreadySuspended = fault.New(fault.Conflict, "realm_already_suspended", "The realm is already suspended.")
	ErrNotSuspended     = fault.New(fault.Conflict, "realm_not_suspended", "Suspend the realm before you delete it.")
	ErrAlreadyActive    = fault.New(fault.Conflict, "realm_already_active", "The realm is already active.")
)

// Realm is one tenant. Values that come from BySlug, ByID and From are shared
// between requests and must not be changed.
type Realm struct {
	ID, Slug, Name  string
	Active          bool
	Branding        Branding
	DefaultLanguage string // BCP 47, or empty
	Policy          Policy
	// Version counts the changes; it serves as an ETag.
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// Ref names the realm in an event.
func (r *Realm) Ref() event.Ref { return event.Ref{RealmID: r.ID, Kind: "realm", ID: r.ID} }

// normalise brings the fields that people write into their stored form and
// returns the first rule that one of them breaks.
func (r *Realm) normalise() error {
	var err error
	if r.Name, err = DisplayName("name", r.Name); err != nil {
		return err
	}
	if r.DefaultLanguage, err = languageTag(r.DefaultLanguage); err != nil {
		return err
	}
	if err := r.Branding.normalise(); err != nil {
		return err
	}
	return r.Policy.Check()
}

const slugMax = 63

// reserved are slugs that a person or a proxy rule would take for a part of the
// server instead of a tenant.
func reserved() []string {
	return []string{
		"account", "admin", "api", "assets", "healthz", "internal", "me", "metrics", "new", "null",
		"oauth2", "readyz", "realm", "realms", "root", "static", "system", "undefined", "well-known", "www",
	}
}

// CheckSlug reports whether slug may name a new realm: one DNS label, so that a
// realm can have a host of its own. The prefix xn-- is refused because it would
// show as other letters there.
func CheckSlug(slug string) error {
	if !wellFormed(slug) {
		return ErrSlugInvalid.At("slug")
	}
	if strings.HasPrefix(slug, "xn--") || slices.Contains(reserved(), slug) {
		return ErrSlugReserved.At("slug")
	}
	return nil
}

// wellFormed is ^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$, decided without a regular
// expression because every request asks it.
func wellFormed(slug string) bool {
	if slug == "" || len(slug) > slugMax || slug[0] == '-' || slug[len(slug)-1] == '-' {
		return false
	}
	for i := range len(slug) {
		c := slug[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

type contextKey struct{}

// Into returns a context that carries r as the realm of the request.
func Into(ctx context.Context, r *Realm) context.Context {
	return context.WithValue(ctx, contextKey{}, r)
}

// From returns the realm of the request. It panics when there is none: the route
// was mounted outside a realm.
func From(ctx context.Context) *Realm {
	r, ok := Maybe(ctx)
	if !ok {
		panic("realm: no realm in the context")
	}
	return r
}

// Maybe returns the realm of the request, if the request has one.
func Maybe(ctx context.Context) (*Realm, bool) {
	r, ok := ctx.Value(contextKey{}).(*Realm)
	return r, ok && r != nil
}
