package blueprint

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"authserver/client"
	"authserver/internal/id"
)

// applicationShape is an application with what stands beside it in the administration.
type applicationShape struct {
	client.CreateApplicationRequest
	Documents []string         `json:"documents"`
	Keys      []map[string]any `json:"keys"`
	Secret    *Reference       `json:"secret_from"`
}

// readMore reads what an application demands and its public keys.
func (s *site) readMore(ctx context.Context, a *client.Application, item Item) error {
	pins, err := s.realm.GetApplicationDocuments(ctx, a.ID)
	if err != nil {
		return err
	}
	var all []string
	for _, p := range pins.Documents {
		name := s.name("documents", p.DocumentID)
		if name == "" { // one for all realms
			name = p.Kind + "@" + p.DocumentID
		}
		all = append(all, name)
	}
	item["documents"] = anys(all)
	if a.TokenEndpointAuthMethod != "private_key_jwt" {
		return nil
	}
	set, err := s.realm.ReadApplicationKeys(ctx, a.ID)
	if err == nil {
		item["keys"] = set.Keys
	}
	return err
}

// pin has an application demand the documents that its item lists.
func (s *site) pin(ctx context.Context, applicationID string, item Item) error {
	list, told := item["documents"]
	if !told {
		return nil
	}
	ids := []string{}
	for _, name := range texts(list) {
		documentID, known := s.ids["documents"][name]
		if _, global, ok := strings.Cut(name, "@"); !known && ok && id.Valid(global) {
			documentID, known = global, true
		}
		if !known {
			return misfit(fmt.Sprintf("there is no document %q", name))
		}
		ids = append(ids, documentID)
	}
	_, err := s.realm.SetApplicationDocuments(ctx, applicationID, client.SetApplicationDocumentsRequest{Documents: ids})
	return err
}

// within reports whether each key of a set says all that is wanted of it: the
// administration adds to it what it can tell by itself.
func within(have, want any) bool {
	keys, _ := have.([]any)
	wanted, _ := want.([]any)
	if len(keys) != len(wanted) {
		return false
	}
	for i := range keys {
		key, _ := keys[i].(map[string]any)
		members, ok := wanted[i].(map[string]any)
		if !ok {
			return false
		}
		for name, value := range members {
			if !reflect.DeepEqual(key[name], value) {
				return false
			}
		}
	}
	return true
}

// probeSecrets asks whether applications have the secrets that the document gives them.
func probeSecrets(ctx context.Context, at *site, have, want map[string]Item) error {
	for name, item := range want {
		plain, told := secretOf(item["secret_from"])
		if !told {
			continue
		}
		answer, err := at.realm.CheckApplicationSecret(ctx, at.ids["applications"][name], client.CheckApplicationSecretRequest{ClientSecret: plain})
		if err != nil {
			return err
		}
		if answer.Valid {
			have[name]["secret_from"] = item["secret_from"]
		}
	}
	return nil
}
