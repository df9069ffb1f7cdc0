package blueprint

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"authserver/client"
)

// site is a realm that is read or built: the ids of what is there, by section and name.
type site struct {
	realm *client.RealmClient
	ids   map[string]map[string]string
	// off are the ids of applications that are switched off, offRoles those of their roles.
	off, offRoles map[string]bool
	// secret resolves a reference to a secret that stands outside of the document.
	secret func(reference any) (string, error)
}

func newSite(realm *client.RealmClient) *site {
	return &site{realm: realm, ids: map[string]map[string]string{}, off: map[string]bool{}, offRoles: map[string]bool{}}
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

// Read makes a document of what the realm has.
func Read(ctx context.Context, realm *client.RealmClient) (*Document, error) {
	return newSite(realm).read(ctx)
}

func (s *site) read(ctx context.Context) (*Document, error) {
	d := &Document{Sections: map[string]map[string]Item{}}
	for _, part := range sections() {
		items, err := part.read(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", part.name, err)
		}
		d.Sections[part.name] = items
	}
	return d, nil
}

// Build makes the realm what the document says and returns what it did. Its calls should
// be one transaction: it fails in the middle where a step fails, and where the realm is
// not what the document says after the last one.
func Build(ctx context.Context, realm *client.RealmClient, want *Document, secret func(reference any) (string, error)) ([]Step, error) {
	s := newSite(realm)
	s.secret = secret
	have, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	steps := Compare(have, want)
	kept, gone := steps, []Step(nil)
	if first := slices.IndexFunc(steps, func(s Step) bool { return s.Kind == Destroy }); first >= 0 {
		kept, gone = steps[:first], steps[first:]
	}
	if err := s.do(ctx, kept, want); err != nil {
		return nil, err
	}
	// Roles that contain one another exist only now, and what is destroyed must be in none.
	for _, step := range kept {
		if step.Section != "roles" {
			continue
		}
		if err := nest(ctx, s, step.Name, want.Sections["roles"][step.Name]); err != nil {
			return nil, fmt.Errorf("%s %s %s: %w", step.Kind, step.Section, step.Name, err)
		}
	}
	if err := s.do(ctx, gone, want); err != nil {
		return nil, err
	}
	if have, err = newSite(realm).read(ctx); err != nil {
		return nil, err
	}
	if left := Compare(have, want); len(left) > 0 {
		return nil, fmt.Errorf("the realm would not be as the document says:\n%s", Text(left))
	}
	return steps, nil
}

// do does the steps in order.
func (s *site) do(ctx context.Context, steps []Step, want *Document) error {
	for _, step := range steps {
		part, _ := find(step.Section)
		if err := part.do(ctx, s, step, want.Sections[step.Section][step.Name]); err != nil {
			return fmt.Errorf("%s %s %s: %w", step.Kind, step.Section, step.Name, err)
		}
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
