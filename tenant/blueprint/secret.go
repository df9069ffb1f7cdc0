package blueprint

import (
	"errors"
	"fmt"
)

// Reference says where a secret stands: in a variable or in a file of whoever applies the
// document. Once it was read there its value goes with the document, and only then.
type Reference struct {
	Env   string `json:"env,omitempty"`
	File  string `json:"file,omitempty"`
	Value string `json:"value,omitempty"`
}

// errReference refuses what is no reference.
var errReference = errors.New("a secret is a reference: {env: NAME} or {file: PATH}")

// referenceOf is the reference that a field holds.
func referenceOf(v any) (Reference, error) {
	m, ok := v.(map[string]any)
	r := Reference{Env: text(m["env"]), File: text(m["file"]), Value: text(m["value"])}
	if !ok || len(m) != 1 || r == (Reference{}) {
		return Reference{}, errReference
	}
	return r, nil
}

// secretOf is the value of a field with a secret, once it has been read.
func secretOf(v any) (plain string, told bool) {
	m, _ := v.(map[string]any)
	plain, told = m["value"].(string)
	return plain, told
}

// Resolve reads the secrets that the document refers to and puts their values in the
// place of the references. A secret that read does not have is no part of the document
// any more. It must be called before a plan is made, or a document sent.
func (d *Document) Resolve(read func(of string, r Reference) (plain string, have bool, err error)) error {
	return d.eachSecret(func(of string, item Item, field string) error {
		r, err := referenceOf(item[field])
		if err != nil {
			return fmt.Errorf("%s: %w", of, err)
		}
		plain, have, err := read(of, r)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", of, err)
		case have:
			item[field] = map[string]any{"value": plain}
		default:
			delete(item, field)
		}
		return nil
	})
}

// eachSecret calls each for every field of the document with a secret, in order.
func (d *Document) eachSecret(each func(of string, item Item, field string) error) error {
	for _, s := range sections() {
		for _, name := range names(d.Sections[s.name]) {
			for _, field := range s.secrets {
				item := d.Sections[s.name][name]
				if _, told := item[field]; !told {
					continue
				}
				if err := each(s.name+" "+name+" "+field, item, field); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
