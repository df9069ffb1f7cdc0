package consent

import (
	"slices"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
)

// ErrNotGranted says that there is no consent to revoke.
var ErrNotGranted = fault.New(fault.NotFound, "consent_not_found", "There is no such consent.")

// Grant is what a person granted to an application.
type Grant struct {
	RealmID, UserID, ApplicationID string
	Scopes                         []string // sorted
	GrantedAt                      time.Time
	UpdatedAt                      time.Time // when it was last given or widened
}

// Missing returns the scopes of asked that are not among granted, each once and in
// their order.
func Missing(granted, asked []string) []string {
	var missing []string
	for _, scope := range asked {
		if !slices.Contains(granted, scope) && !slices.Contains(missing, scope) {
			missing = append(missing, scope)
		}
	}
	return missing
}

// union returns all scopes of both, sorted, each once: one set has one spelling.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// ref names the person in an event.
func ref(realmID, userID string) event.Ref {
	return event.Ref{RealmID: realmID, Kind: "user", ID: userID}
}
