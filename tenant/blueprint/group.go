package blueprint

import (
	"context"
	"slices"

	"authserver/client"
)

// groupShape is what a document says of a group.
type groupShape struct {
	Description  string   `json:"description"`
	Applications []string `json:"applications"`
}

// groups are named by their name. Of their members a document lists the applications;
// people are no part of it.
func groups() *section {
	return &section{
		name: "groups", fields: []string{"description", "applications"}, sets: []string{"applications"},
		shape: func() any { return new(groupShape) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for g, err := range at.realm.AllGroups(ctx, client.ListGroupsQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				members, err := at.members(ctx, g.ID)
				if err != nil {
					return nil, err
				}
				items[g.Name] = Item{"description": g.Description, "applications": anys(members)}
				at.learn("groups", g.Name, g.ID)
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			g, err := at.realm.CreateGroup(ctx, client.CreateGroupRequest{Name: name, Description: text(item["description"])})
			if err != nil {
				return err
			}
			at.learn("groups", name, g.ID)
			return at.gather(ctx, name, nil, texts(item["applications"]))
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			changed := only(item, fields)
			if list, told := changed["applications"]; told {
				if err := at.gather(ctx, name, texts(at.have.Sections["groups"][name]["applications"]), texts(list)); err != nil {
					return err
				}
			}
			if _, told := changed["description"]; !told {
				return nil
			}
			_, err := at.realm.UpdateGroup(ctx, at.ids["groups"][name], client.UpdateGroupRequest{Description: client.Set(text(item["description"]))})
			return err
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DeleteGroup(ctx, id) },
	}
}

// members are the client ids of the applications in a group.
func (s *site) members(ctx context.Context, groupID string) ([]string, error) {
	var all []string
	for m, err := range s.realm.AllGroupMembers(ctx, groupID, client.ListGroupMembersQuery{Limit: 100, Kind: "application"}) {
		if err != nil {
			return nil, err
		}
		if !s.off[m.ID] {
			all = append(all, s.name("applications", m.ID))
		}
	}
	return all, nil
}

// gather has a group contain the applications of want, and not those of have that are not
// in it.
func (s *site) gather(ctx context.Context, name string, have, want []string) error {
	group := s.ids["groups"][name]
	for _, clientID := range want {
		id, err := s.application(clientID)
		if err != nil {
			return err
		}
		if slices.Contains(have, clientID) {
			continue
		}
		if err := s.realm.AddGroupMember(ctx, group, client.AddGroupMemberRequest{Kind: "application", ID: id}); err != nil {
			return err
		}
	}
	for _, clientID := range have {
		if slices.Contains(want, clientID) {
			continue
		}
		if err := s.realm.RemoveGroupMember(ctx, group, s.ids["applications"][clientID]); err != nil {
			return err
		}
	}
	return nil
}
