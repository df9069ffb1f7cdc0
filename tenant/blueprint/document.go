package blueprint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Version is that of the form of documents.
const Version = 1

// Item is one thing: its fields by name, as JSON has them.
type Item map[string]any

// Document is a realm. A nil section is one that the document does not speak about.
type Document struct {
	Sections map[string]map[string]Item
	// hidden are sections that whoever read the realm may not see.
	hidden []string
}

// single names the items of sections that have one: the realm and its settings.
const single = ""

// Parse reads a document of YAML. An unknown section or field, and one that stands twice,
// is an error that names its line.
func Parse(r io.Reader) (*Document, error) {
	d := yaml.NewDecoder(r)
	var root yaml.Node
	if err := d.Decode(&root); err != nil {
		return nil, fmt.Errorf("the document cannot be read: %w", err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("there must be one document in the file")
	}
	doc := &Document{Sections: map[string]map[string]Item{}}
	version := false
	err := members(root.Content[0], "the document", func(key, value *yaml.Node) error {
		if key.Value == "version" {
			version = true
			if value.Value != fmt.Sprint(Version) {
				return fmt.Errorf("line %d: this program knows version %d of documents", value.Line, Version)
			}
			return nil
		}
		s, known := find(key.Value)
		if !known {
			return fmt.Errorf("line %d: there is no section %q", key.Line, key.Value)
		}
		items, err := s.parse(value)
		if err == nil {
			doc.Sections[s.name] = items
		}
		return err
	})
	if err == nil && !version {
		err = fmt.Errorf("the document must say version: %d", Version)
	}
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// parse reads one section.
func (s *section) parse(n *yaml.Node) (map[string]Item, error) {
	items := map[string]Item{}
	one := func(name string, n *yaml.Node) error {
		item, err := s.item(n)
		if err != nil {
			return err
		}
		if s.key != nil {
			if name, err = s.key(item); err != nil {
				return fmt.Errorf("line %d: %w", n.Line, err)
			}
			if _, twice := items[name]; twice {
				return fmt.Errorf("line %d: %q stands twice", n.Line, name)
			}
		}
		items[name] = item
		return nil
	}
	var err error
	switch {
	case s.single:
		err = one(single, n)
	case s.key != nil:
		err = elements(n, s.name, func(n *yaml.Node) error { return one("", n) })
	default:
		err = members(n, s.name, func(key, value *yaml.Node) error { return one(key.Value, value) })
	}
	if err == nil && s.check != nil {
		if err = s.check(items); err != nil {
			err = fmt.Errorf("line %d: %w", n.Line, err)
		}
	}
	return items, err
}

// elements goes through a list.
func elements(n *yaml.Node, of string, each func(*yaml.Node) error) error {
	if n.Kind != yaml.SequenceNode {
		return fmt.Errorf("line %d: %s must be a list", n.Line, of)
	}
	for _, element := range n.Content {
		if err := each(element); err != nil {
			return err
		}
	}
	return nil
}

// item reads the fields of one thing.
func (s *section) item(n *yaml.Node) (Item, error) {
	item := Item{}
	if err := members(n, s.name, func(key, value *yaml.Node) error {
		if !slices.Contains(s.fields, key.Value) {
			return fmt.Errorf("line %d: %s have no %q", key.Line, s.name, key.Value)
		}
		var v any
		if err := value.Decode(&v); err != nil {
			return fmt.Errorf("line %d: %w", value.Line, err)
		}
		field, err := normal(map[string]any{key.Value: v})
		if err == nil {
			err = s.fits(field)
		}
		if err == nil && slices.Contains(s.secrets, key.Value) {
			_, err = referenceOf(field[key.Value])
		}
		if err != nil {
			return fmt.Errorf("line %d: %s: %w", key.Line, s.name, err)
		}
		item[key.Value] = field[key.Value]
		return nil
	}); err != nil {
		return nil, err
	}
	for _, name := range s.sets {
		if list, ok := item[name]; ok {
			item[name] = anys(texts(list))
		}
	}
	if s.settle != nil {
		s.settle(item)
	}
	return item, nil
}

// fits refuses values of another type than the field's, such as a text where a list is
// meant: it must not be taken for an empty one.
func (s *section) fits(field Item) error {
	if s.shape == nil {
		return kinds(s.described(), field)
	}
	raw, err := json.Marshal(field)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(s.shape())
}

// members goes through a mapping, and refuses what is none and what stands twice.
func members(n *yaml.Node, of string, each func(key, value *yaml.Node) error) error {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: %s must be a list of names with values", n.Line, of)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if seen[key.Value] {
			return fmt.Errorf("line %d: %q stands twice", key.Line, key.Value)
		}
		seen[key.Value] = true
		if err := each(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// normal is the value as JSON would give it back, so that two can be compared.
func normal(v any) (Item, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var item Item
	return item, json.Unmarshal(raw, &item)
}

// YAML writes the document, sections in the order in which they are built.
func (d *Document) YAML() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "version: %d\n", Version)
	for _, s := range sections() {
		items, ok := d.Sections[s.name]
		if slices.Contains(d.hidden, s.name) {
			fmt.Fprintf(&b, "\n# %s may not be read by whoever made this document.\n", s.name)
		}
		if !ok {
			continue
		}
		var value any = items
		switch {
		case s.single:
			value = items[single]
		case s.key != nil:
			list := []Item{}
			for _, name := range names(items) {
				list = append(list, items[name])
			}
			value = list
		}
		b.WriteString("\n")
		e := yaml.NewEncoder(&b)
		e.SetIndent(2)
		if err := e.Encode(map[string]any{s.name: value}); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// names are the keys of a section in order.
func names[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
