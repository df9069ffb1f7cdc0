package blueprint

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"authserver/client"
	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// Faults of the room.
var (
	errDocument = fault.New(fault.Invalid, "blueprint_invalid", "The document cannot be read.")
	errDestroys = fault.New(fault.Conflict, "blueprint_destroys", "The document does not list all that there is, so applying it destroys something.")
	errStale    = fault.New(fault.Conflict, "blueprint_stale", "The plan is not the one that was looked at.")
	errUnmet    = fault.New(fault.Conflict, "blueprint_unmet", "The realm would not be as the document says.")
	errStep     = fault.New(fault.Invalid, "blueprint_step_failed", "A step of the plan is not possible, so nothing has happened.")
)

// Deps is what the room needs.
type Deps struct {
	DB *database.DB
	// Within sends requests to the administration of this process, in the transaction of
	// their context and by the caller of the operation that they are part of.
	Within http.RoundTripper
}

// Service is the administration of a realm by a document.
type Service struct {
	db     *database.DB
	within http.RoundTripper
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Within == nil {
		panic("blueprint: DB and Within are required")
	}
	return &Service{d.DB, d.Within}
}

// realm is the administration of the realm in the context, by the caller in it.
func (s *Service) realm(ctx context.Context) (*client.RealmClient, error) {
	c, err := client.New("http://localhost", client.HTTP(&http.Client{Transport: s.within}))
	if err != nil {
		return nil, err
	}
	return c.In(realm.From(ctx).Slug), nil
}

// sent reads a document that somebody sent, who has read the secrets that it refers to.
func sent(text []byte) (*Document, error) {
	d, err := Parse(strings.NewReader(string(text)))
	if err == nil {
		err = d.eachSecret(func(of string, item Item, field string) error {
			if _, told := secretOf(item[field]); !told {
				return errors.New(of + ": send the secret itself, as {value: …}: the server reads no variables and files of yours")
			}
			return nil
		})
	}
	if err != nil {
		return nil, errDocument.Say(sentence(err.Error()))
	}
	return d, nil
}

// sentence makes one of what an error says.
func sentence(text string) string {
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}

// refusal is why something was refused, as the caller of the whole reads it.
func refusal(err error) error {
	var p *client.Problem
	var m misfit
	switch {
	case errors.As(err, &m):
		return errStep.Say(sentence(err.Error()))
	case errors.Is(err, ErrDestroys):
		return errDestroys
	case errors.Is(err, ErrStale):
		return errStale
	case errors.Is(err, ErrUnmet):
		return errUnmet.Say(sentence(err.Error()))
	case !errors.As(err, &p):
		return err
	}
	kind, known := map[int]fault.Kind{
		http.StatusBadRequest: fault.Invalid, http.StatusForbidden: fault.Denied, http.StatusNotFound: fault.Conflict, http.StatusConflict: fault.Conflict,
		http.StatusTooManyRequests: fault.Limited, http.StatusServiceUnavailable: fault.Unavailable,
	}[p.Status]
	if !known {
		return err
	}
	return fault.New(kind, p.Code, sentence(strings.TrimSuffix(err.Error(), " ("+p.Code+")")))
}
