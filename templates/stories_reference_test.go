package templates_test

import "authserver/templates"

// referenceStories show the documentation of the administration.
func referenceStories() map[string]templates.Page {
	return map[string]templates.Page{
		"reference": &templates.Reference{Document: "/api/v1/openapi.json", Groups: []templates.ReferenceGroup{
			{ID: "group-users", Name: "Users", Operations: []templates.ReferenceOperation{
				{
					ID: "listUsers", Method: "GET", Path: "/api/v1/realms/{realm}/users", Summary: "List people", Permission: "users.read",
					Parameters: []templates.ReferenceMember{{Name: "limit", In: "query", Kind: "integer", About: "How many items to answer at most."}},
					Result:     []templates.ReferenceMember{{Name: "items", Kind: "list", Required: true}, {Name: "items.email", Kind: "string", Required: true}},
					Answers:    []templates.ReferenceAnswer{{Status: 200, About: "OK"}, {Status: 401, About: "unauthenticated"}},
				},
				{
					ID: "createUser", Method: "POST", Path: "/api/v1/realms/{realm}/users", Summary: "Create a person", Description: "Nobody is told.", Permission: "users.write",
					Body:    []templates.ReferenceMember{{Name: "email", Kind: "string", About: "The address.", Required: true}},
					Answers: []templates.ReferenceAnswer{{Status: 201, About: "Created"}, {Status: 409, About: "email_taken"}},
				},
			}},
		}},
	}
}
