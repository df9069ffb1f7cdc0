package blueprint

import (
	"context"

	"authserver/client"
)

// policies are named by their name, those of an application client-id/name. A document
// holds what is in force; drafts are work in progress.
func policies() *section {
	return &section{
		name: "policies", fields: []string{"description", "source"},
		shape: func() any { return new(map[string]string) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for p, err := range at.realm.AllPolicies(ctx, client.ListPoliciesQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				name := at.owned(p.ApplicationID, p.Name)
				at.learn("policies", name, p.ID)
				if p.Active && !at.off[p.ApplicationID] {
					items[name] = Item{"description": p.Description, "source": p.Source}
				}
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			if id, off := at.ids["policies"][name]; off {
				return enforce(ctx, at, id, item)
			}
			applicationID, own, err := at.owner(name)
			if err != nil {
				return err
			}
			p, err := at.realm.CreatePolicy(ctx, client.CreatePolicyRequest{ApplicationID: applicationID, Name: own, Description: text(item["description"]), Draft: text(item["source"])})
			if err == nil {
				_, err = at.realm.ActivatePolicy(ctx, p.ID)
			}
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, _ []Field) error {
			return enforce(ctx, at, at.ids["policies"][name], item)
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DeletePolicy(ctx, id) },
	}
}

// enforce puts a text in force in the place of what a policy had.
func enforce(ctx context.Context, at *site, id string, item Item) error {
	request := client.UpdatePolicyRequest{}
	if v, told := item["description"]; told {
		request.Description = client.Set(text(v))
	}
	if v, told := item["source"]; told {
		request.Draft = client.Set(text(v))
	}
	if _, err := at.realm.UpdatePolicy(ctx, id, request); err != nil {
		return err
	}
	if _, err := at.realm.ActivatePolicy(ctx, id); err != nil && client.Code(err) != "policy_unchanged" {
		return err
	}
	return nil
}
