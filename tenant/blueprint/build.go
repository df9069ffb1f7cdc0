package blueprint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"authserver/client"
)

// site is a realm that is read or built: the ids of what is there, by section and name.
type site struct {
	realm *client.RealmClient
	ids   map[string]map[string]string
	// off are the ids of applications that are switched off, offRoles those of their roles.
	off, offRoles map[string]bool
	// secretive are the ids of providers that have a secret.
	secretive map[string]bool
	// have is what was there when the site was read.
	have *Document
}

func newSite(realm *client.RealmClient) *site {
	return &site{realm: realm, ids: map[string]map[string]string{}, off: map[string]bool{}, offRoles: map[string]bool{}, secretive: map[string]bool{}}
}

// name is the name of the thing of that id, or "".
func (s *site) name(section, id string) string {
	for name, known := range s.ids[section] {
		if known == id {
			return name
		}
	}
	return ""
}

func (s *site) learn(section, name, id string) {
	if s.ids[section] == nil {
		s.ids[section] = map[string]string{}
	}
	s.ids[section][name] = id
}

// Read makes a document of what the realm has, as far as the caller may read it.
func Read(ctx context.Context, realm *client.RealmClient) (*Document, error) {
	return newSite(realm).read(ctx)
}

func (s *site) read(ctx context.Context) (*Document, error) {
	s.have = &Document{Sections: map[string]map[string]Item{}}
	for _, part := range sections() {
		items, err := part.read(ctx, s)
		if client.Code(err) == "permission_denied" {
			s.have.hidden = append(s.have.hidden, part.name)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", part.name, err)
		}
		s.have.Sections[part.name] = items
	}
	return s.have, nil
}

// Plan says what would make the realm what the document says.
func Plan(ctx context.Context, realm *client.RealmClient, want *Document) ([]Step, error) {
	return newSite(realm).plan(ctx, want)
}

func (s *site) plan(ctx context.Context, want *Document) ([]Step, error) {
	have, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	for _, part := range sections() {
		if _, spoken := want.Sections[part.name]; spoken && slices.Contains(have.hidden, part.name) {
			return nil, &client.Problem{Status: http.StatusForbidden, Code: "permission_denied", Detail: "The caller may not read " + part.name + ", of which the document speaks."}
		}
		if part.probe == nil {
			continue
		}
		if err := part.probe(ctx, s, have.Sections[part.name], both(want.Sections[part.name], have.Sections[part.name])); err != nil {
			return nil, fmt.Errorf("read %s: %w", part.name, err)
		}
	}
	return Compare(have, want), nil
}

// both are the items of want that there are already.
func both(want, have map[string]Item) map[string]Item {
	items := map[string]Item{}
	for name, item := range want {
		if _, there := have[name]; there {
			items[name] = item
		}
	}
	return items
}

// Leave says how far a build may go.
type Leave struct {
	// Destroy allows to destroy.
	Destroy bool
	// Plan is the Fingerprint of the only plan that may be carried out; "" is any.
	Plan string
}

// Refusals of a build that has no leave.
var (
	ErrDestroys = errors.New("the document does not list all that there is, so applying it destroys something")
	ErrStale    = errors.New("the plan is not the one that was looked at: the realm or the document has changed since")
	ErrUnmet    = errors.New("the realm would not be as the document says")
)

// misfit is why a step of a plan is not possible.
type misfit string

// Error implements error.
func (m misfit) Error() string { return string(m) }

// Build plans anew, makes the realm what the document says, and returns what it did. Its
// calls should be one transaction: it fails in the middle where a step fails, and where
// the realm is not what the document says after the last one.
func Build(ctx context.Context, realm *client.RealmClient, want *Document, leave Leave) ([]Step, error) {
	s := newSite(realm)
	steps, err := s.plan(ctx, want)
	switch {
	case err != nil:
		return nil, err
	case leave.Plan != "" && leave.Plan != Fingerprint(steps):
		return steps, ErrStale
	case Destroys(steps) && !leave.Destroy:
		return steps, ErrDestroys
	}
	first := slices.IndexFunc(steps, func(s Step) bool { return s.Kind == Destroy })
	if first < 0 {
		first = len(steps)
	}
	for _, part := range sections() {
		if err := s.raise(ctx, part, steps[:first], want); err != nil {
			return nil, err
		}
	}
	for _, step := range steps[first:] {
		part, _ := find(step.Section)
		if err := part.do(ctx, s, step, nil); err != nil {
			return nil, fmt.Errorf("%s %s %s: %w", step.Kind, step.Section, step.Name, err)
		}
	}
	left, err := Plan(ctx, realm, want)
	if err != nil {
		return nil, err
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("%w:\n%s", ErrUnmet, Text(left))
	}
	return steps, nil
}

// raise adds and changes the things of one section.
func (s *site) raise(ctx context.Context, part *section, steps []Step, want *Document) error {
	items := part.expected(s.have.Sections[part.name], want.Sections[part.name])
	var touched []string
	for _, step := range steps {
		if step.Section != part.name {
			continue
		}
		touched = append(touched, step.Name)
		if err := part.do(ctx, s, step, items[step.Name]); err != nil {
			return fmt.Errorf("%s %s %s: %w", step.Kind, step.Section, step.Name, err)
		}
	}
	if part.finish == nil || len(touched) == 0 {
		return nil
	}
	if err := part.finish(ctx, s, items, touched); err != nil {
		return fmt.Errorf("%s: %w", part.name, err)
	}
	return nil
}

func (s *section) do(ctx context.Context, at *site, step Step, item Item) error {
	switch step.Kind {
	case Add:
		return s.add(ctx, at, step.Name, item)
	case Change:
		return s.change(ctx, at, step.Name, item, step.Fields)
	case Destroy:
		return s.destroy(ctx, at, at.ids[s.name][step.Name])
	}
	return nil
}

// into makes a request of an item; fields of the item that the request does not know are
// dropped.
func into[T any](item Item) (T, error) {
	var request T
	raw, err := json.Marshal(item)
	if err == nil {
		err = json.Unmarshal(raw, &request)
	}
	return request, err
}

// without is the item without some fields.
func without(item Item, fields ...string) Item {
	c := Item{}
	for name, value := range item {
		c[name] = value
	}
	for _, name := range fields {
		delete(c, name)
	}
	return c
}

// only are the item's fields that change.
func only(item Item, fields []Field) Item {
	c := Item{}
	for _, f := range fields {
		c[f.Name] = item[f.Name]
	}
	return c
}
